"""An album's key as words: there and back, as people type, and which slips are noticed."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.album_key import (
    ALBUM_KEY_BYTES,
    AlbumKeyError,
    KeyCheckError,
    KeyLengthError,
    KeyWordError,
    parse_words,
    words_of,
)

ZERO, KEY = bytes(10), bytes(range(10))
LETTERS = "abcdefghijklmnopqrstuvwxyz"
keys = st.binary(min_size=ALBUM_KEY_BYTES, max_size=ALBUM_KEY_BYTES)


def refused(words: tuple[str, ...]) -> bool:
    try:
        parse_words(" ".join(words))
    except AlbumKeyError:
        return True
    return False


@given(keys)
def test_a_key_comes_back_from_its_words(key: bytes) -> None:
    words = words_of(key)
    assert [len(word) for word in words] == [4] * 8
    assert parse_words(" ".join(words)) == key


@given(keys)
def test_a_vietnamese_keyboard_changes_no_word(key: bytes) -> None:
    for start, first, middle, second in map(tuple, words_of(key)):
        assert {start, middle} <= set("bcghklmnptvy")
        assert {first, second} <= set("aeiou")
        assert first != second


def test_words_differ_wherever_keys_do() -> None:
    chance = random.Random(5)
    assert len({words_of(chance.randbytes(10)) for _ in range(5000)}) == 5000
    assert words_of(ZERO) == ("babe",) * 8


@given(keys, st.sampled_from([" ", "-", ", ", "", "\n", " · ", "–", "1. "]))
def test_whatever_stands_between_the_words_does_not_matter(key: bytes, between: str) -> None:
    assert parse_words(between.join(words_of(key))) == key


@pytest.mark.parametrize(
    "typed",
    [
        lambda text: text.upper(),
        lambda text: text.title(),
        lambda text: f"  {text}.\n",
        lambda text: f"https://h.example/album/open#{text.replace(' ', '-')}",
        lambda text: unicodedata.normalize("NFC", text.replace("a", "a\u0302").replace("o", "o\u031b\u0301")),
        lambda text: text.replace("a", "á").replace("u", "ư").replace("e", "ệ"),
        lambda text: " ".join(text.replace(" ", "")[place : place + 2] for place in range(0, 32, 2)),
    ],
)
def test_a_key_is_read_as_people_type_it(typed: object) -> None:
    assert callable(typed)
    for key in (KEY, ZERO, b"\xff" * 10):
        assert parse_words(typed(" ".join(words_of(key)))) == key


@given(keys, st.integers(0, 31), st.sampled_from(LETTERS))
def test_every_slip_of_one_letter_is_noticed(key: bytes, place: int, letter: str) -> None:
    words = list(words_of(key))
    word, within = divmod(place, 4)
    slipped = words[word][:within] + letter + words[word][within + 1 :]
    if slipped != words[word]:
        words[word] = slipped
        assert refused(tuple(words))


@given(keys, st.integers(0, 7), st.sampled_from([(2, 1, 0, 3), (0, 3, 2, 1)]))
def test_two_letters_exchanged_are_noticed(key: bytes, place: int, order: tuple[int, ...]) -> None:
    words = list(words_of(key))
    turned = "".join(words[place][index] for index in order)
    if turned != words[place]:
        words[place] = turned
        assert refused(tuple(words))


def test_of_words_that_are_no_key_250_in_251_are_noticed() -> None:
    chance = random.Random(251)
    rounds, passed = 100_000, 0
    for _ in range(rounds):
        words = list(words_of(chance.randbytes(10)))
        others = words_of(chance.randbytes(10))
        for place in chance.sample(range(8), 3):
            words[place] = others[place]
        passed += not refused(tuple(words))
    assert passed / rounds == pytest.approx(1 / 251, abs=0.001)


def test_two_words_exchanged_are_nearly_always_noticed() -> None:
    chance = random.Random(8)
    missed = tried = 0
    for _ in range(20_000):
        words = list(words_of(chance.randbytes(10)))
        one, other = chance.sample(range(8), 2)
        if words[one] != words[other]:
            words[one], words[other] = words[other], words[one]
            tried += 1
            missed += not refused(tuple(words))
    assert missed / tried < 1 / 200


@pytest.mark.parametrize(
    "typed",
    ["", "babe", "babe " * 7, "babe " * 9, "x" * 5000, "babe-" * 1000, "12345678", "🐟" * 8, "b" * 31],
)
def test_more_or_fewer_than_eight_words_are_no_key(typed: str) -> None:
    with pytest.raises(KeyLengthError):
        parse_words(typed)


@pytest.mark.parametrize(
    ("word", "number"),
    [("fabe", 1), ("baba", 3), ("cabe", 8), ("bab", 5), ("babes", 2), ("abba", 4), ("vuco", 6)],
)
def test_the_word_that_stands_in_no_key_is_named(word: str, number: int) -> None:
    words = ["babe"] * 8
    words[number - 1] = word
    with pytest.raises(KeyWordError) as refusal:
        parse_words(" ".join(words))
    assert (refusal.value.number, refusal.value.word) == (number, word)
    assert word not in str(refusal.value)


def test_words_that_are_no_key_together_say_so() -> None:
    with pytest.raises(KeyCheckError):
        parse_words(" ".join(["babe"] * 7 + ["babi"]))
    with pytest.raises(KeyCheckError):  # 251 more is the same remainder, and still no key
        parse_words(" ".join([*["babe"] * 7, "gahu"]))


@pytest.mark.parametrize("length", [0, 9, 11, 16])
def test_a_key_of_another_length_has_no_words(length: int) -> None:
    with pytest.raises(ValueError, match="10 bytes"):
        words_of(bytes(length))
