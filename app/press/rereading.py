"""Reads cards back from a printed file's own drawing operators, knowing nothing of how they were stamped."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
import zxingcpp
from numpy.typing import NDArray

from app.press.slots import POINTS_PER_MM

QUIET_MODULES = 4
PIXELS_OF_A_MODULE = 3

_CELL = re.compile(rb"q 1 0 0 1 (\S+) (\S+) cm (/L\d+) Do Q\n")
_SYMBOL = re.compile(rb"q 0 g (\S+) 0 0 \S+ (\S+) (\S+) cm\n((?:[ \d.]+ re\n)+)f Q\n")
_LINE = re.compile(
    rb"BT (?:\S+ Tz )?0 g (/F\d+) \S+ Tf \S+ Tc 1 0 0 1 \S+ (\S+) Tm <([0-9a-f]*)> Tj 0 Tc (?:100 Tz )?ET\n"
)
_PART = re.compile(rb"q 1 0 0 1 \S+ (\S+) cm (/P\d+) Do Q\n")
_PAIR = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")


@dataclass(frozen=True)
class ReadPart:
    """One drawing out of several as a page draws it: its name, from where to where in points, its lines."""

    form: str
    bottom: float
    top: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ReadCard:
    """One side of a card as a page draws it.

    Attributes:
        page: page number from 1.
        box: left, bottom, right and top of its drawing, bleed included, in points.
        form: the name of the drawing it is stamped on.
        symbols: the text of each QR symbol, "" where one does not decode.
        module_mm: the side of a module, 0 without a symbol.
        lines: the lines of text, in drawing order.
        parts: its drawings out of several, in drawing order.
        size: bytes of the operators that draw it.
    """

    page: int
    box: tuple[float, float, float, float]
    form: str
    symbols: tuple[str, ...]
    module_mm: float
    lines: tuple[str, ...]
    parts: tuple[ReadPart, ...]
    size: int


@dataclass(frozen=True)
class _Resources:
    """What a page calls by name: the characters of its fonts, and width and height of its drawings."""

    fonts: Mapping[str, Mapping[str, str]]
    sizes: Mapping[str, tuple[float, float]]


def count_pages(path: Path) -> int:
    """Return how many pages a file has."""
    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


def read_cards(path: Path, pages: range | None = None, *, symbols: bool = True) -> Iterator[ReadCard]:
    """Yield every card of a file, page by page and in each page's own order.

    Args:
        path: the file.
        pages: page numbers from 1; all without it.
        symbols: decode QR symbols, which takes most of the time; else none is told.
    """
    with pikepdf.open(path) as pdf:
        every = list(pdf.pages)  # to ask for pages one by one would take quadratic time
        known: dict[tuple[int, int], _Resources] = {}
        for number in pages or range(1, len(every) + 1):
            page = every[number - 1]
            named = page.resources.objgen
            resources = known.get(named) or _resources(page)
            if named != (0, 0):  # an object that pages share
                known[named] = resources
            operators = page.obj.Contents.read_bytes()
            starts = [*_CELL.finditer(operators)]
            ends = [match.start() for match in starts[1:]] + [len(operators)]
            for match, end in zip(starts, ends, strict=True):
                yield _read(number, match, operators[match.end() : end], resources, symbols=symbols)


def rows_on(path: Path, page: int) -> dict[str, tuple[int, ...]]:
    """Return the rows of each symbol on a page, by its text: bit x for column x, 1 for dark."""
    with pikepdf.open(path) as pdf:
        operators = pdf.pages[page - 1].obj.Contents.read_bytes()
    symbols = [_dark(match[4]) for match in _SYMBOL.finditer(operators)]
    return {_decoded(dark): tuple(_words(dark)) for dark in symbols}


def _read(
    page: int,
    cell: re.Match[bytes],
    operators: bytes,
    resources: "_Resources",
    *,
    symbols: bool,
) -> ReadCard:
    form = cell[3].decode()
    left, bottom = float(cell[1]), float(cell[2])
    width, height = resources.sizes[form]
    found = [*_SYMBOL.finditer(operators)] if symbols else []
    lines = [
        (
            float(y),
            "".join(
                resources.fonts[font.decode()][text[at : at + 4].decode()] for at in range(0, len(text), 4)
            ),
        )
        for font, y, text in _LINE.findall(operators)
    ]
    parts = [
        (name.decode(), float(y), float(y) + resources.sizes[name.decode()][1])
        for y, name in _PART.findall(operators)
    ]
    return ReadCard(
        page,
        (left, bottom, left + width, bottom + height),
        form,
        tuple(_decoded(_dark(match[4])) for match in found),
        max((float(match[1]) for match in found), default=0.0) / POINTS_PER_MM,
        tuple(text for _, text in lines),
        tuple(
            ReadPart(name, low, high, tuple(text for y, text in lines if low <= y <= high))
            for name, low, high in parts
        ),
        len(operators),
    )


def _dark(rectangles: bytes) -> NDArray[np.bool_]:
    """Return a symbol that is drawn as rectangles one module high, in modules less an inset."""
    x, y, width, _ = np.array(rectangles.replace(b" re\n", b" ").split(), dtype=float).reshape(-1, 4).T
    left, row, wide = (np.rint(part).astype(np.int64) for part in (x, y, np.ceil(width)))
    size = int(max((left + wide).max(), row.max() + 1))
    edges = np.zeros((size, size + 1), dtype=np.int8)
    np.add.at(edges, (size - 1 - row, left), 1)
    np.add.at(edges, (size - 1 - row, left + wide), -1)
    dark: NDArray[np.bool_] = edges.cumsum(axis=1)[:, :size] > 0
    return dark


def _decoded(dark: NDArray[np.bool_]) -> str:
    light = np.where(dark, 0, 255).astype(np.uint8)
    picture = np.pad(light, QUIET_MODULES, constant_values=255).repeat(PIXELS_OF_A_MODULE, 0)
    symbol = zxingcpp.read_barcode(
        np.ascontiguousarray(picture.repeat(PIXELS_OF_A_MODULE, 1)),
        formats=zxingcpp.barcode_formats_from_str("QRCode"),
        is_pure=True,
    )
    return symbol.text if symbol else ""


def _words(dark: NDArray[np.bool_]) -> list[int]:
    packed = np.packbits(dark, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def _resources(page: pikepdf.Page) -> _Resources:
    sizes = {}
    for name, form in page.resources.get("/XObject", {}).items():
        x1, y1, x2, y2 = (float(side) for side in form.BBox)
        sizes[name] = (x2 - x1, y2 - y1)
    fonts = {name: _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    return _Resources(fonts, sizes)


def _letters(font: pikepdf.Object) -> dict[str, str]:
    """Return the characters of a font by the four digits that show them, from its own ToUnicode map."""
    return {
        glyph.decode(): bytes.fromhex(point.decode()).decode("utf-16-be")
        for glyph, point in _PAIR.findall(font.ToUnicode.read_bytes())
    }
