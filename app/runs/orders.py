"""What is to be printed of a run: the order, checked against the run, as cards and pages to be set."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

from sqlmodel import select

from app.catalogue import read_series
from app.core.editions import parse_editions
from app.core.errors import UserError
from app.core.kit import Series
from app.ledger import Run, SealedBox
from app.press.design import Values
from app.press.job import Target
from app.runs import Station, find_run, papers, require_state
from app.runs.decks import (
    Deck,
    album_card_deck,
    case_label_deck,
    insert_deck,
    label_deck,
    packed_boxes,
    packing_deck,
)
from app.runs.marks import print_states
from app.workspace import BaseUrlError, practice_address, printable_host

FILES = {
    "insert": "inserts",
    "label": "labels",
    "seal": "seals",
    "case-label": "case-labels",
    "packing-sheet": "packing-sheets",
    "run-sheet": "run-sheet",
    "leaflet": "leaflets",
    "classroom-sheet": "classroom-sheets",
    "certificate": "certificate",
    "album-card": "album-cards",
}
"""Everything a run prints, and the name of its file."""

EVERYTHING = tuple(FILES)
"""What is printed unless one says otherwise."""

WORDS = {thing: file.replace("-", " ") for thing, file in FILES.items()}
"""The same as titles."""

TARGETS: tuple[Target, ...] = get_args(Target)

BY_EDITION = ("insert", "label", "seal")
"""What there is one of for each box."""

CARDS = (*BY_EDITION, "case-label", "album-card")
"""What is stamped n-up; the rest is whole pages."""

OF_CONTENT = ("insert", "packing-sheet")
"""What tells what is in the boxes, and so cannot be printed before the draw."""


class SelectionError(UserError):
    """What is to be printed does not go together."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to print of a run, and how.

    Attributes:
        things: keys of `FILES`.
        editions: a selection as "17,40-52"; "" for all boxes.
        practice_url: print watermarked cards that open at this address; they never count as printed.
        target, sheet, start, stacked: as in `Job`.
        processes: that stamp at once; as many as are worth it without it.
        every_sheet: draw and read every sheet instead of a sample.
    """

    things: tuple[str, ...] = EVERYTHING
    editions: str = ""
    practice_url: str | None = None
    target: Target = "office"
    sheet: str | None = None
    start: int = 1
    stacked: bool = False
    processes: int | None = None
    every_sheet: bool = False

    def of(self, things: tuple[str, ...]) -> "Order":
        """Return the same order of other things."""
        return replace(self, things=things)

    @property
    def practice(self) -> bool:
        """Tell whether this is for trying at home."""
        return self.practice_url is not None


@dataclass(frozen=True)
class Work:
    """An order of a run made out: its cards and its pages, by thing, the boxes it is for, those withdrawn."""

    run: Run
    editions: tuple[int, ...]
    withdrawn: frozenset[int]
    decks: dict[str, Deck] = field(default_factory=dict)
    pages: dict[str, Sequence[Values]] = field(default_factory=dict)


def work_out(station: Station, run_id: str, order: Order, *, withdrawn_too: bool = False) -> Work:
    """Return what an order asks for.

    Args:
        station: where the vault is.
        run_id: a run that is sealed; committed is enough for what tells nothing of the content.
        order: what, and how.
        withdrawn_too: give what was withdrawn its cards as well; it may have been printed before.

    Raises:
        WrongStateError, RunMissingError: the run is not so far.
        BaseUrlError: the address must not be printed, or is not the committed one.
        SelectionError, EditionsError: the order does not go together.
        LedgerIncompleteError: the ledger or the catalogue no longer holds what was sealed.
        UserError: a story, the catalogue or the vault stands in the way.
    """
    _require_together(order)
    of_content = bool(set(order.things) & set(OF_CONTENT))
    with station.ledger.reading() as session:
        run = find_run(session, run_id)
        steps = ("sealed", "printed", "on sale", "revealed")
        require_state(run, "printed", *steps, *([] if of_content else ["committed"]))
        withdrawn = print_states(session, run).voided
        rows = (
            {box.tag: box.sealed for box in session.exec(select(SealedBox).where(SealedBox.run == run_id))}
            if of_content
            else {}
        )
    base_url = _address(station, run, order)
    series = read_series(station.workspace, run.series)
    work = Work(run, _editions(run, order, frozenset() if withdrawn_too else withdrawn), withdrawn)
    boxes = packed_boxes(station, run, series, rows) if of_content else []
    for thing in order.things:
        if thing == "insert":
            chosen = set(work.editions)
            some = [box for box in boxes if box.content.edition in chosen]
            work.decks[thing] = insert_deck(station, run, series, some, base_url)
        elif thing == "packing-sheet":
            work.decks[thing] = packing_deck(station, run, series, boxes)
        elif thing in BY_EDITION:
            work.decks[thing] = label_deck(thing, station, run, series, work.editions, base_url)
        elif thing == "case-label":
            work.decks[thing] = case_label_deck(station, run, series, base_url)
        elif thing == "album-card":
            work.decks[thing] = album_card_deck(station, series, base_url)
        else:
            work.pages[thing] = _pages(thing, station, run, series)
    return work


def file_of(station: Station, run_id: str, thing: str, order: Order) -> Path:
    """Return where a released file lies; a reprint of some boxes never takes the place of the whole."""
    practice = "practice-" if order.practice else ""
    some = "-again" if order.editions else ""
    press = "-press" if order.target == "press" else ""
    return station.workspace.state / "out" / run_id / f"{practice}{FILES[thing]}{some}{press}.pdf"


def _require_together(order: Order) -> None:
    unknown = [thing for thing in order.things if thing not in FILES]
    if unknown or not order.things:
        raise SelectionError(
            f"there is no {unknown[0]} to print" if unknown else "nothing is to be printed",
            where="--only",
            mend=f"Choose from {', '.join(FILES)}",
        )
    twice = [thing for thing, count in Counter(order.things).items() if count > 1]
    if twice:
        raise SelectionError(f"{twice[0]} is asked for twice", where="--only", mend="Name each once")
    if order.start > 1 and len(set(order.things) & set(CARDS)) != 1:
        raise SelectionError(
            "a begun sheet is used up by one kind of cards or labels",
            where="--start",
            mend=f"Add --only with one of {', '.join(CARDS)}",
        )
    others = [thing for thing in order.things if thing not in BY_EDITION]
    if order.editions and others:
        raise SelectionError(
            f"the {others[0]} is not printed box by box",
            where="--editions",
            mend=f"Add --only with some of {', '.join(BY_EDITION)}",
        )


def _editions(run: Run, order: Order, withdrawn: frozenset[int]) -> tuple[int, ...]:
    """Return which boxes are printed: those asked for, or all that are not withdrawn."""
    asked = parse_editions(order.editions, run.boxes) if order.editions else None
    gone = sorted(withdrawn & set(asked or ()))
    if gone:
        raise SelectionError(
            f"box No. {gone[0]} of {run.id} was withdrawn and is not printed again",
            where="--editions",
            mend="Leave it out",
        )
    if len(withdrawn) == run.boxes and set(order.things) & set(BY_EDITION):
        raise SelectionError(
            f"every box of {run.id} was withdrawn", mend="Print what is not box by box with --only"
        )
    return asked or tuple(each for each in range(1, run.boxes + 1) if each not in withdrawn)


def printable_address(base_url: str, order: Order) -> str:
    """Return where an order's cards open.

    Raises:
        BaseUrlError: the address must not be printed.
    """
    if order.practice_url is not None:
        return practice_address(order.practice_url)
    printable_host(base_url)
    return base_url


def _address(station: Station, run: Run, order: Order) -> str:
    base_url = printable_address(run.base_url, order)
    if not order.practice and station.workspace.base_url != run.base_url:
        raise BaseUrlError(
            f"{run.id} was committed for {run.base_url}; hopke.toml now says {station.workspace.base_url}",
            where="base_url",
            mend="Put the old address back: cards of one run never open at two places",
        )
    return base_url


def _pages(thing: str, station: Station, run: Run, series: Series) -> Sequence[Values]:
    workspace = station.workspace
    if thing == "run-sheet":
        return papers.run_sheet_values(station, run)
    values = {
        "leaflet": papers.leaflet_values,
        "classroom-sheet": papers.classroom_values,
        "certificate": papers.certificate_values,
    }
    return values[thing](workspace, series)
