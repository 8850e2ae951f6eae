"""Renders everything once before the site opens."""

from collections.abc import Iterator

from app.albums import Site
from app.albums.bonus import bonus_page, bonus_story
from app.albums.format_page import format_page
from app.albums.sharing import design_hash
from app.albums.stories import layer_page, story_page
from app.albums.telling import languages_told
from app.core.story import LAYERS, Layer, Story
from app.library import read_layer, read_story, render_ahead


def warm_up(site: Site) -> None:
    """Render stories and the format's page and read the design of shared pictures: no visitor waits for it.

    Raises:
        UserError: the first story that cannot be told.
    """
    format_page()
    design_hash(site.workspace.designs)
    render_ahead(site.workspace, list(_everything(site)))
    for series in site.catalogue.values():
        for kit in series.kits:
            for language in languages_told(site, kit.id):
                page = story_page(site, series.id, kit.id, language)
                for layer in page.layers:
                    layer_page(site, series.id, kit.id, language, layer)
        for language in languages_told(site, series.bonus) if series.bonus else ():
            bonus_page(site, series.id, language, series.digits + series.chase_digits)


def _everything(site: Site) -> Iterator[Story | Layer]:
    """Yield every story, layer and bonus page of the site.

    Raises:
        UserError: the first that is broken; one that nobody has written yet is not told.
    """
    for series in site.catalogue.values():
        for kit in series.kits:
            for language in languages_told(site, kit.id):
                yield read_story(site.workspace, kit.id, language)
            for layer in LAYERS:
                for language in languages_told(site, kit.id, layer):
                    yield read_layer(site.workspace, kit.id, language, layer)
        if series.bonus:
            for language in languages_told(site, series.bonus):
                yield bonus_story(site, series.bonus, language, with_chase=False)
                yield bonus_story(site, series.bonus, language, with_chase=True)
