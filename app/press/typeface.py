"""A font as the press stamps it: subset to a run's characters, measured, embedded."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from app.core.code import ALPHABET
from app.core.errors import UserError
from app.press.design import font_bytes
from app.press.remembering import place_of, recall, remember
from app.workspace import Workspace

_REDUCER = f"fontTools {version('fonttools')}, 1"
"""What reduces a font; what it reduced otherwise is not remembered."""

_CMAP_HEAD = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo << /Registry (Adobe) "
    "/Ordering (UCS) /Supplement 0 >> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def "
    "1 begincodespacerange <0000> <ffff> endcodespacerange"
)
_CMAP_TAIL = "endcmap CMapName currentdict /CMap defineresource pop end end"
_CMAP_PAIRS = 100
"""At most so many pairs stand in one block (Adobe Technical Note 5014, section 1.4.1)."""

_SYMBOLIC = 4


class GlyphMissingError(UserError):
    """A font has no glyph for a character that must be printed."""


class FontKindError(UserError):
    """A font has no TrueType outlines."""


@dataclass(frozen=True, kw_only=True)
class Typeface:
    """One TrueType font, reduced to some characters. Lengths are in units, of which `units` make an em.

    Attributes:
        name: as PostScript calls it.
        units: of an em.
        ascent: of a line above its baseline.
        descent: the same below it, negative.
        capital: the height of a capital.
        box: left, bottom, right and top of all glyphs together.
        glyphs: the number of each character's glyph.
        advances: how wide each glyph is, by number.
        content: the font file.
    """

    name: str
    units: int
    ascent: int
    descent: int
    capital: float
    box: Sequence[int]
    glyphs: Mapping[str, int]
    advances: Sequence[int]
    content: bytes

    def capital_height(self, size: float) -> float:
        """Return the height of a capital in points, at `size` points."""
        return float(self.capital / self.units * size)

    def width(self, text: str, size: float, track: float) -> float:
        """Return how wide a line is in points, set at `size` with `track` points between letters."""
        advances = sum(map(self._wide.__getitem__, text))
        return float(advances / self.units * size + track * (len(text) - 1))

    def shown(self, text: str) -> bytes:
        """Return the hexadecimal digits that show a text."""
        return "".join(map(self._shown.__getitem__, text)).encode()

    def embed(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """Return the font as an object of `pdf` (ISO 32000-1, section 9.7.4)."""
        file = pdf.make_stream(self.content)
        file.Length1 = len(self.content)
        tag = "".join(chr(ord("A") + byte % 26) for byte in hashlib.sha256(self.content).digest()[:6])
        named = Name(f"/{tag}+{self.name}")
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=named,
            Flags=_SYMBOLIC,
            ItalicAngle=0,
            Ascent=self._scaled(self.ascent),
            Descent=self._scaled(self.descent),
            CapHeight=self._scaled(self.capital),
            StemV=80,
            FontBBox=Array([self._scaled(side) for side in self.box]),
            FontFile2=file,
        )
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=named,
            CIDToGIDMap=Name.Identity,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            W=Array([0, Array([self._scaled(advance) for advance in self.advances])]),
        )
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type0,
                BaseFont=named,
                Encoding=Name("/Identity-H"),
                DescendantFonts=Array([pdf.make_indirect(descendant)]),
                ToUnicode=pdf.make_stream(self._to_unicode()),
            )
        )

    @cached_property
    def _wide(self) -> dict[str, int]:
        return {character: self.advances[glyph] for character, glyph in self.glyphs.items()}

    @cached_property
    def _shown(self) -> dict[str, str]:
        return {character: f"{glyph:04x}" for character, glyph in self.glyphs.items()}

    def _scaled(self, units: float) -> int:
        return round(float(units) * 1000 / float(self.units))

    def _to_unicode(self) -> bytes:
        pairs = [
            f"<{glyph:04x}> <{character.encode('utf-16-be').hex()}>"
            for character, glyph in self.glyphs.items()
        ]
        lines = [_CMAP_HEAD]
        for start in range(0, len(pairs), _CMAP_PAIRS):
            block = pairs[start : start + _CMAP_PAIRS]
            lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
        return "\n".join([*lines, _CMAP_TAIL]).encode()


def read_typeface(workspace: Workspace, name: str, characters: Iterable[str]) -> Typeface:
    """Return a font of the workspace or of the body font's package, reduced to what a print shows.

    All signs of codes that the font has are always in it. So neither a print nor the cache, where what was
    reduced before comes from, tells the letters of a card's code, and the trial before the draw leaves there
    what the print will ask for.

    Raises:
        DesignError: there is no such font.
        FontKindError: it is not a TrueType font.
        GlyphMissingError: the font lacks one of the characters.
    """
    shown = set(characters)
    face = _reduced(workspace, name, "".join(sorted(shown.union(ALPHABET))))
    missing = sorted(shown - face.glyphs.keys())
    if missing:
        raise GlyphMissingError(
            f"{name} has no glyph for {' '.join(missing)}", where="print/fonts", mend="Use another font"
        )
    return face


def _reduced(workspace: Workspace, name: str, wanted: str) -> Typeface:
    """Return a font reduced to those of the wanted signs that it has, from the cache if it is there."""
    content = font_bytes(workspace, name)
    place = place_of(workspace, _REDUCER, name, hashlib.sha256(content).hexdigest(), wanted)
    remembered = recall(place)
    if remembered:
        measures, reduced = remembered
        return Typeface(**measures, content=reduced)
    from app.press.reducing import reduce_font  # noqa: PLC0415  (loading fontTools takes 0.2 s)

    face = reduce_font(name, content, wanted)
    measures = asdict(face)
    remember(place, measures, measures.pop("content"))
    return face
