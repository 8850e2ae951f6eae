"""What a phone still shows when its signal is gone, and what it sends when the signal is back."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.cards import Card
from tests.browser.phones import BASE, Phone, Street
from tests.browser.test_first_scan import ADD, KIT
from tests.web.cast import ledger_of

KEPT = """async () => {
    const found = {};
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        found[name] = (await cache.keys()).map(request => request.url.replace(location.origin, ""));
    }
    return found;
}"""
NO_SIGNAL = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load resource")


def kept(page: Page) -> dict[str, list[str]]:
    """Return the addresses in every cache of the phone."""
    found: dict[str, list[str]] = page.evaluate(KEPT)
    return found


def everything_kept(page: Page) -> list[str]:
    return [address for addresses in kept(page).values() for address in addresses]


def wait_for_kept(page: Page, *addresses: str) -> None:
    """Wait until the service worker is at work and has kept these."""
    page.evaluate("navigator.serviceWorker.ready")
    expect_soon(lambda: bool(page.evaluate("!!navigator.serviceWorker.controller")))
    expect_soon(lambda: set(addresses) <= set(everything_kept(page)))


def expect_soon(holds: Callable[[], bool]) -> None:
    """Wait until something holds; two cores may be busy with other tests."""
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def no_signal(phone: Phone) -> Iterator[Page]:
    """Take the signal away from a phone; what the phone itself says about that is no fault."""
    before = len(phone.faults)
    phone.context.set_offline(True)
    yield phone.page
    phone.context.set_offline(False)
    phone.faults[before:] = [
        fault for fault in phone.faults[before:] if not any(word in fault for word in NO_SIGNAL)
    ]


def claims(street: Street, folder: Path) -> int:
    with ledger_of(folder) as ledger:
        return int(ledger.execute("SELECT count(*) FROM claim").fetchone()[0])


def scan(phone: Phone, card: Card) -> str:
    """Scan a card and wait until its story is kept; return the story's address."""
    phone.page.goto(card.address)
    story = f"/vi/tiny/{KIT[card.name]}"
    wait_for_kept(
        phone.page, story, f"/kits/tiny/{KIT[card.name]}/art.svg", "/static/phudu.woff2", "/vi/offline"
    )
    return story


def test_a_scanned_story_opens_without_a_signal_with_its_picture_and_its_letters(
    town: Street, card: Card
) -> None:
    bo = town.phone()
    story = scan(bo, card)
    with no_signal(bo) as page:
        page.goto(BASE + story)
        page.reload()
        expect(page.locator("h1")).to_have_text(card.name)
        assert page.locator(".hero img").evaluate("image => image.complete && image.naturalWidth") > 0
        assert page.evaluate("document.fonts.load('700 20px Phudu').then(found => found.length)") == 1


def test_nothing_that_carries_a_code_is_in_any_cache(town: Street, card: Card) -> None:
    bo = town.phone()
    scan(bo, card)
    bo.page.get_by_role("button", name=ADD).tap()
    bo.page.wait_for_url(f"{BASE}/album?**")
    wait_for_kept(bo.page, "/album")
    bo.page.goto(card.address)
    bo.page.goto(f"{BASE}/b/")
    found = everything_kept(bo.page)
    assert len(found) > 5
    assert not [
        address for address in found if re.match(r"/(b|swap|a|r|s)(/|$)|/album.", address, re.IGNORECASE)
    ]
    assert not [address for address in found if "".join(card.groups) in address.upper()]


def test_a_card_scanned_without_a_signal_waits_and_opens_by_itself(
    town: Street, card: Card, pile: Iterator[Card]
) -> None:
    bo = town.phone()
    scan(bo, card)
    second = next(pile)
    with no_signal(bo) as page:
        page.goto(second.address)
        expect(page.get_by_role("heading", name="Tấm thẻ này đang chờ mạng")).to_be_visible()
        expect(page.locator("#kept a")).to_have_count(1)
        expect(page.locator("#kept h3")).to_have_text(card.name)
        assert page.evaluate("document.title").count("".join(second.groups)) == 0
    expect(bo.page.locator("h1")).to_have_text(second.name)
    expect(bo.page.get_by_role("button", name=ADD)).to_be_visible()


def test_an_address_that_is_no_code_is_not_promised_anything(town: Street, card: Card) -> None:
    bo = town.phone()
    scan(bo, card)
    with no_signal(bo) as page:
        page.goto(f"{BASE}/b/{''.join(card.groups)[:17]}")
        expect(page.locator("#slip")).to_be_visible()
        expect(page.locator("#waits")).to_be_hidden()
