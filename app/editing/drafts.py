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
from app.reading import FileBrokenError

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
        revision: the draft's newest revision, or the file's state; None where there is neither.
        base: the file's state that the draft began from.
        alone_because: why the text may stand in one language before the others, "" if nothing says.
        broken: what keeps the file from being read; the draft's words are there all the same.
    """

    text: Text
    words: str
    version: int
    state: str
    published: str
    behind: bool
    others: tuple[str, ...]
    revision: int | None = None
    base: int | None = None
    alone_because: str = ""
    broken: UserError | None = None


def open_text(studio: Studio, text: Text, staff: int | None, now: datetime) -> Opened:
    """Return a text as its editor sees it, also where its file is broken.

    Args:
        studio: the studio.
        text: the text.
        staff: who looks, None from the command line.
        now: the time.
    """
    broken = None
    try:
        look(studio, text, now)
    except FileBrokenError as error:
        broken = error
    with studio.ledger.reading() as session:
        state = newest_state(session, text)
        draft = session.get(Draft, (text.kit, text.name))
        others = _others(session, text, staff, now)
        published = state.text if state and state.digest else ""
        there = "published" if state and state.digest else "missing"
        id_ = state.id if state else None
        if draft is None:
            version = last_version(session, text)
            return Opened(text, published, version, there, published, False, others, id_, id_, broken=broken)
        words, behind = session.get_one(Revision, draft.newest).text, draft.base != id_
        return Opened(
            text, words, draft.version, draft.state, published, behind, others,
            draft.newest, draft.base, draft.alone_because, broken,
        )  # fmt: skip


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
    base: int | None = None,
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
        kind: "saved", "merged" or "restored".
        note: kept with the revision.
        base: the state of the file that these words have taken in; None leaves the draft's as it is. What
            somebody else put into the file later than that is still to be taken in.

    Raises:
        StaleSaveError: the text has another version by now; the words are kept aside.
        TextTooLongError: it has more than `LONGEST_TEXT` signs.
        LedgerError: the ledger cannot be written; nothing was kept.
    """
    words = plain(words)
    if len(words) > LONGEST_TEXT:
        raise TextTooLongError(
            f"the text has {len(words)} signs; a file holds {LONGEST_TEXT}", mend="Divide it, or shorten it"
        )
    try:
        return _save(studio, text, staff, words, version, now, kind, note, base)
    except StaleSaveError:
        _keep_aside(studio, text, staff, words, version, now)
        raise


def _save(
    studio: Studio,
    text: Text,
    staff: int,
    words: str,
    version: int,
    now: datetime,
    kind: str,
    note: str,
    base: int | None,
) -> int:
    with studio.ledger.writing() as session:
        draft = session.get(Draft, (text.kit, text.name))
        state, last = newest_state(session, text), last_version(session, text)
        current = draft.version if draft else last
        before = session.get(Revision, draft.newest) if draft else state
        same = before is not None and before.text == words
        if same and kind == "saved" and base is None:
            return current
        if version != current:
            raise StaleSaveError(current)
        kept = _keep(session, text, kind, words, last + 1, staff, now, note)
        carry(session, studio, text, before.text if before else "", words)
        if draft is None:
            began = state.id if state else None
            draft = Draft(
                kit=text.kit, name=text.name, version=0, state="draft", base=began, newest=0, begun_at=now
            )
        if base is not None:
            draft.base = base
        draft.version, draft.newest = kept.version, kept.id or 0
        draft.state, draft.approved_by = "draft", None
        session.add(draft)
        if kept.version % THINNED_EVERY == 0:
            _thin(session, text, now)
    return kept.version


def _keep_aside(studio: Studio, text: Text, staff: int, words: str, version: int, now: datetime) -> None:
    """Keep words that came too late; of what one person goes on writing below one version, the last."""
    with studio.ledger.writing() as session:
        aside = (
            select(Revision)
            .where(Revision.kit == text.kit, Revision.name == text.name, Revision.kind == "aside")
            .where(Revision.by == staff, Revision.note == str(version))
        )
        kept = session.exec(aside).first()
        if kept is None:
            _keep(session, text, "aside", words, 0, staff, now, str(version))
            return
        kept.text, kept.digest, kept.at = words, digest_of(words), now
        session.add(kept)


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
    of_text = select(Revision.id, Revision.kind, Revision.by, Revision.at).where(
        Revision.kit == text.kit, Revision.name == text.name
    )
    in_order = list(session.exec(of_text.where(Revision.at < now - KEPT_WHOLE).order_by(col(Revision.id))))
    used = {str(id_) for draft in session.exec(select(Draft)) for id_ in (draft.base, draft.newest)}
    brought_back = select(Revision.note).where(
        Revision.kit == text.kit, Revision.name == text.name, Revision.kind == "restored"
    )
    used |= set(session.exec(brought_back))  # who wrote them is asked when they are to be approved
    for (id_, kind, by, at), (_, next_kind, next_by, next_at) in itertools.pairwise(in_order):
        followed = kind == next_kind == "saved" and by == next_by
        if followed and _same_time(at, next_at) and str(id_) not in used:
            session.delete(session.get_one(Revision, id_))


def _same_time(one: datetime, other: datetime) -> bool:
    return int(one.timestamp() // THINNED_TO.total_seconds()) == int(
        other.timestamp() // THINNED_TO.total_seconds()
    )
