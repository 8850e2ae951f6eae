"""A swap between two real browsers over TLS: one shows a square, the other's camera reads it."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.cards import Card, photographed
from tests.browser.phones import BASE, Phone, Street
from tests.browser.test_first_scan import ADD, WITH_AND_WITHOUT_JAVASCRIPT

SWAP = re.compile(rf"{BASE}/swap/[0-9A-HJKMNP-TV-Z]{{8}}$")


def add(phone: Phone, card: Card) -> None:
    phone.page.goto(card.address)
    phone.page.get_by_role("button", name=ADD).tap()
    phone.page.wait_for_url(f"{BASE}/album?**")


def offer(phone: Phone, card: Card, button: str) -> None:
    phone.page.goto(f"{BASE}/swap")
    phone.page.locator(f"input[value='TY-1/{card.edition}']").check()
    phone.page.get_by_role("button", name=button).tap()
    phone.page.wait_for_url(SWAP)


@pytest.mark.parametrize(("javascript", "scheme"), [(True, "dark"), (False, "light")], ids=["js", "no-js"])
def test_two_phones_swap_by_the_square_and_both_albums_show_it(
    fresh_town: Street, fresh_pile: Iterator[Card], *, javascript: bool, scheme: Literal["light", "dark"]
) -> None:
    mine, yours = next(fresh_pile), next(fresh_pile)
    an = fresh_town.phone(javascript=javascript, scheme=scheme)
    binh = fresh_town.phone(javascript=javascript, language="en-GB")
    add(an, mine)
    add(binh, yours)
    offer(an, mine, "Mời đổi")
    address = photographed(an.page)
    assert address == an.page.url.upper()

    binh.page.goto(address)
    expect(binh.page.locator("h1")).to_have_text("A swap for you?")
    binh.page.locator(f"input[value='TY-1/{yours.edition}']").check()
    binh.page.get_by_role("button", name="Offer this for it").tap()
    expect(binh.page.locator("h1")).to_have_text("Now your friend decides")

    if not javascript:
        an.page.get_by_role("link", name="Xem lại").tap()
    expect(an.page.locator("h1")).to_have_text("Bạn có đồng ý đổi không?")
    expect(an.page.locator(".goods li").nth(1)).to_contain_text(yours.name)
    an.page.get_by_role("button", name="Đồng ý đổi").tap()
    expect(an.page.locator("h1")).to_have_text("Đổi xong!")

    if not javascript:
        binh.page.get_by_role("link", name="Look again").tap()
    expect(binh.page.locator("h1")).to_have_text("Swap done!")
    an.page.goto(yours.address)
    expect(an.page.get_by_role("status").first).to_contain_text("nhờ đổi với bạn bè")
    an.page.goto(mine.address)
    expect(an.page.get_by_role("status").first).to_contain_text("Bạn đã đổi mẫu này cho người khác")
    binh.page.goto(mine.address)
    expect(binh.page.get_by_role("status").first).to_contain_text("came into your album by a swap")


@WITH_AND_WITHOUT_JAVASCRIPT
def test_a_gift_is_typed_and_taken_by_a_phone_that_has_never_been_here(
    fresh_town: Street, fresh_card: Card, *, javascript: bool
) -> None:
    an, guest = (
        fresh_town.phone(javascript=javascript),
        fresh_town.phone(javascript=javascript, language="en-GB"),
    )
    add(an, fresh_card)
    offer(an, fresh_card, "Đem tặng")
    guest.page.goto(f"{BASE}/swap")
    guest.page.get_by_label("Code on the other phone").fill(an.page.locator(".spelled").inner_text().lower())
    guest.page.get_by_role("button", name="Open").tap()
    guest.page.get_by_role("button", name="Take the gift").dblclick()
    expect(guest.page.locator("h1")).to_have_text("It is yours!")
    guest.page.get_by_role("link", name="See the album").tap()
    expect(guest.page.locator(".stamp:not(.missing)")).to_have_count(1)
    if not javascript:
        an.page.get_by_role("link", name="Xem lại").tap()
    expect(an.page.locator("h1")).to_have_text("Tặng xong!")


def asked_about(phone: Phone) -> int:
    """Return how often a phone has asked where its swap stands; what it keeps for later is not counted."""
    return sum(address.endswith("/state") for address in phone.requests)


def test_a_phone_that_waits_asks_seldom_and_stops_when_it_knows(fresh_town: Street, fresh_card: Card) -> None:
    an = fresh_town.phone()
    add(an, fresh_card)
    offer(an, fresh_card, "Mời đổi")
    before = asked_about(an)
    an.page.wait_for_timeout(7_500)
    assert 1 <= asked_about(an) - before <= 3
    an.page.get_by_role("button", name="Rút lại").tap()
    expect(an.page.locator("h1")).to_have_text("Mã này không dùng được nữa")
    before = asked_about(an)
    an.page.wait_for_timeout(4_000)
    assert asked_about(an) == before
