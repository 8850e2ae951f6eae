"""Print a run: set, stamp, check, read every card back, and only then release."""

import errno
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.core.errors import UserError
from app.core.print_state import INSERT
from app.ledger import Run
from app.press import raster
from app.press.cards import PrintedCards, print_cards
from app.press.design import Progress
from app.press.document import unwritten
from app.press.job import Job, corrections
from app.press.pages import print_pages
from app.press.preflight import require_preflight
from app.press.proof import Proven, prove_cards
from app.processes import cores
from app.runs import Station, find_run
from app.runs.decks import Deck
from app.runs.log import record
from app.runs.marks import print_states, record_mark
from app.runs.orders import WORDS, Order, Work, file_of, work_out
from app.workspace import Workspace

_DRAFT = ".draft"


class PrintingError(UserError):
    """Another print of the same workspace is under way."""


@dataclass(frozen=True)
class PrintedFile:
    """A released file; `cards` and `proven` say what was read back from it, none for pages."""

    thing: str
    path: Path
    cards: PrintedCards | None = None
    proven: Proven | None = None


@dataclass(frozen=True)
class Printed:
    """What a print made, for how many boxes, and whether it was practice."""

    files: tuple[PrintedFile, ...]
    boxes: int
    practice: bool

    def file(self, thing: str) -> PrintedFile:
        """Return the file of one thing."""
        return next(file for file in self.files if file.thing == thing)


def print_run(station: Station, run_id: str, order: Order, *, now: datetime, progress: Progress) -> Printed:
    """Print what a run needs and read every card back before it counts as printed.

    Args:
        station: where the vault is.
        run_id: a run that is sealed; committed is enough for what tells nothing of the content.
        order: what, and how.
        now: aware.
        progress: told steps done and steps in all.

    Raises:
        WrongStateError, RunMissingError: the run is not so far.
        BaseUrlError: the address must not be printed, or is not the committed one.
        SelectionError, EditionsError: the order does not go together.
        PreflightError, ProofFailedError: a file is not as it should be; none is released.
        PrintingError: another print is under way.
        UserError: a design, a story, the vault or the disk stands in the way.
    """
    raster.require_renderer()
    work = work_out(station, run_id, order)
    steps = Steps(
        progress,
        2 * sum(len(deck.cards) for deck in work.decks.values()) + sum(map(len, work.pages.values())),
    )
    files: list[PrintedFile] = []
    with drafting(station.workspace, file_of(station, run_id, order.things[0], order).parent):
        for thing in order.things:
            path = file_of(station, run_id, thing, order)
            files.append(PrintedFile(thing, path))
            # The same before and after the draw: what stands outside must not tell when it was printed.
            made_at = work.run.committed_at or work.run.planned_at
            job = deck_job(station.workspace, order, f"{run_id} {WORDS[thing]}", made_at=made_at)
            if thing in work.pages:
                print_pages(
                    station.workspace, thing, work.pages[thing], job, draft(path), progress=steps.part
                )
                steps.next()
            else:
                files[-1] = print_deck(station.workspace, thing, work.decks[thing], job, path, order, steps)
            require_preflight(draft(path), order.target)
        if not order.practice:
            _count(station, work, order.things, now)
        for file in files:
            os.replace(draft(file.path), file.path)
    return Printed(tuple(files), len(work.editions), order.practice)


def print_deck(
    workspace: Workspace, thing: str, deck: Deck, job: Job, path: Path, order: Order, steps: "Steps"
) -> PrintedFile:
    """Print a deck of cards as a draft and read every one back.

    Raises:
        ProofFailedError: a card is not as it should be.
        UserError: the design or the disk stands in the way.
    """
    made = print_cards(
        workspace,
        deck.design,
        deck.variants,
        deck.cards,
        job,
        draft(path),
        progress=steps.part,
        parts=deck.parts,
    )
    steps.next()
    proven = prove_cards(
        draft(path), deck.due, made.sides, every_sheet=order.every_sheet, progress=steps.part
    )
    steps.next()
    return PrintedFile(thing, path, made, proven)


def deck_job(workspace: Workspace, order: Order, title: str, *, made_at: datetime) -> Job:
    """Return how an order is put on this station's paper."""
    return Job(
        title=title,
        made_at=made_at,
        target=order.target,
        sheet=order.sheet,
        start=order.start,
        stacked=order.stacked,
        back_mm=corrections(workspace) if order.target == "office" else {},
        practice=order.practice,
        processes=order.processes or cores(),
    )


def draft(path: Path) -> Path:
    """Return where a file lies until it is proven."""
    return path.with_name(f".{path.name}{_DRAFT}")


@contextmanager
def drafting(workspace: Workspace, folder: Path) -> Iterator[None]:
    """Let drafts lie in a folder for a while: alone in the workspace, and none before or after.

    A killed print leaves drafts, which the next one takes away, and no lock: the system lets go of that.

    Raises:
        PrintingError: another process is printing, and the two would write over each other's drafts.
        OutputError: the disk is full, or must not be written to.
    """
    path = workspace.state / "printing.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("w")
    except OSError as error:
        raise unwritten(path, error) from error
    with lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:  # a disk that knows no locks is printed on all the same
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise PrintingError(
                    "another print is under way",
                    where=str(workspace.state),
                    mend="Wait until it is done, then repeat",
                ) from error
        _sweep(folder)
        try:
            yield
        finally:
            _sweep(folder)


def _sweep(folder: Path) -> None:
    for path in folder.glob(f".*{_DRAFT}"):
        path.unlink(missing_ok=True)


class Steps:
    """One progress bar over several parts of a work."""

    def __init__(self, progress: Progress, whole: int) -> None:
        self._progress, self._whole = progress, whole
        self._before = self._here = 0

    def part(self, done: int, _of: int) -> None:
        """Tell how much of the part at hand is done."""
        self._here = done
        self._progress(self._before + done, self._whole)

    def next(self) -> None:
        """Begin the next part."""
        self._before, self._here = self._before + self._here, 0


def _count(station: Station, work: Work, things: Sequence[str], now: datetime) -> None:
    """Write down what was printed; the boxes of inserts are printed, and the run once all of them are."""
    with station.ledger.writing() as session:
        run: Run = find_run(session, work.run.id)
        for thing in things:
            if thing != INSERT:
                record(session, run.id, "printed", now, boxes=len(work.editions), thing=thing)
                continue
            record_mark(session, run, "printed", work.editions, now)
            if not print_states(session, run).due:
                run.printed_at = run.printed_at or now
            session.add(run)
