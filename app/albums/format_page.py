"""The format's own page: what stands in app/core/HB1.md, as a page to read and as the file itself."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app import core
from app.core.story import CleanHtml
from app.library import render_own

SOURCE = Path(core.__file__).with_name("HB1.md")
STEPS = '<pre tabindex="0" role="group" aria-label="Steps">'
"""Steps scroll sideways on a phone, for their indentation means something; so a keyboard must reach them."""

_PART = re.compile(r"<h2>(?P<title>[^<]*)</h2>")
_NAME_IN_CELL = re.compile(r"(?<=<td><code>)[^<>]{12,40}(?=</code>)")


@dataclass(frozen=True)
class FormatPage:
    """The format's page.

    Attributes:
        source: its Markdown, byte for byte.
        body: the page without its title.
        parts: the anchor and the title of each part.
    """

    source: bytes
    body: CleanHtml
    parts: tuple[tuple[str, str], ...]


@cache
def format_page() -> FormatPage:
    """Return the format's page, read and rendered once a process."""
    source = SOURCE.read_bytes()
    _title, _, text = source.decode().partition("\n")
    html = render_own(text).text.replace("<th>", '<th scope="col">').replace("<pre>", STEPS)
    titles = [found["title"] for found in _PART.finditer(html)]
    html = _PART.sub(lambda found: f'<h2 id="{_anchor(found["title"])}">{found["title"]}</h2>', html)
    html = _NAME_IN_CELL.sub(_breakable, html)
    return FormatPage(source, CleanHtml(html), tuple((_anchor(title), title) for title in titles))


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower())


def _breakable(name: re.Match[str]) -> str:
    """Let a long name in a narrow cell break behind a slash or an underscore, and before a dot."""
    return re.sub(r"(?<=[/_])(?=[A-Za-z])|(?=\.)", "<wbr>", name[0])
