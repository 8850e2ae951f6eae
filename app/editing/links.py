"""Secret addresses under which somebody from outside reads a draft for some days."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from app.core.address_key import read_key
from app.core.errors import UserError
from app.editing import Studio, Text, TextMissingError, find_text
from app.editing.drafts import open_text
from app.ledger import PreviewLink, Staff

LINK_KEY_BYTES = 32
FEWEST_DAYS, USUAL_DAYS, MOST_DAYS = 1, 7, 30


class LinkDaysError(UserError):
    """A link would be good for no day, or for too many."""


class LinkMissingError(UserError):
    """There is no such link, or no longer: the answer is the same."""


@dataclass(frozen=True)
class Link:
    """A link as it is listed; the address itself was shown once and is not kept.

    Attributes:
        number: by which it is ended.
        writer: who made it, by name.
        made_at: when.
        ends_at: until when it is good.
    """

    number: int
    writer: str
    made_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Lent:
    """What somebody with a link reads.

    Attributes:
        text: the text.
        words: its draft as it is now, or what is published where there is no draft.
        published: whether these words are published.
        ends_at: until when the link is good.
    """

    text: Text
    words: str
    published: bool
    ends_at: datetime


def make_link(studio: Studio, text: Text, staff: int, *, key: bytes, days: int, now: datetime) -> int:
    """Let whoever has an address read a draft, and return the link's number.

    Args:
        studio: the studio.
        text: the text.
        staff: who lends it.
        key: 32 bytes of chance; only their hash is kept.
        days: for how long.
        now: the time.

    Raises:
        LinkDaysError: `days` is not from `FEWEST_DAYS` to `MOST_DAYS`.
    """
    if len(key) != LINK_KEY_BYTES:
        raise ValueError(f"a link's key has {LINK_KEY_BYTES} bytes")
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise LinkDaysError(
            f"a link is good for {FEWEST_DAYS} to {MOST_DAYS} days, not for {days}",
            mend="Choose another number",
        )
    with studio.ledger.writing() as session:
        for old in session.exec(select(PreviewLink).where(PreviewLink.ends_at <= now)):
            session.delete(old)
        link = PreviewLink(
            key_hash=_hash(key), kit=text.kit, name=text.name, by=staff,
            made_at=now, ends_at=now + timedelta(days=days),
        )  # fmt: skip
        session.add(link)
        session.flush()
        return link.id or 0


def links_of(studio: Studio, text: Text, now: datetime) -> list[Link]:
    """Return the links to a text that are still good, those that end first before the others."""
    wanted = select(PreviewLink, Staff.name).join(Staff, col(Staff.id) == col(PreviewLink.by))
    wanted = wanted.where(
        PreviewLink.kit == text.kit, PreviewLink.name == text.name, PreviewLink.ends_at > now
    )
    with studio.ledger.reading() as session:
        found = session.exec(wanted.order_by(col(PreviewLink.ends_at), col(PreviewLink.id)))
        return [Link(link.id or 0, writer, link.made_at, link.ends_at) for link, writer in found]


def end_link(studio: Studio, number: int) -> tuple[str, str]:
    """End a link and return the kit and the name of its text.

    Raises:
        LinkMissingError: there is none of this number.
    """
    with studio.ledger.writing() as session:
        link = session.get(PreviewLink, number)
        if link is None:
            raise _missing()
        session.delete(link)
        return link.kit, link.name


def lent(studio: Studio, token: str, now: datetime) -> Lent:
    """Return what an address lets somebody read.

    Raises:
        LinkMissingError: there is no such link, it has ended, or its text can no longer be written.
    """
    with studio.ledger.reading() as session:
        link = session.exec(select(PreviewLink).where(PreviewLink.key_hash == _hash(read_key(token)))).first()
    if link is None or link.ends_at <= now:
        raise _missing()
    try:
        text = find_text(studio, link.kit, link.name)
    except TextMissingError as error:
        raise _missing() from error
    opened = open_text(studio, text, None, now)
    return Lent(text, opened.words, opened.words == opened.published, link.ends_at)


def _hash(key: bytes) -> bytes:
    return hashlib.sha256(b"hopke/preview" + key).digest()


def _missing() -> LinkMissingError:
    return LinkMissingError("this link is not, or no longer, good", mend="Ask whoever sent it for a new one")
