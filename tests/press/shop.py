"""The print shop: the repository's insert made ready for a press, and Ghostscript's look at its plates."""

import io
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Array, Name
from PIL import Image

from app.catalogue import read_series
from app.library import read_story
from app.pictures import art_path
from app.press.design import Design, read_design, typeset
from app.press.exchange import PRESS_VERSION, mark_for_press
from app.press.inks import Inks, read_inks
from app.workspace import Workspace, find_workspace
from tests.conftest import REPOSITORY

MADE_AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
BLEED_MM = 3.0
POINTS_PER_MM = 72 / 25.4
COLOURS_IN_RGB = re.compile(rb"(?<!\S)(rg|RG|/DeviceRGB)(?!\S)")
PLATES = ("Cyan", "Magenta", "Yellow", "Black")

Plates = dict[str, NDArray[np.float64]]


@cache
def house() -> Workspace:
    """Return the repository as a workspace; nothing is written into it."""
    return find_workspace(str(REPOSITORY))


@cache
def inks() -> Inks:
    """Return the repository's own inks."""
    return read_inks(house())


@cache
def insert_in_rgb() -> bytes:
    """Return front and back of the insert of the five kits, as WeasyPrint sets them: trim and bleed."""
    workspace = house()
    design = read_design(workspace, "insert")
    series = read_series(workspace, "thang-long")
    leaves = [
        {
            "kit": kit,
            "series": series,
            "stories": {
                language: read_story(workspace, kit.id, language).front for language in workspace.languages
            },
            "art": art_path(workspace, series.id, kit.id).as_uri(),
            "host": urlsplit(workspace.base_url).netloc,
            "run": "TL-1",
            "maker": workspace.maker_name,
        }
        for kit in series.kits
    ]
    return set_leaf(workspace, design, leaves)


def set_leaf(
    workspace: Workspace, design: Design, leaves: list[dict[str, object]], *, bleed: float = BLEED_MM
) -> bytes:
    """Return all sides of a card design for each of the leaves."""
    width, height = design.card_mm
    values = {
        "design": {"width_mm": width, "height_mm": height},
        "bleed": bleed,
        "leaves": leaves,
        "sides": [f"design/{design.folder.name}/{side}" for side in design.sides],
        "practice": False,
        "mark_mm": 6.5,
        "title": design.folder.name,
    }
    return typeset(workspace, design, "leaf.html", values)


def set_page(workspace: Workspace, body: str, style: str = "") -> pikepdf.Pdf:
    """Set a card of 60 by 40 mm in a copy of the tiny workspace."""
    folder = workspace.designs / "try"
    folder.mkdir(exist_ok=True)
    (folder / "page.html").write_text(body, "utf-8")
    (folder / "style.css").write_text(f'body {{ font: 9pt "Be Vietnam Pro" }} {style}', "utf-8")
    design = Design(folder=folder, sides=("page.html",), width_mm=60, height_mm=40)
    return pikepdf.open(io.BytesIO(set_leaf(workspace, design, [{}], bleed=0)))


def insert_in_inks() -> pikepdf.Pdf:
    """Return the five kits' insert, its colours turned into inks."""
    pdf = pikepdf.open(io.BytesIO(insert_in_rgb()))
    inks().convert(pdf)
    return pdf


def insert_for_press() -> pikepdf.Pdf:
    """Return the insert one card a page, ready to be saved: boxes, inks, marks of PDF/X-4."""
    pdf = insert_in_inks()
    for page in pdf.pages:
        if "/Annots" in page.obj:
            del page.obj.Annots
        x1, y1, x2, y2 = (float(edge) for edge in page.mediabox)
        room = BLEED_MM * POINTS_PER_MM
        page.obj.BleedBox = Array([x1, y1, x2, y2])
        page.obj.TrimBox = Array([x1 + room, y1 + room, x2 - room, y2 - room])
    mark_for_press(
        pdf, profile=inks().profile, condition=inks().condition, title="TL-1 inserts", made_at=MADE_AT
    )
    return pdf


def save(pdf: pikepdf.Pdf, path: Path) -> Path:
    """Save a file as the press does."""
    pdf.save(path, min_version=PRESS_VERSION, deterministic_id=True)
    return path


def saved(pdf: pikepdf.Pdf) -> bytes:
    """Return a file as the press saves it."""
    content = io.BytesIO()
    pdf.save(content, min_version=PRESS_VERSION, deterministic_id=True)
    return content.getvalue()


def plain(pdf: pikepdf.Pdf) -> bytes:
    """Return a file with every object to be read in it; only streams are compressed."""
    content = io.BytesIO()
    pdf.save(content, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return content.getvalue()


def separated(pdf: pikepdf.Pdf, folder: Path, *, dpi: int = 72) -> Iterator[Plates]:
    """Yield what Ghostscript lays on the plates of each page, in percent; spot plates are there too."""
    folder.mkdir(exist_ok=True)
    path = save(pdf, folder / "separated.pdf")
    subprocess.run(
        ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=tiffsep", f"-r{dpi}",
         f"-sOutputFile={folder / 'page%d.tif'}", str(path)],
        check=True, timeout=300, capture_output=True,
    )  # fmt: skip
    for number in range(1, len(pdf.pages) + 1):
        yield {
            plate.name.partition("(")[2].partition(")")[0]: 100 - np.asarray(Image.open(plate)) / 2.55
            for plate in sorted(folder.glob(f"page{number}(*).tif"))
        }


def streams(pdf: pikepdf.Pdf) -> Iterator[bytes]:
    """Yield the operators of every page, form and tile of a file, wherever they are called from."""
    for page in pdf.pages:
        yield page.obj.Contents.read_bytes()
    for found in pdf.objects:
        drawn = isinstance(found, pikepdf.Stream) and (
            found.get("/Subtype") == Name.Form or "/PatternType" in found
        )
        if drawn:
            yield found.read_bytes()


def many_pages(pdf: pikepdf.Pdf, count: int, content: Callable[[int], bytes]) -> pikepdf.Pdf:
    """Return a file of stamped pages: the leaves of `pdf` as forms, two on an A4, resources shared.

    Args:
        pdf: leaves, in inks.
        count: how many pages.
        content: what is stamped beside the leaves on a page.
    """
    made = pikepdf.new()
    forms = pikepdf.Dictionary()
    for number, leaf in enumerate(pdf.pages):
        forms[f"/L{number}"] = made.copy_foreign(leaf.as_form_xobject())
    resources = made.make_indirect(pikepdf.Dictionary(XObject=forms))
    width, height = (side * POINTS_PER_MM for side in (297, 210))
    room, leaf_width, leaf_height = (side * POINTS_PER_MM for side in (BLEED_MM, 111, 154))
    left, bottom = (width - 2 * leaf_width) / 2, (height - leaf_height) / 2
    bleed = [left, bottom, left + 2 * leaf_width, bottom + leaf_height]
    trim = [bleed[0] + room, bleed[1] + room, bleed[2] - room, bleed[3] - room]
    pages = []
    for number in range(count):
        side = number % 2
        laid = b"".join(
            b"q 1 0 0 1 %.3f %.3f cm /L%d Do Q\n" % (left + card * leaf_width, bottom, 2 * card + side)
            for card in range(2)
        )
        pages.append(
            made.make_indirect(
                pikepdf.Dictionary(
                    Type=Name.Page,
                    Parent=made.Root.Pages,
                    Contents=made.make_stream(laid + content(number)),
                    TrimBox=Array(trim),
                    BleedBox=Array(bleed),
                )
            )
        )
    root = made.Root.Pages
    root.Kids, root.Count = Array(pages), count
    root.Resources, root.MediaBox = resources, Array([0, 0, width, height])
    return made
