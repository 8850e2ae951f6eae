"""A PDF file of many pages that share drawings and fonts: boxes, page tree, the same bytes each time."""

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
from pikepdf import Array, Dictionary, Name

from app.core.errors import UserError
from app.press.exchange import PRESS_VERSION, PRODUCER, mark_for_press
from app.press.inks import read_inks
from app.press.job import Job
from app.workspace import Workspace
from app.writing import write_whole

if TYPE_CHECKING:
    from typing_extensions import Buffer

PAGES_OF_A_NODE = 256

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points."""


class OutputError(UserError):
    """A printed file cannot be written."""


class Document:
    """A file that grows page by page.

    Args:
        media_box: of every page.
    """

    def __init__(self, media_box: Sequence[float]) -> None:
        self.pdf = pikepdf.new()
        self._media_box = list(media_box)
        self._pages: list[pikepdf.Object] = []
        self._boxes: dict[Box, pikepdf.Object] = {}

    def add(self, deflated: bytes, trim: Box, bleed: Box) -> None:
        """Add a page.

        Args:
            deflated: its operators, compressed.
            trim: where the page, or its block of cards, is cut.
            bleed: what is printed beyond that.
        """
        stream = self.pdf.make_stream(deflated)
        stream.Filter = Name.FlateDecode
        page = Dictionary(Type=Name.Page, Contents=stream, TrimBox=self._box(trim), BleedBox=self._box(bleed))
        self._pages.append(self.pdf.make_indirect(page))

    def finish(self, resources: pikepdf.Object) -> pikepdf.Pdf:
        """Hang the pages into a balanced tree; adding them one by one would take quadratic time."""
        root = self.pdf.Root.Pages
        nodes = []
        for start in range(0, len(self._pages), PAGES_OF_A_NODE):
            kids = self._pages[start : start + PAGES_OF_A_NODE]
            node = self.pdf.make_indirect(
                Dictionary(Type=Name.Pages, Parent=root, Kids=Array(kids), Count=len(kids))
            )
            for page in kids:
                page.Parent = node
            nodes.append(node)
        root.Kids, root.Count = Array(nodes), len(self._pages)
        root.Resources, root.MediaBox = resources, Array(self._media_box)
        return self.pdf

    def _box(self, corners: Box) -> pikepdf.Object:
        """Return a box as an object that all pages with it share; no box reaches beyond the page."""
        if corners not in self._boxes:
            low, high = self._media_box[:2], self._media_box[2:]
            inside = [max(*pair) for pair in zip(corners[:2], low, strict=True)]
            inside += [min(*pair) for pair in zip(corners[2:], high, strict=True)]
            self._boxes[corners] = self.pdf.make_indirect(Array([round(side, 4) for side in inside]))
        return self._boxes[corners]


def save(workspace: Workspace, pdf: pikepdf.Pdf, job: Job, path: Path) -> None:
    """Write a finished file and see it safely on the disk; the same pages and job give the same bytes.

    Args:
        workspace: whose inks and profile are used.
        pdf: complete but for what says when and for which printer it was made.
        job: what it is for.
        path: of the file.

    Raises:
        OutputError: the file cannot be written.
    """
    if job.target == "press":
        inks = read_inks(workspace)
        mark_for_press(
            pdf, profile=inks.profile, condition=inks.condition, title=job.title, made_at=job.made_at
        )
    else:
        pdf.docinfo["/Title"] = job.title
        pdf.docinfo["/Producer"] = PRODUCER
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb", buffering=0) as raw, _Careful(raw) as file:
            pdf.save(
                file,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                deterministic_id=True,
                min_version=PRESS_VERSION,
            )
            file.flush()
            if file.failure:
                raise file.failure
            os.fsync(file.fileno())
    except OSError as error:
        raise unwritten(path, error) from error


def write_file(path: Path, content: bytes) -> None:
    """Write a small file whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise unwritten(path, error) from error


def unwritten(path: Path, error: OSError) -> OutputError:
    """Return the refusal of a disk in words."""
    return OutputError(
        f"a file cannot be written ({error.strerror})",
        where=str(path.parent),
        mend="Free some space, then repeat",
    )


class _Careful(io.BufferedWriter):
    """Keeps a failure to write until the end: raised below qpdf, it would abort the whole program."""

    failure: OSError | None = None

    def write(self, part: "Buffer") -> int:
        try:
            return super().write(part) if self.failure is None else memoryview(part).nbytes
        except OSError as error:
            self.failure = error
            return memoryview(part).nbytes

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self.failure = self.failure or error
