"""What can be known outside a run's boxes: numbers, stored rows, print marks, released files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from sqlmodel import Session, text

from app.core.editions import read_editions
from app.core.measures import Feature, Numbers
from app.ledger import Run
from app.press.design import read_design
from app.press.rereading import read_cards
from app.runs import Station
from app.runs.decks import PackedBox, case_words, edition_words
from app.runs.orders import BY_EDITION, Order, file_of


@dataclass(frozen=True)
class Outside:
    """What is known outside a run's boxes, by slot."""

    run: Run
    boxes: Sequence[PackedBox]
    rows: Sequence[tuple[bytes, int]]
    """Tag and size of every sealed row, in the order in which the database holds them."""
    marks: Sequence[str]
    """The editions of each mark, in their one spelling."""

    def by_edition(self, known: Mapping[int, float]) -> Numbers:
        """Return what is known of some editions by slot, NaN for the others."""
        values = np.full(len(self.boxes), np.nan)
        for box in self.boxes:
            values[box.label.slot] = known.get(box.content.edition, np.nan)
        return values

    def by_case(self, known: Mapping[int, float]) -> Numbers:
        """Return what is known of some cases by slot, NaN for the boxes of the others."""
        values = np.full(len(self.boxes), np.nan)
        for box in self.boxes:
            values[box.label.slot] = known.get(box.content.case, np.nan)
        return values


def stored_rows(session: Session, run_id: str) -> list[tuple[bytes, int]]:
    """Return tag and size of a run's sealed rows as the database holds them."""
    rows = session.connection().execute(
        text("SELECT tag, length(sealed) FROM sealed_box WHERE run = :run ORDER BY rowid"), {"run": run_id}
    )
    return [(bytes(tag), size) for tag, size in rows]


def features_of(outside: Outside) -> list[Feature]:
    """Return what is known of a run's boxes without any file: numbers, rows and marks."""
    return [*_numbers(outside), *_rows(outside), *_marks(outside)]


def _numbers(outside: Outside) -> Iterator[Feature]:
    """Yield what is printed outside: edition number, case number, and the place that both give."""
    boxes = sorted(outside.boxes, key=lambda box: (box.content.case, box.content.edition))
    edition, case, place = (np.full(len(boxes), np.nan) for _ in range(3))
    for _, packed in groupby(boxes, key=lambda box: box.content.case):
        for number, box in enumerate(packed, start=1):
            slot = box.label.slot
            edition[slot], case[slot], place[slot] = box.content.edition, box.content.case, number
    yield Feature("edition number", "order", edition)
    yield Feature("case number", "order", case)
    yield Feature("place in the case, by edition", "order", place)


def _rows(outside: Outside) -> Iterator[Feature]:
    """Yield order and size of what the server stores."""
    slots = {box.label.tag: box.label.slot for box in outside.boxes}
    stored, by_tag, size = (np.full(len(outside.boxes), np.nan) for _ in range(3))
    for place, (tag, length) in enumerate(outside.rows, start=1):
        stored[slots[tag]], size[slots[tag]] = place, length
    for place, tag in enumerate(sorted(slots), start=1):
        by_tag[slots[tag]] = place
    yield Feature("order of sealed rows", "order", stored)
    yield Feature("order of tags", "order", by_tag)
    yield Feature("size of the sealed row", "measure", size)


def _marks(outside: Outside) -> Iterator[Feature]:
    """Yield which boxes were printed, spoiled or voided together."""
    together: dict[int, list[int]] = {box.content.edition: [] for box in outside.boxes}
    for mark, editions in enumerate(outside.marks):
        for edition in (edition for span in read_editions(editions) for edition in span):
            together.get(edition, []).append(mark)
    names = {marks: float(name) for name, marks in enumerate(sorted(set(map(tuple, together.values()))))}
    known = {edition: names[tuple(marks)] for edition, marks in together.items()}
    yield Feature("print marks", "group", outside.by_edition(known))


def printed_features(station: Station, outside: Outside, thing: str, order: Order) -> Iterator[Feature]:
    """Yield what a released file tells: order, sheets and, of what stands outside, the size of drawings."""
    path = file_of(station, outside.run.id, thing, order)
    if not path.is_file():
        return
    sides = len(read_design(station.workspace, _design(station, thing)).sides)
    numbers = _numbers_on(outside.run, thing)
    places: dict[int, float] = {}
    sheets: dict[int, float] = {}
    sizes: dict[int, float] = {}
    for card in read_cards(path, symbols=False):
        number = next((numbers[line] for line in card.lines if line in numbers), None)
        if number is not None and number not in places:
            places[number] = len(places) + 1.0
            sheets[number] = float((card.page - 1) // sides)
            sizes[number] = float(card.size)
    if not places:
        return
    each = max(1, round(len(places) / len(set(sheets.values()))))
    known = outside.by_edition if thing in BY_EDITION else outside.by_case
    name = path.stem.replace("-", " ")
    yield Feature(f"place in the {name}", "order", known(places), (each,))
    if each > 1:
        yield Feature(f"sheet of {name}", "group", known(sheets))
    if thing != "insert":
        yield Feature(f"size of drawings in the {name}", "measure", known(sizes))


def _design(station: Station, thing: str) -> str:
    return station.workspace.paper.insert if thing == "insert" else thing


def _numbers_on(run: Run, thing: str) -> dict[str, int]:
    """Return the number that each line tells by which a card is known."""
    if thing in BY_EDITION:
        return {edition_words(run, edition): edition for edition in range(1, run.boxes + 1)}
    cases = run.boxes // run.case_size
    return {case_words(run, case): case for case in range(1, cases + 1)}
