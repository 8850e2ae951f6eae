"""How often the leak audit flags an honest run, and which leaks it finds: `python -m tests.bench.leak_audit`.

All runs of a size are compared with the same honest draws; only their labels and their own draw differ.
"""

import argparse
from collections.abc import Callable
from math import comb

import numpy as np
from numpy.typing import NDArray

from app.core.audit import Audit, audit, draw_keys, draws_for, honest_run
from app.core.measures import Feature, Kits, Numbers

CASE, INSERTS, LABELS = 12, 4, 24
"""Boxes in a case, and cards and labels on a sheet."""

Leak = Callable[[Kits, dict[str, Numbers], np.random.Generator], None]


def counts_of(boxes: int) -> tuple[int, ...]:
    """Return the boxes of four kits that are alike and of a chase in 24."""
    chases = boxes // 24
    return (*(boxes // 4,) * 3, boxes // 4 - chases, chases)


def labels_of(boxes: int, rng: np.random.Generator) -> dict[str, Numbers]:
    """Return what stands outside an honest run, by slot."""
    cases = _shuffled(boxes // CASE, rng)[np.arange(boxes) // CASE]
    return {"edition": _shuffled(boxes, rng), "case": cases, "row": _shuffled(boxes, rng)}


def features_of(outside: dict[str, Numbers]) -> list[Feature]:
    """Return all features of a run that was printed."""
    editions, cases = outside["edition"], outside["case"]
    inserts = outside.get("insert", _ranks(np.lexsort((editions, cases))))
    features = [
        Feature("edition", "order", editions, (LABELS,)),
        Feature("case", "order", cases),
        Feature("place in the case", "order", (_ranks(np.lexsort((editions, cases))) - 1) % CASE + 1),
        Feature("row", "order", outside["row"]),
        Feature("insert", "order", inserts, (INSERTS,)),
        Feature("sheet of inserts", "group", (inserts - 1) // INSERTS),
        Feature("sheet of labels", "group", (editions - 1) // LABELS),
    ]
    return features + [Feature(name, "measure", outside[name]) for name in outside if name == "weight"]


def _shuffled(size: int, rng: np.random.Generator) -> Numbers:
    return rng.permutation(np.arange(1.0, size + 1))


def _ranks(order: NDArray[np.intp]) -> Numbers:
    ranks = np.empty(len(order))
    ranks[order] = np.arange(len(order)) + 1.0
    return ranks


def some(share: float) -> Leak:
    """Let the editions of a share of the boxes go up with the kit."""

    def leak(kits: Kits, outside: dict[str, Numbers], rng: np.random.Generator) -> None:
        slots = rng.permutation(len(kits))[: round(share * len(kits))]
        sorted_slots = slots[np.argsort(kits[slots], kind="stable")]
        outside["edition"][sorted_slots] = np.sort(outside["edition"][slots])

    return leak


def remainders(share: float) -> Leak:
    """Let the remainder by 4 of a share of the editions tell the kit."""

    def leak(kits: Kits, outside: dict[str, Numbers], rng: np.random.Generator) -> None:
        slots = rng.permutation(len(kits))[: round(share * len(kits))]
        editions = np.sort(outside["edition"][slots])
        editions = editions[np.argsort(editions % 4, kind="stable")]
        outside["edition"][slots[np.argsort(kits[slots], kind="stable")]] = editions

    return leak


def first_sheets(kits: Kits, outside: dict[str, Numbers], _rng: np.random.Generator) -> None:
    """Let every chase have one of the first editions, on the first sheet or sheets of labels."""
    chases = np.flatnonzero(kits == 4)
    for place, slot in enumerate(chases, start=1):
        other = np.flatnonzero(outside["edition"] == place)[0]
        outside["edition"][other], outside["edition"][slot] = outside["edition"][slot], place


def heavier(grams: float) -> Leak:
    """Let a chase weigh more than the others, which differ by one gram of standard deviation."""

    def leak(kits: Kits, outside: dict[str, Numbers], rng: np.random.Generator) -> None:
        outside["weight"] = np.round(rng.normal(120 + grams * (kits == 4), 1), 1)

    return leak


def all_heavier(grams: float) -> Leak:
    """Let each kit weigh more than the one before."""

    def leak(kits: Kits, outside: dict[str, Numbers], rng: np.random.Generator) -> None:
        outside["weight"] = np.round(rng.normal(120 + grams * kits.astype(float), 1), 1)

    return leak


LEAKS: dict[str, Leak] = {
    "every edition goes up with the kit": some(1),
    "half of them do": some(0.5),
    "3 in 10 do": some(0.3),
    "2 in 10 do": some(0.2),
    "1 in 10 does": some(0.1),
    "the remainder by 4 tells the kit of every box": remainders(1),
    "of half of them": remainders(0.5),
    "of 3 in 10": remainders(0.3),
    "of 2 in 10": remainders(0.2),
    "of 1 in 10": remainders(0.1),
    "chases on the first sheets of labels": first_sheets,
    "a chase is 2 standard deviations heavier": heavier(2),
    "each kit is 1 standard deviation heavier": all_heavier(1),
    "each kit is 0.3 standard deviations heavier": all_heavier(0.3),
}


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--honest", type=int, default=1000, help="Honest runs of each size.")
    parser.add_argument("--leaking", type=int, default=50, help="Runs of each leak and size.")
    parser.add_argument("--draws", type=int, help="Honest draws a run is compared with; else as the command.")
    parser.add_argument("--boxes", type=int, nargs="+", default=[24, 144, 1008])
    given = parser.parse_args()
    for boxes in given.boxes:
        counts, draws = counts_of(boxes), given.draws or draws_for(boxes)
        pool = [honest_run(key, counts, CASE) for key in draw_keys(b"the pool", draws)]
        clearest = []
        for run in range(given.honest):
            found = audit_one(pool, counts, run, None).found
            clearest.append(min(each.as_strong_anywhere for each in found) / (draws + 1))
            if (run + 1) % 100 == 0:
                tell(boxes, clearest)
        for name, leak in LEAKS.items():
            flagged = sum(bool(audit_one(pool, counts, run, leak).leaks) for run in range(given.leaking))
            print(f"{boxes} boxes, {name}: {flagged} of {given.leaking} flagged", flush=True)


def audit_one(pool: list[Kits], counts: tuple[int, ...], run: int, leak: Leak | None) -> Audit:
    """Audit one run of its own labels and draw, with or without a leak."""
    rng = np.random.default_rng([sum(counts), run])
    kits = honest_run(rng.bytes(32), counts, CASE)
    outside = labels_of(len(kits), rng)
    if leak:
        leak(kits, outside, rng)
    features = features_of(outside)
    return audit(kits, pool, features, counts, case_size=CASE, chases=frozenset({4}), draws=len(pool))


def tell(boxes: int, clearest: list[float]) -> None:
    """Print how many honest runs were flagged so far, at the audit's own level and at a lower one."""
    for level in (1000, 20):
        alarms = sum(share * level <= 1 for share in clearest)
        low, high = interval(alarms, len(clearest))
        print(
            f"{boxes} boxes: {alarms} of {len(clearest)} honest runs flagged at 1 in {level}; "
            f"95 % interval {low:.4f} to {high:.4f}",
            flush=True,
        )


def interval(hits: int, of: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a rate (Clopper and Pearson 1934)."""

    def at_most(rate: float) -> float:
        return sum(comb(of, k) * rate**k * (1 - rate) ** (of - k) for k in range(hits + 1))

    def solve(level: float, below: Callable[[float], float]) -> float:
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if below(middle) > level else (low, middle)
        return low

    def fewer(rate: float) -> float:
        return at_most(rate) - comb(of, hits) * rate**hits * (1 - rate) ** (of - hits)

    return (solve(0.975, fewer) if hits else 0.0, solve(0.025, at_most) if hits < of else 1.0)


if __name__ == "__main__":
    main()
