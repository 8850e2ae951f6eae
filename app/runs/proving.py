"""Prove files that were printed before: read again card by card, and how well they will print."""

from dataclasses import dataclass
from pathlib import Path

from app.core.editions import EditionsError, parse_editions, write_editions
from app.core.errors import UserError
from app.press import raster
from app.press.design import Progress, read_design
from app.press.preflight import require_preflight
from app.press.proof import Proven, lines_on, predicted_grade, prove_cards
from app.press.rereading import count_pages
from app.runs import Station
from app.runs.decks import edition_words
from app.runs.life import show_run
from app.runs.orders import Order, file_of, work_out
from app.runs.printing import Steps


class FileMissingError(UserError):
    """There is no printed file of that kind."""


class SheetsError(UserError):
    """A selection of sheets cannot be read, or goes beyond the file."""


@dataclass(frozen=True)
class ProvenFile:
    """A file that is as it should be: what was read back, none for pages, and the predicted print grade."""

    thing: str
    path: Path
    proven: Proven | None
    grade: int | None


def prove_run(
    station: Station, run_id: str, order: Order, *, dpi: int, progress: Progress
) -> list[ProvenFile]:
    """Read the released files of a run again and compare every card with the ledger.

    Args:
        station: where the vault is.
        run_id: a printed run.
        order: whose files, and how closely; things without a file are left out unless some are named.
        dpi: dots per inch of the printer, for the predicted grade.
        progress: told cards proven and cards in all.

    Raises:
        FileMissingError: none of the files is there, or one that was named is not.
        PreflightError, ProofFailedError: the first thing that is wrong.
        UserError: the vault, the ledger or the renderer stands in the way.
    """
    raster.require_renderer()
    there = _things_there(station, run_id, order)
    work = work_out(station, run_id, order.of(there), withdrawn_too=True)
    steps = Steps(progress, sum(len(deck.cards) for deck in work.decks.values()))
    found = []
    for thing in there:
        path = file_of(station, run_id, thing, order)
        require_preflight(path, order.target)
        proven, grade = None, None
        if thing in work.decks:
            deck = work.decks[thing]
            sides = len(read_design(station.workspace, deck.design).sides)
            pairs = zip(deck.due, deck.editions, strict=False)
            spare = {due for due, edition in pairs if edition in work.withdrawn}
            proven = prove_cards(
                path, deck.due, sides, spare=spare, every_sheet=order.every_sheet, progress=steps.part
            )
            steps.next()
            grade = predicted_grade(path, dpi) if proven.module_mm else None
        found.append(ProvenFile(thing, path, proven, grade))
    return found


def editions_on(station: Station, run_id: str, sheets: str) -> str:
    """Return which boxes' cards stand on some sheets of the printed cards' file.

    Args:
        station: where the file is.
        run_id: a printed run.
        sheets: a selection of sheets from 1, as in "3,7-8".

    Raises:
        FileMissingError: the cards are not printed.
        SheetsError: the selection cannot be read, or goes beyond the file.
    """
    run = show_run(station, run_id)
    path = file_of(station, run_id, "insert", Order())
    if not path.is_file():
        raise FileMissingError(
            f"the cards of {run_id} are not there",
            where=str(path),
            mend="Name the boxes with --editions instead",
        )
    sides = len(read_design(station.workspace, station.workspace.paper.insert).sides)
    count = count_pages(path) // sides
    try:
        chosen = parse_editions(sheets, count)
    except EditionsError as error:
        raise SheetsError(
            f"{sheets!r} does not name sheets of {path.name}, which has {count}",
            where="--sheets",
            mend="Count them from 1 and write numbers and ranges with commas between them, as in 3,7-8",
        ) from error
    lines = set(lines_on(path, sides, chosen))
    return write_editions(
        edition for edition in range(1, run.boxes + 1) if edition_words(run, edition) in lines
    )


def _things_there(station: Station, run_id: str, order: Order) -> tuple[str, ...]:
    """Return the things whose files are there; those that were named must be."""
    there = tuple(thing for thing in order.things if file_of(station, run_id, thing, order).is_file())
    named = order.things != Order().things
    if there and (there == order.things or not named):
        return there
    missing = next(thing for thing in order.things if thing not in there)
    raise FileMissingError(
        f"{f'the {missing}' if named else 'nothing'} of {run_id} {'was not' if named else 'was'} printed for "
        f"the {order.target}",
        where=str(station.workspace.state / "out" / run_id),
        mend=f"Print it with: hopke run print {run_id}{f' --only {missing}' if named else ''}"
        f"{' --for press' if order.target == 'press' else ''}",
    )
