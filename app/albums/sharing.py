"""What is drawn before anyone asks: pictures of stories and series that are sent on, and certificates.

The pictures are by kit or series and language, never with a code, a key or anything of an album.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path

from app.albums import Site
from app.albums.certificates import DESIGN as CERTIFICATE
from app.albums.certificates import certificate_path, draw_certificate
from app.albums.stories import PageMissingError, find_told
from app.albums.telling import languages_told
from app.core.kit import Kit, Series
from app.library import read_story
from app.pictures import art_path, cover_path, parse_svg
from app.press.document import write_file
from app.press.picture import draw_picture
from app.workspace import Workspace

DESIGN = "share-picture"
UPRIGHT = 360 / 430
"""The width of the picture's place over its height."""


def share_picture(site: Site, series_id: str, kit_id: str, language: str) -> bytes:
    """Return the picture of a story as PNG, 1200 × 630 pixels.

    Raises:
        PageMissingError: there is no such story, or its picture has not been drawn.
    """
    series, entry = find_told(site, series_id, kit_id, language)
    told = language in languages_told(site, kit_id)
    path = share_picture_path(site, series, entry.kit, language) if told else None
    if path is None:
        raise PageMissingError("there is no such picture")
    return path.read_bytes()


def share_picture_path(site: Site, series: Series, kit: Kit, language: str) -> Path | None:
    """Return the file of a story's picture, None while it has not been drawn."""
    if language not in languages_told(site, kit.id):
        return None
    path = _of_story(site.workspace, series, kit, language).path
    return path if path.is_file() else None


def series_picture(site: Site, series_id: str, language: str) -> bytes:
    """Return the picture of a series as PNG, 1200 × 630 pixels.

    Raises:
        PageMissingError: there is no such series or language, or its picture has not been drawn.
    """
    series = site.catalogue.get(series_id)
    if series is None or language not in site.workspace.languages:
        raise PageMissingError("there is no such picture")
    path = _of_series(site.workspace, series, language).path
    if not path.is_file():
        raise PageMissingError("there is no such picture")
    return path.read_bytes()


def has_series_picture(site: Site, series: Series, language: str) -> bool:
    """Tell whether the picture of a series has been drawn."""
    return _of_series(site.workspace, series, language).path.is_file()


def draw_share_pictures(site: Site, progress: Callable[[int, int], None]) -> int:
    """Draw every picture and certificate that is not there as it now stands; return how many were drawn.

    Args:
        site: the public site.
        progress: told pictures done and pictures to do.

    Raises:
        UserError: a design, poppler or the disk stands in the way.
    """
    due = [draw for path, draw in _everything(site) if not path.is_file()]
    for done, draw in enumerate(due, start=1):
        draw()
        progress(done, len(due))
    return len(due)


@cache
def design_hash(designs: Path) -> bytes:
    """Return what changes with the design of these pictures; it is read once, for every page asks for it."""
    files = sorted((designs / DESIGN).glob("*"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).digest()


@lru_cache(maxsize=1024)
def _file_hash(path: Path, _changed_ns: int) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


@dataclass(frozen=True)
class _Picture:
    """A picture to draw: where it lies, its drawing, and its words."""

    path: Path
    art: Path
    title: str
    summary: str
    series: str


def _everything(site: Site) -> Iterator[tuple[Path, Callable[[], None]]]:
    """Yield every file to be drawn and what draws it; a workspace without the design has none."""
    workspace = site.workspace
    for series in site.catalogue.values():
        if (workspace.designs / DESIGN).is_dir():
            stories = [(kit, tag) for kit in series.kits for tag in languages_told(site, kit.id)]
            pictures = [_of_story(workspace, series, kit, language) for kit, language in stories]
            for picture in pictures + [_of_series(workspace, series, tag) for tag in workspace.languages]:
                yield picture.path, partial(_draw, workspace, picture)
        if (workspace.designs / CERTIFICATE).is_dir():
            yield certificate_path(workspace, series), partial(draw_certificate, site, series)


def _draw(workspace: Workspace, picture: _Picture) -> None:
    values = {
        "art": picture.art.as_uri(),
        "view_box": _upright(picture.art),
        "title": picture.title,
        "summary": picture.summary,
        "series": picture.series,
    }
    write_file(picture.path, draw_picture(workspace, DESIGN, values))


def _of_story(workspace: Workspace, series: Series, kit: Kit, language: str) -> _Picture:
    front = read_story(workspace, kit.id, language).front
    art = art_path(workspace, series.id, kit.id)
    line = f"{series.name[workspace.told(language)]} · {workspace.maker_name}"
    return _picture(workspace, f"{kit.id}-{language}", art, front.title, front.summary, line)


def _of_series(workspace: Workspace, series: Series, language: str) -> _Picture:
    cover = cover_path(workspace, series.id)
    art = cover if cover.is_file() else art_path(workspace, series.id, series.standard_kits[0].id)
    name = f"series-{series.id}-{language}"
    return _picture(
        workspace, name, art, series.name[language], series.summary[language], workspace.maker_name
    )


def _picture(workspace: Workspace, name: str, art: Path, title: str, summary: str, line: str) -> _Picture:
    """Return a picture; its file's name changes with everything that it shows."""
    shown = hashlib.sha256(_file_hash(art, art.stat().st_mtime_ns) + design_hash(workspace.designs))
    for text in (title, summary, line):
        shown.update(b"\0" + text.encode())
    path = workspace.state / "cache" / "share" / f"{name}-{shown.hexdigest()[:16]}.png"
    return _Picture(path, art, title, summary, line)


def _upright(art: Path) -> str:
    """Return the middle of a drawing, as wide for its height as a story's picture without its edges."""
    left, top, width, height = map(float, parse_svg(art).get("viewBox", "").split())
    shown = min(width, height * UPRIGHT)
    below = height - shown / UPRIGHT
    return f"{left + (width - shown) / 2:g} {top + below:g} {shown:g} {height - below:g}"
