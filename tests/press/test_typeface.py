"""A font that is reduced for a print shows the same glyphs as the whole font."""

import io
from pathlib import Path

import pikepdf
import pytest
from fontpkg_be_vietnam_pro import __file__ as package
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from app.press.typeface import FontKindError, GlyphMissingError, Typeface

FONTS = [
    Path(package).parent / "files" / "BeVietnamPro-Bold.ttf",
    Path(__file__).parents[2] / "print" / "fonts" / "Phudu-Bold.ttf",  # put together from parts
]
TEXT = "Số 1024 / 4096 · ABCDEFGHJKMNPQRSTVWXYZ À%"


def embedded(face: Typeface) -> TTFont:
    """Return the font file that a PDF would carry."""
    with pikepdf.new() as pdf:
        font = face.embed(pdf)
        return TTFont(io.BytesIO(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()))


def outline(font: TTFont, glyph: str) -> object:
    """Return what a glyph draws, its parts put together."""
    glyphs = font.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[glyph].draw(pen)
    return pen.value


@pytest.mark.parametrize("file", FONTS, ids=lambda file: file.stem)
def test_every_glyph_is_drawn_and_as_wide_as_in_the_whole_font(file: Path) -> None:
    whole, face = TTFont(file), Typeface(file.name, file.read_bytes(), TEXT)
    small, shown = embedded(face), face.shown(TEXT).decode()
    for place, sign in enumerate(TEXT):
        number = int(shown[4 * place : 4 * place + 4], 16)
        name, before = small.getGlyphName(number), whole.getBestCmap()[ord(sign)]
        assert outline(small, name) == outline(whole, before)
        assert small["hmtx"][name][0] == whole["hmtx"][before][0]


@pytest.mark.parametrize("file", FONTS, ids=lambda file: file.stem)
def test_a_reduced_font_is_small_and_always_the_same(file: Path) -> None:
    one, other = (embedded(Typeface(file.name, file.read_bytes(), text)) for text in (TEXT, TEXT[::-1]))
    assert one.reader.file.getvalue() == other.reader.file.getvalue()
    assert len(one.reader.file.getvalue()) < 8_000


def test_a_sign_without_a_glyph_is_refused() -> None:
    with pytest.raises(GlyphMissingError, match="昇"):
        Typeface("Phudu-Bold.ttf", FONTS[1].read_bytes(), "昇龍")


def test_a_font_without_truetype_outlines_is_refused() -> None:
    font = TTFont(FONTS[1], recalcBBoxes=False)
    for table in ("glyf", "loca"):
        del font[table]
    saved = io.BytesIO()
    font.save(saved)
    with pytest.raises(FontKindError, match="TrueType"):
        Typeface("some.otf", saved.getvalue(), "A")
