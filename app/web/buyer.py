"""The buyer's pages: home, scan, claim."""

from datetime import UTC, datetime
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.albums.claiming import Claimed, TakenError, VoidedError, claim, scan
from app.albums.pages import shelves
from app.albums.riddles import check_riddle
from app.albums.stories import story_page
from app.web.keys import album_key, fresh_key, keep_album_key, offered_key
from app.web.present import shared, show, site, spoken

pages = Blueprint("buyer", __name__)


@pages.get("/")
def front() -> AnyResponse:
    """Lead to the home page in the visitor's language."""
    answer = redirect(f"/{spoken()}/", 302)
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


@pages.get("/<language>/")
@pages.get("/<language>/<series>")
def home(language: str, series: str | None = None) -> Response:
    """Show every series, or one: kits, stories and odds."""
    shown = shelves(site(), language, series)
    return shared(show("home.html", language, shelves=shown, place=series or "", here="home"))


@pages.get("/b/")
@pages.get("/B/")
def code_entry() -> Response:
    """Ask for a code."""
    return show("code.html", spoken(), problem="", typed="", here="code")


@pages.post("/b/")
@pages.post("/B/")
def enter_code() -> AnyResponse:
    """Lead from a typed code to its box."""
    found = scan(site(), request.form.get("code", ""), album_key(request))
    return redirect(f"/b/{found.code}", 303)


@pages.get("/b/<code>")
@pages.get("/B/<code>")
def box(code: str) -> Response:
    """Open a box: its story, in place. Nothing is claimed, for phones fetch links ahead."""
    return _opened(code)


@pages.post("/b/<code>/claim")
@pages.post("/B/<code>/claim")
def claim_box(code: str) -> AnyResponse:
    """Put a box's kit into the album; the same form sent again gets the same answer."""
    entropy, today = offered_key(request), datetime.now(UTC).date()
    try:
        claimed = claim(site(), code, album_key(request), entropy=entropy, today=today)
    except (TakenError, VoidedError):
        return _opened(code, 409)
    return _added(claimed)


@pages.get("/b/<code>/claim")
@pages.get("/B/<code>/claim")
def claim_again(code: str) -> AnyResponse:
    """Lead back to the box when a phone opens the button's address again."""
    asked = request.query_string.decode("ascii", "replace")
    return redirect(f"/b/{quote(code)}" + (f"?{asked}" if asked else ""), 303)


def _opened(code: str, status: int = 200) -> Response:
    found, language = scan(site(), code, album_key(request)), spoken()
    page = story_page(site(), found.series.id, found.kit.id, language)
    checked = check_riddle(page.front, request.args.get("riddle", ""), request.args.get("door", ""))
    key = "" if found.album else fresh_key()
    return show(
        "story.html", language, status, page=page, checked=checked, scan=found, new_key=key, here="story"
    )


def _added(claimed: Claimed) -> AnyResponse:
    answer = redirect(f"/album?added={claimed.kit.id}", 303)
    if claimed.new_key is not None:
        keep_album_key(request, answer, claimed.new_key)
    return answer
