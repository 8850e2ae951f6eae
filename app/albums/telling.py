"""Which language tells what: a page speaks its reader's language, a story only those it is written in."""

from app.albums import Site
from app.library import is_told, telling_of


def languages_told(site: Site, story: str, layer: str = "") -> tuple[str, ...]:
    """Return the languages in which a text is really written, the workspace's first.

    Search engines and the map of the site are told of these alone.

    Args:
        site: the public site.
        story: a kit's id, or a bonus story's name.
        layer: of the story; "" for the story itself.
    """
    return tuple(tag for tag in site.languages if is_told(site.workspace, story, tag, layer))


def told_in(site: Site, story: str, language: str, layer: str = "") -> str:
    """Return the language in which a text is told on a page whose own words are in `language`."""
    return telling_of(site.workspace, story, language, layer)
