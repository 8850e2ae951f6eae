"""Plans: everything that is refused before a run is committed, and the beacon's small pattern language."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.pattern import PatternError, parse_pattern
from app.core.plan import (
    Beacon,
    BeaconError,
    BeaconValueError,
    CaseSizeError,
    ChainError,
    CountsDoNotSumError,
    DuplicateKitError,
    KitCount,
    KitCountError,
    NotNfcError,
    Plan,
    PlanError,
    RunIdError,
    TooManyBoxesError,
    TooManyKitsError,
    check_beacon_value,
    validate,
)

CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
DICE = Beacon("ceremony", "Thirty dice", "[1-6]{30}")
DRAND = Beacon("drand", f"{CHAIN}/657413", "[0-9a-f]{64}")
NONE = Beacon("none", "", "")
PLAN = Plan(
    maker="Xưởng Kẻ Chợ",
    series="thang-long",
    run="TL-2026-01",
    number=1,
    previous="0" * 64,
    boxes=24,
    case_size=6,
    kits=(KitCount("flag-tower", 15), KitCount("doan-mon", 9)),
    beacon=DICE,
)


@pytest.mark.parametrize("beacon", [DICE, DRAND, NONE, replace(DICE, pattern="(heads|tails){3}")])
def test_a_plan_that_can_be_kept_passes(beacon: Beacon) -> None:
    validate(replace(PLAN, beacon=beacon))
    validate(replace(PLAN, number=2, previous="1" * 64))
    assert PLAN.counts == (15, 9)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"boxes": 30}, CountsDoNotSumError),
        ({"case_size": 7}, CaseSizeError),
        ({"case_size": 0}, CaseSizeError),
        ({"case_size": -6}, CaseSizeError),
        ({"case_size": 48}, CaseSizeError),
        ({"kits": (KitCount("flag-tower", 24), KitCount("doan-mon", 0))}, KitCountError),
        ({"kits": (KitCount("flag-tower", 25), KitCount("doan-mon", -1))}, KitCountError),
        ({"kits": (), "boxes": 0}, KitCountError),
        ({"kits": ()}, CountsDoNotSumError),
        ({"kits": (KitCount("a", 12), KitCount("a", 12))}, DuplicateKitError),
        ({"kits": (KitCount("a", 2**32),), "boxes": 2**32, "case_size": 1}, TooManyBoxesError),
        ({"maker": "Xưởng Kẻ Chợ"}, NotNfcError),
        ({"series": "a\u0301"}, NotNfcError),
        ({"maker": "\ud800"}, NotNfcError),
        ({"kits": (KitCount("a\u0301", 24),)}, NotNfcError),
        ({"beacon": replace(DICE, description="xu\u031bo\u031bng")}, NotNfcError),
        ({"run": "tl-2026"}, RunIdError),
        ({"run": ""}, RunIdError),
        ({"run": "A" * 33}, RunIdError),
        ({"run": "TL 1"}, RunIdError),
        ({"run": "TL-1\n"}, RunIdError),
        ({"run": "ĐL-1"}, RunIdError),
        ({"run": "TL-١"}, RunIdError),
        ({"number": 0}, ChainError),
        ({"number": 2}, ChainError),
        ({"number": 2**53, "previous": "1" * 64}, ChainError),
        ({"previous": "1" * 64}, ChainError),
        ({"number": 2, "previous": "A" * 64}, ChainError),
        ({"number": 2, "previous": "1" * 63}, ChainError),
        ({"beacon": replace(NONE, pattern="[1-6]")}, BeaconError),
        ({"beacon": replace(DRAND, pattern="[0-9a-fA-F]{64}")}, BeaconError),
        ({"beacon": replace(DRAND, pattern="")}, BeaconError),
        ({"beacon": replace(DRAND, description=CHAIN)}, BeaconError),
        ({"beacon": replace(DRAND, description=f"{CHAIN}/0")}, BeaconError),
        ({"beacon": replace(DRAND, description=f"{CHAIN.upper()}/7")}, BeaconError),
        ({"beacon": replace(DRAND, description=f"{CHAIN}/7\n")}, BeaconError),
        ({"beacon": replace(DICE, kind="lottery")}, BeaconError),
        ({"beacon": replace(DICE, pattern="")}, BeaconError),
        ({"beacon": replace(DICE, pattern=r"\d{30}")}, BeaconError),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused_by_name(changes: dict[str, Any], refusal: type) -> None:
    # Written with a combining mark, the composed default would hide what the case is about.
    if changes.get("maker") == "Xưởng Kẻ Chợ":
        changes = {"maker": "Xu\u031bo\u031b\u0309ng"}
    with pytest.raises(PlanError) as refused:
        validate(replace(PLAN, **changes))
    assert type(refused.value) is refusal
    assert refused.value.where
    assert refused.value.mend


def test_two_bytes_name_exactly_the_most_kits() -> None:
    kits = tuple(KitCount(str(index), 1) for index in range(65_537))
    validate(replace(PLAN, kits=kits[:-1], boxes=65_536, case_size=1))
    with pytest.raises(TooManyKitsError):
        validate(replace(PLAN, kits=kits, boxes=65_537, case_size=1))


@pytest.mark.parametrize(
    ("beacon", "value"),
    [
        (DICE, "123456" * 5),
        (DRAND, "ab" * 32),
        (NONE, ""),
        (replace(DICE, pattern="(heads|tails){2}"), "tailsheads"),
    ],
)
def test_a_beacon_value_on_its_pattern_passes(beacon: Beacon, value: str) -> None:
    check_beacon_value(beacon, value)


@pytest.mark.parametrize(
    ("beacon", "value"),
    [
        (DICE, ""),
        (DICE, "123456" * 5 + "1"),
        (DICE, "123456" * 5 + "\n"),
        (DICE, " " + "123456" * 5),
        (DICE, "123456" * 4 + "123457"),
        (DICE, "１" * 30),
        (DRAND, "AB" * 32),
        (DRAND, "ab" * 31),
        (NONE, "0"),
        (DICE, "1" * 1_000_000),
    ],
)
def test_a_beacon_value_off_its_pattern_is_refused(beacon: Beacon, value: str) -> None:
    with pytest.raises(BeaconValueError):
        check_beacon_value(beacon, value)


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"\d", ".", "^a", "a$", "a*", "a+", "a?", "a{2,3}", "a{,3}", "a{}", "a{0}", "a{01}", "a{-1}"),
        *("a{ 2}", "a{2", "{2}", "a{2}{2}", "a|{2}", "a}", "a{٣}", "é", "\n", "", "a" * 257),
        *(
            "]",
            "[",
            "[]",
            "[a",
            "[^a]",
            "[z-a]",
            "[a-]",
            "[-a]",
            "[a--]",
            "[a&&b]",
            r"[\d]",
            "[[a]]",
            "[à-ỹ]",
        ),
        *("(", ")", "()", "(a", "a)", "(?:a)", "(a|)", "|a", "a|", "a||b", "(" * 17 + "a" + ")" * 17),
        *("a{9999}", "(a{100}){100}", "((a{9}){9}){99}"),
    ],
)
def test_a_pattern_outside_the_small_language_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError) as refused:
        parse_pattern(pattern)
    assert refused.value.mend


literals = st.sampled_from("abc019 -_/,:;'\"#%&=@~<>!`")
classes = st.sampled_from(["[abc]", "[a-c]", "[0-9a-f]", "[1-6]", "[a]", "[./*+?]", "[ -~]"])
patterns = st.recursive(
    literals | classes,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: "(" + "|".join(parts) + ")"),
        st.tuples(inner, st.integers(1, 3)).map(lambda pair: f"({pair[0]}){{{pair[1]}}}"),
        st.tuples(literals | classes, st.integers(1, 3)).map(lambda pair: f"{pair[0]}{{{pair[1]}}}"),
    ),
    max_leaves=6,
)


@given(patterns, st.data())
@settings(deadline=None)
def test_a_pattern_allows_exactly_what_the_same_regular_expression_does(
    pattern: str, data: st.DataObject
) -> None:
    read = parse_pattern(pattern)
    same = re.compile(pattern, re.ASCII)
    value = data.draw(st.from_regex(same, fullmatch=True) | st.text("abc0123 -.", max_size=8))
    assert read.allows(value) == bool(same.fullmatch(value))
    assert read.allows(value + "x") == bool(same.fullmatch(value + "x"))


def test_a_pattern_that_makes_other_engines_backtrack_for_years_is_answered() -> None:
    # Two alternatives of different length, in nested repeats: as many ways to match as there are subsets.
    pattern = parse_pattern("(((a|aa){8}){8}){20}")
    assert not pattern.allows("a" * 2000 + "b")
    assert pattern.allows("a" * 2000)


def test_alternatives_bind_weaker_than_what_stands_in_a_row() -> None:
    assert parse_pattern("ab|cd").allows("ab")
    assert not parse_pattern("ab|cd").allows("abd")
    assert parse_pattern("a(b|c)d").allows("acd")
    assert parse_pattern("ab{2}").allows("abb")
    assert not parse_pattern("ab{2}").allows("abab")
