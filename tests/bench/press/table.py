"""The tables: what each program took, beside what Hộp Kể is to reach."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from importlib.metadata import version
from statistics import median

from tests.bench.press.plan import COLD, GOALS, LARGEST_GOALS, OURS, RIVALS, Size

HEAD = (
    "program             |  CPU s |  goal | first | met |  cold | met | memory |  file | unlike | read back\n"
    "--------------------|-------:|------:|------:|-----|------:|-----|-------:|------:|-------:|----------"
)
OWN = {OURS: "Hộp Kể, first print", COLD: "Hộp Kể, cold print"}


@dataclass(frozen=True)
class Run:
    """What one run took: processor seconds, peak memory and the file's size in megabytes."""

    seconds: float
    memory_mb: float
    file_mb: float

    @staticmethod
    def median(runs: Sequence["Run"]) -> "Run":
        """Return the median of each figure."""
        return Run(*(median(figures) for figures in zip(*map(astuple, runs), strict=True)))


def row(
    program: str, size: Size, middles: Mapping[str, Run], wrong: Sequence[str], other: float | None
) -> str:
    """Return a program's line; one that failed or does not read back is not counted.

    Args:
        program: whose line it is.
        size: what was printed.
        middles: what each program took.
        wrong: faults of its file.
        other: share of pixels that look other than ours; none for ours.
    """
    if wrong:
        return f"{label(program):19} | broken: {'; '.join(wrong)}"
    took = middles[program]
    least = GOALS.get((size.job, size.cards), {}).get(program)
    goal, ratios, unlike = "", f"{'':5} | {'':3} | {'':5} | {'':3}", ""
    if other is not None:
        goal, unlike = f"≥ {least}" if least else "", f"{other:.1%}"
        times = [took.seconds / middles[ours].seconds for ours in (OURS, COLD)]
        ratios = " | ".join(f"{ratio:5.1f} | {yes(ratio >= least) if least else '':3}" for ratio in times)
    return (
        f"{label(program):19} | {took.seconds:6.2f} | {goal:>5} | {ratios} | "
        f"{took.memory_mb:6.0f} | {took.file_mb:5.2f} | {unlike:>6} | yes"
    )


def largest(took: Run) -> str:
    """Return our largest print's figures beside their goals."""
    return "\n".join(
        f"{name:9} {figure:6.1f}   goal ≤ {most}   {yes(figure <= most)}"
        for (name, most), figure in zip(LARGEST_GOALS.items(), astuple(took), strict=True)
    )


def say(words: str) -> None:
    """Tell what is being done, beside the tables."""
    print(f"bench: {words}", file=sys.stderr, flush=True)


def yes(met: bool) -> str:
    """Say whether a goal is met."""
    return "yes" if met else "NO"


def label(program: str) -> str:
    """Return a program's name and version."""
    return OWN.get(program) or f"{RIVALS[program]} {version(RIVALS[program])}"
