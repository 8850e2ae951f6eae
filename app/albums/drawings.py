"""The drawings that pages show: pictures, icons, building steps, covers and maps; stories' pictures."""

import contextlib
from pathlib import Path

from app.albums import Site
from app.albums.stories import PageMissingError, find_kit, spots_of
from app.core.errors import UserError
from app.core.map import draw_map
from app.library.pictures import picture_file
from app.pictures import art_path, cover_path, icon_path, parse_svg, step_picture, steps_drawn


def art(site: Site, series_id: str, kit_id: str) -> bytes:
    """Return a kit's picture as SVG.

    Raises:
        PageMissingError: there is no such kit; a path never comes from an address.
    """
    find_kit(site, series_id, kit_id)
    return art_path(site.workspace, series_id, kit_id).read_bytes()


def step_art(site: Site, series_id: str, kit_id: str, step: int) -> bytes:
    """Return the picture of a kit after so many building steps as SVG.

    Raises:
        PageMissingError: there is no such kit, or no picture of this step.
    """
    find_kit(site, series_id, kit_id)
    if step not in steps_drawn(parse_svg(art_path(site.workspace, series_id, kit_id))):
        raise PageMissingError("there is no such picture")
    return step_picture(site.workspace, series_id, kit_id, step)


def icon(site: Site, series_id: str, kit_id: str) -> bytes:
    """Return a kit's icon as SVG.

    Raises:
        PageMissingError: there is no such kit, or it has no icon.
    """
    find_kit(site, series_id, kit_id)
    return _drawn(icon_path(site.workspace, series_id, kit_id))


def cover(site: Site, series_id: str) -> bytes:
    """Return the cover of a series as SVG.

    Raises:
        PageMissingError: there is no such series, or it has no cover.
    """
    if series_id not in site.catalogue:
        raise PageMissingError("there is no such picture")
    return _drawn(cover_path(site.workspace, series_id))


def landmark_map(site: Site, series_id: str, kit_id: str, language: str, *, north: str) -> bytes:
    """Return the map of a series with one of its landmarks marked, as SVG.

    Args:
        site: the public site.
        series_id: the series.
        kit_id: the kit whose landmark is marked.
        language: the language of the names.
        north: the letter at the arrow that points north.

    Raises:
        PageMissingError: there is no such series, kit or language.
    """
    if language not in site.workspace.languages:
        raise PageMissingError("there is no such language")
    series, entry = find_kit(site, series_id, kit_id)
    return draw_map(spots_of(site, series, language), series.kits.index(entry.kit), north=north)


def story_picture(site: Site, story: str, file: str) -> tuple[bytes, str]:
    """Return a version of a story's picture, and the digest that its address may carry.

    Args:
        site: the public site.
        story: a kit or a bonus page.
        file: the version's file name.

    Raises:
        PageMissingError: there is no such story, or no picture of it lists such a file.
    """
    known = {kit.id for series in site.catalogue.values() for kit in series.kits}
    known |= {series.bonus for series in site.catalogue.values() if series.bonus}
    found = None
    if story in known:
        with contextlib.suppress(UserError):  # a picture whose facts are broken is shown on no page either
            found = picture_file(site.workspace, story, file)
    if found is None:
        raise PageMissingError("there is no such picture")
    return found[0].read_bytes(), found[1].digest


def _drawn(path: Path) -> bytes:
    if not path.is_file():
        raise PageMissingError("there is no such picture")
    return path.read_bytes()
