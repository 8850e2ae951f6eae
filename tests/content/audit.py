"""The audit of facts: stories cut into passages that name their sources, and claims found in them."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from app.library import FRONT_MATTER, NOTE_USED
from app.reading import read_text

FREE = frozenset({"name", "task", "model"})
"""Tags of claims that need no source: names that claim nothing, numbers of a task, counts of the model."""
WITHOUT_NOTES = frozenset({"title", "summary", "riddles", "uncertain"})
"""Parts of a front matter that sum up, ask or doubt what the text tells with its notes."""

_READ = ("text", "value", "label", "when", "what", "title", "question", "choices", "hint", "because")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+\.)\s+")
_ADMONITION = re.compile(r'^!!! \w+ "(.*)"$')
_NOTE_GIVEN = re.compile(r"^\[\^[^\]]+\]:.*$", re.MULTILINE)
_NOTE_MARK = re.compile(r"\[\^[^\]]+\]")
_RULE = re.compile(r"[\s|:-]*")

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BEGINS = re.compile(r"(?:\A|\n|[.!?…:][”’)]*\s|[“‘(])[\s“‘(]*\Z")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*(?:st|nd|rd|th)?")
_COUNTED = {
    "en": re.compile(
        r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
        r"|twenty|thirty|forty|fifty|sixty|hundred|thousand|twice|second|third|fourth|fifth)\b",
        re.IGNORECASE,
    ),
    # năm is a year as well, một is an article as well, and neither “both” nor “both sides” counts anything
    "vi": re.compile(r"\b(?:(?<!cả )hai(?! bên)|ba|bốn|sáu|bảy|tám|chín|mười)\b", re.IGNORECASE),
}


@dataclass(frozen=True)
class Passage:
    """A piece of a story that answers for itself: a paragraph, an item, a row, a fact, a riddle.

    Attributes:
        part: "text", "heading", or the key of the front matter.
        words: what is read, without marks and notes.
        cited: labels of its notes; a heading has those of its section, a place those of the whole text, and
            an item without notes those of the last item of its list.
    """

    part: str
    words: str
    cited: frozenset[str]


@dataclass(frozen=True)
class Telling:
    """One story file, whatever its layer."""

    kit: str
    name: str
    passages: tuple[Passage, ...]

    @property
    def language(self) -> str:
        return self.name.partition(".")[0]

    @property
    def cited(self) -> frozenset[str]:
        return _union(self.passages)

    @property
    def uncertain(self) -> str:
        return "\n".join(passage.words for passage in self.passages if passage.part == "uncertain")


@dataclass(frozen=True)
class Claim:
    """What stands in a kit's stories, and where it was read."""

    about: str
    vi: tuple[str, ...]
    en: tuple[str, ...]
    tags: frozenset[str]
    disputed: str = ""

    def forms(self, language: str) -> tuple[str, ...]:
        return self.vi if language == "vi" else self.en


@dataclass(frozen=True)
class Place:
    """Where a form of a claim stands in a passage."""

    start: int
    end: int
    claim: Claim
    form: str

    def holds(self, start: int, end: int) -> bool:
        return self.start <= start and end <= self.end


@dataclass(frozen=True)
class Audit:
    """The claims of one kit."""

    claims: tuple[Claim, ...]

    def places(self, passage: Passage, language: str) -> list[Place]:
        """Return where claims stand in a passage, without those that stand inside a longer one."""
        found = [
            Place(*match.span(), claim, form)
            for claim in self.claims
            for form in claim.forms(language)
            for match in finder(form).finditer(passage.words)
        ]
        return [
            place
            for place in found
            if not any(
                other.holds(place.start, place.end) and other.end - other.start > place.end - place.start
                for other in found
            )
        ]

    def unclaimed(self, passage: Passage, language: str, names: frozenset[str]) -> list[str]:
        """Return numbers and proper names of a passage that no claim covers."""
        places = self.places(passage, language)
        return [
            passage.words[start:end]
            for start, end in _audited(passage.words, language, names)
            if not any(place.holds(start, end) for place in places)
        ]

    def unsupported(self, passage: Passage, language: str) -> list[str]:
        """Return the forms in a passage of which it names no source, though one is needed."""
        if passage.part in WITHOUT_NOTES:
            return []
        claims: dict[tuple[int, int, str], list[Claim]] = {}
        for place in self.places(passage, language):
            claims.setdefault((place.start, place.end, place.form), []).append(place.claim)
        return [
            form
            for (_, _, form), said in claims.items()
            if not any(claim.tags & (FREE | passage.cited) for claim in said)
        ]

    def undoubted(self, telling: Telling) -> list[str]:
        """Return the forms that a telling uses without telling, under uncertain, what is doubtful in them.

        These are disputed claims, and claims that nobody has checked (tags K-…).
        """
        found = {
            place.form: place.claim
            for passage in telling.passages
            for place in self.places(passage, telling.language)
        }
        return [form for form, claim in found.items() if not self._doubted(claim, form, telling)]

    def _doubted(self, claim: Claim, form: str, telling: Telling) -> bool:
        if any(tag.startswith("K-") for tag in claim.tags) and not finder(form).search(telling.uncertain):
            return False
        of_dispute = [
            each
            for other in self.claims
            if other.disputed == claim.disputed
            for each in other.forms(telling.language)
        ]
        return not claim.disputed or any(finder(each).search(telling.uncertain) for each in of_dispute)


@cache
def finder(form: str) -> re.Pattern[str]:
    """Return what finds a form as whole words: case aside unless it begins with a capital; 15 is in 15th."""
    before = r"(?<!\w)(?<!\d[.,:])" if form[0].isdigit() else r"(?<!\w)"
    after = r"(?:st|nd|rd|th)?(?!\w|[.,:]\d)" if form[-1].isdigit() else r"(?!\w)"
    return re.compile(before + re.escape(form) + after, re.NOFLAG if form[0].isupper() else re.IGNORECASE)


def known_names(tellings: Iterable[Telling], language: str) -> frozenset[str]:
    """Return words that stand with a capital inside a sentence somewhere, and in small letters nowhere."""
    inside, small = set(), set()
    for telling in tellings:
        for passage in telling.passages if telling.language == language else ():
            for match in _WORD.finditer(passage.words):
                if match[0][0].islower():
                    small.add(match[0].casefold())
                elif not _BEGINS.search(passage.words[: match.start()]):
                    inside.add(match[0])
    return frozenset(name for name in inside if name.casefold() not in small)


def _audited(words: str, language: str, names: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield where figures, counting words and names stand; a sentence's first word if it is a known name."""
    for match in chain(_FIGURE.finditer(words), _COUNTED[language].finditer(words)):
        yield match.span()
    for match in _WORD.finditer(words):
        name = match[0]
        if (
            name[0].isupper()
            and name != "I"
            and (name in names or not _BEGINS.search(words[: match.start()]))
        ):
            yield match.span()


def read_audit(path: Path) -> Audit:
    """Return the claims of a kit."""
    return Audit(tuple(_claim(**claim) for claim in tomllib.loads(read_text(path))["claim"]))


def _claim(
    *, about: str, tags: list[str], vi: Sequence[str] = (), en: Sequence[str] = (), disputed: str = ""
) -> Claim:
    return Claim(about, tuple(vi), tuple(en), frozenset(tags), disputed)


def read_telling(path: Path) -> Telling:
    """Return a story file in passages."""
    parts = FRONT_MATTER.match(read_text(path))
    assert parts is not None, path
    text = tuple(_text(parts["text"]))
    front = _front(yaml.safe_load(parts["front"]), _union(text))
    return Telling(path.parent.name, path.name, (*front, *text))


def _union(passages: Iterable[Passage]) -> frozenset[str]:
    return frozenset(label for passage in passages for label in passage.cited)


def _front(front: dict[str, Any], of_text: frozenset[str]) -> Iterator[Passage]:
    for part, value in front.items():
        for item in value if isinstance(value, list) else [value]:
            keys = item if isinstance(item, dict) else {"text": item}
            read = (keys[key] for key in _READ if key in keys)
            words = [str(each) for value in read for each in (value if isinstance(value, list) else [value])]
            yield Passage(
                part, "\n".join(words), frozenset({keys["source"]}) if "source" in keys else of_text
            )


def _text(markdown: str) -> Iterator[Passage]:
    """Yield headings, paragraphs, items and rows of a text."""
    headings: list[str] = []
    below: list[Passage] = []
    for block in re.split(r"\n\s*\n", _NOTE_GIVEN.sub("", markdown).strip()):
        for passage in _passages(block):
            if passage.part == "heading" and below:
                yield from _section(headings, below)
                headings, below = [], []
            if passage.part == "heading":
                headings.append(passage.words)
            else:
                below.append(passage)
    yield from _section(headings, below)


def _section(headings: list[str], below: list[Passage]) -> Iterator[Passage]:
    yield from (Passage("heading", heading, _union(below)) for heading in headings)
    yield from below


def _passages(block: str) -> Iterator[Passage]:
    parts: list[str] = []
    for line in block.splitlines():
        alone = line.startswith(("#", "|")) or _ITEM.match(line) is not None
        if alone or not parts or parts[-1].startswith("#"):
            parts.append(line)
        else:
            parts[-1] += f"\n{line.strip()}"
    of_list = frozenset(NOTE_USED.findall(parts[-1]))
    for part in parts:
        if not _RULE.fullmatch(part):
            cited = frozenset(NOTE_USED.findall(part)) or of_list
            yield Passage("heading" if part.startswith("#") else "text", _plain(part), cited)


def _plain(part: str) -> str:
    """Return what is read of a part: notes, links' addresses, marks of items, of stress and of cells away."""
    lines = _LINK.sub(r"\1", _NOTE_MARK.sub("", part)).splitlines()
    lines = [_ADMONITION.sub(r"\1\n", line) for line in lines]
    joined = " ".join(_ITEM.sub("", line).lstrip("# ") for line in lines)
    return joined.replace("*", "").replace("|", "\n").strip()
