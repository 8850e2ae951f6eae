"""Every text with its state, in one reading of the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from app.core.errors import UserError
from app.editing import Studio, Text, texts_of
from app.editing.behind import stale_counts
from app.editing.check_ups import NEVER, Checked, check_ups
from app.editing.files import file_states, look_everywhere
from app.ledger import Draft


@dataclass(frozen=True)
class Listed:
    """Where a text stands.

    Attributes:
        text: which one.
        state: "missing", "published", "draft", "submitted" or "approved".
        behind: whether the file was changed by somebody else since the draft began.
        stale: how many of its paragraphs do not agree with the text that it translates.
        checked: when somebody last looked whether it still holds.
    """

    text: Text
    state: str
    behind: bool
    stale: int
    checked: Checked

    @property
    def name(self) -> str:
        """Return the text's name for the command line: "flag-tower/vi.easy"."""
        return f"{self.text.kit}/{self.text.name}"


def take_stock(studio: Studio, now: datetime) -> tuple[dict[Text, UserError], dict[tuple[str, str], int]]:
    """Look at every file, and hold every translation against its source.

    The first time this pairs all paragraphs that are there, which takes a second or two; a server does it
    while it opens, so that nobody waits for it.

    Returns:
        What keeps files from being read, and the numbers of `stale_counts`.
    """
    return look_everywhere(studio, now), stale_counts(studio)


def list_texts(studio: Studio, stale: Mapping[tuple[str, str], int]) -> list[Listed]:
    """Return every text that may be written, and where it stands.

    Args:
        studio: the studio.
        stale: as `take_stock` counted.
    """
    with studio.ledger.reading() as session:
        files = file_states(session)
        drafts = {(draft.kit, draft.name): draft for draft in session.exec(select(Draft))}
    checked, found = check_ups(studio), []
    for text in texts_of(studio):
        name = (text.kit, text.name)
        id_, digest = files.get(name, (None, ""))
        draft = drafts.get(name)
        state = draft.state if draft else "published" if digest else "missing"
        behind = draft is not None and draft.base != id_
        found.append(Listed(text, state, behind, stale.get(name, 0), checked.get(name, NEVER)))
    return found
