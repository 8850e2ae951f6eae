"""Reads sheets back: every QR in its place, every code beside it, and the look of the whole page."""

import io
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image

from tests.bench.press.card import Card, Job, sheets

DPI = 200
LOOK_DPI = 60
APART = 64
"""Grey levels by which a pixel looks other; text set without kerning differs at its edges."""


def faults(pdf: Path, job: Job, cards: list[Card]) -> list[str]:
    """Return what is wrong with the first, a middle and the last sheet of a file."""
    wanted = len(sheets(job, cards)) * len(job.cells)
    pages = page_count(pdf)
    if pages != wanted:
        return [f"{pages} pages instead of {wanted}"]
    numbers = sorted({0, len(sheets(job, cards)) // 2, len(sheets(job, cards)) - 1})
    return [fault for number in numbers for fault in _faults_of_sheet(pdf, job, cards, number)]


def unlike(pdf: Path, ours: Path, job: Job) -> float:
    """Return the share of pixels of the first sheet that look other than on ours."""
    shares = []
    for page in range(1, len(job.cells) + 1):
        one, other = _look(pdf, page), _look(ours, page)
        height, width = (min(sides) for sides in zip(one.shape, other.shape, strict=True))
        shares.append(np.mean(np.abs(one[:height, :width] - other[:height, :width]) > APART))
    return float(np.mean(shares))


def page_count(pdf: Path) -> int:
    """Return how many pages a file has."""
    lines = _run("pdfinfo", str(pdf)).decode("utf-8", "replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pages:"))


def _faults_of_sheet(pdf: Path, job: Job, cards: list[Card], number: int) -> list[str]:
    found = []
    on_sheet = sheets(job, cards)[number]
    for side, corners in enumerate(job.cells):
        page = number * len(job.cells) + side + 1
        shown = [job.sides[card.kit][side] for card in on_sheet]
        if shown[0].symbol:
            read = _symbols(pdf, page, job, corners)
            said = {corner: card.address for corner, card in zip(corners, on_sheet, strict=False)}
            wrong = [corner for corner in corners if read.get(corner) != said.get(corner)]
            if wrong:
                found.append(f"page {page}: {len(wrong)} of {len(said)} QR codes do not say their address")
        if "code" in shown[0].lines:
            text = "".join(
                _run("pdftotext", "-f", str(page), "-l", str(page), str(pdf), "-").decode().split()
            )
            missing = [card for card in on_sheet if card.code not in text]
            if missing:
                found.append(f"page {page}: {len(missing)} codes are not printed as text")
    return found


def _symbols(
    pdf: Path, page: int, job: Job, corners: tuple[tuple[float, float], ...]
) -> dict[tuple[float, float], str]:
    """Return what each cell's QR says; a second one in a cell makes it unreadable."""
    picture = _drawn(pdf, page, DPI)
    texts: dict[tuple[float, float], str] = {}
    for symbol in zxingcpp.read_barcodes(picture, formats=zxingcpp.barcode_formats_from_str("QRCode")):
        place = symbol.position
        x = (place.top_left.x + place.bottom_right.x) / 2 * 25.4 / DPI
        y = (place.top_left.y + place.bottom_right.y) / 2 * 25.4 / DPI
        for left, top in corners:
            if left <= x <= left + job.card[0] and top <= y <= top + job.card[1]:
                texts[left, top] = texts.get((left, top), "") + symbol.text
    return texts


@cache
def _look(pdf: Path, page: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    return np.asarray(_drawn(pdf, page, LOOK_DPI), dtype=np.int16)


def _drawn(pdf: Path, page: int, dpi: int) -> Image.Image:
    raster = _run("pdftoppm", "-r", str(dpi), "-gray", "-f", str(page), "-l", str(page), str(pdf))
    return Image.open(io.BytesIO(raster))


def _run(*command: str) -> bytes:
    return subprocess.run(command, capture_output=True, check=True, timeout=600).stdout
