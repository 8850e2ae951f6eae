"""A text piece by piece, as it is translated and remarked on: each line of the front matter, each block."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from app.core.blocks import block_hash, segments

SINGLE = ("title", "summary", "place")
LISTED: Mapping[str, tuple[str, ...]] = {
    "facts": ("value", "label"),
    "timeline": ("when", "what"),
    "details": ("title", "text"),
    "riddles": ("question", "choices", "answer", "hint", "because", "in_text"),
    "uncertain": (),
}
"""Keys of a front matter whose values are words, and the fields of their entries that are."""

_MARKS = re.compile(r"[#\s]*")
_HEADING = re.compile(r"(#+)(\s|\Z)")
_LIST = re.compile(r"([-*+]|\d+[.)])\s")
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Piece:
    """A piece of a text that is translated as one.

    Attributes:
        kind: a key of the front matter ("title", "facts.label"), or what a block below it is: "h2", "p",
            "list", "note", "box".
        place: where it stands: ("facts", 0, "label"), or ("body", 3), counted over all blocks.
        text: its words.
        turn: how many pieces of the same kind and words stand before it.
    """

    kind: str
    place: Place
    text: str
    turn: int = 0

    @cached_property
    def hash(self) -> str:
        """Return by which 16 signs its words are known; below the front matter as `core.blocks` knows it."""
        return block_hash(self.text if self.place[0] == "body" else f"{self.kind}: {self.text}")

    @cached_property
    def key(self) -> str:
        """Return its hash, and of several with the same one which of them it is."""
        return f"{self.hash}.{self.turn}" if self.turn else self.hash

    @property
    def empty(self) -> bool:
        """Tell whether it is a place without words, as of a text that was only begun."""
        return _MARKS.fullmatch(self.text) is not None


def pieces(front: Mapping[str, object], body: str) -> tuple[Piece, ...]:
    """Return a text's pieces in reading order.

    Args:
        front: its front matter as a plain map; what is no text there is passed over.
        body: what stands below it.
    """
    found = [Piece(key, (key,), _words(front[key])) for key in SINGLE if key in front]
    for key, fields in LISTED.items():
        entries = front.get(key)
        for at, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
            if not fields:
                found.append(Piece(key, (key, at), _words(entry)))
                continue
            if isinstance(entry, Mapping):
                found += [
                    Piece(f"{key}.{field}", (key, at, field), _words(entry[field]))
                    for field in fields
                    if field in entry
                ]
    found += [
        Piece(kind_of(block), ("body", at), block.strip("\n"))
        for at, block in enumerate(segments(body))
        if block.strip()
    ]
    seen: Counter[str] = Counter()
    for at, piece in enumerate(found):
        found[at] = replace(piece, turn=seen[piece.hash])
        seen[piece.hash] += 1
    return tuple(found)


def kind_of(block: str) -> str:
    """Return what a block of Markdown is: "h2", "list", "note", "box" or "p"."""
    words = block.lstrip("\n")
    heading = _HEADING.match(words)
    if heading:
        return f"h{len(heading[1])}"
    if words.startswith("[^"):
        return "note"
    if words.startswith("!!!"):
        return "box"
    return "list" if _LIST.match(words) else "p"


def _words(entry: object) -> str:
    if isinstance(entry, list | tuple):
        return "\n".join(map(_words, entry))
    return "" if entry is None else str(entry)
