"""A printed file against what is due: read from its own operators, then drawn and read as a phone does."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path

import numpy as np

from app.core.errors import UserError
from app.press import raster
from app.press.design import Progress
from app.press.grading import predict_grade
from app.press.rereading import ReadCard, count_pages, read_cards, rows_on
from app.processes import cores, spread

MOST_RASTERS = 12
"""So many sheets are drawn by poppler and read as a phone reads them; a page takes a tenth of a second."""

SHEETS_AT_ONCE = 200
PROOF_DPI = 200
SAME_PLACE = 0.02
"""Points: rounding of what a file says, far below what a printer can do."""


class ProofFailedError(UserError):
    """A printed card does not show what it should; nothing is released."""


@dataclass(frozen=True)
class Due:
    """What one card must show.

    Attributes:
        name: for messages, as "card No. 12".
        variant: cards of one variant share their drawings, and no other card has them.
        address: of its QR symbol, "" without one.
        lines: its stamped lines of text.
        words: what an eye must find on either side, spaces left out.
        parts: drawings out of several: name, the line each stands beside, and its words for the eye.
    """

    name: str
    variant: str
    address: str
    lines: tuple[str, ...]
    words: tuple[str, ...] = ()
    parts: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """Return what the card is known by."""
        return self.address, tuple(sorted(self.lines))


_Waiting = dict[tuple[str, tuple[str, ...]], list[Due]]
"""Cards not yet found, by key; several where their cards are alike."""


@dataclass(frozen=True)
class Proven:
    """What a proof saw: cards, sheets drawn and looked at, and the side of a QR module in millimetres."""

    cards: int
    drawn: int
    module_mm: float


def prove_cards(
    pdf: Path,
    due: Sequence[Due],
    sides: int,
    *,
    spare: Collection[Due] = (),
    every_sheet: bool = False,
    progress: Progress,
) -> Proven:
    """Compare every card of a file with what is due, knowing nothing of how it was stamped.

    Args:
        pdf: the file.
        due: every card that must be there, no more and no less.
        spare: those of `due` that may also be missing.
        sides: of a card; as many pages in a row show the same cards.
        every_sheet: draw all sheets instead of a sample in which every variant occurs.
        progress: told cards proven and cards in all.

    Raises:
        ProofFailedError: the first card that is not as it should be, by name and page.
    """
    waiting: _Waiting = defaultdict(list)
    for each in due:
        waiting[each.key].append(each)
    step = 1 if every_sheet else max(1, -(-count_pages(pdf) // sides // MOST_RASTERS))
    drawings: dict[tuple[int, str], str] = {}
    shift: tuple[float, float] | None = None
    proven, drawn, module = 0, 0, 0.0
    for page, cards in _sheets(pdf, sides):
        found, fresh = [], False
        for card in cards:
            wanted = _wanted(card, waiting, page)
            for side, seen in enumerate(card):
                fresh |= (side, seen.form) not in drawings
                if drawings.setdefault((side, seen.form), wanted.variant) != wanted.variant:
                    raise failed(f"{wanted.name} on page {page + side} is on the drawing of another kit")
            for name, form in _parts(card, wanted, page).items():
                fresh |= (sides, form) not in drawings
                if drawings.setdefault((sides, form), name) != name:
                    raise failed(f"{wanted.name} on page {page} shows another kit beside a number")
            shift = shift or _shift(card)
            if any(abs(a - b) > SAME_PLACE for a, b in zip(shift, _shift(card), strict=True)):
                raise failed(f"the back of {wanted.name} on page {page} does not lie behind its front")
            module = max(module, *(side.module_mm for side in card))
            found.append(wanted)
        if fresh or (page - 1) // sides % step == 0:
            _look_at(pdf, page, cards, found)
            drawn += 1
        proven += len(found)
        progress(proven, len(due))
    for missing in (each for some in waiting.values() for each in some if each not in spare):
        raise failed(f"{missing.name} is missing")
    if len(drawings) != len({(side, name) for (side, _), name in drawings.items()}):
        raise failed("cards of one kit are on several drawings")
    return Proven(proven, drawn, module)


def predicted_grade(pdf: Path, dpi: int) -> int | None:
    """Return the least grade that symbols of the first sheet should reach, none without symbols.

    A prediction after ISO/IEC 15415 from what poppler draws; no verifier has measured it.

    Args:
        pdf: a file that is proven.
        dpi: dots per inch of the printer, 300 or more.
    """
    page = next((card.page for card in read_cards(pdf) if card.symbols), None)
    if page is None:
        return None
    rows, drawn = rows_on(pdf, page), raster.draw(pdf, page, dpi)
    return min(
        predict_grade(np.asarray(drawn), raster.corners(symbol), rows[symbol.text], dpi=dpi).overall
        for symbol in raster.symbols(drawn)
    )


def lines_on(pdf: Path, sides: int, sheets: Sequence[int]) -> Iterator[str]:
    """Yield every stamped line of some sheets of a file, which are numbered from 1."""
    for sheet in sheets:
        for card in read_cards(pdf, range(1 + (sheet - 1) * sides, 1 + sheet * sides)):
            yield from card.lines


def failed(what: str) -> ProofFailedError:
    """Return the refusal to release anything."""
    return ProofFailedError(f"{what}; nothing was released", mend="Look at the design, then print again")


def _sheets(pdf: Path, sides: int) -> Iterator[tuple[int, list[tuple[ReadCard, ...]]]]:
    """Yield the first page's number of each sheet, and its cards, each with all its sides."""
    pages = count_pages(pdf)
    each = sides * max(SHEETS_AT_ONCE, pages // sides // 16)
    parts = [range(start, min(start + each, pages + 1)) for start in range(1, pages + 1, each)]
    read = chain.from_iterable(spread(lambda part: list(read_cards(pdf, part)), parts, cores()))
    for sheet, cards in groupby(read, key=lambda card: (card.page - 1) // sides):
        on_pages: list[list[ReadCard]] = [[] for _ in range(sides)]
        for card in cards:
            on_pages[(card.page - 1) % sides].append(card)
        # Seen from behind, the first card of a row is the last.
        ordered = [
            sorted(page, key=lambda card: (-round(card.box[1]), (1, -1)[turned] * card.box[0]))
            for turned, page in enumerate(on_pages)
        ]
        if len({len(page) for page in ordered}) != 1:
            raise failed(f"front and back of sheet {sheet + 1} have not as many cards")
        yield sheet * sides + 1, list(zip(*ordered, strict=True))


def _wanted(card: Sequence[ReadCard], waiting: _Waiting, page: int) -> Due:
    """Return what a card must be that shows this, or refuse it."""
    symbols = [symbol for side in card for symbol in side.symbols]
    lines = tuple(sorted(line for side in card for line in side.lines))
    if len(symbols) > 1 or (symbols and not symbols[0]):
        raise failed(f"a card on page {page} with “{' · '.join(lines)}” has no QR that can be read")
    due = waiting.get((symbols[0] if symbols else "", lines))
    if not due:
        raise failed(_strange(symbols, lines, page, waiting))
    wanted = due.pop()
    if not due:
        del waiting[wanted.key]
    return wanted


def _parts(card: Sequence[ReadCard], wanted: Due, page: int) -> dict[str, str]:
    """Return the drawing of each name, as the lines beside them say it."""
    seen = [part for side in card for part in side.parts]
    names = {line: name for name, line, _ in wanted.parts}
    beside = [(part.form, [names[line] for line in part.lines if line in names]) for part in seen]
    if len(seen) != len(wanted.parts) or any(len(found) != 1 for _, found in beside):
        raise failed(f"{wanted.name} on page {page} has not one drawing beside each number")
    drawn: dict[str, str] = {}
    for form, (name,) in beside:
        if drawn.setdefault(name, form) != form:
            raise failed(f"{wanted.name} on page {page} shows one kit as two")
    return drawn


def _strange(symbols: Sequence[str], lines: tuple[str, ...], page: int, waiting: _Waiting) -> str:
    """Say what is wrong with a card that is not due as it is; never the code itself."""
    for (address, wanted), cards in waiting.items():
        if lines == wanted:
            return f"the QR of {cards[0].name} on page {page} is not the address it should be"
        if symbols and symbols[0] == address:
            return f"{cards[0].name} on page {page} does not show the words it should"
    return f"a card on page {page} is printed twice or was not asked for"


def _shift(card: Sequence[ReadCard]) -> tuple[float, float]:
    """Return how a back lies to its front: the sum of opposite edges, and the difference of heights."""
    front, back = card[0].box, card[-1].box
    return (0.0, 0.0) if len(card) == 1 else (front[0] + back[2], front[1] - back[1])


def _look_at(pdf: Path, page: int, cards: Sequence[Sequence[ReadCard]], due: Sequence[Due]) -> None:
    """Draw a sheet and read it: symbols as a phone does, words as an eye does."""
    seen = ["" for _ in due]
    rows: dict[tuple[int, str], str] = defaultdict(str)
    symbols: list[list[str]] = [[] for _ in due]
    for side, boxes in enumerate(zip(*([each.box for each in card] for card in cards), strict=True)):
        pixels = raster.draw(pdf, page + side, PROOF_DPI)
        points = 72 / PROOF_DPI
        height = pixels.height * points
        for symbol in raster.symbols(pixels):
            corners = symbol.position
            x = (corners.top_left.x + corners.bottom_right.x) / 2 * points
            y = height - (corners.top_left.y + corners.bottom_right.y) / 2 * points
            for card in _around(x, y, boxes):
                symbols[card].append(symbol.text)
        words = raster.words(pdf, page + side)
        # As poppler reads them, and line by line: it tears a line apart where another one comes near.
        for x, y, text in (*words, *sorted(words, key=lambda word: (round(word[1]), word[0]))):
            for card in _around(x, height - y, boxes):
                seen[card] += "".join(text.split())
                for part in cards[card][side].parts:
                    if part.bottom <= height - y <= part.top:
                        for line in part.lines:
                            rows[card, line] += "".join(text.split())
    for card, wanted in enumerate(due):
        if symbols[card] != [wanted.address] * bool(wanted.address):
            raise failed(
                f"{wanted.name} on page {page}, drawn by poppler, shows {len(symbols[card])} readable QR "
                "codes or another one"
            )
        shown = [(word, seen[card]) for word in wanted.words]
        shown += [(word, rows[card, line]) for _, line, words in wanted.parts for word in words]
        for word, text in shown:
            if "".join(word.split()) not in text:
                raise failed(f"{wanted.name} on page {page} does not show “{word}” to the eye")


def _around(x: float, y: float, boxes: Sequence[tuple[float, float, float, float]]) -> list[int]:
    """Return which boxes a point lies in."""
    return [number for number, (x1, y1, x2, y2) in enumerate(boxes) if x1 <= x <= x2 and y1 <= y <= y2]
