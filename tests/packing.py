"""A printed run on the packing table: what a scanner types of its cards and labels."""

from dataclasses import dataclass

from app.runs import Station, find_run
from app.runs.decks import address
from app.runs.life import secret_labels, show_run
from app.runs.marks import record_mark
from tests.conftest import NOW

KIT_WORDS = ("lantern", "bridge", "fish", "Đèn lồng", "Cầu gỗ", "Cá chép", "Lantern", "Wooden Bridge", "Carp")


@dataclass(frozen=True)
class Pile:
    """The cards and labels of TY-1: codes and cases by edition."""

    codes: dict[int, str]
    cases: dict[int, int]

    def card(self, edition: int) -> str:
        """Return what the card's symbol says."""
        return address("https://h.example", "b", self.codes[edition])

    def label(self, edition: int) -> str:
        """Return what the label's symbol says."""
        return address("https://h.example", "r", f"TY-1/{edition:02}")

    def case(self, number: int) -> list[int]:
        """Return the editions of a case, ascending."""
        return sorted(edition for edition, case in self.cases.items() if case == number)

    def pairs(self, *cases: int) -> list[str]:
        """Return what a scanner types to pack some cases."""
        return [
            scan(edition) for case in cases for edition in self.case(case) for scan in (self.card, self.label)
        ]

    def leaks(self, shown: str) -> list[str]:
        """Return the codes of which a group of four stands in a text."""
        plain = shown.replace(" ", "")
        return [code for code in self.codes.values() if any(code[at : at + 4] in plain for at in (0, 6, 12))]


def pile_of(station: Station) -> Pile:
    """Return the pile of a committed run."""
    labels = secret_labels(station, show_run(station, "TY-1"))
    return Pile(
        {label.edition: label.code for label in labels}, {label.edition: label.case for label in labels}
    )


def mark_printed(station: Station) -> None:
    """Take every card of the sealed TY-1 as printed."""
    with station.ledger.writing() as session:
        run = find_run(session, "TY-1")
        record_mark(session, run, "printed", range(1, run.boxes + 1), NOW)
        run.printed_at = NOW
        session.add(run)
