"""Those who write and those who approve, and a text on its way."""

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
CAI, REV, BOTH = 1, 2, 3
"""A curator, a reviewer, and somebody who is both."""


def staffed(workspace: Workspace) -> Studio:
    """Open the studio of a workspace with three people in it."""
    opened = open_studio(workspace, known_languages())
    with opened.ledger.writing() as session:
        for name, roles in (("Cai", "curator"), ("Rev", "reviewer"), ("Both", "curator,reviewer")):
            session.add(Staff(name=name, roles=roles, made_at=NOW))
    return opened


def rewritten(studio: Studio, text: Text, old: str = "## ", new: str = "## Mới: ") -> str:
    """Return what stands in a text's file with a heading changed."""
    return path_of(studio, text).read_text("utf-8").replace(old, new, 1)


def saved(studio: Studio, text: Text, words: str, staff: int = CAI) -> int:
    """Save words over whatever is there, and return their version."""
    return save(studio, text, staff, words, version=open_text(studio, text, staff, NOW).version, now=NOW)


def approved(studio: Studio, text: Text, words: str, alone_because: str = "") -> int:
    """Bring words of Cai's to approved by Rev, and return their version."""
    version = saved(studio, text, words)
    submit(studio, text, CAI, version=version, now=NOW, alone_because=alone_because)
    approve(studio, text, REV, version=version, now=NOW)
    return version


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
