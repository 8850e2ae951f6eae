"""Where cards lie on a sheet, and where it is cut. All lengths in millimetres, from the top left corner."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.errors import UserError

PAPERS = {"A4": (210.0, 297.0), "A3": (297.0, 420.0), "SRA3": (320.0, 450.0), "Letter": (215.9, 279.4)}
"""Width and height, upright. ISO 216; ISO 217 for SRA3; ANSI/ASME Y14.1 for Letter."""

MARK_MM = 4.0
MARK_OFFSET_MM = 1.0
EDGE_MM = 4.0
"""What an office printer cannot reach at the edge of a sheet."""


class CardTooLargeError(UserError):
    """A card does not fit on the sheet."""


class StartError(UserError):
    """A print cannot begin at that cell."""


@dataclass(frozen=True, kw_only=True)
class Stock:
    """A sheet of ready-cut labels; `across_mm` and `down_mm` go from one label's corner to the next one's."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    name: str
    sheet_mm: tuple[float, float]
    label_mm: tuple[float, float]
    columns: int
    rows: int
    left_mm: float
    top_mm: float
    across_mm: float
    down_mm: float

    def __post_init__(self) -> None:
        if self.columns < 1 or self.rows < 1:
            raise ValueError("columns and rows must be at least 1")
        for first, count, pitch, length, side, what in (
            (self.left_mm, self.columns, self.across_mm, self.label_mm[0], self.sheet_mm[0], "across"),
            (self.top_mm, self.rows, self.down_mm, self.label_mm[1], self.sheet_mm[1], "down"),
        ):
            if first < 0 or length <= 0 or first + (count - 1) * pitch + length > side + 0.01:
                raise ValueError(f"the labels reach beyond the sheet {what}")
            if count > 1 and pitch < length:
                raise ValueError(f"the labels overlap {what}")


@dataclass(frozen=True)
class Line:
    """A cutting line from (x1, y1) to (x2, y2)."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Sheet:
    """One side of a sheet: size, card, trim corners of its cells in reading order, and cutting lines."""

    width: float
    height: float
    card: tuple[float, float]
    cells: tuple[tuple[float, float], ...]
    columns: int
    marks: tuple[Line, ...]

    @property
    def trim(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of the block of cards."""
        across, down = zip(*self.cells, strict=True)
        return min(across), min(down), max(across) + self.card[0], max(down) + self.card[1]

    @property
    def turned_on(self) -> str:
        """Return the edge on which a printer must turn the sheet so that backs lie behind fronts."""
        return "short" if self.width > self.height else "long"

    def behind(self, right: float, down: float) -> tuple[tuple[float, float], ...]:
        """Return where each cell's back lies, the sheet turned like a page of a book.

        Args:
            right: how far this printer's backs must be moved to the right, as seen on the back.
            down: the same, downwards.
        """
        return tuple((self.width - x - self.card[0] + right, y + down) for x, y in self.cells)


def impose(
    card: tuple[float, float], paper: tuple[float, float], bleed: float, gutter: float | None = None
) -> Sheet:
    """Return the sheet, upright or lying, that takes the most cards.

    Args:
        card: width and height of a trimmed card.
        paper: width and height of the sheet, upright.
        bleed: what is printed beyond the trim on each side; 0 cuts neighbours with one cut.
        gutter: between two cards' trims; twice the bleed without it, and never less.

    Raises:
        CardTooLargeError: not one card fits.
    """
    between = max(gutter or 0.0, 2 * bleed)
    sheets = [_arrange(card, size, bleed, between) for size in (paper, paper[::-1])]
    best = max(sheets, key=lambda sheet: len(sheet.cells))
    if not best.cells:
        raise CardTooLargeError(
            f"a card of {card[0]:g} × {card[1]:g} mm with {bleed:g} mm bleed does not fit "
            f"on {paper[0]:g} × {paper[1]:g} mm",
            where="paper",
            mend="Use a larger sheet, a smaller design or a smaller bleed_mm in hopke.toml",
        )
    return best


def single(card: tuple[float, float], bleed: float) -> Sheet:
    """Return a page of one card and its bleed, as print shops ask for it."""
    return Sheet(card[0] + 2 * bleed, card[1] + 2 * bleed, card, ((bleed, bleed),), 1, ())


def on_labels(card: tuple[float, float], stock: Stock) -> Sheet:
    """Return a sheet of ready-cut labels, each card in the middle of its label.

    Raises:
        CardTooLargeError: a card is larger than a label.
    """
    spare = tuple(label - length for label, length in zip(stock.label_mm, card, strict=True))
    if min(spare) < -0.01:
        raise CardTooLargeError(
            f"a card of {card[0]:g} × {card[1]:g} mm is larger than a label of {stock.name}, "
            f"{stock.label_mm[0]:g} × {stock.label_mm[1]:g} mm",
            where="sheet",
            mend="Choose other label stock, or make the design smaller",
        )
    cells = tuple(
        (
            stock.left_mm + column * stock.across_mm + spare[0] / 2,
            stock.top_mm + row * stock.down_mm + spare[1] / 2,
        )
        for row in range(stock.rows)
        for column in range(stock.columns)
    )
    return Sheet(*stock.sheet_mm, card, cells, stock.columns, ())


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled sheet: pairs of a cell and the card in it, both from 0.

    Attributes:
        first: the first cell with a card; those behind it follow without a gap.
        cards: in the cells.
    """

    first: int
    cards: range

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return enumerate(self.cards, self.first)

    def __len__(self) -> int:
        return len(self.cards)


def fill(cards: int, cells: int, *, start: int = 1, stacked: bool = False) -> list[Filled]:
    """Return which card lies in which cell of each sheet; the last sheet may be partly empty.

    Args:
        cards: how many there are.
        cells: of one sheet.
        start: the first cell to print on, from 1, on a sheet whose first cells are used up.
        stacked: cut the whole pile at once, lay the small piles one on another: the cards are in order.

    Raises:
        StartError: there is no such cell, or `stacked` is asked for on a sheet begun.
    """
    if not 1 <= start <= cells:
        raise StartError(
            f"a sheet has the cells 1 to {cells}; the print cannot start at {start}",
            where="--start",
            mend=f"Give a number from 1 to {cells}",
        )
    if stacked and start > 1:
        raise StartError(
            "cut-and-stack needs whole sheets, but the first one is begun",
            where="--start",
            mend="Leave out --start or --stacked",
        )
    used = start - 1
    sheets = -(-(cards + used) // cells)
    if stacked:
        return [Filled(0, range(sheet, cards, sheets)) for sheet in range(sheets)]
    return [
        Filled(0 if sheet else used, range(max(0, first), min(first + cells, cards)))
        for sheet, first in enumerate(range(-used, cards, cells))
    ]


def _arrange(card: tuple[float, float], paper: tuple[float, float], bleed: float, gutter: float) -> Sheet:
    marked = bool(bleed or gutter)
    margin = bleed + MARK_OFFSET_MM + MARK_MM + EDGE_MM if marked else 0.0
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
    ends, sides = _mark_ends(top, paper[1], bleed), _mark_ends(left, paper[0], bleed)
    marks = [Line(x, near, x, far) for x in across for near, far in ends]
    marks += [Line(near, y, far, y) for y in down for near, far in sides]
    return Sheet(paper[0], paper[1], card, cells, columns, tuple(marks))


def _mark_ends(near: float, side: float, bleed: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where the marks before and behind a centred block begin and end along one side of the sheet.

    Where a block reaches the sheet's edge, ticks lie on the cut itself; else they stand off by the bleed.
    """
    end = near - bleed - MARK_OFFSET_MM
    if end < EDGE_MM + MARK_MM / 2:
        return (0.0, EDGE_MM + MARK_MM), (side - EDGE_MM - MARK_MM, side)
    start = max(EDGE_MM, end - MARK_MM)
    return (start, end), (side - end, side - start)
