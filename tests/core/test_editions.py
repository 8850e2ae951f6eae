"""Edition numbers as makers type them, their one spelling, and what marks make of each box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.editions import (
    BackwardsRangeError,
    BeyondRunError,
    EditionsError,
    NoEditionsError,
    NotAnEditionError,
    parse_edition,
    parse_editions,
    read_editions,
    write_editions,
)
from app.core.print_state import Kind, fold_marks, is_marked

BOXES = 144
EDITIONS = st.sets(st.integers(1, BOXES), min_size=1)


@pytest.mark.parametrize(
    ("text", "editions"),
    [
        ("17", (17,)),
        ("17,40-52", (17, *range(40, 53))),
        (" 3 , 1-2,\t7\n", (1, 2, 3, 7)),
        ("40 - 42", (40, 41, 42)),
        ("40–42, 50—51", (40, 41, 42, 50, 51)),
        ("5,5,4-6,5", (4, 5, 6)),
        ("7-7", (7,)),
        ("007, 0001-002", (1, 2, 7)),
        ("1-144", tuple(range(1, 145))),
    ],
)
def test_a_selection_is_read_as_makers_type_it(text: str, editions: tuple[int, ...]) -> None:
    assert parse_editions(text, BOXES) == editions


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", NoEditionsError, "17,40-52"),
        (" \n", NoEditionsError, "17,40-52"),
        ("x", NotAnEditionError, "'x'"),
        ("No. 4", NotAnEditionError, "'No. 4'"),
        ("17 40", NotAnEditionError, "commas between"),
        ("1,,2", NotAnEditionError, "two commas"),
        ("17,", NotAnEditionError, "two commas"),
        ("-5", NotAnEditionError, "'-5'"),
        ("5-", NotAnEditionError, "'5-'"),
        ("1-2-3", NotAnEditionError, "'1-2-3'"),
        ("+5", NotAnEditionError, "'+5'"),
        ("1.5", NotAnEditionError, "'1.5'"),
        ("٣", NotAnEditionError, "'٣'"),
        ("²", NotAnEditionError, "'²'"),
        ("52-40", BackwardsRangeError, "40-52"),
        ("0", BeyondRunError, "No. 0"),
        ("000", BeyondRunError, "No. 0"),
        ("145", BeyondRunError, "from 1 to 144"),
        ("140-145", BeyondRunError, "No. 145"),
        ("0-3", BeyondRunError, "No. 0"),
        ("9" * 5000, BeyondRunError, "No. 9999"),
    ],
)
def test_what_is_no_selection_is_refused_with_what_is_wrong_and_how_to_mend_it(
    text: str, error: type[EditionsError], words: str
) -> None:
    with pytest.raises(error) as refused:
        parse_editions(text, BOXES)
    assert words in str(refused.value)
    assert refused.value.mend
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("editions", "written"),
    [
        ((1, 2, 3, 7), "1-3,7"),
        ((7, 3, 2, 1, 2), "1-3,7"),
        ((1, 2), "1-2"),
        ((5,), "5"),
        ((1, 3, 5), "1,3,5"),
        ((), ""),
        ((0, 1), "0-1"),
    ],
)
def test_a_selection_has_one_spelling(editions: tuple[int, ...], written: str) -> None:
    assert write_editions(editions) == written


@given(EDITIONS)
def test_what_is_written_is_read_back_and_written_alike(editions: set[int]) -> None:
    written = write_editions(editions)
    assert parse_editions(written, BOXES) == tuple(sorted(editions))
    assert [edition for part in read_editions(written) for edition in part] == sorted(editions)
    assert write_editions(parse_editions(written, BOXES)) == written


@given(st.text("0123456789,- –x", max_size=12))
def test_whatever_is_typed_is_read_within_the_run_or_refused_by_name(text: str) -> None:
    try:
        editions = parse_editions(text, BOXES)
    except EditionsError:
        return
    assert editions
    assert list(editions) == sorted(set(editions))
    assert set(editions) <= set(range(1, BOXES + 1))


@pytest.mark.parametrize("text", ["12", "012", "0000000000000012"])
def test_a_label_may_put_zeros_before_its_number(text: str) -> None:
    assert parse_edition(text, 12) == 12


@pytest.mark.parametrize("text", ["", "13", "0", "-1", "1-2", " 1", "1,2", "¹", "1" * 5000])
def test_one_number_is_one_number_of_the_run(text: str) -> None:
    with pytest.raises(EditionsError):
        parse_edition(text, 12)


# What marks make of each box

MARKS = st.lists(st.tuples(st.sampled_from(["printed", "spoiled", "voided"]), EDITIONS), max_size=8)


@given(MARKS)
def test_each_box_stands_where_its_own_marks_leave_it(marks: list[tuple[Kind, set[int]]]) -> None:
    states = fold_marks(BOXES, [(kind, write_editions(editions)) for kind, editions in marks])
    for edition in range(1, BOXES + 1):
        own = [kind for kind, editions in marks if edition in editions]
        expected = "voided" if "voided" in own else own[-1] if own else "never"
        found = {
            name for name in ("printed", "spoiled", "voided", "never") if edition in getattr(states, name)
        }
        assert found == {expected}
    assert states.due == tuple(sorted((*states.never, *states.spoiled)))
    assert sum(map(len, (states.printed, states.spoiled, states.voided, states.never))) == BOXES


@given(st.lists(EDITIONS, max_size=4), st.integers(1, BOXES))
def test_one_box_is_looked_up_without_unfolding_the_marks(marks: list[set[int]], edition: int) -> None:
    written = [write_editions(editions) for editions in marks]
    assert is_marked(edition, written) == any(edition in editions for editions in marks)


def test_a_box_is_printed_spoiled_and_printed_again_until_it_is_voided() -> None:
    marks = [("printed", "1-4"), ("spoiled", "2-3"), ("printed", "3"), ("voided", "4"), ("printed", "4")]
    states = fold_marks(6, marks)
    assert [set(states.printed), set(states.spoiled), set(states.voided)] == [{1, 3}, {2}, {4}]
    assert (states.never, states.due) == ((5, 6), (2, 5, 6))
