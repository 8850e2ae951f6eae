"""Publishing: the approved words replace the file in one step, and the ledger agrees, whatever is cut off."""

from dataclasses import dataclass
from datetime import date, datetime

from app.core.approval import approved_words
from app.core.errors import UserError
from app.editing import Studio, Text
from app.editing.drafts import StaleSaveError
from app.editing.files import alone, digest_of, finish, last_version, newest_state, settle, write_published
from app.editing.gate import Problem, gate
from app.editing.pairs import adopt
from app.editing.prints import PrintedRunsError, printed_runs
from app.editing.reviewing import WrongStateError, find_draft
from app.ledger import Revision


class FileChangedError(UserError):
    """The file was changed by somebody else since the draft began."""


class GateError(UserError):
    """A text may not be published as it is; `problems` say why, one by one."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            f"this text may not be published yet; to mend: {len(problems)}",
            mend=" ".join(f"{number}) {problem}" for number, problem in enumerate(problems, 1)).rstrip("."),
        )
        self.problems = problems


@dataclass(frozen=True)
class Published:
    """What was published.

    Attributes:
        revision: its number in the history.
        digest: SHA-256 of the file in hexadecimal digits.
    """

    revision: int
    digest: str


def publish(
    studio: Studio,
    text: Text,
    staff: int | None,
    *,
    version: int,
    now: datetime,
    confirmed_runs: bool = False,
) -> Published:
    """Replace a text's file by its approved draft.

    The ledger first notes what it is about to do, then the file is replaced, then the ledger notes that it is
    done. `look` brings what a kill left between these steps to the one state or the other.

    Args:
        studio: the studio.
        text: the text.
        staff: who publishes; None from the command line.
        version: the one that was approved.
        now: the time.
        confirmed_runs: whether somebody knows which printed runs will tell otherwise.

    Raises:
        NoDraftError, StaleSaveError, WrongStateError: there is no such draft, or nobody has approved it.
        FileChangedError: the file was changed meanwhile.
        GateError: something keeps the text from being published.
        PrintedRunsError: printed runs will tell otherwise, and nobody has confirmed it.
        FileUnwritableError: the file cannot be replaced; the old one stands, the draft stays approved.
    """
    with alone(studio):
        settle(studio, text, now)
        approved = _approved(studio, text, version)
        problems = gate(studio, text, approved.words, alone_because=approved.alone_because)
        if problems:
            raise GateError(problems)
        runs = () if confirmed_runs else printed_runs(studio, text, approved.before, approved.words)
        if runs:
            raise PrintedRunsError(runs)
        words = approved_words(approved.words, approved.day)
        with studio.ledger.writing() as session:
            draft = find_draft(session, text, version)
            if draft.state != "approved":
                raise StaleSaveError(draft.version)
            row = Revision(
                kit=text.kit, name=text.name, kind="published", version=last_version(session, text) + 1,
                text=words, digest=digest_of(words), by=staff, at=now, pending=True,
            )  # fmt: skip
            before = newest_state(session, text)
            adopt(session, studio, text, before.text if before else words)
            session.add(row)
            session.flush()
        try:
            write_published(studio, text, words)
        except UserError:
            settle(studio, text, now)
            raise
        with studio.ledger.writing() as session:
            finish(session, session.get_one(Revision, row.id))
    return Published(row.id or 0, row.digest)


@dataclass(frozen=True)
class _Approved:
    """An approved draft: its words, the file's before, when it was approved, why it goes first."""

    words: str
    before: str
    day: date
    alone_because: str


def _approved(studio: Studio, text: Text, version: int) -> _Approved:
    with studio.ledger.reading() as session:
        draft = find_draft(session, text, version)
        if draft.state != "approved":
            raise WrongStateError(
                "nobody has approved this text yet", mend="Hand it in; somebody else reads and approves it"
            )
        state = newest_state(session, text)
        if draft.base != (state.id if state else None):
            raise FileChangedError(
                "the published file was changed by somebody else since this draft began",
                mend="Look at both side by side and take what is right; then have it approved again",
            )
        newest = session.get_one(Revision, draft.newest)
        before = state.text if state else ""
        return _Approved(newest.text, before, newest.at.date(), draft.alone_because)
