"""The pictures of stories, each a file of its own that phones keep."""

from flask import Blueprint, Response, make_response, request

from app.albums.drawings import art, cover, icon, landmark_map, step_art, story_picture
from app.albums.sharing import series_picture, share_picture
from app.web.headers import FILE_SECONDS, PICTURE_POLICY
from app.web.languages import Tongue
from app.web.present import site

FOREVER_SECONDS = 365 * FILE_SECONDS

pages = Blueprint("drawings", __name__)


@pages.get("/kits/<series>/<kit>/art.svg")
def picture(series: str, kit: str) -> Response:
    """Send a kit's picture."""
    return _drawing(art(site(), series, kit))


@pages.get("/kits/<series>/<kit>/step-<int:step>.svg")
def step(series: str, kit: str, step: int) -> Response:
    """Send the picture of a building step."""
    return _drawing(step_art(site(), series, kit, step))


@pages.get("/kits/<series>/<kit>/icon.svg")
def small_picture(series: str, kit: str) -> Response:
    """Send a kit's icon."""
    return _drawing(icon(site(), series, kit))


@pages.get("/kits/<series>/<kit>/map-<language>.svg")
def map_of_landmarks(series: str, kit: str, language: str) -> Response:
    """Send the map of a series with a kit's landmark marked."""
    known = language in site().workspace.languages  # a name of a language that is none has no phrases
    north = Tongue(language).say("place.north") if known else ""
    return _drawing(landmark_map(site(), series, kit, language, north=north))


@pages.get("/kits/<series>/<kit>/share-<language>.png")
def shared_picture(series: str, kit: str, language: str) -> Response:
    """Send the picture that phones show when somebody sends a story on."""
    return _picture(share_picture(site(), series, kit, language), "image/png")


@pages.get("/kits/<series>/share-<language>.png")
def shared_series(series: str, language: str) -> Response:
    """Send the picture that phones show when somebody sends a series or an album on."""
    return _picture(series_picture(site(), series, language), "image/png")


@pages.get("/kits/<series>/cover.svg")
def series_cover(series: str) -> Response:
    """Send the cover of a series."""
    return _drawing(cover(site(), series))


@pages.get("/stories/<kit>/images/<file>")
def placed_picture(kit: str, file: str) -> Response:
    """Send a picture of a story; under the address that pages name it is the same for ever."""
    content, digest = story_picture(site(), kit, file)
    response = _picture(content, "image/avif" if file.endswith(".avif") else "image/jpeg")
    if request.args.get("v") == digest:
        response.headers["Cache-Control"] = f"public, max-age={FOREVER_SECONDS}, immutable"
    return response


def _drawing(svg: bytes) -> Response:
    return _picture(svg, "image/svg+xml")


def _picture(content: bytes, kind: str) -> Response:
    response = make_response(content)
    response.content_type = kind
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    response.headers["Cache-Control"] = f"public, max-age={FILE_SECONDS}"
    response.add_etag()
    response.make_conditional(request)
    return response
