"""The pages of those who work here: invitation, password, signing in and out, and what they never do."""

import logging
import re
from pathlib import Path

import pytest
from flask import Blueprint, Flask, request

from app.staff import change_roles, switch_off
from app.staff.invitations import reset
from app.web import create_app, guard
from app.workspace import Workspace
from tests.conftest import NOW
from tests.web.cast import (
    ALBUM,
    PASSWORD,
    STAFF,
    Box,
    Desk,
    Phone,
    everything_in,
    full_disk,
    invitation,
    people_of,
    signed_in,
)
from tests.web.conftest import close
from tests.web.html import read_html
from tests.web.serving import ask, serve
from tests.web.validators import html_validate

NEW = "gió thổi qua cánh đồng"
STUDIO_PAGES = ("/studio/", "/studio/me", "/studio/sign-in", "/studio/invitation/x")


def is_in(desk: Phone) -> bool:
    """Tell whether somebody is signed in in a browser."""
    return desk.open("/studio/").status_code == 200


def problem(text: str) -> str:
    """Return what a page says is wrong."""
    return read_html(text).by_id("problem").text


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


# A session that is over


def test_a_session_that_was_ended_leads_to_the_door(app: Flask, cai: Desk) -> None:
    reset(people_of(app), "Cải", key=bytes(32), now=NOW)
    answer = cai.open("/studio/me")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/studio/sign-in?next=")


def test_who_is_switched_off_is_out_at_the_next_click(app: Flask, cai: Desk) -> None:
    switch_off(people_of(app), "Cải", NOW)
    assert not is_in(cai)
    assert cai.sign_in("Cải").status_code == 403


def test_what_was_typed_when_the_session_was_over_is_shown_and_sent_again_after_signing_in(
    workspace: Workspace, typing: Flask
) -> None:
    lan = signed_in(typing, "Lan Anh", "curator")
    token = lan.token
    lan.press("/studio/sign-out-everywhere")
    lost = lan.press(
        "/studio/typed", {"csrf_token": token, "text": "Câu <b>chuyện</b>\nđang viết", "old_password": "x"}
    )
    assert lost.status_code == 401
    page = read_html(lost.text)
    assert page.one("textarea").text.strip("\n") == "Câu <b>chuyện</b>\nđang viết"
    assert "You are signed out" in page.one("h1").text
    assert not [field for field in page.all("textarea") if "password" in (field.get("name") or "")]
    own = lan.press("/studio/typed", {"text": "chữ"})
    assert any("Send it again" in button.text for button in read_html(own.text).all("button"))
    foreign = lan.open("/studio/typed", method="POST", form={"text": "chữ"})  # a browser that does not say
    assert "Send it again" not in foreign.text
    lan.sign_in("Lan Anh")
    (again,) = [
        field.get("value") for field in read_html(own.text).all("input") if field.get("name") == "csrf_token"
    ]
    sent = lan.press("/studio/typed", {"csrf_token": again or "", "text": "chữ"})
    assert (sent.status_code, sent.text) == (200, "Lan Anh: chữ")


def test_a_stale_token_is_told_and_what_was_typed_is_kept(typing: Flask) -> None:
    lan = signed_in(typing, "Lan Anh", "curator")
    answer = lan.press("/studio/typed", {"csrf_token": "stale", "text": "chữ đang viết"})
    assert answer.status_code == 400
    page = read_html(answer.text)
    assert "open for too long" in page.one("h1").text
    assert page.one("textarea").text.strip("\n") == "chữ đang viết"
    assert "Send it again" in answer.text


def test_a_stale_door_keeps_the_name_and_asks_for_the_password_again(cai: Desk, desk: Desk) -> None:
    answer = desk.sign_in("Cải", csrf_token="stale", next="/studio/me")
    assert answer.status_code == 400
    fields = {field.get("name"): field.get("value") for field in read_html(answer.text).all("input")}
    assert (fields["name"], fields["next"]) == ("Cải", "/studio/me")
    assert not fields["password"]
    assert PASSWORD not in answer.text


def test_a_script_is_told_in_json_and_gets_a_fresh_token(typing: Flask) -> None:
    lan = signed_in(typing, "Lan Anh", "maker")
    script = {"Accept": "application/json", "X-CSRFToken": lan.token}
    refused = lan.open("/studio/typed", method="POST", form={"text": "x"}, headers=script)
    assert (refused.status_code, refused.json) == (403, {"error": "role", "deed": "write"})
    change_roles(people_of(typing), "Lan Anh", ["curator"])
    stale = lan.open(
        "/studio/typed", method="POST", form={"text": "x"}, headers=script | {"X-CSRFToken": "old"}
    )
    assert stale.status_code == 400
    assert stale.json
    assert stale.json["error"] == "stale"
    script["X-CSRFToken"] = stale.json["csrf_token"]
    sent = lan.open("/studio/typed", method="POST", form={"text": "x"}, headers=script)
    assert (sent.status_code, sent.text) == (200, "Lan Anh: x")
    out = Phone(typing).open("/studio/typed", method="POST", headers={"X-Requested-With": "fetch"})
    assert out.status_code == 401
    assert out.json == {"error": "signed-out", "sign_in": "/studio/sign-in"}


@pytest.fixture
def typing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The site with one more page of the studio, as another part of it would register one."""
    pages = Blueprint("typing", __name__)

    @pages.post("/studio/typed")
    @guard.needs("write")
    def typed() -> str:
        return f"{guard.signed_in().name}: {request.form['text']}"

    return _with_page(workspace, monkeypatch, pages)


def test_a_role_that_is_taken_away_or_given_holds_from_the_next_click_on(typing: Flask) -> None:
    lan = signed_in(typing, "Lan Anh", "curator")
    answers = [lan.press("/studio/typed", {"text": "x"})]
    for roles in (["maker", "reviewer"], ["curator"]):
        change_roles(people_of(typing), "Lan Anh", roles)
        answers.append(lan.press("/studio/typed", {"text": "x"}))
    assert [answer.status_code for answer in answers] == [200, 403, 200]
    assert "This is for somebody else to do" in answers[1].text
    assert read_html(answers[1].text).one("ul", "may").text == "curator"
    assert read_html(answers[1].text).problems == []


def _with_page(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, pages: Blueprint) -> Flask:
    opened = guard.open_studio

    def first(app: Flask) -> None:
        app.register_blueprint(pages)
        opened(app)

    monkeypatch.setattr(guard, "open_studio", first)
    return create_app(workspace)


@pytest.mark.parametrize("decorated", ["nothing", "the wrong way round"])
def test_a_page_of_the_studio_that_declares_no_deed_keeps_the_site_from_opening(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, decorated: str
) -> None:
    pages = Blueprint("open_door", __name__)

    def view() -> str:
        return "secret"

    if decorated == "nothing":
        pages.get("/studio/open")(view)
    else:
        guard.needs("look")(pages.get("/studio/open")(view))
    with pytest.raises(guard.UndeclaredDeedError, match="/studio/open"):
        _with_page(workspace, monkeypatch, pages)


# What the pages carry


@pytest.mark.parametrize("path", STUDIO_PAGES)
def test_a_page_of_the_studio_is_never_stored_listed_or_referred_to(cai: Desk, path: str) -> None:
    headers = cai.open(path).headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert "frame-src 'self'; frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_only_the_preview_may_be_shown_in_a_frame_of_our_own(cai: Desk) -> None:
    for path, framed in (
        ("/studio/lantern/vi/preview", "'self'"),
        ("/studio/lantern/vi", "'none'"),
        ("/studio/lantern/vi/preview/x", "'none'"),
        ("/preview/x", "'none'"),
        ("/vi/tiny/lantern", "'none'"),
    ):
        policy = cai.open(path).headers["Content-Security-Policy"]
        assert f"frame-ancestors {framed};" in policy, path
        assert ("frame-src" in policy) == (path.startswith(("/studio", "/preview")) and framed == "'none'"), (
            path
        )


def test_crawlers_are_kept_out(cai: Desk) -> None:
    closed = re.findall(r"^Disallow: (.*)$", cai.open("/robots.txt").text, re.MULTILINE)
    assert {"/studio", "/preview"} <= set(closed)
    assert "/studio" not in cai.open("/sitemap.xml").text


def test_the_cookie_is_for_tls_and_this_host_alone_and_no_script_reads_it(
    app: Flask, cai: Desk, desk: Desk
) -> None:
    (cookie,) = desk.sign_in("Cải").headers.getlist("Set-Cookie")
    name, _, rest = cookie.partition("=")
    assert name == STAFF == "__Host-staff"
    assert {part.strip() for part in rest.split(";")[1:]} == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_at_home_without_tls_one_can_sign_in_too(app: Flask, cai: Desk) -> None:
    home = Desk(app, "en", base="http://127.0.0.1:8000")
    answer = home.sign_in("Cải")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("staff=")
    assert "Secure" not in cookie
    assert is_in(home)


def test_a_cookie_that_was_changed_or_made_up_opens_nothing(app: Flask, cai: Desk) -> None:
    own = cai.cookie(STAFF) or ""
    other = create_app(app.extensions["hopke"].workspace)  # the same key signs it: a server that began anew
    again = Desk(other)
    again.keep_cookie(STAFF, own)
    assert is_in(again)
    for forged in (own[:-3] + "abc", "x", "", own.split(".")[0]):
        thief = Desk(app)
        thief.keep_cookie(STAFF, forged)
        assert not is_in(thief)
    close(other)


def test_buyers_pages_neither_read_nor_set_the_staff_cookie(cai: Desk, reader: Phone, box: Box) -> None:
    for path in ("/vi/", "/vi/tiny", "/vi/tiny/lantern", "/vi/help", "/runs/", box.address, "/album", "/b/"):
        mine, theirs = cai.open(path), reader.open(path, headers={"Accept-Language": "vi"})
        assert not [each for each in mine.headers.getlist("Set-Cookie") if STAFF in each], path
        assert mine.headers.get("Vary") == theirs.headers.get("Vary"), path
        assert mine.headers.get("Cache-Control") == theirs.headers.get("Cache-Control"), path
        assert mine.headers.get("ETag") == theirs.headers.get("ETag"), path
        assert "studio" not in mine.text, path
    story = cai.open("/vi/tiny/lantern").headers
    assert story["Cache-Control"] == "public, max-age=300"
    assert "Cookie" not in story["Vary"]


def test_buyers_buttons_need_no_token(bo: Phone, box: Box) -> None:
    assert bo.press_add(box).status_code == 303
    assert bo.cookie(ALBUM)
    assert bo.cookie(STAFF) is None


def test_every_page_of_the_door_is_valid_html(app: Flask, cai: Desk, desk: Desk, tmp_path: Path) -> None:
    link = invitation(app, "Lan Anh", "maker", "reviewer")
    bad = {"new_password": "x", "again_password": "x"}
    pages = {
        "door": desk.open("/studio/sign-in?next=/studio/me"),
        "refused": desk.sign_in("Cải", "wrong but long enough"),
        "stale": desk.sign_in("Cải", csrf_token="stale"),
        "invitation": desk.open(f"/studio/invitation/{link}"),
        "password refused": desk.press(f"/studio/invitation/{link}", bad),
        "over": desk.open("/studio/invitation/over"),
        "signed out": desk.press("/studio/me/sessions/1/end", {"text": "một\nhai", "title": "Đèn"}),
        "board": cai.open("/studio/"),
        "me": cai.open("/studio/me"),
        "me refused": cai.press("/studio/me", bad),
        "stale button": cai.press("/studio/sign-out", {"csrf_token": "stale", "text": "một"}),
    }
    written = {name: answer.text for name, answer in pages.items() if answer.mimetype == "text/html"}
    assert written.keys() == pages.keys()
    assert html_validate(written, tmp_path) == []
    assert [problem for text in written.values() for problem in read_html(text).problems] == []


@pytest.mark.parametrize("language", ["vi", "en", "fr", "ja", "ko", "zh"])
def test_the_studio_speaks_six_languages(cai: Desk, language: str) -> None:
    for path in STUDIO_PAGES:
        page = read_html(cai.open(f"{path}?lang={language}").text)
        assert page.one("html").get("lang") == language
    assert cai.sign_in("Cải", "wrong but long enough").headers["Content-Language"] == language


# Logs


def test_nothing_that_is_logged_holds_a_link_a_password_or_a_session(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    for logger in ("", "sqlalchemy.engine", "sqlalchemy.pool", "hopke", "waitress", "flask_wtf.csrf"):
        caplog.set_level(logging.DEBUG, logger)
    site = create_app(workspace)
    link = invitation(site, "Lan Anh", "curator")
    desk = Desk(site)
    with full_disk():
        desk.choose_password(link)
    desk.choose_password(link)
    desk.choose_password(link)
    for path in (f"/studio/invitation/{link}", f"/studio/invitation/{link}/more", "/studio/me"):
        for method in ("GET", "POST", "PUT"):
            desk.open(path, method=method)
    desk.sign_in("Lan Anh", NEW)
    desk.sign_in("Lan Anh", csrf_token="stale")
    fresh = reset(people_of(site), "Lan Anh", key=bytes(range(32)), now=NOW)
    with full_disk():
        desk.choose_password(fresh)
    cookie = desk.cookie(STAFF) or ""
    close(site)
    assert "LedgerError at /studio/invitation/<token>" in caplog.text
    assert "INSERT INTO staff_session" in caplog.text  # the engine's own words were captured
    said = caplog.text + repr([vars(record) for record in caplog.records])
    for secret in (link, fresh, PASSWORD, NEW, cookie):
        assert secret
        assert secret not in said, secret


def test_a_real_server_prints_no_link(folder: Path, tmp_path: Path, workspace: Workspace) -> None:
    site = create_app(workspace)
    link = invitation(site, "Lan Anh", "curator")
    close(site)
    printed = tmp_path / "printed.txt"
    with serve(folder, printed) as served:
        assert ask(served, f"/studio/invitation/{link}")[0] == 200
        assert ask(served, f"/studio/invitation/{link}", "POST", b"new_password=x")[0] == 400
        assert ask(served, f"/studio/invitation/{link}/more")[0] == 404
    assert link not in printed.read_text()
