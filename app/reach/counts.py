"""How often stories are opened, read to the end and solved: numbers of a day, never anyone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text as sql
from sqlmodel import col, select

from app.ledger import Count
from app.library import is_told
from app.reach import Reach, find_reported

HAPPENINGS = ("scan", "read", "riddle")
SPANS = (7, 28, 365)
"""Days over which happenings are added up, today among them."""

_ONCE_MORE = sql(
    "INSERT INTO count (kit, language, what, day, times) VALUES (:kit, :language, :what, :day, 1)"
    " ON CONFLICT (kit, language, what, day) DO UPDATE SET times = count.times + 1"
)


@dataclass(frozen=True)
class StoryNumbers:
    """How often something happened to a story in one language.

    Attributes:
        kit: the kit.
        language: the language in which the story is told.
        times: for each of `HAPPENINGS` the number in each of `SPANS`.
    """

    kit: str
    language: str
    times: Mapping[str, tuple[int, ...]]


def count(reach: Reach, what: str, kit: str, language: str, today: date) -> bool:
    """Count that something happened to a story; nothing else is kept.

    Args:
        reach: where it is counted.
        what: one of `HAPPENINGS`.
        kit: the kit's id.
        language: the language in which the story was told.
        today: the day.

    Returns:
        Whether it was counted: there is such a happening, kit and story.

    Raises:
        LedgerError: the ledger cannot be written.
    """
    known = what in HAPPENINGS and find_reported(reach, kit) is not None
    if not known or not language.isalpha() or not is_told(reach.workspace, kit, language):
        return False
    with reach.ledger.writing() as session:
        session.connection().execute(
            _ONCE_MORE, {"kit": kit, "language": language, "what": what, "day": today.isoformat()}
        )
    return True


def numbers(reach: Reach, today: date) -> list[StoryNumbers]:
    """Return how often each story was opened, read and solved, in the order of the catalogue.

    Stories that were never opened are there too, for what nobody reads is a number as well.
    """
    since = today - timedelta(days=max(SPANS) - 1)
    found: dict[tuple[str, str], dict[str, list[int]]] = {
        (kit.id, language): {what: [0] * len(SPANS) for what in HAPPENINGS}
        for series in reach.catalogue.values()
        for kit in series.kits
        for language in reach.workspace.languages
    }
    with reach.ledger.reading() as session:
        for row in session.exec(select(Count).where(col(Count.day) >= since, col(Count.day) <= today)):
            times = found.setdefault((row.kit, row.language), {what: [0] * len(SPANS) for what in HAPPENINGS})
            for at, span in enumerate(SPANS):
                if (today - row.day).days < span:
                    times[row.what][at] += row.times
    return [
        StoryNumbers(kit, language, {what: tuple(each) for what, each in times.items()})
        for (kit, language), times in found.items()
    ]


def days(reach: Reach) -> Iterator[tuple[str, str, str, str, int]]:
    """Yield every number that is kept: day, kit, language, what, times; the oldest day first."""
    order = (col(Count.day), col(Count.kit), col(Count.language), col(Count.what))
    with reach.ledger.reading() as session:
        kept = list(session.exec(select(Count).order_by(*order)))
    for row in kept:
        yield row.day.isoformat(), row.kit, row.language, row.what, row.times
