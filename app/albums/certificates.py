"""The certificate of a complete series: one file for everyone, without a name, drawn before anyone asks."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from app.albums import Site
from app.albums.pages import AlbumPage, album_pages
from app.albums.stories import PageMissingError
from app.core.kit import Series
from app.pictures import certificate_values, silhouette_path
from app.press.job import Job
from app.press.pages import print_pages
from app.workspace import Workspace

DESIGN = "certificate"
SAME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
"""The file says nothing of when it was made: everyone gets the same bytes."""


def has_certificate(site: Site, page: AlbumPage) -> bool:
    """Tell whether a series of an album is complete and its certificate is drawn."""
    return not page.missing and certificate_path(site.workspace, page.series).is_file()


def certificate(site: Site, series_id: str, album_key: bytes | None) -> bytes:
    """Return the certificate of a series as PDF.

    Raises:
        PageMissingError: the album lacks a standard kit of it, or it is not drawn.
    """
    for page in album_pages(site, album_key):
        if page.series.id == series_id and has_certificate(site, page):
            return certificate_path(site.workspace, page.series).read_bytes()
    raise PageMissingError("there is no such certificate")


def certificate_path(workspace: Workspace, series: Series) -> Path:
    """Return where the certificate of a series lies; its name changes with everything that it shows."""
    shown = hashlib.sha256()
    for file in sorted((workspace.designs / DESIGN).glob("*")):
        shown.update(file.read_bytes())
    for kit in series.standard_kits:
        shown.update(repr(sorted(kit.name.items())).encode())
        shown.update(silhouette_path(workspace, series.id, kit.id).read_bytes())
    shown.update(repr((sorted(series.name.items()), workspace.maker_name)).encode())
    return workspace.state / "cache" / "certificate" / f"{series.id}-{shown.hexdigest()[:16]}.pdf"


def draw_certificate(site: Site, series: Series) -> None:
    """Draw the certificate of a series.

    Raises:
        UserError: the design or the disk stands in the way.
    """
    path = certificate_path(site.workspace, series)
    drawn = path.with_suffix(".drawn")
    job = Job(
        title=f"{series.name[site.workspace.languages[0]]}: {site.workspace.maker_name}", made_at=SAME_DAY
    )
    values = certificate_values(site.workspace, series)
    print_pages(site.workspace, DESIGN, [values], job, drawn, progress=lambda _done, _whole: None)
    os.replace(drawn, path)
