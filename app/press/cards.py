"""Cards, n-up: each variant is set once, then every card is stamped on it and the sheets are assembled."""

import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name

from app.core.code import ALPHABET, CODE_LENGTH
from app.core.errors import UserError
from app.core.imposition import Sheet
from app.press.design import Design, Progress, Values, font_bytes, read_design, sheet_of
from app.press.slots import POINTS_PER_MM, QR_SLOT, Leaf, Slot, set_leaves
from app.press.symbols import Family, dark_runs
from app.press.typeface import Typeface
from app.workspace import Workspace

QUIET_MODULES = 4
"""ISO/IEC 18004, section 9.1: four modules of quiet zone on every side."""

SMALLEST_MODULE_MM = 0.30
DOT = 72 / 300
"""Modules are whole dots of a 300 dpi printer, in points, so that none grows; 600 and 1,200 are multiples."""

INSET = 500
"""A rectangle is smaller by 1/500 module on each side, so that no renderer touches a neighbour's dot."""

SHEETS_AT_ONCE = 128
PAGES_OF_A_NODE = 256
DEFLATE_LEVEL = 3


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


@dataclass(frozen=True)
class PrintedSide:
    """One page of cards: the side's file, and (left, top, width, height in mm, card number) for each cell."""

    side: str
    cells: tuple[tuple[float, float, float, float, int], ...]


@dataclass(frozen=True)
class PrintedCards:
    """What was printed.

    Attributes:
        pdf: the file.
        pages: in order.
        variants: (variant, side) of each drawing, by the name its pages call it.
        slots: the slots of each (variant, side), in drawing order.
        module_mm: the side of a QR module.
        turned_on: the edge on which the sheets must be turned.
    """

    pdf: bytes
    pages: tuple[PrintedSide, ...]
    variants: Mapping[str, tuple[str, str]]
    slots: Mapping[tuple[str, str], tuple[str, ...]]
    module_mm: float
    turned_on: str


def print_cards(
    workspace: Workspace,
    name: str,
    variants: Mapping[str, Values],
    cards: Sequence[Card],
    *,
    title: str,
    practice: bool,
    progress: Progress,
) -> PrintedCards:
    """Return a PDF of cards n-up with crop marks; fronts and backs alternate, each back behind its front.

    The same cards give the same bytes.

    Args:
        workspace: whose designs and paper are used.
        name: the design's folder.
        variants: what the design shows on each variant of the card, by name.
        cards: in printing order, at least one.
        title: the document's title; never a code.
        practice: watermark every card.
        progress: told cards done and cards in all.

    Raises:
        DesignError, SlotError, SlotMissingError, TextOverflowError, GlyphMissingError: a fault of the design.
        ModuleTooSmallError: the symbol would not scan.
    """
    design = read_design(workspace, name)
    bleed = float(workspace.paper.bleed_mm)
    leaves = set_leaves(workspace, design, variants, bleed=bleed, practice=practice)
    press = _Press(workspace, design, sheet_of(workspace, design), bleed, leaves, cards)
    with pikepdf.new() as pdf:
        resources = press.resources(pdf)
        pages: list[pikepdf.Object] = []
        sides: list[PrintedSide] = []
        each = len(press.sheet.cells) * SHEETS_AT_ONCE
        for start in range(0, len(cards), each):
            for side, content in press.sheets(range(start, min(start + each, len(cards)))):
                stream = pdf.make_stream(zlib.compress(content, DEFLATE_LEVEL))
                stream.Filter = Name.FlateDecode
                pages.append(pdf.make_indirect(Dictionary(Type=Name.Page, Contents=stream)))
                sides.append(side)
            progress(min(start + each, len(cards)), len(cards))
        _plant(pdf, pages, resources, press.media_box)
        pdf.docinfo["/Title"] = title
        pdf.docinfo["/Producer"] = "Hop Ke"
        # Into memory: on a full disk qpdf, writing a file itself, would abort the whole program.
        saved = io.BytesIO()
        pdf.save(
            saved,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            deterministic_id=True,
        )
    return PrintedCards(
        saved.getvalue(),
        tuple(sides),
        {form: name for name, form in press.forms.items()},
        {name: tuple(leaf.slots) for name, leaf in leaves.items()},
        press.module_mm,
        press.sheet.turned_on,
    )


class _Press:
    """Everything that is worked out once for a print."""

    def __init__(
        self,
        workspace: Workspace,
        design: Design,
        sheet: Sheet,
        bleed: float,
        leaves: Mapping[tuple[str, str], Leaf],
        cards: Sequence[Card],
    ) -> None:
        self.sheet, self.design, self.cards, self.leaves = sheet, design, cards, leaves
        self.bleed = bleed * POINTS_PER_MM
        self.media_box = [
            0,
            0,
            *(round(side * POINTS_PER_MM / DOT) * DOT for side in (sheet.width, sheet.height)),
        ]
        self.forms = {name: f"/L{number}" for number, name in enumerate(leaves)}
        address = cards[0].texts[QR_SLOT]
        self.family = Family(address[:-CODE_LENGTH], CODE_LENGTH, ALPHABET)
        self.module = self._module()
        self.module_mm = self.module / POINTS_PER_MM
        self._require_slots()
        self.typefaces = self._typefaces(workspace)
        self.fonts = {font: f"/F{number}" for number, font in enumerate(self.typefaces)}
        size = self.family.modules
        self.rectangles = [
            b"%d %d %d %d re\n" % (x * INSET + 1, (size - 1 - y) * INSET + 1, width * INSET - 2, INSET - 2)
            for y in range(size)
            for x in range(size)
            for width in range(1, size + 1)
        ]

    def resources(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """Return the forms and fonts that all pages share, copied into `pdf`."""
        drawn = Dictionary({self.forms[name]: _form(pdf, leaf.page) for name, leaf in self.leaves.items()})
        drawn["/Marks"] = self._marks(pdf)
        fonts = Dictionary({self.fonts[font]: face.embed(pdf) for font, face in self.typefaces.items()})
        return pdf.make_indirect(Dictionary(XObject=drawn, Font=fonts))

    def sheets(self, numbers: range) -> Iterator[tuple[PrintedSide, bytes]]:
        """Yield the sides of the sheets that carry the cards `numbers`, each with its operators."""
        symbols = self._symbols(numbers)
        each = len(self.sheet.cells)
        width, height = self.design.card_mm
        for start in range(numbers.start, numbers.stop, each):
            on_sheet = range(start, min(start + each, numbers.stop))
            for turned, side in enumerate(self.design.sides):
                corners = self.sheet.back if turned else self.sheet.cells
                cells = tuple(
                    (x, y, width, height, number) for (x, y), number in zip(corners, on_sheet, strict=False)
                )
                parts = [self._cell(side, cell, symbols[cell[4] - numbers.start]) for cell in cells]
                yield PrintedSide(side, cells), b"".join([*parts, b"/Marks Do\n"])

    def _cell(self, side: str, cell: tuple[float, float, float, float, int], symbol: bytes) -> bytes:
        card = self.cards[cell[4]]
        name = (card.variant, side)
        left = cell[0] * POINTS_PER_MM - self.bleed
        bottom = self.media_box[3] - (cell[1] + cell[3]) * POINTS_PER_MM - self.bleed
        parts = [
            b"q 1 0 0 1 %s %s cm %s Do Q\n" % (_number(left), _number(bottom), self.forms[name].encode())
        ]
        for slot_name, slot in self.leaves[name].slots.items():
            if slot_name == QR_SLOT:
                parts.append(self._symbol_at(slot, left, bottom, symbol))
            else:
                parts.append(self._line(slot_name, slot, left, bottom, card.texts[slot_name]))
        return b"".join(parts)

    def _symbol_at(self, slot: Slot, left: float, bottom: float, symbol: bytes) -> bytes:
        side = self.module * self.family.modules
        x, y = (
            round((corner + (length - side) / 2) / DOT) * DOT
            for corner, length in ((left + slot.left, slot.width), (bottom + slot.bottom, slot.height))
        )
        unit = _number(self.module / INSET, 7)
        return b"q 0 g %s 0 0 %s %s %s cm\n%sf Q\n" % (unit, unit, _number(x, 6), _number(y, 6), symbol)

    def _line(self, name: str, slot: Slot, left: float, bottom: float, text: str) -> bytes:
        face = self.typefaces[slot.font]
        if face.width(text, slot.size, slot.track) > slot.width + 0.01:
            raise TextOverflowError(
                f"a text of {len(text)} characters is wider than the slot {name}",
                where=str(self.design.folder),
                mend="Make the slot wider or its size smaller",
            )
        baseline = bottom + slot.bottom + (slot.height - face.capital_height(slot.size)) / 2
        return b"BT 0 g %s %s Tf %s Tc 1 0 0 1 %s %s Tm %s Tj ET\n" % (
            self.fonts[slot.font].encode(),
            _number(slot.size),
            _number(slot.track),
            _number(left + slot.left),
            _number(baseline),
            face.shown(text),
        )

    def _symbols(self, numbers: range) -> list[bytes]:
        """Return the rectangles of each card's symbol."""
        tails = [self.cards[number].texts[QR_SLOT][-CODE_LENGTH:] for number in numbers]
        runs, counts = dark_runs(self.family.symbols(tails))
        size = self.family.modules
        index = ((runs[:, 1] * size + runs[:, 0]) * size + runs[:, 2] - 1).tolist()
        symbols, start = [], 0
        for count in counts.tolist():
            symbols.append(b"".join([self.rectangles[place] for place in index[start : start + count]]))
            start += count
        return symbols

    def _module(self) -> float:
        """Return the side of a module in points: whole dots, quiet zone kept inside the slot."""
        slots = [leaf.slots[QR_SLOT] for leaf in self.leaves.values() if QR_SLOT in leaf.slots]
        if not slots:
            raise SlotMissingError(
                "no side of the design has a QR", where=str(self.design.folder), mend='Add <a href="slot:qr">'
            )
        room = min(min(slot.width, slot.height) for slot in slots)
        module = int(room / (self.family.modules + 2 * QUIET_MODULES) / DOT + 1e-6) * DOT
        if module < SMALLEST_MODULE_MM * POINTS_PER_MM:
            raise ModuleTooSmallError(
                f"a QR module would be {module / POINTS_PER_MM:.2f} mm; phones need "
                f"{SMALLEST_MODULE_MM:.2f} mm",
                where=str(self.design.folder),
                mend="Make the slot larger, or use a shorter base_url",
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
                    mend=f"Its slots must be {', '.join(sorted(wanted))}",
                )

    def _typefaces(self, workspace: Workspace) -> dict[str, Typeface]:
        characters: dict[str, set[str]] = {}
        slots = {
            name: slot for leaf in self.leaves.values() for name, slot in leaf.slots.items() if slot.font
        }
        for name, slot in slots.items():
            characters.setdefault(slot.font, set()).update(*(card.texts[name] for card in self.cards))
        return {
            font: Typeface(font, font_bytes(workspace, font), used)
            for font, used in sorted(characters.items())
        }

    def _marks(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        height = self.media_box[3]
        lines = [
            b"%s %s m %s %s l"
            % tuple(
                _number(value)
                for x, y in ((line.x1, line.y1), (line.x2, line.y2))
                for value in (x * POINTS_PER_MM, height - y * POINTS_PER_MM)
            )
            for line in self.sheet.marks
        ]
        marks = pdf.make_stream(b"q 0 G 0.25 w " + b" ".join(lines) + b" S Q")
        marks.Type, marks.Subtype = Name.XObject, Name.Form
        marks.BBox = Array(self.media_box)
        return marks


def _form(pdf: pikepdf.Pdf, page: pikepdf.Page) -> pikepdf.Object:
    """Return a leaf as a form of `pdf`, without its links."""
    return pdf.copy_foreign(page.as_form_xobject())


def _plant(
    pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Object], resources: pikepdf.Object, media_box: Sequence[float]
) -> None:
    """Hang the pages into a balanced tree; adding them one by one would take quadratic time."""
    root = pdf.Root.Pages
    nodes = []
    for start in range(0, len(pages), PAGES_OF_A_NODE):
        kids = pages[start : start + PAGES_OF_A_NODE]
        node = pdf.make_indirect(Dictionary(Type=Name.Pages, Parent=root, Kids=Array(kids), Count=len(kids)))
        for page in kids:
            page.Parent = node
        nodes.append(node)
    root.Kids, root.Count = Array(nodes), len(pages)
    root.Resources, root.MediaBox = resources, Array(media_box)


def _number(value: float, places: int = 3) -> bytes:
    """Write a number as PDF does, without a tail of zeros."""
    return f"{value:.{places}f}".rstrip("0").rstrip(".").encode()
