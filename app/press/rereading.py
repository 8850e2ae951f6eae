"""Reads cards back from a printed file's own drawing operators, knowing nothing of how they were stamped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
import zxingcpp

from app.press.slots import POINTS_PER_MM

QUIET_MODULES = 4
PIXELS_OF_A_MODULE = 3

_CELL = re.compile(rb"q 1 0 0 1 (\S+) (\S+) cm (/L\d+) Do Q\n")
_SYMBOL = re.compile(rb"q 0 g (\S+) 0 0 \S+ (\S+) (\S+) cm\n((?:\d+ \d+ \d+ \d+ re\n)+)f Q\n")
_LINE = re.compile(rb"BT 0 g (/F\d+) \S+ Tf \S+ Tc 1 0 0 1 \S+ \S+ Tm <([0-9a-f]*)> Tj ET\n")
_PAIR = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")


@dataclass(frozen=True)
class ReadCard:
    """One side of a card as a page draws it.

    Attributes:
        page: page number from 1.
        form: the name of the drawing it is stamped on.
        symbols: the text of each QR symbol, "" where one does not decode.
        module_mm: the side of a module, 0 without a symbol.
        lines: the lines of text, in drawing order.
    """

    page: int
    form: str
    symbols: tuple[str, ...]
    module_mm: float
    lines: tuple[str, ...]


def read_cards(path: Path) -> Iterator[ReadCard]:
    """Yield every card of a file, page by page and in each page's own order."""
    with pikepdf.open(path) as pdf:
        fonts: dict[str, dict[str, str]] = {}
        for number, page in enumerate(pdf.pages, start=1):
            for name, font in page.resources.get("/Font", {}).items():
                fonts[name] = fonts.get(name) or _letters(font)
            operators = page.obj.Contents.read_bytes()
            starts = [*_CELL.finditer(operators)]
            ends = [match.start() for match in starts[1:]] + [len(operators)]
            for match, end in zip(starts, ends, strict=True):
                yield _read(number, match[3].decode(), operators[match.end() : end], fonts)


def _read(page: int, form: str, operators: bytes, fonts: dict[str, dict[str, str]]) -> ReadCard:
    found = [*_SYMBOL.finditer(operators)]
    lines = [
        "".join(fonts[font.decode()][text[at : at + 4].decode()] for at in range(0, len(text), 4))
        for font, text in _LINE.findall(operators)
    ]
    unit = max((float(match[1]) for match in found), default=0.0)
    heights = [int(match[4].split(b" ", 4)[3].split()[0]) for match in found]
    module = unit * (max(heights) + 2) / POINTS_PER_MM if found else 0.0
    return ReadCard(page, form, tuple(_decoded(match[4]) for match in found), module, tuple(lines))


def _decoded(rectangles: bytes) -> str:
    """Return what a symbol says that is drawn as rectangles one module high."""
    x, y, width, height = (
        np.array(rectangles.replace(b" re\n", b" ").split(), dtype=np.int64).reshape(-1, 4).T
    )
    module = int(height[0]) + 2
    left, row, wide = x // module, y // module, (width + 2) // module
    size = int(max((left + wide).max(), row.max() + 1))
    dark = np.zeros((size, size + 1), dtype=np.int8)
    np.add.at(dark, (size - 1 - row, left), 1)
    np.add.at(dark, (size - 1 - row, left + wide), -1)
    light = np.where(dark.cumsum(axis=1)[:, :size] > 0, 0, 255).astype(np.uint8)
    picture = np.pad(light, QUIET_MODULES, constant_values=255).repeat(PIXELS_OF_A_MODULE, 0)
    symbol = zxingcpp.read_barcode(
        np.ascontiguousarray(picture.repeat(PIXELS_OF_A_MODULE, 1)),
        formats=zxingcpp.barcode_formats_from_str("QRCode"),
        is_pure=True,
    )
    return symbol.text if symbol else ""


def _letters(font: pikepdf.Object) -> dict[str, str]:
    """Return the characters of a font by the four digits that show them, from its own ToUnicode map."""
    return {
        glyph.decode(): bytes.fromhex(point.decode()).decode("utf-16-be")
        for glyph, point in _PAIR.findall(font.ToUnicode.read_bytes())
    }
