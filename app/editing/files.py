"""The published files beside the ledger: what somebody else changed, and what was cut off."""

import contextlib
import fcntl
import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.errors import UserError
from app.editing import Studio, Text
from app.editing.pairs import adopt, carry
from app.ledger import Draft, Revision
from app.library import story_path
from app.reading import FileBrokenError
from app.writing import write_whole


class FileUnwritableError(UserError):
    """A published file cannot be replaced; nothing was changed."""


@dataclass(frozen=True)
class FileState:
    """A text's file as it is.

    Attributes:
        text: what stands in it, "" without a file.
        digest: SHA-256 of its bytes in hexadecimal digits, "" without a file.
    """

    text: str
    digest: str


def path_of(studio: Studio, text: Text) -> Path:
    """Return where a text's file lies."""
    return story_path(studio.workspace, text.kit, text.name)


def plain(words: str) -> str:
    """Return a text as files hold it: Unicode form C, one sign at a line's end, one line's end at its own."""
    lines = unicodedata.normalize("NFC", words).replace("\r\n", "\n").replace("\r", "\n")
    return lines.rstrip("\n") + "\n" if lines.strip() else ""


def digest_of(words: str) -> str:
    """Return the SHA-256 of a text's file in hexadecimal digits, "" of no text."""
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


def file_state(studio: Studio, text: Text) -> FileState:
    """Return a text's file as it is.

    Raises:
        FileBrokenError: it is not UTF-8.
    """
    path = path_of(studio, text)
    try:
        content = path.read_bytes()
    except OSError:
        return FileState("", "")
    try:
        words = unicodedata.normalize("NFC", content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise FileBrokenError(
            f"the file is not UTF-8 (byte {error.start})", where=str(path), mend="Save it again as UTF-8"
        ) from error
    return FileState(words, hashlib.sha256(content).hexdigest())


@contextlib.contextmanager
def alone(studio: Studio) -> Iterator[None]:
    """Let one process at a time compare files with the ledger or replace them; a kill ends the turn too."""
    studio.workspace.state.mkdir(parents=True, exist_ok=True)
    with (studio.workspace.state / "publishing.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def newest_state(session: Session, text: Text) -> Revision | None:
    """Return the last state of a text's file that the ledger knows, None if it knows none."""
    states = col(Revision.kind).in_(("foreign", "published"))
    return session.exec(_of(text).where(states).order_by(col(Revision.id).desc())).first()


def last_version(session: Session, text: Text) -> int:
    """Return the highest version that any revision of a text has, 0 before the first."""
    highest = select(func.max(Revision.version)).where(Revision.kit == text.kit, Revision.name == text.name)
    return session.exec(highest).one() or 0


def look(studio: Studio, text: Text, now: datetime) -> Revision | None:
    """Return the state of a text's file, which is kept as a foreign revision if the studio did not write it.

    A publication that was cut off is done if its file stands; if it does not, nothing was published.

    Args:
        studio: the studio.
        text: the text.
        now: the time to remember.

    Returns:
        The newest state; its digest is "" where a file was taken away; None where there never was one.

    Raises:
        FileBrokenError: the file is not UTF-8.
        LedgerError: the ledger cannot be written.
    """
    with studio.ledger.reading() as session:
        known = newest_state(session, text)
    if known is not None and not known.pending and known.digest == file_state(studio, text).digest:
        return known
    with alone(studio):
        return settle(studio, text, now)


def settle(studio: Studio, text: Text, now: datetime) -> Revision | None:
    """Do what `look` says, in a turn of `alone`."""
    state = file_state(studio, text)
    with studio.ledger.writing() as session:
        known = newest_state(session, text)
        if known is not None and known.pending:
            if known.digest == state.digest:
                finish(session, known)
                return known
            session.delete(known)  # the file was not replaced: nothing was published
            session.flush()
            known = newest_state(session, text)
        if (known.digest if known else "") == state.digest:
            return known
        found = Revision(
            kit=text.kit,
            name=text.name,
            kind="foreign",
            version=last_version(session, text) + 1,
            text=state.text,
            digest=state.digest,
            at=now,
        )
        session.add(found)
        before = known.text if known else ""
        adopt(session, studio, text, before or state.text)
        carry(session, studio, text, before, state.text)
    return found


def finish(session: Session, published: Revision) -> None:
    """Note that a publication is done: its file stands, and the draft it came from is over.

    Words that were saved since stay a draft, of the text that now is published.
    """
    published.pending = False
    session.add(published)
    draft = session.get(Draft, (published.kit, published.name))
    if draft is not None and draft.newest < (published.id or 0):
        session.delete(draft)
    elif draft is not None:
        draft.base = published.id
        session.add(draft)


def write_published(studio: Studio, text: Text, words: str) -> None:
    """Replace a text's file in one step, in a turn of `alone`; it lies on the disk when this returns.

    Raises:
        FileUnwritableError: it cannot be written; the old file stands.
    """
    path = path_of(studio, text)
    try:
        for cut_off in path.parent.glob(f".{path.name}.*"):
            cut_off.unlink()
        write_whole(path, words.encode(), durably=True, mode=0o644)
    except OSError as error:
        raise FileUnwritableError(
            f"the file cannot be written ({error.strerror}); what was published before still stands",
            where=str(path),
            mend="Free some space or mend the folder's rights, then publish again",
        ) from error


def _of(text: Text) -> SelectOfScalar[Revision]:
    return select(Revision).where(Revision.kit == text.kit, Revision.name == text.name)
