"""Markdown becomes clean HTML within bounds, whatever stands in it, and is rendered once."""

import json
import re
import resource
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.core.story import CleanHtml, Story
from app.library import RENDER_SECONDS, Rendered, StoryRenderError, read_story, render
from app.library.rendering import render as render_text
from app.reading import FileBrokenError
from app.workspace import Workspace

Write = Callable[[str, str, str], Path]
TAGS = {
    "p", "h2", "h3", "h4", "em", "strong", "ul", "ol", "li", "a", "sup", "blockquote", "br", "hr", "div",
    "table", "thead", "tbody", "tr", "th", "td", "code",
}  # fmt: skip
CLASSES = {"footnote-ref", "footnote-backref", "admonition", "admonition-title", "legend"}
SCHEMES = {"", "http", "https", "mailto", "geo", "tel"}

HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    '<img src=x onerror="alert(1)">',
    "<svg onload=alert(1)><animate onbegin=alert(1)></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "<style>body { background: url(https://evil.example/x) }</style>",
    '<p style="position:fixed" onclick="alert(1)" id="main" class="btn">x</p>',
    '<iframe src="https://evil.example"></iframe><object data="x"></object><embed src="x">',
    '<form action="https://evil.example"><input name="code"><button formaction="x">Go</button></form>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)" target="_blank">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](  javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/1)",
    '[x](https://e.example "onmouseover=alert(1) x=")',
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    '![x"onerror="alert(1)](x)',
    "[x]: javascript:alert(1)\n\n[x]",
    '<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    "<!--><script>alert(1)</script>-->",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<div class='admonition btn bar' id='main'>x</div>",
    '!!! legend" onclick="alert(1)\n    x',
    '[^1"><script>alert(1)</script>]\n\n[^1"><script>alert(1)</script>]: x',
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    '<div class="footnote"><script>alert(1)</script></div>',
    "| a | b |\n| --- | --- |\n| <script>alert(1)</script> | <td onclick=alert(1)> |",
    "<details open ontoggle=alert(1)>x</details>",
    "<template><script>alert(1)</script></template>",
    "\x00<scr\x00ipt>alert(1)</script>",
    "{{ 7 * 7 }} {% include 'base.html' %}",
]


class Reader(HTMLParser):
    """Fails at the first tag, attribute, class or address that no story may have."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        for name, value in attrs:
            assert name in {"href", "class", "title", "id", "rel"} or tag == "img"
            if tag == "img":
                assert name == "alt" or re.fullmatch(r"images/[a-z0-9-]{1,60}", value or "")
            if name == "class":
                assert set((value or "").split()) <= CLASSES
            elif name == "id":
                assert re.fullmatch(r"fn(ref\d*)?:[A-Za-z0-9-]+", value or "")
            elif name == "href":
                assert urlsplit((value or "").strip()).scheme.lower() in SCHEMES
                self.hrefs.append(value or "")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    """Read HTML as a browser would; see `Reader`."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.fixture
def story(workspace: Workspace) -> Callable[[str], Story]:
    """Make a story of a text."""
    front = read_story(workspace, "fish", "en").front
    return lambda text: Story(kit="fish", language="en", front=front, text=text)


# Hostile


def test_no_hostile_text_leaves_anything_but_the_tags_of_a_story() -> None:
    for text in HOSTILE:
        parts = render_text(text)
        read(parts["body"])
        read(parts["notes"])


def test_all_hostile_texts_together_come_through_the_child_as_clean(
    workspace: Workspace, story: Callable[[str], Story]
) -> None:
    words = "\n\n".join(f"Words {number}.\n\n{text}" for number, text in enumerate(HOSTILE))
    rendered = render(workspace, story(words))
    shown = read(rendered.body.text).text
    assert "Words 0." in shown
    read(rendered.notes.text)


def test_what_was_code_is_shown_as_text(workspace: Workspace, story: Callable[[str], Story]) -> None:
    rendered = render(workspace, story("Write `<script>alert(1)</script>` and {{ 7 * 7 }}."))
    assert read(rendered.body.text).text == "Write <script>alert(1)</script> and {{ 7 * 7 }}."


@pytest.mark.parametrize(
    "text",
    ["[" * 5000, "![" * 2500, "[](" * 1700, "*_" * 2500, "> " * 2500 + "x", "- " * 2500 + "x"],
    ids=["brackets", "pictures", "links", "stars", "quotations", "lists"],
)
def test_five_kilobytes_that_make_a_parser_spin_are_refused_or_clean(
    workspace: Workspace, story: Callable[[str], Story], text: str
) -> None:
    rendered: Rendered | None = None
    refused: StoryRenderError | None = None
    try:
        rendered = render(workspace, story(text))
    except StoryRenderError as error:
        refused = error
    if rendered is not None:
        read(rendered.body.text)
    if refused is not None:
        assert str(workspace.stories / "fish" / "en.md") in str(refused)
        assert "brackets" in refused.mend
        assert not list((workspace.state / "cache" / "stories").glob("*"))


def test_a_row_of_brackets_is_stopped_by_its_processor_time_and_the_next_story_is_rendered(
    workspace: Workspace, story: Callable[[str], Story]
) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(StoryRenderError, match="within 2 s"):
        render(workspace, story("[" * 5000 + "\n\n" + "[" * 5000))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < RENDER_SECONDS + 1
    assert "Still here" in render(workspace, story("Still here.")).body.text


def test_yaml_that_grows_is_refused(workspace: Workspace, write: Write) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(
        f"{here}: &{here} [*{before}, *{before}, *{before}, *{before}, *{before}, *{before}, *{before}]\n"
        for before, here in zip("abcdefgh", "bcdefghi", strict=True)
    )
    path = write("stories/fish/en.md", "uncertain:", f"{bomb}uncertain:")
    with pytest.raises(FileBrokenError, match="aliases") as refused:
        read_story(workspace, "fish", "en")
    assert str(path) in str(refused.value)


# What a story is made of survives


def test_footnotes_keep_their_ids_so_that_both_ways_lead_home(
    workspace: Workspace, story: Callable[[str], Story]
) -> None:
    text = "One.[^S1] Two.[^S2] One again.[^S1]\n\n[^S1]: First, <https://e.example/1>.\n[^S2]: Second.\n"
    rendered = render(workspace, story(text))
    body, notes = rendered.body.text, rendered.notes.text
    targets = {*re.findall(r'id="([^"]+)"', body), *re.findall(r'id="([^"]+)"', notes)}
    assert {"fn:S1", "fn:S2", "fnref:S1", "fnref:S2"} <= targets
    assert notes.count("footnote-backref") == 2  # each leads back to where it was used first
    for href in [*read(body).hrefs, *read(notes).hrefs]:
        assert not href.startswith("#") or href[1:] in targets
    assert "First" in notes
    assert "First" not in body
    assert notes.startswith("<ol")
    assert 'href="https://e.example/1"' in notes


def test_a_legend_keeps_its_box_and_its_title(workspace: Workspace, story: Callable[[str], Story]) -> None:
    body = render(workspace, story('!!! legend "Tương truyền"\n    Rùa vàng hiện lên.\n')).body.text
    assert '<div class="admonition legend">' in body
    assert '<p class="admonition-title">Tương truyền</p>' in body
    assert "Rùa vàng hiện lên." in body


def test_headings_lists_tables_and_links_survive(workspace: Workspace, story: Callable[[str], Story]) -> None:
    text = (
        "## Two\n\n### Three\n\n- a\n- *b*\n\n1. **c**\n\n> d\n\n| e | f |\n| --- | --- |\n| g | h |\n\n"
        "[i](https://e.example/?a=1&b=2) [j](mailto:a@e.example) [k](geo:21,105) [l](/en/tiny/fish)"
    )
    reader = read(body := render(workspace, story(text)).body.text)
    for tag in ("h2", "h3", "ul", "ol", "li", "em", "strong", "blockquote", "table", "th", "td"):
        assert f"<{tag}>" in body
    assert reader.hrefs == ["https://e.example/?a=1&b=2", "mailto:a@e.example", "geo:21,105", "/en/tiny/fish"]
    assert "rel=" not in body  # no link opens a window, and Referrer-Policy stands on every page


def test_vietnamese_comes_through_composed_however_it_was_typed(workspace: Workspace, write: Write) -> None:
    write("stories/fish/vi.md", "Nguồn.", "Nguô\u0300n xưa.")
    body = render(workspace, read_story(workspace, "fish", "vi")).body.text
    assert "Nguồn xưa." in body


# Rendered once


def caches(workspace: Workspace) -> list[Path]:
    """Return the cached pages."""
    return sorted((workspace.state / "cache" / "stories").iterdir())


def test_the_same_text_is_not_rendered_twice(workspace: Workspace, story: Callable[[str], Story]) -> None:
    first = render(workspace, story("Once."))
    (cached,) = caches(workspace)
    before = cached.stat()
    assert render(workspace, story("Once.")) == first
    assert (cached.stat().st_ino, cached.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    cached.write_text(json.dumps({"body": "<p>From the cache</p>", "notes": ""}))
    assert render(workspace, story("Once.")) == Rendered(CleanHtml("<p>From the cache</p>"), CleanHtml(""))


def test_a_changed_text_and_another_language_are_rendered_anew(
    workspace: Workspace, story: Callable[[str], Story]
) -> None:
    assert "Once." in render(workspace, story("Once.")).body.text
    assert "Once more." in render(workspace, story("Once more.")).body.text
    assert len(caches(workspace)) == 2
    other = Story(kit="fish", language="vi", front=story("").front, text="Once.")
    render(workspace, other)
    assert len(caches(workspace)) == 3


@pytest.mark.parametrize("damage", ["", '{"body": "<p>On', "\x00" * 100], ids=["empty", "torn", "zeros"])
def test_a_cache_damaged_by_a_power_cut_is_rendered_again(
    workspace: Workspace, story: Callable[[str], Story], damage: str
) -> None:
    first = render(workspace, story("Once."))
    caches(workspace)[0].write_text(damage)
    assert render(workspace, story("Once.")) == first
