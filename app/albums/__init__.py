"""The buyer's flow: read -> scan -> claim -> album. Nothing here knows who anyone is."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.catalogue import read_catalogue
from app.core.kit import Series
from app.ledger import Ledger
from app.workspace import Workspace


@dataclass(frozen=True)
class Site:
    """What the public site works with. There is no vault in it.

    Attributes:
        workspace: the maker's folder.
        catalogue: its series.
        ledger: its database.
        languages: the languages that its pages speak: the workspace's, then whatever else the interface does.
    """

    workspace: Workspace
    catalogue: Mapping[str, Series]
    ledger: Ledger
    languages: tuple[str, ...]


def open_site(workspace: Workspace, interface_languages: tuple[str, ...] = ()) -> Site:
    """Read the catalogue and open the ledger.

    Args:
        workspace: the workspace.
        interface_languages: the languages that the pages' own words are written in.

    Raises:
        UserError: the first thing in the workspace that is wrong.
    """
    languages = tuple(dict.fromkeys((*workspace.languages, *interface_languages)))
    return Site(workspace, read_catalogue(workspace), Ledger(workspace.ledger), languages)
