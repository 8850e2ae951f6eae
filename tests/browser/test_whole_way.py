"""The whole way of a buyer on real phones over TLS: from a printed card to another language.

Scan, read, riddle, add, album, swap, no signal, another language. Without JavaScript the same way is walked
but for one step that nobody promises there: no page opens without a signal, since that takes a script.
"""

import re
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.browser.cards import Card, photographed
from tests.browser.phones import BASE, Street
from tests.browser.test_first_scan import (
    ADD,
    KIT,
    VIETNAMESE_TO_ENGLISH,
    WITH_AND_WITHOUT_JAVASCRIPT,
    see_picture,
)
from tests.browser.test_offline import no_signal, wait_for_kept

RIGHT, WRONG = "Đỏ", "Vàng"
MISSING = re.compile("missing")


def card_of(pile: Iterator[Card], *kits: str) -> Card:
    """Return the next card of one of these kits."""
    return next(card for card in pile if KIT[card.name] in kits)


def see_album(page: Page, held: str, *, of: str) -> None:
    """See the one kit that an album holds, in colour; all others are greyed."""
    expect(page.locator(f"#{KIT[held]}")).not_to_have_class(MISSING)
    expect(page.locator(f"#{KIT[held]}")).to_contain_text(of)
    expect(page.locator(".stamp.missing")).to_have_count(2)
    expect(page.locator("svg.ring text")).to_have_text("1/2")


def scan_and_read(page: Page, card: Card) -> None:
    page.goto(card.address)
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.locator("h1")).to_have_text(card.name)
    see_picture(page, KIT[card.name])
    expect(page.locator(".edition")).to_contain_text(f"Hộp số {card.edition} / 48, đợt TY-1")
    page.get_by_role("link", name="Chuyện", exact=True).tap()
    expect(page.locator("#chuyen h2").first).to_be_in_viewport()
    expect(page.locator("#chuyen")).to_contain_text("Một câu kể ngắn để thử trang này 31.")
    expect(page.locator(".sources")).to_contain_text("Nothing of this is certain.")


def solve_the_riddle(page: Page) -> None:
    """Open a wrong door, which tells no more than the hint, and then the right one, which tells why."""
    form = page.locator("form.riddle").filter(has=page.locator("#r-story"))
    for door, words in (
        (WRONG, "Chưa phải cửa này. Bạn xem gợi ý rồi chọn lại nhé. Look at the picture."),
        (RIGHT, "Đúng rồi! The picture shows it."),
    ):
        form.get_by_label(door, exact=True).tap()
        form.get_by_role("button", name="Mở cửa này").tap()
        expect(form.get_by_role("status")).to_have_text(words)
        expect(form.get_by_role("status")).to_be_in_viewport()
        expect(form.get_by_label(door, exact=True)).to_be_checked()


def add(page: Page, card: Card, told: str) -> None:
    """Press the button of a scanned page; the album tells what is new, and shows its key once."""
    page.get_by_role("button", name=ADD).tap()
    page.wait_for_url(f"{BASE}/album?added={KIT[card.name]}")
    expect(page.get_by_role("status").first).to_have_text(told)
    expect(page.locator(".words li")).to_have_count(4)  # two words each


def offer(page: Page, card: Card) -> None:
    """Go from the album to the swap's square."""
    page.get_by_role("link", name="Đổi hoặc tặng một mẫu").tap()
    page.locator(f"input[value='TY-1/{card.edition}']").check()
    page.get_by_role("button", name="Mời đổi").tap()
    expect(page.locator("svg.symbol")).to_be_visible()


def answer(page: Page, seen: str, shown: Card, card: Card) -> None:
    """Open what the camera read off the other phone's screen, look at it, and give something in return."""
    page.goto(seen)
    expect(page.locator("h1")).to_have_text("A swap for you?")
    expect(page.locator(".goods")).to_contain_text(VIETNAMESE_TO_ENGLISH[shown.name])
    page.locator(f"input[value='TY-1/{card.edition}']").check()
    page.get_by_role("button", name="Offer this for it").tap()
    expect(page.locator("h1")).to_have_text("Now your friend decides")


@WITH_AND_WITHOUT_JAVASCRIPT
def test_the_whole_way_from_a_printed_card_to_another_language(
    fresh_town: Street, fresh_pile: Iterator[Card], *, javascript: bool
) -> None:
    mine, yours = card_of(fresh_pile, "bridge"), card_of(fresh_pile, "lantern")
    an = fresh_town.phone(javascript=javascript)
    binh = fresh_town.phone(javascript=javascript, language="en-GB")

    scan_and_read(an.page, mine)
    solve_the_riddle(an.page)
    add(an.page, mine, f"Đã thêm: {mine.name}")
    an.page.get_by_role("link", name="Mình chép xong rồi").tap()
    see_album(an.page, mine.name, of=mine.name)

    binh.page.goto(yours.address)
    expect(binh.page.locator("h1")).to_have_text("Lantern")
    add(binh.page, yours, "Added: Lantern")

    offer(an.page, mine)
    answer(binh.page, photographed(an.page), mine, yours)
    if not javascript:  # a page that waits changes by a script; its button does the same
        an.page.get_by_role("link", name="Xem lại").tap()
    expect(an.page.locator("h1")).to_have_text("Bạn có đồng ý đổi không?")
    expect(an.page.locator(".goods li").nth(0)).to_contain_text(mine.name)
    expect(an.page.locator(".goods li").nth(1)).to_contain_text(yours.name)
    an.page.get_by_role("button", name="Đồng ý đổi").tap()
    expect(an.page.locator("h1")).to_have_text("Đổi xong!")
    if not javascript:
        binh.page.get_by_role("link", name="Look again").tap()
    expect(binh.page.locator("h1")).to_have_text("Swap done!")
    an.page.get_by_role("link", name="Xem album").tap()
    see_album(an.page, yours.name, of=yours.name)
    binh.page.get_by_role("link", name="See the album").tap()
    see_album(binh.page, mine.name, of=VIETNAMESE_TO_ENGLISH[mine.name])

    story = f"/vi/tiny/{KIT[mine.name]}"
    if javascript:
        wait_for_kept(an.page, story, f"/kits/tiny/{KIT[mine.name]}/art.svg", "/album", "/static/phudu.woff2")
        with no_signal(an) as page:
            page.goto(BASE + story)
            page.reload()
            expect(page.locator("h1")).to_have_text(mine.name)
            see_picture(page, KIT[mine.name])
            page.get_by_role("link", name="Album", exact=True).tap()
            expect(page.locator("[data-seen]")).to_contain_text("Đây là album của bạn vào")
            see_album(page, yours.name, of=yours.name)
    an.page.goto(BASE + story)

    an.page.get_by_role("link", name="English").tap()
    expect(an.page).to_have_url(f"{BASE}/en/tiny/{KIT[mine.name]}")
    expect(an.page.locator("html")).to_have_attribute("lang", "en")
    expect(an.page.locator("h1")).to_have_text(VIETNAMESE_TO_ENGLISH[mine.name])
    an.page.get_by_role("link", name="Album", exact=True).tap()
    expect(an.page.locator("h1")).to_have_text("Your album")
    see_album(an.page, yours.name, of=VIETNAMESE_TO_ENGLISH[yours.name])
    an.page.goto(yours.address)
    expect(an.page.get_by_role("status").first).to_contain_text("came into your album by a swap")
