"""Printed files read again: a good one is graded, a changed one is named by card and page."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from app.core.editions import write_editions
from app.core.errors import UserError
from app.press.preflight import PreflightError
from app.press.proof import ProofFailedError
from app.runs import Station
from app.runs.marks import void
from app.runs.orders import Order
from app.runs.proving import FileMissingError, ProvenFile, SheetsError, editions_on, prove_run
from app.workspace import BaseUrlError
from tests.conftest import NOW
from tests.press import paper
from tests.press.ordered import (
    Ordered,
    codes_of,
    committed,
    file_of,
    order_of,
    quiet,
    scanned,
    tampered,
    with_settings,
)

CELL = rb"q 1 0 0 1 \S+ \S+ cm /L\d+ Do Q\n"
SYMBOL = rb"(?:[ \d.]+ re\n)+f Q\n"
LINE = rb"BT [^\n]* Tj [^\n]*ET\n"
Change = Callable[[bytes], bytes]


def prove(station: Station, *things: str, every_sheet: bool = False, dpi: int = 300) -> list[ProvenFile]:
    """Prove some printed things of TY-1, or everything that is there."""
    order = Order(things=things or Order().things, every_sheet=every_sheet)
    return prove_run(station, "TY-1", order, dpi=dpi, progress=quiet)


def swapped(pattern: bytes, *, first: int = 0, second: int = 1) -> Change:
    """Return what exchanges two places of a page that look like `pattern`."""

    def change(operators: bytes) -> bytes:
        found = list(re.finditer(pattern, operators))
        one, other = found[first], found[second]
        return b"".join(
            (operators[: one.start()], other[0], operators[one.end() : other.start()], one[0],
             operators[other.end() :])
        )  # fmt: skip

    return change


def editions_at(station: Station, page: int) -> set[int]:
    """Return which boxes' cards a page has."""
    editions = {code: edition for edition, code in codes_of(station).items()}
    pixels = paper.image(file_of(station, "insert"), page, 200)
    return {editions[symbol.text.rpartition("/")[2]] for symbol in paper.scan(pixels, 200)}


def named(refusal: pytest.ExceptionInfo[UserError]) -> int:
    """Return which card a refusal names."""
    found = re.search(r"card No\. (\d+)", str(refusal.value))
    assert found is not None, str(refusal.value)
    return int(found[1])


# Good files


def test_files_as_they_were_printed_are_proven_and_graded(ordered: Ordered) -> None:
    found = {file.thing: file for file in prove(ordered.station)}
    assert list(found) == list(Order().things)
    cards = {thing: file.proven.cards for thing, file in found.items() if file.proven}
    assert cards == {
        "insert": 16,
        "label": 16,
        "seal": 16,
        "case-label": 4,
        "packing-sheet": 4,
        "album-card": 8,
    }
    assert found["insert"].grade in (3, 4)
    assert found["case-label"].grade in (3, 4)
    assert (found["seal"].grade, found["leaflet"].grade) == (None, None)


@pytest.mark.parametrize("dpi", [150, 1200])
def test_a_grade_is_predicted_for_every_printer(ordered: Ordered, dpi: int) -> None:
    (file,) = prove(ordered.station, "case-label", dpi=dpi)
    assert file.grade is not None


def test_a_file_from_before_boxes_were_withdrawn_is_proven_and_so_is_one_from_after(tmp_path: Path) -> None:
    station = paper.make_station(tmp_path / "tiny", settings='[paper]\ninsert = "insert-small"\n')
    paper.seal(station, {"lantern": 2, "bridge": 2}, case_size=2)
    order_of(station, "insert", "seal")
    void(station, "TY-1", "2", NOW)
    assert [file.proven.cards for file in prove(station) if file.proven] == [4, 4]
    order_of(station, "insert", "seal")
    assert [file.proven.cards for file in prove(station) if file.proven] == [3, 3]
    station.ledger.close()


# Changed files


def test_two_cards_whose_codes_were_exchanged_are_named(ordered: Ordered) -> None:
    path = file_of(ordered.station, "insert")
    with pikepdf.open(path) as pdf:
        lines = re.findall(LINE, pdf.pages[3].obj.Contents.read_bytes())
    assert len(lines) == 8, "a code, an edition and two lines of the root on each of two cards"
    texts = sorted({re.findall(rb"<([0-9a-f]+)>", line)[0] for line in lines}, key=len)
    first, second = texts[-2:]
    with tampered(path) as redraw:
        redraw(4, lambda page: page.replace(first, b"_").replace(second, first).replace(b"_", second))
        with pytest.raises(ProofFailedError, match=r"page 3 does not show the words") as refusal:
            prove(ordered.station, "insert")
    assert named(refusal) in editions_at(ordered.station, 4)


def test_a_card_with_the_qr_of_another_box_is_named(ordered: Ordered) -> None:
    path = file_of(ordered.station, "insert")
    with tampered(path) as redraw:
        redraw(6, swapped(SYMBOL))
        with pytest.raises(ProofFailedError, match="page 5 is not the address") as refusal:
            prove(ordered.station, "insert")
    assert named(refusal) in editions_at(ordered.station, 6)


def test_a_card_with_the_root_of_another_run_is_named(ordered: Ordered) -> None:
    path = file_of(ordered.station, "insert")
    with tampered(path) as redraw:
        with pikepdf.open(path) as pdf:
            lines = re.findall(LINE, pdf.pages[7].obj.Contents.read_bytes())
        texts = Counter(re.findall(rb"<([0-9a-f]+)>", line)[0] for line in lines)
        root = next(text for text, cards in texts.items() if cards == 2)
        another = root[4:8] + root[4:]
        assert another != root
        redraw(8, lambda page: page.replace(root, another, 1))
        with pytest.raises(ProofFailedError, match=r"page 7 does not show the words") as refusal:
            prove(ordered.station, "insert")
    assert named(refusal) in editions_at(ordered.station, 8)


def test_a_sheet_that_was_taken_out_is_missed_by_its_card(ordered: Ordered) -> None:
    path = file_of(ordered.station, "insert")
    gone = editions_at(ordered.station, 8)
    with tampered(path):
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            del pdf.pages[6:8]
            pdf.save(path)
        with pytest.raises(ProofFailedError, match="is missing") as refusal:
            prove(ordered.station, "insert")
    assert named(refusal) in gone


def test_a_card_taken_off_a_sheet_is_told_with_its_sheet(ordered: Ordered) -> None:
    def without_the_first(page: bytes) -> bytes:
        first, second = [found.start() for found in re.finditer(CELL, page)]
        return page[:first] + page[second:]

    with tampered(file_of(ordered.station, "insert")) as redraw:
        redraw(10, without_the_first)
        with pytest.raises(ProofFailedError, match="sheet 5 have not as many cards"):
            prove(ordered.station, "insert")


def test_a_sheet_that_stands_twice_is_told_with_its_page(ordered: Ordered) -> None:
    path = file_of(ordered.station, "insert")
    with tampered(path):
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            pdf.pages.extend(list(pdf.pages)[:2])
            pdf.save(path)
        with pytest.raises(ProofFailedError, match="page 17 is printed twice"):
            prove(ordered.station, "insert")


def test_a_page_without_its_words_and_half_a_file_are_told(ordered: Ordered) -> None:
    path = file_of(ordered.station, "seal")
    with tampered(path) as redraw:
        redraw(1, lambda page: re.sub(LINE, b"", page, count=1))
        with pytest.raises(ProofFailedError, match="page 1"):
            prove(ordered.station, "seal")
    with tampered(path):
        path.write_bytes(path.read_bytes()[:-400])
        with pytest.raises((PreflightError, ProofFailedError)):
            prove(ordered.station, "seal")
    prove(ordered.station, "seal")


def test_a_qr_painted_over_beyond_the_sample_is_found_when_every_sheet_is_looked_at(tmp_path: Path) -> None:
    station = committed(tmp_path / "tiny", boxes=56)
    order_of(station, "label", sheet="card")
    path = file_of(station, "label")
    assert paper.count_pages(path) == 56
    (sampled,) = prove(station, "label")
    assert sampled.proven is not None
    assert sampled.proven.drawn <= 24
    with tampered(path) as redraw:
        redraw(2, lambda page: page + b"q 1 g 110 20 60 60 re f Q\n")
        assert scanned(path, dpi=150)[1][0] == 3, "no phone reads the second label"
        prove(station, "label")
        with pytest.raises(ProofFailedError, match=r"label No\. 2 on page 2, drawn by poppler"):
            prove(station, "label", every_sheet=True)
    station.ledger.close()


# Files that are not there, or not for here


def test_what_was_not_printed_is_told_with_the_command_that_prints_it(tmp_path: Path) -> None:
    station = committed(tmp_path / "tiny")
    with pytest.raises(FileMissingError) as refusal:
        prove(station)
    assert "nothing of TY-1 was printed for the office" in str(refusal.value)
    assert "hopke run print TY-1" in str(refusal.value)
    order_of(station, "seal")
    assert [file.thing for file in prove(station)] == ["seal"]
    with pytest.raises(FileMissingError, match="the label of TY-1 was not printed for the office") as refusal:
        prove(station, "seal", "label")
    assert "hopke run print TY-1 --only label" in str(refusal.value)
    with pytest.raises(FileMissingError, match="for the press") as refusal:
        prove_run(station, "TY-1", Order(target="press"), dpi=300, progress=quiet)
    assert "--for press" in str(refusal.value)
    station.ledger.close()


def test_after_the_address_moved_a_proof_says_what_the_cards_were_made_for(tmp_path: Path) -> None:
    station = committed(tmp_path / "tiny")
    order_of(station, "label")
    moved = with_settings(station, base_url="https://moved.example")
    with pytest.raises(BaseUrlError, match=r"committed for https://h\.example.*https://moved\.example"):
        prove(moved, "label")
    back = with_settings(moved, base_url="https://h.example")
    assert [file.thing for file in prove(back, "label")] == ["label"]
    station.ledger.close()


# Which boxes lie on a sheet


@pytest.mark.parametrize(("sheets", "pages"), [("2", [4]), ("1, 3", [2, 6]), ("7-8", [14, 16])])
def test_the_boxes_on_some_sheets_are_those_a_phone_reads_there(
    ordered: Ordered, sheets: str, pages: list[int]
) -> None:
    seen = set().union(*(editions_at(ordered.station, page) for page in pages))
    assert len(seen) == 2 * len(pages)
    assert editions_on(ordered.station, "TY-1", sheets) == write_editions(seen)


@pytest.mark.parametrize("sheets", ["9", "8-9", "0", "16", "two", "3-2", "", " "])
def test_sheets_that_the_file_does_not_have_are_told_with_how_many_it_has(
    ordered: Ordered, sheets: str
) -> None:
    with pytest.raises(SheetsError, match=r"inserts\.pdf, which has 8") as refusal:
        editions_on(ordered.station, "TY-1", sheets)
    assert str(refusal.value).startswith("--sheets: ")


def test_without_printed_cards_no_sheet_tells_its_boxes(tmp_path: Path) -> None:
    station = committed(tmp_path / "tiny")
    with pytest.raises(FileMissingError, match="--editions"):
        editions_on(station, "TY-1", "1")
    station.ledger.close()
