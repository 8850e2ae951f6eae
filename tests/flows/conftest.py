"""A run that is printed once for all tests that look at what was printed, and albums that swap."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.albums import open_site
from app.albums.claiming import scan
from app.core.staff import Person
from app.editing import Studio, Text, find_text
from app.runs import Station
from app.staff import People, open_people
from app.staff.invitations import invite, use_invitation
from app.workspace import Workspace
from tests.conftest import DICE, NOW
from tests.flows.desk import staffed
from tests.flows.door import HERE, LINK, OLD
from tests.flows.market import Market
from tests.press.ordered import OUTSIDE, Ordered, committed, drawn, files_in, folder_of, order_of


@pytest.fixture(scope="session")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ordered]:
    """TY-1 of 16 boxes, everything printed; and the same secret with another draw."""
    folder = tmp_path_factory.mktemp("orders")
    station, other = committed(folder / "tiny"), committed(folder / "other")
    order_of(station, *OUTSIDE)
    before = files_in(folder_of(station))
    drawn(station, DICE)
    drawn(other, "654321")
    order_of(other, *OUTSIDE, "insert")
    yield Ordered(station, other, order_of(station), before)
    station.ledger.close()
    other.ledger.close()


@pytest.fixture
def market(sealed: Station, codes: list[str]) -> Iterator[Market]:
    site = open_site(sealed.workspace)
    yield Market(site, {scan(site, code, None).edition: code for code in codes})
    site.ledger.close()


@pytest.fixture
def lanterns(market: Market) -> list[int]:
    return market.of("lantern")


@pytest.fixture
def bridges(market: Market) -> list[int]:
    return market.of("bridge")


@pytest.fixture
def two(market: Market, lanterns: list[int], bridges: list[int]) -> Market:
    """An has two lanterns and a bridge, Binh two bridges."""
    market.claim("an", *lanterns[:2], bridges[0])
    market.claim("binh", *bridges[1:3])
    return market


@pytest.fixture
def people(workspace: Workspace) -> Iterator[People]:
    opened = open_people(workspace)
    yield opened
    opened.ledger.close()


@pytest.fixture
def lan(people: People) -> Person:
    """Lan Anh, a curator who has chosen a password and is signed in."""
    invite(people, "Lan Anh", ["curator"], key=LINK, now=NOW)
    return use_invitation(people, LINK, OLD, session_key=HERE, now=NOW)


@pytest.fixture
def studio(workspace: Workspace, read_before: Path) -> Iterator[Studio]:
    opened = staffed(workspace)
    yield opened
    opened.ledger.close()


@pytest.fixture
def bridge(studio: Studio) -> Text:
    return find_text(studio, "bridge", "vi")
