"""How far translations are behind their sources, for all texts at once."""

from functools import lru_cache

from sqlmodel import col, select

from app.core.alignment import Told
from app.editing import Studio, texts_of
from app.editing.pairs import adopt, in_file, rows_of, source_of, told_of
from app.editing.translating import SETTLED
from app.ledger import Draft, Revision, TranslatedBlock


def stale_counts(studio: Studio) -> dict[tuple[str, str], int]:
    """Return how many paragraphs of each translation do not agree with its published source.

    Args:
        studio: the studio.

    Returns:
        Numbers by kit and name, of the translations that are begun and whose source is published.
    """
    with studio.ledger.reading() as session:
        drafts = select(Draft.kit, Draft.name, Revision.text).join(
            Revision, col(Revision.id) == col(Draft.newest)
        )
        working = {(kit, name): words for kit, name, words in session.exec(drafts)}
        told: dict[tuple[str, str], dict[str, Told]] = {}
        for row in session.exec(select(TranslatedBlock)):
            told.setdefault((row.kit, row.name), {})[row.block] = Told(row.source_block, row.source_text)
    found: dict[tuple[str, str], int] = {}
    for text in texts_of(studio):
        source = source_of(studio, text)
        if source is None:
            continue
        ours, published, key = in_file(studio, source), in_file(studio, text), (text.kit, text.name)
        words = working.get(key, published)
        if not ours or not words:
            continue
        if key not in told and published:
            with studio.ledger.writing() as session:
                adopt(session, studio, text, published)
                told[key] = told_of(session, text)
        found[key] = _open(ours, words, frozenset(told.get(key, {}).items()))
    return found


@lru_cache(maxsize=512)  # most texts are as they were when the board was last looked at
def _open(source: str, target: str, told: frozenset[tuple[str, Told]]) -> int:
    return sum(row.state not in SETTLED for row in rows_of(source, target, dict(told)))
