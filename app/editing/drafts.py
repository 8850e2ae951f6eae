"""Opening and saving the one draft of a text. No save overwrites another unseen."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.core.errors import UserError
from app.editing import Studio, Text
from app.editing.files import digest_of, last_version, look, newest_state, plain
from app.editing.pairs import carry
from app.ledger import Draft, Presence, Revision, Staff

LONGEST_TEXT = 200_000
"""Signs of a whole file; ten times the longest story."""
HERE_S = 60
"""For how long somebody counts as being there after their browser last said so."""
THINNED_EVERY = 50
"""After so many versions older saves are looked through."""
KEPT_WHOLE = timedelta(days=1)
THINNED_TO = timedelta(minutes=10)
"""Of saves older than `KEPT_WHOLE`, the last of each person in so long a time is kept."""


class StaleSaveError(UserError):
    """Somebody else has saved since; nothing was overwritten."""

    def __init__(self, version: int) -> None:
        super().__init__(
            "somebody else has saved this text since you opened it",
            mend="Look at both texts side by side; yours is still here",
        )
        self.version = version


class TextTooLongError(UserError):
    """A text is longer than a file may be."""


class NoDraftError(UserError):
    """There is no draft of this text."""


@dataclass(frozen=True)
class Opened:
    """A text as its editor sees it.

    Attributes:
        text: which one.
        words: the whole file: the draft's, or the published one where there is no draft.
        version: to be given back with the next save.
        state: "missing", "published", or the draft's: "draft", "submitted", "approved".
        published: what stands in the file, "" without one.
        behind: whether the file was changed by somebody else since the draft began.
        others: the names of those who have it open too.
    """

    text: Text
    words: str
    version: int
    state: str
    published: str
    behind: bool
    others: tuple[str, ...]


def open_text(studio: Studio, text: Text, staff: int | None, now: datetime) -> Opened:
    """Return a text as its editor sees it.

    Args:
        studio: the studio.
        text: the text.
        staff: who looks, None from the command line.
        now: the time.

    Raises:
        FileBrokenError: its file is not UTF-8.
    """
    look(studio, text, now)
    with studio.ledger.reading() as session:
        state = newest_state(session, text)
        draft = session.get(Draft, (text.kit, text.name))
        others = _others(session, text, staff, now)
        published = state.text if state and state.digest else ""
        there = "published" if state and state.digest else "missing"
        if draft is None:
            return Opened(text, published, last_version(session, text), there, published, False, others)
        newest = session.get_one(Revision, draft.newest)
        behind = draft.base != (state.id if state else None)
        return Opened(text, newest.text, draft.version, draft.state, published, behind, others)


def save(
    studio: Studio,
    text: Text,
    staff: int,
    words: str,
    *,
    version: int,
    now: datetime,
    kind: str = "saved",
    note: str = "",
) -> int:
    """Keep a text's words as its draft and return the version that they now are.

    A draft that was submitted or approved is a draft again: what was approved is never what nobody has read.
    The same words sent twice, for an answer was lost on the way, are kept once.

    Args:
        studio: the studio.
        text: the text.
        staff: who saves.
        words: the whole file.
        version: the one that was opened.
        now: the time.
        kind: "saved", "merged" (also begins from the file as it is now) or "restored".
        note: kept with the revision.

    Raises:
        StaleSaveError: the text has another version by now.
        TextTooLongError: it has more than `LONGEST_TEXT` signs.
        LedgerError: the ledger cannot be written; nothing was kept.
    """
    words = plain(words)
    if len(words) > LONGEST_TEXT:
        raise TextTooLongError(
            f"the text has {len(words)} signs; a file holds {LONGEST_TEXT}", mend="Divide it, or shorten it"
        )
    with studio.ledger.writing() as session:
        draft = session.get(Draft, (text.kit, text.name))
        state, last = newest_state(session, text), last_version(session, text)
        current = draft.version if draft else last
        before = session.get(Revision, draft.newest) if draft else state
        same = before is not None and before.text == words
        if same and kind == "saved":
            return current
        if version != current:
            raise StaleSaveError(current)
        kept = _keep(session, text, kind, words, last + 1, staff, now, note)
        carry(session, studio, text, before.text if before else "", words)
        if draft is None:
            base = state.id if state else None
            draft = Draft(
                kit=text.kit, name=text.name, version=0, state="draft", base=base, newest=0, begun_at=now
            )
        elif kind == "merged":
            draft.base = state.id if state else None
        draft.version, draft.newest = kept.version, kept.id or 0
        draft.state, draft.approved_by = "draft", None
        session.add(draft)
        if kept.version % THINNED_EVERY == 0:
            _thin(session, text, now)
    return kept.version


def discard(studio: Studio, text: Text, staff: int, *, version: int, now: datetime) -> None:
    """Give a draft up; its words stay in the history.

    Raises:
        NoDraftError: there is none.
        StaleSaveError: it has another version by now.
    """
    with studio.ledger.writing() as session:
        draft = session.get(Draft, (text.kit, text.name))
        if draft is None:
            raise no_draft(text)
        if draft.version != version:
            raise StaleSaveError(draft.version)
        words = session.get_one(Revision, draft.newest).text
        _keep(session, text, "discarded", words, last_version(session, text) + 1, staff, now, "")
        session.delete(draft)


def be_there(studio: Studio, text: Text, staff: int, now: datetime) -> tuple[str, ...]:
    """Remember that somebody has a text open, and return the names of the others who have."""
    with studio.ledger.writing() as session:
        session.merge(Presence(kit=text.kit, name=text.name, staff=staff, seen_at=now))
        return _others(session, text, staff, now)


def no_draft(text: Text) -> NoDraftError:
    """Return the refusal of a step that needs a draft."""
    return NoDraftError(f"there is no draft of {text.kit}/{text.name}", mend="Open it and write first")


def keep_step(
    session: Session, text: Text, kind: str, draft: Draft, staff: int | None, now: datetime, note: str = ""
) -> None:
    """Note a step of a draft's way in the history; the draft's version and words stay."""
    words = session.get_one(Revision, draft.newest).text
    step = _keep(session, text, kind, words, draft.version, staff, now, note)
    draft.newest = step.id or 0
    session.add(draft)


def _keep(
    session: Session,
    text: Text,
    kind: str,
    words: str,
    version: int,
    staff: int | None,
    now: datetime,
    note: str,
) -> Revision:
    kept = Revision(
        kit=text.kit, name=text.name, kind=kind, version=version, text=words,
        digest=digest_of(words), by=staff, note=note, at=now,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    return kept


def _others(session: Session, text: Text, staff: int | None, now: datetime) -> tuple[str, ...]:
    there = (
        select(Staff.name)
        .join(Presence, col(Presence.staff) == col(Staff.id))
        .where(Presence.kit == text.kit, Presence.name == text.name)
        .where(Presence.seen_at > now - timedelta(seconds=HERE_S), Presence.staff != staff)
        .order_by(Staff.name)
    )
    return tuple(session.exec(there))


def _thin(session: Session, text: Text, now: datetime) -> None:
    """Let go of saves that one and the same person followed up within minutes, once they are a day old."""
    old = select(Revision).where(
        Revision.kit == text.kit, Revision.name == text.name, Revision.at < now - KEPT_WHOLE
    )
    in_order = list(session.exec(old.order_by(col(Revision.id))))
    used = {id_ for draft in session.exec(select(Draft)) for id_ in (draft.base, draft.newest)}
    for one, next_ in itertools.pairwise(in_order):
        followed = one.kind == next_.kind == "saved" and one.by == next_.by
        if followed and _same_time(one.at, next_.at) and one.id not in used:
            session.delete(one)


def _same_time(one: datetime, other: datetime) -> bool:
    return int(one.timestamp() // THINNED_TO.total_seconds()) == int(
        other.timestamp() // THINNED_TO.total_seconds()
    )
