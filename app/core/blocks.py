"""A text in blocks: what changed between two of them, and how two changes of one text become one."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_KEY = re.compile(r"^(?=[^\s#-])", re.MULTILINE)
_GAP = re.compile(r"(?<=\n)[ \t]*\n(?![ \t]*\n|[ \t]{4}|\Z)")
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


def segments(text: str) -> list[str]:
    """Return a file's text in pieces that join to it again: each key of its front matter, each block below.

    A block is what stands between empty lines, with what is indented below it; the empty lines belong to the
    block before them.
    """
    front = _FRONT.match(text)
    head, body = (front[0], text[front.end() :]) if front else ("", text)
    return [piece for piece in (*_KEY.split(head), *_blocks_with_gaps(body)) if piece]


def blocks(body: str) -> list[str]:
    """Return the blocks of a text without front matter, bare of empty lines around them."""
    return [block.strip("\n") for block in _blocks_with_gaps(body) if block.strip()]


def block_hash(block: str) -> str:
    """Return by which 16 signs a block is known, however its lines are broken."""
    return hashlib.sha256(" ".join(block.split()).encode()).hexdigest()[:16]


def _blocks_with_gaps(body: str) -> Iterator[str]:
    start = 0
    for gap in _GAP.finditer(body):
        yield body[start : gap.end()]
        start = gap.end()
    yield body[start:]


@dataclass(frozen=True)
class Run:
    """Words that two texts share or that only one of them has.

    Attributes:
        kind: "same", "gone" or "new".
        text: the words.
    """

    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True)
class Change:
    """A block in two texts.

    Attributes:
        kind: "same", "gone", "new" or "changed".
        old: the block as it was, "" if it is new.
        new: the block as it is, "" if it is gone.
        words: what became of its words, in order; empty unless it is changed.
    """

    kind: Literal["same", "gone", "new", "changed"]
    old: str
    new: str
    words: tuple[Run, ...] = ()


def word_changes(old: str, new: str) -> tuple[Run, ...]:
    """Return what became of the words of one block, in reading order, what is gone before what is new."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    runs: list[Run] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            runs.append(Run("same", "".join(before[a:b])))
            continue
        if b > a:
            runs.append(Run("gone", "".join(before[a:b])))
        if d > c:
            runs.append(Run("new", "".join(after[c:d])))
    return tuple(runs)


def changes(old: str, new: str) -> tuple[Change, ...]:
    """Return what became of each block of a file; words are compared inside changed blocks only.

    Blocks first: words of a whole text of 1,500 would take seconds.
    """
    before, after = segments(old), segments(new)
    found: list[Change] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Change("same", block, block) for block in before[a:b]]
        else:
            found += _paired(before[a:b], after[c:d])
    return tuple(found)


def _paired(gone: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Yield the blocks of a changed stretch, those that resemble each other as one that changed."""
    rest = list(new)
    for old in gone:
        near = [_likeness(old, candidate) for candidate in rest]
        best = max(range(len(near)), key=near.__getitem__, default=None)
        if best is None or near[best] < 0.5:
            yield Change("gone", old, "")
            continue
        yield from (Change("new", "", block) for block in rest[:best])
        yield Change("changed", old, rest[best], word_changes(old, rest[best]))
        del rest[: best + 1]
    yield from (Change("new", "", block) for block in rest)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, _WORD.findall(one), _WORD.findall(other), autojunk=False).ratio()


@dataclass(frozen=True)
class Stretch:
    """Some blocks of a merged text, as they were and as both sides have them.

    Attributes:
        kind: "same" (nobody changed it), "ours", "theirs" (one side did), "both" (alike), or "clash".
        base: as it was.
        ours: as one side has it.
        theirs: as the other has it.
    """

    kind: Literal["same", "ours", "theirs", "both", "clash"]
    base: str
    ours: str
    theirs: str

    @property
    def merged(self) -> str:
        """Return the text to take; of a clash it is ours, until somebody decides."""
        return self.theirs if self.kind == "theirs" else self.ours


def merge(base: str, ours: str, theirs: str) -> tuple[Stretch, ...]:
    """Return two changes of one file side by side, block by block.

    Args:
        base: the file that both began from.
        ours: one side's.
        theirs: the other's.

    Returns:
        Stretches whose `base`, `ours` and `theirs` each join to the whole file again.

    Source: Khanna, Kunal, Pierce 2007, A Formal Investigation of Diff3, section 3.
    """
    origin, left, right = segments(base), segments(ours), segments(theirs)
    stable = _anchors(origin, left, right)
    found: list[Stretch] = []
    at = (0, 0, 0)
    for anchor in (*stable, (len(origin), len(left), len(right))):
        parts = tuple(
            "".join(side[start:end])
            for side, start, end in zip((origin, left, right), at, anchor, strict=True)
        )
        if any(parts):
            found.append(_stretch(*parts))
        if anchor[0] < len(origin):
            block = origin[anchor[0]]
            found.append(Stretch("same", block, block, block))
        at = (anchor[0] + 1, anchor[1] + 1, anchor[2] + 1)
    return tuple(found)


def _anchors(origin: list[str], left: list[str], right: list[str]) -> list[tuple[int, int, int]]:
    """Return where a block of the origin stands unchanged on both sides, in order."""
    in_left, in_right = _matches(origin, left), _matches(origin, right)
    return [(at, in_left[at], in_right[at]) for at in sorted(in_left.keys() & in_right.keys())]


def _matches(origin: list[str], other: list[str]) -> dict[int, int]:
    found = SequenceMatcher(None, origin, other, autojunk=False).get_matching_blocks()
    return {a + offset: b + offset for a, b, size in found for offset in range(size)}


def _stretch(base: str, ours: str, theirs: str) -> Stretch:
    if ours == theirs:
        return Stretch("both", base, ours, theirs)
    if ours == base:
        return Stretch("theirs", base, ours, theirs)
    if theirs == base:
        return Stretch("ours", base, ours, theirs)
    return Stretch("clash", base, ours, theirs)
