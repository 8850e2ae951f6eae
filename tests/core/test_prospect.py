"""What is ahead of an album: the design's table, a simulation of its own, and the time it takes."""

import random
import time
from math import sqrt

import pytest

from app.core.completion import OddsError, box_by_box
from app.core.friends import pooled
from app.core.prospect import prospect

RUN = (36, 30, 24, 24, 18, 11, 1)
ROUNDS = 20_000


def test_who_owns_the_first_three_kits_is_told_what_the_table_says() -> None:
    seen = prospect((24, 18, 11), (1,), 144, 0)
    assert (seen.new, seen.boxes, seen.chance) == (54, 144, 0.375)
    assert seen.rest.mean == pytest.approx(17.299515838748, abs=5e-13)
    assert seen.everything is not None
    assert seen.everything.mean == pytest.approx(145.44273901296, abs=5e-11)
    assert (seen.swaps, seen.swaps_save) == (0, 0)


def test_who_owns_nothing_is_told_what_the_table_says() -> None:
    seen = prospect(RUN[:-1], (), 144, 0)
    assert seen.rest.mean == pytest.approx(18.876245053681, abs=5e-13)
    assert (seen.rest.median, seen.rest.ninety) == (16, 32)
    assert seen.everything is None
    assert seen.with_friend == pytest.approx(pooled(RUN[:-1], 144, 2).mean() / 2)


def test_for_the_last_kit_buying_it_saves_every_box() -> None:
    seen = prospect((11,), (), 144, 5)
    assert seen.rest.mean == pytest.approx(144 / 11)
    assert seen.last_saves == seen.swaps_save == seen.rest.mean
    assert seen.swaps == 1


def test_two_equal_friends_take_half_of_the_tables_boxes_each() -> None:
    assert prospect((1,) * 6, (), 6, 0).with_friend == pytest.approx(24.133869197531 / 2, abs=1e-10)


def test_simulated_collectors_who_swap_buy_and_share_agree() -> None:
    """An own count of draws: 20,000 collectors, within four standard errors of each mean."""
    chance = random.Random(506)
    wanted, boxes = (24, 18, 11), 144
    kits = [kit for kit, count in enumerate(wanted) for _ in range(count)] + [-1] * (boxes - sum(wanted))
    alone: list[int] = []
    without_two: list[int] = []
    without_last: list[int] = []
    friends: list[int] = []
    new = 0
    for _ in range(ROUNDS):
        left, opened = {0, 1, 2}, 0
        reached: dict[int, int] = {}
        while left:
            kit = chance.choice(kits)
            new += opened == 0 and kit >= 0
            opened += 1
            left.discard(kit)
            reached.setdefault(len(left), opened)
        alone.append(opened)
        without_last.append(reached[1])
        without_two.append(reached[2])
        needs, opened = [2, 2, 2, 0], 0
        while any(need > 0 for need in needs):
            needs[chance.choice(kits)] -= 1
            opened += 1
        friends.append(opened)
    seen = prospect(wanted, (), boxes, 2)
    for drawn, mean in (
        (alone, seen.rest.mean),
        (friends, 2 * seen.with_friend),
        ([a - b for a, b in zip(alone, without_last, strict=True)], seen.last_saves),
        ([a - b for a, b in zip(alone, without_two, strict=True)], seen.swaps_save),
    ):
        average = sum(drawn) / ROUNDS
        error = sqrt(sum((each - average) ** 2 for each in drawn)) / ROUNDS
        assert average == pytest.approx(mean, abs=4 * error)
    assert new / ROUNDS == pytest.approx(seen.chance, abs=0.014)
    assert sum(each <= seen.rest.median for each in alone) / ROUNDS == pytest.approx(0.5, abs=0.05)
    assert sum(each <= seen.rest.ninety for each in alone) / ROUNDS == pytest.approx(0.9, abs=0.02)


def test_a_series_of_24_kits_with_24_different_odds_is_reckoned_in_50_ms_of_the_processor() -> None:
    counts = tuple(range(3, 27))
    fastest = 1.0
    for round_number in range(5):  # other numbers each time: nothing comes from a cache
        begun = time.process_time()
        seen = prospect(counts, (1, 2), sum(counts) + 3 + round_number, 4)
        fastest = min(fastest, time.process_time() - begun)
        assert seen.swaps == 4
    assert fastest <= 0.05


def test_savings_lie_between_nothing_and_the_whole_way() -> None:
    for duplicates in range(9):
        seen = prospect(RUN[:-1], (1,), 144, duplicates)
        assert 0 <= seen.swaps_save <= seen.rest.mean
        assert seen.swaps == min(duplicates, 6)
        left = box_by_box(RUN[:-1], 144, spare=seen.swaps).mean()
        assert seen.rest.mean - seen.swaps_save == pytest.approx(left)


def test_counts_that_no_run_has_are_refused() -> None:
    with pytest.raises(OddsError):
        prospect((5, 5), (1,), 10, 0)
