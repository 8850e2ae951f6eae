"""A box's page: what its code opens, for whom, and that looking takes nothing."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.web.cast import ALBUM, Box, Phone, break_ledger, rows, void_box
from tests.web.every_page import BY_KEYBOARD, MISTYPED, unknown_code
from tests.web.html import read_html

TITLES = {
    "vi": {"lantern": "Đèn lồng", "bridge": "Cầu gỗ", "fish": "Cá chép"},
    "en": {"lantern": "Lantern", "bridge": "Wooden Bridge", "fish": "Carp"},
}


def test_every_code_opens_the_story_of_the_kit_in_its_box(
    bo: Phone, mai: Phone, boxes: tuple[Box, ...]
) -> None:
    assert {box.kit for box in boxes} == {"lantern", "bridge", "fish"}
    for box in boxes:
        for phone in (bo, mai):
            answer = phone.open(box.address)
            page = read_html(answer.text)
            assert answer.status_code == 200
            assert page.one("h1").text == TITLES[phone.language][box.kit]
            assert page.all("img")[0].get("src") == f"/kits/tiny/{box.kit}/art.svg"


def test_the_page_asks_to_compare_the_number_outside_the_box(
    bo: Phone, mai: Phone, boxes: tuple[Box, ...]
) -> None:
    assert sorted(box.edition for box in boxes) == list(range(1, 17))
    for box in boxes:
        shown = read_html(mai.open(box.address).text).one("p", "edition").text
        assert f"No. {box.edition} of 16, run TY-1" in shown
        shown = read_html(bo.open(box.address).text).one("p", "edition").text
        assert f"số {box.edition} / 16, đợt TY-1" in shown


def test_a_box_tells_the_same_story_as_its_own_address(bo: Phone, box: Box) -> None:
    scanned, canonical = (read_html(bo.open(path).text) for path in (box.address, f"/vi/tiny/{box.kit}"))
    for part in ("chuyen", "giai-ma", "lap"):
        assert scanned.by_id(part).text == canonical.by_id(part).text
    assert scanned.one("section", "sources").text == canonical.one("section", "sources").text


def test_a_card_in_capitals_and_an_address_in_small_letters_are_one(bo: Phone, box: Box) -> None:
    addresses = [f"/{letter}/{code}" for letter in "bB" for code in (box.code, box.code.lower())]
    pages = [read_html(bo.open(address).text) for address in addresses]
    assert {page.one("h1").text for page in pages} == {"Đèn lồng"}
    assert [[form.get("action") for form in page.posts] for page in pages] == [[box.claim]] * len(pages)


@pytest.mark.parametrize(
    "spelled",
    [
        lambda code: f"{code[:6]} {code[6:12]} {code[12:]}",
        lambda code: f"{code[:6]}-{code[6:12]}-{code[12:]}".lower(),
        lambda code: f" {code[:3]} {code[3:]} ",
        lambda code: code.replace("0", "O").replace("1", "l"),
        "\u00a0".join,
    ],
)
def test_a_code_may_be_spaced_and_spelled_as_people_do(
    bo: Phone, boxes: tuple[Box, ...], spelled: Callable[[str], str]
) -> None:
    for box in boxes:
        answer = bo.open(f"/b/{quote(spelled(box.code))}")
        assert answer.status_code == 200
        assert [form.get("action") for form in read_html(answer.text).posts] == [box.claim]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("HEAD", {}),
        ("OPTIONS", {}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
        ("GET", {"X-Moz": "prefetch"}),
        ("GET", {"User-Agent": "facebookexternalhit/1.1"}),
    ],
)
def test_looking_never_claims(
    bo: Phone, mai: Phone, folder: Path, box: Box, method: str, headers: dict[str, str]
) -> None:
    for path in (box.address, box.address.replace("/b/", "/B/"), box.claim):
        answer = bo.open(path, method=method, headers=headers)
        assert answer.status_code in ({303, 404} if path == box.claim and method != "OPTIONS" else {200})
        assert "Set-Cookie" not in answer.headers
    assert (rows(folder, "claim"), rows(folder, "album")) == (0, 0)
    assert mai.press_add(box).status_code == 303
    assert (rows(folder, "claim"), rows(folder, "album")) == (1, 1)


def test_a_page_with_a_code_is_kept_nowhere_and_told_to_nobody(bo: Phone, box: Box) -> None:
    for path in (box.address, box.address.replace("/b/", "/B/")):
        answer = bo.open(path)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "ETag" not in answer.headers
        page = read_html(answer.text)
        assert [meta.get("content") for meta in page.all("meta") if meta.get("name") == "robots"] == [
            "noindex"
        ]
        assert not [link for link in page.all("link") if link.get("rel") in {"canonical", "alternate"}]


def test_a_phone_that_was_told_the_page_has_not_changed_still_gets_it_whole(bo: Phone, box: Box) -> None:
    before = bo.open(box.address)
    bo.press_add(box)
    after = bo.open(
        box.address, headers={"If-None-Match": "*", "If-Modified-Since": "Sat, 01 Jan 2033 00:00:00 GMT"}
    )
    assert (before.status_code, after.status_code) == (200, 200)
    assert after.data != before.data


def test_the_owner_is_told_since_when_and_led_to_the_album(bo: Phone, box: Box) -> None:
    bo.press_add(box)
    page = read_html(bo.open(box.address).text)
    assert "đã ở trong album của bạn" in page.one("div", "told").text
    assert not page.posts
    assert "/album" in [link.get("href").partition("?")[0] for link in page.all("a", "btn")]


def test_another_is_told_it_is_taken_and_may_read_the_story(bo: Phone, mai: Phone, box: Box) -> None:
    bo.press_add(box)
    answer = mai.open(box.address)
    page = read_html(answer.text)
    assert answer.status_code == 200
    assert "in another album since" in page.one("div", "told").text
    assert "ask where you bought it" in answer.text
    assert not page.posts
    assert "told to try this page 31." in page.by_id("chuyen").text


@pytest.mark.parametrize(
    ("language", "told", "whom", "story"),
    [
        ("vi", "Người làm đã thu hồi tấm thẻ này", "hỏi người làm: Tiny Maker", "để thử trang này 31."),
        ("en", "The maker has withdrawn this card", "ask the maker: Tiny Maker", "to try this page 31."),
    ],
)
@pytest.mark.parametrize("taken", [False, True], ids=["claimed by nobody", "claimed by another"])
def test_who_scans_a_voided_card_is_told_whom_to_ask_and_may_read_the_story(
    bo: Phone,
    mai: Phone,
    folder: Path,
    box: Box,
    language: str,
    told: str,
    whom: str,
    story: str,
    taken: bool,
) -> None:
    if taken:
        bo.press_add(box)
    void_box(folder, box)
    mai.language = language
    for path in (box.address, box.address.replace("/b/", "/B/")):
        answer = mai.open(path)
        page = read_html(answer.text)
        assert answer.status_code == mai.open(path, method="HEAD").status_code == 200
        assert told in page.one("div", "told").text
        assert whom in page.one("div", "lead").text
        assert story in page.by_id("chuyen").text
        assert not page.posts
        assert "/r/TY-1" in page.paths


def test_only_the_voided_box_is_told_to_be_withdrawn(bo: Phone, folder: Path, boxes: tuple[Box, ...]) -> None:
    void_box(folder, boxes[0])
    assert [box for box in boxes if "thu hồi" in bo.open(box.address).text] == [boxes[0]]


def test_an_owner_keeps_a_kit_whose_box_was_voided_later_and_is_told_so(
    bo: Phone, folder: Path, box: Box
) -> None:
    bo.press_add(box)
    void_box(folder, box)
    lead = read_html(bo.open(box.address).text).one("div", "lead").text
    assert "đã ở trong album của bạn" in lead
    assert "Mẫu vẫn ở lại trong album của bạn" in lead
    assert read_html(bo.open("/album").text).by_id("lantern").get("class") == "stamp c1"


def test_who_owns_a_box_is_never_told(bo: Phone, mai: Phone, box: Box) -> None:
    bo.press_add(box)
    key = bo.cookie(ALBUM)
    assert key
    assert key not in mai.open(box.address).text + bo.open(box.address).text


def test_a_cookie_that_is_no_album_key_is_taken_for_none(bo: Phone, stranger: Phone, box: Box) -> None:
    bo.press_add(box)
    for nonsense in ("", "x", "00", "g" * 32, "0" * 32, "0" * 64, "%00", "é"):
        stranger.keep_cookie(ALBUM, nonsense)
        answer = stranger.open(box.address)
        assert answer.status_code == 200
        assert "trong một album khác" in answer.text


def test_a_code_that_no_box_has_is_not_found(stranger: Phone) -> None:
    answer = stranger.open(f"/b/{unknown_code(0)}")
    assert answer.status_code == 404
    assert "Không có hộp nào mang mã này" in read_html(answer.text).one("div", "told").text


@pytest.mark.parametrize(
    "typed",
    [
        MISTYPED,
        "0",
        "x" * 300,
        "FRY9X2",
        "U" * 18,
        "!" * 18,
        "Ж" * 18,
        "\x00" * 18,
        "'; DROP TABLE claim; --",
        "🙂" * 18,
    ],
)
def test_a_mistyped_code_is_refused_without_asking_the_ledger(
    stranger: Phone, folder: Path, box: Box, typed: str
) -> None:
    break_ledger(folder)
    assert stranger.open(box.address).status_code == 503  # a right code does ask it
    answer = stranger.open(f"/b/{quote(typed)}")
    assert answer.status_code == 400
    assert "Mã chưa đúng" in read_html(answer.text).one("div", "told").text


def test_one_wrong_letter_anywhere_is_told_as_a_slip_and_opens_no_other_box(
    stranger: Phone, folder: Path, box: Box
) -> None:
    break_ledger(folder)
    for place in range(18):
        wrong = "7" if box.code[place] != "7" else "8"
        answer = stranger.open(f"/b/{box.code[:place]}{wrong}{box.code[place + 1 :]}")
        assert answer.status_code == 400


def test_a_code_in_the_address_that_a_keyboard_changed_is_repaired_or_told(
    bo: Phone, boxes: tuple[Box, ...]
) -> None:
    (box,) = [box for box in boxes if box.code.endswith("6AR")]
    answer = bo.open(f"/b/{quote(box.code[:-3] + '6Ả')}")
    assert [form.get("action") for form in read_html(answer.text).posts] == [box.claim]
    answer = bo.open(f"/b/{quote(BY_KEYBOARD)}")
    assert answer.status_code == 400
    assert "bộ gõ tiếng Việt" in read_html(answer.text).one("div", "told").text
