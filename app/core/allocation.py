"""How chance fills the boxes: a stream of uniform numbers, balanced cases, one kit for every slot."""

from collections.abc import Iterator, MutableSequence, Sequence
from typing import Any

from app.core.errors import UserError
from app.core.mac import Mac, prepare_mac

LONGEST_LABEL_BYTES = 255


class AllocationError(UserError):
    """Counts and case size do not describe a run that can be filled."""


class Stream:
    """A stream of uniform numbers that a key and a label fix for ever.

    Args:
        key: 32 bytes that nobody could foresee; or HMAC prepared for it, where many streams share it.
        label: what the numbers are for, at most 255 bytes.

    Source: HB1, "Primitives".
    """

    def __init__(self, key: bytes | Mac, label: bytes) -> None:
        if len(label) > LONGEST_LABEL_BYTES:
            raise AllocationError(
                f"A stream's label has {len(label)} bytes", mend=f"Use at most {LONGEST_LABEL_BYTES}"
            )
        self._mac = prepare_mac(key) if isinstance(key, bytes) else key
        self._head = b"HB1/stream" + bytes([len(label)]) + label
        self._blocks = 0
        self._buffer = b""
        self._used = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes of the stream.

        Args:
            count: how many bytes, at least 0.

        Returns:
            `count` bytes, taken in order from HMAC blocks 0, 1, ...
        """
        end = self._used + count
        if end > len(self._buffer):
            self._buffer = self._buffer[self._used :]
            while len(self._buffer) < count:
                self._buffer += self._mac(self._head + self._blocks.to_bytes(8, "big"))
                self._blocks += 1
            self._used, end = 0, count
        taken = self._buffer[self._used : end]
        self._used = end
        return taken

    def below(self, n: int) -> int:
        """Return a number from 0 to n − 1, each exactly equally likely.

        Args:
            n: how many numbers there are to choose from, at least 1.

        Returns:
            The number; n = 1 gives 0 and takes nothing from the stream.

        Raises:
            AllocationError: n is less than 1.

        Source: HB1, "Primitives": rejection of the low bits.
        """
        if n <= 1:
            if n == 1:
                return 0
            raise AllocationError(f"There is no number below {n} to choose", mend="Ask for at least 1")
        bits = (n - 1).bit_length()
        size = (bits + 7) // 8
        mask = (1 << bits) - 1
        while True:
            number = int.from_bytes(self.take(size), "big") & mask
            if number < n:
                return number

    def shuffle(self, items: MutableSequence[Any]) -> None:
        """Shuffle a list in place, every order exactly equally likely.

        Args:
            items: anything; its order changes.

        Source: Durstenfeld 1964 (Fisher and Yates), from the last place down.
        """
        below = self.below
        for last in range(len(items) - 1, 0, -1):
            chosen = below(last + 1)
            items[last], items[chosen] = items[chosen], items[last]


def deal(counts: tuple[int, ...], cases: int, stream: Stream) -> Iterator[tuple[int, ...]]:
    """Deal kits to cases so that every case gets its share, rounded down or up.

    Args:
        counts: boxes of each kit, shape (kits,); their sum is a multiple of `cases`.
        cases: how many cases, at least 1.
        stream: where the roundings come from.

    Yields:
        The counts of one case, shape (kits,), `cases` times.

    Source: HB1, "Allocation": recursive halving with systematic rounding.
    """
    if cases == 1:
        yield counts
        return
    left = cases // 2
    whole = [count * left // cases for count in counts]
    parts = [count * left % cases for count in counts]
    order = [kit for kit, part in enumerate(parts) if part]
    if order:
        stream.shuffle(order)
        mark = stream.below(cases)
        upto = 0
        for kit in order:
            upto += parts[kit]
            if mark < upto:
                whole[kit] += 1
                mark += cases
    yield from deal(tuple(whole), left, stream)
    rest = tuple(count - taken for count, taken in zip(counts, whole, strict=True))
    yield from deal(rest, cases - left, stream)


def allocate(shuffle_key: bytes, counts: tuple[int, ...], case_size: int) -> list[int]:
    """Return which kit chance puts into each slot.

    Args:
        shuffle_key: S of HB1, 32 bytes.
        counts: boxes of each kit, shape (kits,), each at least 1.
        case_size: boxes in a case; divides the sum of `counts`.

    Returns:
        The kit index of every slot, shape (boxes,); case g holds slots g·case_size and on.

    Raises:
        AllocationError: a count below 1, or cases that cannot all be full.

    Source: HB1, "Allocation".
    """
    return fill_cases(shuffle_key, deal_cases(shuffle_key, counts, case_size))


def deal_cases(shuffle_key: bytes, counts: tuple[int, ...], case_size: int) -> list[tuple[int, ...]]:
    """Return how many boxes of each kit chance puts into each case: the first half of `allocate`.

    Args:
        shuffle_key: as for `allocate`.
        counts: as for `allocate`.
        case_size: as for `allocate`.

    Returns:
        The counts of every case, shape (cases, kits).

    Raises:
        AllocationError: as for `allocate`.

    Source: HB1, "Allocation".
    """
    boxes = sum(counts)
    if not counts or min(counts) < 1:
        raise AllocationError(
            "A kit has no box in this run", where="counts", mend="Give every kit at least one"
        )
    if case_size < 1 or boxes % case_size:
        raise AllocationError(
            f"{boxes} boxes do not fill cases of {case_size}",
            where="case_size",
            mend="Choose a case size that divides the number of boxes",
        )
    rows = list(deal(counts, boxes // case_size, Stream(shuffle_key, b"deal")))
    Stream(shuffle_key, b"rows").shuffle(rows)
    return rows


def fill_cases(shuffle_key: bytes, rows: Sequence[tuple[int, ...]], first: int = 0) -> list[int]:
    """Return which kit chance puts into each slot of some cases: the second half of `allocate`.

    Args:
        shuffle_key: as for `allocate`.
        rows: the counts of the cases, in order, shape (cases, kits).
        first: the number of the first of them, from 0.

    Returns:
        The kit index of every slot of these cases.

    Source: HB1, "Allocation".
    """
    mac = prepare_mac(shuffle_key)
    kits: list[int] = []
    for case, row in enumerate(rows, start=first):
        content: list[int] = []
        for kit, count in enumerate(row):
            if count:
                content += [kit] * count
        Stream(mac, b"case" + case.to_bytes(4, "big")).shuffle(content)
        kits += content
    return kits
