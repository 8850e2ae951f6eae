"""Work spread over several processes, with its results in order."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Part = TypeVar("Part")
Made = TypeVar("Made")

_work: Callable[[Any], Any] | None = None
"""What the processes inherit; it holds drawings and fonts, too large to be sent, and is sent to none."""


def spread(work: Callable[[Part], Made], parts: Sequence[Part], processes: int) -> Iterator[Made]:
    """Yield what `work` makes of each part, in order, whichever process made it.

    Args:
        work: makes something of one part; its result must be small enough to send.
        parts: in order.
        processes: at once; one works in this process, and so do all where processes cannot be forked.
    """
    if min(processes, len(parts)) < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, parts)
        return
    global _work  # noqa: PLW0603  (read after the fork)
    _work = work
    try:
        with multiprocessing.get_context("fork").Pool(min(processes, len(parts))) as pool:
            yield from pool.imap(_call, parts)
    finally:
        _work = None


def cores() -> int:
    """Return how many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _call(part: Any) -> Any:
    assert _work is not None  # noqa: S101  (set before the fork)
    return _work(part)
