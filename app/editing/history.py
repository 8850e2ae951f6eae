"""A text's history: every state, who wrote and approved it, what changed between two, bringing one back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.core.approval import without_approval
from app.core.blocks import Change, changes
from app.core.errors import UserError
from app.editing import Studio, Text
from app.editing.drafts import save
from app.editing.files import look
from app.editing.reviewing import WRITING
from app.ledger import Revision, Staff

STEPS = ("submitted", "returned", "approved")
"""Kinds of revisions whose words are those of the one before."""


class RevisionMissingError(UserError):
    """A text has no revision of this number."""


@dataclass(frozen=True)
class Past:
    """One state of a text.

    Attributes:
        id: its number.
        kind: "foreign", "saved", "merged", "restored", "submitted", "returned", "withdrawn", "approved",
            "published", "cut off", "discarded", or "aside": words that came too late to be saved, kept beside
            the draft.
        version: the draft's then.
        who: the name of whoever did it, "" for a foreign state and for the command line.
        at: when.
        note: a reviewer's reason, why a text goes first, or of a restored one the number that it was.
        gone: whether the file was taken away.
    """

    id: int
    kind: str
    version: int
    who: str
    at: datetime
    note: str
    gone: bool


@dataclass(frozen=True)
class Compared:
    """Two states of a text.

    Attributes:
        older: the earlier one, None before the first.
        newer: the later one.
        changes: what became of each block; the line that says who approved it is left out.
        words: the later one's whole file.
    """

    older: Past | None
    newer: Past
    changes: tuple[Change, ...]
    words: str


@dataclass(frozen=True)
class People:
    """Who wrote, who approved and who published what stands in a text's file, by name, each once.

    Attributes:
        authors: those who wrote, the first first.
        approvers: those who approved.
        publisher: who published it last, "" for the command line.
        foreign: whether somebody changed the file outside the studio since it last was published here.
    """

    authors: tuple[str, ...]
    approvers: tuple[str, ...]
    publisher: str
    foreign: bool


def history(
    studio: Studio, text: Text, now: datetime, *, before: int | None = None, most: int = 200
) -> tuple[Past, ...]:
    """Return a text's states, the newest first, after looking at its file.

    Args:
        studio: the studio.
        text: the text.
        now: the time.
        before: only those with a lower number than this, for the next page.
        most: at most so many.

    Raises:
        FileBrokenError: the file cannot be read.
    """
    look(studio, text, now)
    with studio.ledger.reading() as session:
        rows = session.exec(
            select(Revision, Staff.name)
            .join(Staff, col(Staff.id) == col(Revision.by), isouter=True)
            .where(Revision.kit == text.kit, Revision.name == text.name)
            .where(col(Revision.id) < before if before is not None else True)
            .order_by(col(Revision.id).desc())
            .limit(most)
        )
        return tuple(_past(row, name) for row, name in rows)


def compare(studio: Studio, text: Text, revision: int, to: int | None = None) -> Compared:
    """Return one state of a text beside another.

    Args:
        studio: the studio.
        text: the text.
        revision: its number.
        to: the number of the other; None for the one before with other words.

    Raises:
        RevisionMissingError: the text has no such state.
    """
    with studio.ledger.reading() as session:
        one = _find(session, text, revision)
        other = _find(session, text, to) if to is not None else _before(session, one)
        older, newer = (other, one) if other is None or (other.id or 0) <= (one.id or 0) else (one, other)
        found = changes(without_approval(older.text if older else ""), without_approval(newer.text))
        return Compared(
            _past(older, _name(session, older)) if older else None,
            _past(newer, _name(session, newer)),
            found,
            newer.text,
        )


def words_of(studio: Studio, text: Text, revision: int) -> str:
    """Return the whole file as it was in one state.

    Raises:
        RevisionMissingError: the text has no such state.
    """
    with studio.ledger.reading() as session:
        return _find(session, text, revision).text


def restore(studio: Studio, text: Text, staff: int, revision: int, *, version: int, now: datetime) -> int:
    """Bring a state's words back as the draft and return its version; what is there now stays in the history.

    Raises:
        RevisionMissingError: the text has no such state, or no file stood there then.
        StaleSaveError: the text has another version by now.
    """
    words = without_approval(words_of(studio, text, revision))
    if not words:
        raise _missing(text, revision)
    return save(studio, text, staff, words, version=version, now=now, kind="restored", note=str(revision))


def people_of(studio: Studio, text: Text) -> People:
    """Return who wrote, who approved and who published what stands in a text's file."""
    with studio.ledger.reading() as session:
        rows = session.exec(
            select(Revision.kind, Staff.name)
            .join(Staff, col(Staff.id) == col(Revision.by), isouter=True)
            .where(Revision.kit == text.kit, Revision.name == text.name, ~col(Revision.pending))
            .order_by(col(Revision.id))
        )
        return _people([(kind, name or "") for kind, name in rows])


def _people(rows: Sequence[tuple[str, str]]) -> People:
    last = max((place for place, (kind, _) in enumerate(rows) if kind == "published"), default=-1)
    authors = [name for kind, name in rows[: last + 1] if kind in WRITING and name]
    approvers: list[str] = []
    for place, (kind, _) in enumerate(rows[: last + 1]):
        if kind == "published":
            approved = [name for was, name in rows[:place] if was == "approved" and name]
            approvers += approved[-1:]
    foreign = any(kind == "foreign" for kind, _ in rows[last + 1 :])
    publisher = rows[last][1] if last >= 0 else ""
    return People(tuple(dict.fromkeys(authors)), tuple(dict.fromkeys(approvers)), publisher, foreign)


def _before(session: Session, one: Revision) -> Revision | None:
    """Return the newest earlier state with other words than this one's; steps keep the words."""
    earlier = (
        select(Revision)
        .where(Revision.kit == one.kit, Revision.name == one.name, col(Revision.id) < one.id)
        .where(Revision.kind != "aside")
        .order_by(col(Revision.id).desc())
    )
    bare = without_approval(one.text)
    found = None
    for found in session.exec(earlier):
        if one.kind in STEPS or without_approval(found.text) != bare:
            return found
    return found


def _find(session: Session, text: Text, revision: int) -> Revision:
    found = session.get(Revision, revision)
    if found is None or (found.kit, found.name) != (text.kit, text.name):
        raise _missing(text, revision)
    return found


def _missing(text: Text, revision: int) -> RevisionMissingError:
    return RevisionMissingError(
        f"{text.kit}/{text.name} has no state number {revision}", mend="Choose one from its history"
    )


def _name(session: Session, revision: Revision) -> str | None:
    who = session.get(Staff, revision.by) if revision.by is not None else None
    return who.name if who else None


def _past(row: Revision, name: str | None) -> Past:
    # Nobody sends a text back without a reason: without one its writer took it back.
    kind = "withdrawn" if row.kind == "returned" and not row.note else row.kind
    return Past(row.id or 0, kind, row.version, name or "", row.at, row.note, not row.digest)
