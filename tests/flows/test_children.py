"""The children that render Markdown: one kept ready, each bounded, none left behind."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.library import children
from app.library.children import ChildFailedError, close_ready, keep_ready, render_texts
from tests.conftest import REPOSITORY

SPIN = "[" * 20_000
"""Markdown that would keep a processor busy for minutes."""


@pytest.fixture
def ready() -> Iterator[None]:
    keep_ready()
    yield
    close_ready()


def running() -> set[int]:
    """Return the children of this process, zombies among them, that render."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"app.library.rendering" in command or not command:
                found.add(int(pid))
    return found


def bodies(*texts: str) -> list[str]:
    return [parts["body"] for parts in render_texts(list(texts), 2)]


def test_without_a_wish_for_one_no_child_is_kept() -> None:
    assert bodies("*a*") == ["<p><em>a</em></p>"]
    assert running() == set()


@pytest.mark.usefixtures("ready")
def test_one_child_waits_and_each_serves_one_batch() -> None:
    (first,) = running()
    assert bodies("*a*", "b") == ["<p><em>a</em></p>", "<p>b</p>"]
    (second,) = running()
    assert second != first
    keep_ready()
    assert running() == {second}


@pytest.mark.usefixtures("ready")
def test_eight_threads_at_once_each_get_their_own_answer_and_leave_one_child() -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: bodies(f"text {number}"), range(24)))
    assert answers == [[f"<p>text {number}</p>"] for number in range(24)]
    assert len(running()) == 1


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("waited_s", [0, 1.5])
def test_a_text_that_spins_is_ended_after_its_own_seconds_however_long_the_child_waited(
    waited_s: float,
) -> None:
    time.sleep(waited_s)
    before = os.times()
    with pytest.raises(ChildFailedError):
        render_texts([SPIN], 1)
    after = os.times()
    spent_s = after.children_user + after.children_system - before.children_user - before.children_system
    assert 0.9 < spent_s < 3  # its second, and what Python's start and imports took
    assert bodies("still here") == ["<p>still here</p>"]


@pytest.mark.usefixtures("ready")
def test_a_spare_child_that_was_killed_is_replaced_unseen() -> None:
    (spare,) = running()
    os.kill(spare, 9)
    while ") Z " not in Path(f"/proc/{spare}/stat").read_text():
        time.sleep(0.01)
    assert bodies("a") == ["<p>a</p>"]


def test_a_closed_house_keeps_no_child() -> None:
    keep_ready()
    assert len(running()) == 1
    close_ready()
    assert running() == set()
    close_ready()


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), 9)"])
def test_the_spare_child_goes_when_its_parent_does(end: str) -> None:
    program = (
        "import os, time\nfrom app.library import children as c\nc.keep_ready()\n"
        f"print(c._spare.pid, flush=True)\ntime.sleep(1)\n{end}"
    )
    parent = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert parent.stderr == ""
    command = Path(f"/proc/{int(parent.stdout)}/cmdline")
    until = time.monotonic() + 10
    while command.exists() and b"rendering" in command.read_bytes():
        assert time.monotonic() < until, "the spare child outlived its parent"
        time.sleep(0.05)


def test_a_forked_process_leaves_its_parents_spare_child_alone() -> None:
    keep_ready()
    pid = os.fork()
    if not pid:
        os._exit(0 if children._spare is None and bodies("a") == ["<p>a</p>"] else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert bodies("b") == ["<p>b</p>"]
    close_ready()
