"""Vietnamese written by Telex, in both ways in which keyboards bring it into a page."""

import unicodedata
from collections.abc import Callable, Iterator
from itertools import takewhile

from playwright.sync_api import CDPSession, Page

from tests.telex import SHAPES, TONES, Telex

Way = Callable[[Page, CDPSession, str], None]


class _Telex(Telex):
    """Telex that knows that the I of "già" and the U of "quý" belong to the consonant."""

    def _vowels(self) -> list[int]:
        places = super()._vowels()
        start = "".join(letter[0] for letter in self.word[:2])
        return places[1:] if start in {"GI", "QU"} and places[:1] == [1] and len(places) > 1 else places


MARKED = {mark: key for key, mark in TONES.items()}
SHAPED = {(letter, mark): key for (letter, key), mark in SHAPES.items()}


def keys_of(word: str) -> str:
    """Return the Telex keys of a word: the mark of a letter behind it, the word's tone at its end."""
    keys, tone = "", ""
    for sign in unicodedata.normalize("NFD", word.upper().replace("Đ", "DD")):
        if sign in MARKED:
            tone = MARKED[sign]
        else:
            keys += SHAPED.get((keys[-1:], sign), sign)
    return keys + tone


def pieces(words: str) -> Iterator[str]:
    """Yield words and what stands between them, sign by sign."""
    word = ""
    for sign in words:
        if sign.isalpha():
            word += sign
            continue
        if word:
            yield word
        word = ""
        yield sign
    if word:
        yield word


def states(word: str) -> Iterator[str]:
    """Yield what is shown after each key of a word, in the letters' own size.

    Raises:
        AssertionError: Telex makes another word of these keys; then it is no test of what a page keeps.
    """
    telex, shown = _Telex(digits_end_words=True, only_syllables=False), ""
    for key in keys_of(word):
        telex.press(key)
        shown = "".join(
            sign if wanted.isupper() else sign.lower()
            for sign, wanted in zip(telex.shown, word, strict=False)
        )
        yield shown
    assert shown == word, f"Telex writes {shown}, not {word}"


def compose(page: Page, keyboard: CDPSession, words: str) -> None:
    """Write as a phone does: each word is composed, shown underlined, and put in when it ends."""
    for piece in pieces(words):
        if piece == "\n":
            page.keyboard.press("Enter")
        elif not piece.isalpha():
            keyboard.send("Input.insertText", {"text": piece})
        else:
            for shown in states(piece):
                end = len(shown)
                word = {"text": shown, "selectionStart": end, "selectionEnd": end}
                keyboard.send("Input.imeSetComposition", word)
            keyboard.send("Input.insertText", {"text": piece})


def replace(page: Page, _: CDPSession, words: str) -> None:
    """Write as UniKey and ibus do on a computer: back over what changes, then anew."""
    for piece in pieces(words):
        if piece == "\n":
            page.keyboard.press("Enter")
        elif not piece.isalpha():
            page.keyboard.insert_text(piece)
        else:
            before = ""
            for shown in states(piece):
                same = takewhile(lambda pair: pair[0] == pair[1], zip(before, shown, strict=False))
                kept = sum(1 for _pair in same)
                for _letter in before[kept:]:
                    page.keyboard.press("Backspace")
                page.keyboard.insert_text(shown[kept:])
                before = shown
