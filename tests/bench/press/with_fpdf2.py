"""fpdf2: text and drawings on each page, and qrcode's picture, as its documentation has it.

"Barcodes", QRCode: `pdf.image(qrcode.make(…).get_image())`. "Scalable Vector Graphics": SVGObject.from_file,
converted once, its paths drawn wherever they are wanted. fpdf2 has no way to store a drawing once.
"""

import logging

import qrcode
from fpdf import FPDF
from fpdf.drawing import GraphicsContext
from fpdf.drawing_primitives import Transform
from fpdf.svg import SVGObject

from tests.bench.press.card import MARK_MM, Box, Card, Item, Job, Picture, Rule, Text, arguments, sheets


class Sheets:
    """Sheets of a job's cards."""

    def __init__(self, job: Job) -> None:
        self.pdf = FPDF(unit="mm", format=job.sheet)
        self.pdf.set_margin(0)
        self.pdf.set_auto_page_break(False)
        self.job = job
        for name, file in job.fonts.items():
            self.pdf.add_font(name, fname=file)
        self.drawings: dict[str, GraphicsContext] = {}

    def card(self, number: int, card: Card, corner: tuple[float, float]) -> None:
        """Draw a side of a card."""
        x, y = corner
        side = self.job.sides[card.kit][number]
        with self.pdf.rect_clip(x=x, y=y, w=self.job.card[0], h=self.job.card[1]):
            for item in side.items:
                self.item(item, x, y)
        if side.symbol:
            code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0)
            code.add_data(card.address)
            left, top = side.symbol
            size = self.job.symbol_mm
            self.pdf.image(code.make_image().get_image(), x=x + left, y=y + top, w=size, h=size)
        for slot, line in side.lines.items():
            self.line_of_text(line, card.lines[slot], x, y)

    def item(self, item: Item, x: float, y: float) -> None:
        """Draw an item of a side whose corner is at x and y."""
        match item:
            case Text():
                self.line_of_text(item, item.text, x, y)
            case Box():
                self.pdf.set_fill_color(item.colour)
                self.pdf.rect(x + item.left, y + item.top, item.width, item.height, style="F")
            case Rule():
                self.pdf.set_draw_color(item.colour)
                self.pdf.set_line_width(item.thickness)
                self.pdf.set_dash_pattern(item.dash, item.dash)
                self.pdf.line(x + item.x1, y + item.y1, x + item.x2, y + item.y2)
            case Picture():
                self.picture(item, x, y)

    def line_of_text(self, line: Text, text: str, x: float, y: float) -> None:
        """Draw a line of text."""
        self.pdf.set_font(line.font, size=line.size)
        self.pdf.set_text_color(line.colour)
        self.pdf.set_char_spacing(line.track)
        self.pdf.text(x + line.left, y + line.baseline, text)

    def picture(self, picture: Picture, x: float, y: float) -> None:
        """Draw an SVG, converted when it is first met."""
        if picture.file not in self.drawings:
            svg = SVGObject.from_file(str(picture.path))
            _, _, self.drawings[picture.file] = svg.transform_to_rect_viewport(
                scale=1, width=picture.width, height=picture.height, ignore_svg_top_attrs=True
            )
        drawing = self.drawings[picture.file]
        left, top = x + picture.left, y + picture.top
        own = drawing.transform
        drawing.transform = (own or Transform.identity()) @ Transform.translation(left, top)
        with self.pdf.rect_clip(x=left, y=top, w=picture.width, h=picture.height):
            # Not a copy of every path, which took as long as drawing: the transform is put back below.
            self.pdf.draw_path(drawing, copy=False)
        drawing.transform = own


def main() -> None:
    """Print JOB CARDS OUT.pdf."""
    logging.getLogger("fpdf").setLevel(logging.ERROR)
    job, cards, out = arguments()
    made = Sheets(job)
    for on_sheet in sheets(job, cards):
        for number, corners in enumerate(job.cells):
            made.pdf.add_page()
            for corner, card in zip(corners, on_sheet, strict=False):
                made.card(number, card, corner)
            for x1, y1, x2, y2 in job.marks:
                made.item(Rule(x1, y1, x2, y2, MARK_MM, "#000000", 0), 0, 0)
    made.pdf.output(out)


if __name__ == "__main__":
    main()
