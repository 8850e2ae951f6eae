"""Looks at a printed PDF the way a phone and an eye do: poppler draws it, zxing-cpp decodes it."""

import io
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import zxingcpp
from PIL import Image

from app.core.errors import UserError

Image.MAX_IMAGE_PIXELS = None  # pages are our own; A4 at 1,200 dpi is more than Pillow expects of a friend
XHTML = "{http://www.w3.org/1999/xhtml}"


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


def draw(pdf: Path, page: int, dpi: int, *, grey: bool = True) -> Image.Image:
    """Return a page as poppler draws it.

    Args:
        pdf: the file.
        page: page number from 1.
        dpi: dots per inch.
        grey: without colours.
    """
    colours = ["-gray"] if grey else []
    raster = _run("pdftoppm", "-r", str(dpi), *colours, "-f", str(page), "-l", str(page), str(pdf))
    return Image.open(io.BytesIO(raster)).convert("L" if grey else "RGB")


def symbols(pixels: Image.Image) -> list[zxingcpp.Barcode]:
    """Return every QR symbol on a drawn page, as a phone finds it; positions are in pixels."""
    found: list[zxingcpp.Barcode] = zxingcpp.read_barcodes(
        pixels, formats=zxingcpp.barcode_formats_from_str("QRCode")
    )
    return found


def corners(symbol: zxingcpp.Barcode) -> list[tuple[float, float]]:
    """Return a symbol's corners in pixels: top left, top right, bottom right, bottom left."""
    place = symbol.position
    return [(at.x, at.y) for at in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)]


def words(pdf: Path, page: int) -> list[tuple[float, float, str]]:
    """Return the words of a page and the middle of each, in points from the top left."""
    html = _run("pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(pdf), "-")
    found = []
    for word in ElementTree.fromstring(html).iter(f"{XHTML}word"):  # noqa: S314  (poppler wrote it)
        x1, x2, y1, y2 = (float(word.get(edge, "0")) for edge in ("xMin", "xMax", "yMin", "yMax"))
        found.append(((x1 + x2) / 2, (y1 + y2) / 2, word.text or ""))
    return found


def _run(*command: str) -> bytes:
    require_renderer()
    try:
        return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise ProofReadingError(
            f"{command[0]} cannot draw the printed file",
            mend="Print again; if it stays, report it with the run's name",
        ) from error
