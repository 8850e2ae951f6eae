"""Where the parts of a QR symbol are: what is fixed, what is written twice, and where its codewords lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray
from qrcode.base import rs_blocks
from qrcode.util import pattern_position

QUIET_MODULES = 4
LEVEL_MASK = 0b10

RESERVED = {(1, 1): 3, (1, 0): 2, (1, 3): 1, (1, 2): 1, (2, 1): 2, (3, 1): 1}
"""Codewords kept for detecting errors, by version and level as two bits. Source: ISO/IEC 18004, table 9."""

Modules = NDArray[np.bool_]
Places = list[tuple[int, int]]


@dataclass(frozen=True)
class Anatomy:
    """The parts of all symbols of one size. Source: ISO/IEC 18004, sections 6.3, 7.7, 7.9 and 7.10.

    Attributes:
        corners: finders, separators and quiet zone by quarters, shape (4, whole, whole) where whole is the
            symbol with four modules of quiet zone.
        timing: both timing patterns, shape (modules, modules).
        alignment: all alignment patterns, shape (modules, modules).
        copies: for format and, from version 7 on, for version: the rows and columns of both copies.
        codewords: rows and columns of the modules of each codeword, shape (2, codewords, 8).
    """

    corners: Modules
    timing: Modules
    alignment: Modules
    copies: tuple[tuple[Places, Places], ...]
    codewords: NDArray[np.intp]


@lru_cache
def anatomy(modules: int) -> Anatomy:
    """Return where the parts of symbols of `modules` modules a side are."""
    version, last = (modules - 17) // 4, modules - 1
    fixed, timing, alignment = np.zeros((3, modules, modules), bool)
    for corner in (np.s_[:8, :8], np.s_[:8, -8:], np.s_[-8:, :8]):
        fixed[corner] = True
    outline = np.pad(fixed, QUIET_MODULES, constant_values=True)
    corners = np.zeros((4, *outline.shape), bool)
    halves = (np.s_[: len(outline) // 2], np.s_[len(outline) // 2 :])
    for quarter, (y, x) in zip(corners, product(halves, repeat=2), strict=True):
        quarter[y, x] = outline[y, x]
    for y, x in product(pattern_position(version), repeat=2):
        if not fixed[y, x]:
            alignment[y - 2 : y + 3, x - 2 : x + 3] = True
    timing[6, 8:-8] = timing[8:-8, 6] = True
    timing &= ~alignment
    near = [0, 1, 2, 3, 4, 5, 7]
    copies: list[tuple[Places, Places]] = [
        (
            [*((8, x) for x in near), (8, 8), *((y, 8) for y in near)],
            [*((8, last - i) for i in range(8)), *((last - i, 8) for i in range(7))],
        )
    ]
    if version >= 7:
        block = [*product(range(6), range(modules - 11, modules - 8))]
        copies.append((block, [(x, y) for y, x in block]))
    fixed |= timing | alignment
    fixed[last - 7, 8] = True
    for place in (place for pair in copies for copy in pair for place in copy):
        fixed[place] = True
    order = [*_zigzag(fixed)]
    codewords = np.array(order[: len(order) // 8 * 8]).T.reshape(2, -1, 8)
    return Anatomy(corners, timing, alignment, tuple(copies), codewords)


def correction_blocks(dark: Modules) -> list[tuple[list[int], int]]:
    """Return the codewords of each error-correction block of a symbol, and how many of them correct errors.

    Args:
        dark: the symbol without quiet zone; its level is read from its own format information.

    Source: ISO/IEC 18004, sections 7.5.1, 7.6 and 7.9.
    """
    version = (len(dark) - 17) // 4
    level = (int(dark[8, 0]) << 1 | int(dark[8, 1])) ^ LEVEL_MASK
    blocks = [(block.data_count, block.total_count - block.data_count) for block in rs_blocks(version, level)]
    longest = max(carried for carried, _ in blocks)
    # Blocks are interleaved: the first codeword of each, the second of each, ...; then their correction.
    order = [b for i in range(longest) for b, (carried, _) in enumerate(blocks) if i < carried]
    order += [*range(len(blocks))] * blocks[0][1]
    return [
        (
            [place for place, block in enumerate(order) if block == b],
            spare - RESERVED.get((version, level), 0),
        )
        for b, (_, spare) in enumerate(blocks)
    ]


def _zigzag(fixed: Modules) -> Iterator[tuple[int, int]]:
    """Yield the modules that are not fixed as bits are placed: two columns at a time, up and down in turn."""
    rows = range(len(fixed))
    for turn, right in enumerate([*range(len(fixed) - 1, 6, -2), 5, 3, 1]):
        for y in rows if turn % 2 else reversed(rows):
            for x in (right, right - 1):
                if not fixed[y, x]:
                    yield y, x
