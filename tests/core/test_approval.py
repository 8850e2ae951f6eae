"""The line that says a text was approved: of exactly these words, and never twice."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.core.approval import approved_words, without_approval, words_hash

DAY = date(2026, 11, 22)
FILE = "---\ntitle: Cầu\nsummary: Ngắn\n---\napproved: not a key here\n\nMột câu.\n"

lines = st.text(alphabet="ab: -\n", max_size=40)


def test_the_line_stands_last_in_the_front_matter_and_names_the_words() -> None:
    said = approved_words(FILE, DAY)
    assert f'summary: Ngắn\napproved: {{day: 2026-11-22, of: "{words_hash(FILE)}"}}\n---\n' in said
    assert words_hash(said) == words_hash(FILE)


def test_without_the_line_a_file_is_what_it_was_and_the_text_keeps_its_own_words() -> None:
    assert without_approval(approved_words(FILE, DAY)) == FILE
    assert without_approval(FILE) == FILE


def test_a_second_approval_takes_the_place_of_the_first() -> None:
    again = approved_words(approved_words(FILE, DAY), date(2027, 1, 1))
    assert again == approved_words(FILE, date(2027, 1, 1))


def test_another_word_has_another_name() -> None:
    assert words_hash(FILE) != words_hash(FILE.replace("Một", "Hai"))
    assert words_hash(FILE) != words_hash(FILE.replace("Ngắn", "Dài"))


def test_a_file_without_front_matter_is_given_back_as_it_is() -> None:
    assert approved_words("Một câu.\n", DAY) == "Một câu.\n"


@given(lines, lines)
def test_the_line_comes_and_goes_and_nothing_else_does(front: str, body: str) -> None:
    file = without_approval(f"---\n{front}\n---\n{body}")
    assert without_approval(approved_words(file, DAY)) == file
