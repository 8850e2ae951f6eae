"""The studio's guard: who is signed in, what they may do, and that a button was pressed on its own page.

A page of the studio is registered below its deed, and a site with a page that declares none does not open:

    @pages.get("/studio/<kit>/<name>")
    @needs("look")
    def editor(kit: str, name: str) -> AnyResponse:
        person = signed_in()
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, jsonify, redirect, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from flask.wrappers import Request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from werkzeug.exceptions import MethodNotAllowed, NotFound

from app.core.staff import DEEDS, ROLES, Deed, Person
from app.staff import KEY_BYTES, People
from app.staff.server_key import SERVER_KEY_BYTES, server_key
from app.staff.sessions import session_of
from app.web.headers import is_studio
from app.web.keys import at_home
from app.web.present import route_of, show, site, spoken

View = Callable[..., ResponseReturnValue]

SIGN_IN = "/studio/sign-in"
SAFE = {"GET", "HEAD", "OPTIONS"}
_BAR = ("board", "numbers", "reports", "me")
_csrf = CSRFProtect()


class UndeclaredDeedError(Exception):
    """A page of the studio does not declare what somebody must be allowed to do to see it."""


class _StaffCookie(SecureCookieSessionInterface):
    """Flask's session, for the studio's pages alone: on any other it is neither read nor written."""

    digest_method = staticmethod(hashlib.sha256)

    def get_cookie_name(self, _app: Flask) -> str:
        return "staff" if at_home(request) else "__Host-staff"

    def get_cookie_secure(self, _app: Flask) -> bool:
        return not at_home(request)

    def get_cookie_samesite(self, _app: Flask) -> str:
        return "Lax"

    def open_session(self, app: Flask, asked: Request) -> SecureCookieSession | None:
        return super().open_session(app, asked) if is_studio(asked.path) else self.session_class()

    def save_session(self, app: Flask, kept: SessionMixin, response: Response) -> None:
        if is_studio(request.path):
            super().save_session(app, kept, response)


def open_studio(app: Flask) -> None:
    """Give the site its key, the cookie of those who work here, and tokens for their buttons.

    Raises:
        UndeclaredDeedError: a page of the studio is not guarded.
        UserError: the server's key cannot be kept.
    """
    app.secret_key = server_key(app.extensions["hopke"].workspace, secrets.token_bytes(SERVER_KEY_BYTES))
    app.session_interface = _StaffCookie()
    # Pages send no referrer, and buyers' buttons carry no token. A token is as old as its session: whoever
    # writes for three hours can still save.
    app.config.update(WTF_CSRF_SSL_STRICT=False, WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    _csrf.init_app(app)
    app.register_error_handler(CSRFError, tell_stale)
    app.before_request(_keep_apart)
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/studio") and not hasattr(app.view_functions[rule.endpoint], "deed"):
            raise UndeclaredDeedError(
                f"{rule.rule} ({rule.endpoint}) declares no deed: put @needs below its route"
            )


def people() -> People:
    """Return those who work here."""
    return People(site().workspace, site().ledger)


def needs(deed: Deed) -> Callable[[View], View]:
    """Let only those see a page, or press its button, who are signed in and may do `deed`.

    Whoever is not is led to the sign-in page and back again; a script is told 401, the wrong role 403.
    A button is believed only with the token of the session (a form's `csrf_token`, a script's X-CSRFToken).
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> ResponseReturnValue:
            person = _person()
            if person is None:
                return _stranger()
            g.person = person
            if not person.may(deed):
                return _refused(deed)
            if request.method not in SAFE:
                _csrf.protect()
            return view(*args, **values)

        guarded.deed = deed  # type: ignore[attr-defined]
        return guarded

    return declare


def without_sign_in(view: View) -> View:
    """Let everyone see a page of the studio; a button is believed only with the token of its page."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> ResponseReturnValue:
        if request.method not in SAFE:
            _csrf.protect()
        return view(*args, **values)

    guarded.deed = None  # type: ignore[attr-defined]
    return guarded


def signed_in() -> Person:
    """Return who opened this page; only below `needs`."""
    person: Person = g.person
    return person


def session_key() -> bytes:
    """Return the key of this browser's session, b"" without one."""
    try:
        key = bytes.fromhex(str(session.get("key", "")))
    except ValueError:
        return b""
    return key if len(key) == KEY_BYTES else b""


def keep_session_key(key: bytes) -> None:
    """Let this browser remember its session.

    The token for its buttons stays as it was: what was typed in another window of this browser while the
    session was over can still be sent.
    """
    session["key"] = key.hex()


def drop_session() -> None:
    """Let this browser forget its session and its token."""
    session.clear()


def show_studio(template: str, status: int = 200, *, here: str = "", **values: Any) -> Response:
    """Return a page of the studio.

    Args:
        template: its file, which extends studio_base.html.
        status: the HTTP status.
        here: which of the places in the bar it is, "" for none.
        values: what the template shows.
    """
    rules = {rule.rule for rule in current_app.url_map.iter_rules()}
    places = {place: "/studio/" if place == "board" else f"/studio/{place}" for place in _BAR}
    bar = [(place, address) for place, address in places.items() if address in rules]
    return show(template, spoken(), status, here=here, bar=bar, person=g.get("person"), **values)


def tell_stale(_error: CSRFError) -> ResponseReturnValue:
    """Show what was typed on a page whose token is of another session, to be sent again."""
    if wants_json():
        return jsonify(error="stale", csrf_token=generate_csrf()), 400
    return _again("stale", 400)


def wants_json() -> bool:
    """Tell whether a script asks, not a reader."""
    return (
        "X-Requested-With" in request.headers
        or request.is_json
        or request.accept_mimetypes.best == "application/json"
    )


def _keep_apart() -> None:
    """Let no page that begins with a language answer in the studio's place: /studio is none."""
    if is_studio(request.path) and request.url_rule and not is_studio(request.url_rule.rule):
        if is_studio(route_of(request.path, "POST")):
            raise MethodNotAllowed(["POST"])
        raise NotFound


def _person() -> Person | None:
    key = session_key()
    return session_of(people(), key, datetime.now(UTC)) if key else None


def _stranger() -> ResponseReturnValue:
    """Lead to the sign-in page; what was typed by somebody whose session is over is shown, not lost."""
    if wants_json():
        return jsonify(error="signed-out", sign_in=SIGN_IN), 401
    if request.method not in SAFE:
        return _again("gone", 401)
    return redirect(f"{SIGN_IN}?{urlencode({'next': request.full_path.rstrip('?')})}", 302)


def _refused(deed: Deed) -> ResponseReturnValue:
    if wants_json():
        return jsonify(error="role", deed=deed), 403
    allowed = [role for role in ROLES if role in DEEDS[deed]]
    return show_studio("studio_refused.html", 403, deed=deed, allowed=allowed)


def _again(kind: str, status: int) -> ResponseReturnValue:
    sent = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]
    fields = [(name, text) for name, text in sent if not name.endswith("password")]
    # Only what a page of this site surely sent is offered to be sent again at one press.
    own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return show_studio(
        "studio_again.html",
        status,
        kind=kind,
        fields=fields,
        sendable=bool(fields) and fields == sent and own,
        address=request.full_path.rstrip("?"),
        sign_in=SIGN_IN,
    )
