"""Names in the order in which readers look for them."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.collation import first_letter, sort_key

ALPHABET = tuple("aăâbcdđeêghiklmnoôơpqrstuưvxy")
VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
NAMES = st.text(st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạầẩẫấậỗộởợ AĐÔ-0179éœ日建한"), max_size=12)
LANGUAGES = st.sampled_from(("vi", "en", "fr", "ja", "ko", "zh"))


def in_order(language: str, *names: str) -> None:
    """Assert that names which come in another order are put into this one."""
    mixed = list(reversed(names))
    mixed.sort(key=lambda name: sort_key(name, language))
    assert mixed == list(names)


def test_the_vietnamese_alphabet_has_29_letters_in_this_order() -> None:
    assert len(ALPHABET) == 29
    in_order("vi", *ALPHABET)
    in_order("vi", *(letter.upper() for letter in ALPHABET))
    assert [first_letter(letter, "vi") for letter in ALPHABET] == [letter.upper() for letter in ALPHABET]


def test_tones_come_after_letters_level_grave_hook_tilde_acute_dot() -> None:
    in_order("vi", "ma", "mà", "mả", "mã", "má", "mạ", "mạch", "mai")
    in_order("vi", "Đa", "Đà", "Đả", "Đã", "Đá", "Đạ", "Đan")


def test_syllables_are_compared_one_after_the_other_as_in_a_dictionary() -> None:
    in_order("vi", "ba", "ba lô", "bà con", "bá", "ban", "bàn", "băng", "bông")
    in_order("vi", "Cấm Thành", "Cột cờ", "Cửa Bắc", "Dinh", "Đoan Môn", "Hoàng thành", "Ô Quan Chưởng")


def test_elsewhere_marks_count_only_between_names_of_the_same_letters() -> None:
    for language in ("en", "fr", "ja"):
        in_order(language, "Đa Nhim", "Dam", "Dan", "Đao")
        in_order(language, "cote", "coté", "côte", "cotes")
        assert first_letter("Đoan Môn", language) == "D"
        assert first_letter("Œuvre", language) == "O"


@pytest.mark.parametrize(
    ("name", "letter"),
    [("“Đền”", "Đ"), ("36 phố", "3"), ("ấp", "Â"), ("Ứng", "Ư"), ("éclair", "E"), ("  ", ""), ("日本", "日")],
)
def test_a_name_stands_under_its_first_letter_without_tone_and_quotes(name: str, letter: str) -> None:
    assert first_letter(name, "vi") == letter


@given(st.lists(NAMES, max_size=8), LANGUAGES)
def test_names_under_one_letter_stand_together(names: list[str], language: str) -> None:
    """So that a list in order can be cut into letters."""
    ordered = sorted(names, key=lambda name: sort_key(name, language))
    letters = [first_letter(name, language) for name in ordered]
    changes = [later for earlier, later in pairwise([None, *letters]) if earlier != later]
    assert len(changes) == len(set(letters))


@given(NAMES, LANGUAGES)
def test_composed_and_decomposed_and_capital_names_are_the_same_name(name: str, language: str) -> None:
    apart = unicodedata.normalize("NFD", name)
    assert sort_key(apart, language)[:-1] == sort_key(name, language)[:-1]
    assert sort_key(name.upper(), language)[:-1] == sort_key(name, language)[:-1]
    assert first_letter(apart, language) == first_letter(name, language)


@given(
    st.text(st.sampled_from("bcdđghklmnpqrstvx"), max_size=3),
    st.sampled_from(VOWELS),
    st.text("chmnpt", max_size=2),
)
def test_a_tone_never_outweighs_a_letter(head: str, vowel: str, tail: str) -> None:
    toned = [unicodedata.normalize("NFC", head + vowel + tone + tail) for tone in TONES]
    in_order("vi", *toned, head + vowel + tail + "a")
