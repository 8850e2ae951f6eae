"""The tiny workspace, and a run of it at every state."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, sync_playwright

from app.checking import check_workspace
from app.core.plan import Beacon
from app.runs import Station, open_station
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.planning import plan_run
from app.web.languages import known_languages
from app.workspace import Workspace, find_workspace
from tests.workers import WholeFiles, place_of
from tests.workspaces import copy_tiny

REPOSITORY = Path(__file__).parent.parent
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SECRET = bytes(range(32))
DICE = "123456"
COUNTED = "counted"
"""Name of the properties of a test that are printed when all tests are over."""

CEREMONY = Beacon("ceremony", "Six dice thrown before the class", "[1-6]{6}")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles | None:
    """Share whole files out among workers, in the order in which they are collected."""
    if config.getoption("dist") != "loadscope":
        return None
    config.option.loadscopereorder = False
    return WholeFiles(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let workers begin with folders of long files; without workers the order stays."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: place_of(item.nodeid))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have counted."""
    reports = [each for of_kind in terminalreporter.stats.values() for each in of_kind]
    called = [each.user_properties for each in reports if getattr(each, "when", "") == "call"]
    lines = [said for properties in called for name, said in properties if name == COUNTED]
    if lines:
        terminalreporter.section("counted")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for all tests of a worker: a second one does not start beside it."""
    with sync_playwright() as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny workspace with the repository's own print designs."""
    return copy_tiny(tmp_path / "tiny", designs=True)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of the tiny workspace's texts, so that a test renders only what it changes."""
    copy = copy_tiny(tmp_path_factory.mktemp("rendered") / "tiny")
    check_workspace(find_workspace(str(copy)), known_languages())
    return copy / "var" / "cache"


@pytest.fixture
def read_before(folder: Path, rendered: Path) -> Path:
    """The copy of the tiny workspace after its texts were rendered."""
    shutil.copytree(rendered, folder / "var" / "cache")
    return folder


@pytest.fixture
def workspace(folder: Path) -> Workspace:
    return find_workspace(str(folder))


def seal_tiny(station: Station) -> None:
    """Plan, commit and seal TY-1 of 16 boxes."""
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    seal_run(station, "TY-1", beacon_value=DICE, now=NOW)


@dataclass(frozen=True)
class States:
    """What `var/` of the tiny workspace holds, made once: to migrate and to draw take a fifth of a second.

    Attributes:
        opened: after the station was opened for the first time.
        sealed: after the run TY-1 of 16 boxes was planned, committed and sealed.
    """

    opened: Path
    sealed: Path


@pytest.fixture(scope="session")
def states(tmp_path_factory: pytest.TempPathFactory) -> States:
    folder = copy_tiny(tmp_path_factory.mktemp("states") / "tiny")
    kept = tmp_path_factory.mktemp("kept")
    station = open_station(find_workspace(str(folder)))
    station.ledger.close()
    shutil.copytree(folder / "var", kept / "opened")
    seal_tiny(station)
    station.ledger.close()
    shutil.copytree(folder / "var", kept / "sealed")
    return States(kept / "opened", kept / "sealed")


@pytest.fixture
def station(workspace: Workspace, states: States) -> Iterator[Station]:
    if not workspace.ledger.exists():
        shutil.copytree(states.opened, workspace.state, dirs_exist_ok=True)
    opened = open_station(workspace)
    yield opened
    opened.ledger.close()


@pytest.fixture
def sealed(station: Station, states: States) -> Station:
    """The station after the run TY-1 of 16 boxes was planned, committed and sealed."""
    station.ledger.close()
    untouched = (states.opened / station.workspace.ledger.name).read_bytes()
    if station.workspace.ledger.read_bytes() == untouched:
        shutil.copytree(states.sealed, station.workspace.state, dirs_exist_ok=True)
    else:  # a test has written something before
        seal_tiny(station)
    return station


@pytest.fixture
def codes(sealed: Station) -> list[str]:
    """The codes of TY-1 by slot."""
    return [label.code for label in secret_labels(sealed, show_run(sealed, "TY-1"))]


@pytest.fixture
def write(folder: Path) -> Callable[[str, str, str], Path]:
    """Replace a text in a file of the workspace."""

    def replace(name: str, old: str, new: str) -> Path:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new), "utf-8")
        return path

    return replace
