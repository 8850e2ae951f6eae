"""A kit whose story nobody has written yet: the site opens without it; the studio is where it is written."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.web import create_app
from app.workspace import find_workspace
from tests.web.cast import Desk, Phone, signed_in
from tests.web.conftest import close

PLACE = "/studio/lantern/vi"
PAGES = (
    "/vi/", "/vi/tiny", "/vi/stories", "/vi/tiny/bridge", "/vi/tiny/bonus", "/vi/tiny/lantern/build",
    "/album", "/sitemap.xml", "/vi/help/report?kind=text&kit=lantern", "/kits/tiny/bridge/map-vi.svg",
)  # fmt: skip


@pytest.fixture
def words(folder: Path) -> str:
    """What shall stand in the story, which no file tells any more."""
    told = (folder / "stories" / "lantern" / "vi.md").read_text("utf-8")
    shutil.rmtree(folder / "stories" / "lantern")
    return told


@pytest.fixture
def bare(words: str, folder: Path) -> Iterator[Flask]:
    assert words
    app = create_app(find_workspace(str(folder)))
    yield app
    close(app)


def press(desk: Desk, step: str, **form: str) -> str:
    """Press a button of the text, and return where it leads."""
    version = desk.open(PLACE).text.partition('name="version" value="')[2].partition('"')[0]
    return desk.press(f"{PLACE}{step}", {"version": version, **form}).headers["Location"]


@pytest.mark.parametrize("path", PAGES)
def test_every_other_page_opens_while_one_kit_has_no_story(bare: Flask, path: str) -> None:
    answer = Phone(bare, "vi").open(path)
    assert answer.status_code == 200
    assert "/vi/tiny/lantern<" not in answer.text


def test_a_kits_first_story_is_written_reviewed_and_published_in_the_studio(bare: Flask, words: str) -> None:
    reader = Phone(bare, "vi")
    assert reader.open("/vi/tiny/lantern").status_code == 404
    assert "/vi/tiny/lantern" not in reader.open("/vi/").text
    cai, rev = signed_in(bare, "Cai", "curator"), signed_in(bare, "Rev", "reviewer")
    assert "done" not in press(cai, "", words=words)
    assert "done=submit" in press(cai, "/submit", alone_because="Bản tiếng Anh đang được dịch.")
    assert "done=approve" in press(rev, "/approve")
    assert "done=publish" in press(rev, "/publish")
    assert reader.open("/vi/tiny/lantern").status_code == 200
    assert "/vi/tiny/lantern" in reader.open("/vi/").text
