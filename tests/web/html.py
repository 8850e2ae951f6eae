"""Reads a page as strictly as a validator would in the points that break phones and screen readers."""

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BLOCKS = {
    "h1", "h2", "h3", "h4", "p", "div", "ul", "ol", "dl", "table", "section", "form", "nav", "header",
    "footer", "main", "details",
}  # fmt: skip
ONLY_PHRASES = {"p", "span", "h1", "h2", "h3", "h4", "b", "em", "strong", "sup", "button", "label", "summary"}
PRESSED = {"a", "button", "summary", "input"}


@dataclass
class Element:
    """One element, with its ancestors' names from the root down and all text inside it."""

    tag: str
    attributes: dict[str, str]
    ancestors: tuple["Element", ...]
    text: str = ""

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def inside(self, *, tag: str = "", css_class: str = "") -> bool:
        """Tell whether an ancestor has this name and class."""
        return any(
            (not tag or parent.tag == tag) and (not css_class or css_class in parent.get("class").split())
            for parent in self.ancestors
        )


@dataclass
class Page:
    """A page that was read: its elements in order, and what is wrong with it."""

    elements: list[Element] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    spoken: list[tuple[str, str]] = field(default_factory=list)
    """What is read out, each piece with the language that it is in: texts, names and alternatives."""

    def all(self, tag: str, css_class: str = "") -> list[Element]:
        """Return every element of this name and class."""
        return [
            element
            for element in self.elements
            if element.tag == tag and (not css_class or css_class in element.get("class").split())
        ]

    def one(self, tag: str, css_class: str = "") -> Element:
        """Return the only element of this name and class."""
        found = self.all(tag, css_class)
        assert len(found) == 1, f"{len(found)} <{tag} class={css_class!r}> instead of one"
        return found[0]

    def by_id(self, name: str) -> Element:
        """Return the element of this id."""
        (found,) = [element for element in self.elements if element.get("id") == name]
        return found

    @property
    def links(self) -> list[str]:
        """Return where the page's links lead, in order."""
        return [element.get("href") for element in self.all("a")]

    @property
    def paths(self) -> list[str]:
        """Return the paths that the page's links lead to, without what follows a question mark."""
        return [link.partition("?")[0] for link in self.links]

    @property
    def posts(self) -> list[Element]:
        """Return the forms that change something."""
        return [form for form in self.all("form") if form.get("method") == "post"]

    @property
    def switch(self) -> dict[str, str]:
        """Return the language switch: language -> address."""
        return {
            link.get("hreflang"): link.get("href")
            for link in self.all("a")
            if link.inside(tag="header") and link.get("hreflang")
        }


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(tag, attrs)
        if tag not in VOID:
            self.open.append(self.page.elements[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID and not any(parent.tag == "svg" for parent in self.open):
            self._wrong(f"<{tag}/> does not close itself in HTML")
        self._add(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self._wrong(f"</{tag}> closes nothing")
        elif not self.open or self.open[-1].tag != tag:
            self._wrong(f"</{tag}> closes <{self.open[-1].tag if self.open else 'nothing'}>")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data
        if not {"style", "script"} & {element.tag for element in self.open}:
            self._say(data, self.open)

    def _add(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self._wrong(f"<{tag}> has an attribute twice")
        parent = self.open[-1].tag if self.open else ""
        if tag in BLOCKS and any(element.tag in ONLY_PHRASES for element in self.open):
            self._wrong(f"<{tag}> stands inside <{parent}>, which holds phrases only")
        if tag in PRESSED and any(element.tag in PRESSED for element in self.open):
            self._wrong(f"<{tag}> stands inside another link or button")
        if tag == "li" and parent not in {"ul", "ol"}:
            self._wrong("<li> stands outside a list")
        self.page.elements.append(Element(tag, {name: text or "" for name, text in attrs}, tuple(self.open)))
        element = self.page.elements[-1]
        for name in ("alt", "aria-label", "placeholder", "title"):
            self._say(element.get(name), [*self.open, element])

    def _say(self, words: str, inside: list[Element]) -> None:
        language = next((element.get("lang") for element in reversed(inside) if element.get("lang")), "")
        if words.strip():
            self.page.spoken.append((language, " ".join(words.split())))

    def _wrong(self, sentence: str) -> None:
        line, column = self.getpos()
        self.page.problems.append(f"{line}:{column} {sentence}")


@cache
def read_html(text: str) -> Page:
    """Return the page that `text` is."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    page = reader.page
    page.problems += [f"<{element.tag}> is never closed" for element in reader.open]
    ids = [element.get("id") for element in page.elements if "id" in element.attributes]
    page.problems += [
        f"the id {name!r} stands {ids.count(name)} times" for name in set(ids) if ids.count(name) > 1
    ]
    for element in page.elements:
        named = [*element.get("aria-labelledby").split(), *element.get("aria-describedby").split()]
        named += [element.get("for")] if element.get("for") else []
        named += (
            [element.get("href")[1:]] if element.tag == "a" and element.get("href").startswith("#") else []
        )
        page.problems += [
            f"<{element.tag}> points to #{name}, which is nowhere" for name in named if name not in ids
        ]
    page.problems += ["an <img> has no alt" for img in page.all("img") if "alt" not in img.attributes]
    for tag in ("h1", "title", "main", "html"):
        if len(page.all(tag)) != 1:
            page.problems.append(f"{len(page.all(tag))} <{tag}> instead of one")
    if not text.startswith("<!doctype html>"):
        page.problems.append("the document type is missing")
    if not all(html.get("lang") for html in page.all("html")):
        page.problems.append("<html> has no lang")
    return page
