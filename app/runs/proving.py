"""Nothing counts as printed until every card was read back and agrees with the ledger."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.core.code import CODE_LENGTH, code_tag, parse_code
from app.core.commitment import printed_root
from app.core.errors import UserError
from app.core.proof import SealedContent
from app.ledger import Run
from app.press import proof
from app.press.cards import Card, PrintedCards, PrintedSide
from app.press.design import Progress
from app.press.rereading import ReadCard, read_cards
from app.press.slots import QR_SLOT
from app.sealing import open_row

MOST_RASTERS = 24
"""So many pages are drawn by poppler and read as a phone reads them; a page takes a tenth of a second."""


class ProofFailedError(UserError):
    """A printed card does not show what the ledger holds; nothing is released."""


def prove_inserts(
    pdf: Path,
    made: PrintedCards,
    contents: Sequence[SealedContent],
    cards: Sequence[Card],
    rows: Mapping[bytes, bytes],
    run: Run,
    *,
    progress: Progress,
) -> None:
    """Compare every card, read from the file's own operators, and a sample of drawn pages with the ledger.

    Args:
        pdf: the printed file.
        made: what the press says it printed.
        contents: what each card's box holds, by card number.
        cards: what each card should show, by card number.
        rows: the ledger's sealed rows by tag.
        run: the run.
        progress: told cards proven and cards in all.

    Raises:
        ProofFailedError: the first card that does not agree, by its edition and page.
    """
    reader = read_cards(pdf)
    proven = 0
    for number, side in enumerate(made.pages, start=1):
        for cell in side.cells:
            read = next(reader, None)
            content, card = contents[cell[4]], cards[cell[4]]
            name = f"card No. {content.edition} on page {number}"
            if (
                read is None
                or read.page != number
                or made.variants.get(read.form) != (card.variant, side.side)
            ):
                raise _unproven(run, f"{name} is not where it should be, or not on its own kit's drawing")
            _compare(read, made.slots[card.variant, side.side], card, name, run)
            if read.symbols:
                _open(read.symbols[0], content, name, rows, run)
                proven += 1
        progress(proven, len(cards))
    if next(reader, None) is not None or proven != len(cards):
        raise _unproven(run, f"{proven} cards with a readable QR instead of {len(cards)}")
    _look(pdf, made, cards, contents, run)


def _compare(read: ReadCard, slots: Sequence[str], card: Card, name: str, run: Run) -> None:
    """Demand exactly the texts that this side's slots should show."""
    if list(read.symbols) != [card.texts[slot] for slot in slots if slot == QR_SLOT]:
        raise _unproven(run, f"the QR of {name} is not the address it should be")
    if list(read.lines) != [card.texts[slot] for slot in slots if slot != QR_SLOT]:
        raise _unproven(run, f"{name} does not show the words it should")


def _open(address: str, content: SealedContent, name: str, rows: Mapping[bytes, bytes], run: Run) -> None:
    """Demand that the code in an address opens this box and no other."""
    code = parse_code(address[-CODE_LENGTH:])
    sealed = rows.get(code_tag(code))
    if sealed is None or open_row(code, run.id, sealed) != content:
        raise _unproven(run, f"the QR of {name} opens another box, or none")


def _look(
    pdf: Path, made: PrintedCards, cards: Sequence[Card], contents: Sequence[SealedContent], run: Run
) -> None:
    """Draw a sample of the pages with QR, spread over the file, and read them as a phone does."""
    shown = [
        (number, side)
        for number, side in enumerate(made.pages, start=1)
        if QR_SLOT in made.slots[cards[side.cells[0][4]].variant, side.side]
    ]
    step = max(1, -(-len(shown) // MOST_RASTERS))
    for number, side in shown[::step]:
        _look_at(pdf, number, side, cards, contents, run)


def _look_at(
    pdf: Path,
    number: int,
    side: PrintedSide,
    cards: Sequence[Card],
    contents: Sequence[SealedContent],
    run: Run,
) -> None:
    found = proof.decode_cells(pdf, number, [cell[:4] for cell in side.cells])
    for texts, cell in zip(found, side.cells, strict=True):
        card, name = cards[cell[4]], f"card No. {contents[cell[4]].edition} on page {number}"
        if texts != [card.texts[QR_SLOT]]:
            raise _unproven(
                run, f"{name}, drawn by poppler, shows {len(texts)} readable QR codes or another one"
            )
        words = proof.text_of_cell(pdf, number, cell[:4])
        root = printed_root(run.contents_root or b"")
        wanted = {
            "code": card.texts[QR_SLOT][-CODE_LENGTH:],
            "root": root[:16],
            "root's second half": root[16:],
        }
        for thing, shown in wanted.items():
            if shown not in words:
                raise _unproven(run, f"the {thing} of {name} cannot be read by eye")


def _unproven(run: Run, what: str) -> ProofFailedError:
    return ProofFailedError(
        f"{what}; no file of {run.id} was released", mend="Look at the design, then print again"
    )
