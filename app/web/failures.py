"""What a visitor is told when something does not work."""

import logging
import traceback
from typing import Any

from flask import Flask, Response, current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.albums.claiming import UnknownCodeError
from app.albums.keeping import AlbumMissingError
from app.albums.stories import PageMissingError
from app.core.album_key import LONGEST_TYPED, AlbumKeyError, KeyLengthError, KeyWordError
from app.core.code import KeyboardCodeError, MistypedCodeError
from app.core.errors import UserError
from app.web.help import TooManyReportsError
from app.web.present import show, site, spoken

MISSES = RateLimitItemPerMinute(30)
TOLD = {403, 404, 405, 413}
WAYS = {
    403: ("code", "home"),
    404: ("code", "stories", "home", "album", "report"),
    405: ("code", "home"),
    413: ("code", "home", "report"),
    429: ("code", "stories", "report"),
    500: ("home", "stories", "code", "report"),
    503: ("code", "stories", "album"),
    "closed": ("stories", "home", "code"),
    "often": ("stories", "contact", "code"),
}
"""Where each failure leads on, the likeliest first."""

PLACES = {
    "code": ("/b/?lang={}", "home.enter"),
    "stories": ("/{}/stories", "ways.stories"),
    "home": ("/{}/", "page.home"),
    "album": ("/album?lang={}", "claim.open_album"),
    "report": ("/{}/help/report", "help.report"),
    "contact": ("/{}/help/contact", "help.contact"),
}
RETRY_SECONDS = {429: 60, 503: 30}
"""After how long it is worth coming back."""

log = logging.getLogger("hopke.web")


def tell_failures(app: Flask) -> None:
    """Give every failure of `app` its page."""
    app.extensions["hopke.misses"] = MovingWindowRateLimiter(MemoryStorage())
    app.register_error_handler(UserError, _told)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _broken)


def _told(error: UserError) -> Response:
    match error:
        case MistypedCodeError() | KeyboardCodeError() | UnknownCodeError():
            return _code_refused(error)
        case AlbumKeyError() | AlbumMissingError():
            return _key_refused(error)
        case PageMissingError():
            return _message(404, 404)
        case TooManyReportsError():
            return _message("often", 429)
    log.error("%s at %s: %s", type(error).__name__, request.url_rule, error.what)
    if request.method in {"GET", "HEAD"}:  # nothing was to be written
        return _message("closed", 503)
    return _message(503, 503)


def _code_refused(error: UserError) -> Response:
    match error:
        case MistypedCodeError():
            return _typed_again("code.mistyped", 400)
        case KeyboardCodeError():
            return _typed_again("code.keyboard", 400)
    return refuse_guesses() or _typed_again("code.unknown", 404)


def _key_refused(error: UserError) -> Response:
    match error:
        case KeyLengthError():
            return _key_again("key.length", 400)
        case KeyWordError():
            return _key_again("key.word", 400, number=error.number, word=error.word)
        case AlbumKeyError():
            return _key_again("key.slip", 400)
    return refuse_guesses() or _key_again("key.unknown", 404)


def refuse_guesses() -> Response | None:
    """Count a code or a key that opens nothing; return the page that refuses more, None while few."""
    # Counted after the look-up, so that a right one is never refused: a school shares one address.
    if current_app.extensions["hopke.misses"].hit(MISSES, request.remote_addr or ""):
        return None
    return _message(429, 429)


def _refused(error: HTTPException) -> Response:
    status = error.code or 500
    words = status if status in TOLD else 404 if status < 500 else 500
    response = _message(words, status)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _broken(error: Exception) -> Response:
    # The route and the frames, never the address or the message: they may hold a code.
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s at %s\n%s", type(error).__name__, request.url_rule, frames)
    return _message(500, 500)


def _typed_again(problem: str, status: int) -> Response:
    typed = request.form.get("code") or (request.view_args or {}).get("code", "")
    return show("code.html", spoken(), status, problem=problem, typed=typed, here="code")


def _key_again(problem: str, status: int, **told: object) -> Response:
    typed = request.form.get("words", "")[:LONGEST_TYPED]
    return show("album_open.html", spoken(), status, problem=problem, about=told, typed=typed, here="album")


def _message(words: int | str, status: int) -> Response:
    language = spoken()
    ways = [(address.format(language), key) for address, key in (PLACES[way] for way in WAYS[words])]
    near = _nearest(language) if words == 404 else None
    response = show("message.html", language, status, message=f"error.{words}", ways=ways, near=near)
    response.headers["Cache-Control"] = "no-store"
    if status in RETRY_SECONDS:
        response.headers["Retry-After"] = str(RETRY_SECONDS[status])
    return response


def _nearest(language: str) -> dict[str, Any] | None:
    """Return the series or kit that a missing page's address begins with, where there is one."""
    first, series_id, kit_id, *_ = [*request.path.strip("/").split("/"), "", ""]
    series = site().catalogue.get(series_id)
    if series is None or first != language:
        return None
    for kit in series.kits:
        if kit.id == kit_id:
            return {"href": f"/{language}/{series.id}/{kit.id}", "name": kit.name}
    return {"href": f"/{language}/{series.id}", "name": series.name}
