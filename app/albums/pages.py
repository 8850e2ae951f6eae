"""What the buyer's pages show."""

import json
from collections import Counter
from dataclasses import dataclass

from sqlmodel import col, select

from app.albums import Site
from app.albums.claiming import claimed_kits
from app.catalogue import Drawing, art_path, read_silhouette
from app.core.errors import UserError
from app.core.forecast import Forecast, forecast
from app.core.kit import Kit, Series
from app.core.story import CleanHtml, FrontMatter
from app.ledger import Run
from app.library import read_story, render


class PageMissingError(UserError):
    """There is no such series, kit or language."""


@dataclass(frozen=True)
class StoryPage:
    """A story with everything that stands around it; `number` is the kit's place among the standard kits."""

    series: Series
    kit: Kit
    chase: bool
    number: int
    front: FrontMatter
    body: CleanHtml
    notes: CleanHtml


@dataclass(frozen=True)
class Book:
    """A kit on the home page."""

    kit: Kit
    chase: bool
    front: FrontMatter


@dataclass(frozen=True)
class Odds:
    """A published run of a series: boxes of each kit, and how many boxes the standard kits take."""

    run: str
    boxes: int
    counts: tuple[tuple[Kit, int], ...]
    beacon_kind: str
    beacon_description: str
    standard: int
    expected: Forecast

    @property
    def largest(self) -> int:
        """Return the greatest count, for drawing the bars."""
        return max(count for _, count in self.counts)


@dataclass(frozen=True)
class Shelf:
    """A series on the home page; `odds` are of its newest published run, None while there is none."""

    series: Series
    books: tuple[Book, ...]
    odds: Odds | None


@dataclass(frozen=True)
class Stamp:
    """A kit's place in an album."""

    kit: Kit
    chase: bool
    count: int
    drawing: Drawing


@dataclass(frozen=True)
class AlbumPage:
    """One series of an album. Completeness counts standard kits only."""

    series: Series
    stamps: tuple[Stamp, ...]

    @property
    def standard(self) -> int:
        """Return how many kits make the series complete."""
        return sum(not stamp.chase for stamp in self.stamps)

    @property
    def held(self) -> int:
        """Return how many different standard kits are in the album."""
        return sum(stamp.count > 0 and not stamp.chase for stamp in self.stamps)

    @property
    def missing(self) -> int:
        """Return how many standard kits are not in the album."""
        return self.standard - self.held

    @property
    def duplicates(self) -> int:
        """Return how many boxes beyond the first of each kit are in the album."""
        return sum(max(0, stamp.count - 1) for stamp in self.stamps)


def story_page(site: Site, series_id: str, kit_id: str, language: str) -> StoryPage:
    """Return a kit's story.

    Raises:
        PageMissingError: there is no such series, kit or language.
        UserError: the story's file is broken.
    """
    series = site.catalogue.get(series_id)
    entry = next((entry for entry in series.entries if entry.kit.id == kit_id), None) if series else None
    if series is None or entry is None or language not in site.workspace.languages:
        raise PageMissingError("there is no such page")
    story = read_story(site.workspace, kit_id, language)
    rendered = render(site.workspace, story)
    number = series.standard_kits.index(entry.kit) + 1 if not entry.chase else 0
    return StoryPage(series, entry.kit, entry.chase, number, story.front, rendered.body, rendered.notes)


def story_place(site: Site, kit_id: str) -> tuple[str, str]:
    """Return the series and the kit, by id, of a story that is asked for by its kit alone.

    Args:
        site: the public site.
        kit_id: the kit's id, in capitals or not.

    Raises:
        PageMissingError: there is no such kit.
    """
    for series in site.catalogue.values():
        if kit_id.lower() in {kit.id for kit in series.kits}:
            return series.id, kit_id.lower()
    raise PageMissingError("there is no such kit")


def warm_up(site: Site) -> None:
    """Render every story once, so that no visitor waits for it.

    Raises:
        UserError: the first story that cannot be told.
    """
    for series in site.catalogue.values():
        for kit in series.kits:
            for language in site.workspace.languages:
                story_page(site, series.id, kit.id, language)


def shelves(site: Site, language: str, series_id: str | None = None) -> list[Shelf]:
    """Return the home page's series, or only the one named.

    Raises:
        PageMissingError: there is no such series or language.
    """
    if language not in site.workspace.languages or (series_id and series_id not in site.catalogue):
        raise PageMissingError("there is no such page")
    return [
        Shelf(series, tuple(_book(site, series, kit, language) for kit in series.kits), _odds(site, series))
        for series in site.catalogue.values()
        if series_id in {None, series.id}
    ]


def album_pages(site: Site, album_key: bytes | None) -> list[AlbumPage]:
    """Return the album by series; every series is shown, also one with nothing in it yet."""
    counted = Counter(claimed_kits(site, album_key))
    pages = []
    for series in site.catalogue.values():
        stamps = tuple(
            Stamp(
                entry.kit,
                entry.chase,
                counted[entry.kit.id],
                read_silhouette(site.workspace, series.id, entry.kit.id),
            )
            for entry in series.entries
        )
        pages.append(AlbumPage(series, stamps))
    return pages


def art(site: Site, series_id: str, kit_id: str) -> bytes:
    """Return a kit's picture as SVG.

    Raises:
        PageMissingError: there is no such kit; a path never comes from an address.
    """
    series = site.catalogue.get(series_id)
    if series is None or kit_id not in {kit.id for kit in series.kits}:
        raise PageMissingError("there is no such picture")
    return art_path(site.workspace, series_id, kit_id).read_bytes()


def _book(site: Site, series: Series, kit: Kit, language: str) -> Book:
    chase = kit not in series.standard_kits
    return Book(kit, chase, read_story(site.workspace, kit.id, language).front)


def _odds(site: Site, series: Series) -> Odds | None:
    with site.ledger.reading() as session:
        published = select(Run).where(Run.series == series.id, col(Run.committed_at).is_not(None))
        run = session.exec(published.order_by(col(Run.number).desc())).first()
    return odds_of(series, run) if run else None


def odds_of(series: Series, run: Run) -> Odds:
    """Return what a published run of a series offers, and how many boxes its standard kits take."""
    kits = {kit.id: kit for kit in series.kits}
    counts = {kit["id"]: kit["count"] for kit in json.loads(run.kits)}
    standard = tuple(counts[kit.id] for kit in series.standard_kits if kit.id in counts)
    return Odds(
        run=run.id,
        boxes=run.boxes,
        counts=tuple((kits[kit_id], count) for kit_id, count in counts.items() if kit_id in kits),
        beacon_kind=run.beacon_kind,
        beacon_description=run.beacon_description,
        standard=len(standard),
        expected=forecast(standard, run.boxes),
    )
