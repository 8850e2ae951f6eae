"""Looks at printed files as people and phones do, with poppler and zxing-cpp. Lengths are in millimetres."""

import io
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import zxingcpp
from PIL import Image

from app.core.commitment import Label
from app.core.plan import Beacon
from app.core.proof import SealedContent
from app.ledger import SealedBox
from app.runs import Station, open_station
from app.runs.life import commit_run, plan_of, seal_run, secret_labels, show_run
from app.runs.orders import Order
from app.runs.planning import plan_run
from app.runs.printing import print_run
from app.sealing import open_row
from app.workspace import find_workspace
from tests.conftest import NOW, SECRET
from tests.workspaces import copy_tiny

MM = 25.4
DARK = 128
XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Word:
    """A word on a page and the box around it."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Scanned:
    """A QR symbol on a page: what it says, and its corners without the quiet zone."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def centre(self) -> float:
        """Return how far its middle is from the left edge of the page."""
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class Prints:
    """The cards and packing sheets of a run, and what the print said of them."""

    inserts: Path
    packing_sheets: Path
    cards: int
    module_mm: float
    turned_on: str
    practice: bool


@dataclass(frozen=True)
class Box:
    """One box as the ledger has it: its label, what its row opens to, and the kit's two names."""

    label: Label
    content: SealedContent
    kit_id: str


def make_station(folder: Path, *, settings: str = "") -> Station:
    """Return the station of a new copy of the tiny workspace with the repository's print designs."""
    copy_tiny(folder, designs=True)
    with (folder / "hopke.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    return open_station(find_workspace(str(folder)))


def seal(station: Station, counts: Mapping[str, int], *, case_size: int) -> None:
    """Plan, commit and seal the run TY-1 with `counts` boxes of each kit."""
    plan_run(
        station,
        "tiny",
        boxes=sum(counts.values()),
        now=NOW,
        counts=counts,
        case_size=case_size,
        beacon=Beacon("ceremony", "One coin", "[01]"),
    )
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    seal_run(station, "TY-1", beacon_value="1", now=NOW)


def print_it(station: Station, *, practice_url: str | None = None) -> Prints:
    """Print the cards and packing sheets of TY-1."""
    order = Order(things=("insert", "packing-sheet"), practice_url=practice_url)
    printed = print_run(station, "TY-1", order, now=NOW, progress=lambda _done, _whole: None)
    cards, sheets = printed.files
    assert cards.cards is not None
    return Prints(
        cards.path, sheets.path, printed.boxes, cards.cards.module_mm, cards.cards.turned_on, printed.practice
    )


def boxes_of(station: Station) -> dict[str, Box]:
    """Return every box of TY-1 by its code, opened from the ledger."""
    run = show_run(station, "TY-1")
    kits = [kit.id for kit in plan_of(run, 1, "0" * 64).kits]
    boxes = {}
    with station.ledger.reading() as session:
        for label in secret_labels(station, run):
            row = session.get(SealedBox, label.tag)
            assert row is not None
            content = open_row(label.code, "TY-1", row.sealed)
            boxes[label.code] = Box(label, content, kits[content.kit])
    return boxes


def count_pages(pdf: Path) -> int:
    """Return how many pages a file has."""
    lines = run("pdfinfo", str(pdf)).decode().splitlines()
    return int(next(line for line in lines if line.startswith("Pages:")).split()[1])


def page_size(pdf: Path) -> tuple[float, float]:
    """Return width and height of the first page."""
    lines = run("pdfinfo", str(pdf)).decode().splitlines()
    parts = next(line for line in lines if line.startswith("Page size:")).split()
    return float(parts[2]) / 72 * MM, float(parts[4]) / 72 * MM


def words(pdf: Path, page: int) -> list[Word]:
    """Return the words of a page with their places, in reading order."""
    html = run("pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(pdf), "-")
    found = ElementTree.fromstring(html)  # noqa: S314  (poppler wrote it)
    return [
        Word(
            (word.text or "").strip(),
            *(float(word.get(key, "")) / 72 * MM for key in ("xMin", "yMin", "xMax", "yMax")),
        )
        for word in found.iter(f"{XHTML}word")
    ]


def text(pdf: Path) -> str:
    """Return all words of a file without the spaces between them, which letter-spacing makes untrue."""
    return "".join(run("pdftotext", str(pdf), "-").decode().split())


def image(pdf: Path, page: int, dpi: int) -> Image.Image:
    """Return a page as grey pixels."""
    drawn = run("pdftoppm", "-gray", "-r", str(dpi), "-f", str(page), "-l", str(page), str(pdf))
    return Image.open(io.BytesIO(drawn))


def scan(pixels: Image.Image, dpi: int) -> list[Scanned]:
    """Return every QR symbol on a page, from left to right and top to bottom."""
    found = []
    for symbol in zxingcpp.read_barcodes(pixels, formats=zxingcpp.barcode_formats_from_str("QRCode")):
        corners = symbol.position
        found.append(
            Scanned(
                symbol.text,
                *(
                    side / dpi * MM
                    for side in (
                        corners.top_left.x,
                        corners.top_left.y,
                        corners.bottom_right.x,
                        corners.bottom_right.y,
                    )
                ),
            )
        )
    return sorted(found, key=lambda symbol: (round(symbol.top), symbol.left))


def dark_runs(pixels: Image.Image, dpi: int) -> list[tuple[float, float]]:
    """Return where a strip of pixels is dark, along its width: beginnings and ends of dark columns."""
    width, height = pixels.size
    grey = pixels.tobytes()
    dark = [min(grey[x : width * height : width]) < DARK for x in range(width)]
    edges = [x for x in range(width) if dark[x] != (x > 0 and dark[x - 1])]
    if dark and dark[-1]:
        edges.append(width)
    return [(start / dpi * MM, end / dpi * MM) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def inked(pixels: Image.Image, dpi: int) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of everything that is not white."""
    box = pixels.point(lambda grey: 255 if grey < 250 else 0).getbbox()
    assert box is not None
    left, top, right, bottom = (side / dpi * MM for side in box)
    return left, top, right, bottom


def cut_out(pixels: Image.Image, dpi: int, box: tuple[float, float, float, float]) -> Image.Image:
    """Return the part of a page between left, top, right and bottom."""
    left, top, right, bottom = (round(side / MM * dpi) for side in box)
    return pixels.crop((left, top, right, bottom))


def run(*command: str) -> bytes:
    """Run one of poppler's commands."""
    return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
