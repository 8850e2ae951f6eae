"""The pictures of stories/KIT/images/: taken in clean, listed, placed, and shown as figures."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.core.errors import UserError
from app.core.picture import NAME, Picture, placements
from app.library.intake import PictureRefusedError, take_in
from app.reading import read_text, read_toml
from app.workspace import Workspace
from app.writing import write_whole

FOLDER = "images"
THUMB = "thumb.jpg"
FILE_NAME = re.compile(r"(?P<name>[a-z0-9-]{1,60})-(?:(?P<width>[0-9]{1,4})\.(?:avif|jpg)|thumb\.jpg)")


class PictureMissingError(UserError):
    """There is no picture of this name."""


class PictureInUseError(UserError):
    """A picture is not removed while a text places it; `texts` names these, as kit and name."""

    def __init__(self, name: str, texts: tuple[str, ...]) -> None:
        super().__init__(
            f"the picture {name} stands in {', '.join(texts)}", mend="Take it out of these texts first"
        )
        self.texts = texts


@dataclass(frozen=True)
class Listed:
    """A picture of a kit's library, and the texts that place it, as "vi" or "en.easy"."""

    name: str
    picture: Picture
    texts: tuple[str, ...]


def picture_path(workspace: Workspace, kit_id: str, name: str) -> Path:
    """Return where a picture's facts lie; its versions lie beside it."""
    return workspace.stories / kit_id / FOLDER / f"{name}.toml"


def find_picture(workspace: Workspace, kit_id: str, name: str) -> Picture | None:
    """Return a picture, None if there is none of this name.

    Raises:
        FileBrokenError, KeyWrongError: its file is not right.
    """
    path = picture_path(workspace, kit_id, name)
    try:
        return _picture(path, path.stat().st_mtime_ns) if NAME.fullmatch(name) else None
    except FileNotFoundError:
        return None


@lru_cache(maxsize=1024)
def _picture(path: Path, _changed_ns: int) -> Picture:
    return read_toml(path, Picture)


def list_pictures(workspace: Workspace, kit_id: str) -> list[Listed]:
    """Return the pictures of a kit's library by name, with the published texts that place each.

    Raises:
        FileBrokenError, KeyWrongError: a picture's file is not right.
    """
    texts = {
        path.stem: {placed.name for placed in placements(read_text(path))}
        for path in sorted((workspace.stories / kit_id).glob("*.md"))
    }
    names = sorted(path.stem for path in (workspace.stories / kit_id / FOLDER).glob("*.toml"))
    found = [(name, find_picture(workspace, kit_id, name)) for name in names]
    return [
        Listed(name, picture, tuple(text for text, placed in texts.items() if name in placed))
        for name, picture in found
        if picture
    ]


def take_picture(
    workspace: Workspace,
    kit_id: str,
    name: str,
    content: bytes,
    *,
    credit: Mapping[str, str],
    licence: str,
    focal: tuple[float, float] = (0.5, 0.5),
    source: str | None = None,
) -> Picture:
    """Take a picture into a kit's library: clean versions of it, and what is told about it; all or nothing.

    Args:
        workspace: the workspace.
        kit_id: the kit or bonus page, one that is known to be there.
        name: what texts call it, as "old-gate".
        content: the file as it was uploaded: PNG, JPEG, WebP or AVIF.
        credit: who made it, by language.
        licence: on what terms it may be shown.
        focal: what must be seen when it is cut to a square, each from 0 to 1.
        source: where it was found, an address.

    Raises:
        PictureRefusedError: it is not taken; its `reason` says why.
        OSError: it cannot be written.
    """
    path = picture_path(workspace, kit_id, name)
    if not NAME.fullmatch(name):
        raise PictureRefusedError("name")
    if path.exists():
        raise PictureRefusedError("there", str(path))
    draft = _described(
        Picture, credit=credit, licence=licence, focal=focal, source=source,
        width=1, height=1, widths=(1,), digest="0" * 12,
    )  # fmt: skip
    told, versions = take_in(content, focal)
    if path.exists():  # somebody else took one of this name in meanwhile
        raise PictureRefusedError("there", str(path))
    kept = [version for ending, version in versions.items() if ending != THUMB]
    digest = hashlib.sha256(b"".join(kept)).hexdigest()[:12]
    picture = replace(
        draft, width=told["width"], height=told["height"], widths=tuple(told["widths"]), digest=digest
    )
    written = []
    try:
        for ending, version in versions.items():
            written.append(path.with_name(f"{name}-{ending}"))
            write_whole(written[-1], version)
        write_whole(path, _as_toml(picture))  # last: a picture is there when its facts are
    except OSError:
        for file in written:
            file.unlink(missing_ok=True)
        raise
    return picture


def change_picture(
    workspace: Workspace,
    kit_id: str,
    name: str,
    *,
    credit: Mapping[str, str],
    licence: str,
    focal: tuple[float, float],
    source: str | None = None,
) -> Picture:
    """Replace what is told about a picture; a new focal point cuts its square anew.

    Raises:
        PictureMissingError: there is none of this name.
        PictureRefusedError: maker or licence are missing, or the address or the point is none.
        OSError: it cannot be written.
    """
    before = _known(workspace, kit_id, name)
    after = _described(replace, before, credit=credit, licence=licence, focal=focal, source=source)
    path = picture_path(workspace, kit_id, name)
    if after.focal != before.focal:
        widest = path.with_name(f"{name}-{before.width}.jpg").read_bytes()
        _, versions = take_in(widest, after.focal)
        write_whole(path.with_name(f"{name}-{THUMB}"), versions[THUMB])
    write_whole(path, _as_toml(after))
    return after


def remove_picture(
    workspace: Workspace, kit_id: str, name: str, *, drafts: Mapping[str, str] | None = None
) -> None:
    """Remove a picture that no text places.

    Args:
        workspace: the workspace.
        kit_id: whose library.
        name: the picture.
        drafts: texts that are not published, by the names they are to be told by.

    Raises:
        PictureMissingError: there is none of this name.
        PictureInUseError: published texts or drafts place it.
    """
    picture = _known(workspace, kit_id, name)
    texts = [text for each in list_pictures(workspace, kit_id) if each.name == name for text in each.texts]
    texts += [
        told
        for told, text in (drafts or {}).items()
        if told not in texts and name in {placed.name for placed in placements(text)}
    ]
    if texts:
        raise PictureInUseError(name, tuple(texts))
    path = picture_path(workspace, kit_id, name)
    path.unlink()  # first: without its facts it is no picture
    for file in picture_files(name, picture):
        path.with_name(file).unlink(missing_ok=True)


def picture_files(name: str, picture: Picture) -> list[str]:
    """Return the names of a picture's versions."""
    endings = [f"{width}.{kind}" for width in reversed(picture.widths) for kind in ("avif", "jpg")]
    return [f"{name}-{ending}" for ending in (*endings, THUMB)]


def picture_file(workspace: Workspace, kit_id: str, file: str) -> tuple[Path, Picture] | None:
    """Return where a version of a picture lies, None if no picture lists such a file.

    Args:
        workspace: the workspace.
        kit_id: the kit or bonus page, one that is known to be there.
        file: what an address asks for.
    """
    parts = FILE_NAME.fullmatch(file)
    picture = find_picture(workspace, kit_id, parts["name"]) if parts else None
    if not parts or not picture or file not in picture_files(parts["name"], picture):
        return None
    path = picture_path(workspace, kit_id, parts["name"]).with_name(file)
    return (path, picture) if path.is_file() else None


def digest_of(workspace: Workspace, kit_id: str, name: str, picture: Picture) -> str | None:
    """Return the digest of a picture's versions as they lie there, None if one is missing."""
    found = hashlib.sha256()
    try:
        for file in picture_files(name, picture):
            content = picture_path(workspace, kit_id, name).with_name(file).read_bytes()
            found.update(content if not file.endswith(THUMB) else b"")
    except OSError:
        return None
    return found.hexdigest()[:12]


def _known(workspace: Workspace, kit_id: str, name: str) -> Picture:
    picture = find_picture(workspace, kit_id, name)
    if picture is None:
        raise PictureMissingError(f"there is no picture {name}", mend="Choose one of the library")
    return picture


def _described(make: Callable[..., Picture], *given: object, **facts: Any) -> Picture:
    facts["credit"] = {tag: " ".join(text.split()) for tag, text in facts["credit"].items()}
    facts["licence"], facts["source"] = " ".join(facts["licence"].split()), facts["source"] or None
    try:
        return make(*given, **facts)
    except ValueError as error:
        raise PictureRefusedError("words", detail=str(error)) from error


def _as_toml(picture: Picture) -> bytes:
    """Return a picture's facts as TOML; its texts are written as JSON's, which TOML reads alike."""

    def text(words: str) -> str:
        return json.dumps(words, ensure_ascii=False).replace("\x7f", "")

    credit = ", ".join(f"{text(tag)} = {text(words)}" for tag, words in picture.credit.items())
    lines = [f"credit = {{ {credit} }}", f"licence = {text(picture.licence)}"]
    lines += [f"source = {text(picture.source)}"] if picture.source else []
    lines += [
        f"focal = [{float(picture.focal[0]):.4f}, {float(picture.focal[1]):.4f}]",
        f"width = {picture.width}",
        f"height = {picture.height}",
        f"widths = [{', '.join(map(str, picture.widths))}]",
        f'digest = "{picture.digest}"',
    ]
    return ("\n".join(lines) + "\n").encode()
