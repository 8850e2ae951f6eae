"""The home page: what there is to collect, and the odds of a box."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.runs import open_station
from app.runs.planning import plan_run
from app.web import create_app
from app.workspace import find_workspace
from tests.conftest import CEREMONY
from tests.web.cast import Box, Phone
from tests.web.conftest import close
from tests.web.html import read_html

ODDS = {"lantern": 6, "bridge": 8, "fish": 2}  # of 16 boxes at shares of 3, 4 and 1
NAMES = {
    "vi": {"lantern": "Đèn lồng", "bridge": "Cầu gỗ", "fish": "Cá chép"},
    "en": {"lantern": "Lantern", "bridge": "Wooden Bridge", "fish": "Carp"},
}


@pytest.mark.parametrize(
    ("asked", "language"),
    [("vi", "vi"), ("en-GB,en;q=0.9", "en"), ("ko,ja", "ko"), ("de,nl", "vi"), ("", "vi")],
)
def test_the_front_door_leads_to_the_home_page_in_the_visitors_language(
    reader: Phone, asked: str, language: str
) -> None:
    answer = reader.open("/", headers={"Accept-Language": asked})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{language}/")
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("place", ["", "tiny"])
def test_every_kit_stands_on_the_home_page_with_its_picture_and_the_way_to_its_story(
    reader: Phone, language: str, place: str
) -> None:
    page = read_html(reader.open(f"/{language}/{place}").text)
    stories = [link for link in page.all("a") if link.inside(css_class="shelf")]
    assert [link.get("href") for link in stories] == [f"/{language}/tiny/{kit}" for kit in ODDS]
    pictures = [image.get("src") for image in page.all("img")]
    assert pictures == [f"/kits/tiny/{kit}/art.svg" for kit in ODDS]
    for link, (kit, name) in zip(stories, NAMES[language].items(), strict=True):
        assert name in link.text, kit
        assert reader.open(link.get("href")).status_code == 200
    for picture in pictures:
        assert reader.open(picture).status_code == 200
    rare = [
        link.get("href").rpartition("/")[2]
        for link in stories
        if {"vi": "Mẫu hiếm", "en": "Rare kit"}[language] in link.text
    ]
    assert rare == ["fish"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_odds_are_counted_box_by_box(reader: Phone, language: str) -> None:
    page = read_html(reader.open(f"/{language}/").text)
    table = {
        head.text: cell.text
        for head, cell in zip(
            [head for head in page.all("th") if head.get("scope") == "row"], page.all("td"), strict=True
        )
    }
    assert table == {NAMES[language][kit]: f"{boxes} / 16" for kit, boxes in ODDS.items()}
    assert "TY-1" in page.one("caption").text
    assert "16" in page.one("caption").text


def test_the_boxes_to_open_for_all_standard_kits_are_told_as_chance_has_it(mai: Phone) -> None:
    # A box is a lantern with 6/16, a bridge with 8/16. Waiting for both takes 1/p + 1/q - 1/(p + q) boxes.
    lantern, bridge = 6 / 16, 8 / 16
    mean = 1 / lantern + 1 / bridge - 1 / (lantern + bridge)

    def complete(opened: int) -> float:
        without = (1 - lantern) ** opened + (1 - bridge) ** opened
        return 1 - without + (1 - lantern - bridge) ** opened

    half, ninety = (
        next(opened for opened in range(2, 99) if complete(opened) >= share) for share in (0.5, 0.9)
    )
    text = mai.open("/en/").text
    assert f"all 2 standard kits by opening boxes alone takes {mean:.1f} boxes on average" in text
    assert f"half of all people need {half} or fewer, nine in ten need {ninety} or fewer" in text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_how_the_run_was_drawn_is_told_in_the_makers_announced_words(reader: Phone, language: str) -> None:
    assert CEREMONY.description in reader.open(f"/{language}/").text


def test_before_a_run_is_committed_no_odds_are_told(drawn_nothing: Path) -> None:
    workspace = find_workspace(str(drawn_nothing))
    station = open_station(workspace)
    plan_run(station, "tiny", boxes=16, now=datetime(2026, 11, 21, tzinfo=UTC))
    station.ledger.close()
    site = create_app(workspace)
    page = Phone(site, "en").open("/en/")
    close(site)
    assert page.status_code == 200
    assert "No run has been published yet" in page.text
    assert "/ 16" not in page.text


def test_what_is_claimed_does_not_show_on_the_home_page(
    bo: Phone, stranger: Phone, boxes: tuple[Box, ...]
) -> None:
    before = stranger.open("/vi/")
    for box in boxes:
        bo.press_add(box)
    assert stranger.open("/vi/").data == before.data == bo.open("/vi/").data


@pytest.mark.parametrize(
    "path", ["/de/", "/vi/other", "/kits/", "/static/", "/vi/tiny/", "/VI/", "/vi/tiny/.."]
)
def test_what_is_not_there_is_said_to_be_not_there(reader: Phone, path: str) -> None:
    assert reader.open(path).status_code == 404


def test_an_address_without_its_last_slash_is_led_on(reader: Phone) -> None:
    answer = reader.open("/vi")
    assert answer.status_code == 308
    assert answer.headers["Location"] in {"/vi/", "https://h.example/vi/"}
