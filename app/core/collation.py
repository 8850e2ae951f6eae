"""Puts names into the alphabetical order that readers of a language look for them in.

Vietnamese: 29 letters, ă â đ ê ô ơ ư among them. Names are compared syllable by syllable,
two syllables of the same letters by their tone: ngang, huyền, hỏi, ngã, sắc, nặng. So "ba lô" stands before
"bà con". Elsewhere marks and strokes count only between names of the same letters.

Source: Unicode CLDR, common/collation/vi.xml (the letters, and the tones as U+0300, 0309, 0303, 0301, 0323);
syllable before syllable as in the dictionary of Hoàng Phê (Từ điển tiếng Việt, Viện Ngôn ngữ học).
"""

import re
import unicodedata

SortKey = tuple[object, ...]

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACE = {letter: place for place, letter in enumerate(_LETTERS)}
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_STROKES = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ß": "ss"})
_SYLLABLE = re.compile(r"\w+")


def sort_key(name: str, language: str) -> SortKey:
    """Return what to sort `name` by among names on a page in `language`; punctuation does not count."""
    syllables = _SYLLABLE.findall(_plain(name))
    if language == "vi":
        return tuple(_vietnamese(syllable) for syllable in syllables), name
    marked = " ".join(syllables)
    return _unmarked(marked), unicodedata.normalize("NFD", marked), name


def first_letter(name: str, language: str) -> str:
    """Return the capital under which `name` is listed, "" for a name without letters or digits."""
    syllables = _SYLLABLE.findall(_plain(name))
    if not syllables:
        return ""
    letters = _in_alphabet(syllables[0]) if language == "vi" else _unmarked(syllables[0])
    return letters[0].upper()


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _vietnamese(syllable: str) -> tuple[tuple[tuple[int, str], ...], int]:
    """Return a syllable's letters by their place in the alphabet, then its tone; digits come first."""
    tone = max((_TONES.find(sign) + 1 for sign in unicodedata.normalize("NFD", syllable)), default=0)
    return tuple((_place(letter), letter) for letter in _in_alphabet(syllable)), tone


def _in_alphabet(syllable: str) -> str:
    """Return a syllable without its tone, and every letter that is no Vietnamese one without its marks."""
    return "".join(letter if letter in _PLACE else _unmarked(letter) for letter in _without(_TONES, syllable))


def _place(letter: str) -> int:
    return -1 if letter.isdigit() else _PLACE.get(letter, len(_PLACE))


def _without(signs: str, word: str) -> str:
    left = (sign for sign in unicodedata.normalize("NFD", word) if sign not in signs)
    return unicodedata.normalize("NFC", "".join(left))


def _unmarked(word: str) -> str:
    apart = unicodedata.normalize("NFD", word.translate(_STROKES))
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not unicodedata.combining(sign)))
