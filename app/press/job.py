"""How something is put on paper: sheet, bleed, target, and what the printer at hand needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from app.core.errors import UserError
from app.core.imposition import PAPERS, Sheet, Stock, impose, on_labels, single
from app.press.design import Design
from app.reading import read_toml
from app.workspace import Workspace

Target = Literal["office", "press"]
SINGLE = "card"
"""A page of one card and its bleed, for a shop that imposes by itself."""


MOST_DRIFT_MM = 8.0


class SheetMissingError(UserError):
    """There is no sheet of that name."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """How something is put on paper.

    Attributes:
        title: the document's title; never a code.
        made_at: aware; stands in the file, so that the same job gives the same bytes.
        target: an office printer's plain PDF, or a print shop's PDF/X-4 in gray and CMYK.
        sheet: a paper, "card", or a file of print/sheets; without it the design's or the workspace's.
        start: the first cell to print on, from 1.
        stacked: order the cards so that the cut piles lie in order.
        back_mm: how far this printer's backs must be moved right and down, by the edge the sheet turns on.
        practice: watermark everything.
        processes: that stamp at once; the bytes are the same for any number.
    """

    title: str
    made_at: datetime
    target: Target = "office"
    sheet: str | None = None
    start: int = 1
    stacked: bool = False
    back_mm: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    practice: bool = False
    processes: int = 1


@dataclass(frozen=True, kw_only=True)
class Drift:
    """Where a printer puts a back, looking at the front: so far right of it and below it."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    right_mm: float
    down_mm: float

    def __post_init__(self) -> None:
        if max(abs(self.right_mm), abs(self.down_mm)) > MOST_DRIFT_MM:
            raise ValueError(f"beyond {MOST_DRIFT_MM:g} mm it is a wrong reading, not a printer's drift")


@dataclass(frozen=True, kw_only=True)
class Printer:
    """What is known of this station's printer: its drift by the edge on which it turns a sheet."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    long: Drift = Drift(right_mm=0.0, down_mm=0.0)
    short: Drift = Drift(right_mm=0.0, down_mm=0.0)


def sheet_names(workspace: Workspace) -> list[str]:
    """Return the names of all sheets a job may ask for."""
    return [*PAPERS, SINGLE, *sorted(path.stem for path in (workspace.designs / "sheets").glob("*.toml"))]


def read_stock(workspace: Workspace, name: str) -> Stock:
    """Return a label stock of print/sheets.

    Raises:
        SheetMissingError: there is no such sheet.
        UserError: its file is wrong.
    """
    known = sheet_names(workspace)
    if name not in known or name == SINGLE:
        raise SheetMissingError(
            f"there is no sheet {name}",
            where=str(workspace.designs / "sheets"),
            mend=f"Use one of {', '.join(known)}, or describe it there in a TOML file",
        )
    return read_toml(workspace.designs / "sheets" / f"{name}.toml", Stock)


def lay_out(workspace: Workspace, design: Design, job: Job) -> tuple[Sheet, float]:
    """Return how a card design lies on its sheet, and its bleed in millimetres.

    Raises:
        DesignError: the design has no size.
        SheetMissingError: there is no such sheet.
        CardTooLargeError: not one card fits.
        UserError: a label stock's file is wrong.
    """
    paper = workspace.paper
    name = job.sheet or (SINGLE if job.target == "press" else design.sheet or paper.sheet)
    if design.sheet == SINGLE:  # a whole page already
        name = SINGLE
    bleed = float(paper.bleed_mm if design.bleed_mm is None else design.bleed_mm)
    if name == SINGLE:
        return single(design.card_mm, bleed), bleed
    if name in PAPERS:
        return impose(design.card_mm, PAPERS[name], bleed, paper.gutter_mm), bleed
    return on_labels(design.card_mm, read_stock(workspace, name)), 0.0


def read_printer(workspace: Workspace) -> Printer:
    """Return what `hopke print calibrate` stored of this station's printer.

    Raises:
        UserError: its file is broken.
    """
    return read_toml(workspace.printer, Printer) if workspace.printer.is_file() else Printer()


def corrections(workspace: Workspace) -> dict[str, tuple[float, float]]:
    """Return how far backs must be moved right and down, as seen on the back, by the edge a sheet turns on.

    Turned like a page of a book, the back's right is the front's left: a drift to the right, seen on the
    front, is mended by moving to the right on the back; one downwards by moving up.

    Raises:
        UserError: the printer's file is broken.
    """
    printer = read_printer(workspace)
    return {
        edge: (drift.right_mm, 0.0 - drift.down_mm)
        for edge, drift in (("long", printer.long), ("short", printer.short))
    }
