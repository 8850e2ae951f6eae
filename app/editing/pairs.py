"""Which paragraph of another language a paragraph tells: kept through every save, and taken over once."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from sqlmodel import Session, select

from app.core.alignment import Row, Told, align, moved
from app.core.blocks import front_of
from app.core.errors import UserError
from app.core.pieces import Piece, pieces
from app.editing import Studio, Text, texts_of
from app.ledger import TranslatedBlock
from app.library import FRONT_MATTER, story_path
from app.reading import read_text, read_yaml


def source_of(studio: Studio, text: Text) -> Text | None:
    """Return the text that one is a translation of: the same one in the workspace's first language."""
    first = studio.languages[0]
    return None if text.language == first else Text(text.kit, first, text.layer, text.bonus)


def front_and_body(words: str) -> tuple[dict[str, Any], str]:
    """Return a file's front matter as a map, and what stands below it.

    Raises:
        FileBrokenError, KeyWrongError: the front matter is not YAML, or no map.
    """
    parts = FRONT_MATTER.match(words)
    if parts is None:
        return {}, words
    return read_yaml(parts["front"], dict[str, Any], where=""), parts["text"]


@lru_cache(maxsize=512)  # the board looks at every text, and most of them are as they were
def pieces_of(words: str) -> tuple[Piece, ...] | None:
    """Return a file's pieces, None if its front matter cannot be read."""
    try:
        return pieces(*front_and_body(words))
    except UserError:
        return None


def rows_of(source: str, target: str, told: Mapping[str, Told]) -> tuple[Row, ...]:
    """Return a text beside its translation, both whole files; of a broken front matter only what is below."""
    ours = tuple(piece for piece in pieces_or_body(source) if not piece.empty)
    return align(ours, pieces_or_body(target), told)


def pieces_or_body(words: str) -> tuple[Piece, ...]:
    """Return a file's pieces, of a broken front matter only those below it."""
    found = pieces_of(words)
    if found is not None:
        return found
    return pieces({}, words[len(front_of(words)) :])


def told_of(session: Session, text: Text) -> dict[str, Told]:
    """Return what each paragraph of a translation was made from, by its key."""
    rows = session.exec(_of(text))
    return {row.block: Told(row.source_block, row.source_text) for row in rows}


def keep(session: Session, text: Text, source: Text, block: str, told: Told) -> None:
    """Remember what a paragraph was made from."""
    session.merge(_row(text, source, block, told))


def carry(session: Session, studio: Studio, text: Text, old: str, new: str) -> None:
    """Let changed paragraphs of a translation tell what they told before.

    What neither the new words nor the file have any more is forgotten. A front matter that cannot be read,
    half typed, changes nothing.

    Args:
        session: a writing one.
        studio: the studio.
        text: the text that is saved.
        old: the whole file as it was.
        new: as it is saved.
    """
    kept = {row.block: row for row in session.exec(_of(text))}
    source, before, after = source_of(studio, text), pieces_of(old), pieces_of(new)
    if not kept or source is None or before is None or after is None:
        return
    for one, other in moved(before, after).items():
        if one in kept and one != other and other not in kept:
            keep(session, text, source, other, Told(kept[one].source_block, kept[one].source_text))
    held = {piece.key for piece in (*after, *(pieces_of(in_file(studio, text)) or ()))}
    for block, row in kept.items():
        if block not in held and not block.startswith("-"):
            session.delete(row)


def adopt(session: Session, studio: Studio, text: Text, words: str) -> None:
    """Take translations that nobody has looked at yet as agreeing with their source as both stand.

    Args:
        session: a writing one.
        studio: the studio.
        text: a source, or a translation.
        words: its whole file; of a source before it is changed.
    """
    source = source_of(studio, text)
    if source is not None:
        _adopt(session, text, source, in_file(studio, source), words)
        return
    for other in texts_of(studio):
        if source_of(studio, other) == text:
            _adopt(session, other, text, words, in_file(studio, other))


def paired(rows: Iterable[Row]) -> Iterator[tuple[str, Told]]:
    """Yield what each paragraph tells, by its key, for rows that have both sides."""
    for row in rows:
        if row.source and row.target and not row.target.empty:
            yield row.target.key, Told(row.source.hash, row.source.text)


def _adopt(session: Session, text: Text, source: Text, ours: str, theirs: str) -> None:
    if not ours or not theirs or session.exec(_of(text)).first() is not None:
        return
    if pieces_of(ours) is None or pieces_of(theirs) is None:
        return
    told = dict(paired(rows_of(ours, theirs, {})))
    session.add_all(_row(text, source, block, one) for block, one in told.items())


def _row(text: Text, source: Text, block: str, told: Told) -> TranslatedBlock:
    return TranslatedBlock(
        kit=text.kit,
        name=text.name,
        block=block,
        source=source.name,
        source_block=told.source,
        source_text=told.text,
    )


def in_file(studio: Studio, text: Text) -> str:
    """Return what stands in a text's file, "" without one that can be read."""
    try:
        return read_text(story_path(studio.workspace, text.kit, text.name))
    except UserError:
        return ""


def _of(text: Text) -> Any:
    return select(TranslatedBlock).where(TranslatedBlock.kit == text.kit, TranslatedBlock.name == text.name)
