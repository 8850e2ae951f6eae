"""The album's pages: only whoever holds its key sees it, unless its owner lets others look."""

from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.albums.certificates import certificate, has_certificate
from app.albums.claiming import kit_of
from app.albums.keeping import holding
from app.albums.pages import album_pages
from app.albums.sharing import has_series_picture
from app.albums.showing import show_album, shown_album, shown_at
from app.web.album_keys import card_of
from app.web.keys import album_key, site_address
from app.web.present import show, site, spoken

pages = Blueprint("albums", __name__)


@pages.get("/album")
def album() -> Response:
    """Show the album of this phone; after its first box, its key at once, for some browsers forget."""
    key = album_key(request)
    shown, held = album_pages(site(), key), holding(site(), key)
    new = request.args.get("added", "")
    added = any(stamp.count for page in shown for stamp in page.stamps if stamp.kit.id == new)
    return show(
        "album.html",
        spoken(),
        albums=shown,
        added=kit_of(site(), new) if added else None,
        card=card_of(key) if key and added and held and held.boxes == 1 else None,
        held=held,
        lost=key is not None and held is None,
        contact=site().workspace.contact,
        certificates={page.series.id for page in shown if has_certificate(site(), page)},
        today=datetime.now(UTC).date(),
        here="album",
    )


@pages.get("/album/certificate/<series>.pdf")
def album_certificate(series: str) -> Response:
    """Send the certificate of a complete series."""
    response = make_response(certificate(site(), series, album_key(request)))
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{series}.pdf"'
    return response


@pages.get("/album/show")
def showing() -> AnyResponse:
    """Tell whether others may look at the album, and where."""
    key = album_key(request)
    if holding(site(), key) is None:
        return redirect(f"/album?lang={spoken()}", 303)
    place = shown_at(site(), key)
    address = f"{site_address(request, site().workspace.base_url)}/a/{place}" if place else ""
    return show("album_show.html", spoken(), place=place, address=address, here="album")


@pages.post("/album/show")
def switch_showing() -> AnyResponse:
    """Let others look at the album, or no longer."""
    if holding(site(), album_key(request)) is not None:
        show_album(site(), album_key(request), shown=request.form.get("shown") == "yes")
    return redirect("/album/show", 303)


@pages.get("/a/<address>")
def looked_at(address: str) -> Response:
    """Show somebody's album to whoever has its address."""
    seen = shown_album(site(), address, album_key(request))
    language = spoken()
    series = seen.albums[0].series if seen.albums else next(iter(site().catalogue.values()), None)
    told = site().workspace.told(language)
    picture = series.id if series and has_series_picture(site(), series, told) else ""
    return show("album_shown.html", language, seen=seen, picture=picture, here="shown")
