"""typst: a document that reads the cards as JSON, and symbols made by qrcode as raw pixels.

typst-py's README, "Passing values": `sys_inputs` with JSON, and `pdf_tags=False` for smaller files. The
reference of `image`: bytes of pixels, `luma8`, scaled `pixelated`; with SVG or PNG made by
qrcode, as most users have it, 1,000 cards took a fifth to a half longer.
Packages that draw QR codes in typst itself need typst's own registry, and so a network.
"""

import json
from dataclasses import asdict
from typing import Any

import qrcode
import typst

from tests.bench.press.card import MARK_MM, PREPARED, Card, Job, arguments

DOCUMENT = """
#let job = json(bytes(sys.inputs.job))
#let cards = json(bytes(sys.inputs.cards))
#set page(width: job.sheet.at(0) * 1mm, height: job.sheet.at(1) * 1mm, margin: 0mm)
#set text(top-edge: "baseline", bottom-edge: "baseline", hyphenate: false)

#let families = (Phudu: "Phudu", Be400: "Be Vietnam Pro", Be700: "Be Vietnam Pro")
#let line-of-text(it, words) = place(
  dx: it.left * 1mm,
  dy: it.baseline * 1mm,
  box(text(
    font: families.at(it.font),
    weight: if it.font == "Be400" { 400 } else { 700 },
    size: it.size * 1pt,
    tracking: it.track * 1pt,
    fill: rgb(it.colour),
    words,
  )),
)
#let rule(it) = place(line(
  start: (it.x1 * 1mm, it.y1 * 1mm),
  end: (it.x2 * 1mm, it.y2 * 1mm),
  stroke: (
    paint: rgb(it.colour),
    thickness: it.thickness * 1mm,
    dash: if it.dash > 0 { (it.dash * 1mm, it.dash * 1mm) } else { none },
  ),
))
#let drawn(it) = {
  if it.kind == "Text" { line-of-text(it, it.text) }
  else if it.kind == "Rule" { rule(it) }
  else if it.kind == "Box" {
    place(dx: it.left * 1mm, dy: it.top * 1mm,
      rect(width: it.width * 1mm, height: it.height * 1mm, fill: rgb(it.colour)))
  } else {
    place(dx: it.left * 1mm, dy: it.top * 1mm,
      image(it.file, width: it.width * 1mm, height: it.height * 1mm))
  }
}
#let backdrops = job.sides.pairs().map(((kit, sides)) => (
  kit, sides.map(side => side.items.map(drawn).join())
)).to-dict()
#let marks = job.marks.map(rule).join()

#let face(card, number) = box(
  width: job.card.at(0) * 1mm,
  height: job.card.at(1) * 1mm,
  clip: true,
  {
    let side = job.sides.at(card.kit).at(number)
    backdrops.at(card.kit).at(number)
    if side.symbol != none {
      place(dx: side.symbol.at(0) * 1mm, dy: side.symbol.at(1) * 1mm,
        image(
          bytes(card.symbol.pixels),
          format: (encoding: "luma8", width: card.symbol.side, height: card.symbol.side),
          scaling: "pixelated",
          width: job.symbol_mm * 1mm,
        ))
    }
    for (slot, line) in side.lines { line-of-text(line, card.lines.at(slot)) }
  },
)

#for on-sheet in cards.chunks(job.cells.at(0).len()) {
  for (number, corners) in job.cells.enumerate() {
    page({
      for (corner, card) in corners.zip(on-sheet) {
        place(dx: corner.at(0) * 1mm, dy: corner.at(1) * 1mm, face(card, number))
      }
      marks
    })
  }
}
"""


def symbol(address: str) -> dict[str, Any]:
    """Return a QR symbol as pixels, and how many make a side."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(address)
    code.make()
    return {"side": len(code.modules), "pixels": [0 if dark else 255 for row in code.modules for dark in row]}


def values_of(job: Job) -> dict[str, Any]:
    """Return the job as the document reads it."""
    values = asdict(job)
    for kit, sides in job.sides.items():
        values["sides"][kit] = [
            {**asdict(side), "items": [{"kind": type(item).__name__, **asdict(item)} for item in side.items]}
            for side in sides
        ]
    values["marks"] = [
        {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "thickness": MARK_MM, "colour": "#000000", "dash": 0}
        for x1, y1, x2, y2 in job.marks
    ]
    return values


def values_of_card(card: Card) -> dict[str, Any]:
    """Return a card as the document reads it."""
    return {"kit": card.kit, "lines": card.lines, "symbol": symbol(card.address)}


def main() -> None:
    """Print JOB CARDS OUT.pdf."""
    job, cards, out = arguments()
    document = PREPARED / "cards.typ"
    document.write_text(DOCUMENT, "utf-8")
    inputs = {
        "job": json.dumps(values_of(job)),
        "cards": json.dumps([values_of_card(card) for card in cards]),
    }
    typst.compile(
        str(document),
        output=out,
        sys_inputs=inputs,
        font_paths=[str(PREPARED / "fonts")],
        ignore_system_fonts=True,
        pdf_tags=False,
    )


if __name__ == "__main__":
    main()
