"""Cards, n-up: each variant is set once, then every card is stamped on it and the sheets are assembled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.imposition import fill
from app.press.design import Progress, Values, read_design
from app.press.document import Box, Document, save
from app.press.job import Job, lay_out
from app.press.slots import POINTS_PER_MM, set_leaves, set_parts
from app.press.stamping import Card, Stamper
from app.processes import spread
from app.workspace import Workspace

CARDS_AT_ONCE = 500
"""Few, so that what is drawn and not packed yet takes little memory."""


@dataclass(frozen=True)
class PrintedCards:
    """What was printed.

    Attributes:
        sheets: how many there are.
        each: how many cards a sheet takes.
        sides: of a card.
        turned_on: the edge on which two-sided sheets must be turned.
        module_mm: the side of a QR module, 0 without a symbol.
        note: what the length of the address costs, and what may be hard to print; "" if nothing.
    """

    sheets: int
    each: int
    sides: int
    turned_on: str
    module_mm: float
    note: str


def print_cards(
    workspace: Workspace,
    name: str,
    variants: Mapping[str, Values],
    cards: Sequence[Card],
    job: Job,
    path: Path,
    *,
    progress: Progress,
    parts: Mapping[str, Values] | None = None,
) -> PrintedCards:
    """Write a PDF of cards n-up with crop marks; fronts and backs alternate, each back behind its front.

    The same cards and job give the same bytes, for any number of processes.

    Args:
        workspace: whose designs and paper are used.
        name: the design's folder.
        variants: what the design shows on each variant of the card, by name.
        cards: in printing order, at least one.
        job: how they are put on paper.
        path: of the file.
        progress: told cards done and cards in all.
        parts: what the design's parts show, by the name that cards ask for.

    Raises:
        DesignError, SlotError, SlotMissingError, TextOverflowError, GlyphMissingError: a fault of the design.
        SheetMissingError, CardTooLargeError, StartError: a fault of the job.
        ModuleTooSmallError: the symbol would not scan.
        OutputError: the file cannot be written.
    """
    design = read_design(workspace, name)
    sheet, bleed = lay_out(workspace, design, job)
    filled = fill(len(cards), len(sheet.cells), start=job.start, stacked=job.stacked)
    back_mm = job.back_mm.get(sheet.turned_on, (0.0, 0.0))
    leaves = set_leaves(workspace, design, variants, bleed=bleed, job=job)
    drawn = set_parts(workspace, design, parts or {}, job=job)
    stamper = Stamper(workspace, design, leaves, drawn, cards, sheet=sheet, bleed=bleed, back_mm=back_mm)
    document = Document(stamper.media_box)
    trims = [_box(stamper, (0.0, 0.0)), _box(stamper, back_mm)]
    reach = bleed * POINTS_PER_MM
    bleeds = [(x1 - reach, y1 - reach, x2 + reach, y2 + reach) for x1, y1, x2, y2 in trims]
    each = max(1, CARDS_AT_ONCE // len(sheet.cells))
    batches = [filled[start : start + each] for start in range(0, len(filled), each)]
    done = 0
    for batch, contents in zip(batches, spread(stamper.sheets, batches, job.processes), strict=True):
        for page, content in enumerate(contents):
            side = page % len(design.sides)
            document.add(content, trims[side], bleeds[side])
        done += sum(len(places) for places in batch)
        progress(done, len(cards))
    with document.finish(stamper.resources(document.pdf)) as pdf:
        save(workspace, pdf, job, path)
    return PrintedCards(
        len(filled), len(sheet.cells), len(design.sides), sheet.turned_on, stamper.module_mm, stamper.note
    )


def _box(stamper: Stamper, moved: tuple[float, float]) -> Box:
    left, top, right, bottom = (side * POINTS_PER_MM for side in stamper.sheet.trim)
    across, down = (length * POINTS_PER_MM for length in moved)
    height = stamper.media_box[3]
    return left + across, height - bottom - down, right + across, height - top - down
