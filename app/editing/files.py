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
from app.editing import Studio, Text, texts_of
from app.editing.pairs import adopt, carry
from app.ledger import Draft, Revision
from app.library import story_path
from app.reading import FileBrokenError, text_of
from app.writing import is_left_over, write_whole

_OF_FILE = col(Revision.kind).in_(("foreign", "published")), ~col(Revision.pending)
"""A publication that is under way is no state of a file yet: it may still fail."""


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
    whole = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half an emoji is no sign
    lines = unicodedata.normalize("NFC", whole).replace("\r\n", "\n").replace("\r", "\n")
    return lines.rstrip("\n") + "\n" if lines.strip() else ""


def digest_of(words: str) -> str:
    """Return the SHA-256 of a text's file in hexadecimal digits, "" of no text."""
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


def file_state(studio: Studio, text: Text) -> FileState:
    """Return a text's file as it is.

    Raises:
        FileBrokenError: it is not UTF-8, or it is there and cannot be read.
    """
    path = path_of(studio, text)
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return FileState("", "")
    except OSError as error:  # not to be taken for a file that somebody took away
        raise FileBrokenError(
            f"the file cannot be read ({error.strerror})", where=str(path), mend="Mend its rights"
        ) from error
    return FileState(text_of(content, where=str(path)), hashlib.sha256(content).hexdigest())


@contextlib.contextmanager
def alone(studio: Studio) -> Iterator[None]:
    """Let one process at a time compare files with the ledger or replace them; a kill ends the turn too."""
    studio.workspace.state.mkdir(parents=True, exist_ok=True)
    with (studio.workspace.state / "publishing.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def newest_state(session: Session, text: Text, before: int | None = None) -> Revision | None:
    """Return the last state of a text's file that the ledger knows, None if it knows none.

    Args:
        session: of the ledger.
        text: the text.
        before: only states with a lower number than this.
    """
    states = _of(text).where(*_OF_FILE).order_by(col(Revision.id).desc())
    return session.exec(states if before is None else states.where(col(Revision.id) < before)).first()


def file_states(session: Session) -> dict[tuple[str, str], tuple[int, str]]:
    """Return the number and the digest of `newest_state` of every text that has one, by kit and name."""
    newest = select(func.max(Revision.id)).where(*_OF_FILE).group_by(col(Revision.kit), col(Revision.name))
    rows = select(Revision.kit, Revision.name, Revision.id, Revision.digest)
    found = session.exec(rows.where(col(Revision.id).in_(newest)))
    return {(kit, name): (number or 0, digest) for kit, name, number, digest in found}


def _under_way(session: Session, text: Text) -> Revision | None:
    return session.exec(_of(text).where(col(Revision.pending))).first()


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
        known, pending = newest_state(session, text), _under_way(session, text)
    if pending is None and (known.digest if known else "") == file_state(studio, text).digest:
        return known
    with alone(studio):
        return settle(studio, text, now)


def look_everywhere(studio: Studio, now: datetime) -> dict[Text, UserError]:
    """Look at every text's file, when the server starts and on the board; cheap where nothing has changed.

    Args:
        studio: the studio.
        now: the time to remember.

    Returns:
        What keeps a file from being read, by its text; the others are looked at all the same.

    Raises:
        LedgerError: the ledger cannot be written.
    """
    with studio.ledger.reading() as session:
        known = file_states(session)
        begun = set(session.exec(select(Revision.kit, Revision.name).where(col(Revision.pending))))
    due = [
        text
        for text in texts_of(studio)
        for name in [(text.kit, text.name)]
        if name in begun or known.get(name, (0, ""))[1] != _digest_on_disk(studio, text)
    ]
    broken: dict[Text, UserError] = {}
    if due:
        with alone(studio), studio.ledger.writing() as session:  # together: at the first start all are new
            for text in due:
                try:
                    _settle(studio, session, text, now)
                except FileBrokenError as error:
                    broken[text] = error
    return broken


def _digest_on_disk(studio: Studio, text: Text) -> str:
    try:
        return hashlib.sha256(path_of(studio, text).read_bytes()).hexdigest()
    except OSError:
        return ""


def settle(studio: Studio, text: Text, now: datetime) -> Revision | None:
    """Do what `look` says, in a turn of `alone`."""
    with studio.ledger.writing() as session:
        return _settle(studio, session, text, now)


def _settle(studio: Studio, session: Session, text: Text, now: datetime) -> Revision | None:
    state = file_state(studio, text)
    with contextlib.suppress(OSError):
        for cut_off in _left_over(studio, text):
            cut_off.unlink(missing_ok=True)
    begun = _under_way(session, text)
    if begun is not None and begun.digest == state.digest:
        finish(session, begun)
        return begun
    if begun is not None:  # the file was not replaced: nothing was published
        begun.kind, begun.pending = "cut off", False
        session.add(begun)
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
    session.flush()
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
        write_whole(path, words.encode(), durably=True, mode=0o644)
    except OSError as error:
        raise FileUnwritableError(
            f"the file cannot be written ({error.strerror}); what was published before still stands",
            where=str(path),
            mend="Free some space or mend the folder's rights, then publish again",
        ) from error


def _left_over(studio: Studio, text: Text) -> Iterator[Path]:
    """Yield what a publication that was killed has left beside the file, and no text editor's own drafts."""
    path = path_of(studio, text)
    for beside in path.parent.glob(f".{path.name}.*"):
        if is_left_over(beside, path):
            yield beside


def _of(text: Text) -> SelectOfScalar[Revision]:
    return select(Revision).where(Revision.kit == text.kit, Revision.name == text.name)
