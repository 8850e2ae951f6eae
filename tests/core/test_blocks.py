"""A text's blocks: they join again, and no change of two people's loses a word."""

import string

from hypothesis import example, given
from hypothesis import strategies as st

from app.core.blocks import (
    block_hash,
    blocks,
    changes,
    in_front,
    merge,
    segments,
    take,
    word_changes,
)

FRONT = "---\ntitle: Cầu\nfacts:\n  - { value: 1 }\n- x\nuncertain: no\n---\n"

texts = st.text(alphabet="ab -#\n\t.:^[]é", max_size=60)
words = st.sampled_from(["an", "bê", "cá", "dê", "én", "gà", "hổ", "kê"])
paragraphs = st.lists(words, min_size=1, max_size=6).map(" ".join)
bodies = st.lists(paragraphs, max_size=6).map(lambda parts: "\n\n".join(parts) + "\n" if parts else "")
files = st.one_of(texts, bodies, bodies.map(lambda body: FRONT + body))
choices = st.dictionaries(st.integers(0, 12), st.sampled_from(["ours", "theirs", "both"]))


@given(files)
@example(FRONT)
@example("---\n---\n")
@example("[^S1]: A note\n\n    that goes on\n\nA\n\n\n\n")
def test_the_pieces_of_a_text_join_to_it_again(text: str) -> None:
    assert "".join(segments(text)) == text


def test_a_front_matter_is_cut_at_its_keys_and_a_text_between_its_paragraphs() -> None:
    assert segments(FRONT + "One\n\n[^S]: A note\n\n    goes on\n\n\nTwo\n") == [
        "---\n",
        "title: Cầu\n",
        "facts:\n  - { value: 1 }\n- x\n",
        "uncertain: no\n",
        "---\n",
        "One\n\n",
        "[^S]: A note\n\n    goes on\n\n\n",
        "Two\n",
    ]


def test_blocks_are_known_by_their_words_however_their_lines_are_broken() -> None:
    assert blocks("\nOne\ntwo\n\n\nThree\n") == ["One\ntwo", "Three"]
    assert block_hash("One\ntwo") == block_hash("One  two") != block_hash("One, two")


@given(texts, texts)
def test_what_became_of_the_words_tells_both_texts(old: str, new: str) -> None:
    runs = word_changes(old, new)
    assert "".join(run.text for run in runs if run.kind != "new") == old
    assert "".join(run.text for run in runs if run.kind != "gone") == new


@given(files, files)
@example("", "\n")
@example("\n", "")
def test_what_became_of_the_blocks_tells_both_texts(old: str, new: str) -> None:
    found = changes(old, new)
    assert "".join(change.old for change in found) == old
    assert "".join(change.new for change in found) == new
    for change in found:
        assert (change.kind == "same") == (change.old.rstrip("\n") == change.new.rstrip("\n"))
        if change.kind == "changed":
            assert change.words == word_changes(change.old.rstrip("\n"), change.new.rstrip("\n"))


def test_a_word_changed_in_one_paragraph_is_told_as_that_word() -> None:
    found = changes("Một hai ba.\n\nBốn năm.\n", "Một hai bốn.\n\nBốn năm.\n\nSáu.\n")
    assert [change.kind for change in found] == ["changed", "same", "new"]
    assert [(run.kind, run.text) for run in found[0].words][1:3] == [("gone", "ba"), ("new", "bốn")]


@given(files, files, files)
def test_the_three_sides_of_a_merge_join_to_their_texts_again(base: str, ours: str, theirs: str) -> None:
    stretches = merge(base, ours, theirs)
    assert "".join(each.base for each in stretches) == base
    assert "".join(each.ours for each in stretches) == ours
    assert "".join(each.theirs for each in stretches) == theirs


@given(files, files)
def test_changes_of_one_side_alone_are_taken_as_they_are(base: str, changed: str) -> None:
    for stretches in (merge(base, changed, base), merge(base, base, changed), merge(base, changed, changed)):
        assert all(each.kind != "clash" for each in stretches)
        assert take(stretches, {}).split() == changed.split()


@given(bodies, bodies, bodies, choices)
def test_no_word_that_somebody_wrote_is_missing_from_what_may_be_chosen(
    base: str, ours: str, theirs: str, chosen: dict[int, str]
) -> None:
    stretches = merge(FRONT + base, FRONT + ours, FRONT + theirs)
    merged = take(stretches, chosen)
    at = 0
    for place, each in enumerate(stretches):
        due = [each.theirs] if each.kind == "theirs" else [each.ours]
        if each.kind == "clash":
            pick = chosen.get(place, "ours")
            due = {"ours": [each.ours], "theirs": [each.theirs], "both": [each.ours, each.theirs]}[pick]
        for piece in due:
            at = merged.index(piece.rstrip("\n"), at) + len(piece.rstrip("\n"))
    assert merged.startswith(FRONT)


@given(st.lists(paragraphs, min_size=1, max_size=6), st.data())
def test_every_paragraph_that_only_one_of_two_people_touched_is_merged_unasked(
    base: list[str], data: st.DataObject
) -> None:
    base = [f"{letter} {text}" * 3 for letter, text in zip(string.ascii_uppercase, base, strict=False)]
    whose = data.draw(st.lists(st.sampled_from("-OT"), min_size=len(base), max_size=len(base)))
    ours = [f"{text} mine" if who == "O" else text for who, text in zip(whose, base, strict=True)]
    theirs = [f"{text} yours" if who == "T" else text for who, text in zip(whose, base, strict=True)]
    wanted = [mine if who == "O" else other for who, mine, other in zip(whose, ours, theirs, strict=True)]
    stretches = merge(*("\n\n".join(each) + "\n" for each in (base, ours, theirs)))
    assert all(each.kind != "clash" for each in stretches)
    assert take(stretches, {}) == "\n\n".join(wanted) + "\n"


def test_a_paragraph_added_below_one_that_the_other_changed_stands_apart_from_it() -> None:
    stretches = merge("Một hai ba.\n", "Một hai bốn.\n", "Một hai ba.\n\nNăm sáu.\n")
    assert take(stretches, {}) == "Một hai bốn.\n\nNăm sáu.\n"


def test_two_words_for_the_same_one_clash_and_each_may_be_chosen() -> None:
    sides = ("Cầu đỏ.\n\nHết.\n", "Cầu xanh.\n\nHết.\n", "Cầu vàng.\n\nHết.\n")
    stretches = merge(*sides)
    assert [each.kind for each in stretches] == ["clash", "same"]
    assert take(stretches, {0: "theirs"}) == sides[2]
    assert take(stretches, {0: "both"}) == "Cầu xanh.\n\nCầu vàng.\n\nHết.\n"


def test_a_key_of_the_front_matter_never_stands_there_twice() -> None:
    sides = [FRONT.replace("Cầu", title) + "Hết.\n" for title in ("Cầu", "Cầu gỗ", "Cầu đá")]
    stretches = merge(*sides)
    (place,) = [place for place, each in enumerate(stretches) if each.kind == "clash"]
    assert in_front(stretches, place)
    assert take(stretches, {place: "both"}) == sides[1]
