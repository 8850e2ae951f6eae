"""A text in blocks: what changed between two of them, and how two changes of one text become one."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

RULE = "---\n"
"""What stands before and behind a front matter."""

ALIKE = 0.5
"""Blocks that share so much of their words are one that was changed."""

_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_KEY = re.compile(r"^(?=[^\s#-])", re.MULTILINE)
_GAP = re.compile(r"(?<=\n)[ \t]*\n(?![ \t]*\n|[ \t]{4}|\Z)")
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


def segments(text: str) -> list[str]:
    """Return a file's text in pieces that join to it again: each key of its front matter, each block below.

    A block is what stands between empty lines, with what is indented below it; the empty lines belong to the
    block before them.
    """
    front = front_of(text)
    return [piece for piece in (*front_keys(front), *_blocks_with_gaps(text[len(front) :])) if piece]


def front_of(text: str) -> str:
    """Return a file's front matter with the lines before and behind it, "" where there is none."""
    front = _FRONT.match(text)
    return front[0] if front else ""


def front_keys(front: str) -> list[str]:
    """Return a front matter as `front_of` does in pieces that join to it again: key by key, then the rule."""
    return [*_KEY.split(front.removesuffix(RULE)), RULE] if front else []


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
        new: the block as it is, "" if it is gone. Empty lines with no block before them are the "same".
        words: what became of its words, in order; empty unless it is changed. Empty lines behind a block are
            no change of it.
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
    one, two = [block.rstrip("\n") for block in before], [block.rstrip("\n") for block in after]
    for kind, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Change("same", old, new) for old, new in zip(before[a:b], after[c:d], strict=True)]
        else:
            found += _paired(before[a:b], after[c:d])
    return tuple(found)


def _paired(gone: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Yield the blocks of a changed stretch, those that resemble each other as one that changed."""
    rest = list(new)
    for old in gone:
        near = [_likeness(old, candidate) for candidate in rest]
        best = max(range(len(near)), key=near.__getitem__, default=None)
        if best is None or near[best] < ALIKE:
            yield _alone("gone", old, "")
            continue
        yield from (_alone("new", "", block) for block in rest[:best])
        words = word_changes(old.rstrip("\n"), rest[best].rstrip("\n"))
        yield Change("changed", old, rest[best], words)
        del rest[: best + 1]
    yield from (_alone("new", "", block) for block in rest)


def _alone(kind: Literal["gone", "new"], old: str, new: str) -> Change:
    return Change(kind if (old + new).strip("\n") else "same", old, new)


def _likeness(one: str, other: str) -> float:
    """Return which part of their words two blocks share, in whatever order: pairs of blocks are many."""
    left, right = _counted(one), _counted(other)
    return 2 * (left & right).total() / max(1, left.total() + right.total())


@lru_cache(maxsize=1024)
def _counted(block: str) -> Counter[str]:
    return Counter(word for word in _WORD.findall(block) if not word.isspace())


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

    Two that changed different blocks next to each other do not clash, where it is plain which became which.

    Args:
        base: the file that both began from.
        ours: one side's.
        theirs: the other's.

    Returns:
        Stretches whose `base`, `ours` and `theirs` each join to the whole file again.

    Source: Khanna, Kunal, Pierce 2007, A Formal Investigation of Diff3, section 3.
    """
    sides = segments(base), segments(ours), segments(theirs)
    found: list[Stretch] = []
    at = (0, 0, 0)
    for anchor in (*_anchors(*sides), tuple(map(len, sides))):
        origin, left, right = (side[start:end] for side, start, end in zip(sides, at, anchor, strict=True))
        found += _between(origin, left, right)
        if anchor[0] < len(sides[0]):
            found.append(_stretch(*(side[place] for side, place in zip(sides, anchor, strict=True))))
        at = (anchor[0] + 1, anchor[1] + 1, anchor[2] + 1)
    return tuple(found)


def take(stretches: Sequence[Stretch], choices: Mapping[int, str]) -> str:
    """Return one text of two.

    Args:
        stretches: of `merge`.
        choices: for the place of each clash, from 0, "ours", "theirs", or "both", one below the other; a key
            of the front matter cannot stand there twice. What is not decided is ours.
    """
    merged = ""
    for place, each in enumerate(stretches):
        pieces = [each.merged]
        if each.kind == "clash" and choices.get(place) == "theirs":
            pieces = [each.theirs]
        elif each.kind == "clash" and choices.get(place) == "both" and not in_front(stretches, place):
            pieces = [each.ours, each.theirs]
        for piece in pieces:
            # The last block of one side has no empty line behind it when the other goes on.
            if piece and not _is_open(merged) and not merged.endswith(("\n\n", f"\n{RULE}")):
                merged = merged.rstrip("\n") + "\n\n"
            merged += piece
    return merged


def in_front(stretches: Sequence[Stretch], place: int) -> bool:
    """Tell whether a stretch is of the front matter."""
    return _is_open("".join(each.ours for each in stretches[:place])) and stretches[0].ours.startswith(RULE)


def _is_open(beginning: str) -> bool:
    """Tell whether the front matter with which a file begins has not ended yet."""
    return (not beginning or beginning.startswith(RULE)) and not front_of(beginning)


def _anchors(origin: list[str], left: list[str], right: list[str]) -> list[tuple[int, ...]]:
    """Return where a block of the origin stands unchanged on both sides, in order."""
    in_left, in_right = _matches(origin, left), _matches(origin, right)
    return [(at, in_left[at], in_right[at]) for at in sorted(in_left.keys() & in_right.keys())]


def _matches(origin: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Return where blocks stand in another text, whatever empty lines are behind them."""
    one, two = [block.rstrip("\n") for block in origin], [block.rstrip("\n") for block in other]
    found = SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks()
    return {a + offset: b + offset for a, b, size in found for offset in range(size)}


def _between(origin: list[str], left: list[str], right: list[str]) -> Iterator[Stretch]:
    """Yield what lies between two anchors, block by block where it is plain which became which."""
    in_left, in_right = _became(origin, left), _became(origin, right)
    start_left = start_right = 0
    if in_left is not None and in_right is not None:
        for block, at, other in zip(origin, in_left, in_right, strict=True):
            yield from _some("", "".join(left[start_left:at]), "".join(right[start_right:other]))
            yield from _some(block, left[at], right[other])
            start_left, start_right = at + 1, other + 1
        origin = []
    yield from _some("".join(origin), "".join(left[start_left:]), "".join(right[start_right:]))


def _became(origin: Sequence[str], side: Sequence[str]) -> list[int] | None:
    """Return where each block stands on a side, as it was or changed; None if nobody can tell."""
    if len(origin) == len(side) and all(map(_resemble, origin, side)):
        return list(range(len(side)))
    found = _matches(origin, side)
    return [found[at] for at in range(len(origin))] if len(found) == len(origin) else None


def _resemble(one: str, other: str) -> bool:
    return one.rstrip("\n") == other.rstrip("\n") or _likeness(one, other) >= ALIKE


def _some(base: str, ours: str, theirs: str) -> Iterator[Stretch]:
    if base or ours or theirs:
        yield _stretch(base, ours, theirs)


def _stretch(base: str, ours: str, theirs: str) -> Stretch:
    if base == ours == theirs:
        return Stretch("same", base, ours, theirs)
    for old, our, their in ((base, ours, theirs), tuple(each.rstrip("\n") for each in (base, ours, theirs))):
        if our == their:
            return Stretch("both", base, ours, theirs)
        if our == old:
            return Stretch("theirs", base, ours, theirs)
        if their == old:
            return Stretch("ours", base, ours, theirs)
    return Stretch("clash", base, ours, theirs)
