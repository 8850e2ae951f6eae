"""Writes the pieces of a translation back into its file; what nobody changed stays letter for letter."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from app.core.alignment import Row
from app.core.blocks import RULE, front_keys, front_of, segments
from app.core.pieces import LISTED, SINGLE, Piece
from app.editing.pairs import front_and_body

_OF_ITS_OWN = ("reviewed", "approved")
"""Keys that a translation does not take over."""


def skeleton(source: str) -> str:
    """Return the places of a text without its words: its front matter's keys, and a sign for each heading.

    Args:
        source: the whole file.

    Raises:
        FileBrokenError, KeyWrongError: its front matter cannot be read.
    """
    front, body = front_and_body(source)
    bare: dict[str, Any] = {}
    for key, entry in front.items():
        if key in SINGLE:
            bare[key] = ""
        elif key in LISTED:
            bare[key] = [_bare(one, LISTED[key]) for one in entry or ()]
        elif key not in _OF_ITS_OWN:
            bare[key] = entry
    heads = [block.split()[0] for block in segments(body) if block.lstrip().startswith("#")]
    return f"{RULE}{_dump(bare)}{RULE}" + "\n\n".join(heads) + "\n"


def _bare(entry: Any, fields: tuple[str, ...]) -> Any:
    if not isinstance(entry, Mapping):
        return ""
    return {key: ([""] * len(kept) if isinstance(kept, list) else "") if key in fields else kept
            for key, kept in entry.items()}  # fmt: skip


def compose(
    words: str, source: str, rows: Iterable[Row], changed: Mapping[Piece, str], added: Mapping[Piece, str]
) -> str:
    """Return a translation's file with some of its pieces written anew.

    Args:
        words: the file as it is.
        source: the whole file of the source; structure is taken from it, never words.
        rows: both side by side.
        changed: what pieces of the translation become; a paragraph that becomes nothing is taken out.
        added: what stands for pieces of the source that have no piece yet.

    Raises:
        FileBrokenError, KeyWrongError: a front matter cannot be read.
    """
    rows = tuple(rows)
    front = front_of(words)
    body = words[len(front) :]
    in_front = {piece: text for piece, text in changed.items() if piece.place[0] != "body"}
    new_in_front = {piece: text for piece, text in added.items() if piece.place[0] != "body"}
    if in_front or new_in_front:
        front = _write_front(front, source, rows, in_front, new_in_front)
    return front + _write_body(body, rows, changed, added)


def _write_body(
    body: str, rows: tuple[Row, ...], changed: Mapping[Piece, str], added: Mapping[Piece, str]
) -> str:
    if not any(piece.place[0] == "body" for piece in (*changed, *added)):
        return body
    blocks = segments(body)
    behind: dict[int, list[str]] = {}
    last = -1
    for row in rows:
        if row.target and row.target.place[0] == "body":
            last = int(row.target.place[1])
        elif row.source and row.source in added and row.source.place[0] == "body":
            behind.setdefault(last, []).append(added[row.source].strip("\n"))
    for piece, text in changed.items():
        if piece.place[0] == "body":
            blocks[int(piece.place[1])] = text.strip("\n")
    result = behind.get(-1, [])
    for at, block in enumerate(blocks):
        result += [block.strip("\n"), *behind.get(at, [])]
    gap = body[: len(body) - len(body.lstrip("\n"))]
    return gap + "\n\n".join(filter(str.strip, result)) + "\n"


def _write_front(
    front: str,
    source: str,
    rows: tuple[Row, ...],
    changed: Mapping[Piece, str],
    added: Mapping[Piece, str],
) -> str:
    keys, _ = front_and_body(front)
    ours, _ = front_and_body(source)
    answers = [_answer_at(riddle) for riddle in keys.get("riddles") or ()]
    told = {piece for piece in (*changed, *added) if piece.kind == "riddles.answer"}
    for piece, text in changed.items():
        _put(keys, piece, text)
    entries = {
        row.source.place[:2]: int(row.target.place[1])
        for row in rows
        if row.source and row.target and len(row.source.place) > 1 and row.source.place[0] != "body"
    }
    for piece, text in added.items():
        _add(keys, ours, piece, text, entries)
    if not told:
        _follow(keys.get("riddles") or (), answers)
    touched = {str(piece.place[0]) for piece in (*changed, *added)}
    for key in touched & LISTED.keys():
        keys[key] = [entry for entry in keys[key] if _has_words(entry, LISTED[key])]
    return _with_keys(front, {key: keys[key] for key in keys if key in touched})


def _put(keys: dict[str, Any], piece: Piece, text: str) -> None:
    match piece.place:
        case (str(key),):
            keys[key] = _line(text)
        case (str(key), int(at)):
            keys[key][at] = _line(text)
        case (str(key), int(at), str(field)):
            keys[key][at][field] = _lines(text) if isinstance(keys[key][at].get(field), list) else _line(text)


def _add(
    keys: dict[str, Any], ours: dict[str, Any], piece: Piece, text: str, entries: dict[Any, int]
) -> None:
    key = str(piece.place[0])
    if len(piece.place) == 1:
        keys[key] = _line(text)
        return
    place = piece.place[:2]
    at = int(place[1])
    if place not in entries:
        held = keys.setdefault(key, [])
        to = next((entries[key, one] + 1 for one in range(at - 1, -1, -1) if (key, one) in entries), 0)
        held.insert(to, _bare(ours[key][at], LISTED[key]))
        for other, where in list(entries.items()):
            if other[0] == key and where >= to:
                entries[other] = where + 1
        entries[place] = to
    _put_in(keys[key], entries[place], piece, text, piece.kind == "riddles.choices")


def _put_in(held: list[Any], at: int, piece: Piece, text: str, several: bool) -> None:
    if len(piece.place) == 2:
        held[at] = _line(text)
    else:
        held[at][str(piece.place[2])] = _lines(text) if several else _line(text)


def _has_words(entry: Any, fields: tuple[str, ...]) -> bool:
    if not isinstance(entry, Mapping):
        return bool(entry)
    return any(any(words) if isinstance(words := entry.get(field), list) else words for field in fields)


def _answer_at(riddle: Mapping[str, Any]) -> int | None:
    choices = list(riddle.get("choices") or ())
    return choices.index(riddle.get("answer")) if riddle.get("answer") in choices else None


def _follow(riddles: Iterable[dict[str, Any]], answers: list[int | None]) -> None:
    """Let the answer be the choice at its place again, when the choices were written anew."""
    for riddle, at in zip(riddles, answers, strict=False):
        choices = riddle.get("choices") or ()
        if at is not None and at < len(choices):
            riddle["answer"] = choices[at]


def _line(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> list[str]:
    return [line for line in map(_line, text.split("\n")) if line]


def _with_keys(front: str, keys: Mapping[str, Any]) -> str:
    """Return a front matter with some keys written anew, the others as they were."""
    result, rest = "", dict(keys)
    for piece in front_keys(front)[:-1] or [RULE]:
        key = piece.partition(":")[0]
        result += _dump({key: rest.pop(key)}) if key in rest else piece
    return result + (_dump(rest) if rest else "") + RULE


class _Writer(yaml.SafeDumper):
    """Writes what the loader of the same library reads again as it was: "Yes" and "1:20" are texts."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:
        return True  # readers of stories refuse them


def _dump(keys: Mapping[str, Any]) -> str:
    return yaml.dump(dict(keys), Dumper=_Writer, allow_unicode=True, sort_keys=False, width=1_000_000)
