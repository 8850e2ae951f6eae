"""Cards on every sheet a maker may have, measured and scanned: papers, labels, begun sheets, piles."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from app.press import cards as press_cards
from app.press.cards import PrintedCards, print_cards
from app.press.job import Job, SheetMissingError, corrections
from app.press.slots import SlotError
from app.press.stamping import Card
from app.reading import KeyWrongError
from app.runs.printer import DriftError, describe_sheets, print_calibration, store_drift
from app.workspace import Workspace
from tests.conftest import NOW
from tests.press import paper

SIZE = (60.0, 38.0)
FACE = '@font-face { font-family: Body; src: url("font:BeVietnamPro-Regular.ttf") }'
STYLE = f"""{FACE}
.side {{ font: 8pt Body; position: absolute; left: -3mm; top: -3mm; width: 66mm; height: 44mm }}
.side {{ background: #ddd }}
.q {{ left: 33mm; top: 8mm; width: 24mm; height: 24mm }}
.w {{ position: absolute; left: 33mm; top: 8mm; width: 24mm; height: 24mm; background: #fff }}
.n {{ left: 3mm; top: 33mm; width: 28mm; height: 5mm }}
"""
NAME = '<a class="n" href="slot:name?font=BeVietnamPro-Bold.ttf&size=9{align}"></a>'
PLAIN = (
    f'<div class="side"></div><div class="w"></div><a class="q" href="slot:qr"></a>{NAME.format(align="")}'
)

Make = Callable[..., PrintedCards]


@pytest.fixture
def design(workspace: Workspace) -> Path:
    """A design of one or two sides: a grey ground, a symbol and a name."""
    folder = workspace.designs / "plain"
    folder.mkdir()
    (folder / "design.toml").write_text(
        f'sides = ["card.html"]\nwidth_mm = {SIZE[0]:g}\nheight_mm = {SIZE[1]:g}\n'
    )
    (folder / "card.html").write_text(PLAIN)
    (folder / "back.html").write_text('<div class="side">{{ leaf.name }}</div>')
    (folder / "style.css").write_text(STYLE)
    return folder


@pytest.fixture
def make(workspace: Workspace, design: Path) -> Make:
    """Print `count` plain cards into card.pdf."""

    path = design / "card.pdf"

    def print_some(count: int, *, text: str = "{}", **how: object) -> PrintedCards:
        job = Job(title="Plain", made_at=NOW, **how)  # type: ignore[arg-type]
        cards = [
            Card("all", {"qr": f"HTTPS://H.EXAMPLE/{number:05}", "name": text.format(number)})
            for number in range(count)
        ]
        values = {"all": {"name": "Back"}}
        return print_cards(workspace, "plain", values, cards, job, path, progress=lambda _done, _of: None)

    return print_some


def two_sided(design: Path) -> None:
    """Give the plain card a back."""
    settings = design / "design.toml"
    settings.write_text(settings.read_text().replace('["card.html"]', '["card.html", "back.html"]'))


def numbers(pdf: Path, page: int) -> list[int]:
    """Return what the symbols of a page say, row by row."""
    dpi = 200
    found = paper.scan(paper.image(pdf, page, dpi), dpi)
    return [int(symbol.text.rpartition("/")[2]) for symbol in found]


@pytest.mark.parametrize(
    ("sheet", "size", "each"),
    [("A4", (210, 297), 16), ("A3", (297, 420), 36), ("SRA3", (320, 450), 36), ("Letter", (215.9, 279.4), 12),
     ("card", (66, 44), 1), ("labels-a4-21", (210, 297), 21)],
)  # fmt: skip
def test_every_sheet_has_its_size_and_its_cards_and_the_last_one_may_be_partly_empty(
    make: Make, design: Path, sheet: str, size: tuple[float, float], each: int
) -> None:
    made = make(each + 1, sheet=sheet)
    pdf = design / "card.pdf"
    assert (made.each, made.sheets, made.sides) == (each, 2, 1)
    assert sorted(paper.page_size(pdf)) == pytest.approx(sorted(size), abs=0.05)
    assert numbers(pdf, 1) == list(range(each))
    assert numbers(pdf, 2) == [each]


def test_a_single_card_is_trimmed_inside_its_bleed(make: Make, design: Path) -> None:
    make(1, sheet="card")
    with pikepdf.open(design / "card.pdf") as pdf:
        page = pdf.pages[0].obj
        trim, bleed, media = (
            [float(side) / 72 * 25.4 for side in box]
            for box in (page.TrimBox, page.BleedBox, pdf.pages[0].mediabox)
        )
    assert trim == pytest.approx([3, 3, 63, 41], abs=0.05)
    assert bleed == pytest.approx(media, abs=0.05)
    left, top, right, bottom = paper.inked(paper.image(design / "card.pdf", 1, 300), 300)
    assert (left, top, right, bottom) == pytest.approx((0, 0, 66, 44), abs=0.1)


def test_the_trim_box_of_a_sheet_is_its_block_of_cards(make: Make, design: Path) -> None:
    make(16, sheet="A4")
    with pikepdf.open(design / "card.pdf") as pdf:
        x1, y1, x2, y2 = (float(side) / 72 * 25.4 for side in pdf.pages[0].obj.TrimBox)
    pixels = paper.image(design / "card.pdf", 1, 300)
    dark = pixels.point(lambda grey: 0 if 180 < grey < 240 else 255)
    left, _, right, _ = paper.inked(dark, 300)
    assert (x1 - 3, x2 + 3) == pytest.approx((left, right), abs=0.15)
    assert (x2 - x1, y2 - y1) == pytest.approx((4 * 60 + 3 * 6, 4 * 38 + 3 * 6), abs=0.1)


def test_a_begun_sheet_of_labels_is_used_from_the_cell_asked_for(make: Make, design: Path) -> None:
    make(5, sheet="labels-a4-21", start=20)
    pdf = design / "card.pdf"
    dpi = 200
    first = paper.scan(paper.image(pdf, 1, dpi), dpi)
    assert numbers(pdf, 1) == [0, 1]
    assert numbers(pdf, 2) == [2, 3, 4]
    # The twentieth of three columns is in the middle of the last row.
    assert 7.25 + 66 < first[0].left < 7.25 + 2 * 66
    assert first[0].top > 15.15 + 6 * 38.1


def test_stacked_cards_are_in_order_when_the_cut_piles_are_laid_together(make: Make, design: Path) -> None:
    made = make(30, sheet="A4", stacked=True)
    sheets = [numbers(design / "card.pdf", page + 1) for page in range(made.sheets)]
    piles = [[sheet[cell] for sheet in sheets if cell < len(sheet)] for cell in range(made.each)]
    assert [card for pile in piles for card in pile] == list(range(30))


def test_backs_are_moved_as_the_printer_needs_and_fronts_are_not(make: Make, design: Path) -> None:
    two_sided(design)

    def places() -> tuple[tuple[float, ...], tuple[float, ...]]:
        pdf = design / "card.pdf"
        front, back = (
            paper.inked(paper.image(pdf, page, 300).point(lambda grey: 0 if 180 < grey < 240 else 255), 300)
            for page in (1, 2)
        )
        return front, back

    make(12)
    front, back = places()
    make(12, back_mm={"short": (1.5, -0.7), "long": (9.0, 9.0)})
    moved_front, moved_back = places()
    assert moved_front == front
    assert [a - b for a, b in zip(moved_back, back, strict=True)] == pytest.approx(
        [1.5, -0.7, 1.5, -0.7], abs=0.1
    )


def test_a_sheet_that_nobody_described_is_refused_with_the_names_of_those_that_are(make: Make) -> None:
    with pytest.raises(SheetMissingError, match=r"A4, A3, SRA3, Letter, card, .*labels-a4-21"):
        make(1, sheet="A5-labels")


def test_a_sheet_file_with_a_mistake_is_told_by_its_place(workspace: Workspace, make: Make) -> None:
    path = workspace.designs / "sheets" / "labels-a4-21.toml"
    path.write_text(path.read_text("utf-8").replace("columns = 3", "columns = 9"), "utf-8")
    with pytest.raises(KeyWrongError, match="beyond the sheet"):
        make(1, sheet="labels-a4-21")


# The same bytes


@pytest.mark.parametrize("target", ["office", "press"])
def test_the_same_cards_have_the_same_bytes_twice_and_with_one_and_two_processes(
    make: Make, design: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press_cards, "CARDS_AT_ONCE", 24)
    digests = set()
    for processes in (1, 1, 2, 3):
        make(100, target=target, sheet="A4", processes=processes)
        digests.add(hashlib.sha256((design / "card.pdf").read_bytes()).hexdigest())
    assert len(digests) == 1
    assert [number for page in range(1, 8) for number in numbers(design / "card.pdf", page)] == list(
        range(100)
    )


def test_another_time_or_another_card_gives_other_bytes(make: Make, design: Path) -> None:
    make(2)
    first = (design / "card.pdf").read_bytes()
    make(3)
    assert (design / "card.pdf").read_bytes() != first


# Slots


@pytest.mark.parametrize("align", ["", "&align=left", "&align=centre"])
def test_a_line_stands_left_or_in_the_middle_of_its_slot(make: Make, design: Path, align: str) -> None:
    (design / "card.html").write_text(PLAIN.replace(NAME.format(align=""), NAME.format(align=align)))
    make(1, sheet="card", text="Mm")
    (word,) = paper.words(design / "card.pdf", 1)
    if align == "&align=centre":
        assert (word.left + word.right) / 2 == pytest.approx(3 + 3 + 14, abs=0.3)
    else:
        assert word.left == pytest.approx(6, abs=0.3)


def test_an_alignment_that_is_not_known_is_refused(make: Make, design: Path) -> None:
    (design / "card.html").write_text(
        PLAIN.replace(NAME.format(align=""), NAME.format(align="&align=middle"))
    )
    with pytest.raises(SlotError, match="name"):
        make(1)


def test_a_long_address_is_told_in_millimetres(make: Make, workspace: Workspace, design: Path) -> None:
    assert make(1).note == ""
    address = "HTTPS://A-RATHER-LONG-MUSEUM.EXAMPLE/B/0123456789ABCDEFGH"
    card = Card("all", {"qr": address, "name": "x"})
    job = Job(title="Long", made_at=NOW)
    made = print_cards(
        workspace,
        "plain",
        {"all": {"name": ""}},
        [card],
        job,
        design / "card.pdf",
        progress=lambda _done, _of: None,
    )
    assert "29 modules a side instead of 25" in made.note
    assert f"{made.module_mm:.2f} mm" in made.note
    assert "0.68 mm" in made.note  # 24 mm hold 33 modules of eight dots


# The printer at hand


def test_what_calibration_stores_undoes_the_drift_of_that_edge_alone(workspace: Workspace) -> None:
    assert corrections(workspace) == {"long": (0.0, 0.0), "short": (0.0, 0.0)}
    store_drift(workspace, "short", 0.5, -0.25)
    assert corrections(workspace) == {"long": (0.0, 0.0), "short": (0.5, 0.25)}
    store_drift(workspace, "long", -1, 2)
    assert corrections(workspace) == {"long": (-1.0, -2.0), "short": (0.5, 0.25)}
    with pytest.raises(DriftError, match="wrong reading"):
        store_drift(workspace, "long", 9, 0)
    assert corrections(workspace)["long"] == (-1.0, -2.0)


def test_a_sheet_whose_back_drifted_lies_behind_its_front_once_it_was_read_and_stored(
    make: Make, workspace: Workspace, design: Path
) -> None:
    two_sided(design)
    drift = (0.8, 0.6)  # what the printer does to every back, as seen on the front

    def grey(page: int) -> tuple[float, ...]:
        pixels = paper.image(design / "card.pdf", page, 300)
        return paper.inked(pixels.point(lambda shade: 0 if 180 < shade < 240 else 255), 300)

    store_drift(workspace, "short", *drift)
    make(12, back_mm=corrections(workspace))
    width = paper.page_size(design / "card.pdf")[0]
    front, back = grey(1), grey(2)
    seen = (width - back[2] + drift[0], back[1] + drift[1], width - back[0] + drift[0], back[3] + drift[1])
    assert seen == pytest.approx(front, abs=0.12)


def test_the_calibration_page_has_two_sides_of_the_paper_asked_for(workspace: Workspace) -> None:
    path = print_calibration(workspace, "Letter", "long", now=NOW)
    assert paper.count_pages(path) == 2
    assert paper.page_size(path) == pytest.approx((215.9, 279.4), abs=0.1)


def test_all_sheets_are_listed_with_their_sizes(workspace: Workspace) -> None:
    listed = dict(describe_sheets(workspace))
    assert listed["SRA3"] == "320 × 450 mm"
    assert "3 × 7 labels of 63.5 × 38.1 mm" in listed["labels-a4-21"]
