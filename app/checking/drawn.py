"""Checks the drawings of a series: sizes, what they hold, and that the words about them fit."""

from collections.abc import Iterator
from pathlib import Path

from app.checking.problems import ContentError, told
from app.core.errors import UserError
from app.core.kit import Kit, Series
from app.pictures import (
    art_path,
    cover_path,
    icon_path,
    parse_svg,
    read_silhouette,
    silhouette_path,
)
from app.workspace import Workspace

LARGEST_ART, LARGEST_SILHOUETTE, LARGEST_ICON, LARGEST_COVER = 8192, 2048, 1024, 12_288
FORBIDDEN_IN_ART = {
    "script",
    "foreignObject",
    "image",
    "linearGradient",
    "radialGradient",
    "pattern",
    "filter",
}


def cover_problems(workspace: Workspace, series: Series) -> Iterator[UserError]:
    """Yield what is wrong with a series' cover; it may have none."""
    path = cover_path(workspace, series.id)
    if path.is_file():
        yield from _drawing(path, LARGEST_COVER)
    if path.is_file() != (series.cover is not None):
        yield ContentError(
            "cover.svg and the words that tell what it shows, cover in series.toml, belong together",
            where=str(path.parent),
            mend="Add the one that is missing, or remove both",
        )


def picture_problems(workspace: Workspace, series: Series, kit: Kit) -> Iterator[UserError]:
    """Yield what is wrong with a kit's picture, silhouette and icon; the icon may be missing."""
    yield from _drawing(art_path(workspace, series.id, kit.id), LARGEST_ART)
    yield from _drawing(silhouette_path(workspace, series.id, kit.id), LARGEST_SILHOUETTE)
    if icon_path(workspace, series.id, kit.id).is_file():
        yield from _drawing(icon_path(workspace, series.id, kit.id), LARGEST_ICON)
    yield from told(lambda: read_silhouette(workspace, series.id, kit.id))
    yield from _crops(workspace, series, kit)


def _drawing(path: Path, largest: int) -> Iterator[UserError]:
    try:
        root = parse_svg(path)
    except UserError as error:
        yield error
        return
    size = path.stat().st_size
    if size > largest:
        yield ContentError(
            f"the picture has {size} bytes; phones on a weak signal get {largest}",
            where=str(path),
            mend="Simplify it",
        )
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        links = [value for key, value in element.attrib.items() if key.endswith("href")]
        handlers = [key for key in element.attrib if key.lower().startswith("on")]
        if name in FORBIDDEN_IN_ART or handlers or any(not link.startswith("#") for link in links):
            yield ContentError(
                f"the picture holds {handlers[0] if handlers else name}, which pages or press cannot use",
                where=str(path),
                mend="Draw with plain shapes in flat colours",
            )


def _crops(workspace: Workspace, series: Series, kit: Kit) -> Iterator[UserError]:
    """Yield every detail that is not a square inside the picture."""
    path = art_path(workspace, series.id, kit.id)
    try:
        box = [float(edge) for edge in parse_svg(path).get("viewBox", "").split()]
        left, top, width, height = box
    except (UserError, ValueError):
        return  # told above, or of a picture that no phone shows either
    for name, (x, y, side) in kit.details.items():
        if side <= 0 or x < left or y < top or x + side > left + width or y + side > top + height:
            yield ContentError(
                f"the detail {name} lies outside the picture",
                where=str(path.with_name("kit.toml")),
                mend=f"Keep left, top and side within {left:g} {top:g} {width:g} {height:g}",
            )
