"""The pages of those who work here: invitation, password, signing in and out, and what they never do."""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.web.cast import (
    PASSWORD,
    Desk,
    everything_in,
    invitation,
    signed_in,
)
from tests.web.door import NEW, is_in, problem
from tests.web.html import read_html

# From the link to the board


def test_from_the_link_to_the_board_and_out_again(app: Flask, desk: Desk) -> None:
    link = invitation(app, "Lan Anh", "curator")
    page = desk.open(f"/studio/invitation/{link}")
    assert page.status_code == 200
    assert "Welcome, Lan Anh!" in page.text
    chosen = desk.choose_password(link)
    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/studio/")
    board = desk.open("/studio/")
    assert "Signed in: Lan Anh" in board.text
    assert "curator" in board.text
    assert desk.press("/studio/sign-out").headers["Location"] == "/studio/sign-in"
    assert not is_in(desk)
    entered = desk.sign_in("lan anh")
    assert (entered.status_code, entered.headers["Location"]) == (303, "/studio/")
    assert is_in(desk)


def test_looking_at_an_invitation_uses_nothing_up(app: Flask, folder: Path, desk: Desk) -> None:
    link = invitation(app, "Lan Anh", "curator")
    before = everything_in(folder)
    for _ in range(3):
        desk.open(f"/studio/invitation/{link}")
    assert everything_in(folder) == before


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("ngắn quá", "ngắn quá", "at least 12 signs"),
        ("x" * 200, "x" * 200, "at most 128 signs"),
        ("lananhlananh", "lananhlananh", "is your name"),
        ("aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "repeats itself"),
        (PASSWORD, NEW, "not the same"),
    ],
)
def test_a_refused_password_is_told_in_words_and_the_link_stays_open(
    app: Flask, desk: Desk, first: str, second: str, told: str
) -> None:
    link = invitation(app, "Lan Anh", "curator")
    form = {"new_password": first, "again_password": second}
    answer = desk.press(f"/studio/invitation/{link}", form)
    assert answer.status_code == 400
    assert told in problem(answer.text)
    assert first not in answer.text
    assert desk.choose_password(link).status_code == 303


def test_a_link_that_is_used_unknown_or_no_link_at_all_says_what_to_do(app: Flask, desk: Desk) -> None:
    used = invitation(app, "Lan Anh", "curator")
    desk.choose_password(used)
    for link in (used, used[:-4] + "AAAA", "x", "é", "A" * 5000):
        for answer in (desk.open(f"/studio/invitation/{link}"), desk.choose_password(link, NEW)):
            assert answer.status_code == 404
            assert "ask whoever looks after the server" in answer.text


def test_after_signing_in_one_is_led_to_the_page_that_was_asked_for(
    app: Flask, cai: Desk, desk: Desk
) -> None:
    asked = desk.open("/studio/me?x=1&y=2")
    assert asked.status_code == 302
    assert asked.headers["Location"] == "/studio/sign-in?next=%2Fstudio%2Fme%3Fx%3D1%26y%3D2"
    form = read_html(desk.open(asked.headers["Location"]).text)
    (wanted,) = [field.get("value") for field in form.all("input") if field.get("name") == "next"]
    assert wanted == "/studio/me?x=1&y=2"
    assert desk.sign_in("Cải", next=wanted or "").headers["Location"] == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/studio/", "//evil.example/studio/", "/\\evil.example", "/studio/\\evil", "/vi/",
        "/studio/../album/forget", "/studio/sign-out", "/studio/invitation/x", "javascript:alert(1)",
        "/studio/\r\nSet-Cookie: a=b", "studio/", "/studio", "/studio\t/",
    ],
)  # fmt: skip
def test_nobody_is_led_out_of_the_studio_by_a_link_to_its_door(cai: Desk, wanted: str) -> None:
    assert cai.sign_in("Cải", next=wanted).headers["Location"] == "/studio/"


def test_a_wrong_password_an_unknown_name_and_no_password_yet_look_the_same(
    app: Flask, cai: Desk, desk: Desk
) -> None:
    invitation(app, "Binh", "maker")
    told = set()
    for name in ("Cải", "Nobody", "Binh"):
        answer = desk.sign_in(name, "wrong but long enough")
        assert answer.status_code == 403
        assert "wrong but long" not in answer.text
        told.add(re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text).replace(name, "NAME"))
    assert len(told) == 1
    assert "is not right" in problem(told.pop())
    assert not is_in(desk)


def test_signing_in_as_somebody_else_ends_the_session_before(app: Flask, cai: Desk, folder: Path) -> None:
    signed_in(app, "Rev", "reviewer")
    before = len(everything_in(folder)["staff_session"])
    cai.sign_in("Rev")
    assert "Signed in: Rev" in cai.open("/studio/?lang=en").text
    assert len(everything_in(folder)["staff_session"]) == before


# Trying passwords


def test_after_eight_tries_of_one_name_the_ninth_waits_and_the_right_password_too(
    cai: Desk, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(8):
        assert desk.sign_in("Cải", "wrong but long enough").status_code == 403
    asked: list[str] = []

    def worked_out(*_: object) -> bool:
        asked.append("argon2")
        return True

    monkeypatch.setattr("app.staff.sessions.is_password", worked_out)
    refused = desk.sign_in("Cải")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert re.search(r"Wait for \d+ minutes", problem(refused.text))
    assert asked == []  # the count is asked before the password is worked out
    assert not is_in(desk)
    assert desk.sign_in("Nobody", "wrong but long enough").status_code != 429


def test_the_tries_of_one_address_keep_nobody_else_out(app: Flask, cai: Desk, desk: Desk) -> None:
    for _ in range(9):
        desk.sign_in("Cải", "wrong but long enough")
    assert Desk(app, "en", "198.51.100.9").sign_in("Cải").status_code == 303


def test_one_address_cannot_try_many_names(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.staff.sessions.is_password", lambda *_: False)
    answers = [desk.sign_in(f"name{number}", "x").status_code for number in range(41)]
    assert answers == [403] * 40 + [429]


def test_the_right_password_begins_the_count_anew(cai: Desk) -> None:
    for _ in range(3):
        for _ in range(5):
            cai.sign_in("Cải", "wrong but long enough")
        assert cai.sign_in("Cải").status_code == 303


def test_the_old_password_cannot_be_guessed_from_an_open_session(cai: Desk) -> None:
    form = {"old_password": "wrong but long enough", "new_password": NEW, "again_password": NEW}
    answers = [cai.press("/studio/me", form).status_code for _ in range(9)]
    assert answers == [403] * 8 + [429]


# Me


def test_one_sees_where_one_is_signed_in_and_ends_another_browser(app: Flask, cai: Desk, desk: Desk) -> None:
    desk.sign_in("Cải")
    page = read_html(desk.open("/studio/me").text)
    assert [seat.text for seat in page.all("b")] == ["This browser", "Another browser"]
    assert page.one("ul", "seats").text.count("Last used: ") == 2
    (end,) = [form.get("action") for form in page.all("form") if "/sessions/" in (form.get("action") or "")]
    assert desk.press(end or "").headers["Location"] == "/studio/me"
    assert not is_in(cai)
    assert is_in(desk)
    assert desk.press(end or "").status_code == 404


def test_signing_out_everywhere_ends_every_browser(cai: Desk, desk: Desk) -> None:
    desk.sign_in("Cải")
    cai.press("/studio/sign-out-everywhere")
    assert not is_in(cai)
    assert not is_in(desk)


def test_changing_the_password_ends_other_browsers_and_not_this_one(cai: Desk, desk: Desk) -> None:
    desk.sign_in("Cải")
    form = {"old_password": PASSWORD, "new_password": NEW, "again_password": NEW}
    answer = cai.press("/studio/me", form)
    assert answer.headers["Location"] == "/studio/me?changed=1"
    assert 'role="status"' in cai.open(answer.headers["Location"]).text
    assert not is_in(desk)
    assert desk.sign_in("Cải").status_code == 403
    assert desk.sign_in("Cải", NEW).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "told"),
    [
        ("not the old one", NEW, NEW, 403, "old password is not right"),
        (PASSWORD, NEW, "another", 400, "not the same"),
        (PASSWORD, "short", "short", 400, "at least 12"),
    ],
)
def test_a_refused_change_changes_nothing(
    app: Flask, folder: Path, old: str, new: str, again: str, status: int, told: str
) -> None:
    lan = signed_in(app, "Lan Anh", "curator")
    before = everything_in(folder)
    form = {"old_password": old, "new_password": new, "again_password": again}
    answer = lan.press("/studio/me", form)
    assert answer.status_code == status
    assert told in problem(answer.text)
    assert everything_in(folder) == before
