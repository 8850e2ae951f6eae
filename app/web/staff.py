"""The pages of those who work here: signing in, choosing a password, one's own sessions."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from app.core.address_key import read_key
from app.core.staff import LONGEST_PASSWORD, SHORTEST_PASSWORD, PasswordError, PasswordFault
from app.staff import KEY_BYTES
from app.staff.invitations import INVITATION_HOURS, InvitationError, invited, use_invitation
from app.staff.sessions import (
    OldPasswordError,
    SessionMissingError,
    SignInError,
    change_password,
    end_all,
    end_session,
    seats_of,
    sign_in,
    sign_out,
)
from app.web.guard import (
    SIGN_IN,
    drop_session,
    keep_session_key,
    needs,
    people,
    session_key,
    show_studio,
    signed_in,
    tell_stale,
    wants_json,
    without_sign_in,
)
from app.web.tries import Tries

pages = Blueprint("staff", __name__)

BOARD, ME = "/studio/", "/studio/me"
_BOUNDS: dict[str, Any] = {"shortest": SHORTEST_PASSWORD, "longest": LONGEST_PASSWORD}
_FAULTS: dict[PasswordFault, str] = {
    "short": "staff.fault.short",
    "long": "staff.fault.long",
    "named": "staff.fault.named",
    "simple": "staff.fault.simple",
}
_LOCAL = re.compile(r"/studio/[^\s\\]*")
_NOT_BACK_TO = ("/studio/sign-", "/studio/invitation/")


@pages.record_once
def _count(state: BlueprintSetupState) -> None:
    state.app.extensions["hopke.tries"] = Tries()


@pages.get(SIGN_IN)
@without_sign_in
def ask_sign_in() -> Response:
    """Ask for name and password."""
    return _sign_in_form(request.args.get("next", ""))


@pages.post(SIGN_IN)
@without_sign_in
def send_sign_in() -> AnyResponse:
    """Sign in and lead back to the page that was asked for."""
    name, password, wanted = (request.form.get(field, "") for field in ("name", "password", "next"))
    wait_s = _tries().refused_for(name, _from())
    if wait_s:
        return _often(
            _sign_in_form(wanted, 429, name=name, problem="staff.often", minutes=_minutes(wait_s)), wait_s
        )
    key = secrets.token_bytes(KEY_BYTES)
    try:
        sign_in(people(), name, password, key=key, now=datetime.now(UTC))
    except SignInError:
        return _sign_in_form(wanted, 403, name=name, problem="staff.wrong")
    _tries().forget(name, _from())
    _instead_of_before(key)
    return redirect(_local(wanted), 303)


@pages.post("/studio/sign-out")
@needs("look")
def leave() -> AnyResponse:
    """Sign out in this browser."""
    sign_out(people(), session_key())
    drop_session()
    return redirect(SIGN_IN, 303)


@pages.post("/studio/sign-out-everywhere")
@needs("look")
def leave_everywhere() -> AnyResponse:
    """Sign out in every browser."""
    end_all(people(), signed_in())
    drop_session()
    return redirect(SIGN_IN, 303)


@pages.get("/studio/invitation/<token>")
@without_sign_in
def ask_password(token: str) -> Response:
    """Let somebody who was invited choose a password. The link is not used up by looking."""
    return _password_form(token)


@pages.post("/studio/invitation/<token>")
@without_sign_in
def choose_password(token: str) -> AnyResponse:
    """Keep the password and sign in."""
    key, password = secrets.token_bytes(KEY_BYTES), request.form.get("new_password", "")
    if password != request.form.get("again_password", ""):
        return _password_form(token, "staff.fault.differ")
    try:
        use_invitation(people(), read_key(token), password, session_key=key, now=datetime.now(UTC))
    except PasswordError as error:
        return _password_form(token, _FAULTS[error.fault])
    except InvitationError:
        return _over()
    _instead_of_before(key)
    return redirect(BOARD, 303)


@pages.get(ME)
@needs("look")
def me() -> Response:
    """Show one's own password and sessions."""
    return _me()


@pages.post(ME)
@needs("look")
def send_password() -> AnyResponse:
    """Change one's own password."""
    old, new, again = (request.form.get(f"{which}_password", "") for which in ("old", "new", "again"))
    if new != again:
        return _me("staff.fault.differ")
    wait_s = _tries().refused_for(signed_in().name, _from())
    if wait_s:
        return _often(_me("staff.often", 429, minutes=_minutes(wait_s)), wait_s)
    try:
        change_password(people(), signed_in(), old, new, key=session_key())
    except OldPasswordError:
        return _me("staff.fault.old", 403)
    except PasswordError as error:
        return _me(_FAULTS[error.fault])
    _tries().forget(signed_in().name, _from())
    return redirect(f"{ME}?changed=1", 303)


@pages.post("/studio/me/sessions/<int:number>/end")
@needs("look")
def end_one(number: int) -> AnyResponse:
    """End one of one's own sessions."""
    try:
        end_session(people(), signed_in(), number)
    except SessionMissingError:
        return _me("staff.me.over", 404)
    return redirect(ME, 303)


@pages.errorhandler(CSRFError)
def stale(error: CSRFError) -> ResponseReturnValue:
    """Show the same form again when its token is of another session; a password is typed again."""
    sent, token = request.form, (request.view_args or {}).get("token", "")
    match request.endpoint:
        case _ if wants_json():
            return tell_stale(error)
        case "staff.send_sign_in":
            return _sign_in_form(sent.get("next", ""), 400, name=sent.get("name", ""), problem="staff.stale")
        case "staff.choose_password":
            return _password_form(token, "staff.stale")
        case "staff.send_password":
            return _me("staff.stale")
    return tell_stale(error)


def _instead_of_before(key: bytes) -> None:
    """Let this browser remember a new session; whoever was signed in here before is so no longer."""
    if session_key():
        sign_out(people(), session_key())
    keep_session_key(key)


def _sign_in_form(
    wanted: str, status: int = 200, *, name: str = "", problem: str = "", minutes: int = 0
) -> Response:
    back_to = _local(wanted)
    return show_studio(
        "studio_sign_in.html",
        status,
        here="sign-in",
        name=name,
        problem=problem,
        minutes=minutes,
        wanted=back_to if back_to != BOARD else "",
    )


def _password_form(token: str, problem: str = "") -> Response:
    try:
        invited_person = invited(people(), read_key(token), datetime.now(UTC))
    except InvitationError:
        return _over()
    return show_studio(
        "studio_invitation.html",
        400 if problem else 200,
        name=invited_person.name,
        token=token,
        problem=problem,
        **_BOUNDS,
    )


def _over() -> Response:
    return show_studio("studio_over.html", 404, hours=INVITATION_HOURS)


def _me(problem: str = "", status: int = 400, minutes: int = 0) -> Response:
    now = datetime.now(UTC)
    return show_studio(
        "studio_me.html",
        status if problem else 200,
        here="me",
        seats=seats_of(people(), signed_in(), session_key(), now),
        now=now,
        problem=problem,
        minutes=minutes,
        changed="changed" in request.args and not problem,
        **_BOUNDS,
    )


def _often(answer: Response, wait_s: int) -> Response:
    answer.headers["Retry-After"] = str(wait_s)
    return answer


def _minutes(seconds: int) -> int:
    return ceil(timedelta(seconds=seconds) / timedelta(minutes=1))


def _local(address: str) -> str:
    """Return a page of the studio to lead back to; whatever is none becomes the board."""
    if not _LOCAL.fullmatch(address) or ".." in address or address.startswith(_NOT_BACK_TO):
        return BOARD
    return address


def _tries() -> Tries:
    tries: Tries = current_app.extensions["hopke.tries"]
    return tries


def _from() -> str:
    return request.remote_addr or ""
