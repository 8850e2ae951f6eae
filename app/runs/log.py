"""The log of everything done to runs: written in the block of the deed itself, verified by anyone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.core.editions import parse_editions
from app.core.log import FIRST_PREVIOUS, Entry, LogError, check_log, entry_digest, write_entry
from app.core.manifest import manifest_digest
from app.core.print_state import INSERT, PRINTED, SPOILED, VOIDED
from app.ledger import LogEntry, PrintMark, Revealed, Run
from app.runs import Station, find_run

_STEPS = {
    "committed": "committed_at",
    "sealed": "sealed_at",
    "on sale": "on_sale_at",
    "revealed": "revealed_at",
}


@dataclass(frozen=True)
class Log:
    """The log of a maker, in agreement with the ledger; `head` is its last entry's hash in hex."""

    entries: tuple[Entry, ...]
    head: str


def record(session: Session, run_id: str, did: str, now: datetime, **told: str | int) -> None:
    """Write an entry behind the last one; called inside the writing block of what was done.

    Args:
        session: the writing block's.
        run_id: the run.
        did: one of core.log.DEEDS.
        now: aware.
        told: exactly the fields of that deed.

    Raises:
        LogError: the deed is none, or its fields are others.
    """
    session.flush()
    last = session.exec(select(LogEntry).order_by(col(LogEntry.number).desc()).limit(1)).first()
    number = last.number + 1 if last else 1
    previous = entry_digest(last.text).hex() if last else FIRST_PREVIOUS
    text = write_entry(number, previous, now, run_id, did, told)
    session.add(LogEntry(number=number, run=run_id, text=text))


def read_log(session: Session) -> list[str]:
    """Return the texts of all entries, the first first."""
    return list(session.exec(select(LogEntry.text).order_by(col(LogEntry.number))))


def verify_log(station: Station) -> Log:
    """Check that the log is unbroken, and that it and the ledger tell of the same deeds.

    Raises:
        LogError: the first thing that does not agree.
    """
    with station.ledger.reading() as session:
        entries = check_log(read_log(session))
        for run in session.exec(select(Run).order_by(Run.id)):
            _agree(session, run, [entry for entry in entries if entry.run == run.id])
    return Log(tuple(entries), entries[-1].digest.hex() if entries else FIRST_PREVIOUS)


def require_logged(session: Session, run: Run) -> None:
    """Refuse a run of which the log and the ledger tell differently.

    Raises:
        LogError: naming what does not agree.
    """
    entries = check_log(read_log(session))
    _agree(session, run, [entry for entry in entries if entry.run == run.id])


def log_of(station: Station, run_id: str | None) -> list[Entry]:
    """Return the entries of a run, or all, after checking that the log is unbroken.

    Raises:
        RunMissingError: there is no such run.
        LogError: the first entry that is not what it should be.
    """
    with station.ledger.reading() as session:
        if run_id is not None:
            find_run(session, run_id)
        entries = check_log(read_log(session))
    return [entry for entry in entries if run_id in (None, entry.run)]


def _agree(session: Session, run: Run, entries: Sequence[Entry]) -> None:
    """Refuse a run that the ledger and the log tell of differently.

    Raises:
        LogError: naming what does not agree.
    """
    if not entries:
        raise _differ(run, "it has no entry")
    adopted = next((entry for entry in entries if entry.did == "adopted"), None)
    for did, column in _STEPS.items():
        before = adopted is not None and _had(adopted, did)
        told = sum(entry.did == did for entry in entries) + before
        if told != bool(getattr(run, column)):
            raise _differ(run, f"it is told {told} times to be {did}")
    opened = session.get(Revealed, run.id)
    wanted = {
        "manifest": manifest_digest(run.manifest).hex() if run.manifest else "",
        "root": (run.contents_root or b"").hex(),
        "seed": opened.seed.hex() if opened else "",
    }
    for name, value in wanted.items():
        found = {entry.told[name] for entry in entries if entry.told.get(name)}
        if found != ({value} if value else set()):
            raise _differ(run, f"its {name} is another")
    if adopted is None:
        for kind in (PRINTED, SPOILED, VOIDED):
            deeds = [entry.told for entry in entries if entry.did == kind]
            boxes = sum(int(deed["boxes"]) for deed in deeds if deed.get("thing", INSERT) == INSERT)
            if boxes != _marked(session, run, kind):
                raise _differ(run, f"another number of boxes is told to be {kind}")


def _had(adopted: Entry, did: str) -> bool:
    field = {"committed": "manifest", "sealed": "root"}.get(did)
    return bool(field and adopted.told[field])


def _marked(session: Session, run: Run, kind: str) -> int:
    marks = session.exec(select(PrintMark.editions).where(PrintMark.run == run.id, PrintMark.kind == kind))
    return sum(len(parse_editions(text, run.boxes)) for text in marks)


def _differ(run: Run, why: str) -> LogError:
    return LogError(
        f"The log and the ledger do not agree about {run.id}: {why}",
        where="log",
        mend="Something was changed past the program; restore the ledger from a backup",
    )
