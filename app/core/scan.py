"""What a scanner typed at the packing table, whatever a keyboard made of it: an insert or an outer label."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from app.core.code import CODE_LENGTH, MOST_CANDIDATES, parse_code, put_back
from app.core.editions import parse_edition
from app.core.errors import UserError

LONGEST_SCAN = 400
FEWEST_STEADY = 6
"""Signs of a code that no keyboard changed, below which nothing is guessed from them."""

_EDITION = re.compile(r"[0-9]{1,10}")
_NEAR_A_CODE = range(CODE_LENGTH - 3, CODE_LENGTH + 5)
_FEWEST_LEFT = 9
"""Signs that are left of a code when a keyboard took away as many as it can."""

# What an input method leaves as it is, in its order: Telex takes letters for marks, VNI takes digits.
_STEADY = (frozenset("BCGHKMNPQTVY0123456789"), frozenset("ABCDEFGHJKMNPQRSTVWXYZ"))

_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_MARKS = (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT)
_METHODS: tuple[Mapping[str, str], ...] = (
    dict(zip(_MARKS, "SFRXJ", strict=True)) | {_BREVE: "W", _HORN: "W", "Đ": "D"},
    dict(zip(_MARKS, "12345", strict=True)) | {_CIRCUMFLEX: "6", _HORN: "7", _BREVE: "8", "Đ": "9"},
)

# The layout "Vietnamese" of Windows and X11 has these signs where other layouts have the digits.
_SIGNS = {"A" + _BREVE: "1", "A" + _CIRCUMFLEX: "2", "E" + _CIRCUMFLEX: "3", "O" + _CIRCUMFLEX: "4"}
_SIGNS |= {_GRAVE: "5", _HOOK: "6", _TILDE: "7", _ACUTE: "8", _DOT: "9", "Đ": "0"}
# Shift held the other way round, on a US keyboard.
_UNSHIFTED = str.maketrans("!@#$%^&*()_?;>", "1234567890-/:.")


class ScanError(UserError):
    """What came from the scanner is of no use; the subclasses say why."""


class NeitherError(ScanError):
    """Neither an insert nor an outer label."""


class KeyboardScanError(ScanError):
    """A keyboard layout changed what was typed, and it cannot be undone for certain."""


class OtherRunError(ScanError):
    """An insert or a label of another run."""


@dataclass(frozen=True)
class Insert:
    """The card with this edition number was scanned."""

    edition: int


@dataclass(frozen=True)
class OuterLabel:
    """The outer label with this edition number was scanned, or the number was typed."""

    edition: int


class Reader:
    """Reads what a scanner types, for one run.

    Args:
        run: the run's id.
        editions: the edition number of every code of the run.
    """

    def __init__(self, run: str, editions: Mapping[str, int]) -> None:
        self._run = run
        self._editions = editions

    def read(self, typed: str) -> Insert | OuterLabel:
        """Tell what was scanned or typed: an address as cards and labels show it, a code, or a number.

        The marks of Telex and VNI, the Vietnamese layout, Caps Lock and a Shift held the other way round are
        undone; where several codes could have been typed, the run's own decides.

        Args:
            typed: one line, from anyone.

        Raises:
            NeitherError: it is neither; nor could it have been one.
            OtherRunError: it is of another run.
            KeyboardScanError: a keyboard changed it beyond repair.
            BeyondRunError: the run has no box of that number.
            MistypedCodeError: a code with a slip in it.
        """
        if len(typed) > LONGEST_SCAN:
            raise _neither()
        readings = [_words(reading) for reading in _readings(typed)]
        for words in readings:
            written = self._own_label(words)
            if written:
                return OuterLabel(parse_edition(written, len(self._editions)))
        for words in reversed(readings):
            self._refuse_other_label(words, marked=_is_marked(typed))
        return Insert(self._insert(readings, marked=_is_marked(typed)))

    def _own_label(self, words: Sequence[str]) -> str:
        """Return the number of a label of this run, "" if it is none."""
        if len(words) == 1:
            return words[0] if _EDITION.fullmatch(words[0]) else ""
        if len(words) < 3 or words[-3] != "R" or not _EDITION.fullmatch(words[-1]):
            return ""
        typed, run = words[-2].split("-"), self._run.split("-")
        same = len(typed) == len(run) and all(map(_could_be, typed, run))
        return words[-1] if same else ""

    def _refuse_other_label(self, words: Sequence[str], *, marked: bool) -> None:
        """Refuse a label whose run is another one, or cannot be made out.

        Raises:
            OtherRunError, KeyboardScanError: it is a label.
        """
        if "HTTP" not in words[0] or "R" not in words[-3:-1]:
            return
        if marked:
            raise _keyboard()
        if words[-2] == "R":
            raise OtherRunError(
                "this opens a run's page, but tells no box",
                mend="Scan the label that stands on the box itself",
            )
        raise OtherRunError(f"this label is of the run {words[-2]}, not of {self._run}", mend="Put it aside")

    def _insert(self, readings: Sequence[Sequence[str]], *, marked: bool) -> int:
        """Return the edition number of the insert whose code was read."""
        written = [text for text in map(_code_in, readings) if text]
        if not written or max(map(len, written)) < _FEWEST_LEFT:
            raise _keyboard() if marked and "HTTP" in readings[0][0] else _neither()
        passing, slip = set[str](), None
        for text in written:
            try:
                passing.add(parse_code(text))
            except UserError as error:
                slip = slip or error
        own = passing.intersection(self._editions)
        # A Telex key that is typed twice takes its mark off again: a sign is lost, or a U is left of WW.
        if not own and (marked or len(written[0]) < CODE_LENGTH or "U" in written[0]):
            own = {code for text in written for code in self._steady_in(text)}
        if len(own) == 1:
            return self._editions[own.pop()]
        if marked or len(own) > 1:
            raise _keyboard() from slip
        if passing:
            raise OtherRunError(f"this insert is not one of {self._run}", mend="Put it aside")
        near = len(written[0]) in _NEAR_A_CODE and not written[0].isdecimal()
        raise slip if slip and near else _neither()

    def _steady_in(self, text: str) -> Iterator[str]:
        """Yield the codes of the run that a keyboard can have made into `text`."""
        for signs, known in zip(_STEADY, self._by_steady, strict=True):
            steady = _steady(text, signs)
            if len(steady) >= FEWEST_STEADY:
                yield from known.get(steady, ())

    @cached_property
    def _by_steady(self) -> tuple[Mapping[str, list[str]], ...]:
        """Return the run's codes by the signs that an input method leaves, for each method."""
        made = []
        for signs in _STEADY:
            known = defaultdict(list)
            for code in self._editions:
                known[_steady(code, signs)].append(code)
            made.append(known)
        return tuple(made)


def same_keys(typed: str, word: str) -> bool:
    """Tell whether `typed` is `word`, perhaps with letters that a Telex keyboard took for marks."""
    words = _words(typed)
    return len(words) == 1 and _could_be(words[0], word.upper())


def _readings(typed: str) -> Iterator[str]:
    """Yield a text with its Shift put right, and as it was typed if the layout was the Vietnamese one."""
    yield typed.translate(_UNSHIFTED)
    if _is_marked(typed):
        yield _without_layout(typed)


def _without_layout(typed: str) -> str:
    """Return what was typed, if the layout was the Vietnamese one; marks keep the order they came in."""
    keys = ""
    for sign in typed.upper():
        decomposed = unicodedata.normalize("NFD", sign)
        whole = next((each for each in _SIGNS if len(each) == 2 and decomposed.startswith(each)), "")
        keys += _SIGNS[whole] if whole else ""
        keys += "".join(_SIGNS.get(each, each) for each in decomposed[len(whole) :])
    return keys


def _is_marked(text: str) -> bool:
    """Tell whether a text has marks or letters that no code and no address has."""
    return not text.isascii()


def _words(text: str) -> list[str]:
    """Return the runs of letters, digits, marks and hyphens, in capitals; at least one, perhaps empty."""
    kept = (
        sign if sign.isalnum() or sign == "-" or unicodedata.combining(sign) else " "
        for sign in unicodedata.normalize("NFC", text).upper()
    )
    return "".join(kept).split() or [""]


def _code_in(words: Sequence[str]) -> str:
    """Return the part that is a code: what stands behind B in an address, else everything; "" for none."""
    if len(words) > 1 and words[-2] == "B":
        return words[-1]
    return "" if "HTTP" in words[0] else "".join(words)


def _steady(text: str, signs: frozenset[str]) -> str:
    """Return the signs of a text that an input method leaves as they are."""
    return "".join(
        sign for sign in unicodedata.normalize("NFD", text.replace("Đ", "D").upper()) if sign in signs
    )


def _could_be(word: str, wanted: str) -> bool:
    """Tell whether an input method can have made `word` of `wanted`."""
    if word == wanted:
        return True
    if not _is_marked(word):
        return False
    return any(
        wanted in map("".join, islice(put_back(letters, keys), MOST_CANDIDATES))
        for method in _METHODS
        for lone in (False, True)
        for letters, keys in (_undone(word, method, lone=lone),)
        if len(letters) + len(keys) == len(wanted)
    )


def _undone(word: str, method: Mapping[str, str], *, lone: bool) -> tuple[list[str], list[tuple[int, str]]]:
    """Split a word into the letters that stayed and the keys that became marks; `lone`: Ư came of W alone."""
    letters: list[str] = []
    keys: list[tuple[int, str]] = []
    cluster = 0
    for sign in unicodedata.normalize("NFD", word):
        if sign == "Đ":
            letters.append("D")
            keys.append((len(letters), method[sign]))
        elif not unicodedata.combining(sign):
            if not (sign in "AEIOUY" and letters and letters[-1] in "AEIOUY"):
                cluster = len(letters)
            letters.append(sign)
        elif sign == _HORN and lone and letters[-1] == "U":
            letters[-1] = method[sign]
        elif letters:
            # A tone moves along its vowels, so its key may have come before the letter it stands on.
            start = cluster + 1 if sign in _MARKS else len(letters)
            keys.append((start, method.get(sign, letters[-1])))
    return letters, keys


def _neither() -> NeitherError:
    return NeitherError(
        "this is neither an insert nor an outer label",
        mend="Scan the code on the card, then the code on the box; ? shows what can be typed",
    )


def _keyboard() -> KeyboardScanError:
    return KeyboardScanError(
        "the keyboard layout changed what the scanner typed, and it cannot be undone",
        mend="Switch the keyboard to English (US), then scan again",
    )
