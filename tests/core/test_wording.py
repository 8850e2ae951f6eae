"""Measures of a text: what is read, in words and sentences, how hard it is, what it shares with another."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.wording import (
    FINGERPRINT_BYTES,
    SHARED_WORDS,
    contains,
    contains_any,
    fingerprints,
    longest_sentence,
    mean_sentence,
    paragraphs,
    prose,
    readability_index,
    sentences,
    words,
)

SOURCE = "The walls of the old gate were built of brick and stone."
WORDS = st.text("abcdeghiklmnopqrstuvxyăâđêôơưàảãáạếềộợự", min_size=1, max_size=7)
PARTS = ["The gate.", "It is old!", "Why is it here?", "Cổng cao 8,71 mét.", "It is 8.71 metres high…"]

# What is read


@pytest.mark.parametrize(
    ("markdown", "read"),
    [
        ("One gate.[^S1][^S2] Left.[^S-3]", "One gate. Left."),
        ("One gate.\n\n[^S1]: A source, 2026. <https://x.example>\n", "One gate."),
        ("## A heading\n\nOne gate.", "One gate."),
        ("## A heading\nOne gate.", "One gate."),
        ("See [the gate](/en/thang-long/north-gate) now.", "See the gate now."),
        ("A *stressed* and a **loud** word.", "A stressed and a loud word."),
        ("One\ngate.\n\nTwo  gates.", "One gate.\nTwo gates."),
        ("- one\n- two\n* three\n+ four", "one\ntwo\nthree\nfour"),
        ("1. First.\n2. Second\n   of two.\n10. Last.", "First.\nSecond of two.\nLast."),
        ("| what | height |\n|:---|---:|\n| gate | 8.71 |", "what\nheight\ngate\n8.71"),
        ('!!! legend "It is told"\n    That it was spared.[^S1]', "That it was spared."),
        ("", ""),
        ("## Only a heading\n\n[^S1]: And a note.", ""),
    ],
)
def test_prose_is_what_is_read_and_nothing_else(markdown: str, read: str) -> None:
    assert prose(markdown) == read


def test_a_paragraph_keeps_the_marks_of_its_notes_and_loses_headings_and_given_notes() -> None:
    text = "## Old\n\nOne gate.[^S1]\n\n- a\n- b\n \t\nTwo.\n\n[^S1]: A source."
    assert paragraphs(text) == ["One gate.[^S1]", "- a\n- b", "Two."]


def test_a_sentence_does_not_run_from_one_cell_or_item_into_the_next() -> None:
    assert len(sentences(prose("- one gate\n- two marks\n\n| a | b |\n|---|---|\n| c | d |"))) == 6


# Words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Chính Bắc Môn là cổng phía bắc.", 7),
        ("The gate’s walls, and its two-tier roof – all of it.", 10),
        ("Khối cổng cao 8,71 mét; 25-4-1882, 8:15, 1805/1806", 8),
        ("… – “” ! | *", 0),
        ("", 0),
    ],
)
def test_words_are_counted_and_punctuation_is_not(text: str, count: int) -> None:
    assert len(words(text)) == count


@pytest.mark.parametrize("text", ["Cột cờ Hà Nội được giữ lại", "Chính Bắc Môn, lầu ở trên nền điện"])
def test_a_text_has_the_same_words_however_its_marks_are_encoded(text: str) -> None:
    composed, apart = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert composed != apart
    assert words(apart) == words(composed)
    assert fingerprints(f"{apart} {apart}") == fingerprints(f"{composed} {composed}")


# Sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One gate. Two marks! Why? So…", ["One gate.", "Two marks!", "Why?", "So…"]),
        ("It is 8.71 metres high and 17.08 wide. Look.", ["It is 8.71 metres high and 17.08 wide.", "Look."]),
        ("Cổng cao 8,71 mét. Bạn nhìn xem.", ["Cổng cao 8,71 mét.", "Bạn nhìn xem."]),
        ("He said: “Go.” They went.", ["He said: “Go.", "They went."]),
        ("(They left.) Nobody came.", ["(They left.", "Nobody came."]),
        ("A line\nends one\ntoo", ["A line", "ends one", "too"]),
        ("… ! – ? Only this is one.", ["Only this is one."]),
        ("", []),
    ],
)
def test_a_text_is_divided_into_its_sentences(text: str, parts: list[str]) -> None:
    found = sentences(text)
    assert [words(each) for each in found] == [words(each) for each in parts]


@given(st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from([" ", "\n", "  "]))))
def test_sentences_put_side_by_side_are_found_again(parts: list[tuple[str, str]]) -> None:
    assert sentences("".join(part + gap for part, gap in parts)) == [part for part, _ in parts]


def test_the_mean_and_the_longest_sentence_are_counted_in_words() -> None:
    text = "One gate. It is 8.71 metres high. Look!"
    assert mean_sentence(text) == pytest.approx(8 / 3)
    assert longest_sentence(text) == "It is 8.71 metres high."


def test_an_empty_text_has_no_longest_sentence_and_a_mean_of_nothing() -> None:
    assert (mean_sentence(""), longest_sentence(""), mean_sentence("…")) == (0.0, "", 0.0)


# How hard it is


@pytest.mark.parametrize(
    ("text", "index"),
    [
        # 18 letters in 6 words in 2 sentences: 4.71 · 3 + 0.5 · 3 − 21.43
        ("The dog ran. It was fast!", -5.80),
        # 75 letters and figures in 11 words in 1 sentence: 32.114 + 5.5 − 21.43; points are no letters
        ("Archaeologists measured two-tier fortifications, 8.71 metres high, beside the gate itself", 16.184),
    ],
)
def test_the_readability_index_is_that_of_senter_and_smith(text: str, index: float) -> None:
    assert readability_index(text) == pytest.approx(index, abs=5e-4)


def test_longer_words_and_longer_sentences_read_harder() -> None:
    easy = readability_index("The gate is old. It has two marks.")
    assert readability_index("The gate is old and it has two marks.") > easy
    assert readability_index("The fortification is ancient. It exhibits two impressions.") > easy


# What it shares with another


def other_case(text: str) -> str:
    return text.upper()


def other_punctuation(text: str) -> str:
    return "“" + text.replace(" ", ", ").replace(".", "!") + "”"


@pytest.mark.parametrize("change", [other_case, other_punctuation])
def test_the_same_words_in_other_case_or_punctuation_have_the_same_fingerprints(
    change: Callable[[str], str],
) -> None:
    assert change(SOURCE) != SOURCE
    assert fingerprints(change(SOURCE)).keys() == fingerprints(SOURCE).keys()


def test_a_sentence_that_stands_inside_another_text_is_found_with_its_words() -> None:
    ours = fingerprints(f"We read somewhere: “{SOURCE}” That is copied.")
    shared = [ours[mark] for mark in fingerprints(SOURCE)]
    assert len(shared) == 12 - SHARED_WORDS + 1
    assert shared[0] == "the walls of the old gate were built"


@given(st.lists(WORDS, min_size=SHARED_WORDS, max_size=SHARED_WORDS), st.integers(0, SHARED_WORDS - 1), WORDS)
def test_one_word_changed_in_eight_leaves_nothing_shared(run: list[str], at: int, word: str) -> None:
    changed = [*run[:at], word, *run[at + 1 :]]
    shared = fingerprints(" ".join(run)).keys() & fingerprints(" ".join(changed)).keys()
    assert bool(shared) == (changed == run)


@given(st.lists(WORDS, max_size=30))
def test_each_run_of_eight_words_has_one_short_fingerprint_and_less_has_none(run: list[str]) -> None:
    found = fingerprints(" ".join(run))
    runs = {" ".join(run[at : at + SHARED_WORDS]) for at in range(len(run) - SHARED_WORDS + 1)}
    assert set(found.values()) == runs
    assert len(found) == len(runs)
    assert {len(mark) for mark in found} <= {FINGERPRINT_BYTES}


# Forms of the glossary


@pytest.mark.parametrize(
    ("text", "form", "stands"),
    [
        ("Under the moat bridge.", "moat", True),
        ("Moat and wall.", "moat", True),
        ("The moats.", "moat", False),
        ("A bigmoat.", "moat", False),
        ("The gate’s moat-side.", "moat", True),
        ("Cửa Bắc ở đây.", "Cửa Bắc", True),
        ("Một cửa bắc khác.", "Cửa Bắc", False),
        ("The noon gate.", "Noon Gate", False),
        ("Điện Kính Thiên.", "điện", True),
        ("Đọc chữ.", "đọ", False),
        ("A gate (1805).", "1805", True),
        ("In 18050.", "1805", False),
        ("a.b", "a.b", True),
        ("axb", "a.b", False),
    ],
)
def test_a_form_stands_as_whole_words_and_a_capital_one_only_as_it_is_written(
    text: str, form: str, stands: bool
) -> None:
    assert contains(text, form) is stands
    assert contains_any(text, ("nowhere", form)) is stands
    assert not contains_any(text, ())
