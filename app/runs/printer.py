"""The printer at hand: what paper it takes, and how far its backs drift."""

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from app.core.errors import UserError
from app.core.imposition import PAPERS
from app.press.document import write_file
from app.press.job import SINGLE, Drift, Job, Printer, read_printer, read_stock, sheet_names
from app.press.pages import print_pages
from app.runs.papers import calibration_values
from app.runs.printing import draft, drafting
from app.workspace import Workspace

CALIBRATION = "calibration"


EDGES = ("long", "short")


class DriftError(UserError):
    """No printer drifts that far."""


def print_calibration(workspace: Workspace, sheet: str | None, edge: str, *, now: datetime) -> Path:
    """Print the two pages on which a printer's drift is read, and return the file.

    Args:
        workspace: whose paper it is.
        sheet: the paper; the workspace's own without it.
        edge: on which the sheet is to be turned: "long" for an upright page, "short" for a lying one.
        now: aware.

    Raises:
        SheetMissingError, PaperTooSmallError: the page does not fit on that paper.
        UserError: the design or the disk stands in the way.
    """
    name = sheet or workspace.paper.sheet
    size = PAPERS.get(name) or read_stock(workspace, name).sheet_mm
    width, height = sorted(size) if edge == "long" else sorted(size, reverse=True)
    path = workspace.state / "out" / f"{CALIBRATION}-{edge}-edge.pdf"
    job = Job(title=f"{CALIBRATION}, {edge} edge", made_at=now)
    values = calibration_values(width, height)
    with drafting(workspace, path.parent):
        print_pages(workspace, CALIBRATION, values, job, draft(path), progress=lambda _done, _of: None)
        os.replace(draft(path), path)
    return path


def store_drift(workspace: Workspace, edge: str, right: float, down: float) -> Printer:
    """Keep where this printer puts a back: millimetres right of its front and below it, seen on the front.

    Raises:
        DriftError: no printer drifts that far.
        OutputError: the file cannot be written.
        UserError: what was stored before is broken.
    """
    try:
        drift = Drift(right_mm=right, down_mm=down)
    except ValueError as error:
        mend = "Read the page again, in millimetres"
        raise DriftError(str(error), where="--right, --down", mend=mend) from error
    printer = replace(read_printer(workspace), **{edge: drift})
    lines = ["# From hopke print calibrate: where the printer puts backs, by the edge a sheet is turned on."]
    for name in EDGES:
        stored = getattr(printer, name)
        lines += [f"[{name}]", f"right_mm = {stored.right_mm}", f"down_mm = {stored.down_mm}"]
    write_file(workspace.printer, ("\n".join(lines) + "\n").encode())
    return printer


def describe_sheets(workspace: Workspace) -> list[tuple[str, str]]:
    """Return every sheet's name with what it is.

    Raises:
        UserError: a label stock's file is wrong.
    """
    lines = []
    for name in sheet_names(workspace):
        if name in PAPERS:
            lines.append((name, "{:g} × {:g} mm".format(*PAPERS[name])))
        elif name == SINGLE:
            lines.append((name, "one card a page with its bleed, for a print shop"))
        else:
            stock = read_stock(workspace, name)
            lines.append(
                (
                    name,
                    f"{stock.name}: {stock.columns} × {stock.rows} labels of "
                    f"{stock.label_mm[0]:g} × {stock.label_mm[1]:g} mm",
                )
            )
    return lines
