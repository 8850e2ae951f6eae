"""What a paragraph was before a text was changed: for remarks, and for forms open meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.core.alignment import Told, moved
from app.core.pieces import Piece
from app.editing import Text
from app.editing.pairs import pieces_or_body
from app.ledger import Revision

LOOKED_AT = 5
"""States of a text in which a paragraph is looked for; more would keep a page with many remarks waiting."""


@dataclass(frozen=True)
class Earlier:
    """A paragraph that has changed since.

    Attributes:
        words: all of it, as it was.
        now: the key of the paragraph that it has become, "" if it is no longer there.
    """

    words: str
    now: str


def earlier(session: Session, text: Text, block: str, at: datetime, now: Sequence[Piece]) -> Earlier | None:
    """Return a paragraph as it was, None if the history does not have it any more.

    Args:
        session: a reading one.
        text: the text.
        block: the paragraph's key then.
        at: when it stood there.
        now: the text's pieces as they are.
    """
    states = select(Revision.text).where(
        Revision.kit == text.kit, Revision.name == text.name, Revision.at <= at
    )
    for words in session.exec(states.order_by(col(Revision.id).desc()).limit(LOOKED_AT)):
        then = pieces_or_body(words)
        for piece in then:
            if piece.key == block:
                return Earlier(piece.text, moved(then, now).get(block, ""))
    return None


def told_then(then: str, now: str, told: Mapping[str, Told]) -> dict[str, Told]:
    """Return what each paragraph of an earlier state was made from, by its key of then.

    Args:
        then: the whole file as it was.
        now: as it is.
        told: what each paragraph is made from, by its key now.
    """
    went = moved(pieces_or_body(then), pieces_or_body(now))
    return {**{old: told[new] for old, new in went.items() if new in told}, **told}
