"""What a visitor is told when something does not work."""

import logging
import traceback

from flask import Flask, Response, current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.albums.claiming import UnknownCodeError
from app.albums.stories import PageMissingError
from app.core.code import KeyboardCodeError, MistypedCodeError
from app.core.errors import UserError
from app.web.present import show, spoken

MISSES = RateLimitItemPerMinute(30)
TOLD = {403, 404, 405, 413}
log = logging.getLogger("hopke.web")


def tell_failures(app: Flask) -> None:
    """Give every failure of `app` its page."""
    app.extensions["hopke.misses"] = MovingWindowRateLimiter(MemoryStorage())
    app.register_error_handler(UserError, _told)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _broken)


def _told(error: UserError) -> Response:
    match error:
        case MistypedCodeError():
            return _typed_again("code.mistyped", 400)
        case KeyboardCodeError():
            return _typed_again("code.keyboard", 400)
        case UnknownCodeError():
            return refuse_guesses() or _typed_again("code.unknown", 404)
        case PageMissingError():
            return _message(404, 404)
    log.error("%s at %s: %s", type(error).__name__, request.url_rule, error.what)
    return _message(503, 503)


def refuse_guesses() -> Response | None:
    """Count a code that opens nothing; return the page that refuses more of them, None while they are few."""
    # Counted after the look-up, so that a right code is never refused: a school shares one address.
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


def _message(words: int, status: int) -> Response:
    response = show("message.html", spoken(), status, message=f"error.{words}")
    response.headers["Cache-Control"] = "no-store"
    return response
