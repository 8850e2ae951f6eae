"""What an order prints of a run, what it leaves alone, and what counts as printed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pikepdf
import pytest

from app.core.code import ALPHABET
from app.core.editions import BackwardsRangeError, BeyondRunError, NoEditionsError, NotAnEditionError
from app.core.errors import UserError
from app.core.imposition import StartError
from app.core.print_state import PrintStates
from app.runs import Station, WrongStateError
from app.runs.life import show_run
from app.runs.marks import spoil, standing, void
from app.runs.orders import FILES, Order, SelectionError
from app.runs.printing import Printed
from app.web import create_app
from app.workspace import BaseUrlError
from tests.conftest import NOW
from tests.press import paper
from tests.press.ordered import (
    NAMES,
    OUTSIDE,
    Ordered,
    codes_of,
    committed,
    editions_in,
    everything_of,
    file_of,
    files_in,
    folder_of,
    order_of,
    print_order,
    scanned,
)
from tests.web.cast import Phone
from tests.web.conftest import close

EVERY = range(1, 17)
PRACTICE = "http://192.168.1.20:8000"
# What stands on each printed thing in Vietnamese and in English, without spaces.
WORDS = {
    "insert": ("Giữmãchoriêngmình", "Keepthecodetoyourself"),
    "label": ("Hộpkín:khôngaibiếtbêntrong", "Sealed:nobodyknowswhatisinside"),
    "seal": ("Cònnguyênmớimua", "Buyonlyifunbroken"),
    "case-label": ("Giữkhô", "Keepdry"),
    "packing-sheet": ("Phiếuđóngthùng", "Putinthekitanditscard"),
    "run-sheet": ("Biênbảnđợt", "Recordofrun"),
    "leaflet": ("Thiếumảnh?", "Missingapart?"),
    "classroom-sheet": ("chưaduyệt", "Notyetreviewed"),
    "certificate": ("Giấychứngnhậntrọnbộ", "Certificateofacompleteseries"),
    "album-card": ("Ôvàng:mẫuhiếm", "Gold:ararekit"),
}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Station]:
    """A sealed run of four boxes whose cards are the small ones, quickly printed."""
    station = paper.make_station(tmp_path / "small", settings='[paper]\ninsert = "insert-small"\n')
    paper.seal(station, {"lantern": 2, "bridge": 2}, case_size=2)
    yield station
    station.ledger.close()


def states(station: Station) -> PrintStates:
    """Return how the cards of TY-1 stand."""
    found = standing(station, "TY-1")
    assert found is not None
    return found


def kits_by_edition(station: Station) -> dict[int, str]:
    """Return which kit lies in which box."""
    return {box.content.edition: box.kit_id for box in paper.boxes_of(station).values()}


# What stands outside


def test_what_stands_outside_is_the_same_bytes_whatever_was_drawn_and_before_the_draw(
    ordered: Ordered,
) -> None:
    assert kits_by_edition(ordered.station) != kits_by_edition(ordered.other)
    assert codes_of(ordered.station) == codes_of(ordered.other)
    assert sorted(ordered.before) == ["case-labels.pdf", "labels.pdf", "seals.pdf"]
    for thing in OUTSIDE:
        printed = file_of(ordered.station, thing).read_bytes()
        assert printed == file_of(ordered.other, thing).read_bytes()
        assert printed == ordered.before[f"{FILES[thing]}.pdf"]
    inserts = [file_of(station, "insert").read_bytes() for station in (ordered.station, ordered.other)]
    assert inserts[0] != inserts[1]


def test_every_label_opens_the_runs_page_for_its_own_edition(ordered: Ordered) -> None:
    pdf = file_of(ordered.station, "label")
    symbols = scanned(pdf)
    assert [symbol.text for _, symbol in symbols] == [f"HTTPS://H.EXAMPLE/R/TY-1/{n:02}" for n in EVERY]
    site = create_app(ordered.workspace)
    for edition, (page, symbol) in enumerate(symbols, start=1):
        beside = [
            word.text
            for word in paper.words(pdf, page)
            if symbol.right - 64 < word.left < symbol.right + 4 and abs(word.top - symbol.top - 10) < 21
        ]
        assert f"Số{edition}/16" in "".join(beside)
        answer = Phone(site).open(urlsplit(symbol.text).path)
        assert answer.status_code == 200
        assert f"Hộp số {edition} / 16" in answer.text
    close(site)


def test_every_case_label_opens_the_runs_page_and_tells_its_case(ordered: Ordered) -> None:
    pdf = file_of(ordered.station, "case-label")
    symbols = scanned(pdf)
    assert [symbol.text for _, symbol in symbols] == ["HTTPS://H.EXAMPLE/R/TY-1"] * 4
    assert [f"Thùng{case}/4" in paper.text(pdf) for case in range(1, 6)] == [True] * 4 + [False]
    site = create_app(ordered.workspace)
    assert Phone(site).open(urlsplit(symbols[0][1].text).path).status_code == 200
    close(site)


def test_nothing_of_what_is_inside_stands_in_a_file_for_outside(ordered: Ordered) -> None:
    run = show_run(ordered.station, "TY-1")
    for thing in OUTSIDE:
        pdf = file_of(ordered.station, thing)
        shown, content = paper.text(pdf), everything_of(pdf)
        for kit, names in NAMES.items():
            for word in (kit, *names):
                assert "".join(word.split()).lower() not in shown.lower()
                assert word.encode() not in content
        for code in codes_of(ordered.station).values():
            assert code.encode() not in content
            assert code[:6] not in shown
        assert (run.contents_root or b"").hex().encode() not in content
        for number in range(1, 17):
            assert thing != "seal" or f"Số{number}/16" in shown


# Everything


def test_without_a_choice_everything_is_printed_in_both_languages_and_no_draft_stays(
    ordered: Ordered,
) -> None:
    things = Order().things
    assert set(things) >= set(FILES)
    assert [file.thing for file in ordered.printed.files] == list(things)
    for thing in things:
        shown = paper.text(file_of(ordered.station, thing))
        for words in WORDS[thing]:
            assert words in shown, thing
    assert show_run(ordered.station, "TY-1").state == "printed"
    names = {file.path.name for file in ordered.printed.files}
    assert {path.name for path in ordered.printed.files[0].path.parent.iterdir()} >= names
    assert not list(ordered.workspace.state.rglob("*.draft"))


def test_no_code_stands_in_a_name_in_metadata_or_beside_the_cards(ordered: Ordered) -> None:
    codes = list(codes_of(ordered.station).values())
    for file in ordered.printed.files:
        with pikepdf.open(file.path) as pdf:
            about = " ".join(f"{key} {value}" for key, value in pdf.docinfo.items())
            assert "/Metadata" not in pdf.Root
        assert f"TY-1 {FILES[file.thing].replace('-', ' ')}" in about
        shown = "" if file.thing == "insert" else paper.text(file.path)
        for code in codes:
            assert code not in about + file.path.name
            assert code[:6] not in shown


def test_no_remembered_font_tells_the_letters_of_few_codes(ordered: Ordered) -> None:
    heads = [
        json.loads(place.read_bytes().partition(b"\n")[0])[0]
        for place in (ordered.workspace.state / "cache" / "press").iterdir()
    ]
    fonts = [head for head in heads if "glyphs" in head]
    assert fonts
    assert all({*ALPHABET} <= font["glyphs"].keys() for font in fonts)


# Some boxes


def test_some_boxes_are_printed_again_into_a_file_of_their_own(ordered: Ordered) -> None:
    before = files_in(folder_of(ordered.station))
    printed = order_of(ordered.station, "insert", editions="3, 7-9")
    assert printed.boxes == 4
    again = printed.file("insert").path
    assert again.name == "inserts-again.pdf"
    assert editions_in(ordered.station, again) == {3: 1, 7: 1, 8: 1, 9: 1}
    after = files_in(folder_of(ordered.station))
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"inserts-again.pdf"}
    again.unlink()


@pytest.mark.parametrize(
    ("things", "how", "error", "told"),
    [
        (("insert",), {"editions": "17"}, BeyondRunError, "no box No. 17"),
        (("label",), {"editions": "0"}, BeyondRunError, "no box No. 0"),
        (("insert",), {"editions": "9-7"}, BackwardsRangeError, "7-9"),
        (("insert",), {"editions": "three"}, NotAnEditionError, "three"),
        (("insert",), {"editions": " "}, NoEditionsError, "no box"),
        (("insert", "packing-sheet"), {"editions": "3"}, SelectionError, "packing-sheet is not printed box"),
        (("case-label",), {"editions": "3"}, SelectionError, "Add --only with some of insert, label, seal"),
        ((), {"editions": "3"}, SelectionError, "nothing is to be printed"),
        (("poster",), {}, SelectionError, "no poster to print. Choose from insert, label"),
        (("insert", "label", "insert"), {}, SelectionError, "insert is asked for twice"),
        (tuple(FILES), {"start": 2}, SelectionError, "--start: a begun sheet"),
        (("insert", "label"), {"start": 2}, SelectionError, "Add --only with one of insert, label"),
        (("leaflet",), {"start": 2}, SelectionError, "--start"),
        (("insert",), {"start": 3}, StartError, "1 to 2"),
        (("insert",), {"start": 0}, StartError, "1 to 2"),
        (("insert",), {"start": 2, "stacked": True}, StartError, "--stacked"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_told_and_nothing_changes(
    ordered: Ordered, things: tuple[str, ...], how: dict[str, object], error: type[UserError], told: str
) -> None:
    before = files_in(folder_of(ordered.station)), states(ordered.station)
    with pytest.raises(error) as refused:
        print_order(ordered.station, Order(things=things, **how))  # type: ignore[arg-type]
    assert told in str(refused.value)
    assert (files_in(folder_of(ordered.station)), states(ordered.station)) == before


def test_a_begun_sheet_is_used_up_by_one_thing_whatever_pages_are_printed_beside_it(
    ordered: Ordered,
) -> None:
    whole = file_of(ordered.station, "label").read_bytes()
    printed = order_of(ordered.station, "label", "certificate", start=10)
    first = [symbol.text for page, symbol in scanned(printed.file("label").path) if page == 1]
    assert first[0].endswith("/01")
    cells = printed.file("label").cards
    assert cells is not None
    assert len(first) == cells.each - 9
    order_of(ordered.station, "label")
    assert file_of(ordered.station, "label").read_bytes() == whole


def test_several_things_may_be_stacked_at_once(ordered: Ordered) -> None:
    plain = files_in(folder_of(ordered.station))
    order_of(ordered.station, "insert", "seal", stacked=True)
    assert editions_in(ordered.station, file_of(ordered.station, "insert")) == dict.fromkeys(EVERY, 1)
    stacked = files_in(folder_of(ordered.station))
    assert stacked["inserts.pdf"] != plain["inserts.pdf"]
    order_of(ordered.station, "insert", "seal")
    assert files_in(folder_of(ordered.station)) == plain


# What counts as printed


def test_only_cards_count_and_the_run_is_printed_when_the_last_one_is(small: Station) -> None:
    order_of(small, "label", "seal", "case-label", "packing-sheet")
    assert standing(small, "TY-1") is None
    order_of(small, "insert", editions="1-3")
    assert (set(states(small).printed), states(small).due) == ({1, 2, 3}, (4,))
    assert show_run(small, "TY-1").state == "sealed"
    order_of(small, "label", editions="4")
    assert states(small).due == (4,)
    order_of(small, "insert", editions="4")
    assert states(small).due == ()
    assert show_run(small, "TY-1").state == "printed"
    assert not file_of(small, "insert").exists(), "it was never printed whole"


def test_a_spoiled_card_is_printed_again_and_a_withdrawn_box_never(small: Station) -> None:
    order_of(small, "insert")
    spoil(small, "TY-1", "2,3", NOW)
    assert states(small).due == (2, 3)
    order_of(small, "insert", editions="3")
    assert states(small).due == (2,)
    void(small, "TY-1", "2", NOW)
    assert (list(states(small).due), set(states(small).voided)) == ([], {2})
    for thing in ("insert", "label", "seal"):
        with pytest.raises(SelectionError, match=r"No\. 2 of TY-1 was withdrawn"):
            order_of(small, thing, editions="1-3")
    assert order_of(small, "insert", "label", "seal").boxes == 3
    assert editions_in(small, file_of(small, "insert")) == {1: 1, 3: 1, 4: 1}
    assert {symbol.text[-1] for _, symbol in scanned(file_of(small, "label"))} == {"1", "3", "4"}
    seals = paper.text(file_of(small, "seal"))
    assert [f"Số{edition}/4" in seals for edition in range(1, 5)] == [True, False, True, True]
    assert (set(states(small).printed), show_run(small, "TY-1").state) == ({1, 3, 4}, "printed")


def test_a_run_whose_every_box_was_withdrawn_has_no_cards_to_print(small: Station) -> None:
    order_of(small, "insert")
    void(small, "TY-1", "1-4", NOW)
    before = files_in(folder_of(small))
    for thing in ("insert", "label", "seal"):
        with pytest.raises(SelectionError, match="every box of TY-1 was withdrawn"):
            order_of(small, thing)
    assert files_in(folder_of(small)) == before
    order_of(small, "case-label")


def test_a_run_that_is_not_drawn_prints_what_stands_outside_and_nothing_else(tmp_path: Path) -> None:
    station = committed(tmp_path / "tiny")
    for thing in ("insert", "packing-sheet"):
        with pytest.raises(WrongStateError, match="hopke run seal TY-1"):
            order_of(station, "seal", thing)
    assert files_in(folder_of(station)) == {}
    order_of(station, "seal")
    assert show_run(station, "TY-1").state == "committed"
    station.ledger.close()


# Practice, and where cards open


@pytest.fixture(scope="module")
def practised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Station, Printed]]:
    """A run of four boxes, everything printed for practice."""
    station = paper.make_station(tmp_path_factory.mktemp("practice") / "tiny")
    paper.seal(station, {"lantern": 2, "bridge": 2}, case_size=2)
    yield station, order_of(station, *FILES, practice_url=PRACTICE)
    station.ledger.close()


def marks_of(pdf: Path) -> list[int]:
    """Return how often each page carries the practice mark."""
    return [
        [word.text for word in paper.words(pdf, page)].count("PRACTICE")
        for page in range(1, paper.count_pages(pdf) + 1)
    ]


@pytest.mark.parametrize("thing", FILES)
def test_a_practice_print_is_marked_on_every_side(practised: tuple[Station, Printed], thing: str) -> None:
    file = practised[1].file(thing)
    assert file.path.name == f"practice-{FILES[thing]}.pdf"
    marks = marks_of(file.path)
    sides = {"insert": 4 * 2, "label": 4, "seal": 4, "case-label": 2, "album-card": 8 * 2}
    assert min(marks) >= 1
    assert sum(marks) == sides.get(thing, len(marks))


def test_practice_cards_open_at_the_given_address_and_are_not_counted(
    practised: tuple[Station, Printed],
) -> None:
    station, printed = practised
    opened = {
        thing: sorted(symbol.text for _, symbol in scanned(printed.file(thing).path))
        for thing in ("insert", "label", "case-label")
    }
    base = PRACTICE.upper()
    assert opened["insert"] == sorted(f"{base}/B/{code}" for code in codes_of(station).values())
    assert opened["label"] == [f"{base}/R/TY-1/{edition}" for edition in range(1, 5)]
    assert opened["case-label"] == [f"{base}/R/TY-1"] * 2
    assert standing(station, "TY-1") is None
    assert show_run(station, "TY-1").state == "sealed"
    assert all(name.startswith("practice-") for name in files_in(folder_of(station)))


def test_the_small_card_is_one_sided_marked_for_practice_and_scans(small: Station) -> None:
    trial = order_of(small, "insert", practice_url=PRACTICE).file("insert")
    assert marks_of(trial.path) == [4]
    codes = codes_of(small).values()
    assert {symbol.text for _, symbol in scanned(trial.path)} == {f"{PRACTICE.upper()}/B/{c}" for c in codes}
    assert standing(small, "TY-1") is None
    real = order_of(small, "insert").file("insert")
    assert real.cards is not None
    assert (real.cards.sides, real.cards.sheets, paper.count_pages(real.path)) == (1, 1, 1)
    assert editions_in(small, real.path) == dict.fromkeys(range(1, 5), 1)
    assert "PRACTICE" not in paper.text(real.path)


@pytest.mark.parametrize("thing", FILES)
@pytest.mark.parametrize("moved", ["https://moved.example", "http://h.example", "https://192.0.2.7"])
def test_no_part_of_a_run_is_printed_for_another_address_than_the_committed_one(
    ordered: Ordered, thing: str, moved: str
) -> None:
    before = files_in(folder_of(ordered.station))
    elsewhere = Station(
        replace(ordered.workspace, base_url=moved), ordered.station.ledger, ordered.station.vault
    )
    with pytest.raises(BaseUrlError, match=r"TY-1 was committed for https://h\.example") as refused:
        order_of(elsewhere, thing)
    assert "Put the old address back" in str(refused.value)
    assert files_in(folder_of(ordered.station)) == before
