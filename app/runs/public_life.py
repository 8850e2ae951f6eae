"""The public life of a run: its seals posted where others keep them, on sale, revealed when it is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from app.core.commitment import Secrets, make_labels
from app.core.errors import UserError
from app.core.log import read_entry
from app.core.manifest import manifest_digest
from app.core.reveal import check_reveal, reveal_text
from app.core.witness import MANIFEST, ROOT, Posted, check_place, posted
from app.ledger import LogEntry, Revealed, Run
from app.press.screen import symbol_lines
from app.runs import Station, WrongStateError, find_run, require_state
from app.runs.log import record
from app.runs.marks import print_states

Ended = Literal["sold out", "withdrawn"]

LATE = {
    MANIFEST: "the boxes are drawn already, so this posting says nothing about the draw",
    ROOT: "the run is on sale already, so this posting says nothing about boxes sold before",
}
UNPOSTED = {
    MANIFEST: "the log names nobody who kept the manifest's hash before the draw; the run's page says so",
    ROOT: "the log names nobody who keeps the contents root; post it now with: "
    "hopke run witness {run} --what root --where PLACE",
}


class NotRevealableError(UserError):
    """The reveal of a run would not hold, so nothing was published."""


@dataclass(frozen=True)
class Told:
    """A run after a step, and what its maker should know about it."""

    run: Run
    notes: tuple[str, ...] = ()


def witness_run(station: Station, run_id: str, what: str, where: str, now: datetime) -> Told:
    """Write down where a seal of a run was posted, so that others keep it.

    Args:
        station: where the run is kept.
        run_id: a committed run for its manifest, a sealed one for its contents root.
        what: "manifest" or "root".
        where: the place in words; public for ever.
        now: aware.

    Returns:
        The run, and a note if it is too late for the posting to prove what it should.

    Raises:
        RunMissingError, WrongStateError: there is no such run, or not that seal yet.
        PlaceError: the place must not stand in a public log.
    """
    place = check_place(where)
    with station.ledger.writing() as session:
        run = find_run(session, run_id)
        later = ("sealed", "printed", "on sale", "revealed")
        require_state(run, f"witnessed by its {what}", *(later if what == ROOT else ("committed", *later)))
        record(session, run_id, "witnessed", now, what=what, where=place)
        last = _posted(session, run_id)[-1]
    return Told(run, () if last.early else (LATE[what],))


def sell_run(station: Station, run_id: str, now: datetime) -> Told:
    """Put a run on sale whose cards are all printed; withdrawn boxes stand aside.

    Args:
        station: where the run is kept.
        run_id: a printed run.
        now: aware.

    Returns:
        The run, and notes about seals that nobody keeps.

    Raises:
        RunMissingError, WrongStateError: there is no such run, it is not printed, or cards are to be printed.
    """
    with station.ledger.writing() as session:
        run = find_run(session, run_id)
        require_state(run, "put on sale", "printed")
        due = print_states(session, run).due
        if due:
            raise WrongStateError(
                f"{len(due)} cards of {run_id} are still to be printed, so it cannot be put on sale; "
                "nothing was changed",
                mend=f"See which with: hopke run show {run_id}",
            )
        run.on_sale_at = now
        session.add(run)
        early = {each.what for each in _posted(session, run_id) if each.early}
        record(session, run_id, "on sale", now)
    notes = (words.format(run=run_id) for what, words in UNPOSTED.items() if what not in early)
    return Told(run, tuple(notes))


def reveal_run(station: Station, run_id: str, ended: Ended, now: datetime) -> Told:
    """Open the draw of a run that is over, so that anyone can do it again.

    What is published is recomputed from the outside first: a reveal that does not hold is never published.

    Args:
        station: where the vault is.
        run_id: a run on sale.
        ended: "sold out" or "withdrawn".
        now: aware.

    Raises:
        RunMissingError, WrongStateError: there is no such run, or it is not on sale.
        VaultError: the vault does not hold the run's secret.
        NotRevealableError: ledger and vault do not give what was published; nothing was changed.
    """
    with station.ledger.reading() as session:
        run = find_run(session, run_id)
        require_state(run, "revealed", "on sale")
    secrets = Secrets.from_run_secret(station.vault.open(run_id))
    commitments = [label.commitment for label in make_labels(secrets, run.boxes, run.case_size)]
    root = run.contents_root or b""
    try:
        check_reveal(reveal_text(run.manifest or "", run.beacon_value or "", secrets.seed, commitments, root))
    except UserError as error:
        raise NotRevealableError(
            f"the reveal of {run_id} would not hold ({error.what}); nothing was published",
            mend="Work at the print station that sealed the run, or restore ledger and vault from a backup",
        ) from error
    joined = b"".join(commitments)
    with station.ledger.writing() as session:
        again = find_run(session, run_id)
        require_state(again, "revealed", "on sale")
        again.revealed_at = now
        session.add(again)
        session.add(Revealed(run=run_id, seed=secrets.seed, commitments=joined, ended=ended))
        record(session, run_id, "revealed", now, ended=ended, seed=secrets.seed.hex())
    return Told(again)


def require_revealable(station: Station, run_id: str) -> Run:
    """Return a run that may be revealed, before its maker is asked whether it shall be.

    Raises:
        RunMissingError, WrongStateError: there is no such run, or it is not on sale.
    """
    with station.ledger.reading() as session:
        run = find_run(session, run_id)
        require_state(run, "revealed", "on sale")
    return run


def witness_text(run: Run) -> str:
    """Return what the QR symbol of a committed run says, for a witness to keep."""
    return f"HB1 {run.id} {manifest_digest(run.manifest or '').hex()}"


def witness_symbol(run: Run) -> tuple[str, ...]:
    """Return the QR symbol of `witness_text` as lines for a terminal, black on white."""
    return symbol_lines(witness_text(run))


def _posted(session: Session, run_id: str) -> tuple[Posted, ...]:
    session.flush()
    texts = select(LogEntry.text).where(LogEntry.run == run_id).order_by(col(LogEntry.number))
    return posted(read_entry(text) for text in session.exec(texts))
