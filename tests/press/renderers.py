"""Draws pages with three renderers, reads them with two decoders, measures modules and printing plates."""

import io
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from app.core.code import CODE_LENGTH
from app.press.grading import Corners
from app.press.symbols import Family

MM_PER_INCH = 25.4
DARK = 128
GHOSTSCRIPT = ("gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE")

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Found:
    """A QR symbol as zxing-cpp finds it: its text, and its corners in pixels, clockwise from the top left."""

    text: str
    corners: Corners


def poppler(pdf: Path, page: int, dpi: int, *, smooth: bool = True) -> Pixels:
    """Draw a page as a phone or a Linux desktop shows it.

    Args:
        pdf: the file.
        page: page number from 1.
        dpi: pixels an inch.
        smooth: with grey edges, as on a screen, or without, as on a printer.
    """
    softness = "yes" if smooth else "no"
    pages = ("-f", str(page), "-l", str(page), "-aa", softness, "-aaVector", softness)
    return _pixels(_run("pdftoppm", "-gray", "-r", str(dpi), *pages, str(pdf)))


def ghostscript(pdf: Path, page: int, dpi: int, *, smooth: bool = True) -> Pixels:
    """Draw a page as many printers' own interpreters do; arguments as for `poppler`."""
    bits = 4 if smooth else 1
    softness = (f"-dTextAlphaBits={bits}", f"-dGraphicsAlphaBits={bits}")
    pages = (f"-dFirstPage={page}", f"-dLastPage={page}", "-sOutputFile=-", str(pdf))
    return _pixels(_run(*GHOSTSCRIPT, "-sDEVICE=pnggray", f"-r{dpi}", *softness, *pages))


def mupdf(pdf: Path, page: int, dpi: int, *, smooth: bool = True) -> Pixels:
    """Draw a page as tablets and label software do; arguments as for `poppler`."""
    bits = "8" if smooth else "0"
    options = ("-q", "-c", "gray", "-F", "pgm", "-A", bits, "-r", str(dpi), "-o", "-")
    return _pixels(_run("mutool", "draw", *options, str(pdf), str(page)))


RENDERERS: Mapping[str, Callable[..., Pixels]] = {
    "poppler": poppler,
    "Ghostscript": ghostscript,
    "MuPDF": mupdf,
}


def plates(pdf: Path, page: int, dpi: int) -> dict[str, Pixels]:
    """Return what each printing plate of a page carries, 255 for solid ink, as Ghostscript separates it."""
    with tempfile.TemporaryDirectory() as folder:
        pages = (f"-dFirstPage={page}", f"-dLastPage={page}", f"-sOutputFile={folder}/page.tif", str(pdf))
        _run(*GHOSTSCRIPT, "-sDEVICE=tiffsep", f"-r{dpi}", *pages)
        return {
            plate.name.removeprefix("page(").removesuffix(").tif"): 255 - np.asarray(Image.open(plate))
            for plate in sorted(Path(folder).glob("page(*).tif"))
        }


def read_by_zxing(pixels: Pixels) -> list[Found]:
    """Return every QR symbol that zxing-cpp reads on a page."""
    found = []
    for symbol in zxingcpp.read_barcodes(pixels, formats=zxingcpp.barcode_formats_from_str("QRCode")):
        at = symbol.position
        corners = [(c.x, c.y) for c in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
        found.append(Found(symbol.text, corners))
    return found


def read_by_zbar(pixels: Pixels) -> list[str]:
    """Return the text of every QR symbol that ZBar reads on a page."""
    with tempfile.NamedTemporaryFile(suffix=".pgm") as file:
        Image.fromarray(pixels).save(file, "ppm")
        file.flush()
        command = ("zbarimg", "--raw", "--quiet", "-Sdisable", "-Sqrcode.enable", file.name)
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.stdout.split()


def growth(pixels: Pixels, found: Found, family: Family, module_mm: float, dpi: int) -> tuple[float, float]:
    """Return by how many modules the runs of dark modules are too long, across and down, on average.

    Every row and column of modules is measured along its middle: what is dark there, greys in part, less what
    should be, for each run of dark modules. Both edges of a run count, so 0.2 is a tenth of a module an edge.

    Args:
        pixels: the page.
        found: the symbol, upright.
        family: whose rows its text has.
        module_mm: the true side of a module.
        dpi: of the page.
    """
    rows = family.symbol(found.text[-CODE_LENGTH:])
    dark = np.array([[row >> x & 1 for x in range(len(rows))] for row in rows], bool)
    side = module_mm / MM_PER_INCH * dpi
    near = round(2 * side)
    (left, top), _, (right, bottom), _ = [(round(x), round(y)) for x, y in found.corners]
    ink = 1 - pixels[top - near : bottom + near, left - near : right + near] / 255
    across = _excess(ink, dark, side)
    return across, _excess(ink.T, dark.T, side)


def _excess(ink: NDArray[np.float64], dark: NDArray[np.bool_], side: float) -> float:
    inked = np.flatnonzero((ink > 1 - DARK / 255).any(axis=1))
    middle = (inked[0] + inked[-1] + 1) / 2
    lines = np.floor(middle + (np.arange(len(dark)) + 0.5 - len(dark) / 2) * side).astype(int)
    runs = np.diff(dark.astype(int), axis=1, prepend=0).clip(0).sum(axis=1)
    too_long = ink[lines].sum(axis=1) / side - dark.sum(axis=1)
    return float(too_long.sum() / runs.sum())


def _pixels(picture: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(picture)).convert("L"))


def _run(*command: str) -> bytes:
    return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
