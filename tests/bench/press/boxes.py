"""Reads a design's lines, boxes and pictures from the boxes that WeasyPrint lays out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree as Tree

import jinja2
from fontTools.ttLib import TTFont
from weasyprint import HTML

from tests.bench.press.art import written_out
from tests.bench.press.card import (
    POINTS_PER_MM,
    PREPARED,
    ROOT_LINES,
    WORKSPACE,
    Box,
    Item,
    Picture,
    Rule,
    Text,
)
from tests.bench.press.markup import source, style

MM_PER_PX = 25.4 / 96
POINTS_PER_PX = 0.75
FONTS = {"Phudu": "Phudu-Bold.ttf", "Be400": "BeVietnamPro-Regular.ttf", "Be700": "BeVietnamPro-Bold.ttf"}
PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><style>
@page {{ size: {0}mm {1}mm; margin: 0 }} html, body {{ margin: 0 }}
a[href^="slot:"] {{ display: block; position: absolute; color: inherit; text-decoration: none }}
{2}</style><body>{3}"""
BLACK = "#000000"
EVERYWHERE = (-1e6, -1e6, 2e6, 2e6)

Frame = tuple[float, float, float, float]
"""Left, top, width and height."""


def laid_out(
    design: str, template: str, size: tuple[float, float], values: Mapping[str, Any], prefix: str
) -> "Page":
    """Return a side as it is laid out.

    Args:
        design: folder of the workspace's print/.
        template: file of the side.
        size: width and height of a card.
        values: what the template shows.
        prefix: begins the names of the pictures' files.
    """
    side = jinja2.Template(source(design, template)).render(leaf=values)
    html = PAGE.format(*size, style(design), side)
    base_url = (WORKSPACE / "print" / design).as_uri() + "/"
    (page,) = HTML(string=html, base_url=base_url).render().pages
    found = Page(prefix)
    found.read(page._page_box)
    return found


class Page:
    """What is on a page.

    Attributes:
        items: what never varies, in drawing order.
        slots: left, top, width and height of each slot.
        lines: of each slot of text, its line, still empty.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.items: list[Item] = []
        self.slots: dict[str, tuple[float, float, float, float]] = {}
        self.lines: dict[str, Text] = {}
        self._clip: Frame = EVERYWHERE

    def read(self, box: Any) -> None:
        """Read a box and what is in it; an absolute one stands behind a placeholder."""
        box = getattr(box, "_box", box)
        if box.element_tag == "a" and box.element.get("href", "").startswith("slot:"):
            self._slot(box)
        elif hasattr(box, "replacement"):
            self._picture(box)
        elif type(box).__name__ == "TextBox":
            self._text(box)
        else:
            if hasattr(box, "border_width") and type(box).__name__ != "LineBox":
                self._painted(box)
            outer = self._clip
            if box.style["overflow"] == "hidden":
                inside = (box.padding_box_x(), box.padding_box_y(), box.padding_width(), box.padding_height())
                self._clip = _common(outer, _mm(inside))
            for child in getattr(box, "children", ()):
                self.read(child)
            self._clip = outer

    def _text(self, box: Any) -> None:
        if not box.text.strip():
            return
        spacing = box.style["letter_spacing"]
        self.items.append(
            Text(
                box.position_x * MM_PER_PX,
                (box.position_y + box.baseline) * MM_PER_PX,
                box.text,
                _font(box.style),
                box.style["font_size"] * POINTS_PER_PX,
                0.0 if spacing == "normal" else spacing * POINTS_PER_PX,
                _colour(box.style["color"]),
            )
        )

    def _painted(self, box: Any) -> None:
        x, y = box.border_box_x(), box.border_box_y()
        frame = (x, y, box.border_width(), box.border_height())
        if box.style["background_color"].alpha and box.element_tag not in {"html", "body"}:
            seen = _common(self._clip, _mm(frame))
            self.items.append(Box(*seen, _colour(box.style["background_color"])))
        widths = [getattr(box, f"border_{side}_width") for side in ("top", "right", "bottom", "left")]
        for side, width in zip(("top", "right", "bottom", "left"), widths, strict=True):
            if width:
                drawn, colour = box.style[f"border_{side}_style"], box.style[f"border_{side}_color"]
                self._edge(side, frame, width, drawn, _colour(colour))
        outline = box.style["outline_width"]
        if outline and box.style["outline_style"] != "none":
            outer = (x - outline, y - outline, frame[2] + 2 * outline, frame[3] + 2 * outline)
            for side in ("top", "right", "bottom", "left"):
                self._edge(side, outer, outline, "solid", _colour(box.style["outline_color"]))

    def _edge(self, side: str, frame: Frame, width: float, drawn: str, colour: str) -> None:
        x, y, across, down = frame
        half = width / 2
        ends = {
            "top": (x, y + half, x + across, y + half),
            "bottom": (x, y + down - half, x + across, y + down - half),
            "left": (x + half, y, x + half, y + down),
            "right": (x + across - half, y, x + across - half, y + down),
        }[side]
        dash = 2 * width if drawn == "dashed" else 0.0
        x1, y1, x2, y2 = _mm(ends)
        left, top, width_seen, height_seen = _common(self._clip, (x1, y1, x2 - x1, y2 - y1))
        if width_seen >= 0 and height_seen >= 0:
            seen = (left, top, left + width_seen, top + height_seen)
            self.items.append(Rule(*seen, width * MM_PER_PX, colour, dash * MM_PER_PX))

    def _picture(self, box: Any) -> None:
        frame = _mm((box.content_box_x(), box.content_box_y(), box.width, box.height))
        if box.element_tag == "img":
            address = urlsplit(box.element.get("src"))
            svg = Path(unquote(address.path)).read_text("utf-8")
            view_box = parse_qs(address.query)["viewBox"][0]
        else:
            svg = Tree.tostring(box.element, encoding="unicode")
            view_box = box.element.get("viewBox")
        seen = _common(self._clip, frame)
        file = f"art/{self.prefix}-{len(self.items)}.svg"
        (PREPARED / "art").mkdir(exist_ok=True)
        (PREPARED / file).write_text(written_out(svg, _cropped(view_box, frame, seen)), "utf-8")
        self.items.append(Picture(*seen, file))

    def _slot(self, box: Any) -> None:
        address = urlsplit(box.element.get("href"))
        frame = _mm((box.position_x, box.position_y, box.width, box.height))
        self.slots[address.path] = frame
        options = {name: value[0] for name, value in parse_qs(address.query).items()}
        if "font" not in options:
            return
        font = next(name for name, file in FONTS.items() if file == options["font"])
        size = float(options["size"])
        capital = _capital(options["font"]) * size / POINTS_PER_MM
        baseline = frame[1] + frame[3] / 2 + capital / 2
        track = float(options.get("track", 0))
        line = Text(frame[0], baseline, ROOT_LINES.get(address.path, ""), font, size, track, BLACK)
        if line.text:  # rivals set it once, as they set everything that is the same on every card
            self.items.append(line)
        else:
            self.lines[address.path] = line


def _common(one: Frame, other: Frame) -> Frame:
    """Return what two frames have in common; its width or height is negative if nothing."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right = min(one[0] + one[2], other[0] + other[2])
    bottom = min(one[1] + one[3], other[1] + other[3])
    return left, top, right - left, bottom - top


def _cropped(view_box: str, frame: Frame, seen: Frame) -> str:
    """Return the view box that shows in the frame's seen part what the drawing shows there."""
    x, y, width, height = (float(side) for side in view_box.split())
    scale = min(frame[2] / width, frame[3] / height)
    left = x + (seen[0] - frame[0] - (frame[2] - width * scale) / 2) / scale
    top = y + (seen[1] - frame[1] - (frame[3] - height * scale) / 2) / scale
    return f"{left:.4f} {top:.4f} {seen[2] / scale:.4f} {seen[3] / scale:.4f}"


def rise(file: str) -> float:
    """Return half of a font's ascent less its descent, in ems."""
    font = TTFont(PREPARED / "fonts" / file)
    return float((font["hhea"].ascent + font["hhea"].descent) / 2 / font["head"].unitsPerEm)


def _capital(file: str) -> float:
    font = TTFont(PREPARED / "fonts" / file)
    return float(font["OS/2"].sCapHeight / font["head"].unitsPerEm)


def _font(style: Mapping[str, Any]) -> str:
    family = style["font_family"][0]
    return "Phudu" if family == "Phudu" else f"Be{style['font_weight']}"


def _colour(colour: Any) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour.to("srgb").coordinates)


def _mm(pixels: Frame) -> Frame:
    a, b, c, d = (round(value * MM_PER_PX, 4) for value in pixels)
    return a, b, c, d
