"""The list of all landmarks, from A to Z."""

from flask import Blueprint, Response

from app.albums.listing import landmarks
from app.web.present import shared, show, site

pages = Blueprint("landmarks", __name__)


@pages.get("/<language>/stories")
def from_a_to_z(language: str) -> Response:
    """Show every landmark of every series by its first letter."""
    return shared(
        show("stories.html", language, letters=landmarks(site(), language), place="stories", here="stories")
    )
