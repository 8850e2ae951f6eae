"""Two changes of one text side by side: with a file that was changed elsewhere, with somebody else's save.

Nothing is lost on the way: what was saved stays a revision, what the file held is a foreign one, and words
that could not be saved are kept aside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlmodel import Session, col, select

from app.core.approval import without_approval
from app.core.blocks import Stretch, in_front, merge, take
from app.core.errors import UserError
from app.editing import Studio, Text
from app.editing.drafts import save
from app.editing.files import last_version, look, newest_state, plain
from app.ledger import Draft, Revision

Choice = Literal["ours", "theirs", "both"]
CHOICES: tuple[Choice, ...] = get_args(Choice)


class ChoiceMissingError(UserError):
    """Nobody has decided between two changes of the same paragraph."""


@dataclass(frozen=True)
class ThreeWays:
    """Two changes of one text.

    Attributes:
        stretches: the text in pieces; those that clash must be decided.
        version: to be given back with the merged text.
        base: the state of the file that a merged text has taken in; None where no file comes in.
        ours: one side's whole text: the draft, or what a client could not save.
        theirs: the other's: the file, or what was saved meanwhile.
    """

    stretches: tuple[Stretch, ...]
    version: int
    base: int | None
    ours: str
    theirs: str

    @property
    def clashes(self) -> tuple[int, ...]:
        """Return which stretches must be decided, by their places from 0."""
        return tuple(place for place, each in enumerate(self.stretches) if each.kind == "clash")

    def choices(self, place: int) -> tuple[Choice, ...]:
        """Return what may be chosen for a clash."""
        return CHOICES[:2] if in_front(self.stretches, place) else CHOICES


def ways_with_file(studio: Studio, text: Text, now: datetime) -> ThreeWays | None:
    """Return the draft beside a file that was changed since it began, None if there is nothing to merge.

    Raises:
        FileBrokenError: the file cannot be read.
    """
    look(studio, text, now)
    with studio.ledger.reading() as session:
        draft, state = session.get(Draft, (text.kit, text.name)), newest_state(session, text)
        if draft is None or state is None or draft.base == state.id:
            return None
        began = session.get(Revision, draft.base) if draft.base is not None else None
        ours = session.get_one(Revision, draft.newest).text
        return _ways(began.text if began else "", ours, state.text, draft.version, state.id)


def ways_with_save(studio: Studio, text: Text, words: str, *, version: int, now: datetime) -> ThreeWays:
    """Return words that could not be saved beside those that were saved meanwhile.

    Args:
        studio: the studio.
        text: the text.
        words: the client's whole file.
        version: the one that the client had opened.
        now: the time.
    """
    look(studio, text, now)
    with studio.ledger.reading() as session:
        draft, state = session.get(Draft, (text.kit, text.name)), newest_state(session, text)
        newest = session.get_one(Revision, draft.newest) if draft else state
        current = draft.version if draft else last_version(session, text)
        theirs = newest.text if newest else ""
        return _ways(_opened(session, text, version), plain(words), theirs, current, None)


def merged_words(ways: ThreeWays, choices: Mapping[int, str]) -> str:
    """Return one text of two.

    Args:
        ways: both.
        choices: for each place of a clash "ours", "theirs", or "both": one below the other.

    Raises:
        ChoiceMissingError: a clash is not decided, or "both" of a key that can stand once only.
    """
    for place in ways.clashes:
        allowed = ways.choices(place)
        if choices.get(place) not in allowed:
            raise ChoiceMissingError(
                "two people changed the same paragraph, and nothing says which words shall stand",
                mend=f"Choose: {', '.join(allowed)}",
            )
    return take(ways.stretches, choices)


def save_merged(
    studio: Studio, text: Text, staff: int, words: str, *, version: int, base: int | None, now: datetime
) -> int:
    """Keep a merged text as the draft and return its version.

    Args:
        studio: the studio.
        text: the text.
        staff: who merged.
        words: the merged file.
        version: of the `ThreeWays` that was shown.
        base: of the same. What was put into the file after it was shown is still to be taken in.
        now: the time.

    Raises:
        StaleSaveError: somebody saved meanwhile; merge with that too.
        StateMissingError: `base` is no state of this text's file.
    """
    if base is not None:
        with studio.ledger.reading() as session:
            state = session.get(Revision, base)
            known = state is not None and (state.kit, state.name) == (text.kit, text.name)
            if not known or state is None or state.kind not in {"foreign", "published"}:
                raise StateMissingError(
                    f"{base} is no state of this text's file", mend="Open the page again and merge there"
                )
    return save(studio, text, staff, words, version=version, now=now, kind="merged", base=base)


class StateMissingError(UserError):
    """A merge names a state of the file that never was."""


def _ways(began: str, ours: str, theirs: str, version: int, base: int | None) -> ThreeWays:
    # Each publication has its own line of approval; nobody is asked to choose between two of them.
    bare, our, their = (without_approval(words) for words in (began, ours, theirs))
    if not their:  # a file that was taken away has changed no paragraph
        return ThreeWays((Stretch("ours", bare, our, their),), version, base, our, their)
    return ThreeWays(merge(bare, our, their), version, base, our, their)


def _opened(session: Session, text: Text, version: int) -> str:
    """Return the words that a client with a version had opened; where they were thinned out, older ones."""
    rows: Sequence[Revision] = session.exec(
        select(Revision)
        .where(Revision.kit == text.kit, Revision.name == text.name, Revision.version <= version)
        .where(~col(Revision.pending), col(Revision.kind).not_in(("cut off", "aside")))
        .order_by(col(Revision.version).desc(), col(Revision.id).desc())
        .limit(1)
    ).all()
    if not rows:
        return ""
    if rows[0].kind == "discarded":  # without a draft the file's words were shown
        state = newest_state(session, text, before=rows[0].id)
        return state.text if state else ""
    return rows[0].text
