"""Every button pressed with nothing filled in, by a phone without an album and by one that has one."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.cast import Box, Phone
from tests.web.every_page import LANGUAGES, NOBODYS_SWAP, unknown_code
from tests.web.html import Page, read_html


@pytest.fixture(scope="module")
def buttons(library: Flask) -> list[str]:
    """Every address that takes a buyer's form, from the site's own map; /count answers a script alone."""
    posts = {rule.rule for rule in library.url_map.iter_rules() if "POST" in (rule.methods or ())}
    return sorted(rule for rule in posts if not rule.startswith("/studio") and rule != "/count")


def filled(button: str, language: str, code: str) -> str:
    """Return an address with its names filled in."""
    return button.replace("<language>", language).replace("<code>", code)


def shown_after(phone: Phone, path: str) -> TestResponse:
    """Press a button with an empty form; return the page at the end of the ways that it leads on."""
    answer = phone.open(path, method="POST", form={})
    assert "no-store" in answer.headers["Cache-Control"]
    for _ in range(3):
        if answer.status_code != 303:
            break
        answer = phone.open(answer.headers["Location"])
    return answer


def told_on(page: Page) -> list[str]:
    """Return what stands where a page says what was wrong or done."""
    marked = [each for each in page.elements if each.get("role") in {"alert", "status"}]
    return [each.text for each in marked if each.text]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", ["stranger", "owner"])
def test_a_button_with_nothing_filled_in_leads_to_a_page_that_helps(
    app: Flask, buttons: list[str], pick: Callable[[str], list[Box]], who: str, language: str
) -> None:
    assert len(buttons) >= 14
    lanterns, bridges = pick("lantern"), pick("bridge")
    other = Phone(app, language, "192.0.2.77")
    other.press_add(lanterns[0])
    offered = other.offer(lanterns[0]).headers["Location"].rpartition("/")[2]
    owner = Phone(app, language)
    owner.press_add(lanterns[1])
    for number, button in enumerate(buttons):
        codes = (offered, NOBODYS_SWAP, "0") if "swap" in button else (bridges[0].code, unknown_code(0), "0")
        for code in codes if "<code>" in button else ("",):
            phone = owner if who == "owner" else Phone(app, language)
            phone.address = f"192.0.2.{number}"  # wrong codes are counted by address
            answer = shown_after(phone, filled(button, language, code))
            if button == "/album/forget":
                owner.press_add(lanterns[2])
            said = f"{button} with {code or 'nothing'}: {answer.status_code}"
            page = read_html(answer.text)
            assert answer.status_code in {200, 400, 404, 409}, said
            assert page.one("html").get("lang") == language, said
            # A swap that is between others, or wants an album first, is told by its page as a whole.
            assert answer.status_code in {200, 409} or told_on(page), said
            assert page.one("h1").text, said
            inside = [*page.all("a"), *page.all("button")]
            assert [each for each in inside if each.inside(tag="main")], said
            if (who, button, code) == ("owner", "/swap/<code>/answer", offered):
                assert told_on(page), said


def test_who_has_no_album_is_not_told_that_its_key_is_wrong_but_how_to_begin(stranger: Phone) -> None:
    answer = shown_after(stranger, "/album/rotate")
    assert answer.status_code == 200
    assert "/b/" in read_html(answer.text).paths
