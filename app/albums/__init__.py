"""The buyer's flow: read -> scan -> claim -> album. Nothing here knows who anyone is."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.catalogue import read_catalogue
from app.core.kit import Series
from app.ledger import Ledger
from app.workspace import Workspace


@dataclass(frozen=True)
class Site:
    """What the public site works with. There is no vault in it."""

    workspace: Workspace
    catalogue: Mapping[str, Series]
    ledger: Ledger


def open_site(workspace: Workspace) -> Site:
    """Read the catalogue and open the ledger.

    Raises:
        UserError: the first thing in the workspace that is wrong.
    """
    return Site(workspace, read_catalogue(workspace), Ledger(workspace.ledger))
