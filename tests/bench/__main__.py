"""Ratios against what a user would pick instead, measured side by side in one run: `make bench`.

Processor time of this process, median of several rounds; the machine may be noisy, the ratio is less so.
"""

import itertools
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from app.core.allocation import allocate
from app.core.blocks import changes, word_changes
from app.core.completion import box_by_box
from app.library import read_story, render
from app.library.rendering import render as parse
from app.runs import open_station
from app.runs.life import commit_run, seal_run
from app.runs.planning import plan_run
from app.workspace import find_workspace
from tests.bench.previews import show_previews
from tests.workspaces import copy_own

ROUNDS = 5
COUNTS = (36, 30, 24, 24, 18, 11, 1)


def main() -> None:
    print(f"Processor seconds, median of {ROUNDS} rounds; ratio = theirs / ours.\n")
    workspace = find_workspace()
    story = read_story(workspace, "flag-tower", "vi")
    render(workspace, story)
    compare(
        "Open a story page's text: cached and cleaned | parse Markdown and clean at each view",
        lambda: render(workspace, story),
        lambda: parse(story.text),
        repeat=50,
    )
    fresh = itertools.count(1)
    compare(
        "Mean boxes for 7 kits: exact | simulate 20,000 collectors (right to about 1 %)",
        lambda: box_by_box(
            (*COUNTS[:-1], next(fresh)), 400
        ).mean(),  # never the same, so never from the cache
        lambda: simulate(COUNTS, 20_000),
    )
    boxes = 100_000
    counts = (boxes // 4,) * 4
    compare(
        "Draw 100,000 boxes: balanced in cases of 50, provable | shuffle a list (neither)",
        lambda: allocate(bytes(32), counts, 50),
        lambda: random.Random(1).shuffle([kit for kit, count in enumerate(counts) for _ in range(count)]),
    )
    old, new = two_texts(1_500)
    compare(
        "What changed in 1,500 words, three in ten of them others: blocks first | a plain word diff",
        lambda: changes(old, new),
        lambda: word_changes(old, new),
    )
    print(f"A run of 24,000 boxes committed, sealed and stored: {seal_seconds(24_000):.2f} s\n")
    show_previews()


def two_texts(words: int) -> tuple[str, str]:
    """Return a text of so many words in paragraphs of fifty, and one in which three in ten are others."""
    chance = random.Random(5)
    known = [f"từ{number}" for number in range(400)]
    old = [chance.choice(known) for _ in range(words)]
    new = [chance.choice(known) if chance.random() < 0.3 else word for word in old]
    one, other = (
        "\n\n".join(" ".join(side[start : start + 50]) for start in range(0, words, 50)) + "\n"
        for side in (old, new)
    )
    return one, other


def compare(name: str, ours: Callable[[], object], theirs: Callable[[], object], *, repeat: int = 1) -> None:
    """Print both medians and their ratio."""
    mine, other = seconds(ours, repeat), seconds(theirs, repeat)
    print(f"{name}\n    {mine:.6f} s | {other:.6f} s   ratio {other / mine:.2f}\n")


def seconds(work: Callable[[], object], repeat: int) -> float:
    """Return the median processor seconds of one `work`."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(repeat):
            work()
        taken.append((time.process_time() - start) / repeat)
    return median(taken)


def simulate(counts: tuple[int, ...], collectors: int) -> float:
    """Return the mean boxes of simulated collectors of every kit."""
    chance = random.Random(7)
    kits = range(len(counts))
    total = 0
    for _ in range(collectors):
        missing = set(kits)
        while missing:
            missing.discard(chance.choices(kits, counts)[0])
            total += 1
    return total / collectors


def seal_seconds(boxes: int) -> float:
    """Return the processor seconds to commit and seal a run in a workspace of its own."""
    with tempfile.TemporaryDirectory() as folder:
        station = open_station(copy_own(Path(folder)))
        now = datetime.now(UTC)
        plan_run(station, "thang-long", boxes=boxes, now=now)
        start = time.process_time()
        commit_run(station, "TL-1", entropy=bytes(32), now=now)
        seal_run(station, "TL-1", beacon_value="", now=now)
        taken = time.process_time() - start
        station.ledger.close()
    return taken


if __name__ == "__main__":
    main()
