"""Reads kits/ into Series and Kit values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from xml.etree import ElementTree

from app.core.errors import UserError
from app.core.kit import Entry, Kit, Series, Words
from app.core.story import CleanHtml
from app.reading import read_text, read_toml
from app.workspace import Workspace

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"g", "path", "use", "circle", "rect", "polygon"}
SHAPE_ATTRIBUTES = {
    "d", "id", "href", "transform", "fill-rule", "cx", "cy", "r", "x", "y", "width", "height", "points",
}  # fmt: skip
PREFIX = re.compile(r"[A-Z0-9]{1,8}")


class CatalogueError(UserError):
    """Something in kits/ does not fit together."""


class SeriesMissingError(UserError):
    """There is no series of that name."""


class TranslationMissingError(UserError):
    """A text lacks one of the workspace's languages, or has one that the workspace does not know."""


@dataclass(frozen=True, kw_only=True)
class _Share:
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    id: str
    share: int
    chase: bool = False

    def __post_init__(self) -> None:
        if self.share < 1:
            raise ValueError("share must be at least 1")


@dataclass(frozen=True, kw_only=True)
class _SeriesFile:
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    name: Words
    summary: Words
    prefix: str
    case_size: int
    kits: tuple[_Share, ...]

    def __post_init__(self) -> None:
        if not PREFIX.fullmatch(self.prefix):
            raise ValueError("prefix must be one to eight capital letters or digits")
        if self.case_size < 1:
            raise ValueError("case_size must be at least 1")


class PictureError(UserError):
    """A drawing is not what the pages and the press need."""


@dataclass(frozen=True)
class Drawing:
    """A one-colour drawing: viewBox and shapes of an SVG."""

    view_box: str
    shapes: CleanHtml


def series_ids(workspace: Workspace) -> list[str]:
    """Return the names of all series, in alphabetical order."""
    return sorted(path.parent.name for path in workspace.kits.glob("*/series.toml"))


def read_catalogue(workspace: Workspace) -> dict[str, Series]:
    """Return every series by its id.

    Raises:
        UserError: the first thing in kits/ that is wrong.
    """
    catalogue = {series_id: read_series(workspace, series_id) for series_id in series_ids(workspace)}
    owners: dict[str, str] = {}
    for series in catalogue.values():
        for kit in series.kits:
            if kit.id in owners:
                raise CatalogueError(
                    f"the kit {kit.id} stands in {owners[kit.id]} and in {series.id}",
                    where=str(workspace.kits),
                    mend="A kit's name is its story's folder too: give one of them another name",
                )
            owners[kit.id] = series.id
    return catalogue


def read_series(workspace: Workspace, series_id: str) -> Series:
    """Return one series with its kits.

    Raises:
        SeriesMissingError: there is no such series.
        UserError: one of its files is wrong.
    """
    file = _read_series_file(workspace, series_id)
    entries = tuple(
        Entry(kit=_read_kit(workspace, series_id, share.id), share=share.share, chase=share.chase)
        for share in file.kits
    )
    return Series(
        id=series_id,
        name=file.name,
        summary=file.summary,
        prefix=file.prefix,
        case_size=file.case_size,
        entries=entries,
    )


def series_problems(workspace: Workspace, series_id: str) -> list[UserError]:
    """Return what keeps a series from being read: its own file's fault, or one for every broken kit."""
    try:
        file = _read_series_file(workspace, series_id)
    except UserError as error:
        return [error]
    found: list[UserError] = []
    for share in file.kits:
        try:
            _read_kit(workspace, series_id, share.id)
        except UserError as error:
            found.append(error)
    return found


def _read_series_file(workspace: Workspace, series_id: str) -> _SeriesFile:
    if series_id not in series_ids(workspace):
        known = ", ".join(series_ids(workspace)) or "none yet"
        raise SeriesMissingError(
            f"there is no series {series_id}", where=str(workspace.kits), mend=f"Known series: {known}"
        )
    path = workspace.kits / series_id / "series.toml"
    file = read_toml(path, _SeriesFile)
    _require_languages(file, workspace.languages, path)
    names = [share.id for share in file.kits]
    if len(set(names)) != len(names):
        raise CatalogueError("a kit is listed twice", where=str(path), mend="List every kit once")
    if not any(not share.chase for share in file.kits):
        raise CatalogueError(
            "no kit counts towards completeness", where=str(path), mend="Add a kit without chase"
        )
    return file


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


def _read_kit(workspace: Workspace, series_id: str, kit_id: str) -> Kit:
    series_folder = workspace.kits / series_id
    if not SLUG.fullmatch(kit_id):
        raise CatalogueError(
            f"{kit_id!r} cannot be a kit's name",
            where=str(series_folder / "series.toml"),
            mend="Use small letters, digits and single hyphens, as in flag-tower",
        )
    path = series_folder / kit_id / "kit.toml"
    kit = read_toml(path, Kit, id=kit_id)
    if not kit.assembly or not kit.steps:
        raise CatalogueError("assembly or steps is empty", where=str(path), mend="Add at least one of each")
    _require_languages(kit, workspace.languages, path)
    return kit


def _require_languages(value: object, languages: tuple[str, ...], path: Path) -> None:
    for key, words in _words_in(value, ""):
        missing = [language for language in languages if not words.get(language, "").strip()]
        if missing:
            raise TranslationMissingError(
                f"{key} has no text in {', '.join(missing)}", where=str(path), mend=f"Add {key}.{missing[0]}"
            )
        unknown = [language for language in words if language not in languages]
        if unknown:
            raise TranslationMissingError(
                f"{key} has a text in {unknown[0]}, which this workspace does not speak",
                where=str(path),
                mend=f"Add {unknown[0]} to languages in hopke.toml, or remove the text",
            )


def _words_in(value: object, key: str) -> Iterator[tuple[str, Words]]:
    if isinstance(value, Mapping):
        yield key, value
    elif isinstance(value, tuple):
        for number, part in enumerate(value, start=1):
            yield from _words_in(part, f"{key}.{number}")
    elif is_dataclass(value):
        for field in fields(value):
            yield from _words_in(getattr(value, field.name), f"{key}.{field.name}".lstrip("."))
