"""Paragraphs beside those that they tell, whatever happens to either side."""

from hypothesis import given
from hypothesis import strategies as st

from app.core.alignment import Told, align, moved
from app.core.pieces import Piece, pieces

WORDS = st.lists(
    st.sampled_from(["## Một", "## Hai", "Đoạn a.", "Đoạn b.", "Đoạn c.", "- d", "[^S1]: e"]), max_size=9
)


def body(blocks: list[str]) -> tuple[Piece, ...]:
    return pieces({}, "\n\n".join(blocks))


@given(WORDS, WORDS)
def test_every_paragraph_of_both_sides_stands_in_one_row(ours: list[str], theirs: list[str]) -> None:
    source, target = body(ours), body(theirs)
    rows = align(source, target, {})
    assert [row.source for row in rows if row.source] == list(source)
    assert sorted(str(row.target) for row in rows if row.target) == sorted(map(str, target))


@given(WORDS)
def test_what_is_stored_agrees_whatever_the_words(ours: list[str]) -> None:
    source = body(ours)
    target = body([f"{block} en" for block in ours])
    told = {one.key: Told(other.hash, other.text) for one, other in zip(target, source, strict=True)}
    assert {row.state for row in align(source, target, told)} <= {"agrees"}


@given(WORDS, st.integers(0, 9))
def test_a_paragraph_put_in_is_the_one_new_row_and_disturbs_no_other(ours: list[str], at: int) -> None:
    source, target = body(ours), body([f"{block} en" for block in ours])
    told = {one.key: Told(other.hash, other.text) for one, other in zip(target, source, strict=True)}
    longer = body([*ours[:at], "Mới hoàn toàn.", *ours[at:]])
    rows = align(longer, target, told)
    assert [row.state for row in rows if row.state != "agrees"] == ["new"]


@given(WORDS, st.integers(0, 8))
def test_a_paragraph_written_anew_at_its_place_is_still_the_same_one(ours: list[str], at: int) -> None:
    if at >= len(ours):
        return
    old = body(ours)
    new = body([*ours[:at], "- Khác." if ours[at].startswith("-") else "Khác hẳn.", *ours[at + 1 :]])
    if old[at].kind == new[at].kind:
        assert moved(old, new).get(old[at].key) in {new[at].key, old[at].key}


def test_paragraphs_that_changed_places_keep_their_pairs() -> None:
    source, target = body(["Một.", "Hai.", "Ba."]), body(["One.", "Two.", "Three."])
    told = {one.key: Told(other.hash, other.text) for one, other in zip(target, source, strict=True)}
    rows = align(body(["Ba.", "Một.", "Hai."]), target, told)
    assert [(row.source.text, row.target.text) for row in rows if row.source and row.target] == [
        ("Ba.", "Three."),
        ("Một.", "One."),
        ("Hai.", "Two."),
    ]


def test_headings_are_paired_in_their_order_though_one_side_has_more_paragraphs() -> None:
    source = body(["## Một", "a", "b", "## Hai", "c"])
    rows = align(source, body(["## One", "A", "## Two", "C"]), {})
    assert [(row.source.text, row.target.text) for row in rows if row.source and row.target] == [
        ("## Một", "## One"),
        ("a", "A"),
        ("## Hai", "## Two"),
        ("c", "C"),
    ]


def test_a_paragraph_that_changed_a_little_is_told_from_a_new_one_beside_it() -> None:
    source = body(["Tháp cao ba mươi ba mét, có tám mặt.", "Cuối."])
    target = body(["The tower is 33 metres high.", "End."])
    told = {one.key: Told(other.hash, other.text) for one, other in zip(target, source, strict=True)}
    now = body(["Một đoạn khác hẳn ở đây.", "Tháp cao ba mươi ba mét, có mười mặt.", "Cuối."])
    rows = align(now, target, told)
    assert [(row.state, row.target.text if row.target else "") for row in rows] == [
        ("new", ""),
        ("stale", "The tower is 33 metres high."),
        ("agrees", "End."),
    ]


def test_a_front_matter_gives_its_words_and_none_of_its_signs() -> None:
    front = {
        "title": "A",
        "facts": [{"value": "1", "label": "b", "source": "S1"}],
        "riddles": [{"kind": "model", "question": "q", "choices": ["x", "y"], "in_drawing": "arch"}],
        "uncertain": ["u", None],
        "approved": {"day": "d"},
    }
    assert [(piece.kind, piece.text) for piece in pieces(front, "")] == [
        ("title", "A"),
        ("facts.value", "1"),
        ("facts.label", "b"),
        ("riddles.question", "q"),
        ("riddles.choices", "x\ny"),
        ("uncertain", "u"),
        ("uncertain", ""),
    ]
