"""The sums behind the mean number of boxes, so that a page can show how it comes about."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from app.core.completion import check_counts


def waits_by_size(counts: Sequence[int], boxes: int) -> tuple[Fraction, ...]:
    """Return, for one kit, for pairs, for threes and so on, the mean waits for any of them, added up.

    Args:
        counts: boxes of each kit, shape (kits,).
        boxes: boxes in the run.

    Returns:
        Σ boxes / (boxes of the kits in A) over all sets A of one kit, of two, ..., shape (kits,). Taken by
        turns plus and minus they are the mean number of boxes until every kit is there.

    Raises:
        OddsError: a count below 1, or more boxes of kits than boxes.

    Source: Flajolet, Gardy, Thimonier 1992, section 4.
    """
    check_counts(counts, boxes)
    ways: dict[tuple[int, int], int] = defaultdict(int, {(0, 0): 1})
    for count in counts:
        for (size, total), number in list(ways.items()):
            ways[size + 1, total + count] += number
    waits = [Fraction(0)] * len(counts)
    for (size, total), number in ways.items():
        if size:
            waits[size - 1] += number * Fraction(boxes, total)
    return tuple(waits)
