"""A run of a million boxes, by two processes, against its goals and against plain code: `make bench-runs`.

Every step is done by a program of its own. Its memory is the sum over it and what it starts, looked at
twice a second (Linux only): of what several share, each has its part (PSS).
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import select

from app.albums import open_site
from app.albums.proving import prove_box
from app.core.allocation import allocate
from app.core.commitment import Secrets, beacon_digest, contents_tree, make_labels, shuffle_key
from app.core.reveal import check_reveal, reveal_text
from app.ledger import Run
from app.processes import cores
from app.runs import open_station
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.planning import plan_run
from app.workspace import find_workspace
from tests.bench.plain_run import plain_run
from tests.workspaces import copy_own

RUN, SECRET, DIGEST, CASE = "TL-1", bytes(range(32)), bytes(32), 10
SHARES = {"flag-tower": 25, "north-gate": 25, "princess-pavilion": 25, "doan-mon": 21, "dragon-steps": 4}
SAMPLE = 20_000
"""Boxes for which plain code is measured; its time is then multiplied."""

LOOKS_S = 0.5
GOAL_S, GOAL_PROOF_MS, GOAL_GB = 60, 50, 1.5
COLD, WARM = 5, 200
"""Programs of which each proves its first box, and boxes that one program proves after its first."""


@dataclass(frozen=True)
class Took:
    """What a step took, and what it said."""

    wall_s: float
    processor_s: float
    peak_gb: float
    said: dict[str, float]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=1_000_000, help="A multiple of 1,000.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--step", choices=sorted(STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps(STEPS[given.step](given.folder, given.boxes)))
        return
    print(f"{given.boxes:,} boxes, {given.rounds} rounds, medians; {cores()} processors.")
    print(f"Load before: {told_load()}")
    made, plain, checked, proofs = [], [], [], []
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            copy_own(folder)
            made.append(measure("make", folder, given.boxes))
            plain.append(measure("plain", folder, SAMPLE))
            measure("reveal", folder, given.boxes)
            checked.append(measure("check", folder, given.boxes))
            proofs += [measure("prove", folder, given.boxes) for _ in range(COLD)]
    print(f"Load after: {told_load()}\n")
    show(given.boxes, made, plain, checked, proofs)


def show(boxes: int, made: list[Took], plain: list[Took], checked: list[Took], proofs: list[Took]) -> None:
    """Print medians, goals and ratios."""

    def line(name: str, figure: float, unit: str, goal: float | None = None) -> None:
        told = "" if goal is None else f"   goal {goal:g} {unit}: {'met' if figure <= goal else 'NOT MET'}"
        print(f"{name:<58} {figure:>8.2f} {unit:<3}{told}")

    def said(took: list[Took], key: str) -> float:
        return statistics.median(each.said[key] for each in took)

    whole = said(made, "plan") + said(made, "commit") + said(made, "seal")
    line("plan", said(made, "plan"), "s")
    line("commit, 2 processes", said(made, "commit"), "s")
    line("seal and store, 2 processes", said(made, "seal"), "s")
    line("all three", whole, "s", GOAL_S)
    line("  processor time of all processes", said(made, "processor"), "s")
    line("  most memory, all processes", max(each.peak_gb for each in made), "GB", GOAL_GB)
    line("  the ledger on disk", said(made, "ledger_gb"), "GB")
    line("reveal read and verified, 1 process", said(checked, "check"), "s", GOAL_S)
    line("  processor time", said(checked, "processor"), "s")
    line("  most memory", max(each.peak_gb for each in checked), "GB", GOAL_GB)
    line(f"proof of a program's first box, {len(proofs)} programs", said(proofs, "cold"), "ms", GOAL_PROOF_MS)
    line("  processor time", said(proofs, "cold_processor"), "ms")
    line(f"proof of a later box, {WARM} in each", said(proofs, "warm"), "ms", GOAL_PROOF_MS)
    scale = boxes / SAMPLE
    print(f"\nPlain code, one process: {SAMPLE:,} boxes measured, times {scale:g}; ratio = theirs / ours")
    for ours, theirs, name in (
        (said(made, "commit") + said(made, "seal"), said(plain, "wall") * scale, "time"),
        (said(made, "processor"), said(plain, "processor") * scale, "processor time"),
    ):
        line(f"  commit, seal and store: {name}", theirs, "s")
        print(f"{'    ratio':<58} {theirs / ours:>8.2f}")


def measure(step: str, folder: Path, boxes: int) -> Took:
    """Do a step in a program of its own and return what it took."""
    command = [sys.executable, "-m", "tests.bench.runs", "--step", step, "--folder", str(folder)]
    before, start, peak = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), 0
    program = subprocess.Popen([*command, "--boxes", str(boxes)], stdout=subprocess.PIPE)
    while program.poll() is None:
        peak = max(peak, memory_bytes(program.pid))
        time.sleep(LOOKS_S)
    wall = time.monotonic() - start
    told = program.communicate()[0]
    if program.returncode:
        sys.exit(f"{step} failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(wall, used, peak / 1e9, json.loads(told))


def memory_bytes(pid: int) -> int:
    """Return the memory of a process and of all that it started."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:  # it has just ended
        return 0
    own = next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return own + sum(memory_bytes(int(child)) for child in children)


def told_load() -> str:
    """Return the machine's load averages, in words."""
    return " ".join(f"{load:.1f}" for load in os.getloadavg()) + " (of 1, 5 and 15 minutes)"


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes by the clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def make(folder: Path, boxes: int) -> dict[str, float]:
    """Plan, commit, seal and store a run by two processes."""
    station, now = open_station(find_workspace(str(folder))), datetime.now(UTC)
    counts = {kit: share * boxes // 100 for kit, share in SHARES.items()}
    used = processor_s()
    taken = {
        "plan": seconds(
            lambda: plan_run(station, "thang-long", boxes=boxes, now=now, case_size=CASE, counts=counts)
        ),
        "commit": seconds(lambda: commit_run(station, RUN, entropy=SECRET, now=now, processes=2)),
        "seal": seconds(lambda: seal_run(station, RUN, beacon_value="", now=now, processes=2)),
    }
    station.ledger.close()
    return {
        **taken,
        "processor": processor_s() - used,
        "ledger_gb": find_workspace(str(folder)).ledger.stat().st_size / 1e9,
    }


def processor_s() -> float:
    """Return the processor time of this process and of those that it started and that have ended."""
    whose = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in whose)


def plain(folder: Path, boxes: int) -> dict[str, float]:
    """Commit, seal and store some boxes as one would at first."""
    counts = tuple(share * boxes // 100 for share in SHARES.values())
    roots, used = list[bytes](), processor_s()
    wall = seconds(
        lambda: roots.append(plain_run(folder / "plain.sqlite3", RUN, SECRET, DIGEST, counts, CASE))
    )
    used = processor_s() - used
    secrets = Secrets.from_run_secret(SECRET)
    key = shuffle_key(beacon_digest("none", ""), secrets.seed, DIGEST)
    commitments = [label.commitment for label in make_labels(secrets, boxes, CASE)]
    ours = contents_tree(key, DIGEST, allocate(key, counts, CASE), commitments).root
    if roots != [ours]:
        sys.exit("plain code gives another contents root: it does not do the same work")
    (folder / "plain.sqlite3").unlink()
    return {"wall": wall, "processor": used}


def reveal(folder: Path, _boxes: int) -> dict[str, float]:
    """Write the run's reveal, and some of its codes."""
    station = open_station(find_workspace(str(folder)))
    run = show_run(station, RUN)
    labels = secret_labels(station, run)
    commitments = [label.commitment for label in labels]
    seed = Secrets.from_run_secret(SECRET).seed
    text = reveal_text(run.manifest or "", "", seed, commitments, run.contents_root or b"")
    (folder / "reveal.json").write_text(text, "utf-8")
    codes = [label.code for label in labels[:: len(labels) // (WARM + 1)]]
    (folder / "codes.json").write_text(json.dumps(codes), "utf-8")
    return {}


def check(folder: Path, _boxes: int) -> dict[str, float]:
    """Read and verify the run's reveal."""
    used = processor_s()
    taken = seconds(lambda: check_reveal((folder / "reveal.json").read_text("utf-8")))
    return {"check": taken, "processor": processor_s() - used}


def prove(folder: Path, _boxes: int) -> dict[str, float]:
    """Prove a box when the program has done nothing but count the runs and the disk has all to be read."""
    workspace = find_workspace(str(folder))
    codes = json.loads((folder / "codes.json").read_text("utf-8"))
    site = open_site(workspace)
    with site.ledger.reading() as session:
        session.exec(select(Run)).one()
    with workspace.ledger.open("rb") as ledger:
        os.posix_fadvise(ledger.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    used = processor_s()
    first = seconds(lambda: prove_box(site, codes[0])) * 1000
    used = processor_s() - used
    others = [seconds(lambda code=code: prove_box(site, code)) * 1000 for code in codes[1:]]  # type: ignore[misc]
    return {"cold": first, "cold_processor": used * 1000, "warm": statistics.median(others)}


STEPS: dict[str, Callable[[Path, int], dict[str, float]]] = {
    "make": make, "plain": plain, "reveal": reveal, "check": check, "prove": prove,
}  # fmt: skip


if __name__ == "__main__":
    main()
