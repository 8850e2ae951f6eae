"""A font that is reduced for a print shows the same glyphs as the whole font."""

import io
import os
from pathlib import Path

import pikepdf
import pytest
from fontpkg_be_vietnam_pro import __file__ as package
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from app.core.code import ALPHABET
from app.press import reducing
from app.press.reducing import reduce_font
from app.press.remembering import MOST_REMEMBERED
from app.press.typeface import FontKindError, GlyphMissingError, Typeface, read_typeface
from app.workspace import Workspace

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
    whole, face = TTFont(file), reduce_font(file.name, file.read_bytes(), TEXT)
    small, shown = embedded(face), face.shown(TEXT).decode()
    for place, sign in enumerate(TEXT):
        number = int(shown[4 * place : 4 * place + 4], 16)
        name, before = small.getGlyphName(number), whole.getBestCmap()[ord(sign)]
        assert outline(small, name) == outline(whole, before)
        assert small["hmtx"][name][0] == whole["hmtx"][before][0]


@pytest.mark.parametrize("file", FONTS, ids=lambda file: file.stem)
def test_a_reduced_font_is_small_and_always_the_same(file: Path) -> None:
    one, other = (embedded(reduce_font(file.name, file.read_bytes(), text)) for text in (TEXT, TEXT[::-1]))
    assert one.reader.file.getvalue() == other.reader.file.getvalue()
    assert len(one.reader.file.getvalue()) < 8_000


def test_a_sign_without_a_glyph_is_refused_each_time(workspace: Workspace) -> None:
    for _ in ("reduced", "remembered"):
        with pytest.raises(GlyphMissingError, match="昇"):
            read_typeface(workspace, "Phudu-Bold.ttf", "昇龍")


def test_a_font_needs_no_glyph_for_signs_of_codes_that_are_not_printed(workspace: Workspace) -> None:
    own = workspace.designs / "fonts" / "Numbers.ttf"
    own.write_bytes(reduce_font("Numbers.ttf", FONTS[0].read_bytes(), "Số/ 0123456789").content)
    assert read_typeface(workspace, "Numbers.ttf", "Số 12 / 96").glyphs.keys() == {*"Số/ 0123456789"}
    with pytest.raises(GlyphMissingError, match="Q"):
        read_typeface(workspace, "Numbers.ttf", "Số Q")


def test_a_font_without_truetype_outlines_is_refused() -> None:
    font = TTFont(FONTS[1], recalcBBoxes=False)
    for table in ("glyf", "loca"):
        del font[table]
    saved = io.BytesIO()
    font.save(saved)
    with pytest.raises(FontKindError, match="TrueType"):
        reduce_font("some.otf", saved.getvalue(), "A")


def test_a_font_reduced_before_is_not_reduced_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_typeface(workspace, "Phudu-Bold.ttf", TEXT)
    monkeypatch.delattr(reducing, "reduce_font")
    assert read_typeface(workspace, "Phudu-Bold.ttf", TEXT[::-1]) == first
    with pytest.raises(ImportError):
        read_typeface(workspace, "Phudu-Bold.ttf", TEXT + "q")


def test_a_font_is_the_same_whatever_the_letters_of_a_code(workspace: Workspace) -> None:
    one, other = (read_typeface(workspace, "Phudu-Bold.ttf", code) for code in ("0123AB", "XYZ777"))
    assert one == other
    assert {*ALPHABET} <= one.glyphs.keys()


def test_another_font_of_the_same_name_is_reduced_anew(workspace: Workspace) -> None:
    first = read_typeface(workspace, "Phudu-Bold.ttf", TEXT)
    own = workspace.designs / "fonts" / "Phudu-Bold.ttf"
    own.write_bytes(FONTS[0].read_bytes())
    assert read_typeface(workspace, "Phudu-Bold.ttf", TEXT).name != first.name


@pytest.mark.parametrize("kept", [0, 20, 2000])
def test_a_remembered_font_that_a_power_cut_shortened_is_reduced_again(
    workspace: Workspace, kept: int
) -> None:
    first = read_typeface(workspace, "Phudu-Bold.ttf", TEXT)
    (remembered,) = (workspace.state / "cache" / "press").iterdir()
    remembered.write_bytes(remembered.read_bytes()[:kept])
    assert read_typeface(workspace, "Phudu-Bold.ttf", TEXT) == first


def test_only_what_was_remembered_last_is_kept(workspace: Workspace) -> None:
    folder = workspace.state / "cache" / "press"
    folder.mkdir(parents=True)
    for number in range(MOST_REMEMBERED):
        (folder / f"{number:064}").touch()
        os.utime(folder / f"{number:064}", (number, number))
    read_typeface(workspace, "Phudu-Bold.ttf", TEXT)
    assert len([*folder.iterdir()]) == MOST_REMEMBERED
    assert not (folder / f"{0:064}").exists()
