"""The album's pages: only whoever holds its key sees it."""

from datetime import UTC, datetime

from flask import Blueprint, Response, request

from app.albums.claiming import kit_of
from app.albums.pages import album_pages
from app.web.keys import album_key
from app.web.present import show, site, spoken

pages = Blueprint("albums", __name__)


@pages.get("/album")
def album() -> Response:
    """Show the album of this phone."""
    shown = album_pages(site(), album_key(request))
    new = request.args.get("added", "")
    held = any(stamp.count for page in shown for stamp in page.stamps if stamp.kit.id == new)
    return show(
        "album.html",
        spoken(),
        albums=shown,
        added=kit_of(site(), new) if held else None,
        today=datetime.now(UTC).date(),
        here="album",
    )
