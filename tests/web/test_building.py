"""The building pages: one step a page, what to take for it, and a way on from every one."""

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from app.web import create_app
from app.workspace import Workspace
from tests.web.cast import Phone
from tests.web.conftest import close
from tests.web.html import read_html

BUILD = "/en/tiny/bridge/build"


def test_the_first_page_lists_every_step_and_every_piece(reader: Phone) -> None:
    page = read_html(reader.open(BUILD).text)
    assert [path for path in page.paths if path.startswith(f"{BUILD}/")] == [
        f"{BUILD}/1",
        f"{BUILD}/1",
        f"{BUILD}/2",
    ]
    assert [part.text.split() for part in page.all("li") if part.inside(css_class="needed")] == [
        ["A1", "9", "×", "Body"],
        ["B1", "3", "×", "Foot"],
    ]


def test_a_step_tells_what_to_do_with_which_pieces_and_leads_on_and_back(reader: Phone) -> None:
    first = read_html(reader.open(f"{BUILD}/1").text)
    assert (first.one("h1").text, first.one("p", "do").text) == ("Body", "Join the body.")
    assert first.one("ul", "needed").text.split() == ["A1", "9", "×", "Body"]
    assert f"{BUILD}/2" in first.links
    assert f"{BUILD}/0" not in first.links
    assert (first.one("progress").get("value"), first.one("progress").get("max")) == ("0", "2")
    second = read_html(reader.open(f"{BUILD}/2").text)
    assert {f"{BUILD}/1", f"{BUILD}/3"} <= set(second.links)


def test_behind_the_last_step_stands_the_finished_model(reader: Phone) -> None:
    page = read_html(reader.open(f"{BUILD}/3").text)
    assert page.one("progress").get("value") == page.one("progress").get("max") == "2"
    assert [image.get("src") for image in page.all("img")] == ["/kits/tiny/bridge/art.svg"]
    assert "12 pieces" in page.one("main").text
    assert "/en/tiny/bridge" in page.links


def test_a_step_without_a_drawing_shows_none(reader: Phone) -> None:
    assert not read_html(reader.open("/en/tiny/lantern/build/1").text).all("img")


def test_pieces_that_several_steps_share_are_not_counted_to_one_of_them(
    workspace: Workspace, folder: Path
) -> None:
    kit = folder / "kits/tiny/bridge/kit.toml"
    kit.write_text(kit.read_text("utf-8").replace('parts = ["B1"]', 'parts = ["A1", "B1"]'), "utf-8")
    site = create_app(workspace)
    page = read_html(Phone(site).open(f"{BUILD}/1").text)
    close(site)
    assert "some of the 9 pieces" in page.one("ul", "needed").text
    assert "9 ×" not in page.one("ul", "needed").text


@pytest.mark.parametrize(("language", "words"), [("vi", "Bản đồ nhỏ"), ("en", "A small map")])
def test_the_story_leads_to_its_building_pages_and_shows_a_map(
    reader: Phone, language: str, words: str
) -> None:
    page = read_html(reader.open(f"/{language}/tiny/bridge").text)
    assert f"/{language}/tiny/bridge/build" in page.links
    (picture,) = page.all("img", "map")
    assert picture.get("loading") == "lazy"
    assert picture.get("alt").startswith(words)
    drawing = reader.open(picture.get("src"))
    assert drawing.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "max-age" in drawing.headers["Cache-Control"]
    assert fromstring(drawing.data).get("viewBox") == "0 0 280 300"  # noqa: S314  (ours)


def test_the_map_says_in_words_how_far_the_others_are(workspace: Workspace, folder: Path) -> None:
    kit = folder / "kits/tiny/fish/kit.toml"
    kit.write_text(kit.read_text("utf-8").replace("latitude = 21.03", "latitude = 21.05"), "utf-8")
    site = create_app(workspace)
    (picture,) = read_html(Phone(site).open("/en/tiny/bridge").text).all("img", "map")
    close(site)
    assert picture.get("alt") == (
        "A small map, north up, with Wooden Bridge marked. Lantern is right there. "
        "Carp is about 2.2 km to the north."
    )


def test_a_recorded_story_has_a_player_and_no_other_has(workspace: Workspace, folder: Path) -> None:
    (folder / "stories/lantern/en.mp3").write_bytes(b"ID3")
    site = create_app(workspace)
    phone = Phone(site)
    player = read_html(phone.open("/en/tiny/lantern").text).one("audio")
    assert (player.get("src"), player.get("preload")) == ("/stories/lantern/en.mp3", "none")
    assert player.inside(css_class="lead")
    assert "controls" in player.attributes
    for other in ("/vi/tiny/lantern", "/en/tiny/bridge"):
        page = read_html(phone.open(other).text)
        assert not page.all("audio")
        assert "hidden" in page.one("div", "ear").attributes  # until a script has found a voice
    close(site)
