"""How the expected boxes of a series come about, worked out with its newest published run."""

from dataclasses import dataclass

from app.albums import Site
from app.albums.pages import Odds, shelves
from app.core.forecast import Forecast, forecast
from app.core.friends import pooled
from app.core.kit import Kit, Series
from app.core.waiting import waits_by_size

MOST_SHOWN = 6
"""Beyond so many standard kits the sums are too many to be read."""


@dataclass(frozen=True)
class Reckoning:
    """A series' newest run, and what its counts mean for those who collect it.

    Attributes:
        series: the series.
        odds: the run; `odds.expected` is for the standard kits, opened alone.
        rarest: the standard kit with the fewest boxes, and how many; None in a run of chases alone.
        waits: mean waits for any one kit, any of two, ... of the standard kits, added up; () for many kits.
        everything: for every kit with the chase, opened alone; None without a chase.
        friend: boxes of each of two friends who pool all boxes, standard kits.
        friend_everything: the same with the chase; None without one.
    """

    series: Series
    odds: Odds
    rarest: tuple[Kit, int] | None
    waits: tuple[float, ...]
    everything: Forecast | None
    friend: float
    friend_everything: float | None


def reckonings(site: Site, language: str) -> list[tuple[Series, Reckoning | None]]:
    """Return every series with its reckoning, None while it has no published run.

    Raises:
        PageMissingError: nothing is told in this language.
    """
    found = shelves(site, language)
    return [(shelf.series, _reckoning(shelf.series, shelf.odds) if shelf.odds else None) for shelf in found]


def _reckoning(series: Series, odds: Odds) -> Reckoning:
    standard_kits = {kit.id for kit in series.standard_kits}
    standard = [(kit, count) for kit, count in odds.counts if kit.id in standard_kits]
    counts = tuple(count for _, count in standard)
    every = tuple(count for _, count in odds.counts)
    chase = len(every) > len(counts)
    return Reckoning(
        series=series,
        odds=odds,
        rarest=min(standard, key=lambda entry: entry[1], default=None),
        waits=tuple(map(float, waits_by_size(counts, odds.boxes))) if len(counts) <= MOST_SHOWN else (),
        everything=forecast(every, odds.boxes) if chase else None,
        friend=pooled(counts, odds.boxes, 2).mean() / 2,
        friend_everything=pooled(every, odds.boxes, 2).mean() / 2 if chase else None,
    )
