"""The proof before release: a printed file that differs from the ledger where it matters is caught."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from sqlmodel import select

from app.core.code import spell
from app.core.commitment import printed_root
from app.ledger import SealedBox
from app.press.cards import Card, PrintedCards, print_cards
from app.runs import Station
from app.runs.life import show_run
from app.runs.printing import box_address
from app.runs.proving import ProofFailedError, prove_inserts
from tests.press import paper

NAMES = {"lantern": "Lantern", "bridge": "Bridge", "fish": "Fish"}
TEXT_SLOT = "font=BeVietnamPro-Bold.ttf&amp;size=12"
BACK = (
    '<div class="side"><a class="q" href="slot:qr"></a>'
    f'<a class="c" href="slot:code?{TEXT_SLOT}"></a><a class="e" href="slot:edition?{TEXT_SLOT}"></a>'
    "<p>{{ leaf.root }}</p></div>"
)
STYLE = """
@font-face { font-family: Body; src: url("font:BeVietnamPro-Regular.ttf") }
.side { font-family: Body }
.q { left: 20mm; top: 20mm; width: 40mm; height: 40mm }
.c { left: 5mm; top: 70mm; width: 95mm; height: 8mm }
.e { left: 5mm; top: 90mm; width: 95mm; height: 8mm }
"""


@dataclass(frozen=True)
class Trial:
    """A file of plain cards of a run, with everything that it is compared with."""

    station: Station
    path: Path
    made: PrintedCards
    boxes: list[paper.Box]
    cards: list[Card]

    def prove(self, *, boxes: list[paper.Box] | None = None, cards: list[Card] | None = None) -> None:
        """Prove the file against the ledger, as the press does before it releases anything."""
        with self.station.ledger.reading() as session:
            rows = {box.tag: box.sealed for box in session.exec(select(SealedBox))}
        prove_inserts(
            self.path,
            self.made,
            [box.content for box in boxes or self.boxes],
            cards or self.cards,
            rows,
            show_run(self.station, "TY-1"),
            progress=lambda _done, _whole: None,
        )

    def form(self, number: int, side: str) -> bytes:
        """Return the name of the drawing under a side of a card."""
        forms = {name: form for form, name in self.made.variants.items()}
        return forms[self.cards[number].variant, side].encode()

    def redraw(self, page: int, old: bytes, new: bytes) -> None:
        """Replace the first `old` among the operators of a page, counted from 0."""
        with pikepdf.open(self.path, allow_overwriting_input=True) as pdf:
            contents = pdf.pages[page].obj.Contents
            operators = contents.read_bytes()
            assert old in operators
            contents.write(operators.replace(old, new, 1))
            pdf.save(self.path)


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """Two plain cards, a lantern's and a bridge's, on one sheet."""
    station = paper.make_station(tmp_path / "tiny")
    paper.seal(station, {"lantern": 1, "bridge": 1}, case_size=1)
    folder = station.workspace.designs / "plain"
    folder.mkdir()
    (folder / "design.toml").write_text(
        'sides = ["front.html", "back.html"]\nwidth_mm = 105\nheight_mm = 148\n'
    )
    (folder / "front.html").write_text('<div class="side">{{ leaf.name }}</div>')
    (folder / "back.html").write_text(BACK)
    (folder / "style.css").write_text(STYLE)
    boxes = sorted(paper.boxes_of(station).values(), key=lambda box: box.content.edition)
    cards = [
        Card(
            box.kit_id,
            {
                "qr": box_address("https://h.example", box.label.code),
                "code": spell(box.label.code),
                "edition": f"Số {box.content.edition} / 2",
            },
        )
        for box in boxes
    ]
    path = tmp_path / "trial.pdf"
    root = printed_root(show_run(station, "TY-1").contents_root or b"")
    variants = {kit: {"name": name, "root": root} for kit, name in NAMES.items()}
    made = print_cards(
        station.workspace, "plain", variants, cards,
        title="Trial", practice=False, progress=lambda _done, _whole: None,
    )  # fmt: skip
    path.write_bytes(made.pdf)
    yield Trial(station, path, made, boxes, cards)
    station.ledger.close()


def test_a_true_file_is_proven(trial: Trial) -> None:
    trial.prove()
    symbols = paper.scan(paper.image(trial.path, 2, 200), 200)
    assert {symbol.text for symbol in symbols} == {card.texts["qr"] for card in trial.cards}


def test_cards_that_open_each_others_boxes_are_caught(trial: Trial) -> None:
    with pytest.raises(ProofFailedError, match="opens another box"):
        trial.prove(boxes=trial.boxes[::-1])


def test_cards_in_each_others_places_are_caught(trial: Trial) -> None:
    with pytest.raises(ProofFailedError, match="where it should be"):
        trial.prove(cards=trial.cards[::-1])


@pytest.mark.parametrize(
    ("slot", "text", "told"),
    [
        ("qr", "HTTPS://E.EXAMPLE/B/{code}", "not the address"),
        ("qr", "HTTP://H.EXAMPLE/B/{code}", "not the address"),
        ("qr", "https://h.example/b/{code}", "not the address"),
        ("code", "000000 000000 000000", "words"),
        ("edition", "Số 3 / 2", "words"),
    ],
    ids=["another host", "another scheme", "small letters", "another code", "another edition"],
)
def test_a_card_that_shows_another_text_than_it_should_is_caught(
    trial: Trial, slot: str, text: str, told: str
) -> None:
    first = trial.cards[0]
    should = Card(first.variant, {**first.texts, slot: text.format(code=trial.boxes[0].label.code)})
    with pytest.raises(ProofFailedError, match=told):
        trial.prove(cards=[should, trial.cards[1]])


@pytest.mark.parametrize(("page", "side"), [(0, "front.html"), (1, "back.html")])
def test_a_card_stamped_on_another_kits_drawing_is_caught(trial: Trial, page: int, side: str) -> None:
    trial.redraw(page, trial.form(0, side) + b" Do", trial.form(1, side) + b" Do")
    with pytest.raises(ProofFailedError, match="own kit's drawing"):
        trial.prove()


def test_a_card_without_its_text_or_with_two_is_caught(trial: Trial) -> None:
    whole = trial.path.read_bytes()
    with pikepdf.open(trial.path) as pdf:
        operators = pdf.pages[1].obj.Contents.read_bytes()
    line = operators[operators.index(b"BT ") : operators.index(b"ET\n") + 3]
    for instead in (b"", line + line):
        trial.path.write_bytes(whole)
        trial.redraw(1, line, instead)
        with pytest.raises(ProofFailedError, match="words"):
            trial.prove()


def test_a_symbol_with_its_corner_blackened_is_caught(trial: Trial) -> None:
    with pikepdf.open(trial.path) as pdf:
        operators = pdf.pages[1].obj.Contents.read_bytes()
    start = operators.index(b" cm\n") + 4
    end = operators.index(b"f Q\n", start)
    blackened = b"".join(b"1 %d 12498 498 re\n" % (row * 500 + 1) for row in range(13))
    trial.redraw(1, operators[start:end], operators[start:end] + blackened)
    with pytest.raises(ProofFailedError, match="QR"):
        trial.prove()


@pytest.mark.parametrize("grey", [b"1", b"0", b"0.02"], ids=["white", "black", "almost black"])
def test_a_page_that_is_painted_over_is_caught_by_looking_at_it(trial: Trial, grey: bytes) -> None:
    trial.redraw(1, b"/Marks Do\n", b"q " + grey + b" g 0 0 842 596 re f Q\n/Marks Do\n")
    with pytest.raises(ProofFailedError, match="drawn by poppler"):
        trial.prove()


@pytest.mark.parametrize("page", [0, 1])
def test_a_page_that_is_missing_is_caught(trial: Trial, page: int) -> None:
    with pikepdf.open(trial.path, allow_overwriting_input=True) as pdf:
        del pdf.pages[page]
        pdf.save(trial.path)
    with pytest.raises(ProofFailedError):
        trial.prove()


@pytest.mark.parametrize("page", [0, 1])
def test_a_page_too_many_is_caught(trial: Trial, page: int) -> None:
    with pikepdf.open(trial.path, allow_overwriting_input=True) as pdf:
        pdf.pages.append(pdf.pages[page])
        pdf.save(trial.path)
    with pytest.raises(ProofFailedError):
        trial.prove()


def test_a_box_that_is_gone_from_the_ledger_is_caught(trial: Trial) -> None:
    with trial.station.ledger.writing() as session:
        session.delete(session.get_one(SealedBox, trial.boxes[1].label.tag))
    with pytest.raises(ProofFailedError, match="opens another box, or none"):
        trial.prove()
