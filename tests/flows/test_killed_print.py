"""Prints that are killed half-way, for real: what is released is whole, and the next print cleans up."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.runs import Station, open_station
from app.runs.life import show_run
from app.runs.marks import standing
from app.runs.orders import FILES
from app.runs.printing import PrintingError
from app.workspace import find_workspace
from tests.conftest import DICE
from tests.press.ordered import Ordered, committed, drawn, file_of, files_in, folder_of, order_of

HOPKE = Path(sys.executable).with_name("hopke")
THINGS = ("insert", "label", "seal")
NAMES = {f"{FILES[thing]}.pdf" for thing in THINGS}
SECONDS = 60.0


@pytest.fixture(scope="module")
def shop(ordered: Ordered, tmp_path_factory: pytest.TempPathFactory) -> Station:
    """The run of 16 boxes that `ordered` printed too, so that its files are known byte for byte.

    Its designs are remembered as those of a run committed from the command line are: no print sets them anew.
    """
    station = drawn(committed(tmp_path_factory.mktemp("killed") / "tiny"), DICE)
    shutil.copytree(ordered.workspace.state / "cache", station.workspace.state / "cache", dirs_exist_ok=True)
    station.ledger.close()
    return station


@contextmanager
def printing(shop: Station) -> Iterator[subprocess.Popen[bytes]]:
    """Print from the command line in a process of its own, and kill it at the end."""
    words = [word for thing in THINGS for word in ("--only", thing)]
    process = subprocess.Popen(
        [HOPKE, "--workspace", shop.workspace.root, "run", "print", "TY-1", *words],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(moment: Callable[[Path], bool], shop: Station, process: subprocess.Popen[bytes]) -> None:
    """Wait until a moment of a print has come."""
    deadline = time.monotonic() + SECONDS
    while not moment(folder_of(shop)):
        assert process.poll() is None, "it was done before the moment came"
        assert time.monotonic() < deadline
        time.sleep(0.001)


def fresh(shop: Station) -> Station:
    """Return the station as a program that is started anew sees it."""
    return open_station(find_workspace(str(shop.workspace.root)))


MOMENTS: dict[str, Callable[[Path], bool]] = {
    "the first draft is begun": lambda folder: any(folder.glob(".*.draft")),
    "the cards are proven": lambda folder: (folder / ".labels.pdf.draft").exists(),
    "the last draft is begun": lambda folder: (folder / ".seals.pdf.draft").exists(),
}


def test_a_killed_print_releases_nothing_half_and_the_next_one_cleans_up(
    shop: Station, ordered: Ordered
) -> None:
    whole = {f"{FILES[thing]}.pdf": file_of(ordered.station, thing).read_bytes() for thing in THINGS}
    for moment in MOMENTS.values():
        with printing(shop) as process:
            wait_for(moment, shop, process)
        assert process.returncode == -signal.SIGKILL
        left = files_in(folder_of(shop))
        assert left, "the moment left something"
        assert all(name.startswith(".") for name in left)
        station = fresh(shop)
        assert standing(station, "TY-1") is None
        assert show_run(station, "TY-1").state == "sealed"
        station.ledger.close()
    with printing(shop) as process:
        wait_for(lambda folder: any((folder / name).exists() for name in NAMES), shop, process)
    released = {name: found for name, found in files_in(folder_of(shop)).items() if not name.startswith(".")}
    assert released
    assert released == {name: whole[name] for name in released}
    station = fresh(shop)
    states = standing(station, "TY-1")
    assert states is not None
    assert (len(states.printed), show_run(station, "TY-1").state) == (16, "printed")
    order_of(station, *THINGS)
    assert files_in(folder_of(shop)) == whole

    with printing(shop) as process:
        wait_for(MOMENTS["the cards are proven"], shop, process)
    left = files_in(folder_of(shop))
    assert {name: left[name] for name in NAMES} == whole, "files from before stay as they are"
    assert set(left) > NAMES
    order_of(station, "seal")
    assert files_in(folder_of(shop)) == whole, "drafts of other things are taken away too"
    station.ledger.close()


def test_two_prints_at_once_do_not_write_over_each_other(shop: Station) -> None:
    station = fresh(shop)
    before = {name: found for name, found in files_in(folder_of(shop)).items() if not name.startswith(".")}
    with printing(shop) as process:
        wait_for(MOMENTS["the first draft is begun"], shop, process)
        with pytest.raises(PrintingError, match="Wait until it is done") as refused:
            order_of(station, "seal")
        assert "another print is under way" in str(refused.value)
        assert any(folder_of(shop).glob(".*.draft")), "the other one goes on"
    assert {name: files_in(folder_of(shop))[name] for name in before} == before
    assert order_of(station, "seal").boxes == 16, "a killed print keeps nobody out"
    station.ledger.close()
