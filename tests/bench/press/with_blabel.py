"""blabel: a LabelWriter with an item template and several items a page, as in its examples.

See its README, and `several_items_per_page` and `labels_on_a4_paper` among its examples; the symbols are
`label_tools.qr_code`, pixelated, as its README has them.
"""

from blabel import LabelWriter

from tests.bench.press import markup
from tests.bench.press.card import PREPARED, Card, Job, arguments, sheets

SYMBOL = '<img class="symbol" src="{{ label_tools.qr_code(card.address, error_correction=0) }}">'
STYLE = """
@page {{ size: {0}mm {1}mm }}
.print-area {{ width: {0}mm; height: {1}mm; box-sizing: border-box; padding: {2}mm 0 0 {3}mm }}
.item {{ position: relative; float: left; overflow: hidden; width: {4}mm; height: {5}mm }}
.symbol {{ display: block; width: 100%; height: 100%; image-rendering: pixelated }}
"""


def records(job: Job, cards: list[Card]) -> list[dict[str, object]]:
    """Return what fills the item template: sheet by sheet, the fronts and, each row turned, the backs."""
    columns = len({left for left, _ in job.cells[0]})
    found: list[dict[str, object]] = []
    for on_sheet in sheets(job, cards):
        cells = [*on_sheet, *[None] * (len(job.cells[0]) - len(on_sheet))]
        for side in range(len(job.templates)):
            for start in range(0, len(cells), columns):
                row = cells[start : start + columns]
                found += [
                    {"side": side, "card": card, "leaf": card and job.values[card.kit]}
                    for card in (reversed(row) if side else row)
                ]
    return found


def main() -> None:
    """Print JOB CARDS OUT.pdf."""
    job, cards, out = arguments()
    sides = [
        f"{{% if card and side == {number} %}}{markup.template(job, number, SYMBOL)}{{% endif %}}"
        for number in range(len(job.templates))
    ]
    left, top = job.cells[0][0]
    stylesheet = PREPARED / f"{job.name}-labels.css"
    own = STYLE.format(*job.sheet, top, left, *job.card)
    stylesheet.write_text(own + markup.style(job.design) + markup.marks(job, "print-area"), "utf-8")
    writer = LabelWriter(
        item_template="".join(sides),
        items_per_page=len(job.cells[0]),
        default_stylesheets=(str(stylesheet),),
    )
    writer.write_labels(records(job, cards), target=out)


if __name__ == "__main__":
    main()
