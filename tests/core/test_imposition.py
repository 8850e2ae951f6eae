"""Where cards lie on a sheet: whole, apart, behind each other, each once, and in order after the cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.imposition import (
    EDGE_MM,
    PAPERS,
    CardTooLargeError,
    Sheet,
    StartError,
    Stock,
    fill,
    impose,
    on_labels,
    single,
)

NEAR = 1e-6
SIDES = st.floats(20, 150)


def overlaps(sheet: Sheet, apart: float) -> bool:
    """Tell whether two cells come nearer to each other than `apart`."""
    width, height = (length + apart - NEAR for length in sheet.card)
    return any(
        abs(a[0] - b[0]) < width and abs(a[1] - b[1]) < height
        for number, a in enumerate(sheet.cells)
        for b in sheet.cells[:number]
    )


@pytest.mark.parametrize(
    ("card", "paper", "bleed", "cells"),
    [
        ((105, 148), "A4", 0, 4),
        ((105, 148), "A4", 3, 2),
        ((105, 148), "A3", 3, 4),
        ((105, 148), "A3", 0, 8),
        ((105, 148), "SRA3", 3, 4),
        ((105, 148), "Letter", 3, 2),
        ((90, 55), "A4", 0, 10),
        ((90, 55), "Letter", 0, 10),
        ((90, 20), "A4", 2, 22),
    ],
)
def test_papers_take_as_many_cards_as_the_trade_expects(
    card: tuple[float, float], paper: str, bleed: float, cells: int
) -> None:
    assert len(impose(card, PAPERS[paper], bleed).cells) == cells


@given(SIDES, SIDES, st.sampled_from(sorted(PAPERS)), st.integers(0, 5), st.none() | st.floats(0, 20))
def test_cards_lie_whole_on_the_sheet_and_keep_their_distance(
    width: float, height: float, paper: str, bleed: int, gutter: float | None
) -> None:
    try:
        sheet = impose((width, height), PAPERS[paper], bleed, gutter)
    except CardTooLargeError:
        return
    left, top, right, bottom = sheet.trim
    assert min(left, top) >= bleed - NEAR
    assert right + bleed <= sheet.width + NEAR
    assert bottom + bleed <= sheet.height + NEAR
    assert left == pytest.approx(sheet.width - right)
    assert not overlaps(sheet, max(2 * bleed, gutter or 0))


@given(SIDES, SIDES, st.sampled_from(sorted(PAPERS)), st.integers(0, 5))
def test_marks_point_at_every_cut_and_never_touch_the_bleed(
    width: float, height: float, paper: str, bleed: int
) -> None:
    try:
        sheet = impose((width, height), PAPERS[paper], bleed)
    except CardTooLargeError:
        return
    left, top, right, bottom = sheet.trim
    cuts = {round(edge, 4) for x, _ in sheet.cells for edge in (x, x + width)}
    assert {round(mark.x1, 4) for mark in sheet.marks if mark.x1 == mark.x2} == cuts
    for mark in sheet.marks:
        assert (mark.x1 == mark.x2) != (mark.y1 == mark.y2)
        assert abs(mark.x1 - mark.x2) + abs(mark.y1 - mark.y2) >= 2 - NEAR
        if bleed:
            inside_x = left - bleed < mark.x1 < right + bleed and left - bleed < mark.x2 < right + bleed
            inside_y = top - bleed < mark.y1 < bottom + bleed and top - bleed < mark.y2 < bottom + bleed
            assert not (inside_x and inside_y)
            assert min(mark.x1, mark.y1) >= EDGE_MM - NEAR


@given(SIDES, SIDES, st.integers(0, 5), st.floats(-3, 3), st.floats(-3, 3))
def test_a_back_lies_behind_its_front_when_the_sheet_is_turned_like_a_page(
    width: float, height: float, bleed: int, right: float, down: float
) -> None:
    sheet = impose((width, height), PAPERS["A4"], bleed)
    for (x, y), (behind_x, behind_y) in zip(sheet.cells, sheet.behind(right, down), strict=True):
        seen_through = sheet.width - behind_x - width
        assert seen_through == pytest.approx(x - right)
        assert behind_y == pytest.approx(y + down)


def test_a_single_card_has_its_bleed_and_nothing_else() -> None:
    sheet = single((105, 148), 3)
    assert (sheet.width, sheet.height, sheet.cells, sheet.marks) == (111, 154, ((3, 3),), ())
    assert sheet.turned_on == "long"


STOCK = Stock(
    name="Three by seven", sheet_mm=(210, 297), label_mm=(63.5, 38.1), columns=3, rows=7,
    left_mm=7.25, top_mm=15.15, across_mm=66, down_mm=38.1,
)  # fmt: skip


def test_a_card_smaller_than_its_label_lies_in_the_middle_of_it() -> None:
    sheet = on_labels((60, 30), STOCK)
    assert len(sheet.cells) == 21
    assert sheet.cells[0] == pytest.approx((7.25 + 1.75, 15.15 + 4.05))
    assert sheet.cells[4] == pytest.approx((7.25 + 66 + 1.75, 15.15 + 38.1 + 4.05))
    with pytest.raises(CardTooLargeError, match="Three by seven"):
        on_labels((64, 38.1), STOCK)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("columns", 4, "beyond the sheet across"),
        ("rows", 8, "beyond the sheet down"),
        ("across_mm", 60.0, "overlap across"),
        ("down_mm", 38.0, "overlap down"),
        ("rows", 0, "at least 1"),
        ("left_mm", -1.0, "beyond the sheet"),
    ],
)
def test_label_stock_that_cannot_be_is_refused(key: str, value: float, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Stock(**{**vars(STOCK), key: value})


# Which card lies where


@given(st.integers(1, 200), st.integers(1, 24), st.data())
def test_every_card_is_printed_once_in_order_from_the_cell_asked_for(
    cards: int, cells: int, data: st.DataObject
) -> None:
    start = data.draw(st.integers(1, cells))
    sheets = fill(cards, cells, start=start)
    assert [card for sheet in sheets for _, card in sheet] == list(range(cards))
    assert next(iter(sheets[0]))[0] == start - 1
    for sheet in sheets:
        assert all(b - a == 1 for (a, _), (b, _) in pairwise(sheet))
    assert all(len(sheet) == cells for sheet in sheets[1:-1])
    assert all(sheets), "no sheet is empty"


@given(st.integers(1, 200), st.integers(1, 24))
def test_piles_cut_and_laid_on_each_other_are_in_order(cards: int, cells: int) -> None:
    sheets = fill(cards, cells, stacked=True)
    piles: list[list[int]] = [[] for _ in range(cells)]
    for sheet in sheets:
        for cell, card in sheet:
            piles[cell].append(card)
    assert [card for pile in piles for card in pile] == list(range(cards))
    assert len(sheets) == -(-cards // cells)
    assert all(sheets), "no sheet is empty"


@pytest.mark.parametrize(("start", "stacked"), [(0, False), (5, False), (-1, False), (2, True)])
def test_a_start_that_cannot_be_is_refused(start: int, stacked: bool) -> None:
    with pytest.raises(StartError, match="--start"):
        fill(3, 4, start=start, stacked=stacked)
