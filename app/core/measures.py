"""Measures of what is known outside boxes against the kits inside: order, neighbours, remainders, groups."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kits = NDArray[np.uint16]
Numbers = NDArray[np.float64]
Kind = Literal["order", "measure", "group"]

PERIODS = tuple(range(2, 13))
"""Numbers are looked at by their remainder by each of these: every second box, every third, ..."""

FEWEST_CHASES = 4
"""With fewer boxes of chases nothing about them can be told from chance."""

WIDEST = 64
"""Tables of more groups are counted, the others multiplied, which is faster as long as they are narrow."""


@dataclass(frozen=True)
class Feature:
    """Something that can be known of a box without opening it.

    Attributes:
        name: in words.
        kind: "order" for numbers whose order, neighbours and remainders may tell; "measure" where the
            remainder means nothing, as of grams; "group" for names without an order.
        values: one for each slot, shape (boxes,); NaN where unknown.
        periods: remainders to look at besides PERIODS, as the cards on a sheet.
    """

    name: str
    kind: Kind
    values: Numbers
    periods: tuple[int, ...] = ()


class Ruler:
    """Takes the measures of one feature from many runs at once."""

    def __init__(
        self, feature: Feature, counts: tuple[int, ...], case_size: int, chases: frozenset[int]
    ) -> None:
        values, self._boxes = feature.values, len(feature.values)
        slots = np.flatnonzero(np.isfinite(values))
        self._slots = slots[np.argsort(values[slots], kind="stable")]
        ordered = values[self._slots]
        share = len(ordered) / len(values)
        chase_boxes = sum(counts[kit] for kit in chases) * share
        self._chases = sorted(chases) if FEWEST_CHASES <= chase_boxes < len(ordered) else []
        self._of_kit = np.array(counts, dtype=np.float64) * share
        alike = len(ordered) < 2 or ordered[0] == ordered[-1]
        self._ranks = None if alike or feature.kind == "group" else self._by_slot(_mid_ranks(ordered))
        distinct = not alike and bool((np.diff(ordered) > 0).all())
        self._neighbours = distinct and feature.kind != "group"
        groupings = {} if alike else _groupings(feature, ordered, case_size)
        tables = {name: np.unique(group, return_inverse=True)[1] for name, group in groupings.items()}
        self._wide = [table for table in tables.values() if table.max() >= WIDEST]
        narrow = [table for table in tables.values() if table.max() < WIDEST]
        widths = [int(table.max()) + 1 for table in narrow]
        self._starts = np.cumsum([0, *widths[:-1]]) if widths else np.zeros(0, dtype=np.int64)
        columns = [
            np.eye(width, dtype=np.float32)[table] for table, width in zip(narrow, widths, strict=True)
        ]
        self._columns = self._by_slot(np.hstack(columns)) if columns else None
        self.names = self._name(
            [name for name, table in tables.items() if table.max() < WIDEST],
            [name for name, table in tables.items() if table.max() >= WIDEST],
        )

    def measure(self, runs: Kits, holds: NDArray[np.float32]) -> Numbers:
        """Return the measures of each run, shape (runs, measures).

        Args:
            runs: kits, shape (runs, boxes).
            holds: 1 where a box holds a kit, shape (kits, runs, boxes).
        """
        found: list[Numbers] = []
        if self._ranks is not None:
            # Kruskal and Wallis 1952, with mid-ranks for ties.
            sums = np.stack([each.astype(np.float64) @ self._ranks for each in holds], axis=1)
            found.append(np.cbrt((sums**2 / self._of_kit).sum(axis=1)))
            if self._chases:
                found.append(sums[:, self._chases].sum(axis=1))
        if self._neighbours:
            # Wald and Wolfowitz 1940, for many kinds: boxes less runs of the same kit.
            kits = runs[:, self._slots]
            found.append((kits[:, 1:] == kits[:, :-1]).sum(axis=1).astype(np.float64))
        if self._columns is not None:
            kits_held, boxes = holds.shape[0], holds.shape[2]
            cells = (holds.reshape(-1, boxes) @ self._columns).reshape(kits_held, len(runs), -1)
            found += self._unlike(cells.astype(np.float64), self._starts)
        for table in self._wide:
            found += self._unlike(self._cells(runs[:, self._slots], table), np.zeros(1, dtype=np.int64))
        return np.column_stack(found) if found else np.zeros((len(runs), 0))

    def _unlike(self, cells: Numbers, starts: NDArray[np.int64]) -> list[Numbers]:
        """Return how unlike chance the tables are that stand side by side in cells by kit, run and group.

        Pearson's chi-square; its cube root is nearly normal (Wilson, Hilferty 1931).
        """
        of_group = cells[:, 0].sum(axis=0) / len(self._slots)
        expected = self._of_kit[:, None, None] * of_group
        tables = np.add.reduceat(((cells - expected) ** 2 / expected).sum(axis=0), starts, axis=1)
        found = [np.cbrt(tables)]
        if self._chases:
            of_chases = self._of_kit[self._chases].sum() * of_group
            chases = (cells[self._chases].sum(axis=0) - of_chases) ** 2 / of_chases
            found.append(np.cbrt(np.add.reduceat(chases, starts, axis=1)))
        return found

    def _cells(self, kits: Kits, table: NDArray[np.int64]) -> Numbers:
        """Return boxes by kit, run and group of a table too wide for `_columns`."""
        runs, width, of = len(kits), int(table.max()) + 1, len(self._of_kit)
        cell = (kits.astype(np.int64) * runs + np.arange(runs)[:, None]) * width + table
        return np.bincount(cell.ravel(), minlength=of * runs * width).reshape(of, runs, width).astype(float)

    def _by_slot(self, ordered: NDArray[Any]) -> NDArray[Any]:
        """Return by slot what stands in the order of values, 0 where a box's value is unknown."""
        by_slot = np.zeros((self._boxes, *ordered.shape[1:]), dtype=ordered.dtype)
        by_slot[self._slots] = ordered
        return by_slot

    def _name(self, narrow: list[str], wide: list[str]) -> list[str]:
        """Return what each measure tells, in the order of measures."""
        names = []
        if self._ranks is not None:
            names = ["higher for some kits than for others"]
            names += ["higher or lower for chases"] if self._chases else []
        names += ["neighbours hold the same kit"] if self._neighbours else []
        for tables in (narrow, *([name] for name in wide)):
            names += tables
            names += [f"{name}, for chases" for name in tables if self._chases]
        return names


def _groupings(feature: Feature, ordered: Numbers, case_size: int) -> dict[str, Numbers]:
    """Return by name into which groups a feature puts boxes, the values in ascending order."""
    if feature.kind == "group":
        return {"some kits lie together": ordered}
    if feature.kind == "measure":
        return {}
    span = ordered[-1] - ordered[0] + 1
    periods = sorted({*PERIODS, case_size, *feature.periods})
    return {f"its remainder by {period}": ordered % period for period in periods if 1 < period <= span / 2}


def _mid_ranks(ordered: Numbers) -> Numbers:
    """Return the ranks of ascending values less their mean; equal values share theirs."""
    _, place, count = np.unique(ordered, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    ranks: Numbers = ((2 * ends - count - 1) / 2 - (len(ordered) - 1) / 2)[place]
    return ranks
