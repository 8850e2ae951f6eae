"""A process that is killed while it publishes: the file is the old one or the new one, and the ledger agrees.

HOPKE_PUBLISH_KILLS=200 kills it more often than the fifty times of every test run.
"""

import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from app.editing import Studio, Text, find_text, open_studio, publishing
from app.editing.drafts import open_text
from app.editing.files import FileUnwritableError, look, path_of
from app.editing.gate import gate
from app.editing.publishing import publish
from app.ledger import Draft, Revision
from app.web.languages import known_languages
from app.workspace import find_workspace
from tests.flows.desk import CAI, NOW, approved, rewritten

KILLS = int(os.environ.get("HOPKE_PUBLISH_KILLS", "50"))
STEPS = (
    (tempfile, "mkstemp"), (os, "fsync"), (os, "chmod"), (os, "replace"), (publishing, "write_published"),
    (publishing, "finish"),
)  # fmt: skip
"""Calls of a publication; it is stopped right before and right after each."""

WORKER = get_context("forkserver")
WORKER.set_forkserver_preload(["app.web.languages", "tests.flows.test_killed_publish"])


class Stops:
    """Stops a process at one of the points that it passes, to be killed there.

    Args:
        at: which point, from 0; one beyond the last stops nothing.
        reached: told when it stops.
    """

    def __init__(self, at: int, reached: Connection) -> None:
        self.left = at
        self.reached = reached

    def point(self) -> None:
        if self.left == 0:
            self.reached.send("stopped")
            time.sleep(600)
        self.left -= 1

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stopping(*args: Any, **values: Any) -> Any:
            self.point()
            made = call(*args, **values)
            self.point()
            return made

        return stopping


def publish_and_stop(folder: str, version: int, at: int, plainly: bool, told: Connection) -> None:
    """Publish the bridge's text; called in a process that is going to be killed."""
    studio = open_studio(find_workspace(folder), known_languages())
    text = find_text(studio, "bridge", "vi")
    stops = Stops(at, told)
    for module, name in STEPS:
        setattr(module, name, stops.around(getattr(module, name)))
    if plainly:
        setattr(publishing, "write_published", plain_writer(stops))  # noqa: B010
    told.send("ready")
    publish(studio, text, CAI, version=version, now=NOW)
    told.send("done")
    time.sleep(600)


def plain_writer(stops: Stops) -> Callable[[Studio, Text, str], None]:
    """Return what most programs do: open the file and write into it."""

    def write(studio: Studio, text: Text, words: str) -> None:
        with path_of(studio, text).open("w", encoding="utf-8") as file:
            file.write(words[:1000])
            file.flush()
            stops.point()
            file.write(words[1000:])

    return write


@contextmanager
def publishing_process(
    studio: Studio, version: int, at: int, *, plainly: bool = False
) -> Iterator[tuple[BaseProcess, Connection]]:
    """Publish in a process of its own, and kill it at the end."""
    heard, told = WORKER.Pipe(duplex=False)
    process = WORKER.Process(
        target=publish_and_stop, args=(str(studio.workspace.root), version, at, plainly, told)
    )
    process.start()
    told.close()
    try:
        assert heard.poll(60)
        assert heard.recv() == "ready"
        yield process, heard
    finally:
        process.kill()
        process.join()
        heard.close()
        assert process.exitcode == -signal.SIGKILL


def draft_to_publish(studio: Studio, bridge: Text, number: int) -> tuple[int, bytes]:
    """Bring new words to approved, rendered already; return their version and the file's bytes before."""
    words = rewritten(studio, bridge, new=f"## Lần {number}: ")
    version = approved(studio, bridge, words)
    assert gate(studio, bridge, words) == ()
    return version, path_of(studio, bridge).read_bytes()


def require_whole(studio: Studio, bridge: Text, old: bytes, number: int) -> str:
    """Demand that nothing is torn and that ledger and file agree; tell which of both the file is."""
    content = path_of(studio, bridge).read_bytes()
    mark = f"## Lần {number}: ".encode()
    assert content == old or (mark in content and content.endswith(old[-200:])), "the file is torn"
    which = "new" if content != old else "old"
    state = look(studio, bridge, NOW)
    assert state is not None
    assert state.text.encode() == content
    assert state.kind == ("published" if which == "new" else state.kind)
    beside = [path.name for path in path_of(studio, bridge).parent.iterdir() if path.name.startswith(".")]
    assert beside == []
    with studio.ledger.reading() as session:
        assert session.exec(select(Revision).where(col(Revision.pending))).first() is None
        draft = session.get(Draft, (bridge.kit, bridge.name))
    assert (draft is None) == (which == "new")
    assert draft is None or draft.state == "approved"
    return which


def test_a_publication_that_is_killed_leaves_the_old_file_or_the_new_one_and_can_be_repeated(
    studio: Studio, bridge: Text
) -> None:
    outcomes: Counter[str] = Counter()
    points = 2 * (len(STEPS) + 1)  # the file and its folder are synced
    for number in range(KILLS):
        version, old = draft_to_publish(studio, bridge, number)
        at = number % (points + 1) if number % 3 else 10_000  # by turns at a point, and at any time
        with publishing_process(studio, version, at) as (_, heard):
            if at == 10_000:
                time.sleep(0.06 * number / KILLS)
            else:
                assert heard.poll(60)
                outcomes[heard.recv()] += 1
        which = require_whole(studio, bridge, old, number)
        outcomes[which] += 1
        if which == "old":
            publish(studio, bridge, CAI, version=version, now=NOW)
            assert require_whole(studio, bridge, old, number) == "new"
    assert min(outcomes["old"], outcomes["new"], outcomes["stopped"]) >= KILLS // 10, outcomes


def test_a_file_that_is_written_into_is_found_torn(studio: Studio, bridge: Text) -> None:
    """The control: it tells that the kills above do come in the midst of the writing."""
    torn = 0
    for number in range(6):
        version, old = draft_to_publish(studio, bridge, number)
        with publishing_process(studio, version, number, plainly=True) as (_, heard):
            assert heard.poll(60)
            heard.recv()
        try:
            require_whole(studio, bridge, old, number)
        except AssertionError:
            torn += 1
        path_of(studio, bridge).write_bytes(old)
    assert torn


@pytest.mark.parametrize(("module", "step"), [(os, "fsync"), (os, "replace"), (tempfile, "mkstemp")])
def test_on_a_full_disk_the_old_file_stands_and_the_draft_stays_approved(
    studio: Studio, bridge: Text, monkeypatch: pytest.MonkeyPatch, module: Any, step: str
) -> None:
    version, old = draft_to_publish(studio, bridge, 1)

    def full(*_args: Any, **_values: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, step, full)
        with pytest.raises(FileUnwritableError, match="what was published before still stands"):
            publish(studio, bridge, CAI, version=version, now=NOW)
    assert require_whole(studio, bridge, old, 1) == "old"
    publish(studio, bridge, CAI, version=version, now=NOW)
    assert require_whole(studio, bridge, old, 1) == "new"


def test_the_drafts_of_a_text_editor_beside_a_file_are_left_alone(studio: Studio, bridge: Text) -> None:
    version, _ = draft_to_publish(studio, bridge, 1)
    swap = path_of(studio, bridge).with_name(".vi.md.swp")
    swap.write_bytes(b"what somebody types right now")
    publish(studio, bridge, CAI, version=version, now=NOW)
    open_text(studio, bridge, CAI, NOW)
    assert swap.read_bytes() == b"what somebody types right now"
    assert isinstance(swap, Path)
