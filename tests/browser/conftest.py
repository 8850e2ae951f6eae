"""A printed run, its cards, and the street on which phones meet its site."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from app.runs import open_station
from app.runs.life import commit_run, seal_run
from app.runs.orders import Order
from app.runs.planning import plan_run
from app.runs.printing import print_run
from app.workspace import find_workspace
from tests.browser.cards import Card, cards_in
from tests.browser.phones import Street, street
from tests.browser.places import Place, own_place
from tests.browser.scenes import SCENES, visit
from tests.browser.walks import UNBEGUN, file_of
from tests.conftest import CEREMONY, DICE, NOW, SECRET
from tests.web.cast import ledger_of
from tests.workspaces import copy_tiny

EXPECTED = (
    "400:",
    "404:",
    "405:",
    "409:",
    "422:",
    "console: Failed to load",
    "console: Service Worker registration",
)
"""What goes wrong on a lent phone because its scene is a refusal, or because it has no workers."""
BROKEN = ("401:", "403:", "413:", "429:", "500:", "503:")
"""What only the scenes of errors may answer."""

expect.set_options(timeout=20_000)  # two cores may be busy with other tests; no test measures time


@pytest.fixture(scope="session")
def printed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny workspace after its run TY-1 of 48 boxes was planned, committed, sealed and printed."""
    folder = copy_tiny(tmp_path_factory.mktemp("printed") / "tiny", designs=True)
    station = open_station(find_workspace(str(folder)))
    plan_run(station, "tiny", boxes=48, now=NOW, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    printed = print_run(
        station, "TY-1", Order(things=("insert",)), now=NOW, progress=lambda _done, _whole: None
    )
    station.ledger.close()
    assert printed.files[0].cards is not None
    assert printed.files[0].cards.turned_on == "short"
    shutil.rmtree(station.vault.folder)  # the public site has none
    return folder


@pytest.fixture(scope="module")
def unscanned_folder(printed_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The printed run as it was before anyone scanned a card, for tests that take more than one each."""
    copy = Path(shutil.copytree(printed_folder, tmp_path_factory.mktemp("unscanned") / "tiny"))
    with ledger_of(copy) as ledger:
        for table in ("swap", "claim", "album"):
            ledger.execute(f"DELETE FROM {table}")  # noqa: S608
    return copy


@pytest.fixture(scope="session")
def pile(printed_folder: Path) -> Iterator[Card]:
    """The printed cards, each to be taken once."""
    return cards_in(printed_folder)


@pytest.fixture
def card(pile: Iterator[Card]) -> Card:
    """A printed card that nobody has scanned."""
    return next(pile)


@pytest.fixture(scope="session")
def tiny_street(
    playwright: Playwright, printed_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    with street(playwright, printed_folder, tmp_path_factory.mktemp("street")) as opened:
        yield opened


def without_faults(street: Street) -> Iterator[Street]:
    """Yield a street for one test; whatever went wrong on any phone fails it."""
    yield street
    faults = [fault for phone in street.phones for fault in phone.faults]
    for phone in street.phones:
        phone.context.close()
    street.phones.clear()
    assert faults == []


@pytest.fixture
def town(tiny_street: Street) -> Iterator[Street]:
    """The street of the printed run."""
    yield from without_faults(tiny_street)


@pytest.fixture(scope="module")
def fresh_pile(unscanned_folder: Path) -> Iterator[Card]:
    return cards_in(unscanned_folder)


@pytest.fixture
def fresh_card(fresh_pile: Iterator[Card]) -> Card:
    return next(fresh_pile)


@pytest.fixture(scope="module")
def fresh_street(
    playwright: Playwright, unscanned_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    with street(playwright, unscanned_folder, tmp_path_factory.mktemp("street")) as opened:
        yield opened


@pytest.fixture
def fresh_town(fresh_street: Street) -> Iterator[Street]:
    """The street of the printed run of which a module's tests scan the first cards."""
    yield from without_faults(fresh_street)


@pytest.fixture(scope="session")
def walk_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny workspace without two of its texts; their kits are told in English alone."""
    made = copy_tiny(tmp_path_factory.mktemp("walk") / "tiny")
    for text in UNBEGUN:
        file_of(made, text).unlink()
    return made


@pytest.fixture(scope="session")
def walk_street(
    playwright: Playwright, walk_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    with street(playwright, walk_folder, tmp_path_factory.mktemp("street")) as opened:
        yield opened


@pytest.fixture
def walk_town(walk_street: Street) -> Iterator[Street]:
    """The street on which the studio's ways are walked, each test on texts of its own."""
    yield from without_faults(walk_street)


@pytest.fixture(scope="session")
def place(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The site of the repository's own catalogue."""
    folder, scratch = tmp_path_factory.mktemp("house"), tmp_path_factory.mktemp("place")
    with own_place(playwright, folder, scratch) as opened:
        yield opened


@pytest.fixture(scope="session", params=SCENES, ids=[name.replace(" ", "-") for name in SCENES])
def scene(request: pytest.FixtureRequest, place: Place) -> Iterator[Page]:
    """Each page of our own catalogue in turn, visited once for every test that measures it."""
    phone = visit(place, request.param)
    yield phone.page
    meant = (*EXPECTED, *BROKEN) if request.param.startswith("error") else EXPECTED
    assert [fault for fault in phone.faults if not fault.startswith(meant)] == []
    place.street.empty()
