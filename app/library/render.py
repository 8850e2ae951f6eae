"""The bounded child: Markdown on standard input, clean HTML as JSON on standard output.

Python-Markdown can be made to spin for minutes by a few kilobytes of brackets, so it never runs in a server.
"""

import json
import re
import resource
import sys

import markdown
import nh3

MEMORY_BYTES = 512 * 1024 * 1024
TAGS = {
    "p", "h2", "h3", "h4", "em", "strong", "ul", "ol", "li", "a", "sup", "blockquote", "br", "hr", "div",
    "table", "thead", "tbody", "tr", "th", "td", "code",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "class", "title"}, "sup": {"id"}, "li": {"id"}, "div": {"class"}, "p": {"class"}}
SCHEMES = {"http", "https", "mailto", "geo", "tel"}
CLASSES = {"footnote-ref", "footnote-backref", "admonition", "admonition-title", "legend"}
NOTE_ID = re.compile(r"fn(ref\d*)?:[A-Za-z0-9-]+")
NOTES = '<div class="footnote">'


def render(text: str) -> dict[str, str]:
    """Return `text` as clean HTML: `body`, and `notes` (an ordered list, or "")."""
    converter = markdown.Markdown(
        extensions=["footnotes", "admonition", "sane_lists", "tables"],
        extension_configs={"footnotes": {"BACKLINK_TEXT": "↩", "BACKLINK_TITLE": "↩ {}"}},
    )
    body, _, notes = converter.convert(text).partition(NOTES)
    return {"body": clean(body), "notes": clean(notes.removesuffix("</div>").replace("<hr />", "", 1))}


def clean(html: str) -> str:
    """Return `html` with nothing in it but the tags, attributes, classes and schemes of a story."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_keep_attribute,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    ).strip()


def _keep_attribute(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return " ".join(name for name in value.split() if name in CLASSES) or None
    if attribute == "id":
        return value if NOTE_ID.fullmatch(value) else None
    return value


def main() -> None:
    """Render standard input within the seconds of processor time given as the first argument."""
    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    json.dump(render(sys.stdin.buffer.read().decode()), sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
