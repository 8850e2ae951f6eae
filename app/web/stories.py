"""The pages that anyone may read: stories, their layers, building steps, the bonus page."""

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.albums.bonus import bonus_page
from app.albums.building import build_page
from app.albums.riddles import check_riddle
from app.albums.stories import layer_page, story_page, story_place
from app.web.present import shared, show, site, spoken

pages = Blueprint("stories", __name__)


@pages.get("/<language>/<series>/<kit>")
def story(language: str, series: str, kit: str) -> Response:
    """Show a story at its canonical address, with the answer to a riddle if one was checked."""
    page = story_page(site(), series, kit, language)
    checked = check_riddle(page.front, request.args.get("riddle", ""), request.args.get("door", ""))
    place = f"{series}/{kit}"
    return shared(
        show(
            "story.html",
            language,
            page=page,
            checked=checked,
            scan=None,
            place=place,
            here="story",
            written=page.languages,
        )
    )


@pages.get("/<language>/<series>/<kit>/<layer>")
def told_otherwise(language: str, series: str, kit: str, layer: str) -> Response:
    """Show a story in easy language, for adults or for a class."""
    page = layer_page(site(), series, kit, language, layer)
    place = f"{series}/{kit}/{layer}"
    return shared(show("layer.html", language, page=page, place=place, here="story", written=page.languages))


@pages.get("/<language>/<series>/<kit>/build")
@pages.get("/<language>/<series>/<kit>/build/<int(min=1):step>")
def build(language: str, series: str, kit: str, step: int = 0) -> Response:
    """Show how a model is built: all steps, one of them, or behind the last one the finished model."""
    page = build_page(site(), series, kit, language, step)
    place = f"{series}/{kit}/build" + (f"/{step}" if step else "")
    return shared(show("build.html", language, page=page, place=place, here="build"))


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
