"""A run is committed only if its cards can be printed as they are designed."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.press.stamping import SlotMissingError, TextOverflowError
from app.press.typeface import GlyphMissingError
from app.runs import Station, WrongStateError, open_station
from app.runs.committing import commit_printable
from app.runs.life import seal_run, show_run
from app.runs.planning import plan_run
from app.workspace import find_workspace
from tests.conftest import CEREMONY, DICE, NOW, SECRET

Write = Callable[[str, str, str], Path]


def quiet(_done: int, _of: int) -> None:
    """Say nothing."""


@pytest.fixture
def planned(station: Station) -> Station:
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    return station


def commit(station: Station) -> None:
    commit_printable(station, "TY-1", entropy=SECRET, now=NOW, progress=quiet)


def test_a_run_is_committed_after_every_design_was_looked_at_and_its_labels_made(planned: Station) -> None:
    told: list[tuple[int, int]] = []
    run = commit_printable(
        planned, "TY-1", entropy=SECRET, now=NOW, progress=lambda done, of: told.append((done, of))
    )
    assert run.state == show_run(planned, "TY-1").state == "committed"
    assert show_run(planned, "TY-1").contents_root is None
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert not (planned.workspace.state / "out").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "error"),
    [
        ("print/insert/back.html", "slot:edition?", "slot:number?", SlotMissingError),
        ("print/insert/back.html", "size=14.6", "size=24.6", TextOverflowError),
        ("print/seal/front.html", "slot:edition?", "slot:number?", SlotMissingError),
        ("kits/tiny/fish/kit.toml", "Cá chép", "Cá 龍", GlyphMissingError),
    ],
)
def test_a_run_whose_cards_cannot_be_printed_stays_planned(
    planned: Station, write: Write, name: str, old: str, new: str, error: type[UserError]
) -> None:
    write(name, old, new)
    with pytest.raises(error):
        commit(planned)
    assert show_run(planned, "TY-1").state == "planned"
    assert not [*planned.vault.folder.glob("*")]
    write(name, new, old)
    commit(planned)
    assert show_run(planned, "TY-1").state == "committed"


def test_a_run_without_seals_needs_no_design_of_them(planned: Station, folder: Path) -> None:
    shutil.rmtree(folder / "print" / "seal")
    commit(planned)
    assert show_run(planned, "TY-1").state == "committed"


def test_a_committed_run_is_refused_before_its_cards_are_tried(planned: Station) -> None:
    commit(planned)
    told: list[int] = []
    with pytest.raises(WrongStateError):
        commit_printable(
            planned, "TY-1", entropy=SECRET, now=NOW, progress=lambda done, _of: told.append(done)
        )
    assert told == []


FIRST_PRINT = """
import sys
from datetime import UTC, datetime
from app.press import families
from app.runs import open_station
from app.runs.orders import Order
from app.runs.printing import print_run
from app.workspace import find_workspace

made = families.make_seeds
families.make_seeds = lambda shape: print("seeds of", shape) or made(shape)
order = Order(things=("insert", "label", "seal", "case-label"), target=sys.argv[2])
station = open_station(find_workspace(sys.argv[1]))
print_run(station, "TY-1", order, now=datetime.now(UTC), progress=lambda *_: None)
print(*{"weasyprint", "fontTools"} & {name.partition(".")[0] for name in sys.modules})
"""


@pytest.mark.parametrize("design", ["insert", "insert-small"])
@pytest.mark.parametrize("target", ["office", "press"])
def test_the_first_print_of_a_committed_run_typesets_nothing_and_reduces_no_font_nor_makes_seed_symbols(
    folder: Path, design: str, target: str
) -> None:
    with (folder / "hopke.toml").open("a") as settings:
        settings.write(f'[paper]\ninsert = "{design}"\n')
    station = open_station(find_workspace(str(folder)))
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    commit(station)
    seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    station.ledger.close()
    command = [sys.executable, "-c", FIRST_PRINT, str(folder), target]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr[-400:]
    assert len([*(folder / "var" / "out" / "TY-1").iterdir()]) == 4
