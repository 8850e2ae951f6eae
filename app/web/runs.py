"""The pages of runs, which everyone may see: outer labels lead here."""

from flask import Blueprint, Response

from app.albums.run_page import run_page
from app.web.present import shared, show, site, spoken

pages = Blueprint("runs", __name__)


@pages.get("/r/<run>")
@pages.get("/R/<run>")
@pages.get("/r/<run>/<edition>")
@pages.get("/R/<run>/<edition>")
def published(run: str, edition: str | None = None) -> Response:
    """Show what is public of a run, and what to compare on the box whose label was scanned."""
    page = run_page(site(), run, edition)
    answer = shared(show("run.html", spoken(), page=page, here="run"))
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer
