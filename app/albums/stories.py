"""What the pages of stories show: a story, and the other ways in which it is told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.albums import Site
from app.albums.telling import languages_told, told_in
from app.core.errors import UserError
from app.core.kit import Entry, Kit, Series, find_by_id
from app.core.map import Spot, way_to
from app.core.story import LAYERS, CleanHtml, FrontMatter, Layer, LayerFront, Story
from app.library import audio_path, has_layer, read_layer, read_story, render
from app.pictures import art_path, parse_svg, steps_drawn
from app.reading import FileMissingError


class PageMissingError(UserError):
    """There is no such series, kit or language."""


@dataclass(frozen=True)
class Neighbour:
    """Another landmark of the series.

    Attributes:
        name: its story's title.
        metres: how far away it is, to the nearest 50 m or, from 5 km on, to the nearest kilometre; 0
            where the two lie together.
        direction: where it lies, 0 for north, 1 for north-east, and so on to 7.
    """

    name: str
    metres: int
    direction: int


@dataclass(frozen=True)
class StoryPage:
    """A story with everything that stands around it.

    Attributes:
        series: the kit's series.
        kit: the kit.
        chase: whether it is a rare kit.
        number: its place among the standard kits, from 1; 0 for a chase.
        front: the story's front matter.
        body: the story.
        notes: its footnotes, a list.
        numbers: the footnotes' numbers by label.
        layers: the other ways it is told in this language.
        drawn: the building steps that have a picture.
        audio: whether somebody has recorded it.
        neighbours: the series' other landmarks.
        language: the language in which it is told; another than the page's where nobody has told it there.
        languages: every language in which it is told.
    """

    series: Series
    kit: Kit
    chase: bool
    number: int
    front: FrontMatter
    body: CleanHtml
    notes: CleanHtml
    numbers: Mapping[str, int]
    layers: tuple[str, ...]
    drawn: frozenset[int]
    audio: bool
    neighbours: tuple[Neighbour, ...]
    language: str
    languages: tuple[str, ...]


@dataclass(frozen=True)
class LayerPage:
    """A story told otherwise: in easy language, for adults or for a class; languages as in `StoryPage`."""

    series: Series
    kit: Kit
    layer: str
    layers: tuple[str, ...]
    front: LayerFront
    body: CleanHtml
    notes: CleanHtml
    language: str
    languages: tuple[str, ...]


def story_page(site: Site, series_id: str, kit_id: str, language: str) -> StoryPage:
    """Return a kit's story.

    Raises:
        PageMissingError: there is no such series, kit or language, or nobody has written the story yet.
        UserError: the story's file is broken.
    """
    series, entry = find_told(site, series_id, kit_id, language)
    if not languages_told(site, kit_id):
        raise PageMissingError("nobody has written this story yet")
    story = read_story(site.workspace, kit_id, told_in(site, kit_id, language))
    return page_of(site, series, entry, story, language)


def page_of(site: Site, series: Series, entry: Entry, story: Story, language: str) -> StoryPage:
    """Return the page of a story, which may be one that no file holds yet.

    Args:
        site: the public site.
        series: the kit's series.
        entry: the kit's place in it.
        story: the story.
        language: of the page.

    Raises:
        UserError: a file of the series is broken, or the story cannot be rendered.
    """
    rendered, kit = render(site.workspace, story), entry.kit
    return StoryPage(
        series=series,
        kit=kit,
        chase=entry.chase,
        number=0 if entry.chase else series.standard_kits.index(kit) + 1,
        front=story.front,
        body=rendered.body,
        notes=rendered.notes,
        numbers=rendered.numbers,
        layers=_layers(site, kit.id, language),
        drawn=steps_drawn(parse_svg(art_path(site.workspace, series.id, kit.id))),
        audio=audio_path(site.workspace, kit.id, story.language) is not None,
        neighbours=tuple(_neighbours(site, series, kit, site.workspace.told(language))),
        language=story.language,
        languages=languages_told(site, kit.id),
    )


def spots_of(site: Site, series: Series, language: str) -> list[Spot]:
    """Return a series' landmarks under the titles of their stories, in series order.

    Raises:
        UserError: a story's file is broken.
    """
    return [
        Spot(
            name=_title(site, kit, language),
            latitude=kit.landmark.latitude,
            longitude=kit.landmark.longitude,
            within_m=kit.landmark.within_m,
        )
        for kit in series.kits
    ]


def _title(site: Site, kit: Kit, language: str) -> str:
    """Return the title of a kit's story, or as long as nobody has written it the kit's name."""
    try:
        return read_story(site.workspace, kit.id, language).front.title
    except FileMissingError:
        return kit.name[language]


def _neighbours(site: Site, series: Series, kit: Kit, language: str) -> Iterator[Neighbour]:
    spots = spots_of(site, series, language)
    here = spots[series.kits.index(kit)]
    for spot in (spot for spot in spots if spot is not here):
        metres, direction = way_to(here, spot)
        step = 1000 if metres >= 5000 else 50
        yield Neighbour(spot.name, round(metres / step) * step, direction)


def layer_page(site: Site, series_id: str, kit_id: str, language: str, layer: str) -> LayerPage:
    """Return a kit's story told otherwise.

    Raises:
        PageMissingError: there is no such series, kit or language, or nobody has written this layer.
        UserError: the layer's file is broken.
    """
    series, entry = find_told(site, series_id, kit_id, language)
    layers = _layers(site, kit_id, language)
    if layer not in layers:
        raise PageMissingError("there is no such page")
    told = read_layer(site.workspace, kit_id, told_in(site, kit_id, language, layer), layer)
    return layer_of(site, series, entry, told, language)


def layer_of(site: Site, series: Series, entry: Entry, told: Layer, language: str) -> LayerPage:
    """Return the page of a layer, which may be one that no file holds yet; arguments as in `page_of`.

    Raises:
        UserError: the layer cannot be rendered.
    """
    rendered, kit = render(site.workspace, told), entry.kit
    return LayerPage(
        series=series,
        kit=kit,
        layer=told.layer,
        layers=_layers(site, kit.id, language),
        front=told.front,
        body=rendered.body,
        notes=rendered.notes,
        language=told.language,
        languages=languages_told(site, kit.id, told.layer),
    )


def find_kit(site: Site, series_id: str, kit_id: str) -> tuple[Series, Entry]:
    """Return a series and a kit's place in it, both named by an address.

    Raises:
        PageMissingError: there is no such series or kit; a path never comes from an address.
    """
    series = site.catalogue.get(series_id)
    for entry in series.entries if series else ():
        if series and entry.kit.id == kit_id:
            return series, entry
    raise PageMissingError("there is no such series or kit")


def find_told(site: Site, series_id: str, kit_id: str, language: str) -> tuple[Series, Entry]:
    """Return a series and a kit's place in it, for a page in one of the site's languages.

    Raises:
        PageMissingError: there is no such series, kit or language.
    """
    if language not in site.languages:
        raise PageMissingError("there is no such language")
    return find_kit(site, series_id, kit_id)


def _layers(site: Site, kit_id: str, language: str) -> tuple[str, ...]:
    return tuple(
        layer
        for layer in LAYERS
        if has_layer(site.workspace, kit_id, told_in(site, kit_id, language, layer), layer)
    )


def story_place(site: Site, kit_id: str) -> tuple[str, str]:
    """Return the series and the kit, by id, of a story that is asked for by its kit alone.

    Args:
        site: the public site.
        kit_id: the kit's id, in capitals or not.

    Raises:
        PageMissingError: there is no such kit.
    """
    found = find_by_id(site.catalogue.values(), kit_id.lower())
    if found is None:
        raise PageMissingError("there is no such kit")
    return found[0].id, found[1].id
