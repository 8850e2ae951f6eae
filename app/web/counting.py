"""What stories' pages tell of themselves: opened, read to the end, solved. Never who."""

from datetime import UTC, datetime

from flask import Blueprint, current_app, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app.reach import Reach
from app.reach.counts import count
from app.web.present import site

pages = Blueprint("counting", __name__)

COUNTS = RateLimitItemPerMinute(120)
"""From one address; a class shares one. What is more is let go without a word."""


@pages.record_once
def _limit(state: BlueprintSetupState) -> None:
    state.app.extensions["hopke.counts"] = MovingWindowRateLimiter(MemoryStorage())


@pages.post("/count")
def happened() -> ResponseReturnValue:
    """Count what happened to a story. The answer is the same whether it was counted."""
    what, kit, language = (request.form.get(field, "")[:64] for field in ("what", "kit", "language"))
    asks_not = request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"
    if not asks_not and current_app.extensions["hopke.counts"].hit(COUNTS, request.remote_addr or ""):
        opened = site()
        reach = Reach(opened.workspace, opened.catalogue, opened.ledger)
        count(reach, what, kit, language, datetime.now(UTC).date())
    return "", 204, {"Cache-Control": "no-store"}
