"""What a print shop gets of a run, and how much room the designs leave: widest code, longest number."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest

from app.catalogue import read_series
from app.core.code import ALPHABET
from app.core.commitment import printed_root
from app.press.cards import print_cards
from app.press.design import read_design
from app.press.job import Job
from app.press.preflight import preflight
from app.press.proof import prove_cards
from app.press.typeface import Typeface, read_typeface
from app.runs import Station
from app.runs.committing import WIDE_ROOT
from app.runs.decks import PackedBox, case_label_deck, edition_words, insert_deck, label_deck
from app.runs.life import show_run
from app.runs.orders import FILES
from app.runs.printing import Printed
from app.workspace import Paper
from tests.conftest import NOW
from tests.press import paper
from tests.press.ordered import Ordered, codes_of, files_in, folder_of, order_of, quiet, scanned

STAMPED = {"insert": (105, 148), "label": (63.5, 38.1), "seal": (90, 20), "case-label": (148, 105)}
"""Width and height of each card in millimetres, trimmed."""

MOST = 100_000
POINTS = 72 / 25.4


@pytest.fixture(scope="module")
def pressed(ordered: Ordered) -> Printed:
    """Everything of TY-1, for a print shop."""
    return order_of(ordered.station, *FILES, target="press")


def box_mm(page: pikepdf.Page, name: str) -> list[float]:
    """Return a box of a page in millimetres."""
    return [float(side) / POINTS for side in page.obj.get(name, page.mediabox)]


# For a print shop


@pytest.mark.parametrize("thing", FILES)
def test_everything_for_the_press_is_fit_for_it_and_says_so(pressed: Printed, thing: str) -> None:
    path = pressed.file(thing).path
    assert path.name == f"{FILES[thing]}-press.pdf"
    assert preflight(path, "press") == ()
    with pikepdf.open(path) as pdf:
        (intent,) = pdf.Root.OutputIntents
        assert [str(intent.S), str(intent.OutputConditionIdentifier)] == ["/GTS_PDFX", "FOGRA39"]
        assert len(pdf.trailer.ID) == 2
        assert pdf.docinfo["/Trapped"] in ("/False", "/True")
        xmp = pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)
        assert xmp["{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion"] == "PDF/X-4"
        assert xmp["{http://purl.org/dc/elements/1.1/}title"] == str(pdf.docinfo["/Title"])
        for page in pdf.pages:
            assert {"/TrimBox", "/BleedBox"} <= set(page.obj)


@pytest.mark.parametrize("thing", STAMPED)
def test_a_shop_gets_one_card_a_page_in_its_bleed(pressed: Printed, thing: str) -> None:
    width, height = STAMPED[thing]
    file = pressed.file(thing)
    assert file.cards is not None
    assert file.cards.each == 1
    with pikepdf.open(file.path) as pdf:
        assert len(pdf.pages) == {"insert": 32, "case-label": 4}.get(thing, 16)
        beyond = 0 if thing == "label" else 3  # a label's ground is the paper's own white
        for page in pdf.pages:
            bleed = (width + 2 * beyond, height + 2 * beyond)
            trim = [beyond, beyond, width + beyond, height + beyond]
            assert box_mm(page, "/TrimBox") == pytest.approx(trim, abs=0.05)
            assert box_mm(page, "/BleedBox") == pytest.approx([0, 0, *bleed], abs=0.1)
            assert box_mm(page, "/MediaBox") == pytest.approx([0, 0, *bleed], abs=0.1)


def test_every_card_for_the_press_scans_and_counts_as_printed(ordered: Ordered, pressed: Printed) -> None:
    seen = sorted(symbol.text for _, symbol in scanned(pressed.file("insert").path, dpi=120))
    assert seen == sorted(f"HTTPS://H.EXAMPLE/B/{code}" for code in codes_of(ordered.station).values())
    assert pressed.boxes == 16
    assert show_run(ordered.station, "TY-1").state == "printed"


def test_a_shop_gets_the_same_bytes_twice_and_the_office_file_stays(
    ordered: Ordered, pressed: Printed
) -> None:
    before = files_in(folder_of(ordered.station))
    for thing in ("insert", "case-label", "run-sheet"):
        assert pressed.file(thing).path.name in before
    order_of(ordered.station, "insert", "case-label", "run-sheet", target="press", processes=1)
    assert files_in(folder_of(ordered.station)) == before


# How much room there is


def rarest_of(face: Typeface, length: int) -> str:
    """Return so many letters that are wider than all but one in a billion of as many."""
    letter = np.zeros(2000)
    for sign in ALPHABET:
        letter[round(face.width(sign, 1000, 0))] += 1 / len(ALPHABET)
    chance = np.ones(1)
    for _ in range(length):
        chance = np.convolve(chance, letter)
    rarest = int(np.argmax(chance.cumsum() > 1 - 1e-9))
    lines = ("W" * wide + "G" * (length - wide) for wide in range(length + 1))
    return next(line for line in lines if face.width(line, 1000, 0) > rarest)


@pytest.mark.parametrize("design", ["insert", "insert-small"])
def test_a_code_and_a_root_wider_than_all_but_one_in_a_billion_and_the_longest_number_fit_the_card(
    ordered: Ordered, design: str, tmp_path: Path
) -> None:
    station = Station(
        replace(ordered.workspace, paper=Paper(insert=design)), ordered.station.ledger, ordered.station.vault
    )
    face = read_typeface(station.workspace, "BeVietnamPro-Bold.ttf", ALPHABET)
    code, line = rarest_of(face, 18), rarest_of(face, 16)
    assert printed_root(WIDE_ROOT) == line + line
    series = read_series(station.workspace, "tiny")
    kits = {kit.id: kit for kit in series.kits}
    boxes = [
        PackedBox(box.label._replace(code=code), kits[box.kit_id], replace(box.content, edition=MOST))
        for box in list(paper.boxes_of(station).values())[:1]
    ]
    run = show_run(station, "TY-1").model_copy(update={"boxes": MOST, "contents_root": WIDE_ROOT})
    deck = insert_deck(station, run, series, boxes, "https://h.example")
    assert deck.cards[0].texts["edition"] == edition_words(run, MOST) == "Số 100000 / 100000"
    path = tmp_path / "cards.pdf"
    job = Job(title="Widest", made_at=NOW)
    print_cards(station.workspace, design, deck.variants, deck.cards, job, path, progress=quiet)
    prove_cards(path, deck.due, len(read_design(station.workspace, design).sides), progress=quiet)
    (found,) = scanned(path)
    assert found[1].text == f"HTTPS://H.EXAMPLE/B/{code}"


@pytest.mark.parametrize("thing", ["label", "seal", "case-label"])
def test_the_longest_number_fits_what_stands_outside(ordered: Ordered, thing: str, tmp_path: Path) -> None:
    station = ordered.station
    series = read_series(station.workspace, "tiny")
    run = show_run(station, "TY-1").model_copy(update={"boxes": MOST, "case_size": 1})
    if thing == "case-label":
        whole = case_label_deck(station, run, series, "https://h.example")
        deck = replace(whole, cards=whole.cards[-1:], due=whole.due[-1:])
    else:
        deck = label_deck(thing, station, run, series, (MOST,), "https://h.example")
    path = tmp_path / "cards.pdf"
    job = Job(title="Longest", made_at=NOW)
    print_cards(station.workspace, thing, deck.variants, deck.cards, job, path, progress=quiet)
    prove_cards(path, deck.due, 1, progress=quiet)
    assert "100000/100000" in paper.text(path)
