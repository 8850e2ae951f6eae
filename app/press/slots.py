"""A card design set once for each of its variants, and the places in it that vary from card to card.

In a design a variable place is an empty link: `<a href="slot:qr">` for the symbol,
`<a href="slot:code?font=NAME.ttf&size=14&track=1&align=centre">` for a line of text, in points, and
`<a href="slot:kit?part=row.html">` for one drawing out of several.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

import pikepdf

from app.core.errors import UserError
from app.press.design import Design, Values, typeset
from app.press.inks import read_inks
from app.press.job import Job
from app.workspace import Workspace

POINTS_PER_MM = 72 / 25.4
QR_SLOT = "qr"
MARK_MM, MARK_SHARE = 6.5, 0.09
"""The practice mark is so high, and at most this share of a small card."""


class SlotError(UserError):
    """A slot of a design is not described as the press needs it."""


@dataclass(frozen=True)
class Slot:
    """A variable place on a leaf, in points from the leaf's lower left corner, bleed included.

    A text slot has a font file's name, its size and letter-spacing in points, and stands left or centred.
    A slot for a drawing has the template of that part of the design.
    """

    left: float
    bottom: float
    width: float
    height: float
    font: str = ""
    size: float = 0.0
    track: float = 0.0
    centred: bool = False
    part: str = ""


@dataclass(frozen=True)
class Leaf:
    """One side of one variant of a card: its drawing, and its slots by name.

    A page lives only as long as its file, so a leaf holds on to that.
    """

    file: pikepdf.Pdf
    page: pikepdf.Page
    slots: Mapping[str, Slot]


def set_leaves(
    workspace: Workspace, design: Design, variants: Mapping[str, Values], *, bleed: float, job: Job
) -> dict[tuple[str, str], Leaf]:
    """Return every side of every variant, by (variant, side); a page is trim and bleed.

    Args:
        workspace: whose files the design may use.
        design: a card design.
        variants: the values of each variant, by name: what does not vary from card to card.
        bleed: in millimetres.
        job: what the leaves are for.

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
        "practice": job.practice,
        "mark_mm": min(MARK_MM, height * MARK_SHARE),
        "title": design.folder.name,
    }
    pdf = pikepdf.open(io.BytesIO(typeset(workspace, design, "leaf.html", values)))
    if job.target == "press":
        read_inks(workspace).convert(pdf, where=str(design.folder))
    names = [(variant, side) for variant in variants for side in design.sides]
    if len(pdf.pages) != len(names):
        raise SlotError(
            f"the design fills {len(pdf.pages)} pages instead of {len(names)}",
            where=str(design.folder),
            mend="Keep everything inside the card's size",
        )
    return {name: _leaf(pdf, page, design) for name, page in zip(names, pdf.pages, strict=True)}


def set_parts(
    workspace: Workspace, design: Design, values: Mapping[str, Values], *, job: Job
) -> dict[tuple[str, str], Leaf]:
    """Return every part of a design for each of the values, by (name, template).

    Raises:
        DesignError, SlotError: a part cannot be set.
    """
    parts: dict[tuple[str, str], Leaf] = {}
    for template, (width, height) in design.parts.items():
        part = replace(design, sides=(template,), width_mm=width, height_mm=height)
        parts |= set_leaves(workspace, part, values, bleed=0, job=replace(job, practice=False))
    return parts


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
    if options.get("part", [""])[0] in design.parts:
        return Slot(*box, part=options["part"][0])
    try:
        return Slot(
            *box,
            font=options["font"][0],
            size=float(options["size"][0]),
            track=float(options.get("track", ["0"])[0]),
            centred={"left": False, "centre": True}[options.get("align", ["left"])[0]],
        )
    except (KeyError, ValueError) as error:
        raise SlotError(
            f"the slot {name} lacks a font or a size, or is aligned in an unknown way",
            where=str(design.folder),
            mend=f'Write it as <a href="slot:{name}?font=NAME.ttf&size=12&align=centre">',
        ) from error
