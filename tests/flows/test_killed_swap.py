"""A server that is killed while two boxes change albums: the swap is done on both sides or on neither.

HOPKE_SWAP_KILLS=50 kills it more often than the ten times of every test run.
"""

import os
import select
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.runs import open_station
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.planning import plan_run
from app.web import create_app
from app.web.serve import serve_site
from app.workspace import find_workspace
from tests.conftest import CEREMONY, DICE, NOW, SECRET
from tests.web.cast import ALBUM, HOST, ledger_of

KILLS = int(os.environ.get("HOPKE_SWAP_KILLS", "10"))
EACH = 3
"""So many boxes each of the two albums holds."""

WORKER = get_context("forkserver")
WORKER.set_forkserver_preload(["app.web.serve", "tests.flows.test_killed_swap"])


def open_shop(folder: str, opened: Connection) -> None:
    """Do what `hopke serve` does; called in a process that is going to be killed."""
    serve_site(find_workspace(folder), "127.0.0.1", 0, opened.send)


@dataclass(frozen=True)
class Answer:
    """What came back, "" for everything if the server died before."""

    status: str
    where: str
    album: str
    text: str


@dataclass
class Shop:
    """A running server.

    Attributes:
        process: in which it runs.
        port: where it listens.
    """

    process: BaseProcess
    port: int

    def ask(self, path: str, album: str = "", form: dict[str, str] | None = None) -> Answer:
        """Send a request, a form's if one is given, and read the answer."""
        with self.send(path, album, form) as connection:
            return read(connection)

    def send(self, path: str, album: str = "", form: dict[str, str] | None = None) -> socket.socket:
        """Send a request and do not wait for the answer."""
        body = urlencode(form or {})
        lines = [f"{'GET' if form is None else 'POST'} {path} HTTP/1.1", f"Host: {HOST}", "Connection: close"]
        lines += [f"Cookie: {ALBUM}={album}"] if album else []
        if form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall("\r\n".join([*lines, "", body]).encode())
        return connection

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        assert self.process.exitcode == -signal.SIGKILL


def read(connection: socket.socket) -> Answer:
    """Read an answer to its end, or as far as it came."""
    received = b""
    try:
        while piece := connection.recv(65_536):
            received += piece
    except ConnectionResetError:
        pass
    head, whole, body = received.decode().partition("\r\n\r\n")
    if not whole:
        return Answer("", "", "", "")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n"))}
    album = fields.get("set-cookie", "").partition(f"{ALBUM}=")[2].partition(";")[0]
    return Answer(head.split()[1], fields.get("location", ""), album, body)


@contextmanager
def shop(folder: Path) -> Iterator[Shop]:
    """Serve a workspace in a process of its own, and kill it at the end."""
    here, there = WORKER.Pipe(duplex=False)
    process = WORKER.Process(target=open_shop, args=(str(folder), there))
    process.start()
    there.close()
    try:
        assert here.poll(60), "the server did not open"
        yield Shop(process, int(here.recv().rpartition(":")[2]))
    finally:
        process.kill()
        process.join()
        here.close()


@pytest.fixture
def codes_of_boxes(folder: Path) -> dict[int, str]:
    """A drawn run of 16 boxes in the workspace: its codes by edition, and every story rendered."""
    station = open_station(find_workspace(str(folder)))
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    codes = {label.edition: label.code for label in secret_labels(station, show_run(station, "TY-1"))}
    station.ledger.close()
    create_app(find_workspace(str(folder))).extensions["hopke"].ledger.close()
    return codes


@dataclass(frozen=True)
class Books:
    """What the ledger says.

    Attributes:
        held: the boxes of each album, by the album's number.
        kits: how often each kit is in an album.
        swap: the newest swap: its state, who gave and took, and the boxes given and taken.
    """

    held: dict[int, set[int]]
    kits: Counter[str]
    swap: tuple[str, int, int, int, int]


def books(folder: Path) -> Books:
    """Read the ledger, after asking SQLite whether it is whole; the server has repaired it before."""
    with ledger_of(folder) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert ledger.execute("PRAGMA foreign_key_check").fetchall() == []
        claims = ledger.execute("SELECT edition, album, kit FROM claim").fetchall()
        (swap,) = ledger.execute(
            "SELECT state, giver, taker, given.edition, taken.edition FROM swap "
            "LEFT JOIN claim given ON given.tag = gives LEFT JOIN claim taken ON taken.tag = takes "
            "ORDER BY id DESC LIMIT 1"
        ).fetchall()
    assert len({edition for edition, _, _ in claims}) == len(claims), "one owner each"
    held = {album: {edition for edition, of, _ in claims if of == album} for _, album, _ in claims}
    return Books(held, Counter(kit for _, _, kit in claims), swap)


def offered_and_answered(shop: Shop, an: str, binh: str, gives: int, takes: int) -> str:
    """Let an offer a box and binh one for it; return the swap's address."""
    address = shop.ask("/swap", an, {"kind": "swap", "box": f"TY-1/{gives}"}).where
    assert address.startswith("/swap/")
    assert shop.ask(f"{address}/answer", binh, {"box": f"TY-1/{takes}"}).where == address
    return address


def seconds_of_a_confirmation(shop: Shop, an: str, address: str) -> float:
    began = time.monotonic()
    assert shop.ask(f"{address}/confirm", an, {}).status == "303"
    return time.monotonic() - began


def done_on(shop: Shop, album: str, address: str) -> bool:
    return "Swap done!" in shop.ask(f"{address}?lang=en", album).text


def with_boxes(running: Shop, codes: list[str]) -> str:
    """Put boxes into a new album; return its key."""
    album = ""
    for code in codes:
        album = running.ask(f"/b/{code}/claim", album, {}).album or album
    return album


Moment = Callable[[socket.socket], object]


def confirmed_and_killed(running: Shop, an: str, address: str, wait: Moment) -> Answer:
    """Confirm a swap and kill the server when a moment has come; return what came back."""
    with running.send(f"{address}/confirm", an, {}) as press:
        wait(press)
        running.kill()
        return read(press)


def moments(folder: Path, seconds: float) -> Iterator[Moment]:
    """Yield moments of a confirmation that takes so long: from its sending until it is answered."""
    yield lambda _press: None
    for kill in range(1, KILLS - 1):
        # By turns in the midst of writing and at any time.
        yield first_byte_written(folder) if kill % 2 else partial(passing, 1.2 * seconds * kill / KILLS)
    yield lambda press: select.select([press], [], [], 30)


def passing(seconds: float, _press: socket.socket) -> None:
    time.sleep(seconds)


def first_byte_written(folder: Path) -> Moment:
    """Return the moment at which the ledger's write-ahead log begins to grow."""
    log = folder / "var" / "ledger.sqlite3-wal"

    def wait(press: socket.socket) -> None:
        before = log.stat().st_size
        while log.stat().st_size == before and not select.select([press], [], [], 0)[0]:
            pass

    return wait


def test_a_swap_whose_server_is_killed_is_done_on_both_sides_or_on_neither_and_can_be_pressed_again(
    folder: Path, codes_of_boxes: dict[int, str]
) -> None:
    codes = list(codes_of_boxes.values())[: 2 * EACH]
    outcomes: Counter[str] = Counter()
    with ExitStack() as servers:
        running = servers.enter_context(shop(folder))
        an, binh = with_boxes(running, codes[:EACH]), with_boxes(running, codes[EACH:])
        first, second = list(codes_of_boxes)[: EACH + 1 : EACH]
        seconds = seconds_of_a_confirmation(
            running, an, offered_and_answered(running, an, binh, first, second)
        )
        before = books(folder)
        giver, taker = before.swap[1:3]
        for wait in moments(folder, seconds):
            gives, takes = min(before.held[giver]), max(before.held[taker])
            address = offered_and_answered(running, an, binh, gives, takes)
            answer = confirmed_and_killed(running, an, address, wait)
            running = servers.enter_context(shop(folder))

            exchanged = {
                giver: before.held[giver] - {gives} | {takes},
                taker: before.held[taker] - {takes} | {gives},
            }
            after = books(folder)
            state = after.swap[0]
            assert after.swap[1:] == (giver, taker, gives, takes)
            assert (state, after.held) in [("answered", before.held), ("done", exchanged)]
            assert after.kits == before.kits
            if answer.status:
                assert (answer.status, answer.where, state) == ("303", address, "done")
            for _ in range(2):
                again = running.ask(f"{address}/confirm", an, {})
                assert (again.status, again.where) == ("303", address)
                before = books(folder)
                assert (before.swap[0], before.held, before.kits) == ("done", exchanged, after.kits)
            assert done_on(running, an, address)
            assert done_on(running, binh, address)
            outcomes[state] += 1
            outcomes["acknowledged"] += answer.status == "303"
    assert outcomes["answered"], "a kill came before"
    assert outcomes["acknowledged"], "a kill came after"
