"""Fast batches of QR symbols, bit for bit those of the qrcode package.

Texts of one length share mode, version and error-correction level. Before masking, each module of their symbols is
an affine function over GF(2) of the payload bits: Reed-Solomon codes are linear, and all else is fixed. So qrcode
makes one symbol for each payload bit that varies, and every other symbol is an exclusive or of those.

A symbol is handled as its *lines*: first its rows, top to bottom, then its columns, left to right, each a word
whose bit k is module k of the line, 1 for dark. So one rule along a line serves both directions.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from itertools import product
from operator import xor
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import qrcode
from qrcode import util
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M, ERROR_CORRECT_Q

from app.core.errors import UserError

try:
    import numpy as np
except ImportError:  # Family.symbol does the same with integers
    np = None  # type: ignore[assignment]
if TYPE_CHECKING:
    from numpy.typing import NDArray

Words: TypeAlias = "NDArray[np.unsignedinteger[Any]]"
Numbers: TypeAlias = "NDArray[np.signedinteger[Any]]"
Lines = TypeVar("Lines", int, "NDArray[np.unsignedinteger[Any]]")

LEVELS = {"H": ERROR_CORRECT_H, "Q": ERROR_CORRECT_Q, "M": ERROR_CORRECT_M}
"""Error-correction levels in use, best first."""

MAX_VERSION = 11
"""The largest version, of 61 modules a side, whose rows fit 64-bit words."""

MASKS = range(8)

AT_ONCE = 512
"""Symbols scored together: few enough for a processor's cache, enough to spread the cost of a numpy call."""


class TextTooLongError(UserError):
    """A text needs a symbol of more than 61 modules a side."""


class MixedModesError(UserError):
    """The texts of a family do not share alphanumeric or byte mode."""


class AlphabetError(UserError):
    """A family has no tails, or tails that are not ASCII."""


class TailLengthError(UserError):
    """A tail is longer or shorter than its family's."""


class ForeignCharacterError(UserError):
    """A tail has a character outside its family's alphabet."""


class NumpyMissingError(UserError):
    """A batch is asked for where numpy is not installed."""


class Penalty:
    """What decides between masks: the four rules of qrcode.util.lost_point, with its rounding.

    Args:
        modules: modules a side.

    Source: ISO/IEC 18004, section 7.8.3.1, as qrcode 8.2 reads it.
    """

    def __init__(self, modules: int) -> None:
        self.modules = modules
        size = modules * modules
        every_line = sum(1 << modules * line for line in range(2 * modules))
        self._pair = (1 << modules - 1) - 1
        self._pairs = self._pair * every_line
        self._windows = ((1 << modules - 10) - 1) * every_line
        self._rows = (1 << size) - 1
        self._ratings = [int(abs(dark / size * 100 - 50) / 5) * 10 for dark in range(size + 1)]

    def of_one(self, lines: int) -> int:
        """Return the penalty of one symbol.

        Args:
            lines: the symbol's lines, line i from bit i × modules on.
        """
        change = (lines ^ lines >> 1) & self._pairs
        same = change ^ self._pairs
        runs, starts, finders = _patterns(lines, change, same)
        rows = lines & self._rows
        squares = same & same >> self.modules & ~(rows ^ rows >> self.modules) & self._rows >> self.modules
        points = runs.bit_count() + 2 * starts.bit_count() + 3 * squares.bit_count()
        # A window of 11 modules must not reach into the next line.
        points += 40 * (finders & self._windows).bit_count()
        return points + self._ratings[rows.bit_count()]

    def of_many(self, lines: Words) -> Numbers:
        """Return the penalty of each symbol, shape (symbols,).

        Args:
            lines: shape (2 × modules, symbols).
        """
        change = (lines ^ lines >> 1) & self._pair
        same = change ^ self._pair
        runs, starts, finders = _patterns(lines, change, same)
        rows = lines[: self.modules]
        squares = same[: self.modules - 1] & same[1 : self.modules] & ~(rows[:-1] ^ rows[1:])
        points = _dark(runs) + 2 * _dark(starts) + 3 * _dark(squares) + 40 * _dark(finders)
        return points + np.array(self._ratings)[_dark(rows)]


class Family:
    """All symbols of one prefix followed by a tail of fixed length.

    Args:
        prefix: what every text starts with.
        tail_length: characters that follow.
        alphabet: ASCII characters that may follow.
        level: error-correction level, M, Q or H; without it the smallest version of level M, then the best level
            that this version allows, as `app.press.qr.symbol` chooses.

    Attributes:
        mode: util.MODE_ALPHA_NUM or util.MODE_8BIT_BYTE, as qrcode chooses with optimize=0.
        version: 1 to 11.
        level: error-correction level.
        modules: modules a side, without the quiet zone.

    Raises:
        AlphabetError: no tail is possible, or a tail might not be ASCII.
        MixedModesError: the mode would depend on the tail, or be numeric.
        TextTooLongError: version 11 is too small.
    """

    def __init__(self, prefix: str, tail_length: int, alphabet: str, *, level: str | None = None) -> None:
        if tail_length < 1 or not alphabet or not alphabet.isascii():
            wrong = f"{tail_length} characters of {alphabet!r} cannot tell codes apart"
            raise AlphabetError(wrong, where=prefix, mend="Take one or more ASCII characters")
        self.prefix, self.tail_length, self.alphabet = prefix, tail_length, "".join(dict.fromkeys(alphabet))
        self.mode = _common_mode(prefix, alphabet)
        self._text = prefix.encode() + alphabet[:1].encode() * tail_length
        self._payload, self._bits = _encoded(self._text, self.mode)
        self.version = self._smallest_version(level or "M")
        self.level = level or next(best for best in LEVELS if self._fits(best, self.version))
        self.modules = 17 + 4 * self.version
        self.penalty = Penalty(self.modules)
        self._base = self._made(self._payload)
        self._masks = [self._made(self._payload, mask) ^ self._base for mask in MASKS]
        self._trials = [self._made(self._payload, mask, trial=True) ^ self._base for mask in MASKS]
        self._pieces = list(self._cut())

    def symbol(self, tail: str) -> tuple[int, ...]:
        """Return one symbol's rows with integers only: what `symbols` gives, without numpy.

        Args:
            tail: what follows the prefix.

        Returns:
            Shape (modules,), top to bottom, bit x for the module in column x, 1 for dark.

        Raises:
            TailLengthError: the tail is too long or too short.
            ForeignCharacterError: a character is outside the alphabet.
        """
        self._check([tail])
        found = (table[tail[piece.first : piece.end]] for piece, table in self._tables)
        lines = reduce(xor, found, self._base)
        # Of equal penalties min keeps the first, as qrcode does.
        mask = min(MASKS, key=lambda each: self.penalty.of_one(lines ^ self._trials[each]))
        return tuple(self._words(lines ^ self._masks[mask])[: self.modules])

    def symbols(self, tails: Sequence[str]) -> Words:
        """Return the rows of many symbols.

        Args:
            tails: what follows the prefix in each.

        Returns:
            Shape (symbols, modules), top to bottom, bit x for the module in column x, 1 for dark; uint32 up to 29
            modules a side, uint64 above.

        Raises:
            TailLengthError: a tail is too long or too short.
            ForeignCharacterError: a character is outside the alphabet.
            NumpyMissingError: numpy is not installed.
        """
        if np is None:
            raise NumpyMissingError("QR symbols by the batch need numpy", mend="Run pip install numpy")
        self._check(tails)
        arrays = self._arrays
        places = self._places("".join(tails))
        symbols = np.empty((len(tails), self.modules), arrays.trials.dtype)
        for start in range(0, len(tails), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            lines = reduce(xor, (table[place[part]] for table, place in zip(arrays.tables, places, strict=True)))
            across = np.ascontiguousarray(lines.T)
            penalties = np.stack([self.penalty.of_many(across ^ trial[:, None]) for trial in arrays.trials])
            # Of equal penalties argmin keeps the first, as qrcode does.
            masks = arrays.masks[penalties.argmin(axis=0)]
            symbols[part] = (lines ^ masks)[:, : self.modules]
        return symbols

    def _smallest_version(self, level: str) -> int:
        for version in range(1, MAX_VERSION + 1):
            if self._fits(level, version):
                return version
        wrong = f"{len(self._text)} characters need a QR symbol of more than 61 modules a side"
        raise TextTooLongError(wrong, where=self.prefix, mend="Use a shorter base_url")

    def _fits(self, level: str, version: int) -> bool:
        header = 4 + util.length_in_bits(self.mode, version)
        return bool(header + self._bits <= util.BIT_LIMIT_TABLE[LEVELS[level]][version])

    def _made(self, payload: int, mask: int = 0, *, trial: bool = False) -> int:
        """Return a symbol's lines from qrcode; in a trial, format and version stay blank, as when it is scored."""
        made = qrcode.QRCode(self.version, LEVELS[self.level])
        made.data_list.append(_Payload(self.mode, len(self._text), payload, self._bits))
        made.makeImpl(trial, mask)
        lines = [*made.modules, *zip(*made.modules, strict=True)]
        return int("".join("01"[dark] for line in lines for dark in line)[::-1], 2)

    def _cut(self) -> Iterator["_Piece"]:
        """Cut the payload as its mode does, and keep the pieces that hold characters of the tail."""
        step = 2 if self.mode == util.MODE_ALPHA_NUM else 1
        prefix_length = len(self._text) - self.tail_length
        below = self._bits
        for at in range(0, len(self._text), step):
            usual = self._text[at : at + step]
            known = usual[: max(0, prefix_length - at)]
            value, width = _encoded(usual, self.mode)
            below -= width
            if known == usual:
                continue
            keys = map("".join, product(self.alphabet, repeat=len(usual) - len(known)))
            changes = {key: _encoded(known + key.encode(), self.mode)[0] ^ value for key in keys}
            flips = {
                bit: self._made(self._payload ^ 1 << below + bit) ^ self._base
                for bit in range(width)
                if any(change >> bit & 1 for change in changes.values())
            }
            first = at + len(known) - prefix_length
            yield _Piece(first, at + len(usual) - prefix_length, changes, flips)

    def _words(self, lines: int) -> list[int]:
        return [lines >> self.modules * line & (1 << self.modules) - 1 for line in range(2 * self.modules)]

    def _check(self, tails: Sequence[str]) -> None:
        for tail in tails:
            if len(tail) != self.tail_length:
                wrong = f"{tail!r} has {len(tail)} characters, not {self.tail_length}"
                raise TailLengthError(wrong, where=self.prefix, mend="Print codes of one run only")
        foreign = set("".join(tails)).difference(self.alphabet)
        for tail in tails if foreign else ():
            if strange := foreign.intersection(tail):
                wrong = f"{tail!r} has {min(strange)!r}, which no code has"
                raise ForeignCharacterError(wrong, where=self.prefix, mend=f"Use only {self.alphabet}")

    @cached_property
    def _tables(self) -> list[tuple["_Piece", dict[str, int]]]:
        return [
            (
                piece,
                {
                    key: reduce(xor, (lines for bit, lines in piece.flips.items() if change >> bit & 1), 0)
                    for key, change in piece.changes.items()
                },
            )
            for piece in self._pieces
        ]

    @cached_property
    def _arrays(self) -> "_Arrays":
        kind = np.uint32 if self.modules <= 32 else np.uint64

        def words(symbols: Iterable[int]) -> Words:
            return np.array([self._words(lines) for lines in symbols], kind)

        tables = []
        for piece in self._pieces:
            changes = np.array(list(piece.changes.values()))
            table = np.zeros((len(changes), 2 * self.modules), kind)
            for bit, lines in piece.flips.items():
                table[changes >> bit & 1 == 1] ^= words([lines])
            tables.append(table)
        tables[0] ^= words([self._base])
        return _Arrays(tables, words(self._masks), words(self._trials))

    def _places(self, text: str) -> list[Numbers]:
        """Return each piece's row of its table, shape (symbols,)."""
        codes = np.zeros(128, np.intp)
        codes[list(self.alphabet.encode())] = range(len(self.alphabet))
        letters = codes[np.frombuffer(text.encode(), np.uint8)].reshape(-1, self.tail_length)
        places = []
        for piece in self._pieces:
            place = letters[:, piece.first]
            for at in range(piece.first + 1, piece.end):
                place = place * len(self.alphabet) + letters[:, at]
            places.append(place)
        return places


def dark_runs(symbols: Words) -> tuple[Numbers, Numbers]:
    """Return the horizontal runs of dark modules, for rectangles one module high.

    Args:
        symbols: shape (symbols, modules), as from `Family.symbols`; give some thousands at a time, for a symbol
            takes about 10 kB here.

    Returns:
        Runs, shape (runs, 3): x, y and width in modules, from the symbol's top left without its quiet zone, y
        downwards, symbol by symbol, each in reading order; and the runs of each symbol, shape (symbols,).
    """
    lines, x = np.divmod(_positions(symbols & ~(symbols << 1)), 8 * symbols.itemsize)
    ends = _positions(symbols & ~(symbols >> 1)) % (8 * symbols.itemsize)
    which, y = np.divmod(lines, symbols.shape[1])
    return np.stack([x, y, ends - x + 1], axis=1), np.bincount(which, minlength=len(symbols))


def runs_of_one(rows: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield what `dark_runs` gives for one symbol, with integers only.

    Args:
        rows: shape (modules,), as from `Family.symbol`.
    """
    for y, row in enumerate(rows):
        left = row
        while left:
            lowest = left & -left
            carried = left + lowest
            yield lowest.bit_length() - 1, y, (carried & ~left).bit_length() - lowest.bit_length()
            left &= carried
