"""Cards as drawing operators: a drawing that many share, and what is stamped on it for one box."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name

from app.core.errors import UserError
from app.core.imposition import Filled, Sheet
from app.press.design import Design
from app.press.families import family_of
from app.press.penalty import Words
from app.press.slots import POINTS_PER_MM, QR_SLOT, Leaf, Slot
from app.press.symbols import dark_runs
from app.press.typeface import Typeface, read_typeface
from app.workspace import Workspace

QUIET_MODULES = 4
"""ISO/IEC 18004, section 9.1: four modules of quiet zone on every side."""

SMALLEST_MODULE_MM = 0.30
DOT = 72 / 300
"""Modules are whole dots of a 300 dpi printer, in points, so that none grows; 600 and 1,200 are multiples."""

FEWEST_DOTS = 5
WISE_MODULE_MM = 0.35
COARSE_MODULES = 25
"""A side of version 2, which a host of nine signs or fewer fits."""

INSET = 1 / 500
"""A rectangle is smaller by so many modules on each side, so that no renderer touches a neighbour's dot."""

NARROWEST = 0.85
"""Text is set narrower down to this share of its width; what is wider still is refused."""

DEFLATE_LEVEL = 5


class ModuleTooSmallError(UserError):
    """A QR module would be too small to scan."""


class TextOverflowError(UserError):
    """A text is wider than its slot."""


class SlotMissingError(UserError):
    """A design has no slot for something that every card must show."""


@dataclass(frozen=True)
class Card:
    """One card: the variant it is stamped on, and the text of each slot; the symbol's is its address."""

    variant: str
    texts: Mapping[str, str]


class Stamper:
    """Everything that is worked out once for a print; then cards in cells become operators.

    Args:
        workspace: whose fonts are used.
        design: the card's design.
        leaves: its drawings by (variant, side).
        parts: drawings that slots ask for by name, by (name, template).
        cards: all cards of the print.
        sheet: where the cells are.
        bleed: in millimetres.
        back_mm: how far backs are moved right and down.

    Raises:
        SlotMissingError, GlyphMissingError: a fault of the design.
        ModuleTooSmallError: the symbol would not scan.
    """

    def __init__(
        self,
        workspace: Workspace,
        design: Design,
        leaves: Mapping[tuple[str, str], Leaf],
        parts: Mapping[tuple[str, str], Leaf],
        cards: Sequence[Card],
        *,
        sheet: Sheet,
        bleed: float,
        back_mm: tuple[float, float],
    ) -> None:
        self.design, self.leaves, self.cards, self.sheet = design, leaves, cards, sheet
        self.media_box = [
            0.0, 0.0, *(round(side * POINTS_PER_MM / DOT) * DOT for side in (sheet.width, sheet.height))
        ]  # fmt: skip
        self.forms = {name: f"/L{number}" for number, name in enumerate(leaves)}
        self.parts = {name: (f"/P{number}", leaf) for number, (name, leaf) in enumerate(parts.items())}
        self._require_slots()
        self._bleed = bleed * POINTS_PER_MM
        places = (sheet.cells, sheet.behind(*back_mm))
        self._corners = dict(zip(design.sides, places, strict=False))
        self._marks_shift = back_mm
        addressed = QR_SLOT in cards[0].texts
        self._family = family_of(workspace, [card.texts[QR_SLOT] for card in cards]) if addressed else None
        qr = [leaf.slots[QR_SLOT] for leaf in leaves.values() if QR_SLOT in leaf.slots]
        self._room = min((min(slot.width, slot.height) for slot in qr), default=0.0)
        self._module = self._choose_module() if self._family else 0.0
        self._typefaces = self._read_typefaces(workspace)
        self._fonts = {font: f"/F{number}" for number, font in enumerate(self._typefaces)}
        self._rectangles = _rectangles(self._family.modules) if self._family else np.empty(0, "S1")
        self._fixed = cache(self._work_out)

    @property
    def module_mm(self) -> float:
        """Return the side of a QR module, 0 for cards without a symbol."""
        return self._module / POINTS_PER_MM

    @property
    def modules(self) -> int:
        """Return the modules a side of the symbol, 0 for cards without one."""
        return self._family.modules if self._family else 0

    @property
    def note(self) -> str:
        """Say in millimetres what the address costs, and whether modules are smaller than wise."""
        coarse = _whole_dots(self._room, COARSE_MODULES) / POINTS_PER_MM
        notes = []
        if self.modules > COARSE_MODULES:
            notes.append(
                f"The address takes {self.modules} modules a side instead of {COARSE_MODULES}: one module is "
                f"{self.module_mm:.2f} mm; with a shorter base_url it would be {coarse:.2f} mm."
            )
        if self._family and self.module_mm < WISE_MODULE_MM:
            notes.append(
                f"QR modules of {self.module_mm:.2f} mm are hard to scan from a distance; "
                f"{WISE_MODULE_MM:.2f} mm and more are safe. Make the slot larger."
            )
        return " ".join(notes)

    def resources(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """Return the drawings, fonts and marks that all pages share, copied into `pdf`."""
        drawn = Dictionary(
            {
                self.forms[name]: pdf.copy_foreign(leaf.page.as_form_xobject())
                for name, leaf in self.leaves.items()
            }
        )
        for form, leaf in self.parts.values():
            drawn[form] = pdf.copy_foreign(leaf.page.as_form_xobject())
        for number, _ in enumerate(self.design.sides):
            drawn[f"/M{number}"] = self._marks(pdf, moved=bool(number))
        fonts = Dictionary({self._fonts[font]: face.embed(pdf) for font, face in self._typefaces.items()})
        return pdf.make_indirect(Dictionary(XObject=drawn, Font=fonts))

    def sheets(self, filled: Sequence[Filled]) -> list[bytes]:
        """Return the deflated operators of each side of each sheet, fronts and backs alternating."""
        pages = []
        cards = {card: self.cards[card] for places in filled for _, card in places}
        symbols = self._symbols(cards)
        for places in filled:
            for number, side in enumerate(self.design.sides):
                parts = [
                    self._stamped(side, cell, cards[card], symbols.get(card, b"")) for cell, card in places
                ]
                parts.append(b"/M%d Do\n" % number)
                pages.append(zlib.compress(b"".join(parts), DEFLATE_LEVEL))
        return pages

    def _stamped(self, side: str, cell: int, card: Card, symbol: bytes) -> bytes:
        drawing, slots = self._fixed(card.variant, side, cell)
        parts = [drawing]
        for name, slot, start, x in slots:
            if name == QR_SLOT:
                parts += (start, symbol, b"f Q\n")
            elif slot.part:
                parts += self._part(slot, start, card.texts[name])
            elif card.texts[name]:
                parts.append(self._line(name, slot, start, x, card.texts[name]))
        return b"".join(parts)

    def _work_out(
        self, variant: str, side: str, cell: int
    ) -> tuple[bytes, tuple[tuple[str, Slot, bytes, float], ...]]:
        """Return what is the same for all cards of a variant in a cell: operators up to what varies."""
        x, y = self._corners[side][cell]
        left = x * POINTS_PER_MM - self._bleed
        bottom = self.media_box[3] - (y + self.design.card_mm[1]) * POINTS_PER_MM - self._bleed
        form = self.forms[variant, side].encode()
        slots = []
        for name, slot in self.leaves[variant, side].slots.items():
            if name == QR_SLOT:
                slots.append((name, slot, self._symbol_start(slot, left, bottom), 0.0))
            elif slot.part:
                top = bottom + slot.bottom + slot.height - self.design.parts[slot.part][1] * POINTS_PER_MM
                start = b"q 1 0 0 1 %s %s cm " % (number(left + slot.left), number(top))
                slots.append((name, slot, start, 0.0))
            else:
                face = self._typefaces[slot.font]
                baseline = bottom + slot.bottom + (slot.height - face.capital_height(slot.size)) / 2
                # Letter-spacing outlasts a text: without `0 Tc` the next card's drawing would be spaced too.
                start = b"BT 0 g %s %s Tf %s Tc 1 0 0 1 %%s %s Tm <%%s> Tj 0 Tc ET\n" % (
                    self._fonts[slot.font].encode(), number(slot.size), number(slot.track), number(baseline),
                )  # fmt: skip
                slots.append((name, slot, start, left + slot.left))
        return b"q 1 0 0 1 %s %s cm %s Do Q\n" % (number(left), number(bottom), form), tuple(slots)

    def _part(self, slot: Slot, start: bytes, name: str) -> tuple[bytes, ...]:
        """Return what draws a part; an empty name draws nothing."""
        return (start, self.parts[name, slot.part][0].encode(), b" Do Q\n") if name else ()

    def _symbol_start(self, slot: Slot, left: float, bottom: float) -> bytes:
        side = self._module * self.modules
        x, y = (
            round((corner + (length - side) / 2) / DOT) * DOT
            for corner, length in ((left + slot.left, slot.width), (bottom + slot.bottom, slot.height))
        )
        inset, unit = self._module * INSET, number(self._module, 6)
        return b"q 0 g %s 0 0 %s %s %s cm\n" % (unit, unit, number(x + inset, 6), number(y + inset, 6))

    def _line(self, name: str, slot: Slot, start: bytes, x: float, text: str) -> bytes:
        face = self._typefaces[slot.font]
        width = face.width(text, slot.size, slot.track)
        spare = slot.width - width
        if spare >= 0:
            return start % (number(x + spare / 2 if slot.centred else x), face.shown(text))
        narrower = slot.width / width
        if narrower < NARROWEST:
            raise TextOverflowError(
                f"a text of {len(text)} characters is {-spare / POINTS_PER_MM:.1f} mm wider than "
                f"the slot {name}",
                where=str(self.design.folder),
                mend="Make the slot wider or its size smaller",
            )
        # A rare code of wide letters is set a little narrower instead of stopping a run of thousands.
        scaled = start.replace(b"BT ", b"BT %s Tz " % number(100 * narrower)).replace(b" ET", b" 100 Tz ET")
        return scaled % (number(x), face.shown(text))

    def _symbols(self, cards: Mapping[int, Card]) -> dict[int, bytes]:
        """Return the rectangles of each card's symbol, by card number."""
        if self._family is None:
            return {}
        tails = [card.texts[QR_SLOT][-self._family.tail_length :] for card in cards.values()]
        runs, counts = dark_runs(self._family.symbols(tails))
        size = self._family.modules
        drawn = self._rectangles[(runs[:, 1] * size + runs[:, 0]) * size + runs[:, 2] - 1].tobytes()
        ends = (counts.cumsum() * self._rectangles.itemsize).tolist()
        return {each: drawn[start:end] for each, start, end in zip(cards, [0, *ends], ends, strict=False)}

    def _choose_module(self) -> float:
        """Return the side of a module in points: whole dots, quiet zone kept inside the slot."""
        module = _whole_dots(self._room, self.modules)
        if module < max(FEWEST_DOTS * DOT, SMALLEST_MODULE_MM * POINTS_PER_MM) - 1e-9:
            least = FEWEST_DOTS * DOT / POINTS_PER_MM * (self.modules + 2 * QUIET_MODULES)
            raise ModuleTooSmallError(
                f"a QR module would be {module / POINTS_PER_MM:.2f} mm; phones need "
                f"{SMALLEST_MODULE_MM:.2f} mm and printers {FEWEST_DOTS} dots",
                where=str(self.design.folder),
                mend=f"Make the slot at least {least:.1f} mm, or use a shorter base_url",
            )
        return module

    def _require_slots(self) -> None:
        """Refuse a design that does not show what every card must show, or asks for what no card has."""
        wanted = set(self.cards[0].texts)
        for variant in {name[0] for name in self.leaves}:
            shown = {slot for name, leaf in self.leaves.items() if name[0] == variant for slot in leaf.slots}
            for slot in sorted(wanted ^ shown):
                raise SlotMissingError(
                    f"the design {'does not show' if slot in wanted else 'asks for an unknown'} {slot}",
                    where=str(self.design.folder),
                    mend=f"Its slots must be {', '.join(sorted(wanted)) or 'none'}",
                )

    def _read_typefaces(self, workspace: Workspace) -> dict[str, Typeface]:
        characters: dict[str, set[str]] = {}
        slots = {
            name: slot for leaf in self.leaves.values() for name, slot in leaf.slots.items() if slot.font
        }
        for card in self.cards:
            for name, slot in slots.items():
                characters.setdefault(slot.font, set()).update(card.texts[name])
        return {font: read_typeface(workspace, font, used) for font, used in sorted(characters.items())}

    def _marks(self, pdf: pikepdf.Pdf, *, moved: bool) -> pikepdf.Object:
        """Return the cutting lines on all plates (ISO 32000-1, section 8.6.6.4: /All), moved as backs are."""
        right, down = self._marks_shift if moved else (0.0, 0.0)
        height = self.media_box[3]
        lines = [
            b"%s %s m %s %s l"
            % tuple(
                number(value)
                for x, y in ((line.x1, line.y1), (line.x2, line.y2))
                for value in ((x + right) * POINTS_PER_MM, height - (y + down) * POINTS_PER_MM)
            )
            for line in self.sheet.marks
        ]
        marks = pdf.make_stream(b"q /Registration CS 1 SCN 0.25 w " + b" ".join(lines) + b" S Q")
        marks.Type, marks.Subtype = Name.XObject, Name.Form
        marks.BBox = Array(self.media_box)
        tint = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([1]), C1=Array([0]), N=1)
        registration = Array([Name.Separation, Name.All, Name.DeviceGray, tint])
        marks.Resources = Dictionary(ColorSpace=Dictionary(Registration=registration))
        return marks


def _whole_dots(room: float, modules: int) -> float:
    """Return the largest module of whole dots that leaves room for the quiet zone, in points."""
    return int(room / (modules + 2 * QUIET_MODULES) / DOT + 1e-6) * DOT


def number(value: float, places: int = 3) -> bytes:
    """Write a number as PDF does, without a tail of zeros."""
    return f"{value:.{places}f}".rstrip("0").rstrip(".").encode()


def _rectangles(size: int) -> Words:
    """Return the operator for every run of dark modules, at index (y × size + x) × size + width - 1.

    All are of one length, which packs well; lengths are in modules, less the inset.
    """
    less = number(1 - 2 * INSET)[1:]
    return np.array(
        [
            b"%2d %2d %2d%s %s re\n" % (x, size - 1 - y, width - 1, less, less)
            for y in range(size)
            for x in range(size)
            for width in range(1, size + 1)
        ]
    )
