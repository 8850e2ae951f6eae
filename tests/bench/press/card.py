"""The card that every program here prints: its geometry in millimetres, its texts, and its codes.

All of it stands in var/bench, where `python -m tests.bench.press.prepare` puts it: laid out once from the
designs in print/, so that no program has to find out where a line goes, and none can leave anything out.
"""

import json
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from sys import intern
from typing import Any

PREPARED = Path(__file__).parents[3] / "var" / "bench"
WORKSPACE = PREPARED / "workspace"
CARDS_FILE = PREPARED / "cards.txt"

ADDRESS = "HTTPS://H.EXAMPLE/B/"
ROOT_LINES = {"root-1": "HRQG ZMPH TQQV G8FZ", "root-2": "NH5F G131 1WED RFKB"}
"""The contents root by slot. It is the run's, the same on every card, and known only after the draw."""

COMMITTED = PREPARED / "committed"
"""What Hộp Kể remembers when a run is committed."""

POINTS_PER_MM = 72 / 25.4
MARK_MM = 0.25 / POINTS_PER_MM


@dataclass(frozen=True)
class Text:
    """A line of text in one font and colour: where it begins, on its baseline; size and track in points."""

    left: float
    baseline: float
    text: str
    font: str
    size: float
    track: float
    colour: str


@dataclass(frozen=True)
class Box:
    """A rectangle filled with a colour."""

    left: float
    top: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True)
class Rule:
    """A straight line; dash is the length of dashes and gaps, 0 for none."""

    x1: float
    y1: float
    x2: float
    y2: float
    thickness: float
    colour: str
    dash: float


@dataclass(frozen=True)
class Picture:
    """An SVG file, of which nothing shows outside its frame."""

    left: float
    top: float
    width: float
    height: float
    file: str

    @property
    def path(self) -> Path:
        """Return where the file lies."""
        return PREPARED / self.file


Item = Text | Box | Rule | Picture
KINDS: dict[str, type[Item]] = {kind.__name__: kind for kind in (Text, Box, Rule, Picture)}


@dataclass(frozen=True)
class Side:
    """One side of a kit's card: what never varies, in drawing order, and the places of what does.

    Attributes:
        items: static, in drawing order.
        symbol: left and top of the QR symbol, without its quiet zone; none on a side without one.
        lines: by slot, `code` and `edition`: a Text whose text is empty.
        slots: left and top of every slot.
    """

    items: tuple[Item, ...]
    symbol: tuple[float, float] | None
    lines: dict[str, Text]
    slots: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Job:
    """A way to print cards.

    Attributes:
        name: small or insert.
        design: the folder of print/.
        templates: the files of its sides.
        card: width and height of a card.
        sheet: width and height of a sheet.
        cells: for each side, the left and top of its cells, each back behind its front.
        marks: cutting lines, x1, y1, x2, y2.
        symbol_mm: the side of a QR symbol.
        fonts: files by the names that texts use.
        rises: half of ascent less descent of each font, in ems: how CSS centres a line.
        values: what a design's template shows, by kit.
        sides: by kit, its sides.
    """

    name: str
    design: str
    templates: tuple[str, ...]
    card: tuple[float, float]
    sheet: tuple[float, float]
    cells: tuple[tuple[tuple[float, float], ...], ...]
    marks: tuple[tuple[float, float, float, float], ...]
    symbol_mm: float
    fonts: dict[str, str]
    rises: dict[str, float]
    values: dict[str, dict[str, Any]]
    sides: dict[str, tuple[Side, ...]]


@dataclass(frozen=True, slots=True)
class Card:
    """What varies from card to card: `place` counts the cards from 1, `of` says how many there are."""

    kit: str
    code: str
    place: int
    of: int

    @property
    def address(self) -> str:
        """Return what its QR says."""
        return ADDRESS + self.code

    @property
    def lines(self) -> dict[str, str]:
        """Return its texts by slot, the root's left out."""
        return {
            "code": f"{self.code[:6]}  {self.code[6:12]}  {self.code[12:]}",
            "edition": f"Số {self.place} / {self.of}",
        }


def read_job(name: str) -> Job:
    """Return a prepared job."""
    made = json.loads((PREPARED / f"{name}.json").read_text("utf-8"))
    for pair in ("card", "sheet"):
        made[pair] = tuple(made[pair])
    made["cells"] = tuple(tuple((left, top) for left, top in side) for side in made["cells"])
    made["sides"] = {kit: tuple(_side(**side) for side in sides) for kit, sides in made["sides"].items()}
    return Job(**made)


def read_cards(number: int) -> list[Card]:
    """Return the first cards of the prepared run; their editions are of as many."""
    with CARDS_FILE.open() as file:
        rows = (line.split() for line in islice(file, number))
        return [Card(intern(kit), code, place, number) for place, (kit, code) in enumerate(rows, start=1)]


def sheets(job: Job, cards: list[Card]) -> list[list[Card]]:
    """Return the cards sheet by sheet."""
    each = len(job.cells[0])
    return [cards[start : start + each] for start in range(0, len(cards), each)]


def arguments() -> tuple[Job, list[Card], str]:
    """Return the job, the cards and the output's name that a program was called with: JOB CARDS OUT.pdf."""
    _, name, number, out = sys.argv
    return read_job(name), read_cards(int(number)), out


def _side(
    items: list[dict[str, Any]],
    symbol: tuple[float, float] | None,
    lines: dict[str, Any],
    slots: dict[str, tuple[float, float]],
) -> Side:
    return Side(
        tuple(KINDS[item.pop("kind")](**item) for item in items),
        symbol,
        {slot: Text(**line) for slot, line in lines.items()},
        slots,
    )
