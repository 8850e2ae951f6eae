"""Which piece of a translation tells which of its source, and what no longer agrees."""

import itertools
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from app.core.blocks import word_changes
from app.core.pieces import Piece

ALIKE = 0.5
"""From which likeness on a paragraph counts as the same one with some words changed."""


@dataclass(frozen=True)
class Told:
    """What a piece of a translation was made from.

    Attributes:
        source: the hash of the piece; "" where it stands in the translation alone, and shall.
        text: the words that it had then.
    """

    source: str
    text: str


@dataclass(frozen=True)
class Row:
    """A piece of the source beside the piece that tells it.

    Attributes:
        state: "agrees"; "stale": the source's words are others now; "unsure": nobody has said what it tells;
            "new": it is not translated; "gone": what it told is no longer in the source; "extra": it never
            told anything of the source, and nobody has said that it shall stand alone.
        source: the source's piece, None where there is none.
        target: the translation's, None where there is none.
        before: of a stale or gone one the words of the source that it tells.
    """

    state: Literal["agrees", "stale", "unsure", "new", "gone", "extra"]
    source: Piece | None
    target: Piece | None
    before: str = ""


def align(source: Sequence[Piece], target: Sequence[Piece], told: Mapping[str, Told]) -> tuple[Row, ...]:
    """Return a text beside its translation.

    What is stored comes first. What lies between is paired by likeness to the words it was made from,
    headings with headings in their order, and the rest by kind in its order.

    Args:
        source: the pieces of the source.
        target: those of the translation.
        told: what each piece of the translation was made from, by its key; of a piece of the source that is
            left out on purpose it is known by `left_out`.
    """
    pairs = _stored(source, target, told)
    held = [at for at, piece in enumerate(target) if (kept := told.get(piece.key)) and not kept.source]
    for gap_source, gap_target in _gaps(pairs, len(source), len(target)):
        ours = [at for at in gap_source if at not in pairs.values()]
        theirs = [at for at in gap_target if at not in pairs and at not in held]
        pairs |= _guessed(source, target, ours, theirs, told)
    return _rows(source, target, told, pairs)


def left_out(key: str) -> str:
    """Return under which name it is kept that a piece of the source is left out on purpose."""
    return f"-{key}"


def moved(old: Sequence[Piece], new: Sequence[Piece]) -> dict[str, str]:
    """Return which key each piece has after a text was changed, for those that are still there.

    A piece that was written anew at its place is still the piece of that place.
    """
    before, after = [piece.key for piece in old], [piece.key for piece in new]
    result = {key: key for key in before if key in after}
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "replace":
            continue
        rest = [at for at in range(c, d) if after[at] not in result]
        here = [at for at in range(a, b) if before[at] not in result]
        same = [old[at].kind for at in here] == [new[at].kind for at in rest]
        taken: set[int] = set()
        for turn, at in enumerate(here):
            to = rest[turn] if same else _likest(old[at].text, new, rest, taken, old[at].kind)
            if to is not None:
                taken.add(to)
                result[before[at]] = after[to]
    return result


def _stored(source: Sequence[Piece], target: Sequence[Piece], told: Mapping[str, Told]) -> dict[int, int]:
    """Return the places of stored pairs whose source still stands, by place in the translation."""
    free: dict[str, list[int]] = {}
    for at, piece in enumerate(source):
        free.setdefault(piece.hash, []).append(at)
    wanted = {
        at: kept.source
        for at, piece in enumerate(target)
        if not piece.empty and (kept := told.get(piece.key)) and kept.source in free
    }
    pairs: dict[int, int] = {}
    for at in wanted:  # the same words may stand at several places: those at the same one first
        same = next((ours for ours in free[wanted[at]] if source[ours].place == target[at].place), None)
        if same is not None:
            pairs[at] = same
            free[wanted[at]].remove(same)
    for at in sorted(wanted.keys() - pairs.keys()):
        if free[wanted[at]]:
            pairs[at] = free[wanted[at]].pop(0)
    return pairs


def _gaps(pairs: Mapping[int, int], sources: int, targets: int) -> list[tuple[Sequence[int], Sequence[int]]]:
    """Return what lies between pairs that stand in the same order on both sides."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    by_end: list[int] = []
    for at in sorted(pairs):  # the longest row of pairs that do not cross (patience)
        place = bisect_left(ends, pairs[at])
        before[at] = by_end[place - 1] if place else None
        ends[place : place + 1], by_end[place : place + 1] = [pairs[at]], [at]
    row: list[int] = []
    at_last = by_end[-1] if by_end else None
    while at_last is not None:
        row.insert(0, at_last)
        at_last = before[at_last]
    edges = [(-1, -1), *((at, pairs[at]) for at in row), (targets, sources)]
    return [(range(one[1] + 1, two[1]), range(one[0] + 1, two[0])) for one, two in itertools.pairwise(edges)]


def _guessed(
    source: Sequence[Piece],
    target: Sequence[Piece],
    ours: list[int],
    theirs: list[int],
    told: Mapping[str, Told],
) -> dict[int, int]:
    found: dict[int, int] = {}
    for at in theirs:
        kept = told.get(target[at].key)
        likest = _likest(kept.text, source, ours, set(found.values()), target[at].kind) if kept else None
        if likest is not None:
            found[at] = likest
    rest_ours = [at for at in ours if at not in found.values()]
    rest_theirs = [at for at in theirs if at not in found]
    for heads_ours, heads_theirs in _by_heads(source, target, rest_ours, rest_theirs):
        kinds = [source[at].kind for at in heads_ours], [target[at].kind for at in heads_theirs]
        for a, b, size in SequenceMatcher(None, *kinds, autojunk=False).get_matching_blocks():
            found |= {heads_theirs[b + step]: heads_ours[a + step] for step in range(size)}
    return found


def _by_heads(
    source: Sequence[Piece], target: Sequence[Piece], ours: list[int], theirs: list[int]
) -> list[tuple[list[int], list[int]]]:
    """Return both sides in parts that begin with headings of the same number, if they have as many."""
    one, other = _parts(source, ours), _parts(target, theirs)
    return list(zip(one, other, strict=True)) if len(one) == len(other) else [(ours, theirs)]


def _parts(side: Sequence[Piece], places: list[int]) -> list[list[int]]:
    found: list[list[int]] = [[]]
    for at in places:
        if side[at].kind.startswith("h") and side[at].place[0] == "body":
            found.append([])
        found[-1].append(at)
    return found


def _likest(
    words: str, side: Sequence[Piece], places: Sequence[int], taken: set[int], kind: str
) -> int | None:
    """Return the place of the piece of a kind that most resembles some words, None if none does."""
    best, place = ALIKE, None
    for at in places:
        if at in taken or side[at].kind != kind:
            continue
        runs = word_changes(words, side[at].text)
        same = sum(len(run.text) for run in runs if run.kind == "same")
        alike = 2 * same / max(1, len(words) + len(side[at].text))
        if alike > best:
            best, place = alike, at
    return place


def _rows(
    source: Sequence[Piece], target: Sequence[Piece], told: Mapping[str, Told], pairs: Mapping[int, int]
) -> tuple[Row, ...]:
    by_source = {ours: theirs for theirs, ours in pairs.items()}
    lone = [at for at in range(len(target)) if at not in pairs]
    found: list[Row] = []

    def until(theirs: int) -> None:
        while lone and lone[0] < theirs:
            piece = target[lone.pop(0)]
            kept = told.get(piece.key)
            if kept is None:
                found.append(Row("extra", None, piece))
            else:
                found.append(Row("gone" if kept.source else "agrees", None, piece, kept.text))

    for ours, piece in enumerate(source):
        theirs = by_source.get(ours)
        if theirs is None:
            known = left_out(piece.key) in told
            found.append(Row("agrees" if known else "new", piece, None))
            continue
        until(theirs)
        found.append(_row(piece, target[theirs], told.get(target[theirs].key)))
    until(len(target))
    return tuple(found)


def _row(source: Piece, target: Piece, kept: Told | None) -> Row:
    if target.empty:
        return Row("new", source, target)
    if kept is None:
        return Row("unsure", source, target)
    if kept.source == source.hash:
        return Row("agrees", source, target)
    return Row("stale", source, target, kept.text)
