"""Swaps and gifts as two phones press through them, without a script."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.core.swap_code import spell_swap_code
from tests.web.cast import ALBUM, BASE, Box, Phone, full_disk, ledger_of, rows, void_box
from tests.web.every_page import BY_KEYBOARD, MISTYPED, NOBODYS_SWAP
from tests.web.html import Page, read_html

Pick = Callable[[str], list[Box]]


@pytest.fixture
def lanterns(pick: Pick) -> list[Box]:
    return pick("lantern")


@pytest.fixture
def bridges(pick: Pick) -> list[Box]:
    return pick("bridge")


@pytest.fixture
def traders(bo: Phone, mai: Phone, lanterns: list[Box], bridges: list[Box]) -> None:
    """Bo has two lanterns, Mai two bridges and a lantern."""
    for box in lanterns[:2]:
        bo.press_add(box)
    for box in (*bridges[:2], lanterns[2]):
        mai.press_add(box)


@pytest.fixture
def swap(bo: Phone, traders: None, lanterns: list[Box]) -> str:
    """The address of Bo's offer of a lantern."""
    return str(bo.offer(lanterns[0]).headers["Location"])


@pytest.fixture
def gift(bo: Phone, traders: None, lanterns: list[Box]) -> str:
    """The address of a lantern that Bo gives away."""
    return str(bo.offer(lanterns[0], gift=True).headers["Location"])


@pytest.fixture
def cam(app: Flask) -> Phone:
    """A phone that has never been here."""
    return Phone(app, "en", "192.0.2.30")


def page(phone: Phone, address: str, status: int = 200) -> Page:
    answer = phone.open(address)
    assert answer.status_code == status
    return read_html(answer.text)


def press(phone: Phone, address: str, step: str) -> int:
    return phone.open(f"{address}/{step}", method="POST").status_code


def held(folder: Path) -> dict[int, int]:
    """Return which album holds which box, by edition."""
    with ledger_of(folder) as ledger:
        return dict(ledger.execute("SELECT edition, album FROM claim").fetchall())


def later(folder: Path, minutes: int) -> None:
    """Let every swap's time run out that much earlier."""
    until = (datetime.now(UTC) + timedelta(minutes=10 - minutes)).replace(tzinfo=None)
    with ledger_of(folder) as ledger:
        ledger.execute("UPDATE swap SET ends_at = ?", (until.isoformat(" "),))


def values(shown: Page) -> list[str]:
    return [field.get("value") for field in shown.all("input") if field.get("type") == "radio"]


def actions(shown: Page) -> list[str]:
    return [form.get("action").rpartition("/")[2] for form in shown.all("form")]


def test_two_phones_swap_by_pressing_what_their_pages_show(
    bo: Phone, mai: Phone, folder: Path, traders: None, lanterns: list[Box], bridges: list[Box]
) -> None:
    before = held(folder)
    start = page(bo, "/swap")
    assert values(start) == [box.value for box in sorted(lanterns[:2], key=lambda box: box.edition)]
    offered = bo.offer(lanterns[0])
    assert offered.status_code == 303
    address = offered.headers["Location"]
    assert re.fullmatch(r"/swap/[0-9A-HJKMNP-TV-Z]{8}", address)
    waiting = page(bo, address)
    assert spell_swap_code(address[-8:]) in waiting.one("div", "spelled").text
    assert actions(waiting) == ["end"]

    seen = page(mai, address)
    assert "Lantern" in seen.one("ul", "goods").text
    assert "You have 1 of it already." in seen.one("ul", "goods").text
    assert values(seen)[:2] == [box.value for box in sorted(bridges[:2], key=lambda box: box.edition)]
    assert [label.text.count("The other album lacks it") for label in seen.all("label")] == [1, 1, 0]
    assert mai.answer(address, bridges[0]).headers["Location"] == address
    assert held(folder) == before

    asked = page(bo, address)
    assert "Cầu gỗ" in asked.one("ul", "goods").text
    assert actions(asked) == ["confirm", "end"]
    assert press(bo, address, "confirm") == 303
    done = held(folder)
    assert done[lanterns[0].edition] == before[bridges[0].edition]
    assert done[bridges[0].edition] == before[lanterns[0].edition]
    for phone, words in ((bo, "Đổi xong!"), (mai, "Swap done!")):
        assert page(phone, address).one("h1").text == words
    assert press(bo, address, "confirm") == 303
    assert held(folder) == done


def test_the_only_one_of_a_kit_may_be_given_after_a_plain_warning(mai: Phone, traders: None) -> None:
    shown = page(mai, "/swap")
    spare, only = shown.all("fieldset")
    assert "You have more than one" in spare.text
    assert "its place in your album will be empty" in only.text
    assert "its place" not in spare.text


def test_a_gift_goes_to_a_phone_that_has_never_been_here_and_makes_its_album(
    cam: Phone, bo: Phone, folder: Path, gift: str, lanterns: list[Box]
) -> None:
    shown = page(cam, gift)
    (field,) = [field for field in shown.all("input") if field.get("type") == "hidden"]
    assert cam.cookie(ALBUM) is None
    first = cam.answer(gift, key=field.get("value"))
    assert (first.status_code, first.headers["Location"]) == (303, gift)
    assert cam.cookie(ALBUM) == field.get("value")
    again = Phone(cam.browser.application, "en")  # its first answer, with the cookie, was lost
    assert again.answer(gift, key=field.get("value")).headers["Location"] == gift
    assert again.cookie(ALBUM) == field.get("value")
    assert rows(folder, "album") == 3
    for phone in (cam, again):
        assert page(phone, gift).one("h1").text == "It is yours!"
        assert "Lantern" in page(phone, "/album").by_id("lantern").text
    assert page(bo, gift).one("h1").text == "Tặng xong!"


@pytest.mark.parametrize("key", ["", "xyz", "00", "0" * 500])
def test_a_key_that_the_page_did_not_give_is_not_taken_on(
    cam: Phone, gift: str, folder: Path, key: str
) -> None:
    assert cam.answer(gift, key=key).status_code == 303
    assert cam.cookie(ALBUM) not in {None, key}
    assert rows(folder, "album") == 3


def test_a_phone_without_an_album_is_told_why_it_cannot_swap(cam: Phone, folder: Path, swap: str) -> None:
    for answer in (cam.open(swap), cam.answer(swap)):
        assert "this phone has no album yet" in answer.text
        assert "/b/?lang=en" in read_html(answer.text).links
    assert cam.answer(swap).status_code == 409
    assert rows(folder, "album") == 2


def test_opening_any_page_of_a_swap_changes_nothing(
    bo: Phone, mai: Phone, cam: Phone, folder: Path, swap: str
) -> None:
    before = (folder / "var" / "ledger.sqlite3-wal").read_bytes()
    for phone in (bo, mai, cam):
        for path in (swap, swap.replace("/swap", "/SWAP"), f"{swap}/state", "/swap", "/swap/code"):
            assert phone.open(path).status_code in {200, 303}
        for step in ("answer", "confirm", "end"):
            assert phone.open(f"{swap}/{step}").headers["Location"] == swap
    assert (folder / "var" / "ledger.sqlite3-wal").read_bytes() == before


def test_a_button_of_a_swap_pressed_on_another_site_does_nothing(
    bo: Phone, folder: Path, swap: str, lanterns: list[Box]
) -> None:
    for path in (f"{swap}/end", f"{swap}/confirm", f"{swap}/answer", "/swap", "/swap/code"):
        assert bo.open(path, method="POST", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert rows(folder, "swap") == 1
    assert bo.open(f"{swap}/state").text == "offered"


def test_the_symbol_is_drawn_for_the_giver_alone_and_while_it_is_of_use(
    bo: Phone, mai: Phone, swap: str, bridges: list[Box]
) -> None:
    assert page(bo, swap).all("svg", "symbol")
    assert not page(mai, swap).all("svg", "symbol")
    mai.answer(swap, bridges[0])
    assert not page(bo, swap).all("svg", "symbol")


def test_a_third_phone_is_told_that_the_code_is_taken(
    mai: Phone, stranger: Phone, swap: str, bridges: list[Box]
) -> None:
    mai.answer(swap, bridges[0])
    shown = page(stranger, swap)
    assert shown.one("h1").text == "Máy khác đã mở trước"
    assert not shown.all("form")
    for step in ("answer", "confirm", "end"):
        assert press(stranger, swap, step) == 409
    assert mai.open(f"{swap}/state").text == "answered"


def test_the_giver_who_answers_is_told_that_it_is_the_same_album(
    bo: Phone, swap: str, lanterns: list[Box]
) -> None:
    answer = bo.answer(swap, lanterns[1])
    assert answer.status_code == 409
    assert "Máy này đang giữ chính album đó" in read_html(answer.text).one("div", "told").text


@pytest.mark.parametrize("how", ["giver", "taker", "time"])
def test_a_swap_that_ended_says_so_and_has_a_way_on(
    bo: Phone, mai: Phone, folder: Path, swap: str, bridges: list[Box], how: str
) -> None:
    before = held(folder)
    mai.answer(swap, bridges[0])
    if how == "time":
        later(folder, 10)
    else:
        assert press(bo if how == "giver" else mai, swap, "end") == 303
    for phone in (bo, mai):
        shown = page(phone, swap)
        assert shown.one("h1").text in {"Mã này không dùng được nữa", "This code no longer works"}
        assert {"/swap", "/album"} <= set(shown.paths)
        assert phone.open(f"{swap}/state").text == "ended"
    assert press(bo, swap, "confirm") == 409
    assert mai.answer(swap, bridges[0]).status_code == 409
    assert held(folder) == before


def test_a_box_that_is_withdrawn_meanwhile_is_not_swapped(
    bo: Phone, mai: Phone, folder: Path, swap: str, lanterns: list[Box], bridges: list[Box]
) -> None:
    before = held(folder)
    void_box(folder, bridges[1])
    assert mai.answer(swap, bridges[1]).status_code == 409
    mai.answer(swap, bridges[0])
    void_box(folder, lanterns[0])
    assert press(bo, swap, "confirm") == 303
    assert bo.open(f"{swap}/state").text == "ended"
    assert held(folder) == before


@pytest.mark.parametrize("box", ["", "TY-1/99", "TY-1/", "/", "TY-1/1/1", "' OR 1=1", "TY-2/1"])
def test_a_made_up_box_is_not_offered(bo: Phone, folder: Path, traders: None, box: str) -> None:
    answer = bo.open("/swap", method="POST", form={"box": box})
    assert answer.status_code == 409
    assert read_html(answer.text).one("div", "told").get("role") == "alert"
    assert rows(folder, "swap") == 0


@pytest.mark.parametrize(
    "typed",
    [str, str.lower, lambda code: f" {code[:4]}-{code[4:]} ", lambda code: code.replace("0", "o")],
)
def test_a_typed_code_leads_to_its_swap(mai: Phone, swap: str, typed: Callable[[str], str]) -> None:
    answer = mai.type_swap(typed(swap[-8:]))
    assert (answer.status_code, answer.headers["Location"]) == (303, swap)


@pytest.mark.parametrize(
    ("typed", "status", "told"),
    [
        (MISTYPED, 400, "Not quite"),
        ("", 400, "Not quite"),
        (BY_KEYBOARD, 400, "Vietnamese keyboard"),
        (NOBODYS_SWAP, 404, "No phone is showing this code"),
    ],
)
def test_a_wrong_code_is_told_at_its_field(mai: Phone, typed: str, status: int, told: str) -> None:
    answer = mai.type_swap(typed)
    shown = read_html(answer.text)
    assert answer.status_code == status
    assert told in shown.one("div", "told").text
    assert shown.by_id("code").get("aria-describedby") == shown.one("div", "told").get("id")
    assert "Location" not in answer.headers


def test_wrong_swap_codes_are_limited_with_wrong_box_codes_and_right_ones_never(
    stranger: Phone, bo: Phone, swap: str
) -> None:
    paths = [f"/swap/{NOBODYS_SWAP}", f"/swap/{NOBODYS_SWAP}/state", f"/SWAP/{NOBODYS_SWAP}"]
    statuses = [stranger.open(paths[number % 3]).status_code for number in range(31)]
    assert statuses == [404] * 30 + [429]
    assert press(stranger, f"/swap/{NOBODYS_SWAP}", "answer") == 429
    assert stranger.type_swap(NOBODYS_SWAP).status_code == 429
    assert stranger.open(swap).status_code == 200
    assert stranger.type_swap(swap[-8:]).status_code == 303
    assert bo.open(f"/swap/{NOBODYS_SWAP}").status_code == 404


def test_a_swap_code_stands_in_no_title_link_or_description_and_is_not_kept_by_the_ledger(
    bo: Phone, mai: Phone, folder: Path, swap: str, bridges: list[Box]
) -> None:
    code = swap[-8:]
    mai.answer(swap, bridges[0])
    for phone in (bo, mai):
        shown = page(phone, swap)
        assert code not in shown.one("head").text
        holding = [
            element for element in shown.elements if any(code in text for text in element.attributes.values())
        ]
        for element in holding:
            own = element.get("action") or element.get("data-wait") or element.get("href")
            assert own.partition("?")[0].startswith(swap)
    stored = b"".join(file.read_bytes() for file in (folder / "var").glob("ledger.sqlite3*"))
    assert code.encode() not in stored


def test_the_pages_of_a_swap_are_never_stored_nor_referred_to(bo: Phone, swap: str) -> None:
    for path in ("/swap", "/SWAP", swap, swap.replace("swap", "SWAP"), f"{swap}/state"):
        headers = bo.open(path).headers
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("step", ["answer", "confirm", "end"])
def test_the_page_behind_a_button_offers_the_other_language_at_the_swaps_own_address(
    stranger: Phone, mai: Phone, swap: str, bridges: list[Box], step: str
) -> None:
    mai.answer(swap, bridges[0])
    answer = stranger.open(f"{swap}/{step}", method="POST")
    assert read_html(answer.text).switch["en"] == f"{swap}?lang=en"
    assert read_html(stranger.offer(None).text).switch["en"] == "/swap?lang=en"


@pytest.mark.parametrize(
    ("base", "place"),
    [
        (BASE, "h.example"),
        ("http://192.168.1.20:8000", "192.168.1.20:8000"),
        ("https://evil.example", "h.example"),
    ],
)
def test_the_symbol_leads_to_the_site_or_while_trying_at_home_to_this_machine(
    app: Flask, lanterns: list[Box], base: str, place: str
) -> None:
    phone = Phone(app, "en", base=base)
    phone.press_add(lanterns[0])
    shown = page(phone, phone.offer(lanterns[0]).headers["Location"])
    assert f"open {place}/swap" in shown.one("main").text


def test_on_a_full_disk_nothing_is_swapped_and_afterwards_it_is(
    bo: Phone, mai: Phone, folder: Path, swap: str, bridges: list[Box]
) -> None:
    mai.answer(swap, bridges[0])
    before = held(folder)
    with full_disk():
        assert press(bo, swap, "confirm") == 503
        assert bo.open(swap).status_code == 200
    assert held(folder) == before
    assert press(bo, swap, "confirm") == 303
    assert held(folder) != before


@pytest.mark.parametrize(
    ("as_gift", "former", "holder"),
    [
        (False, "Bạn đã đổi mẫu này cho người khác ngày", "came into your album by a swap on"),
        (True, "Bạn đã tặng mẫu này cho người khác ngày", "came into your album as a gift on"),
    ],
)
def test_a_rescan_tells_the_former_and_the_new_holder(
    bo: Phone,
    mai: Phone,
    traders: None,
    lanterns: list[Box],
    bridges: list[Box],
    as_gift: bool,
    former: str,
    holder: str,
) -> None:
    address = bo.offer(lanterns[0], gift=as_gift).headers["Location"]
    mai.answer(address, bridges[0])
    press(bo, address, "confirm")
    for phone, words in ((bo, former), (mai, holder)):
        shown = page(phone, lanterns[0].address)
        assert words in shown.one("div", "told").text
        assert not shown.posts
    assert bo.press_add(lanterns[0]).status_code == 409
