"""Where cards lie on a sheet, and where it is cut. All lengths in millimetres, from the top left corner."""

from dataclasses import dataclass

from app.core.errors import UserError

MARK_MM = 4.0
MARK_OFFSET_MM = 1.0
EDGE_MM = 4.0
"""What an office printer cannot reach at the edge of a sheet."""


class CardTooLargeError(UserError):
    """A card does not fit on the sheet."""


@dataclass(frozen=True)
class Line:
    """A cutting line from (x1, y1) to (x2, y2)."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Sheet:
    """One side of a sheet: size, trim corners of its cells in reading order, and cutting lines."""

    width: float
    height: float
    cells: tuple[tuple[float, float], ...]
    columns: int
    marks: tuple[Line, ...]

    @property
    def back(self) -> tuple[tuple[float, float], ...]:
        """Return the cells as they lie behind the front's, the sheet turned like a page of a book."""
        rows = [self.cells[start : start + self.columns] for start in range(0, len(self.cells), self.columns)]
        return tuple(cell for row in rows for cell in reversed(row))

    @property
    def turned_on(self) -> str:
        """Return the edge on which a printer must turn the sheet so that backs lie behind fronts."""
        return "short" if self.width > self.height else "long"


def impose(card: tuple[float, float], paper: tuple[float, float], bleed: float) -> Sheet:
    """Return the sheet, upright or lying, that takes the most cards.

    Args:
        card: width and height of a trimmed card.
        paper: width and height of the sheet, upright.
        bleed: what is printed beyond the trim on each side; 0 cuts neighbours with one cut.

    Raises:
        CardTooLargeError: not one card fits.
    """
    sheets = [_arrange(card, size, bleed) for size in (paper, paper[::-1])]
    best = max(sheets, key=lambda sheet: len(sheet.cells))
    if not best.cells:
        raise CardTooLargeError(
            f"a card of {card[0]:g} × {card[1]:g} mm with {bleed:g} mm bleed does not fit "
            f"on {paper[0]:g} × {paper[1]:g} mm",
            where="paper",
            mend="Use a smaller design or a smaller bleed_mm in hopke.toml",
        )
    return best


def _arrange(card: tuple[float, float], paper: tuple[float, float], bleed: float) -> Sheet:
    gutter = 2 * bleed
    margin = bleed + MARK_OFFSET_MM + MARK_MM + EDGE_MM if bleed else 0.0
    columns, rows = (
        max(0, int((side - 2 * margin + gutter + 1e-6) // (length + gutter)))
        for side, length in zip(paper, card, strict=True)
    )
    block = (columns * card[0] + (columns - 1) * gutter, rows * card[1] + (rows - 1) * gutter)
    left, top = ((side - length) / 2 for side, length in zip(paper, block, strict=True))
    cells = tuple(
        (left + column * (card[0] + gutter), top + row * (card[1] + gutter))
        for row in range(rows)
        for column in range(columns)
    )
    across = sorted({edge for x, _ in cells for edge in (x, x + card[0])})
    down = sorted({edge for _, y in cells for edge in (y, y + card[1])})
    ends = _mark_ends(top, top + block[1], paper[1], bleed)
    sides = _mark_ends(left, left + block[0], paper[0], bleed)
    marks = [Line(x, near, x, far) for x in across for near, far in ends]
    marks += [Line(near, y, far, y) for y in down for near, far in sides]
    return Sheet(paper[0], paper[1], cells, columns, tuple(marks))


def _mark_ends(
    near: float, far: float, side: float, bleed: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where the marks before and behind a block begin and end along one side of the sheet.

    Without bleed the cards fill the sheet, and ticks at its edge lie on the cut itself.
    """
    if not bleed:
        return (0.0, EDGE_MM + MARK_MM), (side - EDGE_MM - MARK_MM, side)
    reach = bleed + MARK_OFFSET_MM
    return (near - reach - MARK_MM, near - reach), (far + reach, far + reach + MARK_MM)
