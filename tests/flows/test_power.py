"""Power cuts and full disks, for real: sealing is killed half-way, and var/ lies on a tiny disk."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pysqlite3.dbapi2
import pytest
from sqlmodel import func, select

from app.cli import main
from app.ledger import Ledger, LedgerError, LedgerFullError, SealedBox, TreePart
from app.runs import Station, find_run, life, open_station
from app.runs.boxes import DrawnRun, draw_boxes
from app.runs.life import commit_run, seal_run, show_run
from app.runs.orders import Order
from app.runs.planning import plan_run
from app.runs.printing import print_run
from app.workspace import find_workspace
from tests.conftest import CEREMONY, DICE, NOW, SECRET
from tests.workspaces import copy_tiny

HOPKE = Path(sys.executable).with_name("hopke")
MANY = 20_000
FULL = "the disk is full; nothing of this step was kept. Free some space, then repeat."


def make_workspace(folder: Path) -> Station:
    """Return the station of a new copy of the tiny workspace with the repository's print designs."""
    return open_station(find_workspace(str(copy_tiny(folder, designs=True))))


def sealed_boxes(station: Station) -> int:
    """Return how many boxes the ledger holds, after asking SQLite whether it is whole."""
    with station.ledger.reading() as session:
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert session.connection().exec_driver_sql("PRAGMA foreign_key_check").all() == []
        trees = session.exec(select(func.count()).select_from(TreePart)).one()
        boxes = session.exec(select(func.count()).select_from(SealedBox)).one()
    assert bool(trees) == bool(boxes)
    return boxes


# A power cut


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a committed run of 20,000 boxes, to be copied."""
    folder = tmp_path_factory.mktemp("committed") / "tiny"
    station = make_workspace(folder)
    plan_run(station, "tiny", boxes=MANY, now=NOW, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    station.ledger.close()
    return folder


def seal_from_the_command_line(folder: str) -> None:
    """Do what `hopke run seal` does; called in a process that is going to be killed.

    The draw leaves a mark as it begins: how long it takes to come there differs from machine to machine.
    """

    def marked(*given: Any, **named: Any) -> DrawnRun:
        Path(folder, "drawing").touch()
        return draw_boxes(*given, **named)

    with patch.object(life, "draw_boxes", marked):
        main(["--workspace", folder, "run", "seal", "TY-1", "--beacon", DICE])


def bytes_of(path: Path) -> int:
    """Return a file's size, 0 if it is not there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@dataclass(frozen=True)
class Files:
    """The ledger's files while a process seals; `before` is the database's size when it started."""

    ledger: Path
    before: int
    started: float

    @property
    def log_bytes(self) -> int:
        """Return the size of the write-ahead log."""
        return bytes_of(self.ledger.with_name("ledger.sqlite3-wal"))

    @property
    def copied_back(self) -> bool:
        """Tell whether the committed log has begun to be copied into the database."""
        return bytes_of(self.ledger) > self.before

    @property
    def seconds(self) -> float:
        """Return how long ago the process was started."""
        return time.monotonic() - self.started

    @property
    def drawing(self) -> bool:
        """Tell whether the draw has begun."""
        return (self.ledger.parent.parent / "drawing").exists()


Moment = Callable[[Files], bool]
BEFORE_WRITING: dict[str, Moment] = {
    "while it starts": lambda files: files.seconds > 0.05,
    "while it draws": lambda files: files.drawing,
}
WRITING: dict[str, Moment] = {
    "at the first byte": lambda files: files.log_bytes > 0,
    "after 400 kB": lambda files: files.log_bytes > 400_000,
    "after 900 kB": lambda files: files.log_bytes > 900_000,
    "after 2 MB": lambda files: files.log_bytes > 2_000_000,
    "after 4 MB": lambda files: files.log_bytes > 4_000_000,
    "while it is copied back": lambda files: files.copied_back,
}


@pytest.mark.parametrize("moment", [*BEFORE_WRITING, *WRITING])
def test_a_seal_killed_at_any_moment_kept_every_box_or_none_and_can_be_done_again(
    committed: Path, tmp_path: Path, moment: str
) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(committed, folder)
    ledger = folder / "var" / "ledger.sqlite3"
    context = get_context("forkserver")
    context.set_forkserver_preload(["app.cli", "tests.flows.test_power"])
    process = context.Process(target=seal_from_the_command_line, args=(str(folder),))
    process.start()
    files = Files(ledger, bytes_of(ledger), time.monotonic())
    has_come = (BEFORE_WRITING | WRITING)[moment]
    while process.is_alive() and not has_come(files):
        pass
    process.kill()
    process.join()
    if moment != "while it is copied back":  # those few milliseconds may be over before the signal arrives
        assert process.exitcode == -signal.SIGKILL, "the process was killed in the middle"
    if moment in WRITING and moment != "while it is copied back":
        assert files.log_bytes, "the process was killed while it wrote"

    station = open_station(find_workspace(str(folder)))
    kept, state = sealed_boxes(station), show_run(station, "TY-1").state
    assert (kept, state) in {(0, "committed"), (MANY, "sealed")}
    if moment in BEFORE_WRITING or moment == "at the first byte":
        assert state == "committed"
    if moment == "while it is copied back":
        assert state == "sealed"
    if state == "committed":
        seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    assert sealed_boxes(station) == MANY
    assert show_run(station, "TY-1").state == "sealed"
    station.ledger.close()


# A full disk


class SmallDisk:
    """A disk of 6 MB in place of a workspace's var/, seen only by processes that are started on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: list[subprocess.Popen[bytes]] = []
        stays = folder / "stays"
        shutil.move(folder / "var", stays) if (folder / "var").exists() else stays.mkdir()
        (folder / "var").mkdir()
        script = (
            'mount -t tmpfs -o size=6m tmpfs "$0/var" && cp -a "$0/stays/." "$0/var" && echo ready && cat'
        )
        refused = ""
        for own_user in (True, False):
            way = ["unshare", "--mount", *(["--user", "--map-root-user"] if own_user else [])]
            holder = subprocess.Popen(
                [*way, "sh", "-c", script, str(folder)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            assert holder.stdout is not None
            assert holder.stderr is not None
            if holder.stdout.readline() == b"ready\n":
                self._held.append(holder)
                self._enter = ["nsenter", f"--target={holder.pid}", "--mount"]
                self._enter += ["--user", "--preserve-credentials"] if own_user else []
                return
            refused = holder.communicate()[1].decode()
        if os.geteuid() == 0:
            pytest.fail(f"root cannot mount a small disk: {refused}")
        pytest.skip(f"this kernel lets only root mount a small disk: {refused}")

    @property
    def var(self) -> Path:
        """Return the way to the disk from outside."""
        return Path(f"/proc/{self._held[0].pid}/root{self.folder}/var")

    def do(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command on the disk."""
        return subprocess.run(
            [*self._enter, *map(str, command)], capture_output=True, text=True, check=False, timeout=120
        )

    def hopke(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a hopke command on the disk; whatever happens, nobody is shown a traceback."""
        done = self.do(HOPKE, "--workspace", self.folder, *words)
        assert "Traceback" not in done.stderr
        return done

    def open_elsewhere(self) -> None:
        """Have another process keep the ledger open, as `hopke serve` does while a maker works."""
        script = (
            "import sys, pysqlite3.dbapi2 as sqlite\n"
            "sqlite.connect(sys.argv[1]).execute('SELECT count(*) FROM run').fetchall()\n"
            "kept = sqlite.connect(sys.argv[1])\n"
            "kept.execute('SELECT count(*) FROM run').fetchall()\n"
            "print('ready', flush=True)\n"
            "sys.stdin.read()"
        )
        ledger = self.folder / "var" / "ledger.sqlite3"
        keeper = subprocess.Popen(
            [*self._enter, sys.executable, "-c", script, str(ledger)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"ready\n"
        self._held.append(keeper)

    def fill(self, *, but: int = 0) -> None:
        """Fill the disk up to the last bytes."""
        script = 'dd if=/dev/zero of="$0" bs=4096 2>/dev/null; [ "$1" = 0 ] || truncate -s "-$1" "$0"'
        assert self.do("sh", "-c", script, self.folder / "var" / "filler", str(but)).returncode == 0

    def free(self) -> None:
        """Make space again."""
        assert self.do("rm", self.folder / "var" / "filler").returncode == 0

    def look(self, into: Path) -> Station:
        """Return a station on a copy of what is on the disk."""
        shutil.rmtree(into, ignore_errors=True)
        shutil.copytree(self.folder, into, ignore=shutil.ignore_patterns("var", "stays"))
        shutil.copytree(self.var, into / "var", ignore=shutil.ignore_patterns("filler"))
        return open_station(find_workspace(str(into)))

    def close(self) -> None:
        """End every process of the disk, and with them the disk."""
        for process in reversed(self._held):
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=30)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], SmallDisk]]:
    """Make the small disk of a workspace whose run TY-1 has reached a state."""
    disks: list[SmallDisk] = []

    def make(state: str) -> SmallDisk:
        folder = tmp_path / "tiny"
        station = make_workspace(folder)
        if state != "new":
            boxes = 16 if state == "sealed" else 8000
            plan_run(station, "tiny", boxes=boxes, now=NOW, beacon=CEREMONY)
        if state in {"committed", "sealed"}:
            commit_run(station, "TY-1", entropy=SECRET, now=NOW)
        if state == "sealed":
            seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
        station.ledger.close()
        if state == "new":
            shutil.rmtree(folder / "var")
        disks.append(SmallDisk(folder))
        return disks[-1]

    yield make
    for disk in disks:
        disk.close()


MakeDisk = Callable[[str], SmallDisk]


@pytest.mark.parametrize("left", [0, 500_000], ids=["at once", "half-way"])
def test_a_seal_that_fills_the_disk_keeps_nothing_and_succeeds_when_there_is_space(
    small_disk: MakeDisk, tmp_path: Path, left: int
) -> None:
    disk = small_disk("committed")
    disk.open_elsewhere()
    disk.fill(but=left)
    refused = disk.hopke("run", "seal", "TY-1", "--beacon", DICE)
    assert refused.returncode == 2
    assert FULL in refused.stderr
    station = disk.look(tmp_path / "looked-at")
    assert (sealed_boxes(station), show_run(station, "TY-1").state) == (0, "committed")
    station.ledger.close()
    disk.free()
    assert disk.hopke("run", "seal", "TY-1", "--beacon", DICE).returncode == 0
    station = disk.look(tmp_path / "looked-at")
    assert (sealed_boxes(station), show_run(station, "TY-1").state) == (8000, "sealed")
    station.ledger.close()


def test_a_command_that_starts_on_a_disk_without_one_free_byte_says_so(small_disk: MakeDisk) -> None:
    disk = small_disk("committed")
    disk.fill()
    refused = disk.hopke("run", "seal", "TY-1", "--beacon", DICE)
    assert refused.returncode == 2
    assert "free some space" in refused.stderr.lower()


def test_the_first_plan_on_a_full_disk_is_refused(small_disk: MakeDisk) -> None:
    disk = small_disk("new")
    disk.fill()
    refused = disk.hopke("run", "plan", "tiny", "--boxes", "16")
    assert refused.returncode == 2
    assert FULL in refused.stderr


def test_a_commit_whose_secret_finds_no_space_leaves_nothing_in_the_vault(
    small_disk: MakeDisk, tmp_path: Path
) -> None:
    disk = small_disk("planned")
    disk.open_elsewhere()
    disk.fill()
    refused = disk.hopke("run", "commit", "TY-1")
    assert refused.returncode == 2
    assert "secret cannot be written (No space left on device)" in refused.stderr
    assert "free some space" in refused.stderr.lower()
    assert list((disk.var / "vault").glob("*")) == []
    station = disk.look(tmp_path / "looked-at")
    assert show_run(station, "TY-1").state == "planned"
    station.ledger.close()


def test_a_commit_whose_manifest_finds_no_space_keeps_its_secret_for_the_next_try(
    small_disk: MakeDisk, tmp_path: Path
) -> None:
    disk = small_disk("planned")
    disk.open_elsewhere()
    (disk.var / "cache").touch()  # where no design can be remembered, so that the commit alone takes space
    disk.fill(but=2 * 4096)  # one page for the secret, and one too few for the ledger
    refused = disk.hopke("run", "commit", "TY-1")
    assert refused.returncode == 2
    assert FULL in refused.stderr
    secret = (disk.var / "vault" / "TY-1.secret").read_text()
    disk.free()
    assert disk.hopke("run", "commit", "TY-1").returncode == 0
    assert (disk.var / "vault" / "TY-1.secret").read_text() == secret
    station = disk.look(tmp_path / "looked-at")
    seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    station.ledger.close()


@pytest.mark.parametrize("fitting", [0, 1], ids=["not even the cards fit", "the cards fit"])
def test_a_print_that_fills_the_disk_releases_no_file_and_succeeds_when_there_is_space(
    small_disk: MakeDisk, tmp_path: Path, fitting: int
) -> None:
    disk = small_disk("sealed")
    station = disk.look(tmp_path / "tried")
    order = Order(things=("insert", "packing-sheet"))
    tried = print_run(station, "TY-1", order, now=NOW, progress=lambda _done, _whole: None)
    station.ledger.close()
    page = 4096
    inserts, packing_sheets = (file.path.stat().st_size for file in tried.files)
    cards = -(-inserts // page)
    assert packing_sheets > 3 * page
    disk.open_elsewhere()
    disk.fill(but=(cards + 2) * page if fitting else cards // 2 * page)
    refused = disk.hopke("run", "print", "TY-1", "--only", "insert", "--only", "packing-sheet")
    assert refused.returncode == 2
    assert "cannot be written (No space left on device)" in refused.stderr
    assert "free some space" in refused.stderr.lower()
    assert list((disk.var / "out" / "TY-1").glob("*")) == []
    station = disk.look(tmp_path / "looked-at")
    assert show_run(station, "TY-1").state == "sealed"
    station.ledger.close()
    if fitting:
        disk.free()
        assert (
            disk.hopke("run", "print", "TY-1", "--only", "insert", "--only", "packing-sheet").returncode == 0
        )
        released = {path.name for path in (disk.var / "out" / "TY-1").iterdir()}
        assert released == {"inserts.pdf", "packing-sheets.pdf"}


def test_a_ledger_on_a_disk_that_only_reads_is_told_with_its_place(small_disk: MakeDisk) -> None:
    disk = small_disk("committed")
    assert disk.do("mount", "-o", "remount,ro", disk.folder / "var").returncode == 0
    refused = disk.hopke("run", "seal", "TY-1", "--beacon", DICE)
    assert refused.returncode == 2
    assert str(disk.folder / "var" / "ledger.sqlite3") in refused.stderr
    assert "file's rights" in refused.stderr


# A broken ledger


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"This is a letter and not a database. " * 200),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + bytes(8192)),
        lambda path: path.write_bytes(path.read_bytes()[:100] + b"\xff" * (path.stat().st_size - 100)),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["another file", "zeros behind the first page", "noise behind the head", "a folder"],
)
def test_a_broken_ledger_is_told_with_its_place_and_not_touched(
    sealed: Station, damage: Callable[[Path], object]
) -> None:
    sealed.ledger.close()
    path = sealed.ledger.path
    damage(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(LedgerError, match="backup") as refused:
        show_run(open_station(sealed.workspace), "TY-1")
    assert str(path) in str(refused.value)
    assert not isinstance(refused.value, LedgerFullError)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_file_in_the_place_of_var_is_told(folder: Path) -> None:
    (folder / "var").write_text("in the way")
    with pytest.raises(LedgerError) as refused:
        open_station(find_workspace(str(folder)))
    assert str(folder / "var") in str(refused.value)
    assert refused.value.mend


def test_a_ledger_that_another_process_writes_to_for_too_long_is_told(
    sealed: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ledger.BUSY_SECONDS", 0.2)
    ledger = Ledger(sealed.ledger.path)
    other = pysqlite3.dbapi2.connect(str(sealed.ledger.path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="locked"), ledger.writing() as session:
        find_run(session, "TY-1")
    other.execute("ROLLBACK")
    other.close()
    ledger.close()
