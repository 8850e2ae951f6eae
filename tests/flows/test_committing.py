"""A run is committed only if its cards can be printed as they are designed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.press import typesetting
from app.press.stamping import SlotMissingError, TextOverflowError
from app.press.typeface import GlyphMissingError
from app.runs import Station, WrongStateError
from app.runs.committing import commit_printable
from app.runs.life import show_run
from app.runs.orders import Order
from app.runs.planning import plan_run
from app.runs.printing import print_run
from tests.conftest import CEREMONY, NOW, SECRET

Write = Callable[[str, str, str], Path]


def quiet(_done: int, _of: int) -> None:
    """Say nothing."""


@pytest.fixture
def planned(station: Station) -> Station:
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    return station


def commit(station: Station) -> None:
    commit_printable(station, "TY-1", entropy=SECRET, now=NOW, progress=quiet)


def test_a_run_is_committed_after_every_design_was_looked_at(planned: Station) -> None:
    told: list[tuple[int, int]] = []
    run = commit_printable(
        planned, "TY-1", entropy=SECRET, now=NOW, progress=lambda done, of: told.append((done, of))
    )
    assert run.state == show_run(planned, "TY-1").state == "committed"
    assert show_run(planned, "TY-1").contents_root is None
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
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


def test_what_goes_on_the_boxes_is_not_typeset_again_for_the_print(
    planned: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(planned)
    monkeypatch.delattr(typesetting, "set_html")
    printed = print_run(
        planned, "TY-1", Order(things=("label", "seal", "case-label")), now=NOW, progress=quiet
    )
    assert len(printed.files) == 3
