"""From a printed card to a kit in the album, on a real phone's browser, over TLS."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cards import Card
from tests.browser.phones import BASE, Phone, Street

VIETNAMESE_TO_ENGLISH = {"Đèn lồng": "Lantern", "Cầu gỗ": "Wooden Bridge", "Cá chép": "Carp"}
KIT = {"Đèn lồng": "lantern", "Cầu gỗ": "bridge", "Cá chép": "fish"}
ADD = re.compile("Thêm vào album|Add to my album")
WITH_AND_WITHOUT_JAVASCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])


def see_picture(page: Page, kit: str) -> None:
    """See that the kit's picture was really drawn."""
    picture = page.locator(".hero img")
    expect(picture).to_have_attribute("src", f"/kits/tiny/{kit}/art.svg")
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 0
    assert picture.bounding_box()


def ring_of(page: Page) -> str:
    return page.locator("svg.ring text").inner_text() if page.locator("svg.ring text").count() else ""


@WITH_AND_WITHOUT_JAVASCRIPT
def test_a_printed_card_is_scanned_read_added_kept_and_refused_to_a_second_phone(
    town: Street, card: Card, *, javascript: bool
) -> None:
    kit = KIT[card.name]
    assert card.address.endswith("".join(card.groups))
    assert card.address == card.address.upper()

    bo = town.phone(javascript=javascript).page
    bo.goto(card.address)
    assert bo.url == f"{BASE}/B/{''.join(card.groups)}"
    expect(bo.locator("h1")).to_have_text(card.name)
    see_picture(bo, kit)
    expect(bo.locator(".edition")).to_contain_text(f"Hộp số {card.edition} / 48, đợt TY-1")

    bo.get_by_role("button", name=ADD).tap()
    bo.wait_for_url(f"{BASE}/album?added={kit}")
    expect(bo.locator("[role=status]").first).to_have_text(f"Đã thêm: {card.name}")
    stamp = bo.locator(f"#{kit}")
    expect(stamp).to_contain_text(card.name)
    expect(stamp).not_to_have_class(re.compile("missing"))
    expect(bo.locator(".stamp.missing")).to_have_count(2)
    expect(bo.locator("svg.ring text")).to_have_text("0/2" if kit == "fish" else "1/2")

    bo.goto(f"{BASE}/album")
    bo.reload()
    expect(bo.locator(f"#{kit}")).not_to_have_class(re.compile("missing"))
    expect(bo.locator("[role=status]").first).to_have_count(0)

    mai = town.phone(javascript=javascript, language="en-GB").page
    mai.goto(card.address)
    expect(mai.locator("h1")).to_have_text(VIETNAMESE_TO_ENGLISH[card.name])
    expect(mai.locator("[role=status]").first).to_contain_text("in another album since")
    expect(mai.get_by_role("button", name=ADD)).to_have_count(0)
    expect(mai.locator("#chuyen")).to_contain_text("told to try this page 31.")
    mai.goto(f"{BASE}/album")
    expect(mai.locator(".stamp.missing")).to_have_count(3)

    bo.goto(card.address)
    expect(bo.locator("[role=status]").first).to_contain_text("đã ở trong album của bạn")
    expect(bo.get_by_role("button", name=ADD)).to_have_count(0)
    bo.get_by_role("link", name="Xem album").tap()
    expect(bo.locator(f"#{kit}")).not_to_have_class(re.compile("missing"))


@WITH_AND_WITHOUT_JAVASCRIPT
def test_the_album_is_a_cookie_that_scripts_and_plain_http_never_see(
    town: Street, card: Card, *, javascript: bool
) -> None:
    bo = town.phone(javascript=javascript)
    bo.page.goto(card.address)
    assert bo.context.cookies() == []
    bo.page.get_by_role("button", name=ADD).tap()
    bo.page.wait_for_url(f"{BASE}/album?**")
    (cookie,) = bo.context.cookies()
    assert cookie["name"] == "__Host-album"
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    assert (cookie["domain"], cookie["path"]) == ("h.example", "/")
    if javascript:
        assert bo.page.evaluate("document.cookie") == ""


@WITH_AND_WITHOUT_JAVASCRIPT
def test_a_code_typed_in_small_letters_and_three_groups_opens_its_box(
    town: Street, card: Card, *, javascript: bool
) -> None:
    bo = town.phone(javascript=javascript).page
    bo.goto(f"{BASE}/b/")
    bo.get_by_label("Mã của bạn").fill(" ".join(card.groups).lower())
    bo.get_by_role("button", name="Mở chuyện").tap()
    bo.wait_for_url(f"{BASE}/b/{''.join(card.groups)}")
    expect(bo.locator("h1")).to_have_text(card.name)
    expect(bo.locator(".edition")).to_contain_text(f"Hộp số {card.edition} / 48")


def test_the_short_address_on_the_card_leads_to_the_field_without_leaving_tls(town: Street) -> None:
    bo = town.phone().page
    bo.goto(f"{BASE}/b")
    assert bo.url == f"{BASE}/b/"
    expect(bo.get_by_label("Mã của bạn")).to_be_visible()


def test_the_field_takes_a_code_as_long_as_people_type_it(town: Street, card: Card) -> None:
    bo = town.phone().page
    bo.goto(f"{BASE}/b/")
    bo.get_by_label("Mã của bạn").press_sequentially(" ".join("".join(card.groups)))
    bo.keyboard.press("Enter")
    bo.wait_for_url(f"{BASE}/b/{''.join(card.groups)}")


@WITH_AND_WITHOUT_JAVASCRIPT
def test_the_language_switch_keeps_the_box_and_is_remembered(
    town: Street, card: Card, *, javascript: bool
) -> None:
    bo = town.phone(javascript=javascript).page
    bo.goto(card.address)
    bo.get_by_role("link", name="English").tap()
    expect(bo.locator("h1")).to_have_text(VIETNAMESE_TO_ENGLISH[card.name])
    expect(bo.locator(".edition")).to_contain_text(f"No. {card.edition} of 48")
    expect(bo.locator("html")).to_have_attribute("lang", "en")
    bo.goto(card.address)
    expect(bo.locator("html")).to_have_attribute("lang", "en")
    bo.get_by_role("button", name=ADD).tap()
    expect(bo.locator("[role=status]").first).to_have_text(f"Added: {VIETNAMESE_TO_ENGLISH[card.name]}")
    bo.get_by_role("link", name="Tiếng Việt").tap()
    expect(bo.locator("h1")).to_have_text("Album của bạn")
    bo.goto(card.address)
    expect(bo.locator("[role=status]").first).to_contain_text("đã ở trong album của bạn")


def test_a_phone_that_fetches_links_ahead_claims_nothing(town: Street, card: Card) -> None:
    bo, mai = town.phone(), town.phone(language="en-GB")
    bo.page.goto(f"{BASE}/vi/")
    bo.page.evaluate(
        """address => new Promise((loaded, failed) => {
            const link = Object.assign(document.createElement("link"), {rel: "prefetch", href: address});
            link.onload = loaded; link.onerror = failed;
            document.head.append(link);
        })""",
        card.address.replace("HTTPS://H.EXAMPLE", ""),
    )
    assert any("/B/" in address for address in bo.requests)
    assert bo.context.cookies() == []
    mai.page.goto(card.address)
    expect(mai.page.get_by_role("button", name=ADD)).to_be_visible()


def test_mai_whose_page_is_older_than_bos_claim_is_told_when_she_presses_add(
    town: Street, card: Card
) -> None:
    bo, mai = town.phone(), town.phone(language="en-GB")
    mai.page.goto(card.address)
    bo.page.goto(card.address)
    bo.page.get_by_role("button", name=ADD).tap()
    bo.page.wait_for_url(f"{BASE}/album?**")
    mai.page.get_by_role("button", name=ADD).tap()
    expect(mai.page.locator("[role=status]").first).to_contain_text("in another album since")
    expect(mai.page.locator("#chuyen")).to_be_visible()
    assert mai.context.cookies() == []
    forgive(mai, "409")


def test_pressing_add_twice_adds_once(town: Street, card: Card) -> None:
    bo = town.phone().page
    bo.goto(card.address)
    bo.get_by_role("button", name=ADD).dblclick()
    bo.wait_for_url(f"{BASE}/album?**")
    bo.goto(f"{BASE}/album")
    expect(bo.locator(f"#{KIT[card.name]}")).to_contain_text(card.name)
    expect(bo.locator(".twice")).to_have_count(0)


def test_a_button_on_another_page_of_the_web_is_not_believed(town: Street, card: Card) -> None:
    bo = town.phone()
    code = "".join(card.groups)
    bo.page.goto(
        f"data:text/html,<form method=post action='{BASE}/b/{code}/claim'><button>win</button></form>"
    )
    bo.page.get_by_role("button", name="win").tap()
    expect(bo.page.locator("h1")).to_contain_text("bấm từ một trang khác")
    assert bo.context.cookies() == []
    forgive(bo, "403")
    bo.page.goto(card.address)
    expect(bo.page.get_by_role("button", name=ADD)).to_be_visible()


def test_a_code_never_leaves_the_page_with_a_link_that_is_followed(town: Street, card: Card) -> None:
    bo = town.phone()
    bo.page.goto(card.address)
    referrers: list[str] = []
    bo.page.on("request", lambda request: referrers.append(request.headers.get("referer", "")))
    bo.page.get_by_role("link", name="Album", exact=True).tap()
    bo.page.wait_for_url(re.compile(rf"{BASE}/album(\?|$)"))
    assert referrers
    assert set(referrers) == {""}


def test_a_whole_first_scan_is_few_requests(town: Street, card: Card) -> None:
    bo = town.phone()
    bo.page.goto(card.address, wait_until="networkidle")
    assert len(bo.requests) <= 8
    assert len([address for address in bo.requests if address.endswith(".woff2")]) == 1


def forgive(phone: Phone, status: str) -> None:
    """Take the one answer that the test meant to get, and the console's word for it, off a phone's faults."""
    meant = [fault for fault in phone.faults if fault.startswith(status) or f"status of {status}" in fault]
    assert meant
    for fault in meant:
        phone.faults.remove(fault)
