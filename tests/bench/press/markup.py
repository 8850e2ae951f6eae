"""A design of print/ as plain HTML and CSS, its slots filled, for the programs that set HTML."""

import re

from tests.bench.press.card import MARK_MM, POINTS_PER_MM, PREPARED, ROOT_LINES, WORKSPACE, Job, Side, Text

ART = re.compile(r"\{\{ leaf\.art \}\}\?viewBox=([-0-9. ]+)")
"""The art of a kit in a frame other than its own, which the press alone reads from an address."""

INCLUDED = re.compile(r'\{% include "design/([-\w]+)/([-.\w]+)" %\}')
SLOT = re.compile(r'<a ([^>]*)href="slot:([-\w]+)[^"]*"([^>]*)></a>')
FAMILIES = {
    "Phudu": "700 {}pt/0 Phudu",
    "Be400": "400 {}pt/0 'Be Vietnam Pro'",
    "Be700": "700 {}pt/0 'Be Vietnam Pro'",
}


def style(design: str) -> str:
    """Return a design's stylesheet; its fonts lie in files."""
    fonts = (PREPARED / "fonts").as_uri()
    css = (WORKSPACE / "print" / design / "style.css").read_text("utf-8")
    return css.replace("url(font:", f"url({fonts}/").replace("url(../fonts/", f"url({fonts}/")


def source(design: str, template: str) -> str:
    """Return the template of a side, with what it includes written in."""
    text = (WORKSPACE / "print" / design / template).read_text("utf-8")
    return INCLUDED.sub(lambda included: source(included[1], included[2]), text)


def marks(job: Job, sheet: str) -> str:
    """Write the cutting lines as SVG; return a rule that lays them over elements of class `sheet`."""
    width, height = job.sheet
    lines = "".join(f"M{x1} {y1}L{x2} {y2}" for x1, y1, x2, y2 in job.marks)
    drawing = PREPARED / f"{job.name}-marks.svg"
    drawing.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}"><path d="{lines}" stroke="#000" stroke-width="{MARK_MM}"/></svg>'
    )
    return f".{sheet}::after {{ content: url({drawing.as_uri()}); position: absolute; left: 0; top: 0 }}\n"


def template(job: Job, number: int, symbol: str) -> str:
    """Return the Jinja2 template of a side: `leaf` are the kit's values, `card` what varies.

    Args:
        job: whose design.
        number: of the side.
        symbol: HTML or Jinja2 that makes the QR symbol, as large as what holds it.
    """
    side = next(iter(job.sides.values()))[number]

    def filled(slot: re.Match[str]) -> str:
        inner = _symbol(job, side, symbol) if slot[2] == "qr" else _line(job, side, slot[2])
        return f'<a {slot[1]}{slot[3]} style="display: block; position: absolute">{inner}</a>'

    framed = ART.sub(r"{{ leaf.framed['\1'] }}", source(job.design, job.templates[number]))
    return SLOT.sub(filled, framed)


def _symbol(job: Job, side: Side, symbol: str) -> str:
    left, top = side.symbol or (0.0, 0.0)
    size = f"width: {job.symbol_mm:.4f}mm; height: {job.symbol_mm:.4f}mm"
    return _placed(left - side.slots["qr"][0], top - side.slots["qr"][1], size, symbol)


def _line(job: Job, side: Side, slot: str) -> str:
    """Return a line of text; a line of no height is centred, so its letters stand a rise below it."""
    line = side.lines.get(slot) or _root_line(side, slot)
    top = line.baseline - side.slots[slot][1] - job.rises[line.font] * line.size / POINTS_PER_MM
    font = FAMILIES[line.font].format(line.size)
    set_as = f"font: {font}; letter-spacing: {line.track}pt; white-space: pre; color: {line.colour}"
    return _placed(0, top, set_as, line.text or "{{ card.lines." + slot + " }}")


def _root_line(side: Side, slot: str) -> Text:
    texts = (item for item in side.items if isinstance(item, Text))
    return next(text for text in texts if text.text == ROOT_LINES[slot])


def _placed(left: float, top: float, style: str, content: str) -> str:
    return f'<div style="position: absolute; left: {left:.4f}mm; top: {top:.4f}mm; {style}">{content}</div>'
