"""Fast batches of QR symbols, bit for bit those of the qrcode package.

Texts of one length share mode, version and error-correction level. Before masking, each module of their
symbols is an affine function over GF(2) of the payload bits: Reed-Solomon codes are linear, and all else is
fixed. So qrcode makes one symbol for each bit of the tail, and all others are sums modulo 2 of those.

A symbol is handled as its *lines*: first its rows, top to bottom, then its columns, left to right, each a
word whose bit k is module k of the line, 1 for dark. So one rule along a line serves both directions.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, reduce
from operator import xor
from typing import NamedTuple

import qrcode
from qrcode import util

from app.core.errors import UserError
from app.press.penalty import Penalty, Words

try:
    import numpy as np
except ImportError:  # Family.symbol needs only integers
    np = None  # type: ignore[assignment]

LEVELS = {"H": qrcode.ERROR_CORRECT_H, "Q": qrcode.ERROR_CORRECT_Q, "M": qrcode.ERROR_CORRECT_M}  # best first
MODES = ({util.MODE_ALPHA_NUM}, {util.MODE_8BIT_BYTE})
MASKS = range(8)
MAX_VERSION = 11  # 61 modules a side: a row fits a 64-bit word
AT_ONCE = 1024  # symbols scored together: few enough for a cache, enough to spread the cost of a numpy call


class TextTooLongError(UserError):
    """A text needs a symbol of more than 61 modules a side."""


class FamilyError(UserError):
    """A prefix and an alphabet make no family: no tails, or no common mode."""


class TailLengthError(UserError):
    """A tail is longer or shorter than its family's."""


class ForeignCharacterError(UserError):
    """A tail has a character outside its family's alphabet."""


class NumpyMissingError(UserError):
    """A batch is asked for where numpy is not installed."""


class Shape(NamedTuple):
    """What families must share for the same seeds to serve them; no text is told.

    Attributes:
        mode: of qrcode.util.
        version, level: of the symbols.
        characters: of a text.
        bits: of a text's payload.
        free: the last bits, which may vary: as many as do, up to a multiple of 64.
    """

    mode: int
    version: int
    level: str
    characters: int
    bits: int
    free: int


class Seeds(NamedTuple):
    """What symbols are summed from, as lines.

    Attributes:
        flips: what each free bit changes, the lowest first, shape (free,).
        masks: what each mask changes against mask 0, shape (8,).
        trials: likewise, with format and version blank, as when a mask is chosen.
    """

    flips: Sequence[int]
    masks: Sequence[int]
    trials: Sequence[int]


def make_seeds(shape: Shape) -> Seeds:
    """Return the seeds of a shape, from one symbol of qrcode for each free bit and two for each mask."""
    payload = (1 << shape.bits) - 1  # all ones, for qrcode fails at a block of zeros
    ones = _made(shape, payload)
    return Seeds(
        [_made(shape, payload ^ 1 << bit) ^ ones for bit in range(shape.free)],
        [_made(shape, payload, mask) ^ ones for mask in MASKS],
        [_made(shape, payload, mask, trial=True) ^ ones for mask in MASKS],
    )


class Family:
    """All symbols of one prefix followed by a tail of fixed length.

    Args:
        prefix: what every text starts with.
        tail_length: characters that follow.
        alphabet: ASCII characters that may follow.
        level: error-correction level, M, Q or H; without it the smallest version of level M, then the best
            level that this version allows.
        seeds_of: gives the seeds of a shape, perhaps from what was made before.

    Attributes:
        mode: util.MODE_ALPHA_NUM or util.MODE_8BIT_BYTE, as qrcode chooses with optimize=0.
        version: 1 to 11.
        level: error-correction level.
        modules: modules a side, without the quiet zone.

    Raises:
        FamilyError: no tail is possible, a tail might not be ASCII, or the mode would depend on the tail.
        TextTooLongError: version 11 is too small.
    """

    def __init__(
        self,
        prefix: str,
        tail_length: int,
        alphabet: str,
        *,
        level: str | None = None,
        seeds_of: Callable[[Shape], Seeds] = make_seeds,
    ) -> None:
        modes = {util.optimal_mode((prefix + letter * tail_length).encode()) for letter in alphabet}
        if tail_length < 1 or not alphabet.isascii() or modes not in MODES:
            wrong = f"{tail_length} characters of {alphabet!r} make no codes, or codes of several QR modes"
            raise FamilyError(wrong, where=prefix, mend="Take ASCII, and upper case throughout or not at all")
        self.prefix, self.tail_length, self.alphabet, self.mode = prefix, tail_length, alphabet, modes.pop()
        # Alphanumeric mode encodes pairs: the prefix's last character may share one with the tail's first.
        odd = len(prefix) % 2 if self.mode == util.MODE_ALPHA_NUM else 0
        self._lead = prefix[len(prefix) - odd :]
        self._text = prefix.encode() + b"0" * tail_length
        payload, self._bits = _encoded(self._text, self.mode)
        fitting = [v for v in range(1, MAX_VERSION + 1) if self._fits(level or "M", v)]
        if not fitting:
            wrong = f"{len(self._text)} characters need a QR symbol of more than 61 modules a side"
            raise TextTooLongError(wrong, where=prefix, mend="Use a shorter base_url")
        self.version, self.modules = fitting[0], 17 + 4 * fitting[0]
        self.level = level or next(best for best in LEVELS if self._fits(best, self.version))
        self.penalty = Penalty(self.modules)
        free = _encoded(self._text[-odd - tail_length :], self.mode)[1]
        upto = min(self._bits, free + -free % 64)
        shape = Shape(self.mode, self.version, self.level, len(self._text), self._bits, upto)
        flips, self._masks, self._trials = seeds_of(shape)
        self._flips = flips[:free]
        # All ones in the tail, for qrcode fails at a block of zeros.
        self._base = reduce(xor, self._flips, _made(shape, payload | (1 << free) - 1))

    def symbol(self, tail: str) -> tuple[int, ...]:
        """Return one symbol's rows, shape (modules,): what `symbols` gives, from integers only.

        Raises:
            TailLengthError: the tail is too long or too short.
            ForeignCharacterError: a character is outside the alphabet.
        """
        self._check([tail])
        payload, _ = _encoded((self._lead + tail).encode(), self.mode)
        lines = reduce(xor, (flip for bit, flip in enumerate(self._flips) if payload >> bit & 1), self._base)
        # Of equal penalties min keeps the first, as qrcode does.
        mask = min(MASKS, key=lambda each: self.penalty.of_one(lines ^ self._trials[each]))
        return tuple(self._words(lines ^ self._masks[mask])[: self.modules])

    def symbols(self, tails: Sequence[str]) -> Words:
        """Return the rows of many symbols.

        Args:
            tails: what follows the prefix in each.

        Returns:
            Shape (symbols, modules), top to bottom, bit x for the module in column x, 1 for dark; uint32 up
            to 29 modules a side, uint64 above.

        Raises:
            TailLengthError: a tail is too long or too short.
            ForeignCharacterError: a character is outside the alphabet.
            NumpyMissingError: numpy is not installed.
        """
        if np is None:
            raise NumpyMissingError("QR symbols by the batch need numpy", mend="Run pip install numpy")
        self._check(tails)
        tables, masks, trials = self._arrays
        symbols = np.empty((len(tails), self.modules), trials.dtype)
        for start in range(0, len(tails), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            chosen = zip(tables, self._octets(tails[part]), strict=True)
            lines = reduce(xor, (table[octet] for table, octet in chosen))
            across = np.ascontiguousarray(lines.T)
            penalties = np.stack([self.penalty.of_many(across ^ trial[:, None]) for trial in trials])
            # Of equal penalties argmin keeps the first, as qrcode does.
            symbols[part] = (lines ^ masks[penalties.argmin(axis=0)])[:, : self.modules]
        return symbols

    def _fits(self, level: str, version: int) -> bool:
        needed = 4 + util.length_in_bits(self.mode, version) + self._bits
        return bool(needed <= util.BIT_LIMIT_TABLE[LEVELS[level]][version])

    def _words(self, lines: int) -> list[int]:
        return [lines >> self.modules * line & (1 << self.modules) - 1 for line in range(2 * self.modules)]

    def _check(self, tails: Sequence[str]) -> None:
        foreign = set("".join(tails)).difference(self.alphabet)
        for tail in tails:
            if len(tail) != self.tail_length:
                wrong = f"{tail!r} has {len(tail)} characters, not {self.tail_length}"
                raise TailLengthError(wrong, where=self.prefix, mend="Print the codes of one run only")
            if foreign and (strange := foreign.intersection(tail)):
                wrong = f"{tail!r} has {min(strange)!r}, which is in no code"
                raise ForeignCharacterError(wrong, where=self.prefix, mend=f"Use only {self.alphabet}")

    @cached_property
    def _arrays(self) -> tuple[list[Words], Words, Words]:
        """Tables by payload octet, lowest first, shape (≤ 256, lines); masks and trials, shape (8, lines)."""
        word = np.uint32 if self.modules <= 32 else np.uint64
        base, flips, masks, trials = (
            np.array([self._words(lines) for lines in each], word)
            for each in ([self._base], self._flips, self._masks, self._trials)
        )
        tables = []
        for first in range(0, len(flips), 8):
            table = np.zeros_like(base) if first else base
            for flip in flips[first : first + 8]:
                table = np.concatenate([table, table ^ flip])
            tables.append(table)
        return tables, masks, trials

    def _octets(self, tails: Sequence[str]) -> Words:
        """Return the payload bits of tails, shape (octets, symbols), the lowest octet first."""
        text = "".join(self._lead + tail for tail in tails).encode()
        letters = np.frombuffer(text, np.uint8).reshape(len(tails), -1).T[::-1]
        if self.mode == util.MODE_8BIT_BYTE:
            return letters
        numbers = np.array([util.ALPHA_NUM.find(letter) for letter in range(128)], np.int16)[letters]
        single = len(numbers) % 2
        pairs = 45 * numbers[single + 1 :: 2] + numbers[single::2]
        # A single last character has 6 bits, not 11: raised by 5 among the pairs, whose low bits are cut off.
        values = np.concatenate([numbers[:single] << 5, pairs])
        bits = (values[:, None] >> np.arange(11, dtype=np.int16)[:, None] & 1).reshape(-1, len(tails))
        return np.packbits(bits[5 * single :].astype(bool), axis=0, bitorder="little")


def dark_runs(symbols: Words) -> tuple[Words, Words]:
    """Return the horizontal runs of dark modules, for rectangles one module high.

    Args:
        symbols: shape (symbols, modules), as from `Family.symbols`; some thousands at a time spare memory.

    Returns:
        Runs, shape (runs, 3): x, y and width in modules, from the symbol's top left without its quiet zone, y
        downwards, symbol by symbol, each in reading order; and the runs of each symbol, shape (symbols,).
    """
    starts, ends = symbols & ~(symbols << 1), symbols & ~(symbols >> 1)
    left, right = _places(starts), _places(ends)
    runs_of_row = np.bitwise_count(starts)
    y = np.repeat(np.tile(np.arange(symbols.shape[1]), len(symbols)), runs_of_row.ravel())
    return np.stack([left % (8 * symbols.itemsize), y, right - left + 1], axis=1), runs_of_row.sum(axis=1)


def runs_of_one(rows: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield the runs of one symbol, as from `Family.symbol`, without numpy: x, y and width in modules."""
    for y, row in enumerate(rows):
        for run in re.finditer("1+", f"{row:b}"[::-1]):
            yield run.start(), y, run.end() - run.start()


def _made(shape: Shape, payload: int, mask: int = 0, *, trial: bool = False) -> int:
    """Return a symbol's lines from qrcode; a trial's format and version are blank, as when scored."""
    made = qrcode.QRCode(shape.version, LEVELS[shape.level])
    text = util.QRData(b"0" * shape.characters, shape.mode, check_data=False)
    text.write = lambda buffer: buffer.put(payload, shape.bits)  # any bits, even those of no text
    made.add_data(text)
    made.makeImpl(trial, mask)
    lines = [*made.modules, *zip(*made.modules, strict=True)]
    return int("".join("01"[dark] for line in lines for dark in line)[::-1], 2)


def _encoded(text: bytes, mode: int) -> tuple[int, int]:
    """Return qrcode's payload for a text, and its length in bits."""
    buffer = util.BitBuffer()
    util.QRData(text, mode, check_data=False).write(buffer)
    return int.from_bytes(buffer.buffer) >> -len(buffer) % 8, len(buffer)


def _places(words: Words) -> Words:
    """Return the places of all bits that are set, counted through the words."""
    octets = np.ascontiguousarray(words, words.dtype.newbyteorder("<")).view(np.uint8)
    return np.flatnonzero(np.unpackbits(octets, bitorder="little").view(bool))
