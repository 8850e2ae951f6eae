"""How many boxes a series takes, as it is shown to people: mean, median and nine in ten."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from app.core.completion import box_by_box


@dataclass(frozen=True)
class Forecast:
    """Boxes opened until a set is complete: the mean, and how many suffice half and 90 % of the time."""

    mean: float
    median: int
    ninety: int


@lru_cache(maxsize=1024)  # pages show the same runs and albums again and again
def forecast(counts: tuple[int, ...], boxes: int) -> Forecast:
    """Return how many boxes it takes to get every kit of `counts`, shape (kits,), in a run of `boxes`.

    Boxes are taken as independent, as for a buyer who meets a few of many; a sealed case is kinder.

    Raises:
        OddsError: the counts do not fit the run.
    """
    completion = box_by_box(counts, boxes)
    return Forecast(
        mean=completion.mean(),
        median=completion.boxes_for(Fraction(1, 2)),
        ninety=completion.boxes_for(Fraction(9, 10)),
    )
