"""How long a text is and how hard it reads, told while one writes."""

import re
from dataclasses import dataclass

from app.core.wording import longest_sentence, mean_sentence, prose, readability_index, words

UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_CJK_END = re.compile(r"[。！？\n]")


@dataclass(frozen=True)
class Measured:
    """What is told of a text.

    Attributes:
        words: how many; in Vietnamese syllables, in Chinese and Japanese signs.
        sentence: how many of them a sentence has on average.
        longest: the longest sentence.
        school_year: about the year of school that reads it; None where nobody has a measure, as only
            English has one here.
    """

    words: int
    sentence: float
    longest: str
    school_year: float | None


def measure(text: str, language: str) -> Measured:
    """Return how long a Markdown text is and how hard it reads."""
    plain = prose(text)
    if language in {"ja", "zh"}:
        parts = [part for part in _CJK_END.split(plain) if UNSPACED.search(part)]
        counts = [len(UNSPACED.findall(part)) for part in parts]
        longest = max(parts, key=lambda part: len(UNSPACED.findall(part)), default="")
        return Measured(sum(counts), sum(counts) / max(1, len(counts)), longest.strip(), None)
    count = len(words(plain))
    hardness = readability_index(plain) if language == "en" and count else None
    return Measured(count, mean_sentence(plain), longest_sentence(plain), hardness)
