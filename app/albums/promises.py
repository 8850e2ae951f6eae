"""What swaps promise and what they have moved: for every flow that moves, forgets or reads a box."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, delete, select, update

from app.ledger import Album, Swap

OPEN = ("offered", "answered")
FORGOTTEN_AFTER = timedelta(days=1)
"""An exchange that came to nothing is of no use later, and says that two albums met."""


@dataclass(frozen=True)
class Passing:
    """How a box last came into an album, or left it, by hands: the day, and whether as a gift."""

    on: date
    gift: bool


def end_expired(session: Session, now: datetime) -> None:
    """End every open swap whose time is over, and forget those that ended long ago."""
    _end(session, col(Swap.ends_at) <= now)
    old = delete(Swap).where(col(Swap.state) == "ended", col(Swap.ends_at) <= now - FORGOTTEN_AFTER)
    session.exec(old)


def end_promises_of(session: Session, tag: bytes) -> None:
    """End the open swap in which a box stands, if there is one: its holder has decided anew."""
    _end(session, or_(col(Swap.gives) == tag, col(Swap.takes) == tag))


def end_swaps_of(session: Session, album: Album) -> None:
    """End every open swap of an album: its key changes, or its boxes move elsewhere."""
    _end(session, or_(col(Swap.giver) == album.id, col(Swap.taker) == album.id))


def hand_on_swaps(session: Session, album: Album, heir: Album | None) -> None:
    """Let an album leave its swaps, before its row goes: open ones end, done ones become the heir's.

    Args:
        session: a writing block's.
        album: the album that is merged or forgotten.
        heir: the album that has its boxes now; None if nobody has.
    """
    end_swaps_of(session, album)
    for side in ("giver", "taker"):
        moved = update(Swap).where(getattr(Swap, side) == album.id).values({side: heir.id if heir else None})
        session.exec(moved)


def came(session: Session, tag: bytes, album: int) -> Passing | None:
    """Return how a box last came into an album by a swap, None if it never did."""
    return _last(
        session,
        or_(
            and_(col(Swap.gives) == tag, col(Swap.taker) == album),
            and_(col(Swap.takes) == tag, col(Swap.giver) == album),
        ),
    )


def left(session: Session, tag: bytes, album: int) -> Passing | None:
    """Return how a box last left an album by a swap, None if it never did."""
    return _last(
        session,
        or_(
            and_(col(Swap.gives) == tag, col(Swap.giver) == album),
            and_(col(Swap.takes) == tag, col(Swap.taker) == album),
        ),
    )


def _last(session: Session, which: ColumnElement[bool]) -> Passing | None:
    done = select(Swap).where(which, Swap.state == "done").order_by(col(Swap.id).desc())
    swap = session.exec(done).first()
    return Passing(swap.done_on, swap.gift) if swap and swap.done_on else None


def _end(session: Session, which: ColumnElement[bool]) -> None:
    # Written through at once: a promise must be free before the next one of the same box is kept.
    session.flush()
    ended = update(Swap).where(col(Swap.state).in_(OPEN), which).values(state="ended")
    session.exec(ended)
