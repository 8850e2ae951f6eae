"""The pictures of a kit as curators see them: taken in, told about, kept while a text or draft shows them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from app.core.errors import UserError
from app.core.kit import Entry, Series
from app.core.picture import NAME, SOURCE, Picture, placements
from app.editing import Studio, Text, texts_of
from app.editing.desk import place_of
from app.editing.files import alone
from app.ledger import Draft, Revision
from app.library.intake import MOST_BYTES, PictureRefusedError
from app.library.pictures import (
    PictureInUseError,
    PictureMissingError,
    change_picture,
    list_pictures,
    remove_picture,
    take_picture,
)

__all__ = [
    "LICENCES",
    "MOST_BYTES",
    "AddressWrongError",
    "Facts",
    "Kept",
    "LibraryMissingError",
    "PictureInUseError",
    "PictureMissingError",
    "PictureRefusedError",
    "Place",
    "Shelf",
    "change",
    "proposed_name",
    "remove",
    "shelf_of",
    "take",
]

LICENCES = ("CC0 1.0", "CC BY 4.0", "CC BY-SA 4.0", "Public Domain Mark 1.0")
"""Those that are chosen from a list; any other is written."""

LONGEST_PROPOSED = 50
NAMELESS = "picture"


class LibraryMissingError(UserError):
    """There is no kit or bonus page of this name."""


class AddressWrongError(UserError):
    """Where a picture was found is no address."""


@dataclass(frozen=True)
class Place:
    """A text that shows a picture.

    Attributes:
        name: its file's name without the ending, as "vi" or "en.easy".
        text: the text, None for a file that the studio does not know.
        draft: whether only its draft shows the picture, not what is published.
    """

    name: str
    text: Text | None
    draft: bool


@dataclass(frozen=True)
class Kept:
    """A picture of a library, and the texts that show it."""

    name: str
    picture: Picture
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Shelf:
    """The library of a kit or of a bonus page.

    Attributes:
        kit: the kit's id, or the bonus page's name.
        series: its series.
        entry: its kit's place there, None for a bonus page.
        pictures: by name; none where the library cannot be read.
        broken: what keeps it from being read.
    """

    kit: str
    series: Series
    entry: Entry | None
    pictures: tuple[Kept, ...]
    broken: UserError | None = None

    def find(self, name: str) -> Kept | None:
        """Return a picture, None if there is none of this name."""
        return next((kept for kept in self.pictures if kept.name == name), None)


@dataclass(frozen=True)
class Facts:
    """What somebody tells about a picture.

    Attributes:
        credit: who made it, by language; what is empty is as in the first language that is not.
        licence: on what terms it may be shown.
        source: where it was found, an address; "" for none.
        focal: what must be seen when it is cut to a square, each from 0 to 1.
    """

    credit: Mapping[str, str]
    licence: str
    source: str = ""
    focal: tuple[float, float] = (0.5, 0.5)


def shelf_of(studio: Studio, kit: str) -> Shelf:
    """Return the library of a kit or of a bonus page, also where it cannot be read.

    Raises:
        LibraryMissingError: there is no such kit or bonus page.
    """
    texts = {text.name: text for text in texts_of(studio) if text.kit == kit}
    if not texts:
        raise LibraryMissingError(f"there is no kit {kit} here", mend="Name a kit or a bonus page")
    series, entry = place_of(studio, next(iter(texts.values())))
    try:
        listed = list_pictures(studio.workspace, kit)
    except UserError as error:
        return Shelf(kit, series, entry, (), error)
    drafts = {
        name: {placed.name for placed in placements(words)} for name, words in _drafts(studio, kit).items()
    }
    kept = []
    for each in listed:
        places = [Place(name, texts.get(name), draft=False) for name in each.texts]
        places += [
            Place(name, texts.get(name), draft=True)
            for name, shown in drafts.items()
            if each.name in shown and name not in each.texts
        ]
        kept.append(Kept(each.name, each.picture, tuple(places)))
    return Shelf(kit, series, entry, tuple(kept))


def take(studio: Studio, kit: str, name: str, content: bytes, facts: Facts) -> Picture:
    """Take a picture into a library.

    Args:
        studio: the studio.
        kit: whose library.
        name: what texts call it.
        content: the file as it was uploaded.
        facts: what is told about it.

    Raises:
        LibraryMissingError: there is no such kit or bonus page.
        AddressWrongError: where it was found is no address.
        PictureRefusedError: it is not taken; its `reason` says why.
        OSError: it cannot be written.
    """
    shelf = shelf_of(studio, kit)
    source = _source(facts)
    return take_picture(
        studio.workspace, shelf.kit, name, content,
        credit=_credit(facts), licence=facts.licence, focal=facts.focal, source=source,
    )  # fmt: skip


def change(studio: Studio, kit: str, name: str, facts: Facts) -> Picture:
    """Replace what is told about a picture.

    Raises:
        LibraryMissingError, PictureMissingError: there is no such library or picture.
        AddressWrongError: where it was found is no address.
        PictureRefusedError: maker or licence are missing.
        OSError: it cannot be written.
    """
    shelf = shelf_of(studio, kit)
    source = _source(facts)
    return change_picture(
        studio.workspace, shelf.kit, name,
        credit=_credit(facts), licence=facts.licence, focal=facts.focal, source=source,
    )  # fmt: skip


def remove(studio: Studio, kit: str, name: str) -> None:
    """Remove a picture that no text and no draft shows; nothing is published meanwhile.

    Raises:
        LibraryMissingError, PictureMissingError: there is no such library or picture.
        PictureInUseError: texts or drafts show it.
    """
    shelf = shelf_of(studio, kit)
    with alone(studio):
        remove_picture(studio.workspace, shelf.kit, name, drafts=_drafts(studio, kit))


def proposed_name(file_name: str, taken: Iterable[str]) -> str:
    """Return what a picture may be called after the file that it comes in.

    Args:
        file_name: as the browser tells it.
        taken: names that others have.
    """
    last = re.split(r"[/\\]", file_name)[-1]
    stem = (last.rpartition(".")[0] or last).lower().replace("đ", "d")
    plain = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", stem))
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_PROPOSED].strip("-")
    name = name if NAME.fullmatch(name) else NAMELESS
    others, number, free = set(taken), 2, name
    while free in others:
        free, number = f"{name}-{number}", number + 1
    return free


def _drafts(studio: Studio, kit: str) -> dict[str, str]:
    """Return the words of a kit's drafts, by the names of their texts."""
    with studio.ledger.reading() as session:
        asked = (
            select(Draft.name, Revision.text)
            .join(Revision, col(Revision.id) == Draft.newest)
            .where(Draft.kit == kit)
            .order_by(col(Draft.name))
        )
        return dict(session.exec(asked).all())


def _credit(facts: Facts) -> dict[str, str]:
    told = next((words for words in facts.credit.values() if words.strip()), "")
    return {language: words if words.strip() else told for language, words in facts.credit.items()}


def _source(facts: Facts) -> str | None:
    source = facts.source.strip()
    if source and not SOURCE.match(source):
        raise AddressWrongError(
            f"{source} is no address", mend="It begins with https:// or http://, or is left out"
        )
    return source or None
