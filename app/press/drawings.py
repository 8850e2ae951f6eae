"""Everything in a PDF that draws: pages, and the forms, tiles, glyphs and masks they call, each once."""

from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Dictionary, Name


@dataclass(frozen=True)
class Drawing:
    """One run of drawing operators.

    Attributes:
        where: the page or form in words, for messages.
        content: the page's dictionary or the form's stream.
        resources: what its operators call by name.
    """

    where: str
    content: pikepdf.Object
    resources: pikepdf.Object


def drawings(
    page: pikepdf.Page, where: str, seen: set[tuple[int, int]], *, masks: bool = True
) -> Iterator[Drawing]:
    """Yield a page and everything it calls that is not in `seen` yet, and add it there.

    Args:
        page: the page.
        where: the page in words.
        seen: object numbers of forms and shared resources that were yielded before.
        masks: also what draws soft masks.

    Source: ISO 32000-1, sections 7.8.3, 8.7.3, 8.10, 9.6.5 and 11.6.5.3.
    """
    resources = inherited(page, "/Resources")
    yield Drawing(where, page.obj, resources)
    yield from _called(resources, where, seen, masks=masks)


def inherited(page: pikepdf.Page, key: str) -> pikepdf.Object:
    """Return a page's attribute, or its ancestors' (ISO 32000-1, section 7.7.3.4); empty if nobody has it."""
    node: pikepdf.Object | None = page.obj
    while node is not None:
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return Dictionary()


def _called(
    resources: pikepdf.Object, where: str, seen: set[tuple[int, int]], *, masks: bool
) -> Iterator[Drawing]:
    if resources.is_indirect:
        if resources.objgen in seen:
            return
        seen.add(resources.objgen)
    for name, stream in _streams(resources, masks=masks):
        if stream.objgen in seen:
            continue
        seen.add(stream.objgen)
        inside = stream.get("/Resources", Dictionary())
        yield Drawing(f"{where}, drawing {name.lstrip('/')}", stream, inside)
        yield from _called(inside, where, seen, masks=masks)


def _streams(resources: pikepdf.Object, *, masks: bool) -> Iterator[tuple[str, pikepdf.Object]]:
    for name, drawn in resources.get("/XObject", Dictionary()).items():
        if drawn.get("/Subtype") == Name.Form:
            yield name, drawn
    for name, pattern in resources.get("/Pattern", Dictionary()).items():
        if isinstance(pattern, pikepdf.Stream):
            yield name, pattern
    for font in resources.get("/Font", Dictionary()).values():
        yield from font.get("/CharProcs", Dictionary()).items()
    for name, state in resources.get("/ExtGState", Dictionary()).items():
        mask = state.get("/SMask")
        if masks and isinstance(mask, Dictionary):
            yield name, mask.G
