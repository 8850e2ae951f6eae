"""The pages that anyone may read: stories, their layers, the bonus page, and their pictures."""

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.albums.sharing import share_picture, share_picture_path
from app.albums.stories import (
    art,
    bonus_page,
    cover,
    icon,
    layer_page,
    step_art,
    story_page,
    story_place,
)
from app.web.headers import FILE_SECONDS, PICTURE_POLICY
from app.web.present import shared, show, site, spoken

pages = Blueprint("stories", __name__)


@pages.get("/<language>/<series>/<kit>")
def story(language: str, series: str, kit: str) -> Response:
    """Show a story at its canonical address."""
    page = story_page(site(), series, kit, language)
    picture = share_picture_path(site(), page.series, page.kit, page.language) is not None
    return shared(
        show(
            "story.html",
            language,
            page=page,
            scan=None,
            place=f"{series}/{kit}",
            here="story",
            has_picture=picture,
            written=page.languages,
        )
    )


@pages.get("/<language>/<series>/<kit>/<layer>")
def told_otherwise(language: str, series: str, kit: str, layer: str) -> Response:
    """Show a story in easy language, for adults or for a class."""
    page = layer_page(site(), series, kit, language, layer)
    place = f"{series}/{kit}/{layer}"
    return shared(show("layer.html", language, page=page, place=place, here="story", written=page.languages))


@pages.get("/<language>/<series>/bonus")
def bonus(language: str, series: str) -> Response:
    """Ask for the digits of a series, and show what they open."""
    page = bonus_page(site(), series, language, request.args.get("digits", ""))
    place = f"{series}/bonus"
    return shared(show("bonus.html", language, page=page, place=place, here="bonus", written=page.languages))


@pages.get("/s/<kit>")
@pages.get("/S/<kit>")
def short_story(kit: str) -> AnyResponse:
    """Lead from the address on a card that everyone may read to the story in the visitor's language."""
    place = "/".join(story_place(site(), kit))
    answer = redirect(f"/{spoken()}/{place}", 302)
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


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


@pages.get("/kits/<series>/<kit>/share-<language>.png")
def shared_picture(series: str, kit: str, language: str) -> Response:
    """Send the picture that phones show when somebody sends a story on."""
    return _picture(share_picture(site(), series, kit, language), "image/png")


@pages.get("/kits/<series>/cover.svg")
def series_cover(series: str) -> Response:
    """Send the cover of a series."""
    return _drawing(cover(site(), series))


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
