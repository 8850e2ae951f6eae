"""What the home page and the album show."""

import json
from collections import Counter
from dataclasses import dataclass

from sqlmodel import col, select

from app.albums import Site
from app.albums.claiming import claimed_kits
from app.albums.stories import PageMissingError
from app.albums.telling import told_in
from app.core.forecast import Forecast, forecast
from app.core.kit import Kit, Series
from app.core.story import FrontMatter
from app.ledger import Run
from app.library import read_story
from app.pictures import Drawing, read_silhouette


@dataclass(frozen=True)
class Book:
    """A kit on the home page, with its story's front matter and the language that is in."""

    kit: Kit
    chase: bool
    front: FrontMatter
    language: str


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


def shelves(site: Site, language: str, series_id: str | None = None) -> list[Shelf]:
    """Return the home page's series, or only the one named.

    Raises:
        PageMissingError: there is no such series or language.
    """
    if language not in site.languages or (series_id and series_id not in site.catalogue):
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


def _book(site: Site, series: Series, kit: Kit, language: str) -> Book:
    chase = kit not in series.standard_kits
    told = told_in(site, kit.id, language)
    return Book(kit, chase, read_story(site.workspace, kit.id, told).front, told)


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
