"""How one key of a front matter is written: what is new is spelled anew, the rest and its comments stay."""

import io
import re
from collections.abc import Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from difflib import SequenceMatcher
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from app.core.story import RIDDLES

_AFTER = re.compile(r"(?:^[ \t]*\n|^#[^\n]*\n)*\Z", re.MULTILINE)
_CHOICES = "choices"
_RIDDLE_ORDER = ("kind", "question", _CHOICES, "answer", "hint", "because", "in_drawing", "in_text")

Row = Mapping[str, str]
Value = str | Mapping[str, Row] | Sequence[Row]
"""Of a key, as a form holds it: a text, riddles by kind, or rows."""


def respelled(key: str, piece: str, old: Value | None, new: Value) -> str:
    """Return the lines of a key whose value changed; "" of one that is not needed any more.

    Args:
        key: its name.
        piece: its lines in the file, "" if it is new.
        old: its value as `front.Fields` holds it: a text, rows, or riddles by kind; None if its spelling is
            not to be kept, for it makes numbers of what are texts.
        new: the value that it gets.
    """
    after = _AFTER.search(piece)
    kept = after[0] if after else ""
    yaml_file = _house_yaml()
    try:
        mapping = yaml_file.load(piece) if piece else None
    except YAMLError:  # what the one reader takes and the other does not is written anew
        mapping = None
    if not isinstance(mapping, CommentedMap):
        mapping = CommentedMap()
    value = _value(key, mapping.get(key), old, new)
    if value is None:
        return kept
    mapping[key] = value
    written = io.StringIO()
    yaml_file.dump(mapping, written)
    own = written.getvalue()
    return own if not kept or own.endswith(kept) else own.rstrip("\n") + "\n" + kept


def spelled(text: str, *, inside: bool = False) -> str:
    """Return a text so that every reader of YAML takes it for one: in double quotes where it would not be.

    Args:
        text: one line.
        inside: whether it stands in a list in one line, where commas and brackets have their meaning.
    """
    try:
        seen = [yaml.safe_load(f"[{text}]" if inside else f"- {text}"), yaml.safe_load(f"- {text}")]
    except (yaml.YAMLError, ValueError):
        seen = []
    return text if seen == [[text], [text]] else DoubleQuotedScalarString(text)


def _house_yaml() -> YAML:
    """Return a reader and writer that keeps quotes and comments and never breaks a line."""
    made = YAML()
    made.preserve_quotes = True
    made.width = 1_000_000
    made.indent(mapping=2, sequence=4, offset=2)
    return made


def _value(key: str, there: Any, old: Value | None, new: Value) -> Any:
    """Return what the key holds from now on, None for nothing."""
    if isinstance(new, str):
        return spelled(new) if new else None
    if isinstance(new, Mapping):
        return _riddles(there if isinstance(there, CommentedSeq) else CommentedSeq(), old, new)
    rows = there if isinstance(there, CommentedSeq) else CommentedSeq()
    before = [] if old is None or isinstance(old, str | Mapping) else [_bare(row) for row in old]
    before = [row for row in before if row][: len(rows)]
    before += [()] * (len(rows) - len(before))
    _take(rows, before, [row for row in map(_bare, new) if row], key)
    if rows:
        rows.fa.set_block_style()
        return rows
    return rows if key == "uncertain" else None


def _bare(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple((column, text) for column, text in row.items() if text)


def _take(rows: Any, before: Sequence[Any], after: Sequence[Any], key: str) -> None:
    """Bring rows from one state to the other; what is the same stays as it was written."""
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for _, start, end, first, last in [step for step in reversed(steps) if step[0] != "equal"]:
        both = min(end - start, last - first)
        for place in range(end - 1, start + both - 1, -1):
            del rows[place]
        for offset in range(both):
            rows[start + offset] = _row(
                rows[start + offset], before[start + offset], after[first + offset], key
            )
        for offset, row in enumerate(after[first + both : last]):
            rows.insert(start + both + offset, _row(None, (), row, key))


def _row(there: Any, before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]], key: str) -> Any:
    if key == "uncertain":
        return spelled(dict(after)["text"])
    row = there if isinstance(there, MutableMapping) else CommentedMap()
    _fill(row, dict(before), dict(after), [column for column, _ in after])
    return row


def _fill(row: Any, before: Row, after: Row, order: Sequence[str]) -> None:
    """Set what changed in a row; what became blank is taken away, what is new comes in its order."""
    for column in [*before, *(column for column in after if column not in before)]:
        text = after.get(column, "")
        if text == before.get(column, "") and isinstance(row.get(column), str):
            continue
        if not text:
            row.pop(column, None)
        elif column in row:
            row[column] = spelled(text)
        else:
            row.insert(_place(row, column, order), column, spelled(text))


def _place(row: Any, column: str, order: Sequence[str]) -> int:
    later = order[order.index(column) + 1 :]
    names = list(row)
    return next((at for at, name in enumerate(names) if name in later), len(names))


def _riddles(rows: Any, old: Value | None, new: Mapping[str, Row]) -> Any:
    for kind in RIDDLES:
        before, after = old.get(kind, {}) if isinstance(old, Mapping) else {}, new.get(kind, {})
        at = next((place for place, row in enumerate(rows) if row.get("kind", "story") == kind), None)
        asked = any(text.strip() for text in after.values())
        if at is not None and not asked:
            del rows[at]
        elif at is not None and before != after:
            _riddle(rows[at], before, after)
        elif at is None and asked:
            made = CommentedMap({"kind": kind})
            _riddle(made, {}, after)
            later = RIDDLES[RIDDLES.index(kind) + 1 :]
            first = (place for place, row in enumerate(rows) if row.get("kind", "story") in later)
            rows.insert(next(first, len(rows)), made)
    return rows if rows else None


def _riddle(row: Any, before: Row, after: Row) -> None:
    names = [name for name in _RIDDLE_ORDER if name in after]
    _fill(
        row,
        {name: before.get(name, "") for name in names},
        {name: after[name] for name in names},
        _RIDDLE_ORDER,
    )
    was, now = _choices(before), _choices(after)
    if was != now or not isinstance(row.get(_CHOICES), MutableSequence):
        _set_choices(row, was, now)
    right = after.get("right", "")
    answer = now[int(right)] if right.isdecimal() and int(right) < len(now) else ""
    if answer and row.get("answer") != answer:
        if "answer" in row:
            row["answer"] = spelled(answer)
        else:
            row.insert(_place(row, "answer", _RIDDLE_ORDER), "answer", spelled(answer))
    elif right and not answer:
        row.pop("answer", None)


def _choices(riddle: Row) -> list[str]:
    return [text for name, text in riddle.items() if name.startswith("choice")]


def _set_choices(row: Any, was: Sequence[str], now: Iterable[str]) -> None:
    """Set the choices that changed, in one line where there were none before."""
    there = row.get(_CHOICES)
    texts = list(now)
    if not any(texts):
        row.pop(_CHOICES, None)
    elif isinstance(there, CommentedSeq) and len(there) == len(texts):
        for at, text in enumerate(texts):
            if text not in was[at : at + 1] or not isinstance(there[at], str):
                there[at] = spelled(text, inside=True)
    else:
        made = CommentedSeq(spelled(text, inside=True) for text in texts)
        made.fa.set_flow_style()
        if _CHOICES in row:
            row[_CHOICES] = made
        else:
            row.insert(_place(row, _CHOICES, _RIDDLE_ORDER), _CHOICES, made)
