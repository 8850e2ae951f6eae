"""The sealed run TY-1 of 16 boxes: a site, its boxes, Bo, Mai and a stranger, and those who work there."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.runs import open_station
from app.runs.life import secret_labels, show_run
from app.sealing import open_row
from app.web import create_app
from app.workspace import Workspace, find_workspace
from tests.conftest import seal_tiny
from tests.web.cast import Box, Desk, Phone, ledger_of, signed_in
from tests.web.every_page import SPOKEN, visit_every_page
from tests.workspaces import copy_tiny


@dataclass(frozen=True)
class Drawn:
    """A workspace whose run is drawn, never served itself; every test gets a copy of it."""

    folder: Path
    boxes: tuple[Box, ...]


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    folder = copy_tiny(tmp_path_factory.mktemp("drawn") / "tiny")
    workspace = find_workspace(str(folder))
    station = open_station(workspace)
    seal_tiny(station)
    run = show_run(station, "TY-1")
    labels = secret_labels(station, run)
    station.ledger.close()
    shutil.rmtree(folder / "var" / "vault")  # the public site has no vault
    close(create_app(workspace))  # renders every story once
    kits = [kit["id"] for kit in json.loads(run.kits)]
    with ledger_of(folder) as ledger:
        sealed = dict(ledger.execute("SELECT tag, sealed FROM sealed_box"))
    contents = [(label.code, open_row(label.code, "TY-1", sealed[label.tag])) for label in labels]
    return Drawn(folder, tuple(Box(code, kits[content.kit], content.edition) for code, content in contents))


def close(app: Flask) -> None:
    app.extensions["hopke"].ledger.close()


@pytest.fixture(scope="session")
def every_page(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], TestResponse]:
    """Every page in every language, by (name, language), opened once."""
    seen: dict[tuple[str, str], TestResponse] = {}
    for language in SPOKEN:
        copy = Path(shutil.copytree(drawn.folder, tmp_path_factory.mktemp("site") / "tiny"))
        site = create_app(find_workspace(str(copy)))
        answers = visit_every_page(language, copy, site, drawn.boxes)
        seen |= {(name, language): answer for name, answer in answers.items()}
        close(site)
    return seen


@pytest.fixture
def folder(drawn: Drawn, tmp_path: Path) -> Path:
    """A copy of the workspace with the drawn run."""
    return Path(shutil.copytree(drawn.folder, tmp_path / "tiny"))


@pytest.fixture
def drawn_nothing(folder: Path) -> Path:
    """The workspace before its first run."""
    for file in (folder / "var").glob("ledger.sqlite3*"):
        file.unlink()
    return folder


@pytest.fixture
def boxes(drawn: Drawn) -> tuple[Box, ...]:
    """Every box of the run."""
    return drawn.boxes


@pytest.fixture(scope="session")
def drawn_boxes(drawn: Drawn) -> tuple[Box, ...]:
    return drawn.boxes


@pytest.fixture
def pick(boxes: tuple[Box, ...]) -> Callable[[str], list[Box]]:
    """Return the boxes that hold a kit."""
    return lambda kit: [box for box in boxes if box.kit == kit]


@pytest.fixture
def box(pick: Callable[[str], list[Box]]) -> Box:
    """A box with a lantern in it."""
    return pick("lantern")[0]


@pytest.fixture
def app(workspace: Workspace) -> Iterator[Flask]:
    site = create_app(workspace)
    yield site
    close(site)


@pytest.fixture(scope="session")
def library(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A site that tests only read from, shared because opening one takes a fifth of a second."""
    copy = shutil.copytree(drawn.folder, tmp_path_factory.mktemp("library") / "tiny")
    site = create_app(find_workspace(str(copy)))
    yield site
    close(site)


@pytest.fixture
def reader(library: Flask) -> Phone:
    """A stranger who only reads."""
    return Phone(library)


@pytest.fixture
def bo(app: Flask) -> Phone:
    """Bo, the buyer, whose phone speaks Vietnamese."""
    return Phone(app, "vi", "192.0.2.10")


@pytest.fixture
def mai(app: Flask) -> Phone:
    """Mai, another buyer with a phone of her own, which speaks English."""
    return Phone(app, "en", "192.0.2.20")


@pytest.fixture
def stranger(app: Flask) -> Phone:
    """Someone who has no box."""
    return Phone(app, "vi", "203.0.113.66")


@pytest.fixture
def mina(app: Flask) -> Desk:
    """Mina, the maker, signed in."""
    return signed_in(app, "Mina", "maker")


@pytest.fixture
def cai(app: Flask) -> Desk:
    """Cai, the curator, signed in; her browser speaks Vietnamese."""
    return signed_in(app, "Cải", "curator", language="vi")


@pytest.fixture
def rev(app: Flask) -> Desk:
    """Rev, the reviewer, signed in."""
    return signed_in(app, "Rev", "reviewer")


@pytest.fixture
def desk(app: Flask) -> Desk:
    """A browser in which nobody is signed in."""
    return Desk(app, "en", "203.0.113.67")
