"""WeasyPrint, all cards in one document, as its documentation prints any HTML.

Block layout without tables, and one document so that its image cache serves every card: "Improve Rendering
Speed and Memory Use". The symbols are qrcode's SvgPathImage, inline.
"""

from collections.abc import Iterator

import jinja2
import qrcode
from qrcode.image.svg import SvgPathImage
from weasyprint import HTML

from tests.bench.press import markup
from tests.bench.press.card import Card, Job, arguments, sheets

PAGE = jinja2.Template("""<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<title>Cards</title>
<style>
@page { size: {{ job.sheet[0] }}mm {{ job.sheet[1] }}mm; margin: 0 }
html, body { margin: 0 }
.sheet { position: relative; width: {{ job.sheet[0] }}mm; height: {{ job.sheet[1] }}mm; break-after: page }
.card { position: absolute; overflow: hidden; width: {{ job.card[0] }}mm; height: {{ job.card[1] }}mm }
.symbol { display: block; width: 100%; height: 100% }
{{ style }}
</style>
</head>
<body>
{% for sheet in sheets %}
<div class="sheet">
{% for (left, top), html in sheet %}
<div class="card" style="left: {{ left }}mm; top: {{ top }}mm">{{ html }}</div>
{% endfor %}
</div>
{% endfor %}
</body>
</html>
""")


def symbol(address: str) -> str:
    """Return a QR symbol as SVG."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0, image_factory=SvgPathImage)
    code.add_data(address)
    svg: str = code.make_image(attrib={"class": "symbol"}).to_string(encoding="unicode")
    return svg


def pages(job: Job, cards: list[Card]) -> Iterator[list[tuple[tuple[float, float], str]]]:
    """Yield the sides of the sheets: the corner and HTML of each card."""
    sides = [jinja2.Template(markup.template(job, side, "{{ qr }}")) for side in range(len(job.templates))]
    for on_sheet in sheets(job, cards):
        for side, corners in zip(sides, job.cells, strict=True):
            yield [
                (corner, side.render(leaf=job.values[card.kit], card=card, qr=symbol(card.address)))
                for corner, card in zip(corners, on_sheet, strict=False)
            ]


def main() -> None:
    """Print JOB CARDS OUT.pdf."""
    job, cards, out = arguments()
    style = markup.style(job.design) + markup.marks(job, "sheet")
    HTML(string=PAGE.render(job=job, style=style, sheets=pages(job, cards))).write_pdf(out)


if __name__ == "__main__":
    main()
