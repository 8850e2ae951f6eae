"""What a form sent: its names as fields, and the buttons that add or take away a row."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace

from app.core.story import RIDDLES
from app.editing import Text
from app.editing.front import COLUMNS, KEYS, LAYER_KEYS, RIDDLE, TEXTS, Fields, Row

MOST_ROWS = 100
"""More rows than any story has; what is sent beyond them is not taken."""

_CELL = re.compile(r"(?P<key>[a-z]+)\.(?P<row>\d{1,4})\.(?P<column>[a-z]+)")
_PRESS = re.compile(r"(?:add\.(?P<added>[a-z]+)|drop\.(?P<dropped>[a-z]+)\.(?P<row>\d{1,4}))")


def keys_of(text: Text) -> tuple[str, ...]:
    """Return what the form of a text holds."""
    return LAYER_KEYS if text.layer or text.bonus else KEYS


def entered(form: Mapping[str, str], lists: Collection[str], old: Fields) -> Fields:
    """Return what was typed into a form.

    Args:
        form: the text of each field by its name: title, facts.0.value, riddles.story.right, body.
        lists: which lists the form holds; one that is not among them stays as it was.
        old: what the form was opened with.
    """
    cells: dict[str, dict[int, dict[str, str]]] = {key: defaultdict(dict) for key in COLUMNS}
    for name, text in form.items():
        found = _CELL.fullmatch(name)
        if found and found["column"] in COLUMNS.get(found["key"], ()):
            cells[found["key"]][int(found["row"])][found["column"]] = text
    return Fields(
        {key: form.get(key, old.texts[key]) for key in TEXTS},
        {key: _rows(key, cells[key]) if key in lists else old.rows[key] for key in COLUMNS},
        {kind: _riddle(kind, form, old.riddles[kind]) for kind in RIDDLES},
        form.get("body", old.body).replace("\r\n", "\n"),
    )


def pressed(typed: Fields, button: str) -> Fields:
    """Return a form after one of its buttons: `add.timeline` adds a row, `drop.timeline.2` takes one away."""
    found = _PRESS.fullmatch(button)
    key = (found["added"] or found["dropped"]) if found else ""
    if found is None or key not in COLUMNS:
        return typed
    rows = list(typed.rows[key])
    if found["added"] and len(rows) < MOST_ROWS:
        rows.append(dict.fromkeys(COLUMNS[key], ""))
    elif found["dropped"] and int(found["row"]) < len(rows):
        del rows[int(found["row"])]
    return replace(typed, rows={**typed.rows, key: tuple(rows)})


def _rows(key: str, cells: Mapping[int, Mapping[str, str]]) -> tuple[Row, ...]:
    blank = dict.fromkeys(COLUMNS[key], "")
    return tuple({**blank, **cells[at]} for at in sorted(cells)[:MOST_ROWS])


def _riddle(kind: str, form: Mapping[str, str], old: Row) -> Row:
    prefix = f"riddles.{kind}."
    if f"{prefix}question" not in form:
        return old
    # No button of a group is sent where none is chosen.
    return {name: form.get(prefix + name, "") for name in RIDDLE}
