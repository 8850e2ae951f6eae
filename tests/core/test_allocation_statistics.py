"""Chance is fair where it can be counted: many draws against exact chances; biased shuffles are caught.

Every test of chance states the rate of its false alarms: among honest programs, one in so many would fail it
at keys drawn anew. The keys are fixed, so that each test gives the same answer every time. Of the five looks
at an honest program each has a rate of 1 in 10,000 (as exactly as chi-square's law holds at the counts here,
eight or more in a cell); all five together, 1 in 2,000. `below` and `shuffle` are counted over all their
inputs, without a rate, in test_allocation.py, and so is the exact share of each case.
"""

import hashlib
import math
from collections.abc import Callable, MutableSequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.core.allocation import Stream, allocate
from app.core.commitment import Secrets, make_labels
from tests.core.test_allocation import Scripted, UsedUpError, all_deals

FALSE_ALARMS = 10_000
"""One honest program in so many fails a test."""

COUNTS, CASE = (10, 7, 5, 2), 8
DRAWS = 6000
Counts = NDArray[np.int64]
Checked = list[tuple[str, float]]


def chance_beyond(statistic: float, freedom: int) -> float:
    """Return the chance that chi-square with `freedom` degrees is at least `statistic`.

    Source: Abramowitz and Stegun, 26.4.4 and 26.4.5; exact for whole degrees.
    """
    half = statistic / 2
    chance, power = (math.erfc(math.sqrt(half)), 0.5) if freedom % 2 else (0.0, 0.0)
    while power < freedom / 2:
        chance += half**power * math.exp(-half) / math.gamma(power + 1)
        power += 1
    return chance


def unlike(seen: Counts, expected: NDArray[np.float64]) -> float:
    """Return the chance that counts are at least as far from what is expected; 0 if that was impossible."""
    possible = expected > 0
    if seen[~possible].any():
        return 0.0
    freedom = int(possible.sum()) - 1
    if not freedom:
        return 1.0
    far = float(((seen - expected)[possible] ** 2 / expected[possible]).sum())
    return chance_beyond(far, freedom)


def alarms(checked: Checked) -> list[str]:
    """Return what is too unlikely, when so many things are looked at."""
    return [name for name, chance in checked if chance * len(checked) * FALSE_ALARMS <= 1]


def keys(name: str, count: int) -> list[bytes]:
    return [hashlib.sha256(f"{name} {number}".encode()).digest() for number in range(count)]


def drawn(counts: tuple[int, ...], case_size: int, draws: int) -> Counts:
    """Return the kits of many runs, shape (draws, boxes)."""
    return np.array([allocate(key, counts, case_size) for key in keys("draw", draws)])


def slot_marginals(runs: Counts) -> Checked:
    """Return how likely each slot's kits are: a slot holds kit k in n_k of N runs."""
    expected = np.array(COUNTS) * (len(runs) / sum(COUNTS))
    return [
        (f"slot {slot}", unlike(np.bincount(column, minlength=len(COUNTS)), expected))
        for slot, column in enumerate(runs.T)
    ]


def rounding(runs: Counts) -> Checked:
    """Return how likely it is which cases got one more of a kit: case g does in (n_k mod G) of G runs."""
    checked = []
    cases = runs.reshape(len(runs), -1, CASE)
    for kit, count in enumerate(COUNTS):
        whole, part = divmod(count, cases.shape[1])
        more = (cases == kit).sum(axis=2) - whole
        assert set(np.unique(more)) <= {0, int(part > 0)}, "each case has its share, rounded down or up"
        for case in range(cases.shape[1]):
            seen = np.bincount(more[:, case], minlength=2)
            chance = part / cases.shape[1]
            checked.append(
                (f"kit {kit} in case {case}", unlike(seen, np.array([1 - chance, chance]) * len(runs)))
            )
    return checked


def pairs(runs: Counts, exact: dict[tuple[int, int], NDArray[np.float64]]) -> Checked:
    """Return how likely the kits of each two slots are together."""
    checked = []
    for (one, other), chances in exact.items():
        kits = len(chances)
        seen = np.bincount(runs[:, one] * kits + runs[:, other], minlength=kits * kits)
        checked.append((f"slots {one} and {other}", unlike(seen, chances.ravel() * len(runs))))
    return checked


def exact_pairs(counts: tuple[int, ...], case_size: int) -> dict[tuple[int, int], NDArray[np.float64]]:
    """Return the exact chance of every two kits in every two slots, by going through all deals."""
    boxes, kits = sum(counts), range(len(counts))
    chances = {pair: [[Fraction(0)] * len(counts) for _ in counts] for pair in combinations(range(boxes), 2)}
    for chance, rows in all_deals(counts, boxes // case_size):
        for (one, other), table in chances.items():
            first, second = rows[one // case_size], rows[other // case_size]
            together = one // case_size == other // case_size
            for kit in kits:
                for next_kit in kits:
                    left = second[next_kit] - (together and kit == next_kit)
                    table[kit][next_kit] += chance * Fraction(
                        first[kit] * left, case_size * (case_size - together)
                    )
    assert all(sum(map(sum, table)) == 1 for table in chances.values())
    return {pair: np.array(table, dtype=float) for pair, table in chances.items()}


TINY, TINY_CASE = (4, 3, 2), 3
TINY_DRAWS = 12_000


@pytest.fixture(scope="module")
def tiny_pairs() -> dict[tuple[int, int], NDArray[np.float64]]:
    return exact_pairs(TINY, TINY_CASE)


# Biased shuffles, each of which somebody once took for a fair one


def sattolo(stream: Stream, items: MutableSequence[Any]) -> None:
    """Nothing ever stays where it was."""
    for last in range(len(items) - 1, 0, -1):
        chosen = stream.below(last)
        items[last], items[chosen] = items[chosen], items[last]


def naive(stream: Stream, items: MutableSequence[Any]) -> None:
    """Every place is exchanged with any: n to the n ways for n! orders."""
    for place in range(len(items)):
        chosen = stream.below(len(items))
        items[place], items[chosen] = items[chosen], items[place]


def not_last(stream: Stream, items: MutableSequence[Any]) -> None:
    """The loop ends one place too early."""
    for last in range(len(items) - 1, 1, -1):
        chosen = stream.below(last + 1)
        items[last], items[chosen] = items[chosen], items[last]


Shuffle = Callable[[Stream, MutableSequence[Any]], None]


# Chi-square itself


@pytest.mark.parametrize(
    ("statistic", "freedom", "chance"),
    [(3.841459, 1, 0.05), (5.991465, 2, 0.05), (7.814728, 3, 0.05), (29.588298, 10, 0.001), (0.0, 4, 1.0),
     (49.728232, 23, 0.001), (20.515006, 5, 0.001)],
)  # fmt: skip
def test_chances_are_those_of_the_tables(statistic: float, freedom: int, chance: float) -> None:
    assert chance_beyond(statistic, freedom) == pytest.approx(chance, rel=1e-5)


# What is fair


def test_every_slot_holds_every_kit_as_often_as_the_odds_say() -> None:
    assert alarms(slot_marginals(drawn(COUNTS, CASE, DRAWS))) == []


def test_every_case_has_its_share_and_chance_alone_says_which_case_has_one_more() -> None:
    assert alarms(rounding(drawn(COUNTS, CASE, DRAWS))) == []


def test_two_slots_hold_two_kits_as_often_as_all_deals_counted_one_by_one(
    tiny_pairs: dict[tuple[int, int], NDArray[np.float64]],
) -> None:
    together, apart = tiny_pairs[0, 1], tiny_pairs[0, 3]
    assert np.abs(together - apart).max() > 0.03, "balance ties the boxes of a case, and the pairs tell"
    assert alarms(pairs(drawn(TINY, TINY_CASE, TINY_DRAWS), tiny_pairs)) == []


def labelled(draws: int) -> tuple[Counts, Counts]:
    """Return the kits of many runs by edition number, and by case number, shape (draws, boxes) each."""
    boxes = sum(COUNTS)
    by_edition, by_case = np.empty((draws, boxes), dtype=int), np.empty((draws, boxes), dtype=int)
    for run, (secret, key) in enumerate(zip(keys("secret", draws), keys("draw", draws), strict=True)):
        labels = make_labels(Secrets.from_run_secret(secret), boxes, CASE)
        kits = np.array(allocate(key, COUNTS, CASE))
        by_edition[run, [label.edition - 1 for label in labels]] = kits
        by_case[run] = kits[np.argsort([label.case for label in labels], kind="stable")]
    return by_edition, by_case


def test_neither_an_edition_nor_the_next_one_nor_a_case_number_goes_with_a_kit() -> None:
    by_edition, by_case = labelled(3000)
    whole = np.array(COUNTS, dtype=float)
    two = (np.outer(whole, whole) - np.diag(whole)) / (sum(COUNTS) * (sum(COUNTS) - 1))
    neighbours = {(place, place + 1): two for place in range(sum(COUNTS) - 1)}
    checked = slot_marginals(by_edition) + pairs(by_edition, neighbours) + slot_marginals(by_case)
    assert alarms(checked + rounding(by_case)) == []


# What is not fair is caught by the same tests


@pytest.mark.parametrize("biased", [sattolo, naive])
def test_a_biased_shuffle_is_caught_by_the_slots_alone(
    biased: Shuffle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stream, "shuffle", biased)
    assert alarms(slot_marginals(drawn(COUNTS, CASE, DRAWS)))


@pytest.mark.parametrize("biased", [sattolo, naive, not_last])
def test_a_biased_shuffle_is_caught_by_two_slots(
    biased: Shuffle,
    monkeypatch: pytest.MonkeyPatch,
    tiny_pairs: dict[tuple[int, int], NDArray[np.float64]],
) -> None:
    monkeypatch.setattr(Stream, "shuffle", biased)
    assert alarms(pairs(drawn(TINY, TINY_CASE, TINY_DRAWS), tiny_pairs))


def test_a_remainder_that_always_falls_to_the_same_cases_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stream, "below", lambda _stream, _n: 0)
    assert alarms(rounding(drawn(COUNTS, CASE, 100)))


def test_editions_in_the_order_of_slots_are_caught_by_their_neighbours() -> None:
    runs = drawn(COUNTS, CASE, 3000)
    whole = np.array(COUNTS, dtype=float)
    two = (np.outer(whole, whole) - np.diag(whole)) / (sum(COUNTS) * (sum(COUNTS) - 1))
    neighbours = {(place, place + 1): two for place in range(sum(COUNTS) - 1)}
    assert alarms(slot_marginals(runs)) == [], "one by one, slots are as fair as editions"
    assert alarms(pairs(runs, neighbours))


# Numbers from bytes


def seen_over_all_bytes(below: Callable[[Stream, int], int], n: int) -> set[int]:
    """Return how often the numbers below n come when every byte comes once: one count if all are alike."""
    seen = [0] * n
    for byte in range(256):
        try:
            seen[below(Scripted(bytes([byte])), n)] += 1
        except UsedUpError:
            continue
    return set(seen)


def test_numbers_below_sixteen_are_alike_over_every_byte_and_a_remainder_is_not() -> None:
    def remainder(stream: Stream, n: int) -> int:
        return stream.take(1)[0] % n

    for n in range(2, 17):
        assert len(seen_over_all_bytes(Stream.below, n)) == 1
    caught = [n for n in range(2, 17) if len(seen_over_all_bytes(remainder, n)) > 1]
    assert caught == [n for n in range(2, 17) if n & (n - 1)]
