"""Printed cards as they lie on the table: what a camera and an eye read from the printer's PDF."""

import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.sync_api import Page

DPI = 200
LEFT, RIGHT = 0, 1


@dataclass(frozen=True)
class Card:
    """One card: what its QR says, its number and code as printed on the back, its name on the front."""

    address: str
    edition: int
    groups: tuple[str, str, str]
    name: str


def read_sheet(pdf: Path, sheet: int) -> list[Card]:
    """Read the two cards of a sheet (from 0) whose pages are turned on the short edge."""
    front, back = 2 * sheet + 1, 2 * sheet + 2
    drawn = _draw(pdf, back)
    cards = []
    for side in (LEFT, RIGHT):
        half = drawn.crop((drawn.width // 2 * side, 0, drawn.width // 2 * (1 + side), drawn.height))
        (symbol,) = zxingcpp.read_barcodes(half)
        words = "".join(_words(pdf, back, side).split())
        edition = re.search(r"Số(\d+)/48", words)
        code = re.search(r"([0-9A-Z]{6})([0-9A-Z]{6})([0-9A-Z]{6})Số", words)
        assert edition
        assert code
        # Turned on its short edge, a landscape sheet has the back's left card behind the front's right one.
        name = _words(pdf, front, 1 - side).strip().splitlines()[0].strip()
        cards.append(Card(symbol.text, int(edition[1]), (code[1], code[2], code[3]), name))
    return cards


def cards_in(folder: Path) -> Iterator[Card]:
    """Yield the printed cards of the workspace's run TY-1, sheet by sheet."""
    return (card for sheet in range(24) for card in read_sheet(folder / "var/out/TY-1/inserts.pdf", sheet))


def photographed(page: Page) -> str:
    """Return what another phone's camera reads from this phone's screen."""
    (symbol,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    return symbol.text


def _draw(pdf: Path, page: int) -> Image.Image:
    command = ["pdftoppm", "-r", str(DPI), "-f", str(page), "-l", str(page), "-gray", str(pdf)]
    return Image.open(io.BytesIO(subprocess.run(command, check=True, capture_output=True).stdout))


def _words(pdf: Path, page: int, side: int) -> str:
    number, half = str(page), 421  # points: half of A4's 842
    size = ["-x", str(half * side), "-y", "0", "-W", str(half), "-H", "596"]
    return subprocess.run(
        ["pdftotext", "-raw", "-f", number, "-l", number, *size, str(pdf), "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
