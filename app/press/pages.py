"""Whole pages, set by WeasyPrint one after another: sheets that are read, not stamped."""

import io
from collections.abc import Sequence
from pathlib import Path

import pikepdf

from app.press.design import Progress, Values, read_design, typeset
from app.press.document import save
from app.press.inks import read_inks
from app.press.job import Job
from app.processes import spread
from app.workspace import Workspace

PAGES_AT_ONCE = 4


def print_pages(
    workspace: Workspace, name: str, pages: Sequence[Values], job: Job, path: Path, *, progress: Progress
) -> None:
    """Write a PDF of whole pages, one or more for each side and each of the values.

    Args:
        workspace: whose designs are used.
        name: the design's folder.
        pages: the values of each.
        job: what the pages are for.
        path: of the file.
        progress: told values done and values in all.

    Raises:
        DesignError: the design cannot be set.
        OutputError: the file cannot be written.
    """
    design = read_design(workspace, name)
    sides = [f"design/{name}/{side}" for side in design.sides]
    about = {"sides": sides, "title": job.title, "practice": job.practice}

    def set_some(some: Sequence[Values]) -> bytes:
        return typeset(workspace, design, "pages.html", {**about, "pages": some})

    parts = [pages[start : start + PAGES_AT_ONCE] for start in range(0, len(pages), PAGES_AT_ONCE)]
    with pikepdf.new() as whole:
        for number, content in enumerate(spread(set_some, parts, job.processes), start=1):
            with pikepdf.open(io.BytesIO(content)) as part:
                whole.pages.extend(part.pages)
            progress(min(number * PAGES_AT_ONCE, len(pages)), len(pages))
        if job.target == "press":
            read_inks(workspace).convert(whole, where=str(design.folder))
        for page in whole.pages:
            page.obj.TrimBox = page.obj.BleedBox = page.mediabox  # nothing is cut
        save(workspace, whole, job, path)
