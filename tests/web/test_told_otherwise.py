"""What stands around a story: details, riddles, a timeline, building steps, other layers, the bonus page."""

import gzip
from xml.etree.ElementTree import fromstring

import brotli
import pytest

from tests.web.cast import Phone
from tests.web.html import read_html

SVG = "{http://www.w3.org/2000/svg}"


def test_a_story_looks_closely_at_crops_of_its_own_picture(reader: Phone) -> None:
    page = read_html(reader.open("/en/tiny/bridge").text)
    (crop,) = [each for each in page.all("img") if each.inside(css_class="look")]
    assert crop.get("src") == "/kits/tiny/bridge/art.svg#svgView(viewBox(100,180,160,160))" or crop.get(
        "src"
    ) == ("/kits/tiny/bridge/art.svg#svgView(viewBox(100.0,180.0,160.0,160.0))")
    assert "How high is it?" in page.one("ul", "look").text


def test_the_timeline_and_the_details_lead_to_their_sources(reader: Phone) -> None:
    page = read_html(reader.open("/en/tiny/bridge").text)
    marks = [mark.get("href")[1:] for mark in page.all("a", "footnote-ref")]
    assert "fn:S2" in marks
    for mark in marks:
        assert page.by_id(mark).tag == "li"
    assert "A shared source, 2026." in page.by_id("fn:S2").text
    assert "A source that nobody uses." not in page.one("section", "sources").text


def test_a_note_of_the_story_goes_before_a_shared_source_of_the_same_name(
    reader: Phone,
) -> None:
    page = read_html(reader.open("/en/tiny/bridge").text)
    assert "A source, 2026." in page.by_id("fn:S1").text


def test_three_riddles_stand_in_order_and_the_last_leads_to_the_bonus_page(reader: Phone) -> None:
    page = read_html(reader.open("/en/tiny/bridge").text)
    asked = page.by_id("giai-ma").text
    places = [asked.index(words) for words in ("Is it flat?", "Which colour", "How many feet")]
    assert places == sorted(places)
    assert "/en/tiny/bonus" in page.links
    assert "/en/tiny/bonus" not in read_html(reader.open("/en/tiny/lantern").text).links


def test_every_building_step_shows_the_model_as_it_then_stands(reader: Phone) -> None:
    shown = [
        image.get("src")
        for number in (1, 2)
        for image in read_html(reader.open(f"/en/tiny/bridge/build/{number}").text).all("img")
    ]
    assert shown == ["/kits/tiny/bridge/step-1.svg", "/kits/tiny/bridge/step-2.svg"]
    first, second = (fromstring(reader.open(path).data) for path in shown)  # noqa: S314  (ours)
    assert {group.get("id") for group in first} & {"s1", "s2", "s2b"} == {"s1"}
    assert {group.get("id") for group in second} & {"s1", "s2", "s2b"} == {"s1", "s2", "s2b"}
    for picture in (first, second):
        assert next(group.get("class") for group in picture if group.tag == SVG + "g") == "ghost"
        assert not list(picture.iter(SVG + "circle"))  # the sun is no part of the model


@pytest.mark.parametrize(
    "path",
    [
        "/kits/tiny/bridge/step-3.svg",
        "/kits/tiny/bridge/step-0.svg",
        "/kits/tiny/lantern/step-1.svg",
        "/kits/tiny/lantern/icon.svg",
        "/kits/tiny/nothing/icon.svg",
        "/kits/tiny/cover.svg",
        "/kits/nothing/cover.svg",
        "/kits/tiny/bridge/share-en.png",
        "/kits/tiny/bridge/share-fr.png",
        "/en/tiny/lantern/easy",
        "/en/tiny/bridge/adult",
        "/en/tiny/bridge/..%2f..%2fkit",
        "/de/tiny/bridge/build",
        "/en/tiny/bridge/build/0",
        "/en/tiny/bridge/build/4",
        "/en/tiny/bridge/build/-1",
        "/en/nothing/bridge/build",
        "/kits/tiny/bridge/map-fr.svg",
        "/kits/tiny/nothing/map-en.svg",
        "/kits/nothing/bridge/map-en.svg",
        "/de/tiny/bridge/easy",
        "/de/tiny/bonus",
        "/en/nothing/bonus",
    ],
)
def test_what_nobody_drew_or_wrote_is_not_there(reader: Phone, path: str) -> None:
    assert reader.open(path).status_code == 404


def test_a_drawing_runs_nothing_and_may_be_kept(reader: Phone) -> None:
    for path in ("/kits/tiny/bridge/step-1.svg", "/kits/tiny/bridge/icon.svg"):
        answer = reader.open(path)
        assert answer.content_type == "image/svg+xml"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "max-age" in answer.headers["Cache-Control"]


def test_a_story_names_the_other_ways_it_is_told_and_each_leads_back(reader: Phone) -> None:
    story = read_html(reader.open("/en/tiny/bridge").text)
    assert "/en/tiny/bridge/easy" in story.links
    assert "/en/tiny/bridge/adult" not in story.links
    layer = read_html(reader.open("/en/tiny/bridge/easy").text)
    assert "The bridge in easy words" in layer.one("h1").text
    assert "/en/tiny/bridge" in layer.links
    assert layer.by_id("chuyen").get("class") == "story easy"  # each line of the file on a line of its own
    assert "not yet been reviewed" in layer.one("section", "sources").text
    assert "A shared source, 2026." in layer.one("section", "sources").text


def test_the_bonus_page_asks_each_standard_kit_and_no_chase(reader: Phone) -> None:
    page = read_html(reader.open("/en/tiny/bonus").text)
    asked = page.one("ol", "steps").text
    assert "How many feet has it?" in asked
    assert "Lantern" in asked
    assert "Fish" not in asked
    assert "the river remembers" not in page.one("main").text


@pytest.mark.parametrize("typed", ["72", " 7 2 ", "7-2", "7.2."])
def test_the_digits_of_the_standard_kits_open_the_bonus_page(reader: Phone, typed: str) -> None:
    page = read_html(reader.open(f"/en/tiny/bonus?digits={typed}").text)
    assert "the river remembers" in page.one("main").text
    assert "The fish saw everything" not in page.one("main").text
    assert "One digit more" in page.one("main").text


def test_the_digit_of_the_chase_adds_a_passage(reader: Phone) -> None:
    page = read_html(reader.open("/en/tiny/bonus?digits=729").text)
    assert "the river remembers" in page.one("main").text
    assert "The fish saw everything" in page.one("main").text
    assert not page.all("form")


@pytest.mark.parametrize(("typed", "right"), [("27", 0), ("73", 1), ("7", 1), ("728", 2), ("abc", 0)])
def test_wrong_digits_open_nothing_and_say_how_many_are_right(reader: Phone, typed: str, right: int) -> None:
    page = read_html(reader.open(f"/en/tiny/bonus?digits={typed}").text)
    assert "the river remembers" not in page.one("main").text
    if typed != "abc":
        assert f"{right} of 2 digits are right" in page.one("div", "told").text


def test_what_is_typed_cannot_write_on_the_page(reader: Phone) -> None:
    answer = reader.open("/en/tiny/bonus?digits=%22%3E%3Cscript%3E1%3C/script%3E7")
    assert "<script>" not in answer.text


@pytest.mark.parametrize(("accepted", "open_it"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_pages_and_drawings_travel_small(reader: Phone, accepted: str, open_it: object) -> None:
    for path in ("/en/tiny/bridge", "/b/"):
        plain = reader.open(path)
        small = reader.open(path, headers={"Accept-Encoding": accepted})
        assert small.headers["Content-Encoding"] == accepted
        assert "Accept-Encoding" in small.headers["Vary"]
        assert len(small.data) < len(plain.data)
        assert callable(open_it)
        assert open_it(small.data) == plain.data


def test_a_page_that_a_phone_has_is_not_sent_again_small_or_not(reader: Phone) -> None:
    for accepted in ("br", "identity"):
        first = reader.open("/en/tiny/bridge", headers={"Accept-Encoding": accepted})
        again = reader.open(
            "/en/tiny/bridge", headers={"Accept-Encoding": accepted, "If-None-Match": first.headers["ETag"]}
        )
        assert again.status_code == 304
        assert not again.data
