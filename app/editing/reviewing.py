"""From a draft to an approved one: never by the hand that wrote it."""

from datetime import datetime

from sqlmodel import Session, col, select

from app.core.errors import UserError
from app.editing import Studio, Text
from app.editing.drafts import StaleSaveError, keep_step, no_draft
from app.ledger import Draft, Revision

WRITING = ("saved", "merged", "restored")


class WrongStateError(UserError):
    """A draft is not where a step begins."""


class OwnTextError(UserError):
    """Somebody would approve what they wrote themselves."""


class ReasonMissingError(UserError):
    """A text was sent back without a word."""


def submit(studio: Studio, text: Text, staff: int, *, version: int, now: datetime) -> None:
    """Hand a draft in for review.

    Raises:
        NoDraftError, StaleSaveError, WrongStateError: there is nothing to hand in, or not this.
    """
    with studio.ledger.writing() as session:
        draft = find_draft(session, text, version)
        _demand(draft, "draft", "is handed in already")
        draft.state = "submitted"
        keep_step(session, text, "submitted", draft, staff, now)


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
    take_back(studio, text, staff, version=version, now=now, why=why.strip()[:2000])


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


def writers(session: Session, text: Text) -> set[int]:
    """Return who wrote in a text since it was last published, in drafts that were given up too.

    Whoever wrote what somebody else brought back counts as well.
    """
    revisions = list(
        session.exec(
            select(Revision)
            .where(Revision.kit == text.kit, Revision.name == text.name)
            .order_by(col(Revision.id).desc())
        )
    )
    found: set[int] = set()
    by_id = {revision.id: revision for revision in revisions}
    for revision in revisions:
        if revision.kind == "published":
            break
        if revision.kind in WRITING and revision.by is not None:
            found.add(revision.by)
            source = by_id.get(int(revision.note)) if revision.kind == "restored" else None
            if source is not None and source.by is not None and source.kind in WRITING:
                found.add(source.by)
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
