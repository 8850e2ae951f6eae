"""TrueType font -> the few glyphs that a print shows, by fontTools."""

import io

from fontTools import subset
from fontTools.ttLib import TTFont

from app.press.typeface import FontKindError, Typeface

_LAYOUT = ("GSUB", "GPOS", "GDEF", "DSIG", "STAT", "meta")
"""What stamped text does not use: it has neither ligatures nor kerning."""


def reduce_font(name: str, content: bytes, characters: str) -> Typeface:
    """Return a font reduced to some characters; the same ones give the same bytes.

    Args:
        name: the file's name, for messages.
        content: the whole font file.
        characters: every character that may be printed; those that the font lacks are left out.

    Raises:
        FontKindError: it is not a TrueType font.
    """
    font = TTFont(io.BytesIO(content), recalcTimestamp=False)
    if "glyf" not in font:
        raise FontKindError(
            f"{name} has no TrueType outlines", where="print/fonts", mend="Use the font's .ttf file"
        )
    for table in _LAYOUT:  # before it is reduced, or their thousands of pairs are read first
        if table in font:
            del font[table]
    options = subset.Options(hinting=False, notdef_outline=True, glyph_names=False, layout_features=[])
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    saved = io.BytesIO()
    font.save(saved)
    head, units = font["head"], font["head"].unitsPerEm
    order = {glyph: number for number, glyph in enumerate(font.getGlyphOrder())}
    return Typeface(
        name=font["name"].getDebugName(6) or name,
        units=units,
        ascent=font["hhea"].ascent,
        descent=font["hhea"].descent,
        capital=getattr(font["OS/2"], "sCapHeight", 0) or 700 * units / 1000,
        box=[head.xMin, head.yMin, head.xMax, head.yMax],
        glyphs={chr(point): order[glyph] for point, glyph in font.getBestCmap().items()},
        advances=[font["hmtx"][glyph][0] for glyph in order],
        content=saved.getvalue(),
    )
