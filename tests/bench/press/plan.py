"""What is printed, how often and by whom, and what Hộp Kể is to reach."""

from dataclasses import dataclass

OURS, COLD = "first", "cold"
RIVALS = {  # module -> package
    "weasyprint_one": "weasyprint",
    "with_blabel": "blabel",
    "with_fpdf2": "fpdf2",
    "with_reportlab": "reportlab",
    "with_typst": "typst",
}
QUICK = ("with_reportlab", "with_typst")
RUNS = {"small": "TL-1", "insert": "TL-2"}
JOBS = {
    "small": "90 × 55 mm, one side, ten on A4",
    "insert": "A6, two sides, four on A4",
}
LARGEST = ("small", 100_000)


@dataclass(frozen=True)
class Size:
    """How many cards of a job, how often, and by which rivals.

    A rival that would take longer than `longest_s`, as its time at the size before tells, is left out.
    """

    job: str
    cards: int
    rounds: int
    rivals: tuple[str, ...]
    longest_s: float


PLAN = (
    Size("small", 300, 3, tuple(RIVALS), 300),
    Size("small", 1_000, 1, tuple(RIVALS), 75),
    Size("small", 10_000, 1, QUICK, 300),
    Size(*LARGEST, 1, (), 0),  # an A6 insert has no room for a number of six digits beside another
    Size("insert", 300, 1, tuple(RIVALS), 300),
    Size("insert", 1_000, 1, QUICK, 300),
)

GOALS = {
    ("small", 300): {"weasyprint_one": 8, "with_blabel": 10},
    ("small", 1_000): {"with_fpdf2": 5, "with_reportlab": 5, "with_typst": 5},
    ("small", 10_000): {"with_reportlab": 30, "with_typst": 30},
}
"""How many times faster a run's first print is to be; held against a cold print too."""

LARGEST_GOALS = {"CPU s": 20, "memory MB": 200, "file MB": 50}
SYMBOLS_GOAL = 200
