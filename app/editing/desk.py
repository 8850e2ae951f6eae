"""What lies on the desk beside a text: its sources, the details of its picture, what it was."""

import re
from dataclasses import dataclass

from sqlmodel import col, select

from app.core.kit import Entry, Series
from app.editing import Studio, Text
from app.ledger import Revision
from app.library import read_sources
from app.library.children import keep_ready

_GIVEN = re.compile(r"^\[\^(?P<label>[A-Za-z0-9-]+)\]:[ \t]*(?P<said>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Citable:
    """A source that a text may cite.

    Attributes:
        label: of its footnote: what stands between [^ and ].
        said: who says it, in the language of the text if somebody has written it there.
        own: whether the text gives it itself.
    """

    label: str
    said: str
    own: bool


def sources_of(studio: Studio, text: Text, body: str) -> tuple[Citable, ...]:
    """Return every source that a text may cite, its own first.

    Raises:
        FileBrokenError, KeyWrongError: the file of the shared sources is not right.
    """
    own = tuple(Citable(note["label"], note["said"], True) for note in _GIVEN.finditer(body))
    given, told = {each.label for each in own}, studio.workspace.told(text.language)
    shared = read_sources(studio.workspace).items()
    return own + tuple(
        Citable(label, source.text.get(text.language) or source.text[told], False)
        for label, source in shared
        if label not in given
    )


def place_of(studio: Studio, text: Text) -> tuple[Series, Entry | None]:
    """Return the series of a text and its kit's place in it, None for a bonus page."""
    for series in studio.catalogue.values():
        if text.bonus and series.bonus == text.kit:
            return series, None
        for entry in series.entries:
            if not text.bonus and entry.kit.id == text.kit:
                return series, entry
    raise LookupError(text.kit)  # find_text returns no others


def words_at(studio: Studio, text: Text, version: int) -> str | None:
    """Return the whole file as it was in a version, None if nobody knows it any more."""
    with studio.ledger.reading() as session:
        asked = select(Revision.text).where(
            Revision.kit == text.kit, Revision.name == text.name, Revision.version == version
        )
        return session.exec(asked.order_by(col(Revision.id).desc())).first()


def make_ready() -> None:
    """Have what turns a text into a page wait for it, so that a preview does not wait."""
    keep_ready()
