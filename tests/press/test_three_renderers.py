"""Cards as three renderers draw them: two decoders read all, no module grows, black ink carries them."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
import pytest

from app.core.code import ALPHABET, CODE_LENGTH
from app.press.cards import print_cards
from app.press.grading import predict_grade
from app.press.job import Job
from app.press.stamping import Card
from app.press.symbols import Family
from app.runs import Station
from tests.conftest import NOW
from tests.press import paper, renderers
from tests.press.renderers import RENDERERS, Pixels

PREFIX = "HTTPS://H.EXAMPLE/B/"
CARDS = 1000
DESIGN = {
    "design.toml": 'sides = ["page.html"]\nwidth_mm = 20\nheight_mm = 18\n',
    "page.html": '<div class="side"><i></i><a class="q" href="slot:qr"></a></div>',
    "style.css": """
.side { position: absolute; left: 0; top: 0; width: 20mm; height: 18mm }
.q { left: 3mm; top: 1.5mm; width: 14.05mm; height: 14.05mm }
i { position: absolute; left: 0; top: 16.5mm; width: 20mm; height: 1mm; background: #2a1a14 }
""",
}


@dataclass(frozen=True)
class Tickets:
    """A file of small cards with modules of 0.42 mm, eighty a sheet.

    Attributes:
        path: the file.
        sheets: what the cards of each sheet say.
        module_mm: the true side of a module.
        family: what makes their symbols.
    """

    path: Path
    sheets: list[list[str]]
    module_mm: float
    family: Family


def print_tickets(station: Station, path: Path) -> Tickets:
    """Print a thousand distinct tickets."""
    folder = station.workspace.designs / "ticket"
    folder.mkdir()
    for name, text in DESIGN.items():
        (folder / name).write_text(text)
    chance = random.Random(15415)
    addresses = [PREFIX + "".join(chance.choices(ALPHABET, k=CODE_LENGTH)) for _ in range(CARDS)]
    made = print_cards(
        station.workspace,
        "ticket",
        {"ticket": {}},
        [Card("ticket", {"qr": address}) for address in addresses],
        Job(title="Tickets", made_at=NOW),
        path,
        progress=lambda _done, _whole: None,
    )
    sheets = [addresses[start : start + made.each] for start in range(0, CARDS, made.each)]
    return Tickets(path, sheets, made.module_mm, Family(PREFIX, CODE_LENGTH, ALPHABET))


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tickets]:
    folder = tmp_path_factory.mktemp("tickets")
    station = paper.make_station(folder / "tiny")
    yield print_tickets(station, folder / "tickets.pdf")
    station.ledger.close()


@pytest.fixture(scope="module")
def inserts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, set[str]]]:
    """The cards of a small run in the repository's own design, and what they say."""
    station = paper.make_station(tmp_path_factory.mktemp("inserts") / "tiny")
    paper.seal(station, {"lantern": 1, "fish": 1}, case_size=1)
    yield paper.print_it(station).inserts, {PREFIX + code for code in paper.boxes_of(station)}
    station.ledger.close()


def changed(pdf: Path, page: int, change: Callable[[bytes], bytes]) -> Path:
    """Return a copy of a file with the operators of a page changed."""
    copy = pdf.with_name("changed.pdf")
    with pikepdf.open(pdf) as opened:
        contents = opened.pages[page - 1].obj.Contents
        operators = contents.read_bytes()
        contents.write(change(operators))
        assert contents.read_bytes() != operators
        opened.save(copy)
    return copy


def mean_growth(pixels: Pixels, tickets: Tickets, dpi: int) -> tuple[float, float]:
    """Return the growth of all symbols of a page, across and down."""
    found = renderers.read_by_zxing(pixels)
    assert len(found) == len(tickets.sheets[0])
    each = [renderers.growth(pixels, one, tickets.family, tickets.module_mm, dpi) for one in found]
    across, down = np.mean(each, axis=0)
    return float(across), float(down)


# Decoding


@pytest.mark.parametrize("name", RENDERERS)
def test_a_thousand_cards_of_a_thousand_are_read_by_both_decoders_at_300_dpi(
    tickets: Tickets, name: str
) -> None:
    read_by_zxing, read_by_zbar = set[str](), set[str]()
    for page, expected in enumerate(tickets.sheets, start=1):
        pixels = RENDERERS[name](tickets.path, page, 300)
        by_zxing = [symbol.text for symbol in renderers.read_by_zxing(pixels)]
        by_zbar = renderers.read_by_zbar(pixels)
        assert sorted(by_zxing) == sorted(expected)
        assert sorted(by_zbar) == sorted(expected)
        read_by_zxing.update(by_zxing)
        read_by_zbar.update(by_zbar)
    assert len(read_by_zxing) == len(read_by_zbar) == CARDS


@pytest.mark.parametrize("name", RENDERERS)
def test_the_insert_is_read_by_both_decoders_at_150_and_300_dpi(
    inserts: tuple[Path, set[str]], name: str
) -> None:
    path, expected = inserts
    for dpi in (150, 300):
        pixels = RENDERERS[name](path, 2, dpi)
        assert {symbol.text for symbol in renderers.read_by_zxing(pixels)} == expected
        assert set(renderers.read_by_zbar(pixels)) == expected


@pytest.mark.parametrize("name", RENDERERS)
def test_a_page_that_is_painted_over_is_read_by_neither(tickets: Tickets, name: str) -> None:
    path = changed(tickets.path, 1, lambda operators: operators + b"q 1 g 0 0 9999 9999 re f Q\n")
    pixels = RENDERERS[name](path, 1, 300)
    assert renderers.read_by_zxing(pixels) == []
    assert renderers.read_by_zbar(pixels) == []


# Modules


@pytest.mark.parametrize("smooth", [True, False], ids=["grey edges", "hard edges"])
@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("name", RENDERERS)
def test_no_module_grows(tickets: Tickets, name: str, dpi: int, smooth: bool) -> None:
    across, down = mean_growth(RENDERERS[name](tickets.path, 1, dpi, smooth=smooth), tickets, dpi)
    assert abs(across) < 0.005
    assert abs(down) < 0.005


def test_modules_off_the_printers_dots_are_seen_to_grow(tickets: Tickets) -> None:
    path = changed(tickets.path, 1, lambda operators: b"q 1 0 0 1 0.1 0.07 cm\n" + operators + b"Q\n")
    growth = mean_growth(RENDERERS["Ghostscript"](path, 1, 300, smooth=False), tickets, 300)
    assert min(growth) > 0.1


@pytest.mark.parametrize("dpi", [300, 600])
def test_cards_from_all_over_a_sheet_are_predicted_to_print_well(tickets: Tickets, dpi: int) -> None:
    pixels = RENDERERS["poppler"](tickets.path, 1, dpi)
    for one in renderers.read_by_zxing(pixels)[::7]:
        rows = tickets.family.symbol(one.text[-CODE_LENGTH:])
        assert predict_grade(pixels, one.corners, rows, dpi=dpi).overall >= 3


# Plates


def test_black_ink_alone_carries_the_codes(inserts: tuple[Path, set[str]]) -> None:
    path, expected = inserts
    plates = renderers.plates(path, 2, 300)
    assert {"Cyan", "Magenta", "Yellow", "Black"} == set(plates)
    found = renderers.read_by_zxing(255 - plates["Black"])
    assert {symbol.text for symbol in found} == expected
    for symbol in found:
        (left, top), _, (right, bottom), _ = [(round(x), round(y)) for x, y in symbol.corners]
        part = np.s_[top - 40 : bottom + 40, left - 40 : right + 40]
        assert set(np.unique(plates["Black"][part])) == {0, 255}
        for colour in ("Cyan", "Magenta", "Yellow"):
            assert plates[colour][part].max() == 0
            assert plates[colour].max() > 0


def test_codes_in_screen_colours_are_seen_on_more_plates_than_black(inserts: tuple[Path, set[str]]) -> None:
    path = changed(inserts[0], 2, lambda operators: operators.replace(b"q 0 g ", b"q 0 0 0 rg "))
    plates = renderers.plates(path, 2, 300)
    assert len(renderers.read_by_zxing(255 - plates["Yellow"])) == len(inserts[1])
