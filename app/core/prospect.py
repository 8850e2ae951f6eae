"""What an album may expect of the next boxes: whether one is new, how many it takes, what saves some."""

from dataclasses import dataclass
from functools import lru_cache

from app.core.completion import box_by_box, next_is_new
from app.core.forecast import Forecast, forecast
from app.core.friends import pooled


@dataclass(frozen=True)
class Prospect:
    """What is ahead of an album that lacks some kits, in a run's published counts.

    Attributes:
        boxes: boxes in the run.
        new: how many of them hold a kit that is not in the album, a chase or not.
        chance: that the next box is one of them, 0 to 1.
        rest: boxes until no standard kit is missing.
        everything: the same with the missing chases; None if none is missing.
        with_friend: mean boxes for each of two who lack the same standard kits, open together and swap.
        swaps: duplicates that can be swapped for missing standard kits.
        swaps_save: mean boxes saved by swapping them for the kits that would come last.
        last_saves: mean boxes saved by buying the kit that would come last.
    """

    boxes: int
    new: int
    chance: float
    rest: Forecast
    everything: Forecast | None
    with_friend: float
    swaps: int
    swaps_save: float
    last_saves: float


@lru_cache(maxsize=512)  # an album is opened again and again; 24 kits of different odds take 15 ms
def prospect(missing: tuple[int, ...], chases: tuple[int, ...], boxes: int, duplicates: int) -> Prospect:
    """Return what is ahead of an album.

    Args:
        missing: the run's boxes of each standard kit that is missing, shape (kits,), at least one.
        chases: its boxes of each chase that is missing, shape (kits,).
        boxes: boxes in the run; every box opened is taken to have its odds, whatever came before.
        duplicates: boxes of the album beyond the first of each kit.

    Raises:
        OddsError: the counts do not fit the run.

    Source: `completion.box_by_box` with spare kits, `friends.pooled`.
    """
    rest = forecast(missing, boxes)
    swaps = min(duplicates, len(missing))
    return Prospect(
        boxes=boxes,
        new=sum(missing) + sum(chases),
        chance=next_is_new(missing + chases, boxes),
        rest=rest,
        everything=forecast(missing + chases, boxes) if chases else None,
        with_friend=pooled(missing, boxes, 2).mean() / 2,
        swaps=swaps,
        swaps_save=rest.mean - box_by_box(missing, boxes, spare=swaps).mean(),
        last_saves=rest.mean - box_by_box(missing, boxes, spare=1).mean(),
    )
