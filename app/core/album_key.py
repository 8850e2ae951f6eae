"""An album's key as eight short words that a child can copy and a telephone keyboard leaves alone."""

import re
import unicodedata

from app.core.errors import UserError

ALBUM_KEY_BYTES = 10
WORDS = 8
LETTERS = 4

CONSONANTS = "bghklmntvypc"
VOWELS = "aeiou"
"""No letter is a key of a Vietnamese keyboard (Telex: w f j s r x z dd), and the two vowels of a word are
never equal (aa, ee, oo): typing a word changes nothing in it. The first consonant is never y, p or c."""

BITS = 11
"""What one word holds."""

LONGEST_TYPED = 300
_PRIME = 251
_LAST = len(VOWELS) - 1


class AlbumKeyError(UserError):
    """What was typed is not an album's key."""


class KeyLengthError(AlbumKeyError):
    """More or fewer than eight words."""


class KeyWordError(AlbumKeyError):
    """A word that stands in no key.

    Args:
        number: its place, from 1.
        word: what was typed.
    """

    def __init__(self, number: int, word: str) -> None:
        super().__init__(f"word {number} stands in no album key", mend="Compare it letter by letter")
        self.number = number
        self.word = word


class KeyCheckError(AlbumKeyError):
    """Every word is one, but together they are no key."""


def words_of(key: bytes) -> tuple[str, ...]:
    """Return an album's key as words.

    Eight words hold 88 bits: the key's 80, and 8 that make the weighted sum of all words divisible by 251.
    Every slip of one letter and two letters exchanged within a word are noticed; two words exchanged are too,
    unless they are alike modulo 251; of any other words that are no key, 250 of 251 are.

    Args:
        key: 10 bytes.

    Returns:
        Eight words of four letters, consonant, vowel, consonant, vowel.

    Raises:
        ValueError: the key has another length.

    Source: Wilkerson 2009, "A Proposal for Proquints" (the idea); the check as in ISO 7064, a prime modulus.
    """
    if len(key) != ALBUM_KEY_BYTES:
        raise ValueError(f"an album key has {ALBUM_KEY_BYTES} bytes")
    whole = int.from_bytes(key, "big") << 8
    whole += -_weighed(_split(whole, WORDS)) % _PRIME
    return spell_words(whole, WORDS)


def parse_words(typed: str) -> bytes:
    """Read a key as somebody typed, pasted or scanned it.

    Capitals, accents of a keyboard, and whatever stands between the words do not matter; nothing need.

    Args:
        typed: any text, from anyone; before a # stands the address of a scanned key.

    Returns:
        The key, 10 bytes.

    Raises:
        KeyLengthError: more or fewer than eight words.
        KeyWordError: a word that stands in no key.
        KeyCheckError: the words are no key together.

    Source: `words_of`.
    """
    words = split_words(typed, WORDS)
    if words is None:
        raise KeyLengthError(f"a key has {WORDS} words", mend="Type all eight words of four letters")
    numbers = []
    for place, word in enumerate(words, start=1):
        number = read_word(word)
        if number is None:
            raise KeyWordError(place, word)
        numbers.append(number)
    whole = join_numbers(numbers)
    if _weighed(numbers) % _PRIME or whole & 0xFF >= _PRIME:
        raise KeyCheckError("these words are no key together", mend="Compare every word with the key")
    return (whole >> 8).to_bytes(ALBUM_KEY_BYTES, "big")


def split_words(typed: str, count: int) -> list[str] | None:
    """Return the words that were typed, in small letters without accents; None if they are not `count`.

    Args:
        typed: any text, from anyone; what stands before a # is left out.
        count: how many words there should be; together they may also be typed without anything between them.
    """
    plain = unicodedata.normalize("NFD", typed[: LONGEST_TYPED + 1].rpartition("#")[2]).casefold()
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign)).replace("đ", "d")
    words = re.findall(r"[a-z]+", letters)
    whole = "".join(words)
    if len(typed) > LONGEST_TYPED or (len(words) != count and len(whole) != count * LETTERS):
        return None
    if len(words) == count:
        return words
    return [whole[start : start + LETTERS] for start in range(0, len(whole), LETTERS)]


def spell_words(whole: int, count: int) -> tuple[str, ...]:
    """Return a number of 11 bits a word as `count` words, the highest bits first."""
    return tuple(_spell(number) for number in _split(whole, count))


def join_numbers(numbers: list[int]) -> int:
    """Return the number whose words have these numbers of 11 bits, the highest bits first."""
    return sum(number << BITS * place for place, number in enumerate(reversed(numbers)))


def _split(whole: int, count: int) -> list[int]:
    return [whole >> BITS * place & (1 << BITS) - 1 for place in reversed(range(count))]


def _weighed(numbers: list[int]) -> int:
    return sum((WORDS - place) * number for place, number in enumerate(numbers))


def _spell(number: int) -> str:
    number, second = divmod(number, _LAST)
    number, middle = divmod(number, len(CONSONANTS))
    start, first = divmod(number, len(VOWELS))
    others = VOWELS.replace(VOWELS[first], "")
    return CONSONANTS[start] + VOWELS[first] + CONSONANTS[middle] + others[second]


def read_word(word: str) -> int | None:
    """Return a word's number, 0 to 2047; None if it is none of the words.

    Source: HB1, "The digest in words".
    """
    if len(word) != LETTERS:
        return None
    start, middle = CONSONANTS.find(word[0]), CONSONANTS.find(word[2])
    first = VOWELS.find(word[1])
    second = VOWELS.replace(word[1], "").find(word[3])
    if min(start, middle, first, second) < 0:
        return None
    number = ((start * len(VOWELS) + first) * len(CONSONANTS) + middle) * _LAST + second
    return number if number < 1 << BITS else None
