"""Reads kits/ into Series and Kit values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

from app.core.errors import UserError
from app.core.kit import Entry, Kit, Series, Words
from app.reading import read_toml
from app.workspace import Workspace

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PREFIX = re.compile(r"[A-Z0-9]{1,8}")
DIGITS = re.compile(r"[0-9]{0,2}", re.ASCII)


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
    digit: str = ""

    def __post_init__(self) -> None:
        if self.share < 1:
            raise ValueError("share must be at least 1")
        if not DIGITS.fullmatch(self.digit):
            raise ValueError("digit must be one or two digits in quotes")


@dataclass(frozen=True, kw_only=True)
class _SeriesFile:
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    name: Words
    summary: Words
    prefix: str
    case_size: int
    kits: tuple[_Share, ...]
    bonus: str | None = None
    cover: Words | None = None

    def __post_init__(self) -> None:
        if not PREFIX.fullmatch(self.prefix):
            raise ValueError("prefix must be one to eight capital letters or digits")
        if self.case_size < 1:
            raise ValueError("case_size must be at least 1")
        if self.bonus is not None and not SLUG.fullmatch(self.bonus):
            raise ValueError("bonus must be the name of a folder in stories")
        if self.bonus is not None and not all(kit.digit for kit in self.kits):
            raise ValueError("a bonus page opens by every kit's digit, and a kit has none")


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
        Entry(
            kit=_read_kit(workspace, series_id, share.id),
            share=share.share,
            chase=share.chase,
            digit=share.digit,
        )
        for share in file.kits
    )
    return Series(
        id=series_id,
        name=file.name,
        summary=file.summary,
        prefix=file.prefix,
        case_size=file.case_size,
        entries=entries,
        bonus=file.bonus,
        cover=file.cover,
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
            if field.name == "details":  # names of crops, not languages
                continue
            yield from _words_in(getattr(value, field.name), f"{key}.{field.name}".lstrip("."))
