"""What the home page and the album show."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from app.albums import Site
from app.albums.claiming import claimed_kits
from app.albums.stories import PageMissingError
from app.albums.telling import languages_told, told_in
from app.core.forecast import Forecast, forecast
from app.core.kit import Kit, Series
from app.core.prospect import Prospect, prospect
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
class Ahead:
    """What is ahead of an album in a published run; `elsewhere` missing standard kits are not in that run."""

    run: str
    prospect: Prospect
    elsewhere: int


@dataclass(frozen=True)
class AlbumPage:
    """One series of an album. Completeness counts standard kits only.

    `ahead` is None when the series is complete, and while no published run holds what is missing.
    """

    series: Series
    stamps: tuple[Stamp, ...]
    ahead: Ahead | None

    @property
    def kept(self) -> tuple[Stamp, ...]:
        """Return the places of the standard kits."""
        return tuple(stamp for stamp in self.stamps if not stamp.chase)

    @property
    def chases(self) -> tuple[Stamp, ...]:
        """Return the places of the chases, which stand apart."""
        return tuple(stamp for stamp in self.stamps if stamp.chase)

    @property
    def begun(self) -> bool:
        """Tell whether anything of the series is in the album."""
        return any(stamp.count for stamp in self.stamps)

    @property
    def for_sale(self) -> tuple[Stamp, ...]:
        """Return the kits that the maker sells open, the missing ones first."""
        return tuple(
            sorted(
                (stamp for stamp in self.stamps if stamp.kit.sale.sold_open),
                key=lambda stamp: stamp.count > 0,
            )
        )

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
        Shelf(series, tuple(_books(site, series, language)), _odds(site, series))
        for series in site.catalogue.values()
        if series_id in {None, series.id}
    ]


def album_pages(site: Site, album_key: bytes | None) -> list[AlbumPage]:
    """Return the album by series; every series is shown, also one with nothing in it yet."""
    return pages_of(site, Counter(claimed_kits(site, album_key)))


def pages_of(site: Site, counted: Mapping[str, int]) -> list[AlbumPage]:
    """Return an album by series, from the number of its boxes of each kit."""
    pages = []
    for series in site.catalogue.values():
        stamps = tuple(
            Stamp(
                entry.kit,
                entry.chase,
                counted.get(entry.kit.id, 0),
                read_silhouette(site.workspace, series.id, entry.kit.id),
            )
            for entry in series.entries
        )
        pages.append(AlbumPage(series, stamps, _ahead(site, series, stamps)))
    return pages


def _ahead(site: Site, series: Series, stamps: tuple[Stamp, ...]) -> Ahead | None:
    run = _newest_run(site, series)
    if run is None:
        return None
    counts = {kit["id"]: kit["count"] for kit in json.loads(run.kits)}
    missing = [stamp for stamp in stamps if not stamp.count]
    standard = tuple(counts[each.kit.id] for each in missing if not each.chase and each.kit.id in counts)
    if not standard:
        return None
    chases = tuple(counts[each.kit.id] for each in missing if each.chase and each.kit.id in counts)
    duplicates = sum(max(0, stamp.count - 1) for stamp in stamps)
    elsewhere = sum(not each.chase for each in missing) - len(standard)
    return Ahead(run.id, prospect(standard, chases, run.boxes, duplicates), elsewhere)


def _books(site: Site, series: Series, language: str) -> Iterator[Book]:
    """Yield the stories of a series that somebody has written."""
    for kit in series.kits:
        if languages_told(site, kit.id):
            told = told_in(site, kit.id, language)
            chase = kit not in series.standard_kits
            yield Book(kit, chase, read_story(site.workspace, kit.id, told).front, told)


def _odds(site: Site, series: Series) -> Odds | None:
    run = _newest_run(site, series)
    return odds_of(series, run) if run else None


def _newest_run(site: Site, series: Series) -> Run | None:
    with site.ledger.reading() as session:
        published = select(Run).where(Run.series == series.id, col(Run.committed_at).is_not(None))
        return session.exec(published.order_by(col(Run.number).desc())).first()


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
