"""Remarks of staff on paragraphs, which outlive a change of the paragraph."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, func, select

from app.core.errors import UserError
from app.core.pieces import Piece
from app.core.story import CleanHtml, Layer, LayerFront
from app.editing import Studio, Text
from app.editing.drafts import Opened, open_text
from app.editing.earlier import earlier
from app.editing.files import file_state
from app.editing.pairs import pieces_or_body
from app.ledger import Comment, Revision, Staff
from app.library import NOTE_GIVEN, NOTE_USED, StoryRenderError, render, render_ahead

LONGEST_REMARK = 2_000
QUOTED = 120
"""Signs of a paragraph by which it is known again after it has changed."""
LOOKED_BACK = 50
"""Revisions in which a paragraph is looked for that has changed since its page was opened."""

_ANCHOR = re.compile(r'(id="|href="#)(fn(?:ref\d*)?:)')


class RemarkError(UserError):
    """A remark cannot be kept as it is: it says nothing, too much, or of nothing."""


class RemarkMissingError(UserError):
    """There is no such remark."""


class NotYourRemarkError(UserError):
    """Somebody would take away what somebody else wrote."""


@dataclass(frozen=True)
class Remark:
    """A remark as it is shown.

    Attributes:
        number: by which it is settled or removed.
        quote: how its paragraph began when it was written, "" for the text as a whole; of one that has
            changed since all its words, if the history has them.
        text: what it says.
        writer: who wrote it, by name.
        own: whether whoever looks wrote it.
        at: when.
        settled: whether it is.
        changed: whether the paragraph has changed since.
        gone: whether it is no longer there at all.
    """

    number: int
    quote: str
    text: str
    writer: str
    own: bool
    at: datetime
    settled: bool
    changed: bool
    gone: bool


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a draft with what was remarked on it.

    Attributes:
        key: by which a remark names it.
        piece: the paragraph.
        body: as a page, None for a line of the front matter and for what cannot be rendered.
        notes: its own footnotes, a list.
        remarks: the remarks, the oldest first.
    """

    key: str
    piece: Piece
    body: CleanHtml | None
    notes: CleanHtml | None
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Remarks:
    """What was remarked on a text.

    Attributes:
        whole: on the text as a whole.
        gone: on paragraphs that are no longer there.
        by_key: on those that stand, changed or not, by their keys now.
    """

    whole: tuple[Remark, ...]
    gone: tuple[Remark, ...]
    by_key: dict[str, tuple[Remark, ...]] = field(default_factory=dict)

    @property
    def open(self) -> int:
        """Return how many are not settled."""
        each = (*self.whole, *self.gone, *(one for some in self.by_key.values() for one in some))
        return sum(not remark.settled for remark in each)


def remarks_of(studio: Studio, text: Text, words: str, staff: int) -> Remarks:
    """Return what was remarked on a text.

    Args:
        studio: the studio.
        text: the text.
        words: its whole file, as it is shown.
        staff: who looks.
    """
    wanted = select(Comment, Staff.name).join(Staff, col(Staff.id) == col(Comment.by))
    wanted = wanted.where(Comment.kit == text.kit, Comment.name == text.name).order_by(col(Comment.id))
    now = pieces_or_body(words)
    there, shown = {piece.key for piece in now}, {piece.key for piece in now if not piece.empty}
    whole: list[Remark] = []
    gone: list[Remark] = []
    by_key: dict[str, tuple[Remark, ...]] = {}
    with studio.ledger.reading() as session:
        for row, writer in session.exec(wanted):
            changed = row.block != "" and row.block not in there
            then = earlier(session, text, row.block, row.at, now) if changed else None
            place, dots = then.now if then else row.block, "…" if len(row.quote) >= QUOTED else ""
            remark = Remark(
                row.id or 0, then.words if then else row.quote + dots, row.text, writer, row.by == staff,
                row.at, row.settled_at is not None, changed, row.block != "" and place not in shown,
            )  # fmt: skip
            if not row.block:
                whole.append(remark)
            elif remark.gone:
                gone.append(remark)
            else:
                by_key[place] = (*by_key.get(place, ()), remark)
    return Remarks(tuple(whole), tuple(gone), by_key)


def review(
    studio: Studio, text: Text, staff: int, now: datetime
) -> tuple[Opened, tuple[Paragraph, ...], Remarks]:
    """Return a text paragraph by paragraph as buyers would read it, each with its remarks.

    A text that cannot be rendered within its bounds is shown as it is written.

    Args:
        studio: the studio.
        text: the text.
        staff: who looks.
        now: the time.

    Returns:
        The text as its editor sees it, its paragraphs, and all remarks.
    """
    opened = open_text(studio, text, staff, now)
    found = remarks_of(studio, text, opened.words, staff)
    return opened, tuple(_paragraphs(studio, text, opened.words, found)), found


def _paragraphs(studio: Studio, text: Text, words: str, remarks: Remarks) -> Iterator[Paragraph]:
    all_ = [piece for piece in pieces_or_body(words) if not piece.empty]
    notes = {NOTE_GIVEN.match(piece.text)[1]: piece.text for piece in all_ if piece.kind == "note"}  # type: ignore[index]
    told = {
        piece: _alone(
            text,
            "\n\n".join(
                [piece.text, *(notes[label] for label in NOTE_USED.findall(piece.text) if label in notes)]
            ),
        )
        for piece in all_
        if piece.place[0] == "body" and piece.kind != "note"
    }
    try:  # the whole first: it is bounded as one, its paragraphs together are not
        render(studio.workspace, _alone(text, "\n\n".join(piece.text for piece in told)))
    except StoryRenderError:
        told = {}
    render_ahead(studio.workspace, list(told.values()))
    for piece in all_:
        body = below = None
        if piece in told:
            rendered = render(studio.workspace, told[piece])
            body, below = _own(rendered.body, piece.key), _own(rendered.notes, piece.key)
        yield Paragraph(piece.key, piece, body, below, remarks.by_key.get(piece.key, ()))


def _alone(text: Text, words: str) -> Layer:
    front = LayerFront(title="", summary="")
    return Layer(kit=text.kit, language=text.language, layer=text.layer, front=front, text=words)


def _own(html: CleanHtml, key: str) -> CleanHtml:
    """Return a block whose footnotes lead to its own, for other blocks of the page have the same."""
    return CleanHtml(_ANCHOR.sub(rf"\g<1>\g<2>{key}-", html.text))


def add_remark(studio: Studio, text: Text, staff: int, words: str, *, block: str, now: datetime) -> int:
    """Keep a remark and return its number.

    Args:
        studio: the studio.
        text: the text.
        staff: who writes it.
        words: what it says.
        block: the key of its paragraph, perhaps of one that was changed meanwhile; "" for the whole text.
        now: the time.

    Raises:
        RemarkError: it says nothing, is longer than `LONGEST_REMARK`, or the text never had this paragraph.
    """
    said = words.replace("\r\n", "\n").strip()
    if not said:
        raise RemarkError("the remark says nothing", mend="Write what you have noticed")
    if len(said) > LONGEST_REMARK:
        raise RemarkError(
            f"the remark has {len(said)} signs; at most {LONGEST_REMARK} are kept", mend="Make it shorter"
        )
    opened = open_text(studio, text, staff, now)
    quote = ""
    if block:
        before = select(Revision.text).where(Revision.kit == text.kit, Revision.name == text.name)
        with studio.ledger.reading() as session:
            states = list(session.exec(before.order_by(col(Revision.id).desc()).limit(LOOKED_BACK)))
        quote = _quote(block, (opened.words, *states))
    with studio.ledger.writing() as session:
        kept = Comment(kit=text.kit, name=text.name, block=block, quote=quote, text=said, by=staff, at=now)
        session.add(kept)
        session.flush()
        return kept.id or 0


def _quote(block: str, states: tuple[str, ...]) -> str:
    for words in states:
        for piece in pieces_or_body(words):
            if piece.key == block:
                return " ".join(piece.text.split())[:QUOTED]
    raise RemarkError("this paragraph is not in the text", mend="Open the page again and choose it anew")


def settle_remark(studio: Studio, number: int, *, settled: bool, now: datetime) -> tuple[str, str]:
    """Mark a remark as settled, or open it again, and return the kit and the name of its text.

    Raises:
        RemarkMissingError: there is no such remark.
    """
    with studio.ledger.writing() as session:
        remark = _find(session, number)
        remark.settled_at = (remark.settled_at or now) if settled else None
        session.add(remark)
        return remark.kit, remark.name


def remove_remark(studio: Studio, number: int, staff: int) -> tuple[str, str]:
    """Take a remark away, by whoever wrote it, and return the kit and the name of its text.

    Raises:
        RemarkMissingError: there is no such remark.
        NotYourRemarkError: somebody else wrote it.
    """
    with studio.ledger.writing() as session:
        remark = _find(session, number)
        if remark.by != staff:
            raise NotYourRemarkError("somebody else wrote this remark", mend="Mark it as settled instead")
        session.delete(remark)
        return remark.kit, remark.name


def open_remarks(studio: Studio) -> dict[tuple[str, str], int]:
    """Return how many remarks on each text are not settled, by kit and name."""
    wanted = select(Comment.kit, Comment.name, func.count()).where(col(Comment.settled_at).is_(None))
    with studio.ledger.reading() as session:
        found = session.exec(wanted.group_by(Comment.kit, Comment.name))
        return {(kit, name): times for kit, name, times in found}


def headings_of(studio: Studio, text: Text) -> dict[str, str]:
    """Return the keys of what is published under each heading, by the heading as readers see it."""
    return {
        NOTE_USED.sub("", piece.text).strip("#* `"): piece.key
        for piece in pieces_or_body(file_state(studio, text).text)
        if piece.kind.startswith("h") and piece.place[0] == "body"
    }


def _find(session: Session, number: int) -> Comment:
    found = session.get(Comment, number)
    if found is None:
        raise RemarkMissingError(f"there is no remark {number}", mend="Somebody has removed it meanwhile")
    return found
