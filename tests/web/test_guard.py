"""The guard of the studio: sessions that are over, stale pages, cookies, headers and logs."""

import logging
import re
from pathlib import Path

import pytest
from flask import Blueprint, Flask, request, session

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
    full_disk,
    invitation,
    people_of,
    signed_in,
)
from tests.web.conftest import close
from tests.web.door import NEW, is_in
from tests.web.html import read_html
from tests.web.serving import ask, serve
from tests.web.validators import html_validate

STUDIO_PAGES = ("/studio/", "/studio/me", "/studio/sign-in", "/studio/invitation/x")


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
    assert story["Cache-Control"] == "public, no-cache"
    assert "Cookie" not in story["Vary"]


def test_a_careless_page_outside_the_studio_cannot_touch_the_staff_cookie(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = Blueprint("careless", __name__)

    @pages.get("/careless")
    def careless() -> str:
        before = sorted(session)
        session["mark"] = "x"
        return f"{before}"

    lan = signed_in(_with_page(workspace, monkeypatch, pages), "Lan Anh", "curator")
    answer = lan.open("/careless")
    assert answer.text == "[]"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert is_in(lan)


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
