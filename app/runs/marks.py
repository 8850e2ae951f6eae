"""What becomes of printed cards: printed, spoiled and printed again, or voided for good."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from app.core.editions import parse_editions, write_editions
from app.core.errors import UserError
from app.core.print_state import INSERT, PRINTED, SPOILED, VOIDED, Kind, PrintStates, fold_marks
from app.ledger import PrintMark, Run
from app.runs import Station, find_run, require_state
from app.runs.log import record


class VoidedBoxError(UserError):
    """A voided box is withdrawn for good; nothing of it is printed or spoiled again."""


class UnprintedError(UserError):
    """What was never printed cannot be spoiled."""


@dataclass(frozen=True)
class Marked:
    """What a mark changed: editions that took it, those that had it already, and how the run stands now."""

    run: str
    kind: Kind
    changed: tuple[int, ...]
    already: tuple[int, ...]
    states: PrintStates


def print_states(session: Session, run: Run, *, thing: str = INSERT) -> PrintStates:
    """Return the state of every box of a run, for one printed thing; a voided box is so for all of them."""
    marks = (
        select(PrintMark.kind, PrintMark.editions)
        .where(PrintMark.run == run.id, or_(col(PrintMark.thing) == thing, col(PrintMark.kind) == VOIDED))
        .order_by(col(PrintMark.id))
    )
    return fold_marks(run.boxes, session.exec(marks))


def record_mark(
    session: Session, run: Run, kind: Kind, editions: Collection[int], now: datetime, *, thing: str = INSERT
) -> tuple[int, ...]:
    """Write down what was done to some boxes' printed matter; called inside a writing block.

    Args:
        session: the writing block's.
        run: the run, read in the same block.
        kind: "printed", "spoiled" or "voided".
        editions: edition numbers of the run, at least one.
        now: aware.
        thing: what was printed, by its design.

    Returns:
        The editions that took the mark, ascending: to spoil the spoiled or void the voided changes nothing,
        while to print again is a print and is written down.

    Raises:
        NoEditionsError, BeyondRunError: `editions` is not a selection of the run's boxes.
        VoidedBoxError: a voided box would be printed or spoiled.
        UnprintedError: a box that was never printed would be spoiled.
    """
    selected = parse_editions(write_editions(editions), run.boxes)
    states = print_states(session, run, thing=thing)
    if kind != VOIDED:
        voided = states.voided.intersection(selected)
        _refuse(voided, VoidedBoxError, run, f"is voided for good and cannot be {kind}")
    if kind == SPOILED:
        unprinted = set(selected) - states.printed - states.spoiled
        _refuse(unprinted, UnprintedError, run, "was never printed and cannot be spoiled")
    so_already = {PRINTED: frozenset[int](), SPOILED: states.spoiled, VOIDED: states.voided}[kind]
    changed = tuple(edition for edition in selected if edition not in so_already)
    if changed:
        session.add(PrintMark(run=run.id, kind=kind, thing=thing, editions=write_editions(changed), at=now))
        session.flush()  # the order of marks is their order of ids, and a count that follows sees this one
        what = {} if kind == VOIDED else {"thing": thing}
        record(session, run.id, kind, now, boxes=len(changed), **what)
    return changed


def standing(station: Station, run_id: str) -> PrintStates | None:
    """Return how the inserts of a run stand, nothing before the first mark.

    Raises:
        RunMissingError: there is no such run.
    """
    with station.ledger.reading() as session:
        states = print_states(session, find_run(session, run_id))
    return None if len(states.never) == states.boxes else states


def spoil(station: Station, run_id: str, editions_text: str, now: datetime) -> Marked:
    """Mark printed inserts as spoiled: they are needed again.

    Args:
        station: where the run is kept.
        run_id: a run of which cards were printed.
        editions_text: edition numbers such as "17,40-52".
        now: aware.

    Raises:
        RunMissingError, WrongStateError: there is no such run, or it is not printed yet.
        EditionsError: the numbers cannot be read, or are not the run's.
        VoidedBoxError, UnprintedError: one of them is voided or was never printed; none was marked.
    """
    return _mark(station, run_id, SPOILED, editions_text, now)


def void(station: Station, run_id: str, editions_text: str, now: datetime) -> Marked:
    """Withdraw boxes for good: their codes go into no album any more and nothing of them is printed again.

    Args:
        station: where the run is kept.
        run_id: a run of which cards were printed.
        editions_text: edition numbers such as "17,40-52".
        now: aware.

    Raises:
        RunMissingError, WrongStateError: there is no such run, or it is not printed yet.
        EditionsError: the numbers cannot be read, or are not the run's.
    """
    return _mark(station, run_id, VOIDED, editions_text, now)


def _mark(station: Station, run_id: str, kind: Kind, editions_text: str, now: datetime) -> Marked:
    with station.ledger.writing() as session:
        run = find_run(session, run_id)
        begun = len(print_states(session, run).never) < run.boxes
        require_state(run, kind, "printed", "on sale", *(["sealed"] if begun else []))
        editions = parse_editions(editions_text, run.boxes)
        changed = record_mark(session, run, kind, editions, now)
        states = print_states(session, run)
    already = tuple(sorted(set(editions) - set(changed)))
    return Marked(run_id, kind, changed, already, states)


def _refuse(wrong: Collection[int], error: type[UserError], run: Run, why: str) -> None:
    if wrong:
        raise error(f"No. {write_editions(wrong)} of {run.id} {why}; nothing was marked", mend="Leave it out")
