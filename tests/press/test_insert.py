"""Cards and packing sheets, measured on paper: printed, read back, and refused when anything is wrong."""

import contextlib
import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
import qrcode
from sqlmodel import col, select

from app.core.code import spell
from app.core.commitment import printed_root
from app.core.errors import UserError
from app.core.proof import SealedContent
from app.ledger import Run, SealedBox
from app.press.design import DesignError
from app.press.job import Job as PressJob
from app.press.pages import print_pages
from app.press.proof import ProofFailedError
from app.press.raster import RendererMissingError
from app.press.slots import SlotError
from app.press.stamping import ModuleTooSmallError, SlotMissingError, TextOverflowError
from app.runs import Station
from app.runs.decks import LedgerIncompleteError
from app.runs.life import show_run
from app.sealing import OpenError, seal_row
from app.workspace import BaseUrlError, find_workspace, practice_address
from tests.conftest import NOW
from tests.press import paper

KITS = {"lantern": "Đèn lồng", "bridge": "Cầu gỗ", "fish": "Cá chép"}
CARD = (105.0, 148.0)
NEAR = 0.3
# Where the design puts the title of a front and the middle of a back's QR, from the card's left edge.
TITLE_MM, QR_CENTRE_MM = 8.0, 80.5


@dataclass(frozen=True)
class Job:
    """A run and what was printed of it."""

    station: Station
    printed: paper.Prints
    boxes: dict[str, paper.Box]

    @property
    def inserts(self) -> Path:
        """Return the cards."""
        return self.printed.inserts

    @property
    def sheets(self) -> range:
        """Return the page number of every sheet's front; its back follows."""
        return range(1, paper.count_pages(self.inserts) + 1, 2)


def print_job(
    folder: Path,
    counts: dict[str, int],
    *,
    case_size: int,
    settings: str = "",
    practice_url: str | None = None,
) -> Job:
    """Seal and print a run in a new workspace."""
    station = paper.make_station(folder, settings=settings)
    paper.seal(station, counts, case_size=case_size)
    return Job(station, paper.print_it(station, practice_url=practice_url), paper.boxes_of(station))


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """The run of 16 boxes, printed in a folder whose name is no easy address."""
    folder = tmp_path_factory.mktemp("press") / "Hộp kể #1 100%20"
    made = print_job(folder, {"lantern": 6, "bridge": 8, "fish": 2}, case_size=4)
    yield made
    made.station.ledger.close()


@pytest.fixture(scope="module")
def nine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A run of nine boxes, so that the last sheet has one card only."""
    folder = tmp_path_factory.mktemp("press") / "nine"
    made = print_job(folder, {"lantern": 4, "bridge": 4, "fish": 1}, case_size=3)
    yield made
    made.station.ledger.close()


@pytest.fixture(scope="module")
def four_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A run of ten boxes, cut edge to edge."""
    folder = tmp_path_factory.mktemp("press") / "four-up"
    counts = {"lantern": 5, "bridge": 4, "fish": 1}
    made = print_job(folder, counts, case_size=5, settings="[paper]\nbleed_mm = 0\n")
    yield made
    made.station.ledger.close()


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A practice print of four boxes."""
    folder = tmp_path_factory.mktemp("press") / "practice"
    made = print_job(
        folder, {"lantern": 2, "bridge": 2}, case_size=2, practice_url="http://192.168.1.20:8000/"
    )
    yield made
    made.station.ledger.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Station]:
    """A sealed run of two boxes, a lantern and a bridge, quickly printed and quickly refused."""
    station = paper.make_station(tmp_path / "small")
    paper.seal(station, {"lantern": 1, "bridge": 1}, case_size=1)
    yield station
    station.ledger.close()


def code_of(symbol: paper.Scanned) -> str:
    """Return the code in what a QR says."""
    return symbol.text.rpartition("/")[2]


def backs(job: Job, *, dpi: int = 200) -> Iterator[tuple[int, list[paper.Scanned]]]:
    """Yield the page number of every back with its symbols."""
    for front in job.sheets:
        yield front + 1, paper.scan(paper.image(job.inserts, front + 1, dpi), dpi)


def refused(station: Station, kind: type[UserError] = ProofFailedError) -> str:
    """Try to print, and return the words of the refusal after making sure that nothing was released."""
    with pytest.raises(kind) as refusal:
        paper.print_it(station)
    out = station.workspace.state / "out"
    assert not [path for path in out.rglob("*") if path.is_file()]
    assert show_run(station, "TY-1").printed_at is None
    return str(refusal.value)


def replace_in(path: Path, old: str, new: str) -> None:
    """Replace a text in a file that has it."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


# Every card


def test_sixteen_boxes_give_sixteen_cards_two_to_a_sheet(job: Job) -> None:
    assert (job.printed.cards, job.printed.practice) == (16, False)
    assert paper.count_pages(job.inserts) == 16
    assert paper.page_size(job.inserts) == pytest.approx((297, 210), abs=0.05)
    assert show_run(job.station, "TY-1").state == "printed"


def test_every_qr_scans_and_opens_the_ledgers_box_at_the_frozen_address(job: Job) -> None:
    texts = [symbol.text for _, symbols in backs(job) for symbol in symbols]
    assert sorted(texts) == sorted(f"HTTPS://H.EXAMPLE/B/{code}" for code in job.boxes)


def test_beside_every_qr_stand_its_own_code_its_edition_and_the_root_of_the_run(job: Job) -> None:
    root = printed_root(show_run(job.station, "TY-1").contents_root or b"")
    middle = 297 / 2
    for page, symbols in backs(job):
        words = paper.words(job.inserts, page)
        assert len(symbols) == 2
        for symbol in symbols:
            on_card = [word for word in words if (word.left < middle) == (symbol.centre < middle)]
            shown = "".join(word.text for word in on_card)
            box = job.boxes[code_of(symbol)]
            assert spell(box.label.code).replace(" ", "") in shown
            assert f"Số{box.content.edition}/16" in shown
            assert root[:16] in shown
            assert root[16:] in shown
            assert "h.example/b" in shown
            assert not [code for code in job.boxes if code in shown and code != box.label.code]


def test_the_letter_spacing_of_a_card_does_not_reach_into_the_next_one(job: Job) -> None:
    # The last slot of a back is letter-spaced, and the second card of a sheet is drawn after it.
    for page, _ in backs(job):
        edges = sorted(
            (word.left, word.right) for word in paper.words(job.inserts, page) if word.text == "camera"
        )
        (left, right), (next_left, next_right) = edges
        assert next_right - next_left == pytest.approx(right - left, abs=0.02)


def test_no_front_shows_a_qr_or_a_code(job: Job) -> None:
    for page in job.sheets:
        assert paper.scan(paper.image(job.inserts, page, 200), 200) == []
        shown = "".join(word.text for word in paper.words(job.inserts, page))
        assert not [code for code in job.boxes if code in shown]


@pytest.mark.parametrize("name", ["job", "nine", "four_up"])
def test_behind_every_front_lies_the_back_of_the_same_box(name: str, request: pytest.FixtureRequest) -> None:
    job: Job = request.getfixturevalue(name)
    width = paper.page_size(job.inserts)[0]
    mixed = 0
    for page, symbols in backs(job):
        titles = [word for word in paper.words(job.inserts, page - 1) if word.bottom - word.top > 11]
        starts = [word for word in titles if word.text in {"Đèn", "Cầu", "Cá"}]
        assert len(starts) == len(symbols)
        kits = set()
        for symbol in symbols:
            behind = width - (symbol.centre - QR_CENTRE_MM + CARD[0])  # seen through the paper
            (title,) = (
                word
                for word in starts
                if abs(word.left - TITLE_MM - behind) < NEAR and 0 < word.top - symbol.top < CARD[1]
            )
            kit_id = job.boxes[code_of(symbol)].kit_id
            assert title.text == KITS[kit_id].split()[0]
            kits.add(kit_id)
        mixed += len(kits) > 1
    assert mixed, "some sheet has two kits, so that a wrong order would show"


def test_the_last_sheet_is_printed_even_if_it_is_not_full(nine: Job) -> None:
    assert nine.printed.cards == 9
    assert paper.count_pages(nine.inserts) == 10
    symbols = [symbols for _, symbols in backs(nine)]
    assert [len(found) for found in symbols] == [2, 2, 2, 2, 1]
    assert {code_of(symbol) for found in symbols for symbol in found} == set(nine.boxes)
    left, top, right, bottom = paper.inked(paper.image(nine.inserts, 9, 150), 150)
    behind = paper.inked(paper.image(nine.inserts, 10, 150), 150)
    assert (left, top, right, bottom) == pytest.approx(
        (297 - behind[2], behind[1], 297 - behind[0], behind[3]), abs=NEAR
    )


def test_without_bleed_four_cards_fill_the_sheet(four_up: Job) -> None:
    assert paper.page_size(four_up.inserts) == pytest.approx((210, 297), abs=0.05)
    assert four_up.printed.turned_on == "long"
    symbols = [symbols for _, symbols in backs(four_up)]
    assert [len(found) for found in symbols] == [4, 4, 2]
    assert {code_of(symbol) for found in symbols for symbol in found} == set(four_up.boxes)
    full = symbols[0]
    assert full[1].left - full[0].left == pytest.approx(CARD[0], abs=NEAR)
    assert full[2].top - full[0].top == pytest.approx(CARD[1], abs=NEAR)


# Measured


def test_modules_are_wide_enough_and_four_of_them_are_quiet_on_every_side(job: Job) -> None:
    dpi = 600
    pixels = paper.image(job.inserts, 2, dpi)
    for symbol in paper.scan(pixels, dpi):
        rough = (symbol.right - symbol.left) / 25
        row = paper.cut_out(
            pixels,
            dpi,
            (symbol.left - rough, symbol.top + rough * 0.4, symbol.right + rough, symbol.top + rough * 0.6),
        )
        first, last = paper.dark_runs(row, dpi)[0], paper.dark_runs(row, dpi)[-1]
        module = (first[1] - first[0]) / 7  # the upper edge of a finder pattern is seven modules long
        assert last[1] - first[0] == pytest.approx(25 * module, rel=0.01)
        assert module >= 0.42
        assert module == pytest.approx(job.printed.module_mm, abs=0.02)
        left, right = symbol.left - rough + first[0], symbol.left - rough + last[1]
        quiet = 4 * module - 0.1
        top, bottom = symbol.top, symbol.top + (right - left)
        for side in (
            (left - quiet, top - quiet, left - 0.1, bottom + quiet),
            (right + 0.1, top - quiet, right + quiet, bottom + quiet),
            (left - quiet, top - quiet, right + quiet, top - 0.15),
            (left - quiet, bottom + 0.15, right + quiet, bottom + quiet),
        ):
            darkest, _ = paper.cut_out(pixels, dpi, side).getextrema()
            assert darkest == 255


@pytest.mark.parametrize("page", [1, 2])
def test_crop_marks_cut_two_cards_of_a6_and_stay_out_of_the_bleed(job: Job, page: int) -> None:
    dpi = 600
    pixels = paper.image(job.inserts, page, dpi)
    row = paper.cut_out(pixels, dpi, (0, 100, 296.9, 101)).point(lambda grey: 0 if grey < 250 else 255)
    printed = paper.dark_runs(row, dpi)
    left, right = printed[0][0], printed[-1][1]
    column = paper.cut_out(pixels, dpi, (left + 1, 0, left + 2, 209.9)).rotate(90, expand=True)
    down = paper.dark_runs(column.point(lambda grey: 0 if grey < 250 else 255), dpi)
    top, bottom = max(down, key=lambda run: run[1] - run[0])
    assert (right - left, bottom - top) == pytest.approx((2 * (CARD[0] + 6), CARD[1] + 6), abs=NEAR)

    above = paper.cut_out(pixels, dpi, (0, 0, 296.9, top - 0.5))
    marks = [(start + end) / 2 for start, end in paper.dark_runs(above, dpi)]
    assert marks == pytest.approx([left + 3, left + 108, left + 114, left + 219], abs=0.1)
    beside = paper.cut_out(pixels, dpi, (0, 0, left - 0.5, 209.9)).rotate(90, expand=True)
    marks = [(start + end) / 2 for start, end in paper.dark_runs(beside, dpi)]
    assert marks == pytest.approx([top + 3, top + 151], abs=0.1)

    for strip in (
        (0.0, top - 0.9, 296.9, top - 0.1),
        (0.0, bottom + 0.1, 296.9, bottom + 0.9),
        (left - 0.9, 0.0, left - 0.1, 209.9),
        (right + 0.1, 0.0, right + 0.9, 209.9),
    ):
        darkest, _ = paper.cut_out(pixels, dpi, strip).getextrema()
        assert darkest == 255, "nothing is printed between the bleed and the marks"


def test_only_the_two_faces_of_the_house_are_used_and_all_of_them_are_embedded(job: Job) -> None:
    for pdf in (job.inserts, job.printed.packing_sheets):
        lines = paper.run("pdffonts", str(pdf)).decode().splitlines()[2:]
        names = {line.split()[0].rpartition("+")[2].replace("-", "") for line in lines}
        faces = {re.sub("Bold$|Regular$|Light$", "", name) for name in names}
        assert faces == {"BeVietnamPro", "Phudu"}
        for line in lines:
            embedded, subset, to_unicode = line.split()[-5:-2]
            assert (embedded, subset, to_unicode) == ("yes", "yes", "yes")


# What must not be there


def test_no_code_stands_in_metadata_file_names_or_packing_sheets(job: Job) -> None:
    files = sorted(job.inserts.parent.iterdir())
    assert [path.name for path in files] == ["inserts.pdf", "packing-sheets.pdf"]
    packing = paper.text(job.printed.packing_sheets)
    assert "Phiếuđóngthùng" in packing
    for page in range(1, paper.count_pages(job.printed.packing_sheets) + 1):
        assert paper.scan(paper.image(job.printed.packing_sheets, page, 150), 150) == []
    for pdf in files:
        with pikepdf.open(pdf) as opened:
            about = {str(key): str(value) for key, value in opened.docinfo.items()}
            objects = b"".join(
                found.read_bytes() if isinstance(found, pikepdf.Stream) else str(found).encode()
                for found in opened.objects
            )
            assert about["/Title"] == f"TY-1 {pdf.stem.replace('-', ' ')}"
            assert "/Metadata" not in opened.Root
            assert not list(opened.attachments)
        for code in job.boxes:
            assert code not in json.dumps(about)
            assert code.encode() not in objects
            assert code not in packing
            assert code[:6] not in packing


def test_a_packing_sheet_lists_the_editions_of_its_case_with_their_kits(job: Job) -> None:
    cases: dict[int, dict[int, str]] = {}
    for box in job.boxes.values():
        cases.setdefault(box.content.case, {})[box.content.edition] = KITS[box.kit_id]
    assert paper.count_pages(job.printed.packing_sheets) == len(cases) == 4
    for case, expected in sorted(cases.items()):
        words = paper.words(job.printed.packing_sheets, case)
        column = next(word.left for word in words if word.text == "Edition")
        listed = {}
        for word in words:
            if word.text.isdecimal() and abs(word.left - column) < 1 and word.bottom - word.top > 6:
                row = [
                    other.text
                    for other in words
                    if other.left > column + 10
                    and abs(other.top + other.bottom - word.top - word.bottom) < 10
                ]
                listed[int(word.text)] = next(name for name in KITS.values() if name in " ".join(row))
        assert listed == expected


# Practice


def test_a_practice_print_opens_at_the_given_address_and_does_not_count(practice: Job) -> None:
    texts = [symbol.text for _, symbols in backs(practice) for symbol in symbols]
    assert sorted(texts) == sorted(f"HTTP://192.168.1.20:8000/B/{code}" for code in practice.boxes)
    assert practice.printed.practice
    assert show_run(practice.station, "TY-1").state == "sealed"
    names = [path.name for path in practice.inserts.parent.iterdir()]
    assert sorted(names) == ["practice-inserts.pdf", "practice-packing-sheets.pdf"]


def test_every_side_of_every_practice_card_is_marked_and_no_real_card_is(practice: Job, job: Job) -> None:
    for page in range(1, paper.count_pages(practice.inserts) + 1):
        marks = [word.text for word in paper.words(practice.inserts, page)]
        assert marks.count("PRACTICE") == 2
    assert "PRACTICE" in paper.text(practice.printed.packing_sheets)
    assert "PRACTICE" not in paper.text(job.inserts)
    assert "PRACTICE" not in paper.text(job.printed.packing_sheets)


def test_a_practice_print_after_the_real_one_leaves_it_and_its_state_alone(small: Station) -> None:
    real = paper.print_it(small)
    before = real.inserts.read_bytes()
    paper.print_it(small, practice_url="https://trial.example")
    assert show_run(small, "TY-1").state == "printed"
    assert real.inserts.read_bytes() == before


@pytest.mark.parametrize(
    "address",
    [
        "192.168.1.20:8000",
        "ftp://192.168.1.20",
        "http://",
        "http://h.example/shop",
        "http://h.example?x=1",
        "http://h.example#x",
        "http://[::1",
        "http://h.example:port",
        "http://h .example",
        "",
    ],
)
def test_a_practice_address_that_no_phone_opens_is_refused(address: str) -> None:
    with pytest.raises(BaseUrlError, match=r"http://192\.168\.1\.20:8000"):
        practice_address(address)


def test_nothing_is_printed_for_a_practice_address_that_no_phone_opens(small: Station) -> None:
    with pytest.raises(BaseUrlError, match=r"http://192\.168\.1\.20:8000"):
        paper.print_it(small, practice_url="http://h.example/shop")
    assert not (small.workspace.state / "out").exists()


# Refused


def test_a_run_is_never_printed_for_another_address_than_it_was_committed_for(small: Station) -> None:
    folder = small.workspace.root
    replace_in(folder / "hopke.toml", "https://h.example", "https://moved.example")
    moved = Station(find_workspace(str(folder)), small.ledger, small.vault)
    words = refused(moved, BaseUrlError)
    assert "https://h.example" in words
    assert "https://moved.example" in words
    assert "Put the old address back" in words


def rows(station: Station) -> list[SealedBox]:
    """Return the rows of TY-1."""
    with station.ledger.reading() as session:
        return list(session.exec(select(SealedBox).order_by(col(SealedBox.tag))))


def rewrite(station: Station, tag: bytes, sealed: bytes) -> None:
    """Write another value into a row."""
    with station.ledger.writing() as session:
        row = session.get_one(SealedBox, tag)
        row.sealed = sealed
        session.add(row)


def test_a_ledger_with_two_rows_exchanged_is_not_printed(small: Station) -> None:
    first, second = rows(small)
    rewrite(small, first.tag, second.sealed)
    rewrite(small, second.tag, first.sealed)
    assert "TY-1" in refused(small, OpenError)


def test_a_ledger_with_one_changed_bit_is_not_printed(small: Station) -> None:
    first = rows(small)[0]
    rewrite(small, first.tag, first.sealed[:20] + bytes([first.sealed[20] ^ 1]) + first.sealed[21:])
    refused(small, OpenError)


def test_a_ledger_with_a_row_missing_is_not_printed(small: Station) -> None:
    with small.ledger.writing() as session:
        session.delete(session.get_one(SealedBox, rows(small)[1].tag))
    words = refused(small, LedgerIncompleteError)
    assert "backup" in words


def test_a_row_sealed_again_with_another_kit_is_not_printed(small: Station) -> None:
    # Only the print station could do this, for it has the codes; the card would then belong to no proof.
    box = next(iter(paper.boxes_of(small).values()))
    other = SealedContent(**(vars(box.content) | {"kit": 1 - box.content.kit}))
    rewrite(small, box.label.tag, seal_row(box.label.code, "TY-1", other))
    refused(small, UserError)


def test_a_contents_root_that_is_not_that_of_the_boxes_is_not_printed(small: Station) -> None:
    with small.ledger.writing() as session:
        run = session.get_one(Run, "TY-1")
        run.contents_root = bytes(32)
        session.add(run)
    refused(small, UserError)


def test_a_run_whose_kit_has_left_the_series_is_refused_in_words(small: Station) -> None:
    path = small.workspace.kits / "tiny" / "series.toml"
    replace_in(path, '[[kits]]\nid = "bridge"\nshare = 4\ndigit = "2"\n', "")
    assert "bridge" in refused(small, UserError)


QR = '<a href="slot:qr"></a>'
CODE = '<a class="code" href="slot:code?font=BeVietnamPro-Bold.ttf&size=14.6&track=1.13"></a>'
EDITION = '<a class="number" href="slot:edition?font=Phudu-Bold.ttf&size=15"></a>'
ROOT = '<a class="root-1" href="slot:root-1?font=BeVietnamPro-Bold.ttf&size=7.2&track=.51"></a>'
COLOUR = '<a href="slot:colour?font=Phudu-Bold.ttf&size=9"></a>'
GROUND = '<div class="qr">'
FOOT = '<p class="foot">'


@pytest.mark.parametrize(
    ("old", "new", "kind", "told"),
    [
        (QR, "", SlotMissingError, "does not show qr"),
        (CODE, "", SlotMissingError, "does not show code"),
        (EDITION, "", SlotMissingError, "does not show edition"),
        (EDITION, EDITION + COLOUR, SlotMissingError, "colour"),
        (QR, QR + QR, SlotError, "qr stands twice"),
        (CODE, CODE.replace("&size=14.6", ""), SlotError, "lacks a font or a size"),
        (CODE, CODE.replace("size=14.6", "size=40"), TextOverflowError, "wider than the slot code"),
        (CODE, CODE.replace("BeVietnamPro-Bold", "Nobody"), DesignError, "no font Nobody.ttf"),
        (GROUND, '<div class="qr" style="background:#000">', ProofFailedError, "0 readable QR codes"),
        (FOOT, "{{ another }}" + FOOT, ProofFailedError, "2 readable QR codes"),
        ("slot:root-2?", "slot:root?", SlotMissingError, "asks for an unknown root"),
        (ROOT, "<b>{{ leaf.root }}</b>", DesignError, "no attribute 'root'"),
        ("{{ leaf.kit.pieces }}", "{{ leaf.kit.peaces }}", DesignError, "peaces"),
    ],
    ids=[
        "no QR", "no code", "no edition", "an unknown slot", "two slots", "no size", "too large a code",
        "an unknown font", "a dark ground", "a QR of its own", "half a root", "a root that is typeset",
        "an unknown value",
    ],
)  # fmt: skip
def test_a_design_that_shows_the_wrong_thing_is_caught_before_anything_is_released(
    small: Station, old: str, new: str, kind: type[UserError], told: str
) -> None:
    made = qrcode.QRCode(border=4)
    made.add_data("HTTPS://E.EXAMPLE/B/0123456789ABCDEFGH")
    rows = made.get_matrix()
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, on in enumerate(row) if on)
    another = (
        '<svg style="position:absolute;left:60mm;top:100mm;width:33mm;background:#fff" '
        f'viewBox="0 0 {len(rows)} {len(rows)}"><path d="{dark}"/></svg>'
    )
    replace_in(small.workspace.designs / "insert" / "back.html", old, new.replace("{{ another }}", another))
    assert told in refused(small, kind)


def test_a_qr_that_would_be_too_small_to_scan_is_refused_with_its_size(small: Station) -> None:
    place = "left: 0; top: 0; width: 33mm; height: 33mm"
    replace_in(small.workspace.designs / "insert" / "style.css", place, place.replace("33", "9"))
    words = refused(small, ModuleTooSmallError)
    assert "0.25 mm" in words
    assert "shorter base_url" in words


def test_the_same_run_is_printed_with_the_same_bytes(small: Station) -> None:
    first = paper.print_it(small).inserts.read_bytes()
    assert paper.print_it(small).inserts.read_bytes() == first


def test_without_poppler_nothing_is_printed(small: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "poppler" in refused(small, RendererMissingError)


# What a design may fetch


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[str, list[str]]]:
    """A web server that sings when somebody comes: its address, and what it was asked for."""
    asked: list[str] = []

    class Canary(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def designer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """A workspace whose design `try` is written by the tests."""
    station = paper.make_station(tmp_path_factory.mktemp("designer") / "tiny")
    folder = station.workspace.designs / "try"
    folder.mkdir()
    (folder / "design.toml").write_text('sides = ["page.html"]\n')
    yield station
    station.ledger.close()


FACE = (
    '@font-face { font-family: Body; src: url("font:BeVietnamPro-Regular.ttf") } body { font-family: Body }'
)


def set_page(designer: Station, body: str, style: str = "") -> bytes:
    """Set a page of the design `try`."""
    folder = designer.workspace.designs / "try"
    (folder / "page.html").write_text(f"<p>Words</p>{body}", "utf-8")
    (folder / "style.css").write_text(f"{style} {FACE}", "utf-8")
    out = designer.workspace.state / "try.pdf"
    job = PressJob(title="Try", made_at=NOW)
    print_pages(designer.workspace, "try", [{}], job, out, progress=lambda _done, _whole: None)
    return out.read_bytes()


PLACES = {
    "img": '<img src="{url}" alt="">',
    "srcset": '<img src="{url}" srcset="{url} 2x" alt="">',
    "link": '<link rel="stylesheet" href="{url}">',
    "style in the page": '<style>@import url("{url}");</style>',
    "inline style": '<div style="background-image: url({url})">x</div>',
    "list mark": '<ul style="list-style-image: url({url})"><li>x</li></ul>',
    "border": '<p style="border: 1px solid; border-image-source: url({url})">x</p>',
    "object": '<object data="{url}"></object>',
    "embed": '<embed src="{url}">',
    "svg image": '<svg width="9" height="9"><image href="{url}" width="9" height="9"/></svg>',
    "attachment": '<link rel="attachment" href="{url}">',
    "linked attachment": '<a rel="attachment" href="{url}">x</a>',
}
STYLES = {
    "import": '@import "{url}";',
    "font": '@font-face {{ font-family: Far; src: url("{url}") }} p {{ font-family: Far }}',
    "background": 'p {{ background: url("{url}") }}',
    "content": 'p::before {{ content: url("{url}") }}',
    "page": '@page {{ background: url("{url}") }}',
    "margin": '@page {{ @top-left {{ content: url("{url}") }} }}',
}
ADDRESSES = ["{canary}/x", "//{far}/x", "file:///etc/passwd", "../../../../../../../../etc/passwd"]


@pytest.mark.parametrize("place", [*PLACES, *STYLES])
def test_a_design_that_asks_for_anything_outside_the_workspace_is_refused_and_asks_nobody(
    designer: Station, canary: tuple[str, list[str]], place: str
) -> None:
    address, asked = canary
    for template in ADDRESSES:
        url = template.format(canary=address, far=address.removeprefix("http://"))
        if template.startswith("//"):
            url = f"http:{url}"
        with pytest.raises(DesignError) as refusal:
            set_page(
                designer,
                PLACES.get(place, "").format(url=url),
                STYLES.get(place, "").format(url=url),
            )
        assert "etc/passwd" in str(refusal.value) or address in str(refusal.value)
        assert "Put the file into the design" in str(refusal.value)
    assert asked == []


@pytest.mark.parametrize(
    "body",
    [
        '<iframe src="{url}"></iframe>',
        '<script src="{url}"></script>',
        '<video src="{url}" poster="{url}"></video>',
        '<audio src="{url}"></audio>',
        '<link rel="prefetch" href="{url}"><link rel="icon" href="{url}">',
        '<meta http-equiv="refresh" content="0; url={url}">',
        '<form action="{url}"><input type="image" src="{url}"></form>',
        '<a href="{url}" ping="{url}">x</a>',
        '<p style="cursor: url({url}), auto">x</p>',
        '<svg width="9" height="9"><use href="{url}#a"/></svg>',
        '<svg width="9" height="9"><style>@import "{url}";</style><rect fill="url({url}#a)"/></svg>',
        '<base href="{url}"><img src="relative.png" alt="">',
    ],
)
def test_what_paper_cannot_show_is_not_asked_for(
    designer: Station, canary: tuple[str, list[str]], body: str
) -> None:
    with contextlib.suppress(DesignError):
        set_page(designer, body.format(url=f"{canary[0]}/x"))
    assert canary[1] == []


@pytest.mark.parametrize(
    "url",
    [
        "HTTP://{far}/x",
        "ftp://{far}/x",
        "data:image/png;base64,AAAA",
        "file://localhost/etc/passwd",
        "file:/etc/passwd",
        "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "../../hopke.toml",
        "../../var/ledger.sqlite3",
        "../../stories/fish/en.md",
        "font:../../secret.ttf",
        "font:/etc/passwd",
        "nowhere.png",
        "leak.png",
        "/dev/zero",
    ],
)
def test_no_spelling_of_an_address_leads_out_of_kits_and_print(
    designer: Station, canary: tuple[str, list[str]], url: str
) -> None:
    leak = designer.workspace.designs / "try" / "leak.png"
    leak.unlink(missing_ok=True)
    leak.symlink_to("/etc/passwd")
    with pytest.raises(DesignError):
        set_page(designer, f'<img src="{url.format(far=canary[0].removeprefix("http://"))}" alt="">')
    assert canary[1] == []


@pytest.mark.parametrize("url", ["{canary}/x", "file:///etc/passwd", "../../../../../../../../etc/passwd"])
def test_a_picture_inside_a_drawing_is_refused_too(
    designer: Station, canary: tuple[str, list[str]], url: str
) -> None:
    drawing = designer.workspace.designs / "try" / "drawing.svg"
    inside = f'<image href="{url.format(canary=canary[0])}" width="9" height="9"/>'
    drawing.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{inside}</svg>')
    with pytest.raises(DesignError):
        set_page(designer, '<img src="drawing.svg" alt="">')
    assert canary[1] == []


def test_a_design_without_a_font_of_its_own_does_not_bring_the_program_down(designer: Station) -> None:
    set_page(designer, "")
    (designer.workspace.designs / "try" / "style.css").write_text("")
    script = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from app.press.design import DesignError\n"
        "from app.press.job import Job\n"
        "from app.press.pages import print_pages\n"
        "from app.workspace import find_workspace\n"
        "job = Job(title='Try', made_at=datetime.now(UTC))\n"
        "try:\n"
        "    print_pages(find_workspace(sys.argv[1]), 'try', [{}], job, Path(sys.argv[2]), "
        "progress=lambda _done, _whole: None)\n"
        "except DesignError as error:\n"
        "    print(error)\n"
    )
    out = designer.workspace.state / "bare.pdf"
    command = [sys.executable, "-c", script, str(designer.workspace.root), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"it ended with {done.returncode}: {done.stderr[-200:]}"


def test_the_canary_sings_when_it_is_asked(canary: tuple[str, list[str]]) -> None:
    with urllib.request.urlopen(f"{canary[0]}/control") as answer:
        assert answer.status == 200
    assert canary[1].pop() == "/control"


def test_a_design_may_use_its_own_files_and_the_kits_pictures(designer: Station) -> None:
    folder = designer.workspace.designs / "try"
    shutil.copy(designer.workspace.kits / "tiny" / "fish" / "art.svg", folder / "own.svg")
    art = (designer.workspace.kits / "tiny" / "fish" / "art.svg").as_uri()
    assert set_page(designer, f'<img src="own.svg" alt=""><img src="{art}" alt="">').startswith(b"%PDF")
