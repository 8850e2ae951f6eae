"""The pictures that phones show when somebody sends a story on."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from app.albums import Site, open_site
from app.albums.sharing import draw_share_pictures, series_picture, share_picture
from app.press.document import OutputError
from app.web import create_app
from app.workspace import Workspace
from tests.web.cast import Phone

LARGEST = 60 * 1024
Write = Callable[[str, str, str], Path]


def quiet(_done: int, _of: int) -> None:
    pass


@pytest.fixture
def site(workspace: Workspace) -> Site:
    return open_site(workspace)


def test_every_story_gets_a_small_picture_once_and_another_when_its_title_changes(
    site: Site, write: Write
) -> None:
    told: list[tuple[int, int]] = []
    assert draw_share_pictures(site, lambda done, of: told.append((done, of))) == 9  # a certificate too
    assert told == [(done, 9) for done in range(1, 10)]
    series = series_picture(site, "tiny", "en")
    assert Image.open(io.BytesIO(series)).size == (1200, 630)
    assert len(series) <= LARGEST
    content = share_picture(site, "tiny", "bridge", "en")
    assert Image.open(io.BytesIO(content)).size == (1200, 630)
    assert len(content) <= LARGEST
    assert draw_share_pictures(site, quiet) == 0
    write("stories/bridge/en.md", "title: Wooden Bridge", "title: Bridge of Wood")
    assert draw_share_pictures(site, quiet) == 1
    assert share_picture(site, "tiny", "bridge", "en") != content


def test_a_story_names_its_picture_only_once_it_is_drawn(workspace: Workspace, site: Site) -> None:
    phone = Phone(create_app(workspace))
    address = "/kits/tiny/bridge/share-en.png"
    assert phone.open(address).status_code == 404
    assert "og:image" not in phone.open("/en/tiny/bridge").text
    draw_share_pictures(site, quiet)
    assert phone.open(address).content_type == "image/png"
    assert f"https://h.example{address}" in phone.open("/en/tiny/bridge").text


def test_a_page_view_reads_no_design(workspace: Workspace, site: Site) -> None:
    draw_share_pictures(site, quiet)
    phone = Phone(create_app(workspace))
    shutil.rmtree(workspace.designs / "share-picture")
    assert "og:image" in phone.open("/en/tiny/bridge").text
    assert phone.open("/kits/tiny/bridge/share-en.png").status_code == 200


def test_a_workspace_without_the_design_draws_none(workspace: Workspace, site: Site) -> None:
    for design in ("share-picture", "certificate"):
        shutil.rmtree(workspace.designs / design)
    assert draw_share_pictures(site, quiet) == 0


def test_a_picture_that_cannot_be_written_is_told_with_its_place(workspace: Workspace, site: Site) -> None:
    (workspace.state / "cache").mkdir(parents=True, exist_ok=True)
    (workspace.state / "cache" / "share").write_text("in the way")
    with pytest.raises(OutputError, match="share"):
        draw_share_pictures(site, quiet)
