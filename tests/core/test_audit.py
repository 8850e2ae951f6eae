"""The leak audit flags what goes together with the kits, and leaves honest runs alone at its stated rate."""

from collections.abc import Callable

import numpy as np
import pytest

from app.core.audit import Audit, audit, draw_keys, honest_run
from app.core.measures import Feature, Kits, Numbers
from tests.bench.leak_audit import CASE, Leak, counts_of, features_of, labels_of, remainders, some

BOXES, DRAWS = 144, 999
COUNTS = counts_of(BOXES)


@pytest.fixture(scope="module")
def pool() -> list[Kits]:
    return [honest_run(key, COUNTS, CASE) for key in draw_keys(b"tests", DRAWS)]


def audited(pool: list[Kits], run: int, leak: Leak | None = None) -> Audit:
    rng = np.random.default_rng([7, run])
    kits = honest_run(rng.bytes(32), COUNTS, CASE)
    outside = labels_of(BOXES, rng)
    if leak:
        leak(kits, outside, rng)
    return compare(pool, kits, features_of(outside))


def compare(pool: list[Kits], kits: Kits, features: list[Feature]) -> Audit:
    return audit(kits, pool, features, COUNTS, case_size=CASE, chases=frozenset({4}), draws=len(pool))


def by_kit(name: str) -> Leak:
    """Let something be in the order of kits."""

    def leak(kits: Kits, outside: dict[str, Numbers], _rng: np.random.Generator) -> None:
        outside[name] = np.empty(BOXES)
        outside[name][np.argsort(kits, kind="stable")] = np.arange(1.0, BOXES + 1)

    return leak


def weights(kits: Kits, outside: dict[str, Numbers], rng: np.random.Generator) -> None:
    """Let each kit weigh a gram more than the one before, on scales that are off by 0.3 grams."""
    outside["weight"] = np.round(rng.normal(120 + kits.astype(float), 0.3), 1)


@pytest.mark.parametrize(
    ("leak", "feature"),
    [
        (by_kit("edition"), "edition"),
        (remainders(1), "edition"),
        (by_kit("insert"), "insert"),
        (by_kit("insert"), "sheet of inserts"),
        (weights, "weight"),
        (by_kit("row"), "row"),
        (some(0.6), "edition"),
    ],
    ids=["editions by kit", "edition mod 4", "inserts by kit", "sheets", "weight", "rows by kit", "60 %"],
)
def test_a_planted_leak_is_flagged_by_its_feature(pool: list[Kits], leak: Leak, feature: str) -> None:
    found = audited(pool, 1, leak)
    assert feature in {each.name for each in found.leaks}


def test_the_remainder_that_tells_the_kit_is_named(pool: list[Kits]) -> None:
    found = {each.name: each for each in audited(pool, 1, remainders(1)).leaks}
    assert found["edition"].pattern.startswith("its remainder by")


def test_case_numbers_given_by_content_are_flagged_where_case_contents_differ() -> None:
    counts = (50, 50, 38, 6)
    pool = [honest_run(key, counts, 4) for key in draw_keys(b"cases", DRAWS)]
    kits = honest_run(bytes(32), counts, 4)
    rows = kits.reshape(-1, 4)
    order = np.lexsort([(rows == kit).sum(axis=1) for kit in range(4)])
    numbers = np.empty(36)
    numbers[order] = np.arange(1.0, 37)
    features = [Feature("case", "order", np.repeat(numbers, 4))]
    found = audit(kits, pool, features, counts, case_size=4, chases=frozenset({3}), draws=DRAWS)
    assert [each.name for each in found.leaks] == ["case"]


def test_a_case_whose_kits_are_not_balanced_is_flagged_though_a_plain_shuffle_would_pass(
    pool: list[Kits],
) -> None:
    shuffled = np.random.default_rng(1).permutation(np.repeat(np.arange(5, dtype=np.uint16), COUNTS))
    cases = np.repeat(np.arange(1.0, BOXES // CASE + 1), CASE)
    assert compare(pool, shuffled, [Feature("case", "group", cases)]).leaks
    law = [np.random.default_rng([2, run]).permutation(shuffled) for run in range(DRAWS)]
    assert not compare(law, shuffled, [Feature("case", "group", cases)]).leaks


def test_of_forty_honest_runs_none_is_flagged_and_few_look_odd(pool: list[Kits]) -> None:
    audits = [audited(pool, run) for run in range(40)]
    assert not any(each.leaks for each in audits)
    # At 1 in 20, more than 8 of 40 would come by chance once in 4,000 such tests.
    odd = [min(found.as_strong_anywhere for found in each.found) * 20 <= each.runs for each in audits]
    assert sum(odd) <= 8


def test_what_is_the_same_for_all_boxes_tells_nothing(pool: list[Kits]) -> None:
    (found,) = compare(pool, pool[5], [Feature("size", "measure", np.full(BOXES, 62.0))]).found
    assert (found.alike, found.leaks, found.known) == (True, False, BOXES)


def test_what_is_known_of_some_boxes_alone_is_looked_at(pool: list[Kits]) -> None:
    kits = honest_run(bytes(32), COUNTS, CASE)
    grams = np.where(np.arange(BOXES) % 2, 120.0 + kits, np.nan)
    (found,) = compare(pool, kits, [Feature("weight", "measure", grams)]).found
    assert (found.known, found.leaks) == (72, True)


def test_an_audit_is_the_same_whenever_it_is_made(pool: list[Kits]) -> None:
    assert audited(pool, 3) == audited(pool, 3)
    assert draw_keys(b"one", 3) == draw_keys(b"one", 3) != draw_keys(b"two", 3)


def test_too_few_draws_flag_nothing_however_clear_the_leak(pool: list[Kits]) -> None:
    flagged: Callable[[int], bool] = lambda draws: bool(audited(pool[:draws], 1, by_kit("edition")).leaks)  # noqa: E731
    assert (flagged(998), flagged(999)) == (False, True)
