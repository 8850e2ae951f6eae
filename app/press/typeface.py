"""A font as the press stamps it: subset to a run's characters, measured, embedded."""

import hashlib
import io
from collections.abc import Iterable

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, String

from app.core.errors import UserError

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


class Typeface:
    """One TrueType font, reduced to some characters.

    Args:
        name: the file's name, for messages.
        content: the whole font file.
        characters: every character that will be printed.

    Raises:
        FontKindError: it is not a TrueType font.
        GlyphMissingError: the font lacks one of the characters.
    """

    def __init__(self, name: str, content: bytes, characters: Iterable[str]) -> None:
        font = TTFont(io.BytesIO(content), recalcTimestamp=False)
        if "glyf" not in font:
            raise FontKindError(
                f"{name} has no TrueType outlines", where="print/fonts", mend="Use the font's .ttf file"
            )
        wanted = sorted(set(characters))
        missing = [character for character in wanted if ord(character) not in font.getBestCmap()]
        if missing:
            raise GlyphMissingError(
                f"{name} has no glyph for {' '.join(missing)}", where="print/fonts", mend="Use another font"
            )
        self.name = font["name"].getDebugName(6) or name
        options = subset.Options(hinting=False, notdef_outline=True, glyph_names=False, layout_features=[])
        options.drop_tables += ["GSUB", "GPOS", "GDEF", "DSIG", "STAT", "meta"]
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(wanted))
        subsetter.subset(font)
        self._units = font["head"].unitsPerEm
        self._head, self._hhea = font["head"], font["hhea"]
        self._capital = getattr(font["OS/2"], "sCapHeight", 0) or 700 * self._units / 1000
        order = {glyph: number for number, glyph in enumerate(font.getGlyphOrder())}
        self._glyphs = {chr(point): order[glyph] for point, glyph in font.getBestCmap().items()}
        self._advances = [font["hmtx"][glyph][0] for glyph in font.getGlyphOrder()]
        self._shown = {sign: f"{glyph:04x}" for sign, glyph in self._glyphs.items()}
        self._wide = {sign: self._advances[glyph] for sign, glyph in self._glyphs.items()}
        saved = io.BytesIO()
        font.save(saved)
        self._content = saved.getvalue()

    def capital_height(self, size: float) -> float:
        """Return the height of a capital in points, at `size` points."""
        return float(self._capital / self._units * size)

    def width(self, text: str, size: float, track: float) -> float:
        """Return how wide a line is in points, set at `size` with `track` points between letters."""
        advances = sum([self._wide[character] for character in text])
        return float(advances / self._units * size + track * (len(text) - 1))

    def shown(self, text: str) -> bytes:
        """Return the hexadecimal digits that show a text."""
        return "".join([self._shown[character] for character in text]).encode()

    def embed(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """Return the font as an object of `pdf` (ISO 32000-1, section 9.7.4)."""
        file = pdf.make_stream(self._content)
        file.Length1 = len(self._content)
        tag = "".join(chr(ord("A") + byte % 26) for byte in hashlib.sha256(self._content).digest()[:6])
        named = Name(f"/{tag}+{self.name}")
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=named,
            Flags=_SYMBOLIC,
            ItalicAngle=0,
            Ascent=self._scaled(self._hhea.ascent),
            Descent=self._scaled(self._hhea.descent),
            CapHeight=self._scaled(self._capital),
            StemV=80,
            FontBBox=Array(
                [self._scaled(getattr(self._head, side)) for side in ("xMin", "yMin", "xMax", "yMax")]
            ),
            FontFile2=file,
        )
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=named,
            CIDToGIDMap=Name.Identity,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            W=Array([0, Array([self._scaled(advance) for advance in self._advances])]),
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

    def _scaled(self, units: float) -> int:
        return round(float(units) * 1000 / float(self._units))

    def _to_unicode(self) -> bytes:
        pairs = [
            f"<{glyph:04x}> <{character.encode('utf-16-be').hex()}>"
            for character, glyph in self._glyphs.items()
        ]
        lines = [_CMAP_HEAD]
        for start in range(0, len(pairs), _CMAP_PAIRS):
            block = pairs[start : start + _CMAP_PAIRS]
            lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
        return "\n".join([*lines, _CMAP_TAIL]).encode()
