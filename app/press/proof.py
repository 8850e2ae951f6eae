"""Reads a printed PDF back the way a phone and an eye do: poppler draws it, zxing-cpp decodes it."""

import io
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import zxingcpp
from PIL import Image

from app.core.errors import UserError

PROOF_DPI = 200
TEXT_DPI = 300
MM_PER_INCH = 25.4


class RendererMissingError(UserError):
    """Poppler is not installed."""


class ProofReadingError(UserError):
    """A printed page cannot be read back, or shows something other than it should."""


def require_renderer() -> None:
    """Refuse to print without the means of proof.

    Raises:
        RendererMissingError: pdftoppm or pdftotext is not installed.
    """
    for tool in ("pdftoppm", "pdftotext"):
        if shutil.which(tool) is None:
            raise RendererMissingError(
                f"{tool} is not installed, so printed codes cannot be checked",
                mend="Install poppler: apt-get install poppler-utils, or brew install poppler",
            )


def decode_cells(pdf: Path, page: int, cells: Sequence[tuple[float, float, float, float]]) -> list[list[str]]:
    """Return the texts of the QR symbols inside each cell of a page.

    Args:
        pdf: the file.
        page: page number from 1.
        cells: left, top, width and height of each cell in millimetres.
    """
    raster = _run("pdftoppm", "-r", str(PROOF_DPI), "-gray", "-f", str(page), "-l", str(page), str(pdf))
    found = zxingcpp.read_barcodes(
        Image.open(io.BytesIO(raster)), formats=zxingcpp.barcode_formats_from_str("QRCode")
    )
    texts: list[list[str]] = [[] for _ in cells]
    for symbol in found:
        corners = symbol.position
        x = (corners.top_left.x + corners.bottom_right.x) / 2 * MM_PER_INCH / PROOF_DPI
        y = (corners.top_left.y + corners.bottom_right.y) / 2 * MM_PER_INCH / PROOF_DPI
        for number, (left, top, width, height) in enumerate(cells):
            if left <= x <= left + width and top <= y <= top + height:
                texts[number].append(symbol.text)
    return texts


def text_of_cell(pdf: Path, page: int, cell: tuple[float, float, float, float]) -> str:
    """Return the letters printed in one cell (left, top, width, height in mm) of a page, without any space.

    Spaces are left out because letter-spacing makes some of its own.
    """
    corner_and_size = [str(round(length * TEXT_DPI / MM_PER_INCH)) for length in cell]
    options = [part for pair in zip(("-x", "-y", "-W", "-H"), corner_and_size, strict=True) for part in pair]
    words = _run("pdftotext", "-r", str(TEXT_DPI), "-f", str(page), "-l", str(page), *options, str(pdf), "-")
    return "".join(words.decode("utf-8", "replace").split())


def _run(*command: str) -> bytes:
    try:
        return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise ProofReadingError(
            f"{command[0]} cannot draw the printed file",
            mend="Print again; if it stays, report it with the run's name",
        ) from error
