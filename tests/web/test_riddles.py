"""Riddles are checked by the server: without JavaScript, never telling the answer to a wrong try."""

import pytest

from tests.web.cast import Box, Phone
from tests.web.html import Element, Page, read_html

STORY = "/en/tiny/bridge"


def form(page: Page, kind: str) -> Element:
    (found,) = [each for each in page.all("form", "riddle") if each.get("action") == f"#r-{kind}"]
    return found


def verdicts(page: Page) -> list[str]:
    return [each.text for each in page.all("p", "told") if each.get("role") == "status"]


def chosen(page: Page) -> list[str]:
    return [each.get("value") for each in page.all("input") if "checked" in each.attributes]


def test_a_riddle_is_a_form_of_four_doors_that_asks_this_page_again(reader: Phone) -> None:
    page = read_html(reader.open(STORY).text)
    assert [each.get("action") for each in page.all("form", "riddle")] == ["#r-model", "#r-story", "#r-set"]
    assert page.by_id("r-story").tag == "fieldset"
    assert [each.text for each in page.all("legend")][1] == "Which colour is the bridge?"
    doors = [each for each in page.all("input") if each.get("type") == "radio"]
    assert [each.get("value") for each in doors] == ["1", "2", "3", "4"] * 3
    assert {each.get("name") for each in doors} == {"door"}
    assert form(page, "story").get("method") == "get"
    assert verdicts(page) == ["", "", ""]
    assert chosen(page) == []


def test_the_right_door_tells_why(reader: Phone) -> None:
    page = read_html(reader.open(f"{STORY}?riddle=story&door=1").text)
    assert verdicts(page) == ["", "That is right! The picture shows it.", ""]
    assert chosen(page) == ["1"]


@pytest.mark.parametrize("door", ["2", "3", "4"])
def test_a_wrong_door_gives_the_hint_and_never_the_answer(reader: Phone, door: str) -> None:
    page = read_html(reader.open(f"{STORY}?riddle=story&door={door}").text)
    (told,) = [text for text in verdicts(page) if text]
    assert told.startswith("Not this door.")
    assert told.endswith("Look at the picture.")
    assert "Red" not in told
    assert "The picture shows it." not in told
    answer = [
        each for each in page.all("details") if "Open the answer" in each.text and not each.get("class")
    ]
    assert len(answer) == 3
    assert not any("open" in each.attributes for each in answer)
    assert chosen(page) == [door]


@pytest.mark.parametrize("query", ["", "&door=", "&door=0", "&door=5", "&door=1x", "&door=-1", "&door=²"])
def test_who_chose_nothing_is_told_to_choose(reader: Phone, query: str) -> None:
    page = read_html(reader.open(f"{STORY}?riddle=model{query}").text)
    assert verdicts(page) == ["Choose a door first.", "", ""]
    assert chosen(page) == []


@pytest.mark.parametrize("query", ["riddle=nothing&door=1", "door=1", "riddle=&door=1", "riddle=<b>&door=2"])
def test_an_answer_to_no_riddle_changes_nothing(reader: Phone, query: str) -> None:
    assert reader.open(f"{STORY}?{query}").data == reader.open(STORY).data


def test_the_riddle_that_was_answered_is_unfolded(reader: Phone) -> None:
    def unfolded(path: str) -> list[bool]:
        return ["open" in each.attributes for each in read_html(reader.open(path).text).all("details", "ask")]

    assert unfolded(STORY) == [False, True, False]
    assert unfolded(f"{STORY}?riddle=set&door=1") == [False, False, True]


@pytest.mark.parametrize(("language", "told"), [("vi", "Đúng rồi!"), ("en", "That is right!")])
def test_a_scanned_box_checks_its_riddle_at_its_own_address(
    bo: Phone, box: Box, language: str, told: str
) -> None:
    page = read_html(bo.open(f"{box.address}?lang={language}").text)
    kept = [each.get("value") for each in page.all("input") if each.get("name") == "lang"]
    assert kept == [language]
    assert box.code not in form(page, "story").get("action")
    answer = bo.open(f"{box.address}?lang={language}&riddle=story&door=1")
    assert told in verdicts(read_html(answer.text))[0]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert not [
        each for each in read_html(bo.open(box.address).text).all("input") if each.get("name") == "lang"
    ]


def test_a_riddle_below_a_refused_claim_is_checked_at_the_box(bo: Phone, mai: Phone, box: Box) -> None:
    bo.press_add(box)
    assert mai.press_add(box).status_code == 409
    answer = mai.open(f"{box.claim}?riddle=story&door=1")
    assert answer.headers["Location"] == f"{box.address}?riddle=story&door=1"
    assert verdicts(read_html(mai.open(answer.headers["Location"]).text))[0].startswith("That is right!")


def test_checking_a_riddle_writes_nothing_down(reader: Phone) -> None:
    answer = reader.open(f"{STORY}?riddle=story&door=1")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, no-cache"
