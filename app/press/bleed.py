"""Looks whether colour at the cut goes on to the end of the bleed: poppler draws, the edges are read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name

from app.press.drawings import inherited
from app.press.raster import draw

DPI = 100
DOT_MM = 25.4 / DPI
POINT = DPI / 72
"""Dots of the drawn page in a point."""

WHITE = 250
NEAR_MM = 0.5
"""How far from a line is looked, so that a dot that two colours share is not read."""

LONGEST_GAP_MM = 2.0
"""What is white for longer along an edge is not a detail of the drawing."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Cell:
    """A card on a sheet, or a whole page: where it is cut, and how far it is printed, in points."""

    trim: Box
    bleed: Box


def cells(page: pikepdf.Page) -> list[Cell]:
    """Return the cards that a page is made of: drawings laid side by side, or else the page itself.

    Args:
        page: with /TrimBox and /BleedBox of its own; their distance is the bleed of each card.
    """
    trim, bleed = (box_of(page.obj[key]) for key in ("/TrimBox", "/BleedBox"))
    room = max(outer - inner for outer, inner in zip(_ends(bleed), _ends(trim), strict=True))
    if room <= 0:
        return []
    laid = [
        Cell((x1 + room, y1 + room, x2 - room, y2 - room), (x1, y1, x2, y2))
        for x1, y1, x2, y2 in _placed(page)
        if _inside((x1, y1, x2, y2), bleed) and min(x2 - x1, y2 - y1) > 3 * room
    ]
    return laid or [Cell(trim, bleed)]


def white_edges(path: Path, number: int, page: pikepdf.Page) -> list[tuple[int, str]]:
    """Return the edges (card from 1, side) where colour reaches the cut but stops before the bleed's end.

    Args:
        path: the file.
        number: the page's number from 1.
        page: the same page, opened.

    Raises:
        ProofReadingError: poppler cannot draw the page.
    """
    found = cells(page)
    if not found:
        return []
    left, bottom, _, top = box_of(inherited(page, "/MediaBox"))
    inked = _inked(path, number)
    white: list[tuple[int, str]] = []
    for card, cell in enumerate(found, start=1):
        for side in ("left", "right", "top", "bottom"):
            # Every side is turned until it is the upper one.
            pixels, cut, end, first, last = _turned(inked, cell, side, (left, bottom, top))
            if _gap(pixels, cut, end, first, last):
                white.append((card, side))
    return white


def box_of(array: pikepdf.Object) -> Box:
    """Return a PDF rectangle with its lower left corner first, in points."""
    x1, y1, x2, y2 = (float(edge) for edge in array)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _gap(inked: NDArray[np.bool_], cut: float, end: float, first: float, last: float) -> bool:
    """Tell whether a line just inside the upper cut is inked where one in the bleed is white.

    Args:
        inked: the page's dots.
        cut: the row of the cut.
        end: the row where the bleed ends, above it.
        first: the column where the edge begins.
        last: the column where it ends.
    """
    near = NEAR_MM / DOT_MM
    columns = slice(max(round(first + near), 0), max(round(last - near), 0))
    inside = inked[_row(cut + near, inked), columns]
    outside = np.ones_like(inside)
    for row in (cut - near, (cut + end) / 2, end + near):
        outside &= inked[_row(row, inked), columns]
    bare = np.concatenate(([False], inside & ~outside, [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(bare))
    return bool(np.any(edges[1::2] - edges[::2] > LONGEST_GAP_MM / DOT_MM))


def _turned(
    inked: NDArray[np.bool_], cell: Cell, side: str, origin: tuple[float, float, float]
) -> tuple[NDArray[np.bool_], float, float, float, float]:
    height, width = inked.shape
    left, _, top = origin
    (tx1, ty1, tx2, ty2), (bx1, by1, bx2, by2) = (
        ((x1 - left) * POINT, (top - y2) * POINT, (x2 - left) * POINT, (top - y1) * POINT)
        for x1, y1, x2, y2 in (cell.trim, cell.bleed)
    )
    match side:
        case "top":
            return inked, ty1, by1, tx1, tx2
        case "bottom":
            return inked[::-1], height - ty2, height - by2, tx1, tx2
        case "left":
            return inked.T, tx1, bx1, ty1, ty2
        case _:
            return inked.T[::-1], width - tx2, width - bx2, ty1, ty2


def _row(place: float, inked: NDArray[np.bool_]) -> int:
    """Return the row of dots at a place, the nearest one that the page has."""
    return min(max(int(place), 0), len(inked) - 1)


def _placed(page: pikepdf.Page) -> Iterator[Box]:
    """Yield where a page draws forms without turning or scaling them."""
    forms = inherited(page, "/Resources").get("/XObject", Dictionary())
    x = y = 0.0
    saved: list[tuple[float, float]] = []
    for instruction in pikepdf.parse_content_stream(page.obj, "q Q cm Do"):
        operands = list(instruction.operands)
        match str(instruction.operator):
            case "q":
                saved.append((x, y))
            case "Q" if saved:
                x, y = saved.pop()
            case "cm" if [float(part) for part in operands[:4]] == [1, 0, 0, 1]:
                x, y = x + float(operands[4]), y + float(operands[5])
            case "Do":
                form = forms.get(str(operands[0]), Dictionary())
                if form.get("/Subtype") == Name.Form:
                    x1, y1, x2, y2 = box_of(form.get("/BBox", Array([0, 0, 0, 0])))
                    yield x + x1, y + y1, x + x2, y + y2


def _inked(path: Path, number: int) -> NDArray[np.bool_]:
    inked: NDArray[np.bool_] = np.asarray(draw(path, number, DPI, grey=False)).min(axis=2) < WHITE
    return inked


def _ends(box: Box) -> Box:
    """Return a box's edges so that the farther out, the larger each is."""
    return -box[0], -box[1], box[2], box[3]


def _inside(box: Box, outer: Box) -> bool:
    return all(inner <= edge + 0.01 for inner, edge in zip(_ends(box), _ends(outer), strict=True))
