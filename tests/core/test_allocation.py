"""Chance fills the boxes: uniform numbers, balanced cases, exact counts."""

import json
from collections import Counter
from collections.abc import Iterator, MutableSequence
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.allocation import AllocationError, Stream, allocate, deal

VECTORS = json.loads((Path(__file__).parent / "fairness-vectors.json").read_text("utf-8"))
KEY = bytes(range(32))


class UsedUpError(Exception):
    """A scripted stream has no more bytes."""


class Scripted(Stream):
    """A stream whose bytes a test chooses; everything else is the real one."""

    def __init__(self, script: bytes) -> None:
        super().__init__(b"", b"")
        self.script = script

    def take(self, count: int) -> bytes:
        taken, self.script = self.script[:count], self.script[count:]
        if len(taken) < count:
            raise UsedUpError
        return taken


class Branching(Stream):
    """A stream that takes one branch of the tree of all choices, and remembers how many there were."""

    def __init__(self, choices: list[int]) -> None:
        super().__init__(b"", b"")
        self.choices, self.widths, self.at = choices, list[int](), 0

    def below(self, n: int) -> int:
        if n == 1:
            return 0
        if self.at == len(self.choices):
            self.choices.append(0)
        self.widths.append(n)
        self.at += 1
        return self.choices[self.at - 1]

    def next_branch(self) -> list[int] | None:
        choices = self.choices[: self.at]
        while choices and choices[-1] == self.widths[len(choices) - 1] - 1:
            choices.pop()
        return [*choices[:-1], choices[-1] + 1] if choices else None


def all_deals(counts: tuple[int, ...], cases: int) -> Iterator[tuple[Fraction, list[tuple[int, ...]]]]:
    """Yield every way a deal can go, with its exact chance, the rows shuffled as the run shuffles them."""
    choices: list[int] | None = []
    while choices is not None:
        stream = Branching(choices)
        rows = list(deal(counts, cases, stream))
        stream.shuffle(rows)
        chance = Fraction(1)
        for width in stream.widths:
            chance /= width
        yield chance, rows
        choices = stream.next_branch()


def test_the_stream_of_the_vectors_is_reproduced() -> None:
    vector = VECTORS["stream"]
    assert set(vector) == {
        *("key", "label", "ten_below_12", "then_eight_below_1000003", "then_below_1", "then_below_12")
    }
    stream = Stream(bytes.fromhex(vector["key"]), vector["label"].encode())
    assert [stream.below(12) for _ in range(10)] == vector["ten_below_12"]
    assert [stream.below(1000003) for _ in range(8)] == vector["then_eight_below_1000003"]
    assert stream.below(1) == vector["then_below_1"]
    assert stream.below(12) == vector["then_below_12"]


@pytest.mark.parametrize("n", [*range(2, 257)])
def test_below_is_exactly_uniform_over_every_byte(n: int) -> None:
    seen: Counter[int] = Counter()
    rejected = 0
    for byte in range(256):
        try:
            seen[Scripted(bytes([byte])).below(n)] += 1
        except UsedUpError:
            rejected += 1
    width = 1 << (n - 1).bit_length()
    assert seen == dict.fromkeys(range(n), 256 // width)
    assert rejected == 256 - n * (256 // width)


@pytest.mark.parametrize("n", [257, 300, 512, 513, 1000, 32768, 32769, 65535, 65536])
def test_below_is_exactly_uniform_over_every_pair_of_bytes(n: int) -> None:
    seen: Counter[int] = Counter()
    for script in range(65536):
        try:
            seen[Scripted(script.to_bytes(2, "big")).below(n)] += 1
        except UsedUpError:
            continue
    assert seen == dict.fromkeys(range(n), 65536 >> (n - 1).bit_length())


@pytest.mark.parametrize("n", [3, 5, 7, 129])
def test_below_stays_uniform_when_a_first_byte_is_rejected(n: int) -> None:
    seen: Counter[int] = Counter()
    for script in range(65536):
        try:
            seen[Scripted(script.to_bytes(2, "big")).below(n)] += 1
        except UsedUpError:
            continue
    assert len(seen) == n
    assert len(set(seen.values())) == 1


def test_below_one_takes_nothing() -> None:
    assert Scripted(b"").below(1) == 0


@pytest.mark.parametrize("n", [0, -1])
def test_there_is_no_number_below_nothing(n: int) -> None:
    with pytest.raises(AllocationError):
        Stream(KEY, b"").below(n)


def test_a_label_longer_than_its_length_byte_is_refused() -> None:
    assert Stream(KEY, bytes(255)).below(1000) >= 0
    with pytest.raises(AllocationError):
        Stream(KEY, bytes(256))


@given(st.lists(st.integers(0, 70), max_size=20))
@settings(deadline=None)
def test_bytes_are_taken_in_order_however_they_are_asked_for(sizes: list[int]) -> None:
    stream = Stream(KEY, b"order")
    assert b"".join(stream.take(size) for size in sizes) == Stream(KEY, b"order").take(sum(sizes))


def test_every_order_of_a_shuffle_is_equally_likely() -> None:
    orders: Counter[tuple[int, ...]] = Counter()
    for choices in product(range(4), range(3), range(2)):
        items = [0, 1, 2, 3]
        Branching(list(choices)).shuffle(items)
        orders[tuple(items)] += 1
    assert len(orders) == 24
    assert set(orders.values()) == {1}


def test_a_shuffle_draws_from_the_last_place_down() -> None:
    asked: list[int] = []

    class Asked(Stream):
        def below(self, n: int) -> int:
            asked.append(n)
            return 0

    items: MutableSequence[Any] = list("abcd")
    Asked(KEY, b"").shuffle(items)
    assert asked == [4, 3, 2]
    assert items == list("bcda")


@pytest.mark.parametrize("run", VECTORS["runs"], ids=lambda run: run["plan"]["run"])
def test_every_allocation_of_the_vectors_is_reproduced(run: dict[str, Any]) -> None:
    counts = tuple(kit["count"] for kit in run["plan"]["kits"])
    assert allocate(bytes.fromhex(run["shuffle_key"]), counts, run["plan"]["case_size"]) == run["allocation"]


@st.composite
def runs(draw: st.DrawFn) -> tuple[tuple[int, ...], int]:
    case_size = draw(st.integers(1, 15))
    boxes = case_size * draw(st.integers(1, 25))
    cuts = draw(st.sets(st.integers(1, max(1, boxes - 1)), max_size=8)) if boxes > 1 else set()
    edges = [0, *sorted(cuts), boxes]
    return tuple(b - a for a, b in pairwise(edges)), case_size


@given(st.binary(min_size=32, max_size=32), runs())
@settings(max_examples=300, deadline=None)
def test_counts_are_exact_and_every_case_has_its_share(key: bytes, run: tuple[tuple[int, ...], int]) -> None:
    counts, case_size = run
    kits = allocate(key, counts, case_size)
    assert Counter(kits) == dict(enumerate(counts))
    cases = len(kits) // case_size
    for case in range(cases):
        content = Counter(kits[case * case_size : (case + 1) * case_size])
        for kit, count in enumerate(counts):
            assert count // cases <= content[kit] <= -(-count // cases)


@pytest.mark.parametrize(
    ("counts", "cases"), [((3, 2, 1), 3), ((3, 2, 1), 2), ((2, 1, 1), 4), ((4, 1), 5), ((1, 1, 1), 3)]
)
def test_every_case_expects_exactly_its_share_of_every_kit(counts: tuple[int, ...], cases: int) -> None:
    total = Fraction(0)
    expected = [[Fraction(0)] * len(counts) for _ in range(cases)]
    for chance, rows in all_deals(counts, cases):
        total += chance
        assert [sum(column) for column in zip(*rows, strict=True)] == list(counts)
        for case, row in enumerate(rows):
            for kit, count in enumerate(row):
                expected[case][kit] += chance * count
    assert total == 1
    assert expected == [[Fraction(count, cases) for count in counts]] * cases


def test_one_case_is_a_plain_shuffle() -> None:
    kits = [0] * 3 + [1] * 2
    Stream(KEY, b"case" + bytes(4)).shuffle(kits)
    assert allocate(KEY, (3, 2), 5) == kits


def test_another_key_fills_the_boxes_otherwise() -> None:
    assert allocate(KEY, (50, 50), 10) != allocate(bytes(32), (50, 50), 10)


@pytest.mark.parametrize(("counts", "case_size"), [((), 1), ((3, 0), 3), ((5, -1), 2), ((5,), 2), ((5,), 0)])
def test_a_run_that_cannot_be_filled_is_refused(counts: tuple[int, ...], case_size: int) -> None:
    with pytest.raises(AllocationError):
        allocate(KEY, counts, case_size)
