"""Steps of a text, by every role, with a draft of their own and with somebody else's."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from app.web import create_app
from app.workspace import find_workspace
from tests.web.cast import Desk, ledger_of, signed_in
from tests.web.conftest import close
from tests.web.who_may import ROLES, STEPS, STUDIO

PLACE = "/studio/bridge/vi"
STATES = {"submit": 0, "discard": 0, "restore": 0, "withdraw": 1, "approve": 1, "return": 1, "publish": 2}
"""How far a draft must have come before a step: written, handed in, approved."""


@dataclass
class House:
    """A site, everybody who works there, and one who only ever reads and approves."""

    app: Flask
    folder: Path
    desks: dict[str, Desk]
    judge: Desk

    def version(self) -> str:
        found = re.search(r'name="version" value="(\d+)"', self.judge.open(PLACE).text)
        assert found
        return found[1]

    def press(self, desk: Desk, step: str = "", **form: str) -> str:
        """Press a button of the text; return "403", or what the page one is led to says was done."""
        answer = desk.press(f"{PLACE}/{step}".rstrip("/"), {"version": self.version(), **form})
        if answer.status_code == 403:
            return "403"
        assert answer.status_code == 303, answer.text
        told = re.search(r"[?&](done|refused)=(\w+)", answer.headers["Location"])
        return "" if told is None else "done" if told[1] == "done" else told[2]

    def written_by(self, writer: str, far: int) -> None:
        """Bring a draft of one writer alone to where a step begins."""
        path = self.folder / "stories" / "bridge" / "vi.md"
        words = path.read_text("utf-8").replace("## ", f"## {writer} ", 1)
        self.press(self.desks[writer], words=words)
        if far >= 1:
            assert self.press(self.desks[writer], "submit") == "done"
        if far >= 2:
            assert self.press(self.judge, "approve") == "done"


@pytest.fixture(scope="module")
def whole(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = Path(shutil.copytree(rendered.parent.parent, tmp_path_factory.mktemp("whose") / "tiny"))
    app = create_app(find_workspace(str(folder)))
    desks = {visitor: signed_in(app, visitor.replace("+", " "), *roles) for visitor, roles in ROLES.items()}
    yield House(app, folder, desks, signed_in(app, "Judge", "reviewer"))
    close(app)


@pytest.fixture
def house(whole: House) -> Iterator[House]:
    path = whole.folder / "stories" / "bridge" / "vi.md"
    before = path.read_bytes()
    yield whole
    path.write_bytes(before)
    with ledger_of(whole.folder) as ledger:
        for table in ("draft", "revision"):
            ledger.execute(f"DELETE FROM {table}")  # noqa: S608


def test_every_step_has_a_row() -> None:
    steps = {rule.rpartition("/")[2] for _, rule in STUDIO if rule.count("/") == 4} & STATES.keys()
    assert steps == STEPS.keys() == STATES.keys()


@pytest.mark.parametrize("whose", ["own", "others"])
@pytest.mark.parametrize("visitor", ROLES)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_for_whom_the_table_says(house: House, step: str, visitor: str, whose: str) -> None:
    can_write = "curator" in ROLES[visitor]
    if whose == "own" and not can_write:
        whose = "others"  # who writes nothing has no draft of their own
    other = "curator" if visitor != "curator" else "curator+reviewer"
    house.written_by(visitor if whose == "own" else other, STATES[step])
    more = {"return": {"why": "Which source?"}, "restore": {"revision": _first(house)}}.get(step, {})
    assert house.press(house.desks[visitor], step, **more) == STEPS[step].get((visitor, whose), "403")


def _first(house: House) -> str:
    with ledger_of(house.folder) as ledger:
        return str(ledger.execute("SELECT min(id) FROM revision WHERE kit = 'bridge'").fetchone()[0])
