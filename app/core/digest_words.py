"""A digest as twenty-four short words, which two people can compare by telephone or on paper."""

import hashlib

from app.core.album_key import BITS, join_numbers, read_word, spell_words, split_words
from app.core.errors import UserError
from app.core.merkle import HASH_BYTES

WORDS = 24
_CHECK_BITS = WORDS * BITS - 8 * HASH_BYTES


class DigestWordsError(UserError):
    """What was typed is not a digest in words."""


def words_of_digest(digest: bytes) -> tuple[str, ...]:
    """Return a digest as words.

    The words are those of an album's key. Each holds 11 bits: together the digest's 256 and 8 to check them.

    Args:
        digest: 32 bytes, as the SHA-256 of a manifest.

    Returns:
        Twenty-four words of four letters.

    Raises:
        ValueError: the digest has another length.

    Source: HB1, "The digest in words".
    """
    if len(digest) != HASH_BYTES:
        raise ValueError(f"a digest has {HASH_BYTES} bytes")
    return spell_words(int.from_bytes(digest, "big") << _CHECK_BITS | _check(digest), WORDS)


def digest_of_words(typed: str) -> bytes:
    """Read a digest as somebody typed or pasted its words.

    Capitals, accents of a keyboard, and whatever stands between the words do not matter; nothing need.

    Args:
        typed: any text, from anyone.

    Returns:
        The digest, 32 bytes.

    Raises:
        DigestWordsError: more or fewer words, a word that is none of them, or words that do not fit together.

    Source: HB1, "The digest in words".
    """
    words = split_words(typed, WORDS)
    if words is None:
        raise _no_digest(f"it has not {WORDS} words of four letters")
    numbers = []
    for place, word in enumerate(words, start=1):
        number = read_word(word)
        if number is None:
            raise _no_digest(f"its word {place}, {word}, is none of the words")
        numbers.append(number)
    whole = join_numbers(numbers)
    digest = (whole >> _CHECK_BITS).to_bytes(HASH_BYTES, "big")
    if whole & (1 << _CHECK_BITS) - 1 != _check(digest):
        raise _no_digest("a word is wrong, or two have changed places")
    return digest


def _check(digest: bytes) -> int:
    return hashlib.sha256(digest).digest()[0]


def _no_digest(why: str) -> DigestWordsError:
    return DigestWordsError(
        f"This is not a digest in words: {why}",
        where="words",
        mend="Compare every word with what is published",
    )
