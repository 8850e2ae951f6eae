"""All boxes of a run at once, a part after the other: by one process, or by several if they are many."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from app.core.allocation import deal_cases, fill_cases
from app.core.code import TAG_BYTES
from app.core.commitment import Secrets, contents_leaf, labels_of, number_labels, salts
from app.core.merkle import Tree, leaf_hash, tree_from_hashes
from app.core.plan import Plan
from app.core.proof import SealedContent
from app.processes import cores, spread
from app.sealing import ROW_BYTES, seal_row

MANY = 50_000
"""From so many boxes on, other processes are worth their start."""

PART = 8_000
"""About so many boxes are made between two steps of a progress bar."""

First = TypeVar("First")
Second = TypeVar("Second")
Progress = Callable[[int, int], None]


def quiet(_done: int, _whole: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class DrawnRun:
    """What a seal stores.

    Attributes:
        rows: tag and sealed content of every box, joined, shape (boxes,); in tag order.
        labels: the tree of the label commitments.
        contents: the tree of the contents.
    """

    rows: list[bytes]
    labels: Tree
    contents: Tree


class _Part(NamedTuple):
    """Some boxes in slot order: their rows joined, and their leaf hashes in both trees."""

    rows: bytes
    labels: bytes
    contents: bytes


def processes_for(boxes: int) -> int:
    """Return how many processes are worth it for a run."""
    return cores() if boxes >= MANY else 1


def label_tree(secrets: Secrets, plan: Plan, *, processes: int, progress: Progress) -> Tree:
    """Make the labels of a run and return the tree of their commitments.

    Args:
        secrets: the run's secrets.
        plan: the run's boxes and cases.
        processes: at once; the tree is the same for any number.
        progress: told boxes done and boxes in all.
    """
    numbers = number_labels(secrets, plan.boxes, plan.case_size)

    def hashes_of(slots: range) -> bytes:
        return b"".join([leaf_hash(label.commitment) for label in labels_of(secrets, numbers, slots)])

    parts, joined = _slots(plan), []
    for slots, hashes in zip(parts, spread(hashes_of, parts, processes), strict=True):
        joined.append(hashes)
        progress(slots.stop, plan.boxes)
    return tree_from_hashes(b"".join(joined))


def draw_boxes(
    secrets: Secrets, plan: Plan, key: bytes, digest: bytes, *, processes: int, progress: Progress
) -> DrawnRun:
    """Draw the kits of all boxes of a run and seal every box under its code.

    Args:
        secrets: the run's secrets.
        plan: as committed.
        key: S of HB1, 32 bytes.
        digest: md of HB1, 32 bytes.
        processes: at once; what they make is the same for any number.
        progress: told boxes done and boxes in all.
    """
    number = partial(number_labels, secrets, plan.boxes, plan.case_size)
    deal = partial(deal_cases, key, plan.counts, plan.case_size)
    numbers, cases = _both(number, deal, processes)

    def seal_some(slots: range) -> _Part:
        first, after = slots.start // plan.case_size, slots.stop // plan.case_size
        kits = fill_cases(key, cases[first:after], first)
        salt = salts(key)
        rows, outside, inside = [], [], []
        for label, kit in zip(labels_of(secrets, numbers, slots), kits, strict=True):
            content = SealedContent(label.slot, kit, salt(label.slot), label.edition, label.case, label.lsalt)
            rows.append(label.tag + seal_row(label.code, plan.run, content))
            outside.append(leaf_hash(label.commitment))
            inside.append(leaf_hash(contents_leaf(digest, label.slot, kit, content.salt, label.commitment)))
        return _Part(b"".join(rows), b"".join(outside), b"".join(inside))

    parts, made = _slots(plan), []
    for slots, part in zip(parts, spread(seal_some, parts, processes), strict=True):
        made.append(part)
        progress(slots.stop, plan.boxes)
    labels, contents = _both(
        lambda: tree_from_hashes(b"".join([part.labels for part in made])),
        lambda: tree_from_hashes(b"".join([part.contents for part in made])),
        processes,
    )
    rows = list(chain.from_iterable(_split(part.rows, TAG_BYTES + ROW_BYTES) for part in made))
    rows.sort()  # tags differ and come first; the order of rows must not tell the order of slots
    return DrawnRun(rows, labels, contents)


def _slots(plan: Plan) -> list[range]:
    """Return the slots of a run in parts of whole cases."""
    step = max(1, PART // plan.case_size) * plan.case_size
    return [range(start, min(start + step, plan.boxes)) for start in range(0, plan.boxes, step)]


def _split(joined: bytes, size: int) -> Iterator[bytes]:
    return (joined[start : start + size] for start in range(0, len(joined), size))


def _both(first: Callable[[], First], second: Callable[[], Second], processes: int) -> tuple[First, Second]:
    """Return what two works make, at the same time if there are processes for them."""
    works: tuple[Callable[[], Any], ...] = (first, second)
    one, other = spread(lambda which: works[which](), range(2), processes)
    return one, other
