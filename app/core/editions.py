"""Selections of edition numbers: read as a maker types them, written in one spelling."""

import re
from collections.abc import Iterable, Iterator

from app.core.errors import UserError

# Text programs turn the hyphen of a range into its typographic cousins.
_RANGE = re.compile(r"([0-9]+)(?:\s*[-\u2010-\u2014]\s*([0-9]+))?")
_MOST_DIGITS = 10
"""No run has more boxes than ten digits can number."""

_EXAMPLE = "Write numbers and ranges with commas between them, as in 17,40-52"


class EditionsError(UserError):
    """A selection of edition numbers cannot be used; the subclasses say why."""


class NotAnEditionError(EditionsError):
    """A part of a selection is neither a number nor a range."""


class BackwardsRangeError(EditionsError):
    """A range ends before it begins."""


class BeyondRunError(EditionsError):
    """An edition number is not one of the run's boxes."""


class NoEditionsError(EditionsError):
    """A selection holds nothing."""


def parse_edition(text: str, boxes: int) -> int:
    """Read one edition number as a label shows it, zeros before it or not.

    Args:
        text: anything, from anyone.
        boxes: boxes in the run.

    Returns:
        The number, from 1 to `boxes`.

    Raises:
        NotAnEditionError: not digits alone.
        BeyondRunError: the run has no such box.
    """
    if not (text.isascii() and text.isdecimal()):
        raise _not_an_edition(text)
    digits = text.lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS or not 1 <= int(digits) <= boxes:
        raise BeyondRunError(
            f"there is no box No. {_shown(digits)}", mend=f"The run's boxes are numbered from 1 to {boxes}"
        )
    return int(digits)


def parse_editions(text: str, boxes: int) -> tuple[int, ...]:
    """Read a selection of edition numbers such as "17, 40-52".

    Args:
        text: numbers and ranges with commas between; spaces do not matter, a number may stand twice.
        boxes: boxes in the run.

    Returns:
        The numbers in ascending order, each once, from 1 to `boxes`.

    Raises:
        NoEditionsError: nothing is selected.
        NotAnEditionError, BackwardsRangeError, BeyondRunError: the first part that is wrong.
    """
    if not text.strip():
        raise NoEditionsError("no box is selected", mend=_EXAMPLE)
    selected: set[int] = set()
    for part in text.split(","):
        selected.update(_part(part.strip(), boxes))
    return tuple(sorted(selected))


def write_editions(editions: Iterable[int]) -> str:
    """Write edition numbers in their one spelling, which `parse_editions` reads.

    Args:
        editions: numbers from 1, in any order; one that stands twice is written once.

    Returns:
        Text such as "1-3,7"; neighbours are joined, two of them already.
    """
    written: list[str] = []
    for first, last in _ranges(editions):
        written.append(str(first) if first == last else f"{first}-{last}")
    return ",".join(written)


def read_editions(written: str) -> Iterator[range]:
    """Yield the ranges of a text by `write_editions`, without unfolding them."""
    for part in filter(None, written.split(",")):
        first, _, last = part.partition("-")
        yield range(int(first), int(last or first) + 1)


def _part(part: str, boxes: int) -> range:
    found = _RANGE.fullmatch(part)
    if found is None:
        raise _not_an_edition(part)
    first = parse_edition(found[1], boxes)
    last = first if found[2] is None else parse_edition(found[2], boxes)
    if last < first:
        raise BackwardsRangeError(
            f"the range {_shown(part)} runs backwards", mend=f"Write the smaller number first: {last}-{first}"
        )
    return range(first, last + 1)


def _ranges(editions: Iterable[int]) -> Iterator[tuple[int, int]]:
    ascending = sorted(set(editions))
    starts = [
        place for place, edition in enumerate(ascending) if not place or edition > ascending[place - 1] + 1
    ]
    for start, stop in zip(starts, [*starts[1:], len(ascending)], strict=False):
        yield ascending[start], ascending[stop - 1]


def _not_an_edition(text: str) -> NotAnEditionError:
    what = f"{_shown(text)!r} is not an edition number" if text else "two commas have no number between them"
    return NotAnEditionError(what, mend=_EXAMPLE)


def _shown(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:24]}…"
