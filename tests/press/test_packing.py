"""Packing sheets: case by case, every box once, each number beside its own kit, and caught if not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest

from app.core.plan import Beacon
from app.press.proof import Due, ProofFailedError, prove_cards
from app.press.rereading import read_cards
from app.runs import Station
from app.runs.life import commit_run, seal_run
from app.runs.orders import Order, work_out
from app.runs.planning import plan_run
from app.runs.printing import print_run
from tests.conftest import NOW, SECRET
from tests.press import paper

NAMES = {"lantern": "Đèn lồng", "bridge": "Cầu gỗ", "fish": "Cá chép"}
COUNTS = {"lantern": 16, "bridge": 20, "fish": 4}


@dataclass(frozen=True)
class Packed:
    """A run of two cases of twenty boxes, and its packing sheets."""

    station: Station
    path: Path
    boxes: dict[str, paper.Box]

    @property
    def due(self) -> list[Due]:
        """Return what the sheets must show."""
        work = work_out(self.station, "TY-1", Order(things=("packing-sheet",)))
        return list(work.decks["packing-sheet"].due)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packed]:
    station = paper.make_station(tmp_path_factory.mktemp("packing") / "tiny")
    plan_run(station, "tiny", boxes=40, now=NOW, counts=COUNTS, case_size=20, beacon=Beacon("none", "", ""))
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    seal_run(station, "TY-1", beacon_value="", now=NOW)
    order = Order(things=("packing-sheet",))
    printed = print_run(station, "TY-1", order, now=NOW, progress=lambda _done, _of: None)
    yield Packed(station, printed.files[0].path, paper.boxes_of(station))
    station.ledger.close()


def prove(path: Path, due: list[Due]) -> None:
    """Prove a file of packing sheets."""
    prove_cards(path, due, 1, progress=lambda _done, _of: None)


def test_a_case_of_twenty_has_two_sheets_that_list_every_box_once_beside_its_kit(packed: Packed) -> None:
    assert paper.count_pages(packed.path) == 4
    listed: dict[int, tuple[int, str]] = {}
    for page in range(1, 5):
        words = paper.words(packed.path, page)
        left = next(word.left for word in words if word.text == "Edition")
        for word in words:
            if word.text.isdecimal() and abs(word.left - left) < 1 and word.bottom - word.top > 6:
                middle = (word.top + word.bottom) / 2
                row = " ".join(
                    other.text
                    for other in words
                    if other.left > left + 20 and other.top < middle + 2 < other.bottom + 5
                )
                listed[int(word.text)] = (
                    (page + 1) // 2,
                    next(name for name in NAMES.values() if name in row),
                )
    assert listed == {
        box.content.edition: (box.content.case, NAMES[box.kit_id]) for box in packed.boxes.values()
    }


def test_places_go_on_and_sums_are_those_of_the_whole_case(packed: Packed) -> None:
    cards = list(read_cards(packed.path))
    assert ["18." in card.lines for card in cards] == [True, False, True, False]
    assert ["20." in card.lines for card in cards] == [False, True, False, True]
    assert ["2 / 2" in card.lines for card in cards] == [False, True, True, True]
    for case, card in ((1, cards[0]), (1, cards[1]), (2, cards[2])):
        counted = [box.kit_id for box in packed.boxes.values() if box.content.case == case]
        for kit in NAMES:
            assert f"× {counted.count(kit)}" in card.lines


def change(packed: Packed, path: Path, old: bytes, new: bytes) -> None:
    """Write a copy of the sheets with the first `old` of the first page replaced."""
    with pikepdf.open(packed.path) as pdf:
        contents = pdf.pages[0].obj.Contents
        operators = contents.read_bytes()
        assert old in operators
        contents.write(operators.replace(old, new, 1))
        pdf.save(path)


def test_a_true_file_is_proven(packed: Packed) -> None:
    prove(packed.path, packed.due)


def parts(packed: Packed) -> list[bytes]:
    """Return the drawings of the first page's rows, two different ones first."""
    with pikepdf.open(packed.path) as pdf:
        operators = pdf.pages[0].obj.Contents.read_bytes()
    drawn = [
        line.split(b" cm ")[1].split()[0]
        for line in operators.splitlines()
        if b" Do Q" in line and b"/P" in line
    ]
    other = next(name for name in drawn if name != drawn[0])
    return [drawn[0], other]


def test_a_row_with_another_kits_drawing_is_caught(packed: Packed, tmp_path: Path) -> None:
    first, other = parts(packed)
    change(packed, tmp_path / "bad.pdf", first + b" Do", other + b" Do")
    with pytest.raises(ProofFailedError, match="case 1 on page 1"):
        prove(tmp_path / "bad.pdf", packed.due)


def test_all_drawings_exchanged_is_caught_by_their_words(packed: Packed, tmp_path: Path) -> None:
    first, other = parts(packed)
    with pikepdf.open(packed.path) as pdf:
        shared = pdf.pages[0].resources.XObject
        one, two = shared[first.decode()], shared[other.decode()]
        shared[first.decode()], shared[other.decode()] = two, one
        pdf.save(tmp_path / "bad.pdf")
    with pytest.raises(ProofFailedError, match="to the eye"):
        prove(tmp_path / "bad.pdf", packed.due)


def test_a_row_without_its_number_or_its_drawing_is_caught(packed: Packed, tmp_path: Path) -> None:
    with pikepdf.open(packed.path) as pdf:
        operators = pdf.pages[0].obj.Contents.read_bytes()
    row = next(line for line in operators.splitlines() if b" Do Q" in line and b"/P" in line) + b"\n"
    change(packed, tmp_path / "bad.pdf", row, b"")
    with pytest.raises(ProofFailedError, match="one drawing beside each number"):
        prove(tmp_path / "bad.pdf", packed.due)
