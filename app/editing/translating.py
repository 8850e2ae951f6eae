"""Translations beside their source: what no longer agrees is shown, and nothing is ever changed by it."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from app.core.alignment import Row, Told, left_out
from app.core.errors import UserError
from app.core.pieces import Piece
from app.editing import Studio, Text
from app.editing.composing import compose, skeleton
from app.editing.drafts import Opened, open_text, save
from app.editing.earlier import told_then
from app.editing.files import digest_of, look
from app.editing.pairs import (
    adopt,
    front_and_body,
    keep,
    pieces_or_body,
    rows_of,
    source_of,
    told_of,
)
from app.ledger import Draft, Revision

ALL = "all"
SETTLED = ("agrees", "extra")
"""States of paragraphs that are not behind their source."""


class NoSourceError(UserError):
    """A text is not a translation, or nothing is published that it could be one of."""


class SourceChangedError(UserError):
    """A paragraph of the source that was being translated is no longer there."""


class VersionGoneError(UserError):
    """The version that was opened is not kept any more."""


@dataclass(frozen=True)
class Sides:
    """A translation beside its source.

    Attributes:
        text: the translation.
        source: what it translates.
        rows: both, paragraph by paragraph.
        opened: the translation as its editor sees it.
        published: the source's file.
        ahead: whether the source has a draft with other words than the published ones.
    """

    text: Text
    source: Text
    rows: tuple[Row, ...]
    opened: Opened
    published: str
    ahead: bool

    @property
    def open(self) -> int:
        """Return how many paragraphs do not agree."""
        return sum(row.state not in SETTLED for row in self.rows)

    @property
    def extra(self) -> int:
        """Return how many paragraphs nothing in the source ever stood behind, and nobody has said so yet."""
        return sum(row.state == "extra" for row in self.rows)

    @property
    def named(self) -> tuple[tuple[str, str, Row], ...]:
        """Return each row with the name of its field on a page, and the name under which it may agree."""
        at = {piece: number for number, piece in enumerate(pieces_or_body(self.words))}
        return tuple(
            (f"t-{at[row.target]}" if row.target else f"n-{name_of(row)}", name_of(row), row)
            for row in self.rows
        )

    @property
    def mark(self) -> str:
        """Return by which a form knows the source that it was shown with."""
        return digest_of(self.published)

    @property
    def words(self) -> str:
        """Return the translation's file; where none is begun, the places that wait for words."""
        return self.opened.words or skeleton(self.published)


@dataclass(frozen=True)
class Written:
    """What was written on a page with both sides.

    Attributes:
        changed: new words by a paragraph's place among the translation's.
        added: words by the name of the row that they are the first to fill.
        agrees: the names of the rows that agree now, or "all" among them.
        began: the version that the page was opened with, whose places and names these are; None where it is
            the one that is saved over. A page that saves by itself goes on with the places it was shown with.
        source: the digest of the source that the page was shown with, "" if it does not say.
    """

    changed: Mapping[int, str]
    added: Mapping[str, str]
    agrees: frozenset[str] = frozenset()
    began: int | None = None
    source: str = ""


def name_of(row: Row) -> str:
    """Return by which name a page knows a row, before and after its translation is changed."""
    return row.source.key if row.source else f"-{row.target.key}" if row.target else ""


def sides_of(studio: Studio, text: Text, staff: int | None, now: datetime) -> Sides:
    """Return a translation beside the published words of its source.

    Raises:
        NoSourceError: it is no translation, or its source is not published.
        FileBrokenError: one of the files is not UTF-8.
        FileBrokenError, KeyWrongError: a front matter cannot be read.
    """
    source, ours = _source(studio, text, now)
    opened = open_text(studio, text, staff, now)
    with studio.ledger.writing() as session:
        adopt(session, studio, text, opened.published)
        told = told_of(session, text)
        draft = session.get(Draft, (source.kit, source.name))
        ahead = draft is not None and session.get_one(Revision, draft.newest).text != ours
    for words in (ours, opened.words):
        front_and_body(words)
    rows = rows_of(ours, opened.words or skeleton(ours), told)
    return Sides(text, source, rows, opened, ours, ahead)


def save_translation(
    studio: Studio, text: Text, staff: int, written: Written, *, version: int, now: datetime
) -> int:
    """Keep what was written beside the source, and what was said to agree with it now.

    What is written where there was nothing tells its paragraph from the beginning. A text that is not there
    is begun with the structure of its source.

    Args:
        studio: the studio.
        text: the translation.
        staff: who saves.
        written: what was written.
        version: the one that was opened.
        now: the time.

    Returns:
        The version that the text now has.

    Raises:
        StaleSaveError: the text has another version by now; nothing was kept.
        SourceChangedError: the source was changed meanwhile; nothing was kept.
        NoSourceError, VersionGoneError, TextTooLongError, FileBrokenError, KeyWrongError: nothing was kept.
    """
    words, filled = words_with(studio, text, written, version=version, now=now)
    source, ours = _source(studio, text, now)
    kept = save(studio, text, staff, words, version=version, now=now)
    with studio.ledger.writing() as session:
        for row in rows_of(ours, words, told_of(session, text)):
            if ALL in written.agrees or name_of(row) in written.agrees | filled:
                _agree(session, text, source, row)
    return kept


def words_with(
    studio: Studio, text: Text, written: Written, *, version: int, now: datetime
) -> tuple[str, frozenset[str]]:
    """Return a translation's whole file with what was written, from the version that its page began with.

    The names of the rows that were filled for the first time come with it.

    Raises:
        SourceChangedError: a paragraph that was translated is no longer in the source.
        NoSourceError, VersionGoneError, FileBrokenError, KeyWrongError: it cannot be put together.
    """
    _, ours = _source(studio, text, now)
    kept = _words_of(studio, text, version if written.began is None else written.began, now)
    if not kept and written.source not in {"", digest_of(ours)}:
        raise _source_changed()
    words = kept or skeleton(ours)
    with studio.ledger.reading() as session:
        told = told_then(words, open_text(studio, text, None, now).words, told_of(session, text))
    targets = pieces_or_body(words)
    rows = tuple(_apart(rows_of(ours, words, told), targets, written))
    named = {name_of(row): row for row in rows}
    changed = {
        targets[at]: plain_piece(new)
        for at, new in written.changed.items()
        if at < len(targets) and plain_piece(new) != plain_piece(targets[at].text)
    }
    added: dict[Piece, str] = {}
    for name, new in written.added.items():
        row = named.get(name)
        if not new.strip():
            continue
        if row is None or row.source is None:
            raise _source_changed()
        (changed if row.target else added)[row.target or row.source] = plain_piece(new)
    filled = {
        name
        for name, row in named.items()
        if row.state == "new" and not {row.target, row.source}.isdisjoint({*changed, *added})
    }
    return compose(words, ours, rows, changed, added), frozenset(filled)


def _apart(rows: Iterable[Row], targets: tuple[Piece, ...], written: Written) -> Iterator[Row]:
    """Yield rows, those apart of which the page shows either side in a field of its own: neither is lost."""
    for row in rows:
        if row.target and name_of(row) in written.added and targets.index(row.target) in written.changed:
            yield Row("new", row.source, None)
            yield Row("extra", None, row.target)
        else:
            yield row


def _source_changed() -> SourceChangedError:
    return SourceChangedError(
        "the source was changed while you were translating; nothing was saved",
        mend="What you wrote is still here: look at the new source and save again",
    )


def plain_piece(words: str) -> str:
    """Return what was typed as files hold it."""
    lines = unicodedata.normalize("NFC", words).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _source(studio: Studio, text: Text, now: datetime) -> tuple[Text, str]:
    source = source_of(studio, text)
    if source is None:
        raise NoSourceError(
            f"{text.kit}/{text.name} is no translation: it is written in the workspace's first language",
            mend="Open one in another language",
        )
    state = look(studio, source, now)
    if state is None or not state.text:
        raise NoSourceError(
            f"nothing is published as {source.kit}/{source.name} that could be translated",
            mend="Write and publish it first",
        )
    return source, state.text


def _words_of(studio: Studio, text: Text, version: int, now: datetime) -> str:
    opened = open_text(studio, text, None, now)
    if opened.version == version:
        return opened.words
    with studio.ledger.reading() as session:
        before = session.exec(
            select(Revision).where(
                Revision.kit == text.kit, Revision.name == text.name, Revision.version == version
            )
        ).first()
    if before is None and version:
        raise VersionGoneError(
            "the version that you opened is not kept any more",
            mend="Copy what you wrote, and open the page again",
        )
    return before.text if before else ""


def _agree(session: Session, text: Text, source: Text, row: Row) -> None:
    if row.target and not row.target.empty:
        said = Told(row.source.hash, row.source.text) if row.source else Told("", row.before)
        keep(session, text, source, row.target.key, said)
    elif row.source and not row.target:
        keep(session, text, source, left_out(row.source.key), Told(row.source.hash, row.source.text))
