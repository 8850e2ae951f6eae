"""What is printed, spoiled or voided of a run, box by box: its marks folded in their order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from app.core.editions import read_editions

Kind = Literal["printed", "spoiled", "voided"]
PRINTED: Final = "printed"
SPOILED: Final = "spoiled"
VOIDED: Final = "voided"
INSERT = "insert"
"""The printed thing whose state is a box's, by its design."""


@dataclass(frozen=True)
class PrintStates:
    """Which edition numbers of a run are in which state; no number is in two.

    Attributes:
        boxes: boxes in the run.
        printed: printed and good.
        spoiled: printed once, and needed again.
        voided: withdrawn for good, whatever was done to it before or after.
    """

    boxes: int
    printed: frozenset[int]
    spoiled: frozenset[int]
    voided: frozenset[int]

    @property
    def never(self) -> tuple[int, ...]:
        """Return the editions that were never printed nor voided, ascending."""
        marked = self.printed | self.spoiled | self.voided
        return tuple(edition for edition in range(1, self.boxes + 1) if edition not in marked)

    @property
    def due(self) -> tuple[int, ...]:
        """Return the editions that are still to be printed, ascending: the spoiled and the never printed."""
        return tuple(sorted((*self.never, *self.spoiled)))


def fold_marks(boxes: int, marks: Iterable[tuple[str, str]]) -> PrintStates:
    """Return the state of every box.

    Args:
        boxes: boxes in the run.
        marks: kind, and editions as `write_editions` spells them, in the order they were made.
    """
    printed: set[int] = set()
    spoiled: set[int] = set()
    voided: set[int] = set()
    for kind, written in marks:
        for editions in read_editions(written):
            if kind == PRINTED:
                printed.update(editions)
                spoiled.difference_update(editions)
            else:
                printed.difference_update(editions)
                (spoiled if kind == SPOILED else voided).update(editions)
    # A voided box stays voided, whatever was marked after it.
    return PrintStates(boxes, *(frozenset(state) for state in (printed - voided, spoiled - voided, voided)))


def is_marked(edition: int, marks: Iterable[str]) -> bool:
    """Tell whether any of `marks`, spelled as `write_editions` does, holds an edition number."""
    return any(edition in editions for written in marks for editions in read_editions(written))
