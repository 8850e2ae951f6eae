"""Measures of a text's words: how long its sentences are, how hard it reads, what it shares with another."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from app.core.kit import Words

_STRICT = {"extra": "forbid"}
SHARED_WORDS = 8
"""So many words in the same order are a sentence of somebody's, not a turn of phrase."""
FINGERPRINT_BYTES = 6

_NOTE_GIVEN = re.compile(r"^\[\^[^\]]+\]:.*$", re.MULTILINE)
_NOTE_USED = re.compile(r"\[\^[^\]]+\]")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_PICTURE = re.compile(r"^ *!\[.*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
_ADMONITION = re.compile(r"^!!! .*$", re.MULTILINE)
_TABLE_RULE = re.compile(r"^\s*\|?[\s|:-]+\|?\s*$", re.MULTILINE)
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+\.) +", re.MULTILINE)
_BREAK = re.compile(r"\n[ \t]*\n")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[”’\"')*_]*\s+")
_WORD = re.compile(r"\w+(?:[’'.,/:-]\w+)*")


@dataclass(frozen=True, kw_only=True)
class Term:
    """A word of the glossary: its forms in each language, and forms that a writer must not use for it.

    A `paired` term that stands in one language's file must stand in the other's too.
    """

    __pydantic_config__ = _STRICT
    vi: tuple[str, ...]
    en: tuple[str, ...]
    note: Words
    avoid_vi: tuple[str, ...] = ()
    avoid_en: tuple[str, ...] = ()
    paired: bool = False


@dataclass(frozen=True)
class Glossary:
    """The terms of a workspace."""

    __pydantic_config__ = _STRICT
    term: tuple[Term, ...] = ()


def paragraphs(markdown: str) -> list[str]:
    """Return a text's blocks without headings, pictures and given notes; the marks of notes stay in."""
    text = _TABLE_RULE.sub("", _HEADING.sub("", _PICTURE.sub("", _NOTE_GIVEN.sub("", markdown))))
    return [block.strip() for block in _BREAK.split(text) if block.strip()]


def prose(markdown: str) -> str:
    """Return a text's words alone: no notes, headings, links' addresses, marks of lists or of stress."""
    blocks = []
    for block in paragraphs(markdown):
        plain = _LINK.sub(r"\1", _NOTE_USED.sub("", _ADMONITION.sub("", block)))
        parts = _ITEM.sub("\n\n", plain).replace("|", "\n\n").replace("*", "").split("\n\n")
        blocks += [" ".join(part.split()) for part in parts if part.strip()]
    return "\n".join(blocks)


def words(text: str) -> list[str]:
    """Return the words of a text; in Vietnamese these are its syllables."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def sentences(text: str) -> list[str]:
    """Return the sentences of plain prose; a line ends one too."""
    found = [part for line in text.splitlines() for part in _SENTENCE_END.split(line)]
    return [sentence for sentence in found if words(sentence)]


def mean_sentence(text: str) -> float:
    """Return how many words a sentence has on average; 0 for an empty text."""
    parts = sentences(text)
    return len(words(text)) / len(parts) if parts else 0.0


def longest_sentence(text: str) -> str:
    """Return the sentence with the most words, "" for an empty text."""
    return max(sentences(text), key=lambda sentence: len(words(sentence)), default="")


def readability_index(text: str) -> float:
    """Return the Automated Readability Index of an English text: about the school year that reads it.

    Args:
        text: plain prose with at least one word.

    Source: Senter and Smith 1967, Automated Readability Index (AMRL-TR-6620).
    """
    count = len(words(text))
    signs = sum(character.isalnum() for character in text)
    return 4.71 * signs / count + 0.5 * mean_sentence(text) - 21.43


def fingerprints(text: str, size: int = SHARED_WORDS) -> dict[bytes, str]:
    """Return each run of `size` words by its fingerprint, case and punctuation aside."""
    folded = [word.casefold() for word in words(text)]
    runs = (" ".join(folded[start : start + size]) for start in range(len(folded) - size + 1))
    return {hashlib.sha256(run.encode()).digest()[:FINGERPRINT_BYTES]: run for run in runs}


def contains(text: str, form: str) -> bool:
    """Tell whether a form stands in a text as whole words, case aside unless it begins with a capital."""
    flags = re.NOFLAG if form[:1].isupper() else re.IGNORECASE
    return re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text, flags) is not None


def contains_any(text: str, forms: Iterable[str]) -> bool:
    """Tell whether one of the forms stands in a text as whole words."""
    return any(contains(text, form) for form in forms)
