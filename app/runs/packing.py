"""The packing station: each box's insert and outer label are scanned, and wrong pairs are refused."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from app.catalogue import read_series
from app.core.commitment import Label
from app.core.editions import parse_edition
from app.core.errors import UserError
from app.core.kit import Kit
from app.core.print_state import PrintStates
from app.core.scan import Insert, Reader
from app.ledger import Run, SealedBox
from app.runs import Station, find_run, require_state
from app.runs.decks import packed_boxes
from app.runs.life import secret_labels
from app.runs.log import record
from app.runs.marks import print_states
from app.runs.packed import CaseCount, Packed, Tally


class PackingError(UserError):
    """A scan does not pack a box; the subclasses say why. Nothing was written down."""


class WrongPairError(PackingError):
    """The label on the box is not that of the insert in it."""


class OtherCaseError(PackingError):
    """A box belongs into another case."""


class NotPackableError(PackingError):
    """A box is packed already, withdrawn, or its card is spoiled."""


class NoInsertError(PackingError):
    """A label was scanned before the insert of its box."""


class NoCaseError(PackingError):
    """The run has no such case."""


class NoPartError(PackingError):
    """A part is called short that the box at hand does not have, or no box is at hand."""


@dataclass(frozen=True)
class InsertRead:
    """An insert is at hand.

    Attributes:
        edition: the number that its outer label must show.
        kit: what belongs into the box; nothing for the second person.
        again: it was at hand already.
        instead_of: another insert that was at hand and is not any more, by its edition number.
    """

    edition: int
    kit: Kit | None
    again: bool = False
    instead_of: int | None = None


@dataclass(frozen=True)
class BoxPacked:
    """A pair was right; `again` tells that it was the last one, scanned twice.

    `left_in_case` and `left_in_run` are boxes; `next_case` is where packing goes on if this case is full.
    """

    edition: int
    case: int
    left_in_case: int
    left_in_run: int
    next_case: int | None = None
    again: bool = False


class Bench:
    """A run on the packing table, at one case, with one insert at hand or none.

    Args:
        station: where the vault is.
        run: the run.
        labels: of the run.
        kits: by edition; nothing for the second person, who never learns them.
    """

    def __init__(self, station: Station, run: Run, labels: list[Label], kits: Mapping[int, Kit]) -> None:
        self.run = run
        self.at_hand: int | None = None
        self.packed = Packed(station.workspace.state / "packing", run.id, run.boxes)
        self._station, self._kits = station, kits
        self._case_of = {label.edition: label.case for label in labels}
        self._reader = Reader(run.id, {label.code: label.edition for label in labels})
        self._last: BoxPacked | None = None
        self.case = self._next_case(1) or 1

    @property
    def cases(self) -> int:
        """Return how many cases the run has."""
        return self.run.boxes // self.run.case_size

    @property
    def kit(self) -> Kit | None:
        """Return what belongs into the box at hand."""
        return self._kits.get(self.at_hand) if self.at_hand else None

    def go_to(self, case: str) -> None:
        """Go on with another case.

        Raises:
            NoCaseError: the run has none of that number.
        """
        if not (case.isascii() and case.isdecimal() and len(case) < 10 and 1 <= int(case) <= self.cases):
            raise NoCaseError(
                f"{self.run.id} has no case {case[:10]}",
                mend=f"Its cases are numbered from 1 to {self.cases}",
            )
        self.case, self.at_hand = int(case), None

    def read(self, typed: str) -> InsertRead | BoxPacked:
        """Take what was scanned or typed: an insert, or the outer label of the box at hand.

        Raises:
            ScanError, MistypedCodeError, EditionsError: it is neither, or cannot be made out.
            PackingError: it must not be packed so; the insert at hand stays at hand.
            PackedFileError: it cannot be written down, so that it does not count.
        """
        scan = self._reader.read(typed)
        if isinstance(scan, Insert):
            return self._take(scan.edition)
        return self._close(scan.edition)

    def tally(self) -> Tally:
        """Count what is packed and what is due, by case."""
        packed, states = self.packed.read(), self._states()
        due = set(self._case_of) - packed - states.voided
        in_case, due_in_case = (
            Counter(self._case_of[edition] for edition in editions)
            for editions in (packed - states.voided, due)
        )
        cases = range(1, self.cases + 1)
        return Tally(
            self.run.id,
            tuple(CaseCount(case, in_case[case], due_in_case[case]) for case in cases),
            tuple(sorted(packed & states.voided)),
            tuple(sorted(states.spoiled)),
        )

    def undo(self, edition: str) -> int:
        """Take a box out of what is packed; return its edition number.

        Raises:
            EditionsError: the run has no such box.
            NotPackableError: it is not packed.
        """
        number = parse_edition(edition, self.run.boxes)
        if not self.packed.undo(number):
            raise NotPackableError(f"box No. {number} is not packed", mend="Nothing was changed")
        self._last = None
        return number

    def short(self, part: str, number: int = 1) -> int:
        """Count a part of the kit at hand as short, or with −1 as found; return how many are short.

        Raises:
            NoPartError: no box is at hand, or its kit has no such part.
        """
        kit = self.kit
        if kit is None:
            raise NoPartError("no box is at hand", mend="Scan its insert, then name the part")
        codes = {code.upper(): code for code in kit.parts}
        if part.upper() not in codes:
            raise NoPartError(
                f"this kit has no part {part[:24]!r}", mend=f"Its parts are {', '.join(kit.parts)}"
            )
        return self.packed.add_short(f"{kit.id}/{codes[part.upper()]}", number)

    def _take(self, edition: int) -> InsertRead:
        self._require_packable(edition)
        case = self._case_of[edition]
        if case != self.case:
            raise OtherCaseError(
                f"box No. {edition} belongs into case {case}; this is case {self.case}",
                mend=f"Lay it to case {case}, or type: case {case}",
            )
        before, self.at_hand = self.at_hand, edition
        instead_of = before if before != edition else None
        return InsertRead(edition, self.kit, again=before == edition, instead_of=instead_of)

    def _close(self, edition: int) -> BoxPacked:
        if self.at_hand is None:
            if self._last and self._last.edition == edition:
                return BoxPacked(**{**vars(self._last), "again": True})
            raise NoInsertError(
                f"this is label No. {edition}, but no insert is at hand",
                mend="Scan the card of the box first",
            )
        if edition != self.at_hand:
            raise WrongPairError(
                f"this is label No. {edition}; the insert in this box belongs to label No. {self.at_hand}",
                mend=f"Find label No. {self.at_hand} and scan it, or scan another insert",
            )
        self._require_packable(edition)
        if not self.packed.pack(edition):
            raise self._already(edition)
        self.at_hand = None
        tally = self.tally()
        left, done = tally.cases[self.case - 1].due, self.case
        next_case = None if left else self._next_case(done)
        self._last = BoxPacked(edition, done, left, tally.due, next_case)
        self.case = next_case or done
        return self._last

    def _require_packable(self, edition: int) -> None:
        """Refuse a box that is packed, withdrawn or spoiled; marks are read anew each time."""
        states = self._states()
        if edition in states.voided:
            raise NotPackableError(
                f"box No. {edition} was withdrawn", mend="Put its card and its label aside for good"
            )
        if edition in states.spoiled:
            raise NotPackableError(
                f"the card of box No. {edition} is marked as spoiled",
                mend=f"Print it again with: hopke run print {self.run.id} --editions {edition}",
            )
        if edition in self.packed.read():
            raise self._already(edition)

    def _already(self, edition: int) -> NotPackableError:
        return NotPackableError(
            f"box No. {edition} is packed already, in case {self._case_of[edition]}",
            mend=f"If it is not, type: undo {edition}",
        )

    def _next_case(self, start: int) -> int | None:
        """Return the first case from `start` on, and then from 1, that has boxes to be packed."""
        due = [case.case for case in self.tally().cases if case.due]
        return next((case for case in due if case >= start), due[0] if due else None)

    def _states(self) -> PrintStates:
        with self._station.ledger.reading() as session:
            return print_states(session, self.run)


def open_bench(station: Station, run_id: str, *, now: datetime | None, case: str = "") -> Bench:
    """Put a printed run on the packing table.

    Args:
        station: where the vault is.
        run_id: a run that is printed or on sale.
        now: when somebody begins to see what belongs into the boxes, which is written into the log; aware.
            None for who must not see it: no sealed row is opened then.
        case: a case number to begin with; else the first that is not full.

    Raises:
        RunMissingError, WrongStateError: there is no such run, or it is not printed.
        NoCaseError: it has no such case.
        LedgerIncompleteError: the ledger or the catalogue no longer holds what was sealed.
        PackedFileError: what was packed before cannot be read.
        UserError: the vault stands in the way.
    """
    with station.ledger.reading() as session:
        run = find_run(session, run_id)
        require_state(run, "packed", "printed", "on sale")
        rows = {}
        if now:
            sealed = session.exec(select(SealedBox).where(SealedBox.run == run_id))
            rows = {row.tag: row.sealed for row in sealed}
    kits: dict[int, Kit] = {}
    if now:
        boxes = packed_boxes(station, run, read_series(station.workspace, run.series), rows)
        kits = {box.content.edition: box.kit for box in boxes}
    bench = Bench(station, run, secret_labels(station, run), kits)
    if case:
        bench.go_to(case)
    if now:
        with station.ledger.writing() as session:
            record(session, run_id, "viewed", now, why="packing")
    return bench
