"""A Vietnamese keyboard as phones and computers have it: what Telex makes of the keys that are typed."""

import unicodedata

TONES = {"S": "\u0301", "F": "\u0300", "R": "\u0309", "X": "\u0303", "J": "\u0323"}
CIRCUMFLEX, BREVE, HORN, BAR = "\u0302", "\u0306", "\u031b", "\u0335"
SHAPES = {("A", "A"): CIRCUMFLEX, ("E", "E"): CIRCUMFLEX, ("O", "O"): CIRCUMFLEX, ("D", "D"): BAR}
SHAPES |= {("A", "W"): BREVE, ("O", "W"): HORN, ("U", "W"): HORN}


class Telex:
    """A Telex keyboard: marks are put on a letter of the word by keys typed anywhere behind it.

    Args:
        digits_end_words: whether a digit ends the word, as in UniKey, or stands in it.
        only_syllables: whether marks are put only on what can be a Vietnamese syllable.
    """

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
        """Take one key, a capital letter, a digit or a separator."""
        if key in " -" or (self.digits_end_words and key.isdigit()):
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
        if key in TONES or key == "Z":
            return self._tone(TONES.get(key, ""))
        for letter in reversed(self.word):
            shape = SHAPES.get((letter[0], key))
            if shape:
                # The key a second time takes the mark off and writes itself.
                letter[1] = "" if letter[1] == shape else shape
                return bool(letter[1])
        if key == "W":
            self.word.append(["U", HORN, ""])
        return key == "W"

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
