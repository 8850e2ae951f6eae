"""The drawings of kits/: pictures, silhouettes, icons, and the building steps shown by them."""

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from app.core.errors import UserError
from app.core.kit import Series
from app.core.story import CleanHtml
from app.reading import read_text
from app.workspace import Workspace

NAMESPACE = "http://www.w3.org/2000/svg"
SVG = f"{{{NAMESPACE}}}"
SHAPES = {"g", "path", "use", "circle", "rect", "polygon"}
SHAPE_ATTRIBUTES = {
    "d", "id", "href", "transform", "fill-rule", "cx", "cy", "r", "x", "y", "width", "height", "points",
}  # fmt: skip
STEP = re.compile(r"s([1-9][0-9]?)[a-z]?")
"""Ids of the groups of a picture that a building step adds: s3, s3b, … for step 3."""

GHOST = ".ghost{fill:#e6d8b8}@media(prefers-color-scheme:dark){.ghost{fill:#35406e}}"
KEPT = {SVG + "style", SVG + "defs"}

ElementTree.register_namespace("", NAMESPACE)


class PictureError(UserError):
    """A drawing is not what the pages and the press need."""


@dataclass(frozen=True)
class Drawing:
    """A one-colour drawing: viewBox and shapes of an SVG."""

    view_box: str
    shapes: CleanHtml


def art_path(workspace: Workspace, series_id: str, kit_id: str) -> Path:
    """Return where a kit's picture lies."""
    return workspace.kits / series_id / kit_id / "art.svg"


def silhouette_path(workspace: Workspace, series_id: str, kit_id: str) -> Path:
    """Return where a kit's silhouette lies."""
    return workspace.kits / series_id / kit_id / "silhouette.svg"


def read_silhouette(workspace: Workspace, series_id: str, kit_id: str) -> Drawing:
    """Return a kit's silhouette without its colour, ready to stand in a page beside others.

    Raises:
        FileMissingError: there is no such file.
        PictureError: it is not an SVG of plain shapes.
    """
    path = silhouette_path(workspace, series_id, kit_id)
    root = parse_svg(path)
    shapes = [_plain_shape(shape, kit_id, path) for shape in root if shape.tag != SVG + "title"]
    markup = "".join(ElementTree.tostring(shape, encoding="unicode") for shape in shapes)
    return Drawing(root.get("viewBox", ""), CleanHtml(markup))


def _plain_shape(shape: ElementTree.Element, kit_id: str, path: Path) -> ElementTree.Element:
    """Return the shape with ids of its kit's own, or refuse what is more than a shape."""
    name = shape.tag.removeprefix(SVG)
    unknown = sorted(set(shape.attrib) - SHAPE_ATTRIBUTES)
    if name not in SHAPES or unknown:
        raise PictureError(
            f"a silhouette holds plain shapes, not {unknown[0] if name in SHAPES else name}",
            where=str(path),
            mend=f"Use only {', '.join(sorted(SHAPES))} with {', '.join(sorted(SHAPE_ATTRIBUTES))}",
        )
    plain = ElementTree.Element(name, dict(shape.attrib))
    if "id" in plain.attrib:
        plain.set("id", f"{kit_id}-{plain.get('id')}")
    if "href" in plain.attrib:
        plain.set("href", f"#{kit_id}-{plain.get('href', '').removeprefix('#')}")
    plain.extend(_plain_shape(child, kit_id, path) for child in shape)
    return plain


def parse_svg(path: Path) -> ElementTree.Element:
    """Return the root of one of the workspace's own SVG files.

    Raises:
        FileMissingError: there is no such file.
        PictureError: it is not SVG, or has no viewBox.
    """
    text = read_text(path)
    try:
        if "<!" in text.replace("<!--", ""):
            raise ElementTree.ParseError("it declares a document type or entities")
        root = ElementTree.fromstring(text)  # noqa: S314  (own files, and no entities: see above)
    except ElementTree.ParseError as error:
        raise PictureError(
            f"this is not a plain SVG: {error}", where=str(path), mend="Export it again"
        ) from error
    if root.tag != SVG + "svg" or not root.get("viewBox"):
        raise PictureError("the picture has no viewBox", where=str(path), mend='Add viewBox="0 0 360 450"')
    return root


def certificate_values(workspace: Workspace, series: Series) -> dict[str, object]:
    """Return what the certificate of a complete series shows: never a name.

    Raises:
        UserError: a silhouette is missing or broken.
    """
    kits = [
        {"kit": kit, "silhouette": read_silhouette(workspace, series.id, kit.id)}
        for kit in series.standard_kits
    ]
    return {"series": series, "kits": kits, "maker": workspace.maker_name}


def icon_path(workspace: Workspace, series_id: str, kit_id: str) -> Path:
    """Return where a kit's icon lies."""
    return workspace.kits / series_id / kit_id / "icon.svg"


def cover_path(workspace: Workspace, series_id: str) -> Path:
    """Return where the cover of a series lies."""
    return workspace.kits / series_id / "cover.svg"


def steps_drawn(art: ElementTree.Element) -> frozenset[int]:
    """Return the building steps that a picture has groups for."""
    return frozenset(number for number in map(_step_of, art) if number)


def step_picture(workspace: Workspace, series_id: str, kit_id: str, step: int) -> bytes:
    """Return the picture of a kit after so many building steps, over its pale silhouette, as SVG.

    Only the building is in it: what belongs to no step (sky, water, people) is left out.

    Args:
        workspace: whose kit it is.
        series_id: its series.
        kit_id: the kit.
        step: the steps that are done, at least 1.

    Raises:
        FileMissingError, PictureError: the picture or the silhouette is not there or not right.
    """
    art = parse_svg(art_path(workspace, series_id, kit_id))
    silhouette = parse_svg(silhouette_path(workspace, series_id, kit_id))
    picture = ElementTree.Element(SVG + "svg", {"viewBox": art.get("viewBox", "")})
    ElementTree.SubElement(picture, SVG + "style").text = GHOST
    ghost = ElementTree.SubElement(picture, SVG + "g", {"class": "ghost"})
    ghost.extend(_own(shape, "ghost") for shape in silhouette if shape.tag not in {SVG + "title"})
    picture.extend(part for part in art if part.tag in KEPT or 0 < (_step_of(part) or 0) <= step)
    return ElementTree.tostring(picture)


def _own(shape: ElementTree.Element, prefix: str) -> ElementTree.Element:
    """Return a copy with ids that no other drawing has."""
    attributes = {key: f"#{prefix}-{value[1:]}" if key == "href" else value for key, value in shape.items()}
    if "id" in attributes:
        attributes["id"] = f"{prefix}-{attributes['id']}"
    copy = ElementTree.Element(shape.tag, attributes)
    copy.extend(_own(child, prefix) for child in shape)
    return copy


def _step_of(part: ElementTree.Element) -> int | None:
    found = STEP.fullmatch(part.get("id", ""))
    return int(found[1]) if found else None
