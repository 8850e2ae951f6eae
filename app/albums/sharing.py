"""The pictures that phones show when somebody sends a story on: by kit and language, never with a code."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from app.albums import Site
from app.albums.stories import PageMissingError, find_told
from app.albums.telling import languages_told
from app.core.kit import Kit, Series
from app.library import read_story
from app.pictures import art_path
from app.press.document import write_file
from app.press.picture import draw_picture
from app.workspace import Workspace

DESIGN = "share-picture"


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
    path = _path(site.workspace, series, kit, language)
    return path if path.is_file() else None


def draw_share_pictures(site: Site, progress: Callable[[int, int], None]) -> int:
    """Draw every picture that is not there as its story now stands; return how many were drawn.

    Args:
        site: the public site.
        progress: told pictures done and pictures to do.

    Raises:
        UserError: the design, poppler or the disk stands in the way.
    """
    if not (site.workspace.designs / DESIGN).is_dir():
        return 0
    due = [each for each in _pictures(site) if not _path(site.workspace, *each).is_file()]
    for done, (series, kit, language) in enumerate(due, start=1):
        values = {
            "art": art_path(site.workspace, series.id, kit.id).as_uri(),
            "title": read_story(site.workspace, kit.id, language).front.title,
            "summary": read_story(site.workspace, kit.id, language).front.summary,
            "series": f"{series.name[site.workspace.told(language)]} · {site.workspace.maker_name}",
        }
        write_file(_path(site.workspace, series, kit, language), draw_picture(site.workspace, DESIGN, values))
        progress(done, len(due))
    return len(due)


def _pictures(site: Site) -> Iterator[tuple[Series, Kit, str]]:
    for series in site.catalogue.values():
        for kit in series.kits:
            for language in languages_told(site, kit.id):
                yield series, kit, language


def _path(workspace: Workspace, series: Series, kit: Kit, language: str) -> Path:
    """Return where a picture lies; its name changes with everything that it shows."""
    front = read_story(workspace, kit.id, language).front
    shown = hashlib.sha256(art_path(workspace, series.id, kit.id).read_bytes())
    for file in sorted((workspace.designs / DESIGN).glob("*")):
        shown.update(file.read_bytes())
    for text in (front.title, front.summary, series.name[workspace.told(language)], workspace.maker_name):
        shown.update(b"\0" + text.encode())
    return workspace.state / "cache" / "share" / f"{kit.id}-{language}-{shown.hexdigest()[:16]}.png"
