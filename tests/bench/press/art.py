"""Write an SVG's stylesheet and references out, which not every program here reads right.

reportlab's svglib drops the style of what `<use>` repeats, and fpdf2 takes the colours of dark screens.
"""

import copy
import re
from xml.etree import ElementTree as Tree

SVG = "{http://www.w3.org/2000/svg}"
MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
UNSEEN = {SVG + name for name in ("title", "desc", "style", "defs")}

Rules = list[tuple[str, dict[str, str]]]


def written_out(svg: str, view_box: str) -> str:
    """Return an SVG without classes and references that looks the same, in another frame."""
    root = Tree.fromstring(svg)  # noqa: S314 - our own drawings
    style = "".join(element.text or "" for element in root.iter(SVG + "style"))
    rules = [
        (selector.strip().removeprefix("."), _declarations(body))
        for selectors, body in RULE.findall(MEDIA.sub("", style))
        for selector in selectors.split(",")
    ]
    named = {element.get("id", ""): element for element in root.iter()}
    plain = _plain(root, rules, named)
    for attribute in ("role", "aria-labelledby"):
        plain.attrib.pop(attribute, None)
    plain.set("viewBox", view_box)
    Tree.register_namespace("", SVG[1:-1])
    return Tree.tostring(plain, encoding="unicode")


def _plain(element: Tree.Element, rules: Rules, named: dict[str, Tree.Element]) -> Tree.Element:
    attributes = {name: value for name, value in element.attrib.items() if name not in {"class", "id"}}
    classes = element.get("class", "").split()
    for selector, declarations in rules:
        if selector in classes:
            attributes |= declarations
    if element.tag != SVG + "use":
        plain = Tree.Element(element.tag, attributes)
        plain.extend(_plain(child, rules, named) for child in element if child.tag not in UNSEEN)
        return plain
    x, y = attributes.pop("x", "0"), attributes.pop("y", "0")
    target = copy.deepcopy(named[attributes.pop("href").removeprefix("#")])
    transform = f"{attributes.pop('transform', '')} translate({x} {y})".strip()
    group = Tree.Element(SVG + "g", {**attributes, "transform": transform})
    group.append(_plain(target, rules, named))
    return group


def _declarations(body: str) -> dict[str, str]:
    pairs = (declaration.partition(":") for declaration in body.split(";") if declaration.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}
