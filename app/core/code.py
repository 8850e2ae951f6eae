"""Codes that people type: their alphabet, their check character, and reading what was typed."""

import hashlib
import unicodedata
from collections.abc import Iterator

from app.core.errors import UserError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 18
TAG_BYTES = 16

# Three times what a code with separators needs; more is not a code and is not worth decomposing.
LONGEST_TYPED = 64
# The search ends at the second candidate that passes, about the 64th; this bounds an unlucky or hostile text.
MOST_CANDIDATES = 4096

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
# Multiplication by alpha in GF(32) modulo x^5 + x^2 + 1, for the five-bit values.
TIMES_ALPHA = tuple((value << 1) ^ (0b100101 if value & 0b10000 else 0) for value in range(32))

# Phones turn a hyphen into its typographic cousins.
_SEPARATORS = frozenset("-\u2010\u2011\u2012\u2013\u2014")
_LOOKALIKES = {"O": "0", "I": "1", "L": "1"}

_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_TONES = {"\u0301": "S", "\u0300": "F", "\u0309": "R", "\u0303": "X", "\u0323": "J"}
_SHAPES = {("A", _CIRCUMFLEX): "A", ("E", _CIRCUMFLEX): "E", ("O", _CIRCUMFLEX): "0"}
_SHAPES |= {("A", _BREVE): "W", ("O", _HORN): "W"}
_VOWELS = frozenset("AEIOUY")


class MistypedCodeError(UserError):
    """What was typed cannot be a code: a wrong character, length or check character."""


class KeyboardCodeError(UserError):
    """A Vietnamese keyboard changed the code in a way that cannot be undone with certainty."""


def check_character(body: str, length: int = CODE_LENGTH) -> str:
    """Return the check character that follows all other characters of a code.

    Args:
        body: `length - 1` characters of `ALPHABET`.
        length: characters of the whole code; at most 31, for the weights repeat after that.

    Returns:
        One character of `ALPHABET`.

    Raises:
        MistypedCodeError: `body` is not `length - 1` characters of `ALPHABET`.

    Source: HB1, "Codes and labels": a weighted sum in GF(32).
    """
    if len(body) != length - 1:
        raise _wrong_length(length)
    for character in body:
        if character not in _VALUES:
            raise _foreign(character)
    return ALPHABET[_horner(body)]


def parse_code(typed: str, length: int = CODE_LENGTH) -> str:
    """Read a code as a buyer typed, pasted or scanned it.

    Lower case, spaces, hyphens, O for 0, I or L for 1, and the marks of a Telex keyboard are repaired.

    Args:
        typed: any text, from anyone.
        length: characters of the code.

    Returns:
        The code proper: `length` upper-case characters without separators, its check character right.

    Raises:
        MistypedCodeError: a character that no code has, a wrong length, or a wrong check character.
        KeyboardCodeError: a Telex keyboard's marks leave no candidate, or more than one.

    Source: HB1, "Codes and labels".
    """
    if len(typed) > LONGEST_TYPED:
        raise _wrong_length(length)
    decomposed = unicodedata.normalize("NFD", typed)
    letters, keys = _undo_marks(decomposed)
    if not any(unicodedata.combining(character) or character in "Đđ" for character in decomposed):
        if len(letters) != length:
            raise _wrong_length(length)
        code = "".join(letters)
        if _passes(code):
            return code
        raise MistypedCodeError(
            "This code has a slip in it: its last character does not fit the others",
            mend="Compare it character by character, and type it again",
        )
    passing: set[str] = set()
    if len(letters) + len(keys) == length:
        for tried, candidate in enumerate(put_back(letters, keys)):
            if tried == MOST_CANDIDATES:
                raise _keyboard()
            if _passes(candidate):
                passing.add(candidate)
                if len(passing) > 1:
                    raise _keyboard()
    if len(passing) != 1:
        raise _keyboard()
    return passing.pop()


def spell(code: str) -> str:
    """Return a code as it is printed: three groups of six characters.

    Args:
        code: 18 characters.

    Returns:
        The groups, separated by one space.
    """
    return f"{code[:6]} {code[6:12]} {code[12:]}"


def code_tag(code: str) -> bytes:
    """Return the tag under which a code's box is stored.

    Args:
        code: the code proper, as `parse_code` returns it.

    Returns:
        16 bytes.

    Source: HB1, "Codes and labels".
    """
    return hashlib.sha256(b"HB1/tag" + code.encode("ascii")).digest()[:TAG_BYTES]


def _horner(body: str) -> int:
    accumulator = 0
    for character in body:
        accumulator = TIMES_ALPHA[accumulator ^ _VALUES[character]]
    return accumulator


def _passes(code: str) -> bool:
    return ALPHABET[_horner(code[:-1])] == code[-1]


def _undo_marks(decomposed: str) -> tuple[list[str], list[tuple[int, str]]]:
    """Split decomposed text into the letters that stayed and the keys that became marks.

    Returns:
        The letters in order, as characters of `ALPHABET`; and each swallowed key with the number of letters
        that certainly came before it.
    """
    letters: list[str] = []
    keys: list[tuple[int, str]] = []
    base, marks, cluster_start = "", "", 0
    for character in decomposed:
        if unicodedata.combining(character):
            marks += character
            _undo_one_mark(base, marks, letters, keys, cluster_start)
            continue
        was_vowel, marks = base in _VOWELS, ""
        if character.isspace() or character in _SEPARATORS:
            base = ""
            continue
        base = character.upper() if character.isascii() or character == "đ" else character
        if base in _VOWELS and not was_vowel:
            cluster_start = len(letters)
        if base == "Đ":
            letters.append("D")
            keys.append((len(letters), "D"))
        else:
            letters.append(_LOOKALIKES.get(base, base))
    for letter in letters:
        if letter not in _VALUES:
            raise _foreign(letter)
    return letters, keys


def _undo_one_mark(
    base: str, marks: str, letters: list[str], keys: list[tuple[int, str]], cluster_start: int
) -> None:
    """Add the key that the last of a letter's marks came from, or refuse what Telex cannot make."""
    mark = marks[-1]
    earlier_tones = sum(earlier in _TONES for earlier in marks[:-1])
    earlier_shapes = len(marks) - 1 - earlier_tones
    if base == "U" and mark == _HORN and not earlier_shapes:
        letters[-1] = "W"
    elif (base, mark) in _SHAPES and not earlier_shapes:
        keys.append((len(letters), _SHAPES[base, mark]))
    elif base in _VOWELS and mark in _TONES and not earlier_tones:
        # Keyboards move a tone along its vowels (YSA gives YÁ), so its key may precede the letter under it.
        keys.append((cluster_start + 1, _TONES[mark]))
    else:
        raise _foreign(base + mark)


def put_back(letters: list[str], keys: list[tuple[int, str]]) -> Iterator[str]:
    """Yield every text that puts each key at some place behind its letter, with repeats.

    Args:
        letters: what stayed, in order.
        keys: each swallowed key with the number of letters that certainly came before it.
    """
    if not keys:
        yield "".join(letters)
        return
    # The rightmost key goes first, so that the places counted from the left stay true for the others.
    start, key = max(keys)
    others = list(keys)
    others.remove((start, key))
    for place in range(start, len(letters) + 1):
        yield from put_back([*letters[:place], key, *letters[place:]], others)


def _wrong_length(length: int) -> MistypedCodeError:
    return MistypedCodeError(
        f"This code has {length} characters, and what was typed has more or fewer",
        mend="Type every group; if letters vanish while you type, switch the Vietnamese keyboard off",
    )


def _foreign(character: str) -> MistypedCodeError:
    shown = unicodedata.normalize("NFC", character) if character.isprintable() else "an invisible sign"
    return MistypedCodeError(
        f"No code has the character {shown} in it",
        mend="Look at it again: a code has only digits, and letters other than I, L, O and U",
    )


def _keyboard() -> KeyboardCodeError:
    return KeyboardCodeError(
        "A Vietnamese keyboard changed this code while it was typed",
        mend="Switch the Vietnamese keyboard off and type the code again, or scan its square",
    )
