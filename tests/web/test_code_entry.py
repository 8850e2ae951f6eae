"""Typing the code of a card, with a child's fingers and a Vietnamese keyboard."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.web import create_app
from app.workspace import find_workspace
from tests.web.cast import Box, Phone, break_ledger, rows
from tests.web.conftest import close
from tests.web.every_page import BY_KEYBOARD, MISTYPED, unknown_code
from tests.web.html import read_html


def test_the_entry_page_asks_for_the_code_and_nothing_else(reader: Phone) -> None:
    page = read_html(reader.open("/b/").text)
    form, field = page.one("form"), page.one("input")
    assert (form.get("method"), form.get("action")) == ("post", "/b/")
    assert (field.get("name"), field.get("id")) == ("code", page.one("label").get("for"))
    assert (field.get("autocomplete"), field.get("autocapitalize"), field.get("spellcheck")) == (
        "off",
        "characters",
        "false",
    )
    assert "aria-invalid" not in field.attributes


@pytest.mark.parametrize("path", ["/b", "/B"])
def test_the_short_address_on_the_card_leads_to_the_entry_page(reader: Phone, path: str) -> None:
    answer = reader.open(path)
    assert answer.status_code == 308
    assert reader.open(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code,
        lambda code: code.lower(),
        lambda code: f"{code[:6]} {code[6:12]} {code[12:]}",
        lambda code: f"  {code[:6]}\t{code[6:12]}–{code[12:]}\n".lower(),
        lambda code: code.replace("0", "o").replace("1", "I"),
    ],
)
def test_a_typed_code_leads_to_its_box(
    bo: Phone, boxes: tuple[Box, ...], typed: Callable[[str], str]
) -> None:
    for box in boxes:
        answer = bo.type_code(typed(box.code))
        assert (answer.status_code, answer.headers["Location"]) == (303, box.address)


def test_typing_a_code_claims_nothing(bo: Phone, folder: Path, box: Box) -> None:
    answer = bo.type_code(box.code)
    assert "Set-Cookie" not in answer.headers
    assert rows(folder, "claim") == rows(folder, "album") == 0


def test_what_a_vietnamese_keyboard_makes_of_a_code_is_undone(bo: Phone, boxes: tuple[Box, ...]) -> None:
    # Telex turns W into Ư where no vowel stands before it, and a tone's key behind a vowel into the tone.
    (tone,) = [box for box in boxes if box.code.endswith("6AR")]
    (horn,) = [box for box in boxes if box.code.endswith("609WHB00WA38V")]
    for box, typed in ((tone, tone.code[:-3] + "6Ả"), (horn, horn.code.replace("W", "Ư"))):
        for spelled in (typed, typed.lower()):
            answer = bo.type_code(spelled)
            assert (answer.status_code, answer.headers["Location"]) == (303, box.address)


def test_what_a_vietnamese_keyboard_damaged_for_good_is_told_as_such(stranger: Phone, folder: Path) -> None:
    break_ledger(folder)
    answer = stranger.type_code(BY_KEYBOARD)
    assert answer.status_code == 400
    assert "bộ gõ tiếng Việt" in read_html(answer.text).one("div", "told").text


@pytest.mark.parametrize("typed", ["", " ", MISTYPED, "FRY9X2 X1YE7W", "0" * 64, "0" * 10_000, "<script>"])
def test_a_mistyped_code_is_told_at_its_field_without_asking_the_ledger(
    stranger: Phone, folder: Path, box: Box, typed: str
) -> None:
    break_ledger(folder)
    assert stranger.type_code(box.code).status_code == 503  # a right code does ask it
    answer = stranger.type_code(typed)
    page = read_html(answer.text)
    assert answer.status_code == 400
    told, field = page.one("div", "told"), page.one("input")
    assert told.get("role") == "alert"
    assert (field.get("aria-describedby"), field.get("aria-invalid")) == (told.get("id"), "true")
    assert page.problems == []


def test_a_form_without_a_code_is_a_mistyped_one(stranger: Phone) -> None:
    assert stranger.open("/b/", method="POST", form={"other": "x"}).status_code == 400
    assert stranger.open("/b/", method="POST").status_code == 400


def test_a_code_that_no_box_has_is_not_found(stranger: Phone) -> None:
    answer = stranger.type_code(unknown_code(0))
    assert answer.status_code == 404
    assert "Không có hộp nào mang mã này" in read_html(answer.text).one("div", "told").text


def test_the_thirty_first_unknown_code_in_a_minute_is_refused_and_a_right_code_still_opens(
    bo: Phone, stranger: Phone, box: Box
) -> None:
    statuses = [stranger.type_code(unknown_code(number)).status_code for number in range(15)]
    statuses += [stranger.open(f"/b/{unknown_code(number)}").status_code for number in range(15, 31)]
    assert statuses == [404] * 30 + [429]
    assert stranger.open(f"/b/{unknown_code(31)}/claim", method="POST").status_code == 429
    assert stranger.open(box.address).status_code == 200
    assert stranger.type_code(box.code).status_code == 303
    assert stranger.press_add(box).status_code == 303
    assert bo.type_code(unknown_code(0)).status_code == 404  # another address has its own count


def test_slips_and_right_codes_do_not_count_as_guesses(stranger: Phone, box: Box) -> None:
    for _ in range(40):
        assert stranger.type_code(MISTYPED).status_code == 400
        assert stranger.type_code(box.code).status_code == 303
    assert stranger.type_code(unknown_code(0)).status_code == 404


def test_an_address_that_a_visitor_writes_into_a_header_does_not_escape_the_count(stranger: Phone) -> None:
    statuses = [
        stranger.open(
            f"/b/{unknown_code(number)}", headers={"X-Forwarded-For": f"198.51.100.{number}"}
        ).status_code
        for number in range(31)
    ]
    assert statuses == [404] * 30 + [429]


def test_behind_a_proxy_of_the_makers_own_each_visitor_has_a_count(
    folder: Path, write: Callable[[str, str, str], Path]
) -> None:
    write("hopke.toml", 'languages = ["vi", "en"]', 'languages = ["vi", "en"]\n[site]\nproxies = 1')
    site = create_app(find_workspace(str(folder)))
    behind = Phone(site, address="10.0.0.1")

    def guess(number: int, forwarded: str) -> int:
        return behind.open(f"/b/{unknown_code(number)}", headers={"X-Forwarded-For": forwarded}).status_code

    # Whoever guesses may write an address of his own choice first; the proxy adds the true one behind it.
    statuses = [guess(number, f"198.51.100.{number}, 203.0.113.66") for number in range(31)]
    other = guess(0, "203.0.113.67")
    close(site)
    assert statuses == [404] * 30 + [429]
    assert other == 404


def test_what_was_typed_is_never_put_into_an_address_unless_it_opens_a_box(stranger: Phone) -> None:
    for typed in (MISTYPED, unknown_code(0), "https://evil.example/"):
        answer = stranger.type_code(typed)
        assert "Location" not in answer.headers
        page = read_html(answer.text)
        assert not [link for link in page.links if typed in link]
