"""Every text with its state, in one reading of the ledger."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, func, select

from app.editing import Studio, Text, texts_of
from app.ledger import CheckUp, Draft, Revision


@dataclass(frozen=True)
class Listed:
    """Where a text stands.

    Attributes:
        text: which one.
        state: "missing", "published", "draft", "submitted" or "approved".
        behind: whether the file was changed by somebody else since the draft began.
        checked_on: when somebody last looked whether it still holds.
        due_on: when somebody shall look again.
    """

    text: Text
    state: str
    behind: bool
    checked_on: date | None
    due_on: date | None

    @property
    def name(self) -> str:
        """Return the text's name for the command line: "flag-tower/vi.easy"."""
        return f"{self.text.kit}/{self.text.name}"


def list_texts(studio: Studio) -> list[Listed]:
    """Return every text that may be written, where it stands; `look_everywhere` first."""
    with studio.ledger.reading() as session:
        states = col(Revision.kind).in_(("foreign", "published")), ~col(Revision.pending)
        newest = select(func.max(Revision.id)).where(*states).group_by(col(Revision.kit), col(Revision.name))
        rows = select(Revision.kit, Revision.name, Revision.id, Revision.digest)
        files = {
            (kit, name): (id_, digest)
            for kit, name, id_, digest in session.exec(rows.where(col(Revision.id).in_(newest)))
        }
        drafts = {(draft.kit, draft.name): draft for draft in session.exec(select(Draft))}
        checks = {(check.kit, check.name): check for check in session.exec(select(CheckUp))}
    found = []
    for text in texts_of(studio):
        name = (text.kit, text.name)
        id_, digest = files.get(name, (None, ""))
        draft, check = drafts.get(name), checks.get(name)
        state = draft.state if draft else "published" if digest else "missing"
        behind = draft is not None and draft.base != id_
        found.append(
            Listed(text, state, behind, check.checked_on if check else None, check.due_on if check else None)
        )
    return found
