"""reportlab: forms for what repeats, a canvas for the rest, its own QR codes.

User guide, "Forms": "If you are dealing with a run of 5000 repetitive business forms […] you only need to
store the backdrop once and simply draw the changing text on each page." SVG is placed by svglib. Of its own
QR codes, the flowable QrCode took less than half the time of a QrCodeWidget in a Drawing.
"""

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCode
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from svglib.svglib import svg2rlg

from tests.bench.press.card import MARK_MM, Box, Card, Item, Job, Picture, Rule, Side, Text, arguments, sheets


def define_form(canvas: Canvas, name: str, job: Job, side: Side) -> None:
    """Store what never varies on a side as a form."""
    width, height = job.card
    canvas.beginForm(name, 0, 0, width * mm, height * mm)
    for item in side.items:
        draw(canvas, item, height)
    canvas.endForm()


def draw(canvas: Canvas, item: Item, height: float) -> None:
    """Draw an item of a side; the canvas counts from the card's lower left corner."""
    match item:
        case Text():
            draw_line(canvas, item, item.text, height)
        case Box():
            canvas.setFillColor(HexColor(item.colour))
            bottom = height - item.top - item.height
            canvas.rect(item.left * mm, bottom * mm, item.width * mm, item.height * mm, stroke=0, fill=1)
        case Rule():
            canvas.setStrokeColor(HexColor(item.colour))
            canvas.setLineWidth(item.thickness * mm)
            canvas.setDash([item.dash * mm] if item.dash else [])
            canvas.line(item.x1 * mm, (height - item.y1) * mm, item.x2 * mm, (height - item.y2) * mm)
        case Picture():
            drawing = svg2rlg(str(item.path))
            if drawing is None:
                raise ValueError(f"svglib cannot read {item.file}")
            canvas.saveState()
            canvas.translate(item.left * mm, (height - item.top - item.height) * mm)
            frame = canvas.beginPath()
            frame.rect(0, 0, item.width * mm, item.height * mm)
            canvas.clipPath(frame, stroke=0, fill=0)
            canvas.scale(item.width * mm / drawing.width, item.height * mm / drawing.height)
            renderPDF.draw(drawing, canvas, 0, 0)
            canvas.restoreState()


def draw_line(canvas: Canvas, line: Text, text: str, height: float) -> None:
    """Draw a line of text."""
    canvas.setFont(line.font, line.size)
    canvas.setFillColor(HexColor(line.colour))
    canvas.drawString(line.left * mm, (height - line.baseline) * mm, text, charSpace=line.track)


def draw_card(canvas: Canvas, job: Job, number: int, card: Card, corner: tuple[float, float]) -> None:
    """Draw a side of a card: its form, and what varies."""
    side = job.sides[card.kit][number]
    height = job.card[1]
    canvas.saveState()
    canvas.translate(corner[0] * mm, (job.sheet[1] - corner[1] - height) * mm)
    canvas.doForm(f"{card.kit}-{number}")
    if side.symbol:
        size = job.symbol_mm * mm
        symbol = QrCode(card.address, qrLevel="M", qrBorder=0, width=size, height=size)
        left, top = side.symbol
        symbol.drawOn(canvas, left * mm, (height - top - job.symbol_mm) * mm)
    for slot, line in side.lines.items():
        draw_line(canvas, line, card.lines[slot], height)
    canvas.restoreState()


def main() -> None:
    """Print JOB CARDS OUT.pdf."""
    job, cards, out = arguments()
    for name, file in job.fonts.items():
        pdfmetrics.registerFont(TTFont(name, file))
    canvas = Canvas(out, pagesize=(job.sheet[0] * mm, job.sheet[1] * mm))
    for kit, sides in job.sides.items():
        for number, side in enumerate(sides):
            define_form(canvas, f"{kit}-{number}", job, side)
    canvas.beginForm("marks", 0, 0, job.sheet[0] * mm, job.sheet[1] * mm)
    for x1, y1, x2, y2 in job.marks:
        draw(canvas, Rule(x1, y1, x2, y2, MARK_MM, "#000000", 0), job.sheet[1])
    canvas.endForm()
    for on_sheet in sheets(job, cards):
        for number, corners in enumerate(job.cells):
            for corner, card in zip(corners, on_sheet, strict=False):
                draw_card(canvas, job, number, card, corner)
            canvas.doForm("marks")
            canvas.showPage()
    canvas.save()


if __name__ == "__main__":
    main()
