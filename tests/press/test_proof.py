"""The proof before release: a printed file that differs from the ledger where it matters is caught."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest

from app.core.code import spell
from app.core.commitment import printed_root
from app.press.cards import print_cards
from app.press.job import Job
from app.press.proof import Due, ProofFailedError, Proven, prove_cards
from app.press.stamping import Card
from app.runs import Station
from app.runs.decks import address
from app.runs.life import show_run
from tests.conftest import NOW
from tests.press import paper

NAMES = {"lantern": "Lantern", "bridge": "Bridge", "fish": "Fish"}
TEXT_SLOT = "font=BeVietnamPro-Bold.ttf&amp;size=12"
BACK = (
    '<div class="side"><a class="q" href="slot:qr"></a>'
    f'<a class="c" href="slot:code?{TEXT_SLOT}"></a><a class="e" href="slot:edition?{TEXT_SLOT}"></a>'
    f'<a class="r" href="slot:root?{TEXT_SLOT}"></a></div>'
)
STYLE = """
@font-face { font-family: Body; src: url("font:BeVietnamPro-Regular.ttf") }
.side { font-family: Body }
.q { left: 20mm; top: 20mm; width: 40mm; height: 40mm }
.c { left: 5mm; top: 70mm; width: 95mm; height: 8mm }
.e { left: 5mm; top: 90mm; width: 95mm; height: 8mm }
.r { left: 2mm; top: 110mm; width: 101mm; height: 8mm }
"""


@dataclass(frozen=True)
class Trial:
    """A file of plain cards of a run, with what each must show."""

    station: Station
    path: Path
    boxes: list[paper.Box]
    cards: list[Card]
    root: str

    def due(self, cards: list[Card]) -> list[Due]:
        """Return what must be found for some cards."""
        return [
            Due(
                f"card No. {number}",
                card.variant,
                card.texts["qr"],
                (card.texts["code"], card.texts["edition"], card.texts["root"]),
                (self.root, NAMES[card.variant]),
            )
            for number, card in enumerate(cards, start=1)
        ]

    def prove(self, due: list[Due] | None = None, *, every_sheet: bool = False) -> Proven:
        """Prove the file, as the press does before it releases anything."""
        return prove_cards(
            self.path,
            self.due(self.cards) if due is None else due,
            2,
            every_sheet=every_sheet,
            progress=lambda _done, _whole: None,
        )

    def form(self, number: int, side: str) -> bytes:
        """Return the name of the drawing under a side of a card; leaves are numbered variant by variant."""
        sides = ["front.html", "back.html"]
        return b"/L%d" % (2 * list(NAMES).index(self.cards[number].variant) + sides.index(side))

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
    root = printed_root(show_run(station, "TY-1").contents_root or b"")
    boxes = sorted(paper.boxes_of(station).values(), key=lambda box: box.content.edition)
    cards = [
        Card(
            box.kit_id,
            {
                "qr": address("https://h.example", "b", box.label.code),
                "code": spell(box.label.code),
                "edition": f"Số {box.content.edition} / 2",
                "root": root,
            },
        )
        for box in boxes
    ]
    path = tmp_path / "trial.pdf"
    variants = {kit: {"name": name} for kit, name in NAMES.items()}
    job = Job(title="Trial", made_at=NOW)
    print_cards(station.workspace, "plain", variants, cards, job, path, progress=lambda _done, _whole: None)
    yield Trial(station, path, boxes, cards, root)
    station.ledger.close()


def test_a_true_file_is_proven(trial: Trial) -> None:
    proven = trial.prove()
    assert (proven.cards, proven.drawn) == (2, 1)
    symbols = paper.scan(paper.image(trial.path, 2, 200), 200)
    assert {symbol.text for symbol in symbols} == {card.texts["qr"] for card in trial.cards}


def test_cards_on_each_others_drawings_are_caught_by_their_words(trial: Trial) -> None:
    swapped = [
        Due(due.name, other.variant, due.address, due.lines, other.words)
        for due, other in zip(trial.due(trial.cards), trial.due(trial.cards[::-1]), strict=True)
    ]
    with pytest.raises(ProofFailedError, match="to the eye"):
        trial.prove(swapped)


def test_two_kits_on_one_drawing_and_one_kit_on_two_are_caught(trial: Trial) -> None:
    first, second = trial.due(trial.cards)
    with pytest.raises(ProofFailedError, match="several drawings"):
        trial.prove([first, Due(second.name, first.variant, second.address, second.lines)])


def test_a_card_that_is_due_twice_is_missed_once(trial: Trial) -> None:
    with pytest.raises(ProofFailedError, match=r"card No\. 1 is missing"):
        trial.prove([*trial.due(trial.cards), trial.due(trial.cards)[0]])


def test_a_card_that_was_not_asked_for_is_caught(trial: Trial) -> None:
    with pytest.raises(ProofFailedError, match="not asked for"):
        trial.prove(trial.due(trial.cards)[:1])


def test_a_back_that_slipped_from_behind_its_front_is_caught(trial: Trial) -> None:
    with pikepdf.open(trial.path) as pdf:
        operators = pdf.pages[1].obj.Contents.read_bytes()
    second = operators[operators.rindex(b"q 1 0 0 1 ") :].split(b" cm")[0]
    numbers = second.split()
    slipped = b" ".join([*numbers[:5], b"%.3f" % (float(numbers[5]) + 3), numbers[6]])
    trial.redraw(1, second, slipped)
    with pytest.raises(ProofFailedError, match="behind its front"):
        trial.prove()


@pytest.mark.parametrize(
    ("slot", "text", "told"),
    [
        ("qr", "HTTPS://E.EXAMPLE/B/{code}", "not the address"),
        ("qr", "HTTP://H.EXAMPLE/B/{code}", "not the address"),
        ("qr", "https://h.example/b/{code}", "not the address"),
        ("code", "000000 000000 000000", "words"),
        ("edition", "Số 3 / 2", "words"),
        ("root", printed_root(bytes(32)), "words"),
    ],
    ids=[
        "another host",
        "another scheme",
        "small letters",
        "another code",
        "another edition",
        "another root",
    ],
)
def test_a_card_that_shows_another_text_than_it_should_is_caught(
    trial: Trial, slot: str, text: str, told: str
) -> None:
    first = trial.cards[0]
    should = Card(first.variant, {**first.texts, slot: text.format(code=trial.boxes[0].label.code)})
    with pytest.raises(ProofFailedError, match=told):
        trial.prove(trial.due([should, trial.cards[1]]))


@pytest.mark.parametrize(("page", "side"), [(0, "front.html"), (1, "back.html")])
def test_a_card_stamped_on_another_kits_drawing_is_caught(trial: Trial, page: int, side: str) -> None:
    trial.redraw(page, trial.form(0, side) + b" Do", trial.form(1, side) + b" Do")
    with pytest.raises(ProofFailedError, match=r"drawing|eye"):
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
    blackened = b"".join(b" 0 %2d 24.996 .996 re\n" % row for row in range(13))
    trial.redraw(1, operators[start:end], operators[start:end] + blackened)
    with pytest.raises(ProofFailedError, match="QR"):
        trial.prove()


@pytest.mark.parametrize("grey", [b"1", b"0", b"0.02"], ids=["white", "black", "almost black"])
def test_a_page_that_is_painted_over_is_caught_by_looking_at_it(trial: Trial, grey: bytes) -> None:
    trial.redraw(1, b"/M1 Do\n", b"q " + grey + b" g 0 0 842 596 re f Q\n/M1 Do\n")
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
