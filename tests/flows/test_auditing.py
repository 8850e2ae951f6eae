"""The leak audit of real runs: sealed honestly, or with labels, rows, files or weights that give away."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import col, delete, insert, select

from app.core.proof import SealedContent
from app.ledger import SealedBox
from app.press.cards import print_cards
from app.runs import Station, WrongStateError
from app.runs.auditing import Audited, WeightsError, audit_run
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.log import log_of
from app.runs.orders import Order, work_out
from app.runs.planning import plan_run
from app.runs.printing import deck_job
from app.sealing import open_row, seal_row
from tests.conftest import CEREMONY, DICE, NOW, SECRET

BOXES = 144
Change = Callable[[list[SealedContent]], list[SealedContent]]


@pytest.fixture
def run(station: Station) -> Station:
    plan_run(station, "tiny", boxes=BOXES, now=NOW, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    return station


def audited(station: Station, **how: Path) -> Audited:
    return audit_run(station, "TY-1", now=NOW, progress=lambda _done, _of: None, **how)


def leaking(done: Audited) -> set[str]:
    return {each.name for each in done.audit.leaks}


def contents(station: Station) -> list[SealedContent]:
    """Return what is sealed, by slot."""
    with station.ledger.reading() as session:
        rows = {row.tag: row.sealed for row in session.exec(select(SealedBox))}
    labels = secret_labels(station, show_run(station, "TY-1"))
    return [open_row(label.code, "TY-1", rows[label.tag]) for label in labels]


def store(station: Station, sealed: list[SealedContent], order: list[int] | None = None) -> None:
    """Seal other contents, in the order of tags or of some slots."""
    labels = secret_labels(station, show_run(station, "TY-1"))
    slots = order or sorted(range(BOXES), key=lambda slot: labels[slot].tag)
    rows = [
        {
            "tag": labels[slot].tag,
            "run": "TY-1",
            "sealed": seal_row(labels[slot].code, "TY-1", sealed[slot]),
        }
        for slot in slots
    ]
    with station.ledger.writing() as session:
        session.execute(delete(SealedBox).where(col(SealedBox.run) == "TY-1"))
        session.execute(insert(SealedBox), rows)


def editions_by_kit(boxes: list[SealedContent]) -> list[SealedContent]:
    order = sorted(boxes, key=lambda box: (box.kit, box.slot))
    number = {box.slot: edition for edition, box in enumerate(order, start=1)}
    return [replace(box, edition=number[box.slot]) for box in boxes]


def remainders_by_kit(boxes: list[SealedContent]) -> list[SealedContent]:
    numbers = sorted(range(1, BOXES + 1), key=lambda edition: edition % 4)
    order = sorted(boxes, key=lambda box: (box.kit, box.slot))
    number = {box.slot: edition for edition, box in zip(numbers, order, strict=True)}
    return [replace(box, edition=number[box.slot]) for box in boxes]


def cases_by_content(boxes: list[SealedContent]) -> list[SealedContent]:
    cases = [sorted(box.kit for box in boxes[start : start + 4]) for start in range(0, BOXES, 4)]
    order = sorted(range(len(cases)), key=lambda case: cases[case])
    number = {case: place for place, case in enumerate(order, start=1)}
    return [replace(box, case=number[box.slot // 4]) for box in boxes]


def test_an_honest_run_passes_and_the_look_stands_in_the_public_log(run: Station) -> None:
    done = audited(run)
    assert not done.leaks
    assert "edition number" in {each.name for each in done.audit.found}
    assert done.missing == (
        "the file of inserts",
        "the file of labels",
        "the file of seals",
        "the file of case labels",
        "weights",
    )
    last = log_of(run, "TY-1")[-1]
    assert (last.did, last.told) == ("viewed", {"why": "audit"})


@pytest.mark.parametrize(
    ("change", "feature"),
    [
        (editions_by_kit, "edition number"),
        (remainders_by_kit, "edition number"),
        (cases_by_content, "case number"),
    ],
)
def test_labels_that_were_given_out_by_content_are_flagged(
    run: Station, change: Change, feature: str
) -> None:
    store(run, change(contents(run)))
    assert feature in leaking(audited(run))


def test_rows_stored_by_slot_are_a_fault_and_by_kit_a_leak_too(run: Station) -> None:
    boxes = contents(run)
    store(run, boxes, list(range(BOXES)))
    by_slot = audited(run)
    assert by_slot.leaks
    assert "order of their tags" in by_slot.faults[0]
    store(run, boxes, sorted(range(BOXES), key=lambda slot: boxes[slot].kit))
    by_kit = audited(run)
    assert by_kit.faults
    assert "order of sealed rows" in leaking(by_kit)


def test_cards_printed_in_the_order_of_kits_are_flagged(sealed: Station) -> None:
    deck = work_out(sealed, "TY-1", Order(things=("insert",))).decks["insert"]
    path = sealed.workspace.state / "out" / "TY-1" / "inserts.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    job = deck_job(sealed.workspace, Order(processes=1), "TY-1 inserts", made_at=NOW)

    def print_in(cards: list[int]) -> Audited:
        chosen = [deck.cards[place] for place in cards]
        print_cards(
            sealed.workspace, deck.design, deck.variants, chosen, job, path, progress=lambda _d, _o: None
        )
        return audited(sealed)

    honest = print_in(list(range(16)))
    assert not honest.leaks
    assert "the file of inserts" not in honest.missing
    sorted_by_kit = print_in(sorted(range(16), key=lambda place: deck.cards[place].variant))
    assert "place in the inserts" in leaking(sorted_by_kit)


def test_weights_that_differ_by_kit_are_flagged_and_equal_ones_are_not(run: Station, tmp_path: Path) -> None:
    path = tmp_path / "weights.csv"

    def weigh(grams_of_kit: float) -> Audited:
        lines = ["edition,grams"]
        for box in contents(run):
            noise = 0.3 * ((box.edition * 7919 % 97) / 48 - 1)
            lines.append(f"{box.edition},{140 + grams_of_kit * box.kit + noise:.1f}")
        path.write_text("\n".join(lines))
        return audited(run, weights=path)

    assert leaking(weigh(1.0)) == {"weight"}
    assert not weigh(0.0).leaks


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no box is weighed"),
        ("edition,grams\n17", "line 2"),
        ("1,120\n145,120", "line 2"),
        ("1,120\n1,121", "second time"),
        ("1,-4", "line 1"),
        ("1,nan", "line 1"),
        ("1,120,5", "line 1"),
    ],
)
def test_weights_that_cannot_be_read_are_told_by_line_and_nothing_is_viewed(
    run: Station, tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "weights.csv"
    path.write_text(text)
    with pytest.raises(WeightsError, match=told):
        audited(run, weights=path)
    assert log_of(run, "TY-1")[-1].did == "sealed"


def test_a_run_that_is_not_sealed_cannot_be_audited(station: Station) -> None:
    plan_run(station, "tiny", boxes=BOXES, now=NOW, beacon=CEREMONY)
    with pytest.raises(WrongStateError, match="commit it"):
        audited(station)
