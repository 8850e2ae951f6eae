"""What a phone still shows when its signal is gone, and what it sends when the signal is back."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Playwright, Response, Route, expect

from app.library.pictures import take_picture
from app.workspace import find_workspace
from tests.browser.cards import Card
from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.phones import BASE, Phone, Street, street
from tests.browser.shelves import painted
from tests.browser.test_first_scan import ADD, KIT, forgive
from tests.recordings import recording
from tests.web.cast import ledger_of
from tests.web.serving import serve
from tests.web.test_budget import sealed_boxes
from tests.workspaces import copy_tiny

KEPT = """async () => {
    const found = {};
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        found[name] = (await cache.keys()).map(request => request.url.replace(location.origin, ""));
    }
    return found;
}"""
NAMES = {"lantern": "Đèn lồng", "bridge": "Cầu gỗ", "fish": "Cá chép"}
PHOTOS = [f"gate-{number}" for number in range(9)]
NO_SIGNAL = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load resource")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Card]]:
    """The tiny workspace with a run of its own, drawn and not printed, and what stands on its cards."""
    folder = copy_tiny(tmp_path_factory.mktemp("offline") / "tiny")
    story, credit = folder / "stories/lantern/vi.md", {"vi": "Ảnh: Lan", "en": "Photo: Lan"}
    for photo in PHOTOS:
        taken = painted((600, 400))
        take_picture(
            find_workspace(str(folder)), "lantern", photo, taken, credit=credit, licence="CC BY-SA 4.0"
        )
        story.write_text(f"{story.read_text('utf-8')}\n![Cổng](images/{photo})\n", "utf-8")
    boxes = sealed_boxes(folder, "tiny", "TY-1", 32)
    cards = [
        Card(
            f"HTTPS://H.EXAMPLE/B/{box.code}",
            box.edition,
            (box.code[:6], box.code[6:12], box.code[12:]),
            name,
        )
        for kit, name in NAMES.items()
        for box in boxes[kit]
    ]
    return folder, cards


@pytest.fixture(scope="module")
def site_folder(house: tuple[Path, list[Card]]) -> Path:
    return house[0]


@pytest.fixture(scope="module")
def pile(house: tuple[Path, list[Card]]) -> Iterator[Card]:
    return iter(house[1])


@pytest.fixture(scope="module")
def tiny_street(
    playwright: Playwright, site_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    with street(playwright, site_folder, tmp_path_factory.mktemp("street")) as opened:
        yield opened


def kept(page: Page) -> dict[str, list[str]]:
    """Return the addresses in every cache of the phone."""
    found: dict[str, list[str]] = page.evaluate(KEPT)
    return found


def everything_kept(page: Page) -> list[str]:
    return [address for addresses in kept(page).values() for address in addresses]


def wait_for_kept(page: Page, *addresses: str) -> None:
    """Wait until the service worker is at work and has kept these."""
    page.evaluate("navigator.serviceWorker.ready")
    expect_soon(page, lambda: bool(page.evaluate("!!navigator.serviceWorker.controller")))
    expect_soon(page, lambda: set(addresses) <= set(everything_kept(page)))


def expect_soon(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds; two cores may be busy with other tests."""
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        page.wait_for_timeout(50)


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


def claims(folder: Path) -> int:
    with ledger_of(folder) as ledger:
        return int(ledger.execute("SELECT count(*) FROM claim").fetchone()[0])


def shut(phone: Phone) -> None:
    """Close the page, and be about to open another; what it would still send while it goes is lost."""
    phone.page.evaluate("() => { self.fetch = () => new Promise(() => {}) }")
    phone.page.close()
    phone.page = phone.context.new_page()
    phone.watch()


def told_on(page: Page) -> list[str]:
    return [words for words in page.get_by_role("status").all_inner_texts() if words]


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


def test_the_photographs_that_were_looked_at_are_seen_without_a_signal_eight_of_a_kit(
    town: Street,
) -> None:
    bo = town.phone()
    bo.page.goto(f"{BASE}/vi/tiny/lantern")
    wait_for_kept(bo.page, "/vi/tiny/lantern")
    photos = bo.page.locator(".placed img")
    expect(photos).to_have_count(len(PHOTOS))
    for photo in photos.all():
        photo.scroll_into_view_if_needed()
        expect(photo).to_have_js_property("complete", True)

    def found() -> list[str]:
        return [address for address in everything_kept(bo.page) if "/images/" in address]

    expect_soon(bo.page, lambda: len(found()) == 8)
    bo.page.wait_for_timeout(500)
    assert len(found()) == 8
    # As on a first visit, when they are shown before the worker is there: from the browser's own store
    bo.page.evaluate(
        """async () => {
            const stories = await caches.open("stories");
            for (const each of await stories.keys()) if (/images/.test(each.url)) await stories.delete(each);
            (await navigator.serviceWorker.ready).active.postMessage(["/vi/tiny/lantern"]);
        }"""
    )
    expect_soon(bo.page, lambda: len(found()) == 8)
    last = found()[-1]
    shut(bo)
    bo.context.new_cdp_session(bo.page).send("Network.clearBrowserCache")
    with no_signal(bo) as page:
        page.goto(f"{BASE}/vi/tiny/lantern")
        photo = page.locator(f".placed img[src^='{last}-']")
        photo.scroll_into_view_if_needed()
        expect(photo).to_have_js_property("complete", True)
        assert photo.evaluate("image => image.naturalWidth") >= 320


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


def test_a_riddle_on_a_scanned_page_is_answered_on_the_page_itself(town: Street, card: Card) -> None:
    bo = town.phone()
    scan(bo, card)
    bo.page.evaluate("document.title = 'never left'")
    form = bo.page.locator("form.riddle").first
    form.locator("[type=radio]").first.check()
    form.get_by_role("button").tap()
    expect(form.get_by_role("status")).not_to_be_empty()
    bo.page.wait_for_timeout(500)
    assert bo.page.title() == "never left"
    assert not [address for address in bo.requests if "riddle=" in address]


def test_an_address_that_is_no_code_is_not_promised_anything(town: Street, card: Card) -> None:
    bo = town.phone()
    scan(bo, card)
    with no_signal(bo) as page:
        page.goto(f"{BASE}/b/{''.join(card.groups)[:17]}")
        expect(page.locator("#slip")).to_be_visible()
        expect(page.locator("#waits")).to_be_hidden()
        page.goto("about:blank")  # with a signal the page would ask again, and be told that it is no code


def test_a_button_that_is_pressed_without_a_signal_is_sent_once_when_it_is_back(
    town: Street, card: Card, site_folder: Path
) -> None:
    bo, before = town.phone(), claims(site_folder)
    sent: list[str] = []

    def note(answer: Response) -> None:
        if answer.request.method == "POST" and not answer.url.endswith("/count"):
            sent.append(answer.request.post_data or "")

    bo.context.on("response", note)
    scan(bo, card)
    bo.page.evaluate(
        "document.querySelector('form').append(Object.assign(document.createElement('input'),"
        " {type: 'hidden', name: 'thing', value: 'kept with it'}))"
    )
    other = bo.context.new_page()
    other.goto(f"{BASE}/vi/tiny/lantern")
    with no_signal(bo) as page:
        page.get_by_role("button", name=ADD).tap()
        expect(page.get_by_role("status").first).to_contain_text("chờ trong máy")
        expect(page.get_by_role("button", name=ADD)).to_have_count(0)
        expect(page.locator("#chuyen")).to_be_visible()
        assert claims(site_folder) == before
        page.goto(f"{BASE}/vi/offline")
        expect(page.locator("#claims")).to_contain_text("1")
    expect_soon(bo.page, lambda: claims(site_folder) == before + 1)
    expect_soon(bo.page, lambda: told_on(bo.page) + told_on(other) == [f"Đã thêm: {card.name}"])
    other.reload()
    bo.page.goto(f"{BASE}/album")
    expect(bo.page.locator(f"#{KIT[card.name]}")).not_to_have_class(re.compile("missing"))
    assert bo.page.evaluate("localStorage.length") == 0
    (body,) = sent
    assert re.fullmatch(r"key=[0-9a-f]{20}&thing=kept\+with\+it", body)  # the key a new album would get
    assert claims(site_folder) == before + 1


def test_what_waited_while_the_phone_was_shut_is_sent_when_a_page_is_opened_again(
    town: Street, card: Card, site_folder: Path
) -> None:
    bo, before = town.phone(), claims(site_folder)
    scan(bo, card)
    with no_signal(bo) as page:
        page.get_by_role("button", name=ADD).tap()
        expect(page.get_by_role("status").first).to_contain_text("chờ trong máy")
        shut(bo)
    bo.page.goto(f"{BASE}/vi/")
    expect(bo.page.get_by_role("status").first).to_have_text(f"Đã thêm: {card.name}")
    assert claims(site_folder) == before + 1
    bo.page.get_by_role("status").first.get_by_role("link").tap()
    expect(bo.page.locator(f"#{KIT[card.name]}")).not_to_have_class(re.compile("missing"))


def test_a_box_that_someone_else_added_while_it_waited_is_told_of_and_no_longer_waits(
    town: Street, card: Card, site_folder: Path
) -> None:
    bo, mai = town.phone(), town.phone(language="en-GB")
    scan(bo, card)
    with no_signal(bo) as page:
        page.get_by_role("button", name=ADD).tap()
        expect(page.get_by_role("status").first).to_contain_text("chờ trong máy")
        shut(bo)
    mai.page.goto(card.address)
    expect(mai.page.locator(".lead form")).to_have_count(1)
    assert mai.page.locator(".lead .told").all_inner_texts() == []
    mai.page.get_by_role("button", name=ADD).tap()
    mai.page.wait_for_url(f"{BASE}/album?**")
    taken = claims(site_folder)
    bo.page.goto(f"{BASE}/vi/")
    expect(bo.page.get_by_role("status").first).to_contain_text("trong một album khác")
    assert bo.page.evaluate("localStorage.length") == 0
    assert claims(site_folder) == taken
    forgive(bo, "409")


def test_a_box_waits_on_while_the_server_is_broken(town: Street, card: Card, site_folder: Path) -> None:
    bo, before = town.phone(), claims(site_folder)
    scan(bo, card)
    with no_signal(bo) as page:
        page.get_by_role("button", name=ADD).tap()
        expect(page.get_by_role("status").first).to_contain_text("chờ trong máy")
        shut(bo)
    asked: list[str] = []

    def busy(route: Route) -> None:
        asked.append(route.request.method)
        route.fulfill(status=503, body="busy")

    bo.context.route("**/claim", busy)
    bo.page.goto(f"{BASE}/vi/")
    expect_soon(bo.page, lambda: asked == ["POST"])
    bo.page.wait_for_load_state("networkidle")
    assert bo.page.evaluate("localStorage.length") == 1
    bo.context.unroute("**/claim")
    bo.page.goto(f"{BASE}/vi/")
    expect(bo.page.get_by_role("status").first).to_have_text(f"Đã thêm: {card.name}")
    assert claims(site_folder) == before + 1
    forgive(bo, "503")


def test_a_code_typed_without_a_signal_waits_too(town: Street, card: Card, pile: Iterator[Card]) -> None:
    bo = town.phone()
    scan(bo, card)
    second = next(pile)
    bo.page.goto(f"{BASE}/b/")
    with no_signal(bo) as page:
        page.get_by_label("Mã của bạn").fill(" ".join(second.groups).lower())
        page.get_by_role("button", name="Mở chuyện").tap()
        expect(page.locator("#waits")).to_be_visible()
    expect(bo.page.locator("h1")).to_have_text(second.name)


def test_the_album_is_shown_without_a_signal_as_it_was_seen_last(town: Street, card: Card) -> None:
    bo = town.phone()
    scan(bo, card)
    bo.page.get_by_role("button", name=ADD).tap()
    bo.page.wait_for_url(f"{BASE}/album?**")
    expect(bo.page.locator("[data-seen]")).to_be_hidden()
    wait_for_kept(bo.page, "/album")
    with no_signal(bo) as page:
        page.goto(f"{BASE}/album?lang=vi")
        expect(page.locator("[data-seen]")).to_contain_text("Đây là album của bạn vào")
        expect(page.locator(f"#{KIT[card.name]}")).not_to_have_class(re.compile("missing"))
        expect(page.get_by_role("status")).to_have_count(0)
    bo.page.goto(f"{BASE}/album")
    expect(bo.page.locator("[data-seen]")).to_be_hidden()


def test_a_story_added_before_the_worker_was_there_is_kept_from_the_album(town: Street, card: Card) -> None:
    bo = town.phone()
    story = scan(bo, card)
    bo.page.get_by_role("button", name=ADD).tap()
    bo.page.wait_for_url(f"{BASE}/album?**")
    wait_for_kept(bo.page, "/album")
    bo.page.evaluate("caches.delete('stories')")
    bo.page.reload()  # as the album comes after a scan over a slow line
    wait_for_kept(bo.page, story, f"/kits/tiny/{KIT[card.name]}/art.svg")


def test_an_album_that_is_given_up_is_not_kept_in_the_phone(town: Street, card: Card) -> None:
    bo = town.phone()
    scan(bo, card)
    bo.page.goto(f"{BASE}/album")
    wait_for_kept(bo.page, "/album")
    bo.page.evaluate("fetch('/album/forget', {method: 'POST'}).then(() => 0)")
    expect_soon(bo.page, lambda: "/album" not in everything_kept(bo.page))
    bo.faults.clear()  # this site has no such button yet, or it wants a confirmation


def test_a_story_kept_in_one_language_is_offered_in_place_of_another(town: Street, card: Card) -> None:
    bo = town.phone()
    story = scan(bo, card)
    with no_signal(bo) as page:
        page.goto(f"{BASE}/en{story[3:]}")
        expect(page.locator("#other")).to_be_visible()
        page.locator("#other a").tap()
        expect(page).to_have_url(BASE + story)
        expect(page.locator("h1")).to_have_text(card.name)


def test_a_new_version_brings_its_own_files_and_keeps_the_stories(town: Street, card: Card) -> None:
    bo = town.phone()
    story = scan(bo, card)
    bo.page.evaluate(
        """async () => {
            await (await navigator.serviceWorker.ready).unregister();
            for (const name of await caches.keys()) if (name.startsWith("files-")) await caches.delete(name);
            const old = await caches.open("files-of-before");
            await old.add("/en/offline");
            await old.put("/static/icon.svg", new Response("old"));
        }"""
    )
    bo.page.goto(f"{BASE}/vi/")
    wait_for_kept(bo.page, "/en/offline", "/vi/offline", story)
    found = kept(bo.page)
    (files,) = [name for name in found if name.startswith("files-")]
    assert re.fullmatch("files-[0-9a-f]{12}", files)
    with no_signal(bo) as page:
        page.goto(BASE + story)
        assert page.evaluate("fetch('/static/icon.svg').then(answer => answer.text())") != "old"


def test_a_phone_keeps_forty_stories_and_lets_the_oldest_go(town: Street, card: Card) -> None:
    bo = town.phone()
    bo.page.goto(f"{BASE}/vi/")
    wait_for_kept(bo.page, "/vi/offline")
    bo.page.evaluate(
        """async () => {
            const stories = await caches.open("stories");
            for (let each = 1; each <= 45; each++) {
                await stories.put(`/vi/tiny/${each}`, new Response("told"));
                await stories.put(`/kits/tiny/${each}/art.svg`, new Response("drawn"));
            }
        }"""
    )
    story = scan(bo, card)
    expect_soon(bo.page, lambda: "/vi/tiny/6" not in everything_kept(bo.page))
    stories = kept(bo.page)["stories"]
    pages = [each for each in stories if each.startswith("/vi/tiny/") and not each.endswith("/build")]
    assert pages == [*(f"/vi/tiny/{each}" for each in range(7, 46)), story]
    assert "/kits/tiny/6/art.svg" not in stories
    assert "/kits/tiny/7/art.svg" in stories


def test_a_recording_is_kept_by_its_button_alone_and_played_in_parts(
    town: Street, card: Card, site_folder: Path
) -> None:
    (site_folder / "stories/lantern/vi.mp3").write_bytes(recording(seconds=2))
    bo = town.phone()
    scan(bo, card)
    bo.page.goto(f"{BASE}/vi/tiny/lantern")
    wait_for_kept(bo.page, "/vi/tiny/lantern")
    bo.page.evaluate("fetch('/stories/lantern/vi.mp3').then(answer => answer.blob())")
    assert not [address for address in everything_kept(bo.page) if address.endswith(".mp3")]
    button = bo.page.locator("[data-keep-audio]")
    button.tap()
    expect(button).to_have_text("Đã giữ trong máy (bấm để bỏ)")
    wait_for_kept(bo.page, "/stories/lantern/vi.mp3")
    with no_signal(bo) as page:
        answers = page.evaluate(
            """() => Promise.all(["bytes=0-3", "bytes=10-", "bytes=99999999-"].map(async part => {
                const answer = await fetch("/stories/lantern/vi.mp3", {headers: {Range: part}});
                return [answer.status, answer.headers.get("Content-Range"), (await answer.blob()).size];
            }))"""
        )
        size = len(recording(seconds=2))
        assert answers == [
            [206, f"bytes 0-3/{size}", 4],
            [206, f"bytes 10-{size - 1}/{size}", size - 10],
            [416, f"bytes */{size}", 0],
        ]
        length = page.evaluate(
            """() => new Promise((loaded, failed) => {
                const sound = new Audio("/stories/lantern/vi.mp3");
                sound.onloadedmetadata = () => loaded(sound.duration);
                sound.onerror = failed;
            })"""
        )
        assert 1.5 < length < 2.5
    button.tap()
    expect(button).to_have_text("Giữ trong máy để nghe khi mất mạng")
    expect_soon(bo.page, lambda: not [each for each in everything_kept(bo.page) if each.endswith(".mp3")])
    (site_folder / "stories/lantern/vi.mp3").unlink()
    forgive(bo, "416")


def test_without_service_workers_every_page_works_and_nothing_is_kept(town: Street, card: Card) -> None:
    bo = town.phone()
    bo.context.add_init_script("delete Navigator.prototype.serviceWorker")
    bo.page.goto(card.address)
    bo.page.get_by_role("button", name=ADD).tap()
    bo.page.wait_for_url(f"{BASE}/album?**")
    assert everything_kept(bo.page) == []


def test_the_site_can_be_put_on_the_home_screen(
    playwright: Playwright, site_folder: Path, tmp_path: Path
) -> None:
    # On this machine's own address, which needs no certificate: Chromium installs nothing from a site whose
    # certificate it does not know, nor in a private window.
    with serve(site_folder, tmp_path / "printed.txt") as served:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"), executable_path=chromium(), args=list(ARGUMENTS)
        )
        page = context.new_page()
        page.goto(f"http://{served.host}:{served.port}/vi/")
        wait_for_kept(page, "/vi/offline")
        browser = context.new_cdp_session(page)
        assert browser.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
        manifest = browser.send("Page.getAppManifest")
        assert urlsplit(manifest["url"]).path == "/manifest-vi.webmanifest"
        assert manifest["errors"] == []
        context.close()
