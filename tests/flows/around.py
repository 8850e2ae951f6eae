"""A studio with people in it, and what tests change in its texts."""

from datetime import UTC, datetime

from app.editing import Studio, Text, open_studio
from app.editing.drafts import open_text, save
from app.editing.files import path_of
from app.editing.publishing import publish
from app.editing.reviewing import approve, submit
from app.ledger import Staff
from app.web.languages import known_languages
from app.workspace import Workspace

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CAI, REV, TRAN = 1, 2, 3


def studio_of(workspace: Workspace) -> Studio:
    """Open the studio with Cai the curator, Rev the reviewer and Tran the translator."""
    studio = open_studio(workspace, known_languages())
    with studio.ledger.writing() as session:
        for name, roles in (("Cai", "curator"), ("Rev", "reviewer"), ("Tran", "curator")):
            session.add(Staff(name=name, roles=roles, made_at=NOW))
    return studio


def words_in(studio: Studio, text: Text) -> str:
    """Return what stands in a text's file."""
    return path_of(studio, text).read_text("utf-8")


def write(studio: Studio, text: Text, old: str, new: str, staff: int = CAI) -> int:
    """Save a text with some of its words changed, and return its version."""
    opened = open_text(studio, text, staff, NOW)
    assert old in opened.words, old
    return save(studio, text, staff, opened.words.replace(old, new, 1), version=opened.version, now=NOW)


def publish_with(studio: Studio, text: Text, old: str, new: str) -> None:
    """Bring a change of a text all the way into its file."""
    version = write(studio, text, old, new)
    submit(studio, text, CAI, version=version, now=NOW)
    approve(studio, text, REV, version=version, now=NOW)
    publish(studio, text, CAI, version=version, now=NOW)
