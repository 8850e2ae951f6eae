"""What chooses a symbol's mask: the four rules, on whole lines at once."""

from typing import Any, TypeAlias, TypeVar

try:
    import numpy as np
    from numpy.typing import NDArray
except ImportError:  # Penalty.of_one needs only integers
    np = None  # type: ignore[assignment]

Words: TypeAlias = "NDArray[Any]"
Lines = TypeVar("Lines", int, "NDArray[Any]")


class Penalty:
    """What chooses a mask for symbols of one size: the four rules and the rounding of qrcode.util.lost_point.

    Args:
        modules: modules a side.

    Source: ISO/IEC 18004, section 7.8.3.1, as qrcode 8.2 reads it.
    """

    def __init__(self, modules: int) -> None:
        self.modules = modules
        every_line = sum(1 << modules * line for line in range(2 * modules))
        self._pair = (1 << modules - 1) - 1
        self._pairs = self._pair * every_line
        self._windows = ((1 << modules - 10) - 1) * every_line
        self._rows = (1 << modules * modules) - 1

    def of_one(self, lines: int) -> int:
        """Return the penalty of one symbol, given as the number whose bits from i × modules on are line i."""
        change = (lines ^ lines >> 1) & self._pairs
        same = change ^ self._pairs
        fives, starts, finders = _patterns(lines, change, same)
        rows = lines & self._rows
        squares = same & same >> self.modules & ~(rows ^ rows >> self.modules) & self._rows >> self.modules
        points = 40 * (finders & self._windows).bit_count()  # windows that stay within their line
        points += fives.bit_count() + 2 * starts.bit_count() + 3 * squares.bit_count()
        return points + 10 * int(abs(rows.bit_count() / self.modules**2 * 100 - 50) / 5)

    def of_many(self, lines: Words) -> Words:
        """Return penalties, shape (symbols,), of symbols given as lines, shape (2 × modules, symbols)."""
        change = (lines ^ lines >> 1) & self._pair
        same = change ^ self._pair
        fives, starts, finders = _patterns(lines, change, same)
        rows = lines[: self.modules]
        squares = same[: self.modules - 1] & same[1 : self.modules] & ~(rows[:-1] ^ rows[1:])
        points: Words = 40 * _dark(finders) + _dark(fives) + 2 * _dark(starts) + 3 * _dark(squares)
        points += 10 * (np.abs(_dark(rows) / self.modules**2 * 100 - 50) / 5).astype(np.int32)
        return points


def _patterns(lines: Lines, change: Lines, same: Lines) -> tuple[Lines, Lines, Lines]:
    """Mark every five modules alike, the first five of each run, and every window like a finder.

    A run of k ≥ 5 modules costs k - 2: its k - 4 fives, and two more. A window is dark 1:1:3:1:1 with four
    light modules after or before.
    """
    threes = same & same >> 1
    fives = threes & threes >> 2
    finder = change & lines & (threes & lines) >> 2 & (change & ~lines) >> 5
    light_fours = threes & same >> 2 & ~lines
    return fives, fives & ~(fives << 1), finder & light_fours >> 7 | light_fours & finder >> 4


def _dark(words: Words) -> Words:
    counts: Words = np.bitwise_count(words).sum(axis=0, dtype=np.int32)
    return counts
