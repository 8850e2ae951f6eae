"""The bounded children that render Markdown, and the spare one that a studio keeps ready.

A child is a Python of its own: it reads one batch, answers and ends. To start one takes longer than to render
a story, so whoever previews while somebody types keeps one started, its imports done, waiting for its batch.
"""

import atexit
import json
import os
import subprocess
import sys
from threading import Lock

WALL_FACTOR = 15
"""A child on a busy machine may take so many times its processor time, and what Python takes to start."""


class ChildFailedError(Exception):
    """A child ended, or was ended at one of its bounds, before it had answered."""


_lock = Lock()
_spare: subprocess.Popen[bytes] | None = None
_wanted = False


def keep_ready() -> None:
    """Keep one child started from now on, so that a rendering does not wait for a Python to start.

    May be called often and from any thread. The child ends with this process: its standard input closes.
    """
    global _wanted  # noqa: PLW0603  (one spare child a process)
    with _lock:
        if not _wanted:
            _wanted = True
            atexit.register(close_ready)
    _start_spare()


def close_ready() -> None:
    """End the spare child and keep none any more."""
    global _spare, _wanted
    with _lock:
        child, _spare, _wanted = _spare, None, False
    atexit.unregister(close_ready)
    if child:
        _end(child)


def render_texts(texts: list[str], seconds: int, *, own: bool = False) -> list[dict[str, str]]:
    """Return each text as the parts of a page, rendered by one child.

    Args:
        texts: Markdown.
        seconds: of processor time for all of them, counted from their arrival.
        own: they come with the program.

    Raises:
        ChildFailedError: they need more time or memory than that.
    """
    child = _take() or _start()
    batch = json.dumps({"seconds": seconds, "own": own, "texts": texts}).encode()
    try:
        answer, _ = child.communicate(batch, timeout=seconds * WALL_FACTOR)
    except subprocess.TimeoutExpired as error:
        raise ChildFailedError from error
    finally:
        _end(child)
        _start_spare()  # not before: on a busy machine this answer would wait for it
    if child.returncode:
        raise ChildFailedError
    parts: list[dict[str, str]] = json.loads(answer)
    return parts


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "app.library.rendering"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _start_spare() -> None:
    global _spare  # noqa: PLW0603
    with _lock:
        if _wanted and (_spare is None or _spare.poll() is not None):
            _spare = _start()


def _take() -> subprocess.Popen[bytes] | None:
    """Return the spare child, None if there is none; one that died of itself is no use."""
    global _spare
    with _lock:
        child, _spare = _spare, None
    return child if child and child.poll() is None else None


def _end(child: subprocess.Popen[bytes]) -> None:
    """Leave nothing of a child: no process, no zombie, no open pipe."""
    child.kill()  # one that has ended takes no harm
    child.communicate()


def _forget() -> None:
    """In a process that was forked: the spare child is its parent's."""
    global _spare, _wanted, _lock
    _spare, _wanted, _lock = None, False, Lock()


os.register_at_fork(after_in_child=_forget)
