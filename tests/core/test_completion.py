"""Collection mathematics: the table of the design, other ways to the same number, and refusals."""

import math
import random
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.completion import (
    ChanceError,
    Completion,
    OddsError,
    OpenedError,
    PackError,
    box_by_box,
    in_one_run,
    in_packs,
    next_is_new,
)
from app.core.friends import pooled

MEDIAN, NINE_OF_TEN, NINETY_NINE = Fraction(1, 2), Fraction(9, 10), Fraction(99, 100)
RUN = (36, 30, 24, 24, 18, 11, 1)
STANDARD = RUN[:-1]

small_series = st.lists(st.integers(1, 5), min_size=1, max_size=5).flatmap(
    lambda counts: st.tuples(st.just(tuple(counts)), st.integers(sum(counts), sum(counts) + 6))
)


def equal(kits: int) -> Completion:
    return box_by_box((1,) * kits, kits)


def percentiles(completion: Completion) -> list[int]:
    return [completion.boxes_for(chance) for chance in (MEDIAN, NINE_OF_TEN, NINETY_NINE)]


EQUAL_MEANS = {6: 14.7, 12: 37.238528138528, 4: 8.333333333333}
EQUAL_MEANS |= {540: 3709.6436400874, 640: 4505.2575281951, 682: 4844.2311879225}


@pytest.mark.parametrize(("kits", "mean"), EQUAL_MEANS.items())
def test_equal_odds_take_the_boxes_of_the_table(kits: int, mean: float) -> None:
    assert equal(kits).mean() == pytest.approx(mean, rel=1e-13)
    assert equal(kits).mean() == pytest.approx(
        float(kits * sum(Fraction(1, left) for left in range(1, kits + 1))), rel=1e-15
    )


def test_twelve_equal_kits_spread_as_in_the_table() -> None:
    assert equal(12).deviation() == pytest.approx(13.715615472668, abs=5e-13)
    assert percentiles(equal(12)) == [35, 55, 82]
    assert equal(12).chance_done(20) == pytest.approx(0.051353664655, abs=5e-13)
    assert equal(12).chance_done(35) == pytest.approx(0.531821149054, abs=5e-13)
    assert equal(12).chance_done(55) == pytest.approx(0.902698337235, abs=5e-13)


def test_four_equal_kits_take_the_boxes_of_the_table() -> None:
    assert percentiles(equal(4))[1:] == [13, 21]


def test_packs_of_five_take_the_packs_of_the_table() -> None:
    assert in_packs(640, 5).mean() == pytest.approx(898.631305720, abs=5e-10)


def test_a_series_with_a_chase_takes_the_boxes_of_the_table() -> None:
    assert box_by_box(RUN, 144).mean() == pytest.approx(145.58149583831, abs=5e-12)
    assert percentiles(box_by_box(RUN, 144)) == [100, 331, 661]


def test_the_series_without_its_chase_takes_the_boxes_of_the_table() -> None:
    assert box_by_box(STANDARD, 144).mean() == pytest.approx(18.876245053681, abs=5e-13)
    assert percentiles(box_by_box(STANDARD, 144)) == [16, 32, 59]


def test_who_owns_three_kits_has_the_rest_of_the_table_before_them() -> None:
    assert next_is_new(STANDARD[3:], 144) == pytest.approx(0.375 - 1 / 144)
    assert next_is_new(RUN[3:], 144) == 0.375
    assert box_by_box(RUN[3:], 144).mean() == pytest.approx(145.44273901296, abs=5e-12)
    assert box_by_box(STANDARD[3:], 144).mean() == pytest.approx(17.299515838748, abs=5e-13)


def test_one_finite_run_takes_the_boxes_of_the_table() -> None:
    assert in_one_run(RUN, 144).mean() == pytest.approx(73.865922380855, abs=5e-13)
    assert in_one_run(STANDARD, 144).mean() == pytest.approx(17.414851640476, abs=5e-13)


def survival_by_subsets(
    counts: tuple[int, ...], boxes: int, opened: int, spare: int, *, replaced: bool
) -> Fraction:
    """Return P(more than spare kits missing) over all 2^kits sets, by exactly which kits are missing."""

    def all_missed(missed: int) -> Fraction:
        if replaced:
            return Fraction(boxes - missed, boxes) ** opened
        return Fraction(math.comb(boxes - missed, opened), math.comb(boxes, opened))

    wanting = Fraction(0)
    kits = range(len(counts))
    for size in range(spare + 1, len(counts) + 1):
        for absent in combinations(kits, size):
            others = [kit for kit in kits if kit not in absent]
            for more in range(len(others) + 1):
                for also in combinations(others, more):
                    missed = sum(counts[kit] for kit in (*absent, *also))
                    wanting += (-1) ** more * all_missed(missed)
    return wanting


@given(small_series, st.integers(0, 14), st.integers(0, 2))
@settings(max_examples=150, deadline=None)
def test_collected_terms_give_the_chance_that_all_subsets_give(
    series: tuple[tuple[int, ...], int], opened: int, spare: int
) -> None:
    counts, boxes = series
    chance = 1 - survival_by_subsets(counts, boxes, opened, spare, replaced=True)
    assert box_by_box(counts, boxes, spare=spare).chance_done(opened) == pytest.approx(
        float(chance), rel=1e-15, abs=0
    )
    opened = min(opened, boxes)
    chance = 1 - survival_by_subsets(counts, boxes, opened, spare, replaced=False)
    assert in_one_run(counts, boxes, spare=spare).chance_done(opened) == pytest.approx(
        float(chance), rel=1e-15, abs=0
    )


@given(small_series, st.integers(0, 2))
@settings(max_examples=60, deadline=None)
def test_mean_and_deviation_are_those_of_the_chances(series: tuple[tuple[int, ...], int], spare: int) -> None:
    counts, boxes = series
    for completion, longest in (
        (in_one_run(counts, boxes, spare=spare), boxes),
        (box_by_box(counts, boxes, spare=spare), 30 * boxes),
    ):
        still = [1 - completion.chance_done(opened) for opened in range(longest)]
        mean = sum(still)
        square = sum((2 * opened + 1) * chance for opened, chance in enumerate(still))
        deviation = math.sqrt(max(square - mean**2, 0))
        assert completion.mean() == pytest.approx(mean, rel=1e-9)
        assert completion.deviation() == pytest.approx(deviation, rel=1e-5, abs=1e-5)


@given(small_series, st.integers(0, 2), st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=50))
@settings(max_examples=100, deadline=None)
def test_a_percentile_is_the_first_number_that_reaches_its_chance(
    series: tuple[tuple[int, ...], int], spare: int, chance: Fraction
) -> None:
    counts, boxes = series
    for completion, replaced in (
        (box_by_box(counts, boxes, spare=spare), True),
        (in_one_run(counts, boxes, spare=spare), False),
    ):
        reached = completion.boxes_for(chance)
        assert 1 - survival_by_subsets(counts, boxes, reached, spare, replaced=replaced) >= chance
        if reached:
            assert 1 - survival_by_subsets(counts, boxes, reached - 1, spare, replaced=replaced) < chance


def test_a_tie_counts_as_reached() -> None:
    assert equal(2).boxes_for(MEDIAN) == 2
    assert equal(2).boxes_for(Fraction(1, 2) + Fraction(1, 10**40)) == 3
    assert in_one_run((1,), 2).boxes_for(MEDIAN) == 1


def test_more_cancellation_than_floats_can_bear_leaves_every_digit_right() -> None:
    # 60 different counts: weights of either sign up to 2^60 meet in chances down to 1e-32.
    counts = tuple(range(1, 61))
    completion = box_by_box(counts, sum(counts))
    assert completion.chance_done(59) == 0
    # Every kit once in any order; and one of them twice.
    once = math.factorial(60) * math.prod(counts)
    twice = math.factorial(61) // 2 * math.prod(counts) * sum(counts)
    for opened, ways in ((60, once), (61, twice)):
        chance = Fraction(ways, sum(counts) ** opened)
        assert completion.chance_done(opened) == pytest.approx(float(chance), rel=1e-15, abs=0)
    together = pooled(counts, sum(counts), 1)
    assert completion.chance_done(2000) == pytest.approx(together.chance_done(2000), abs=1e-11)


def test_a_million_boxes_are_no_obstacle_to_a_chase() -> None:
    completion = box_by_box((400_000, 300_000, 299_999, 1), 1_000_000)
    # Alone, the chase is a geometric waiting time; the others are long there.
    assert completion.boxes_for(MEDIAN) == math.ceil(math.log(0.5) / math.log1p(-1e-6))
    assert completion.mean() == pytest.approx(1_000_000, rel=1e-5)


@pytest.mark.parametrize("bought", [1, 2, 3])
def test_buying_the_last_kits_saves_what_the_last_equal_kits_cost(bought: int) -> None:
    saved = equal(12).mean() - box_by_box((1,) * 12, 12, spare=bought).mean()
    assert saved == pytest.approx(sum(12 / missing for missing in range(1, bought + 1)))


def test_who_may_leave_every_kit_missing_needs_no_box() -> None:
    for completion in (box_by_box(RUN, 144, spare=9), in_one_run(RUN, 144, spare=7), box_by_box((), 144)):
        assert (completion.mean(), completion.chance_done(0), completion.boxes_for(MEDIAN)) == (0, 1, 0)
    assert pooled((), 144, 3).mean() == 0
    assert pooled((), 144, 3).boxes_for(MEDIAN) == 0
    assert pooled((), 144, 3).chance_done(0) == 1


def test_all_boxes_of_a_run_surely_complete_it() -> None:
    completion = in_one_run(RUN, 144)
    assert completion.chance_done(144) == completion.chance_done(1000) == 1
    assert completion.chance_done(143) == pytest.approx(143 / 144)
    assert completion.boxes_for(Fraction(143, 144)) == 143
    assert completion.boxes_for(Fraction(143, 144) + Fraction(1, 10**30)) == 144


@pytest.mark.parametrize(
    ("kits", "pack_size", "owned"), [(5, 2, 0), (6, 3, 2), (4, 4, 0), (3, 1, 0), (5, 2, 5)]
)
def test_packs_give_the_chances_of_all_possible_packs(kits: int, pack_size: int, owned: int) -> None:
    packs = list(combinations(range(kits), pack_size))
    completion = in_packs(kits, pack_size, owned=owned)
    for opened in range(4):
        complete = sum(
            {*range(owned)}.union(*chosen) == {*range(kits)} for chosen in product(packs, repeat=opened)
        )
        assert completion.chance_done(opened) == pytest.approx(
            complete / len(packs) ** opened, rel=1e-15, abs=0
        )


def test_packs_of_one_are_boxes() -> None:
    assert in_packs(12, 1).mean() == equal(12).mean()
    assert percentiles(in_packs(12, 1)) == [35, 55, 82]


def test_packs_of_a_great_series_need_no_floats() -> None:
    # Half of the kits in every pack: (1 − 2^−t)^1500 passes one half between 11 and 12.
    assert math.comb(1500, 750) > 10**400
    assert in_packs(1500, 750).boxes_for(MEDIAN) == 12


def test_simulated_collectors_agree() -> None:
    chance = random.Random(1010)
    rounds = 20_000
    waits, in_run, with_friend = [], [], []
    kits = [kit for kit, count in enumerate(RUN) for _ in range(count)]
    for _ in range(rounds):
        wanted, opened = set(range(len(STANDARD))), 0
        while wanted:
            opened += 1
            wanted.discard(chance.choice(kits))
        waits.append(opened)
        wanted, opened = set(range(len(STANDARD))), 0
        for kit in chance.sample(kits, len(kits)):
            if not wanted:
                break
            opened += 1
            wanted.discard(kit)
        in_run.append(opened)
        twice, opened = [2] * len(STANDARD) + [0], 0
        while any(left > 0 for left in twice):
            opened += 1
            twice[chance.choice(kits)] -= 1
        with_friend.append(opened)
    alone, finite = box_by_box(STANDARD, 144), in_one_run(STANDARD, 144)
    for drawn, mean, deviation in (
        (waits, alone.mean(), alone.deviation()),
        (in_run, finite.mean(), finite.deviation()),
        (with_friend, pooled(STANDARD, 144, 2).mean(), 12.0),
    ):
        assert sum(drawn) / rounds == pytest.approx(mean, abs=4 * deviation / math.sqrt(rounds))
    assert sum(opened <= 16 for opened in waits) / rounds == pytest.approx(alone.chance_done(16), abs=0.015)
    assert sum(opened <= 16 for opened in in_run) / rounds == pytest.approx(finite.chance_done(16), abs=0.015)


@pytest.mark.parametrize(
    ("counts", "boxes", "spare"), [((0, 1), 2, 0), ((-1,), 2, 0), ((2, 1), 2, 0), ((), 0, 0), ((1,), 2, -1)]
)
def test_counts_that_no_run_has_are_refused(counts: tuple[int, ...], boxes: int, spare: int) -> None:
    with pytest.raises(OddsError):
        box_by_box(counts, boxes, spare=spare)
    with pytest.raises(OddsError):
        in_one_run(counts, boxes, spare=spare)
    if not spare:
        with pytest.raises(OddsError):
            next_is_new(counts, boxes)
        with pytest.raises(OddsError):
            pooled(counts, boxes, 2)


@pytest.mark.parametrize("chance", [Fraction(0), Fraction(1), Fraction(-1, 2), Fraction(3, 2)])
def test_a_chance_that_is_never_or_always_reached_is_refused(chance: Fraction) -> None:
    for completion in (equal(4), in_one_run(RUN, 144), in_packs(6, 2), pooled(RUN, 144, 2)):
        with pytest.raises(ChanceError):
            completion.boxes_for(chance)


def test_fewer_than_no_boxes_are_refused() -> None:
    for completion in (equal(4), in_one_run(RUN, 144), in_packs(6, 2), pooled(RUN, 144, 2)):
        with pytest.raises(OpenedError):
            completion.chance_done(-1)


@pytest.mark.parametrize(
    ("kits", "pack_size", "owned"), [(5, 0, 0), (5, 6, 0), (5, 2, 6), (5, 2, -1), (0, 0, 0)]
)
def test_packs_that_cannot_be_filled_are_refused(kits: int, pack_size: int, owned: int) -> None:
    with pytest.raises(PackError):
        in_packs(kits, pack_size, owned=owned)
