"""A Vietnamese keyboard as phones and computers have it: what Telex makes of the keys that are typed."""

import unicodedata
from typing import ClassVar

TONES = {"S": "\u0301", "F": "\u0300", "R": "\u0309", "X": "\u0303", "J": "\u0323"}
CIRCUMFLEX, BREVE, HORN, BAR = "\u0302", "\u0306", "\u031b", "\u0335"
SHAPES = {("A", "A"): CIRCUMFLEX, ("E", "E"): CIRCUMFLEX, ("O", "O"): CIRCUMFLEX, ("D", "D"): BAR}
SHAPES |= {("A", "W"): BREVE, ("O", "W"): HORN, ("U", "W"): HORN}

VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
VNI_SHAPES = {(letter, "6"): CIRCUMFLEX for letter in "AEO"}
VNI_SHAPES |= {("O", "7"): HORN, ("U", "7"): HORN, ("A", "8"): BREVE, ("D", "9"): BAR}

US_SHIFTED = str.maketrans("1234567890-/:.", "!@#$%^&*()_?;>")
"""What a scanner's keys give on a US keyboard when Shift is held the other way round."""

VIETNAMESE = str.maketrans(dict(zip("1234567890", "ăâêô\u0300\u0309\u0303\u0301\u0323đ", strict=True)))
"""The layout "Vietnamese" of Windows: signs stand where the digits are."""


class Telex:
    """A Telex keyboard: marks are put on a letter of the word by keys typed anywhere behind it.

    Args:
        digits_end_words: whether a digit ends the word, as in UniKey, or stands in it.
        only_syllables: whether marks are put only on what can be a Vietnamese syllable.
    """

    tones: ClassVar[dict[str, str]] = TONES
    shapes: ClassVar[dict[tuple[str, str], str]] = SHAPES
    lone_horn, takes_off = "W", "Z"

    def __init__(self, *, digits_end_words: bool, only_syllables: bool) -> None:
        self.digits_end_words, self.only_syllables = digits_end_words, only_syllables
        self.before = ""
        self.word: list[list[str]] = []  # of letter, shape, tone

    @property
    def composing(self) -> str:
        """Return the word that is not ended yet, as it is shown."""
        word = "".join("".join(letter) for letter in self.word).replace("D" + BAR, "Đ")
        return unicodedata.normalize("NFC", word)

    @property
    def shown(self) -> str:
        """Return all that stands in the field."""
        return self.before + self.composing

    def press(self, key: str) -> None:
        """Take one key: a capital letter, a digit, or any other sign, which ends the word."""
        if not key.isalnum() or (self.digits_end_words and key.isdigit()):
            self.before = self.shown + key
            self.word = []
        else:
            if not self._mark(key):
                self.word.append([key, "", ""])
            self._settle_tone()

    def type(self, keys: str) -> str:
        """Return what is shown after these keys."""
        for key in keys:
            self.press(key)
        return self.shown

    def _vowels(self) -> list[int]:
        """Return the places of the word's last run of vowels."""
        places = [at for at, letter in enumerate(self.word) if letter[0] in "AEIOUY"]
        while places and places[-1] - places[0] != len(places) - 1:
            places.pop(0)
        return places

    def _syllable(self) -> bool:
        places = self._vowels()
        letters = "".join(letter[0] for letter in self.word)
        if not places:
            return letters in ("", "D")
        start = letters[: places[0]]
        end = letters[places[-1] + 1 :]
        starts = ("", *"BCDGHKLMNPQRSTVX", "CH", "GH", "KH", "NG", "NH", "PH", "TH", "TR", "GI", "QU")
        return start in starts and end in ("", *"CMNPT", "CH", "NG", "NH")

    def _mark(self, key: str) -> bool:
        """Make a key into a mark if it can be one; tell whether it was swallowed."""
        if self.only_syllables and not self._syllable():
            return False
        if key in self.tones or key == self.takes_off:
            return self._tone(self.tones.get(key, ""))
        for letter in reversed(self.word):
            shape = self.shapes.get((letter[0], key))
            if shape:
                # The key a second time takes the mark off and writes itself.
                letter[1] = "" if letter[1] == shape else shape
                return bool(letter[1])
        if key == self.lone_horn:
            self.word.append(["U", HORN, ""])
        return key == self.lone_horn

    def _tone(self, tone: str) -> bool:
        places = self._vowels()
        if not places or (not tone and not any(self.word[at][2] for at in places)):
            return False
        had = "".join(self.word[at][2] for at in places)
        for at in places:
            self.word[at][2] = ""
        if had == tone:
            return False
        self.word[places[0]][2] = tone
        return True

    def _settle_tone(self) -> None:
        """Move a tone to the vowel of its run that carries it in good spelling."""
        places = self._vowels()
        tone = "".join(self.word[at][2] for at in places)
        if not tone:
            return
        shaped = [at for at in places if self.word[at][1]]
        closed = places[-1] < len(self.word) - 1
        middle = places[-1] if closed or len(places) == 1 else places[-2]
        for at in places:
            self.word[at][2] = ""
        self.word[shaped[-1] if shaped else middle][2] = tone


class Vni(Telex):
    """A VNI keyboard: digits are the keys that put marks."""

    tones: ClassVar[dict[str, str]] = VNI_TONES
    shapes: ClassVar[dict[tuple[str, str], str]] = VNI_SHAPES
    lone_horn, takes_off = "", "0"

    def __init__(self, *, only_syllables: bool) -> None:
        super().__init__(digits_end_words=False, only_syllables=only_syllables)
