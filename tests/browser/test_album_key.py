"""An album's key on real phones: scanned off a screen by day and by night, typed, opened elsewhere."""

import io
import re
from pathlib import Path
from typing import Literal

import pytest
import zxingcpp
from PIL import Image, ImageOps
from playwright.sync_api import Page, expect

from app.core.album_key import parse_words
from tests.browser.cards import Card
from tests.browser.phones import BASE, Phone, Street

WITH_AND_WITHOUT_JAVASCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
ADD = re.compile("Thêm vào album|Add to my album")


def add(page: Page, card: Card) -> None:
    page.goto(card.address)
    page.get_by_role("button", name=ADD).tap()
    page.wait_for_url(f"{BASE}/album?**")


def key_in_cookie(phone: Phone) -> bytes:
    (cookie,) = [each for each in phone.context.cookies() if each["name"] == "__Host-album"]
    return bytes.fromhex(str(cookie["value"]))


def bring_up(page: Page) -> None:
    """Scroll until the symbol stands clear of the bar at the bottom."""
    page.evaluate("scrollTo(0, document.querySelector('.qr').getBoundingClientRect().top + scrollY - 80)")


def read_screen(page: Page) -> str:
    """Return what another phone's camera reads off the screen."""
    bring_up(page)
    (symbol,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    return symbol.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_symbol_is_read_off_the_screen_and_opens_the_album_on_another_phone(
    town: Street, card: Card, scheme: Literal["light", "dark"]
) -> None:
    bo = town.phone(scheme=scheme)
    add(bo.page, card)
    scanned = read_screen(bo.page)
    assert scanned.startswith(f"{BASE}/album/open#")
    assert parse_words(scanned) == key_in_cookie(bo)

    mai = town.phone(language="en-GB")
    mai.page.goto(scanned)
    field = mai.page.get_by_label("The eight words of the key")
    expect(field).to_have_value(scanned.partition("#")[2].replace("-", " "))
    assert mai.page.url == f"{BASE}/album/open"
    assert not [address for address in mai.requests if scanned.partition("#")[2] in address.partition("#")[0]]
    mai.page.get_by_role("button", name="Open the album").tap()
    mai.page.wait_for_url(f"{BASE}/album")
    expect(mai.page.locator(".stamp:not(.missing)")).to_have_count(1)
    assert key_in_cookie(mai) == key_in_cookie(bo)


def test_the_symbol_has_a_quiet_zone_of_four_modules_and_is_large_enough(town: Street, card: Card) -> None:
    bo = town.phone(scheme="dark")
    add(bo.page, card)
    bring_up(bo.page)
    box = bo.page.locator(".qr").bounding_box()
    assert box
    side = float((bo.page.locator(".qr").get_attribute("viewBox") or "").split()[2])
    module = box["width"] / side
    assert module >= 4  # CSS pixels: some 0.6 mm
    screen = Image.open(io.BytesIO(bo.page.screenshot())).convert("L")
    edge = 2  # where the page's own dark ground may shine through half a pixel
    inside = [round(each) for each in (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])]
    symbol = screen.crop((inside[0] + edge, inside[1] + edge, inside[2] - edge, inside[3] - edge))
    found = ImageOps.invert(symbol).getbbox()
    assert found
    left, top, right, bottom = found
    assert min(left, top, symbol.width - right, symbol.height - bottom) >= 4 * module - edge - 2


@WITH_AND_WITHOUT_JAVASCRIPT
def test_the_key_is_written_down_typed_and_opens_the_album_elsewhere(
    town: Street, card: Card, *, javascript: bool
) -> None:
    bo = town.phone(javascript=javascript)
    add(bo.page, card)
    words = " ".join(bo.page.locator(".words li").all_inner_texts())
    bo.page.get_by_role("link", name="Mình chép xong rồi").tap()
    expect(bo.page.locator(".words")).to_have_count(0)
    expect(bo.page.locator(".stamp:not(.missing)")).to_have_count(1)

    mai = town.phone(javascript=javascript, language="en-GB")
    mai.page.goto(f"{BASE}/album")
    mai.page.get_by_role("link", name="Open an album with its words").tap()
    mai.page.get_by_label("The eight words of the key").press_sequentially(words.title())
    mai.page.get_by_role("button", name="Open the album").tap()
    mai.page.wait_for_url(f"{BASE}/album")
    expect(mai.page.locator(".stamp:not(.missing)")).to_have_count(1)


@WITH_AND_WITHOUT_JAVASCRIPT
def test_a_card_scanned_again_in_another_browser_leads_back_to_its_album(
    town: Street, card: Card, *, javascript: bool
) -> None:
    bo = town.phone(javascript=javascript)
    add(bo.page, card)
    words = " ".join(bo.page.locator(".words li").all_inner_texts())
    other = town.phone(javascript=javascript)  # the same telephone's other browser
    other.page.goto(card.address)
    other.page.get_by_role("link", name="Mở album của bạn bằng khóa").tap()
    other.page.get_by_label("Tám từ của khóa").fill(words)
    other.page.get_by_role("button", name="Mở album").tap()
    other.page.wait_for_url(f"{BASE}/album")
    other.page.goto(card.address)
    expect(other.page.get_by_role("status").first).to_contain_text("đã ở trong album của bạn")


def test_two_albums_become_one_by_hand_without_javascript(town: Street, pile: object, card: Card) -> None:
    bo, mai = town.phone(javascript=False), town.phone(javascript=False)
    add(bo.page, card)
    add(mai.page, next(pile))  # type: ignore[call-overload]
    words = " ".join(bo.page.locator(".words li").all_inner_texts())
    mai.page.goto(f"{BASE}/album/open")
    mai.page.get_by_label("Tám từ của khóa").fill(words)
    mai.page.get_by_role("button", name="Mở album").tap()
    expect(mai.page.locator("h1")).to_have_text("Máy này đã có một album")
    mai.page.get_by_role("button", name="Gộp hai album").tap()
    mai.page.wait_for_url(f"{BASE}/album")
    assert key_in_cookie(mai) == key_in_cookie(bo)
    mai.page.get_by_role("link", name="Xóa hết").tap()
    mai.page.get_by_role("button", name="Xóa hết").tap()
    expect(mai.page.locator("h1")).to_have_text("Máy này không giữ album nào")
    assert not [each for each in mai.context.cookies() if each["name"] == "__Host-album"]


def test_the_printed_key_is_a_card_to_cut_out(town: Street, card: Card, tmp_path: Path) -> None:
    bo = town.phone()
    add(bo.page, card)
    bo.page.goto(f"{BASE}/album/key")
    expect(bo.page.locator(".words li")).to_have_count(4)
    bo.page.emulate_media(media="print")
    expect(bo.page.locator(".lead")).to_be_hidden()
    expect(bo.page.locator(".bar")).to_be_hidden()
    expect(bo.page.locator(".cut")).to_be_visible()
    box = bo.page.locator(".keycard").bounding_box()
    assert box
    assert 330 <= box["width"] <= 350  # 90 mm
    (symbol,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(bo.page.screenshot(full_page=True))))
    assert parse_words(symbol.text) == key_in_cookie(bo)


def test_a_camera_that_reads_a_broken_fragment_puts_only_letters_into_the_field(town: Street) -> None:
    mai = town.phone()
    mai.page.goto(f"{BASE}/album/open#%3Cb%3Ebabe-babe")
    expect(mai.page.get_by_label("Tám từ của khóa")).to_have_value(re.compile(r"^[A-Za-z ]+$"))
    assert mai.page.url == f"{BASE}/album/open"
