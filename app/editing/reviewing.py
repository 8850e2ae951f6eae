"""From a draft to an approved one: never by the hand that wrote it."""

from datetime import datetime

from sqlmodel import Session, col, select

from app.core.errors import UserError
from app.editing import Studio, Text
from app.editing.drafts import StaleSaveError, keep_step, no_draft
from app.ledger import Draft, Revision

WRITING = ("saved", "merged", "restored")
LONGEST_REASON = 2000
"""Signs."""


class WrongStateError(UserError):
    """A draft is not where a step begins."""


class OwnTextError(UserError):
    """Somebody would approve what they wrote themselves."""


class ReasonMissingError(UserError):
    """A text was sent back without a word."""


def submit(
    studio: Studio, text: Text, staff: int, *, version: int, now: datetime, alone_because: str = ""
) -> None:
    """Hand a draft in for review.

    Args:
        studio: the studio.
        text: the text.
        staff: who does it.
        version: the one that was looked at.
        now: the time.
        alone_because: why the text shall be published before the workspace's other languages have it.

    Raises:
        NoDraftError, StaleSaveError, WrongStateError: there is nothing to hand in, or not this.
    """
    with studio.ledger.writing() as session:
        draft = find_draft(session, text, version)
        _demand(draft, "draft", "is handed in already")
        draft.state, draft.alone_because = "submitted", " ".join(alone_because.split())[:LONGEST_REASON]
        keep_step(session, text, "submitted", draft, staff, now, draft.alone_because)


def take_back(studio: Studio, text: Text, staff: int, *, version: int, now: datetime, why: str = "") -> None:
    """Make a submitted or approved draft a draft again, by its writer or with a reviewer's reason.

    Args:
        studio: the studio.
        text: the text.
        staff: who does it.
        version: the one that was looked at.
        now: the time.
        why: what a reviewer wants to be changed; "" where a writer takes it back.

    Raises:
        NoDraftError, StaleSaveError, WrongStateError: there is nothing to take back, or not this.
    """
    with studio.ledger.writing() as session:
        draft = find_draft(session, text, version)
        if draft.state == "draft":
            raise WrongStateError("this text is a draft already", mend="Go on writing")
        draft.state, draft.approved_by = "draft", None
        keep_step(session, text, "returned", draft, staff, now, why)


def send_back(studio: Studio, text: Text, staff: int, *, version: int, now: datetime, why: str) -> None:
    """Give a submitted draft back to its writers and say why; errors as in `take_back`.

    Raises:
        ReasonMissingError: no reason is given.
    """
    if not why.strip():
        raise ReasonMissingError("nothing says why the text goes back", mend="Write what should be changed")
    take_back(studio, text, staff, version=version, now=now, why=why.strip()[:LONGEST_REASON])


def approve(studio: Studio, text: Text, staff: int, *, version: int, now: datetime) -> None:
    """Approve exactly this version of a draft; any change afterwards makes it a draft again.

    Raises:
        OwnTextError: whoever approves wrote in it since it was last published.
        NoDraftError, StaleSaveError, WrongStateError: there is nothing to approve, or not this.
    """
    with studio.ledger.writing() as session:
        draft = find_draft(session, text, version)
        _demand(draft, "submitted", "is not handed in")
        if staff in writers(session, text):
            raise OwnTextError(
                "you wrote in this text yourself", mend="Let somebody else read and approve it"
            )
        draft.state, draft.approved_by = "approved", staff
        keep_step(session, text, "approved", draft, staff, now)


def wrote(studio: Studio, text: Text, staff: int) -> bool:
    """Tell whether somebody wrote in a text since it was last published, and so may not approve it."""
    with studio.ledger.reading() as session:
        return staff in writers(session, text)


def writers(session: Session, text: Text) -> set[int]:
    """Return who wrote in a text since it was last published, in drafts that were given up too.

    Whoever wrote what somebody else brought back counts as well.
    """
    rows = session.exec(
        select(Revision.id, Revision.kind, Revision.by, Revision.note)
        .where(Revision.kit == text.kit, Revision.name == text.name, ~col(Revision.pending))
        .order_by(col(Revision.id))
    )
    past = list(rows)
    at = {str(id_): place for place, (id_, _, _, _) in enumerate(past)}
    found: set[int] = set()
    looked_at: set[int] = set()
    # A text's words are those of all who wrote in it before, back to a publication.
    ends = [len(past) - 1] if past and past[-1][1] != "published" else []
    while ends:
        end = ends.pop()
        _, kind, by, _ = past[end]
        if kind == "aside" and by is not None:
            found.add(by)
        for place in range(end, -1, -1):
            _, kind, by, note = past[place]
            if place in looked_at or (kind == "published" and place < end):
                break
            looked_at.add(place)
            if kind in WRITING and by is not None:
                found.add(by)
            if kind == "restored" and note in at:
                ends.append(at[note])
    return found


def find_draft(session: Session, text: Text, version: int) -> Draft:
    """Return a text's draft if it has this version.

    Raises:
        NoDraftError: there is none.
        StaleSaveError: it has another version by now.
    """
    draft = session.get(Draft, (text.kit, text.name))
    if draft is None:
        raise no_draft(text)
    if draft.version != version:
        raise StaleSaveError(draft.version)
    return draft


def _demand(draft: Draft, state: str, otherwise: str) -> None:
    if draft.state != state:
        raise WrongStateError(f"this text {otherwise}", mend="Reload the page to see where it stands")
