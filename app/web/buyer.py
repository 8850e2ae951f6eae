"""The buyer's pages: home, scan, claim, album."""

import secrets
from datetime import UTC, datetime
from urllib.parse import quote

from flask import Blueprint, Request, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.albums.claiming import ALBUM_KEY_BYTES, Claimed, TakenError, VoidedError, claim, kit_of, scan
from app.albums.pages import album_pages, shelves
from app.albums.stories import story_page
from app.web.headers import from_this_site
from app.web.present import YEAR_SECONDS, shared, show, site, spoken
from app.workspace import is_private_host

PRIVATE = ("/b/", "/B/", "/album")
pages = Blueprint("buyer", __name__)


def is_private(path: str) -> bool:
    """Tell whether an answer may carry a code or an album and so is never stored or referred to."""
    return path.startswith(PRIVATE)


@pages.before_request
def believe() -> None:
    """Refuse a button that was pressed on another site."""
    if request.method == "POST" and not from_this_site(request):
        abort(403)


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
    found = scan(site(), request.form.get("code", ""), _album_key(request))
    return redirect(f"/b/{found.code}", 303)


@pages.get("/b/<code>")
@pages.get("/B/<code>")
def box(code: str) -> Response:
    """Open a box: its story, in place. Nothing is claimed, for phones fetch links ahead."""
    return _opened(code)


@pages.post("/b/<code>/claim")
@pages.post("/B/<code>/claim")
def claim_box(code: str) -> AnyResponse:
    """Put a box's kit into the album."""
    entropy, today = secrets.token_bytes(ALBUM_KEY_BYTES), datetime.now(UTC).date()
    try:
        claimed = claim(site(), code, _album_key(request), entropy=entropy, today=today)
    except (TakenError, VoidedError):
        return _opened(code, 409)
    return _added(claimed)


@pages.get("/b/<code>/claim")
@pages.get("/B/<code>/claim")
def claim_again(code: str) -> AnyResponse:
    """Lead back to the box when a phone opens the button's address again."""
    return redirect(f"/b/{quote(code)}", 303)


@pages.get("/album")
def album() -> Response:
    """Show the album of this phone."""
    shown = album_pages(site(), _album_key(request))
    new = request.args.get("added", "")
    held = any(stamp.count for page in shown for stamp in page.stamps if stamp.kit.id == new)
    return show(
        "album.html", spoken(), albums=shown, added=kit_of(site(), new) if held else None, here="album"
    )


def _opened(code: str, status: int = 200) -> Response:
    found, language = scan(site(), code, _album_key(request)), spoken()
    page = story_page(site(), found.series.id, found.kit.id, language)
    return show("story.html", language, status, page=page, scan=found, here="story")


def _added(claimed: Claimed) -> AnyResponse:
    answer = redirect(f"/album?added={claimed.kit.id}", 303)
    if claimed.new_key is not None:
        name, secure = _album_cookie(request)
        answer.set_cookie(
            name,
            claimed.new_key.hex(),
            max_age=10 * YEAR_SECONDS,
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
    return answer


def _album_cookie(request: Request) -> tuple[str, bool]:
    """Return the album cookie's name and whether it is for TLS alone.

    Only a bare address (trying at home, with --practice) may do without TLS; there the __Host- prefix,
    which demands it, would make the phone forget the album.
    """
    host = request.host.rpartition(":")[0] if ":" in request.host.rpartition("]")[2] else request.host
    if is_private_host(host) and not request.is_secure:
        return "album", False
    return "__Host-album", True


def _album_key(request: Request) -> bytes | None:
    try:
        key = bytes.fromhex(request.cookies.get(_album_cookie(request)[0], ""))
    except ValueError:
        return None
    return key if len(key) == ALBUM_KEY_BYTES else None
