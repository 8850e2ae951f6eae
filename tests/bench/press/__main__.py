"""Print QR cards with Hộp Kể and with what a user would pick instead: `make bench-press`.

Each program is a process of its own; its processor time, start included, and its memory are the kernel's
count. The machine may be noisy, the ratio is less so. Hộp Kể prints every design for a trial when a run is
committed, and remembers what it typeset. So it stands twice in each table: the first print of a committed
run, which is what a maker waits for, and a cold print, before which all that is remembered was thrown away.
The trial itself, made once for a run of any size, is in neither; the cold print tells what it costs.
"""

import argparse
import filecmp
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.press import prepare
from tests.bench.press.card import COMMITTED, WORKSPACE, read_cards, read_job
from tests.bench.press.plan import COLD, JOBS, LARGEST, OURS, PLAN, RIVALS, Size
from tests.bench.press.reading import faults, unlike
from tests.bench.press.symbols import compare
from tests.bench.press.table import HEAD, Run, label, largest, row, say

LONGEST_S = 300
OUR_ROUNDS = 3
"""Before the rivals and after them: ours takes seconds, and a noisy moment would tell too much."""


def main() -> None:
    """Run everything that the command line asks for."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.press", description="Print, count, compare.")
    asked.add_argument("--job", choices=JOBS, action="append", help="only this job (twice for both)")
    asked.add_argument("--cards", type=int, help="only so many cards, by every rival, once")
    options = asked.parse_args()
    begun = time.monotonic()
    say("laying the designs out")
    prepare.main()
    jobs = options.job or list(JOBS)
    plan = [size for size in PLAN if size.job in jobs]
    if options.cards:
        plan = [Size(job, options.cards, 1, tuple(RIVALS), LONGEST_S) for job in jobs]
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, {load()}")
    print("Processor seconds of the whole process, peak memory and file in MB, each program alone.")
    print("First = theirs / our first print of a committed run: `hopke run commit` has typeset its designs.")
    print("Cold = theirs / the same print with nothing remembered: WeasyPrint sets the designs as well.")
    print("Goal = how many times faster we are to be; met by the first print, met by a cold one.")
    print("Read back: every QR and code of the first, a middle and the last sheet, in its place.")
    print("Unlike: pixels of the first sheet that look other than ours; hinting and kerning make some.")
    a_card: dict[tuple[str, str], float] = {}
    for size in plan:
        compare_programs(size, a_card)
    if not options.cards:
        compare(10_000)
    print(f"\n{(time.monotonic() - begun) / 60:.0f} minutes in all, {load()}")


def compare_programs(size: Size, a_card: dict[tuple[str, str], float]) -> None:
    """Print a table: one job, one number of cards, all its programs.

    Args:
        size: what is printed, how often, and by whom.
        a_card: each program's seconds for a card of a job at the size before; told anew.
    """
    rounds = f"rivals' rounds: {size.rounds}; medians" if size.rivals else "one round"
    print(f"\n{size.cards:,} cards, {JOBS[size.job]}; {rounds}\n\n{HEAD}")
    slow = {each for each in size.rivals if a_card.get((size.job, each), 0) * size.cards > size.longest_s}
    programs = [OURS, COLD, *(rival for rival in size.rivals if rival not in slow)]
    with tempfile.TemporaryDirectory() as folder:
        files = {program: Path(folder) / f"{program}.pdf" for program in programs}
        measured: dict[str, list[Run]] = {program: [] for program in programs}
        for number in range(max(size.rounds, OUR_ROUNDS if size.rivals else 1)):
            for program, file in files.items():
                if program in RIVALS and number >= size.rounds:
                    continue
                say(f"{size.cards:,} cards, {size.job}, round {number + 1}: {program}")
                try:
                    measured[program].append(run(program, size, file))
                except subprocess.CalledProcessError as failure:
                    if program not in RIVALS:
                        raise
                    say(f"{program} failed with {failure.returncode}")
        if files[OURS].read_bytes() != files[COLD].read_bytes():
            raise SystemExit("our first print and a cold one differ")
        middles = {program: Run.median(runs) for program, runs in measured.items() if runs}
        job, cards = read_job(size.job), read_cards(size.cards)
        for program, file in files.items():
            say(f"reading {program} back")
            wrong = faults(file, job, cards) if program in middles else ["it failed"]
            other = unlike(file, files[OURS], job) if program in RIVALS and not wrong else None
            print(row(program, size, middles, wrong, other), flush=True)
    a_card.update({(size.job, program): middle.seconds / size.cards for program, middle in middles.items()})
    for rival in sorted(slow):
        minutes = a_card[size.job, rival] * size.cards / 60
        print(f"{label(rival):19} | left out: it would take about {minutes:.1f} minutes")
    if (size.job, size.cards) == LARGEST:
        print("\n" + largest(middles[OURS]))


def run(program: str, size: Size, out: Path) -> Run:
    """Run a program to its end; before our own, remember what a committed run leaves, or nothing.

    Raises:
        subprocess.CalledProcessError: it failed.
        SystemExit: a first print set something anew, which is then no first print of a committed run.
    """
    remembered = WORKSPACE / "var" / "cache"
    if program in (OURS, COLD):
        shutil.rmtree(remembered, ignore_errors=True)
    if program == OURS:
        shutil.copytree(COMMITTED, remembered)
    module = f"tests.bench.press.{program if program in RIVALS else 'ours'}"
    command = [sys.executable, "-m", "tests.bench.press.measure", "-m", module]
    # What app.press set for itself must not change how a rival finds its fonts.
    clean = {key: value for key, value in os.environ.items() if key != "FONTCONFIG_FILE"}
    done = subprocess.run(
        [*command, size.job, str(size.cards), str(out)],
        env=clean,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    if program == OURS and filecmp.dircmp(COMMITTED / "press", remembered / "press").right_only:
        raise SystemExit("our first print of a committed run set something anew")
    seconds, memory_mb = (float(figure) for figure in done.stdout.split())
    return Run(seconds, memory_mb, out.stat().st_size / 1e6)


def load() -> str:
    """Say how busy the machine is."""
    return f"load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
