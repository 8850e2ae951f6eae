"""A file's front matter as the fields of a form. What nobody touched keeps its spelling byte for byte."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import yaml

from app.core.story import RIDDLES
from app.editing.spelling import Value, respelled
from app.reading import FileBrokenError, yaml_nodes

TEXTS = ("title", "summary", "place")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "facts": ("value", "label", "source"),
    "timeline": ("when", "what", "source"),
    "details": ("of", "title", "text", "source"),
    "uncertain": ("text",),
}
"""The lists of the front matter, and what a row of each has; a row of `uncertain` is a text alone."""
CHOICES = tuple(f"choice{number}" for number in range(4))
RIDDLE = ("question", *CHOICES, "right", "hint", "because", "in_drawing", "in_text")
"""The fields of a riddle; `right` is the number of the choice that is, from "0", or "" as long as none is."""
FACTS = 4
KEYS = ("title", "summary", "place", "facts", "timeline", "details", "riddles", "uncertain")
"""What a story's form holds, in the order of a new file."""
LAYER_KEYS = ("title", "summary", "uncertain")
"""What the form of a layer or a bonus page holds."""

Row = Mapping[str, str]

_FRONT = re.compile(r"\A---\n(?P<front>(?:[^\n]*\n)*?)---\n(?P<body>.*)\Z", re.DOTALL)
_OPENED = re.compile(r"\A---\n")
_ENDED = re.compile(r"^\.\.\.", re.MULTILINE)


@dataclass(frozen=True)
class Fields:
    """What a form shows of a file.

    Attributes:
        texts: title, summary and place.
        rows: facts, timeline, details, uncertain: rows by column as in `COLUMNS`.
        riddles: each kind's fields as in `RIDDLE`, all of them "" where there is none.
        body: the Markdown text.
        fault: why the front matter cannot be shown as fields; they are blank then, and the file is written
            as a whole.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    riddles: Mapping[str, Row] = field(default_factory=dict)
    body: str = ""
    fault: FileBrokenError | None = None


def fields(words: str) -> Fields:
    """Return a whole file's words as the fields of a form; what is missing is blank."""
    parts = _FRONT.match(words)
    if parts is None:
        fault = (
            _fault("its first line is --- and no other such line ends it") if _OPENED.match(words) else None
        )
        return replace(_blank(), body="" if fault else words, fault=fault)
    try:
        return replace(_read(parts["front"]), body=parts["body"])
    except FileBrokenError as error:
        return replace(_blank(), body=parts["body"], fault=error)


def compose(old_words: str, entered: Fields, keys: Sequence[str] = KEYS) -> str:
    """Return a whole file from a form, beside what the file held that no form shows.

    Args:
        old_words: the file that the form was opened from, without fault.
        entered: what the form holds now.
        keys: those that this form has: `KEYS`, or `LAYER_KEYS`.

    Raises:
        FileBrokenError: the old file has a fault, and so no form.
    """
    old = fields(old_words)
    if old.fault:
        raise old.fault
    parts = _FRONT.match(old_words)
    front = parts["front"] if parts else ""
    new = tidy(entered)
    odd = _odd(front)
    changed = [key for key in keys if _value(new, key) != _value(old, key) or key in odd]
    if parts and not changed:
        return f"---\n{front}---\n{entered.body}"
    pieces = dict(_pieces(front))
    for key in (*changed, *({"uncertain"} & set(keys) - pieces.keys())):
        before = None if key in odd else _value(old, key)
        piece = respelled(key, pieces.get(key, ""), before, _value(new, key))
        if key in pieces or piece:
            pieces = _put(pieces, key, piece)
    return f"---\n{''.join(pieces.values())}---\n{entered.body}"


def tidy(entered: Fields) -> Fields:
    """Return what was typed as it is kept: composed (NFC), each text one line, no rows that are blank."""
    return Fields(
        {key: one_line(text) for key, text in entered.texts.items()},
        {
            key: _padded(key, (row for row in map(_tidy_row, rows) if any(map(str.strip, row.values()))))
            for key, rows in entered.rows.items()
        },
        {kind: _tidy_row({name: row[name] for name in RIDDLE}) for kind, row in entered.riddles.items()},
        entered.body,
        entered.fault,
    )


def one_line(text: str) -> str:
    """Return a text in one line without signs that no page shows."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(
        " " if sign in "\n\r\t\x85\u2028\u2029" else sign
        for sign in composed
        if sign in "\n\r\t\x85" or (unicodedata.category(sign) not in {"Cc", "Cs"} and sign not in _UNWRITTEN)
    )


_UNWRITTEN = "\ufeff\ufffe\uffff"


def _tidy_row(row: Row) -> Row:
    return {column: one_line(text) for column, text in row.items()}


def _padded(key: str, rows: Iterator[Row]) -> tuple[Row, ...]:
    """Return rows; of facts there are four, though some are blank."""
    found = tuple(rows)
    blank = dict.fromkeys(COLUMNS[key], "")
    return found + (blank,) * (FACTS - len(found)) if key == "facts" else found


def _value(of: Fields, key: str) -> Value:
    if key == "riddles":
        return of.riddles
    return of.rows.get(key, ()) if key in COLUMNS else of.texts.get(key, "")


def _blank() -> Fields:
    return Fields(
        dict.fromkeys(TEXTS, ""),
        {key: _padded(key, iter(())) for key in COLUMNS},
        {kind: dict.fromkeys(RIDDLE, "") for kind in RIDDLES},
    )


@lru_cache(maxsize=256)
def _read(front: str) -> Fields:
    """Return the fields of a front matter, without body."""
    nodes = dict(_keys(front))
    blank = _blank()
    return Fields(
        {key: _text(nodes.get(key), key) for key in TEXTS},
        {key: _padded(key, _rows(nodes.get(key), key)) for key in COLUMNS},
        {**blank.riddles, **dict(_riddles(nodes.get("riddles")))},
    )


@lru_cache(maxsize=256)
def _root(front: str) -> tuple[tuple[str, int, yaml.Node], ...]:
    """Return a front matter's keys, where each begins, and their values."""
    root = yaml_nodes(front, where="")
    if root is None:
        return ()
    if not isinstance(root, yaml.MappingNode) or root.flow_style or _ENDED.search(front):
        raise _fault("it is not a list of keys, one a line", None if _ENDED.search(front) else root)
    found = tuple((str(key.value), key.start_mark.index, value) for key, value in root.value)
    seen: set[str] = set()
    for key, _ in root.value:
        if str(key.value) in seen or key.start_mark.column:
            raise _fault("a key stands in it twice, or not at its line's beginning", key)
        seen.add(str(key.value))
    return found


def _keys(front: str) -> Iterator[tuple[str, yaml.Node]]:
    return ((name, node) for name, _, node in _root(front))


def _pieces(front: str) -> Iterator[tuple[str, str]]:
    """Yield the front matter in pieces that join to it again: what stands before, then key by key."""
    starts = [start for _, start, _ in _root(front)]
    ends = [*starts, len(front)]
    yield "", front[: ends[0]]
    for (name, start, _), end in zip(_root(front), ends[1:], strict=True):
        yield name, front[start:end]


def _put(pieces: dict[str, str], key: str, piece: str) -> dict[str, str]:
    """Return the pieces with this one in its place, a new one in the house's order."""
    if key in pieces:
        return {**pieces, key: piece}
    later = set(KEYS[KEYS.index(key) + 1 :]) | {"reviewed", "approved"}
    names = list(pieces)
    at = next((place for place, name in enumerate(names) if name in later), len(names))
    items = list(pieces.items())
    return dict([*items[:at], (key, piece), *items[at:]])


@lru_cache(maxsize=256)
def _odd(front: str) -> frozenset[str]:
    """Return keys with a value that should be a text and is a number, a day or a yes to whoever reads it."""

    def is_odd(node: yaml.Node) -> bool:
        if isinstance(node, yaml.ScalarNode):
            return node.tag not in {"tag:yaml.org,2002:str", "tag:yaml.org,2002:null"}
        inner = [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else node.value
        return any(map(is_odd, inner))

    return frozenset(key for key, node in _keys(front) if key in KEYS and is_odd(node))


def _text(node: yaml.Node | None, key: str) -> str:
    """Return a text as it is spelled: 1812 and yes are what somebody wrote, not a number and not a truth."""
    if node is None or node.tag == "tag:yaml.org,2002:null":
        return ""
    if not isinstance(node, yaml.ScalarNode):
        raise _fault(f"{key} is not a text", node)
    return one_line(str(node.value))


def _rows(node: yaml.Node | None, key: str) -> Iterator[Row]:
    for at, item in enumerate(_items(node, key), start=1):
        if key == "uncertain":
            yield {"text": _text(item, f"{key}.{at}")}
        else:
            cells = _cells(item, f"{key}.{at}")
            yield {column: _text(cells.get(column), f"{key}.{at}.{column}") for column in COLUMNS[key]}


def _riddles(node: yaml.Node | None) -> Iterator[tuple[str, Row]]:
    seen = set()
    for at, item in enumerate(_items(node, "riddles"), start=1):
        where = f"riddles.{at}"
        cells = _cells(item, where)
        kind = _text(cells.get("kind"), f"{where}.kind") or "story"
        if kind not in RIDDLES or kind in seen:
            raise _fault(
                f"{where}: each kind of riddle is asked once, and the kinds are {', '.join(RIDDLES)}", item
            )
        seen.add(kind)
        choices = [_text(choice, f"{where}.choices") for choice in _items(cells.get("choices"), where)]
        if len(choices) > len(CHOICES):
            raise _fault(f"{where} has more than {len(CHOICES)} choices", item)
        answer = _text(cells.get("answer"), f"{where}.answer")
        row = dict.fromkeys(RIDDLE, "")
        row |= dict(zip(CHOICES, choices, strict=False))
        row["right"] = str(choices.index(answer)) if answer and answer in choices else ""
        for name in ("question", "hint", "because", "in_drawing", "in_text"):
            row[name] = _text(cells.get(name), f"{where}.{name}")
        yield kind, row


def _items(node: yaml.Node | None, key: str) -> list[yaml.Node]:
    if node is None or node.tag == "tag:yaml.org,2002:null":
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise _fault(f"{key} is not a list", node)
    return list(node.value)


def _cells(node: yaml.Node, where: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _fault(f"{where} is not a row of keys", node)
    return {str(key.value): value for key, value in node.value}


def _fault(what: str, at: yaml.Node | None = None) -> FileBrokenError:
    fault = FileBrokenError(
        f"the front matter cannot be shown as fields: {what}", mend="Mend it in the whole file"
    )
    if at is not None:
        fault.line, fault.column = at.start_mark.line + 2, at.start_mark.column + 1
    return fault
