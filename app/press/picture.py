"""A page as a picture for screens: set by WeasyPrint, drawn by poppler, in few colours to stay small."""

import io
import tempfile
from pathlib import Path

from app.press import raster
from app.press.design import Values, read_design, typeset
from app.workspace import Workspace

DPI = 96
"""Of CSS: a page of so many px is drawn in as many pixels."""

COLOURS = 64
"""Flat drawings and smooth edges of letters need no more."""


def draw_picture(workspace: Workspace, name: str, values: Values) -> bytes:
    """Return the one page of a design as PNG.

    Args:
        workspace: whose design it is.
        name: the design's folder.
        values: what the page shows.

    Raises:
        DesignError, GlyphMissingError: the design cannot be set.
        RendererMissingError, ProofReadingError: poppler is not there or cannot draw it.
    """
    design = read_design(workspace, name)
    sides = [f"design/{name}/{side}" for side in design.sides]
    content = typeset(
        workspace, design, "pages.html", {"sides": sides, "title": "", "practice": False, "pages": [values]}
    )
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.pdf"
        page.write_bytes(content)
        pixels = raster.draw(page, 1, DPI, grey=False)
    out = io.BytesIO()
    pixels.quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()
