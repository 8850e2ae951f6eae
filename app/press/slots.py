"""A card design set once for each of its variants, and the places in it that vary from card to card.

In a design a variable place is an empty link: `<a href="slot:qr">` for the symbol, and
`<a href="slot:code?font=NAME.ttf&size=14&track=1">` for a line of text (size and track in points).
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pikepdf

from app.core.errors import UserError
from app.press.design import Design, Values, typeset
from app.workspace import Workspace

POINTS_PER_MM = 72 / 25.4
QR_SLOT = "qr"


class SlotError(UserError):
    """A slot of a design is not described as the press needs it."""


@dataclass(frozen=True)
class Slot:
    """A variable place on a leaf, in points from the leaf's lower left corner, bleed included.

    A text slot has a font file's name, and its size and letter-spacing in points.
    """

    left: float
    bottom: float
    width: float
    height: float
    font: str = ""
    size: float = 0.0
    track: float = 0.0


@dataclass(frozen=True)
class Leaf:
    """One side of one variant of a card: its drawing, and its slots by name.

    A page lives only as long as its file, so a leaf holds on to that.
    """

    file: pikepdf.Pdf
    page: pikepdf.Page
    slots: Mapping[str, Slot]


def set_leaves(
    workspace: Workspace, design: Design, variants: Mapping[str, Values], *, bleed: float, practice: bool
) -> dict[tuple[str, str], Leaf]:
    """Return every side of every variant, by (variant, side); a page is trim and bleed.

    Args:
        workspace: whose files the design may use.
        design: a card design.
        variants: the values of each variant, by name: what does not vary from card to card.
        bleed: in millimetres.
        practice: watermark every side.

    Raises:
        DesignError: the design cannot be set.
        SlotError: a slot is not described as the press needs it.
    """
    width, height = design.card_mm
    values = {
        "design": {"width_mm": width, "height_mm": height},
        "bleed": bleed,
        "leaves": list(variants.values()),
        "sides": [f"design/{design.folder.name}/{side}" for side in design.sides],
        "practice": practice,
        "title": design.folder.name,
    }
    pdf = pikepdf.open(io.BytesIO(typeset(workspace, design, "leaf.html", values)))
    names = [(variant, side) for variant in variants for side in design.sides]
    if len(pdf.pages) != len(names):
        raise SlotError(
            f"the design fills {len(pdf.pages)} pages instead of {len(names)}",
            where=str(design.folder),
            mend="Keep everything inside the card's size",
        )
    return {name: _leaf(pdf, page, design) for name, page in zip(names, pdf.pages, strict=True)}


def _leaf(file: pikepdf.Pdf, page: pikepdf.Page, design: Design) -> Leaf:
    slots: dict[str, Slot] = {}
    for note in page.obj.get("/Annots", pikepdf.Array()):
        address = urlsplit(str(note.get("/A", pikepdf.Dictionary()).get("/URI", "")))
        if address.scheme == "slot" and address.path in slots:
            raise SlotError(
                f"the slot {address.path} stands twice on one side", where=str(design.folder), mend="Keep one"
            )
        if address.scheme == "slot":
            slots[address.path] = _slot(note, address.path, parse_qs(address.query), design)
    return Leaf(file, page, slots)


def _slot(note: pikepdf.Object, name: str, options: Mapping[str, list[str]], design: Design) -> Slot:
    x1, y1, x2, y2 = (float(edge) for edge in note.Rect)
    box = (min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))
    if name == QR_SLOT:
        return Slot(*box)
    try:
        return Slot(
            *box, options["font"][0], float(options["size"][0]), float(options.get("track", ["0"])[0])
        )
    except (KeyError, ValueError) as error:
        raise SlotError(
            f"the slot {name} lacks a font or a size",
            where=str(design.folder),
            mend=f'Write it as <a href="slot:{name}?font=NAME.ttf&size=12">',
        ) from error
