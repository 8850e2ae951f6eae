"""A manifest's digest as words: there and back, as people type, and which slips are noticed."""

import hashlib
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.album_key import read_word, spell_words
from app.core.digest_words import DigestWordsError, digest_of_words, words_of_digest

DIGEST = hashlib.sha256(b"a manifest").digest()
digests = st.binary(min_size=32, max_size=32)


@given(digests)
def test_a_digest_comes_back_from_its_words(digest: bytes) -> None:
    words = words_of_digest(digest)
    assert [len(word) for word in words] == [4] * 24
    assert digest_of_words(" ".join(words)) == digest


def test_the_words_hold_the_digest_and_the_first_byte_of_its_hash() -> None:
    bits = "".join(f"{read_word(word):011b}" for word in words_of_digest(DIGEST))
    assert bits == f"{int.from_bytes(DIGEST, 'big'):0256b}{hashlib.sha256(DIGEST).digest()[0]:08b}"


def test_every_number_has_its_own_word_and_back() -> None:
    words = [spell_words(number, 1)[0] for number in range(2048)]
    assert len(set(words)) == 2048
    assert [read_word(word) for word in words] == list(range(2048))
    assert (words[0], words[1], words[4], words[48], words[240], words[2047]) == (
        "babe", "babi", "bage", "beba", "gabe", "vitu",
    )  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        str.upper,
        lambda text: text.replace(" ", ""),
        lambda text: text.replace(" ", "\n"),
        lambda text: text.replace(" ", " - "),
        lambda text: unicodedata.normalize("NFC", text.replace("a", "a\u0302\u0301")),
    ],
)
def test_a_digest_is_read_as_people_type_it(typed: Callable[[str], str]) -> None:
    assert digest_of_words(typed(" ".join(words_of_digest(DIGEST)))) == DIGEST


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda words: words[:-1], "has not 24 words"),
        (lambda words: [*words, "babe"], "has not 24 words"),
        (lambda words: [], "has not 24 words"),
        (lambda words: ["word", *words[1:]], "word 1, word, is none"),
        (lambda words: [*words[:23], "vypu"], "word 24, vypu, is none"),
        (lambda words: [words[1], words[0], *words[2:]], "wrong, or two have changed places"),
        (lambda words: ["babe", *words[1:]], "wrong, or two have changed places"),
    ],
)
def test_words_that_are_no_digest_are_refused(change: Callable[[list[str]], list[str]], why: str) -> None:
    with pytest.raises(DigestWordsError, match=why):
        digest_of_words(" ".join(change(list(words_of_digest(DIGEST)))))


def test_nearly_all_slips_are_noticed_and_no_other_length_has_words() -> None:
    words = list(words_of_digest(DIGEST))
    missed = 0
    for number in range(2048):
        try:
            found = digest_of_words(" ".join([*words[:7], *spell_words(number, 1), *words[8:]]))
        except DigestWordsError:
            continue
        missed += found != DIGEST
    assert missed <= 24  # one of 256 is expected: 8 of 2,047
    with pytest.raises(ValueError, match="32 bytes"):
        words_of_digest(bytes(31))
