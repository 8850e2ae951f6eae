"""The bounded child: Markdown texts as JSON on standard input, clean HTML as JSON on standard output.

Python-Markdown can be made to spin for minutes by a few kilobytes of brackets, so it never runs in a server.
"""

import json
import re
import sys
from functools import partial

import markdown
import nh3

from app.core.picture import PLACED
from app.library.bounds import bound_memory, bound_time

EXTENSIONS = ["footnotes", "admonition", "sane_lists", "tables"]
TAGS = {
    "p", "h2", "h3", "h4", "em", "strong", "ul", "ol", "li", "a", "sup", "blockquote", "br", "hr", "div",
    "table", "thead", "tbody", "tr", "th", "td", "code", "img",
}  # fmt: skip
ATTRIBUTES = {
    "img": {"src", "alt"},
    "a": {"href", "class", "title"},
    "sup": {"id"}, "li": {"id"}, "div": {"class"}, "p": {"class"},
}  # fmt: skip
PICTURE = re.compile(r"images/[a-z0-9-]{1,60}")
"""The only address a picture may have: one of the kit's own library."""

NO_PICTURE = re.compile(r'<img(?: alt="[^"]*")?>')
"""What is left of a picture whose address was another."""

OWN_TAGS = TAGS - {"img"} | {"pre"}
"""A page of the program's own may show steps in the order of their lines."""
SCHEMES = {"http", "https", "mailto", "geo", "tel"}
CLASSES = {"footnote-ref", "footnote-backref", "admonition", "admonition-title", "legend"}
NOTE_ID = re.compile(r"fn(ref)?:[A-Za-z0-9-]+")
NOTE_MARK = re.compile(r'<sup id="(fnref\d*:[^"]+)"')
BACK_LINK = re.compile(r'(?:\s|&nbsp;|\u00a0)*<a [^>]*href="#(?P<to>fnref\d*:[^"]+)"[^>]*>[^<]*</a>')
NOTES = '<div class="footnote">'


def render(text: str) -> dict[str, str]:
    """Return `text` as clean HTML: `body`, and `notes` (an ordered list, or "")."""
    converter = markdown.Markdown(
        extensions=EXTENSIONS,
        extension_configs={"footnotes": {"BACKLINK_TEXT": "↩", "BACKLINK_TITLE": "↩ {}"}},
    )
    body, _, notes = converter.convert(PLACED.sub(_alone, text)).partition(NOTES)
    found = clean(notes.removesuffix("</div>").replace("<hr />", "", 1))
    return {
        "body": clean(body),
        "notes": BACK_LINK.sub(partial(_kept_if_first, set(NOTE_MARK.findall(body))), found),
    }


def _alone(place: re.Match[str]) -> str:
    """Return a picture's line with room around it, so that it becomes a paragraph of its own."""
    return f"\n{place[0]}\n"


def _kept_if_first(marks: set[str], link: re.Match[str]) -> str:
    """Return a note's first link back, and nothing for others or where the text has no mark to go back to."""
    return link[0] if link["to"] in marks and link["to"].startswith("fnref:") else ""


def render_own(text: str) -> dict[str, str]:
    """Return a page of the program's own as clean HTML: `body` alone, with blocks of steps."""
    html = markdown.markdown(text, extensions=["fenced_code", "sane_lists", "tables"])
    return {"body": clean(html, OWN_TAGS)}


def clean(html: str, tags: set[str] = TAGS) -> str:
    """Return `html` with nothing in it but these tags, and the attributes, classes and schemes of a story."""
    kept = nh3.clean(
        html,
        tags=tags,
        attributes=ATTRIBUTES,
        attribute_filter=_keep_attribute,
        url_schemes=SCHEMES,
        link_rel=None,  # no link opens a window, and every page's header says how far it may be referred to
    )
    return NO_PICTURE.sub("", kept).strip()


def _keep_attribute(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return " ".join(name for name in value.split() if name in CLASSES) or None
    if attribute == "id":
        return value if NOTE_ID.fullmatch(value) else None
    if attribute == "src":
        return value if PICTURE.fullmatch(value) else None
    return value


def main() -> None:
    """Answer one batch: `{"seconds": 2, "own": false, "texts": [...]}`; without any, end.

    The imports are done before it comes so that a child can wait ready; its processor time counts from there.
    """
    markdown.markdown("A [^1]\n\n[^1]: b", extensions=EXTENSIONS)  # what is imported at the first use
    bound_memory()
    told = sys.stdin.buffer.read()
    if not told:
        return
    batch = json.loads(told)
    bound_time(batch["seconds"])
    turned = render_own if batch["own"] else render
    json.dump([turned(text) for text in batch["texts"]], sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
