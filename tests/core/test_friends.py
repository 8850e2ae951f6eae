"""Friends who pool: the table of the design, counting, and the alone case."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.completion import box_by_box
from app.core.friends import FriendsError, pooled

MEDIAN, NINE_OF_TEN, NINETY_NINE = Fraction(1, 2), Fraction(9, 10), Fraction(99, 100)
RUN = (36, 30, 24, 24, 18, 11, 1)
STANDARD = RUN[:-1]

small_series = st.lists(st.integers(1, 5), min_size=1, max_size=5).flatmap(
    lambda counts: st.tuples(st.just(tuple(counts)), st.integers(sum(counts), sum(counts) + 6))
)


@pytest.mark.parametrize(
    ("kits", "mean"), [(2, 5.5), (3, 9.6388888889), (6, 24.133869197531), (12, 58.045033902078)]
)
def test_two_friends_take_the_boxes_of_the_table(kits: int, mean: float) -> None:
    assert pooled((1,) * kits, kits, 2).mean() == pytest.approx(mean, abs=1e-10)


@pytest.mark.parametrize(
    ("counts", "boxes"), [((1,) * 12, 12), (RUN, 144), (STANDARD, 144), ((1, 2000), 3000)]
)
def test_one_friend_is_no_friend(counts: tuple[int, ...], boxes: int) -> None:
    alone, together = box_by_box(counts, boxes), pooled(counts, boxes, 1)
    assert together.mean() == pytest.approx(alone.mean(), rel=1e-12)
    for chance in (MEDIAN, NINE_OF_TEN, NINETY_NINE):
        assert together.boxes_for(chance) == alone.boxes_for(chance)
    for opened in (1, 7, 15, 16, 40, 300, 3000):
        assert together.chance_done(opened) == pytest.approx(alone.chance_done(opened), abs=1e-11)


def pooled_by_counting(counts: tuple[int, ...], boxes: int, friends: int, opened: int) -> Fraction:
    """Return P(every kit at least `friends` times) by counting the ways to draw."""
    factors = [(count, friends) for count in counts] + [(boxes - sum(counts), 0)]
    ways = [1] + [0] * opened
    for count, fewest in factors:
        ways = [
            sum(math.comb(at, drawn) * count**drawn * ways[at - drawn] for drawn in range(fewest, at + 1))
            for at in range(opened + 1)
        ]
    return Fraction(ways[opened], boxes**opened)


@given(small_series, st.integers(1, 4), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_friends_have_the_chance_that_counting_gives(
    series: tuple[tuple[int, ...], int], friends: int, opened: int
) -> None:
    counts, boxes = series
    chance = pooled_by_counting(counts, boxes, friends, opened)
    assert pooled(counts, boxes, friends).chance_done(opened) == pytest.approx(float(chance), abs=1e-11)


@pytest.mark.parametrize("friends", [2, 5])
def test_the_friends_mean_is_that_of_their_chances(friends: int) -> None:
    together = pooled(STANDARD, 144, friends)
    still = [1 - together.chance_done(opened) for opened in range(1200)]
    assert together.mean() == pytest.approx(sum(still), rel=1e-9)
    reached = together.boxes_for(NINE_OF_TEN)
    assert still[reached] <= 0.1 < still[reached - 1]


def test_friends_together_need_fewer_boxes_each() -> None:
    shares = [pooled(STANDARD, 144, friends).mean() / friends for friends in (1, 2, 3, 10, 100)]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] > 144 / 11


@pytest.mark.parametrize("friends", [0, -1, 101])
def test_a_number_of_friends_beyond_reckoning_is_refused(friends: int) -> None:
    with pytest.raises(FriendsError):
        pooled(RUN, 144, friends)
