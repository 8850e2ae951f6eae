"""Putting a kit into the album: once, safely repeated, and by the button of the page alone."""

import re
from datetime import date
from pathlib import Path

import pytest
from babel.dates import format_date
from flask import Flask
from werkzeug.http import parse_cookie

from tests.web.cast import ALBUM, Box, Phone, full_disk, ledger_of, rows, void_box
from tests.web.every_page import BY_KEYBOARD, MISTYPED, unknown_code
from tests.web.html import read_html


def claimed_day(folder: Path) -> date:
    """Return the one day on which everything was claimed."""
    with ledger_of(folder) as ledger:
        ((day,),) = ledger.execute("SELECT DISTINCT claimed_on FROM claim")
    return date.fromisoformat(day)


def test_the_button_puts_the_kit_into_the_album(bo: Phone, folder: Path, box: Box) -> None:
    page = read_html(bo.open(box.address).text)
    (form,) = page.posts
    assert (form.get("method"), form.get("action")) == ("post", box.claim)
    (button,) = [
        each for each in page.all("button") if each.inside(css_class="lead") and each.inside(tag="form")
    ]
    assert button.get("type") == "submit"
    answer = bo.press_add(box)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/album?added=lantern")
    with ledger_of(folder) as ledger:
        claims = ledger.execute("SELECT kit, edition, run FROM claim").fetchall()
    assert claims == [("lantern", box.edition, "TY-1")]
    assert read_html(bo.open("/album").text).by_id("lantern").get("class") == "stamp c1"


def test_a_card_in_capitals_claims_too(bo: Phone, folder: Path, box: Box) -> None:
    answer = bo.open(f"/B/{box.code.lower()}/claim", method="POST")
    assert answer.headers["Location"] == "/album?added=lantern"
    assert rows(folder, "claim") == 1


def test_the_first_claim_gives_the_phone_its_album_and_later_ones_give_nothing(
    bo: Phone, boxes: tuple[Box, ...]
) -> None:
    (given,) = bo.press_add(boxes[0]).headers.getlist("Set-Cookie")
    name, key, attributes = re.fullmatch(r"([^=]+)=([^;]+); (.+)", given).groups()  # type: ignore[union-attr]
    assert name == "__Host-album"
    assert re.fullmatch("[0-9a-f]{20}", key)
    parts = set(attributes.split("; "))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
    assert not [part for part in parts if part.startswith("Domain")]
    ages = [int(part.partition("=")[2]) for part in parts if part.startswith("Max-Age")]
    assert ages == [10 * 366 * 86_400]
    for box in boxes:
        assert not bo.press_add(box).headers.getlist("Set-Cookie")
    assert bo.cookie(ALBUM) == key


def test_two_phones_get_two_albums(bo: Phone, mai: Phone, boxes: tuple[Box, ...]) -> None:
    bo.press_add(boxes[0])
    mai.press_add(boxes[1])
    assert bo.cookie(ALBUM) != mai.cookie(ALBUM)


def test_the_key_of_an_album_is_not_in_the_ledger(bo: Phone, folder: Path, box: Box) -> None:
    bo.press_add(box)
    key = bo.cookie(ALBUM)
    assert key
    stored = b"".join(file.read_bytes() for file in (folder / "var").glob("ledger.sqlite3*"))
    assert b"lantern" in stored
    assert bytes.fromhex(key) not in stored
    assert key.encode() not in stored


def test_a_claim_repeated_by_the_same_phone_gets_the_same_answer_and_takes_nothing_more(
    bo: Phone, folder: Path, box: Box
) -> None:
    first = bo.press_add(box)
    for _ in range(3):
        again = bo.press_add(box)
        assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    assert (rows(folder, "claim"), rows(folder, "album")) == (1, 1)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_mai_who_comes_second_is_told_the_day_whom_to_ask_and_the_story(
    bo: Phone, mai: Phone, folder: Path, box: Box, language: str
) -> None:
    assert mai.open(box.address).status_code == 200  # her page still has the button
    bo.press_add(box)
    mai.language = language
    answer = mai.press_add(box)
    page = read_html(answer.text)
    assert answer.status_code == 409
    assert format_date(claimed_day(folder), "long", locale=language) in page.one("div", "told").text
    assert {"vi": "hãy hỏi nơi bán hộp", "en": "ask where you bought it"}[language] in answer.text
    assert {"vi": "để thử trang này 31.", "en": "to try this page 31."}[language] in page.by_id("chuyen").text
    assert not page.posts
    assert "Set-Cookie" not in answer.headers
    assert (rows(folder, "claim"), rows(folder, "album")) == (1, 1)
    assert mai.cookie(ALBUM) is None


def test_a_second_phone_with_an_album_of_its_own_does_not_get_the_box_either(
    bo: Phone, mai: Phone, folder: Path, boxes: tuple[Box, ...]
) -> None:
    mai.press_add(boxes[1])
    bo.press_add(boxes[0])
    assert mai.press_add(boxes[0]).status_code == 409
    assert rows(folder, "claim") == 2


@pytest.mark.parametrize(
    ("language", "told"),
    [("vi", "Người làm đã thu hồi tấm thẻ này"), ("en", "The maker has withdrawn this card")],
)
def test_a_voided_box_goes_into_no_album_and_its_page_says_why(
    bo: Phone, folder: Path, box: Box, language: str, told: str
) -> None:
    bo.language = language
    assert bo.open(box.address).status_code == 200  # this page still has the button
    void_box(folder, box)
    for path in (box.claim, box.claim.replace("/b/", "/B/")):
        answer = bo.open(path, method="POST")
        page = read_html(answer.text)
        assert answer.status_code == 409
        assert told in page.one("div", "told").text
        assert page.by_id("chuyen").text
        assert not page.posts
        assert "Set-Cookie" not in answer.headers
    assert (rows(folder, "claim"), rows(folder, "album")) == (0, 0)
    assert bo.open(box.claim).headers["Location"] == box.address


def test_a_claim_made_before_the_voiding_stays_and_gets_the_same_answer(
    bo: Phone, mai: Phone, folder: Path, box: Box
) -> None:
    first = bo.press_add(box)
    void_box(folder, box)
    again = bo.press_add(box)
    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    assert mai.press_add(box).status_code == 409
    assert rows(folder, "claim") == 1


def test_the_day_is_told_to_the_owner_too(bo: Phone, folder: Path, box: Box) -> None:
    bo.press_add(box)
    told = read_html(bo.open(box.address).text).one("div", "told").text
    assert format_date(claimed_day(folder), "long", locale="vi") in told


def test_a_key_that_someone_made_up_is_never_taken_on(bo: Phone, folder: Path, box: Box) -> None:
    bo.keep_cookie(ALBUM, "ab" * 10)
    (given,) = bo.press_add(box).headers.getlist("Set-Cookie")
    key = parse_cookie(given)[ALBUM]
    assert key != "ab" * 10
    assert bo.cookie(ALBUM) == key
    assert rows(folder, "album") == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "SAME-ORIGIN "])
def test_a_button_pressed_on_another_site_does_nothing(bo: Phone, folder: Path, box: Box, site: str) -> None:
    answer = bo.press_add(box, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert (
        bo.open("/b/", method="POST", form={"code": box.code}, headers={"Sec-Fetch-Site": site}).status_code
        == 403
    )
    assert (rows(folder, "claim"), rows(folder, "album")) == (0, 0)


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
def test_a_button_pressed_here_or_in_an_old_browser_is_believed(
    bo: Phone, folder: Path, box: Box, headers: dict[str, str]
) -> None:
    assert bo.press_add(box, headers=headers).status_code == 303
    assert rows(folder, "claim") == 1


def test_the_buttons_address_when_reloaded_leads_back_to_the_box(bo: Phone, box: Box) -> None:
    bo.press_add(box)
    answer = bo.open(box.claim)
    assert answer.status_code == 303
    assert answer.headers["Location"].casefold() == box.address.casefold()


@pytest.mark.parametrize(("code", "status"), [(MISTYPED, 400), (BY_KEYBOARD, 400), (unknown_code(0), 404)])
def test_a_wrong_code_claims_nothing_and_makes_no_album(
    bo: Phone, folder: Path, code: str, status: int
) -> None:
    answer = bo.open(f"/b/{code}/claim", method="POST")
    assert answer.status_code == status
    assert "Set-Cookie" not in answer.headers
    assert (rows(folder, "claim"), rows(folder, "album")) == (0, 0)


def test_on_a_full_disk_nothing_is_added_and_everything_can_be_read_and_it_mends_itself(
    bo: Phone, folder: Path, box: Box
) -> None:
    with full_disk():
        answer = bo.press_add(box)
        assert bo.open(box.address).status_code == 200
        assert bo.open("/vi/tiny/lantern").status_code == 200
        assert bo.open("/album").status_code == 200
    assert answer.status_code == 503
    assert "chưa thêm vào album" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert (rows(folder, "claim"), rows(folder, "album")) == (0, 0)
    assert bo.press_add(box).status_code == 303
    assert rows(folder, "claim") == 1


def test_every_box_of_the_run_can_be_claimed_once(
    bo: Phone, mai: Phone, folder: Path, boxes: tuple[Box, ...]
) -> None:
    for box in boxes:
        assert bo.press_add(box).status_code == 303
        assert mai.press_add(box).status_code == 409
    assert rows(folder, "claim") == 16


@pytest.mark.parametrize(
    "base", ["http://192.168.1.20:8000", "http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000"]
)
def test_trying_at_home_without_tls_the_album_is_kept_by_a_cookie_that_needs_none(
    app: Flask, box: Box, base: str
) -> None:
    (given,) = Phone(app, base=base).press_add(box).headers.getlist("Set-Cookie")
    parts = given.split("; ")
    assert parts[0].startswith("album=")
    assert "Secure" not in parts
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(parts)


@pytest.mark.parametrize(
    "base", ["http://h.example", "https://localhost", "https://192.168.1.20", "http://h.example:80"]
)
def test_anywhere_else_the_albums_cookie_needs_tls(app: Flask, box: Box, base: str) -> None:
    (given,) = Phone(app, base=base).press_add(box).headers.getlist("Set-Cookie")
    assert given.startswith("__Host-album=")
    assert "Secure" in given.split("; ")


def test_a_cookie_that_was_set_without_tls_opens_no_album_where_tls_is_spoken(
    bo: Phone, stranger: Phone, box: Box
) -> None:
    bo.press_add(box)
    key = bo.cookie(ALBUM)
    assert key
    stranger.keep_cookie("album", key)
    assert "trong một album khác" in stranger.open(box.address).text
