"""The curator's flow: draft -> review -> publish. The published file is the truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.catalogue import read_catalogue
from app.core.errors import UserError
from app.core.kit import Series
from app.core.story import CHASE, LAYERS
from app.ledger import Ledger
from app.workspace import Workspace


class TextMissingError(UserError):
    """No text of this name can be written here."""


@dataclass(frozen=True)
class Studio:
    """What curators work with. There is no vault in it.

    Attributes:
        workspace: the maker's folder.
        catalogue: its series.
        ledger: its database.
        languages: those in which a text may be written: the workspace's, then whatever else the pages speak.
    """

    workspace: Workspace
    catalogue: Mapping[str, Series]
    ledger: Ledger
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """One text that may be written: a story, a layer of it, or a bonus page, in one language.

    Attributes:
        kit: the kit's id, or the name of a bonus story.
        language: its language.
        layer: "" for the story itself, else one of its layers.
        bonus: whether it is a series' bonus page.
    """

    kit: str
    language: str
    layer: str
    bonus: bool

    @property
    def name(self) -> str:
        """Return its file's name without the ending."""
        return f"{self.language}.{self.layer}" if self.layer else self.language


def open_studio(workspace: Workspace, interface_languages: tuple[str, ...]) -> Studio:
    """Read the catalogue and open the ledger.

    Args:
        workspace: the workspace.
        interface_languages: the languages that the pages' own words are written in.

    Raises:
        UserError: the first thing in the workspace that is wrong.
    """
    languages = tuple(dict.fromkeys((*workspace.languages, *interface_languages)))
    return Studio(workspace, read_catalogue(workspace), Ledger(workspace.ledger), languages)


def texts_of(studio: Studio) -> Iterator[Text]:
    """Yield every text that may be written, series by series, kit by kit, layer by layer."""
    for series in studio.catalogue.values():
        for kit in series.kits:
            for layer in ("", *LAYERS):
                for language in studio.languages:
                    yield Text(kit.id, language, layer, bonus=False)
        for layer in ("", CHASE) if series.bonus else ():
            for language in studio.languages:
                yield Text(str(series.bonus), language, layer, bonus=True)


def find_text(studio: Studio, kit: str, name: str) -> Text:
    """Return the text of a name; a path never comes from an address.

    Raises:
        TextMissingError: there is no such kit, language or layer.
    """
    for text in texts_of(studio):
        if (text.kit, text.name) == (kit, name):
            return text
    raise TextMissingError(
        f"there is no text {kit}/{name} to write here",
        mend="Name a kit and a language, perhaps a layer: flag-tower/vi or flag-tower/vi.easy",
    )
