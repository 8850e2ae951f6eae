"""Every page in the visitor's language, chosen in sight and remembered."""

from typing import TypedDict

import pytest
from werkzeug.test import TestResponse

from tests.web.cast import Box, Phone
from tests.web.every_page import LANGUAGES, PAGES, SPOKEN
from tests.web.html import read_html

NAMES = {"VI – Tiếng Việt", "EN – English", "Français", "日本語", "한국어", "中文"}
EveryPage = dict[tuple[str, str], TestResponse]


class Asked(TypedDict, total=False):
    """What says which language is wanted."""

    query: str
    cookie: str
    browser: str


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (Asked(), "vi"),
        (Asked(browser="en"), "en"),
        (Asked(browser="en-GB,en;q=0.8"), "en"),
        (Asked(browser="vi-VN,vi;q=0.9,en;q=0.1"), "vi"),
        (Asked(browser="en;q=0.2,vi;q=0.9"), "vi"),
        (Asked(browser="de,nl;q=0.5,en;q=0.1"), "en"),
        (Asked(browser="de"), "vi"),
        (Asked(browser="ko"), "ko"),
        (Asked(browser="ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7"), "ko"),
        (Asked(browser="fr-CA,en;q=0.8"), "fr"),
        (Asked(browser="zh-TW,zh;q=0.9,en;q=0.8"), "zh"),
        (Asked(browser="zh-Hans-CN"), "zh"),
        (Asked(browser="JA"), "ja"),
        (Asked(browser="fr;q=0,en;q=0.5"), "en"),
        (Asked(browser="frr,en;q=0.5"), "en"),
        (Asked(browser="*"), "vi"),
        (Asked(browser=";;;"), "vi"),
        (Asked(cookie="en", browser="vi"), "en"),
        (Asked(cookie="fr", browser="en"), "fr"),
        (Asked(cookie="de", browser="en"), "en"),
        (Asked(query="vi", cookie="en", browser="en"), "vi"),
        (Asked(query="fr", cookie="en", browser="vi"), "fr"),
        (Asked(query="de", cookie="en", browser="vi"), "en"),
        (Asked(query="../vi", browser="en"), "en"),
    ],
)
@pytest.mark.parametrize("where", ["box", "/b/", "/album", "/no/such/page/here"])
def test_the_query_comes_before_the_cookie_and_the_cookie_before_the_browser(
    reader: Phone, box: Box, where: str, asked: Asked, language: str
) -> None:
    if "cookie" in asked:
        reader.keep_cookie("lang", asked["cookie"])
    path = box.address if where == "box" else where
    query = f"?lang={asked['query']}" if "query" in asked else ""
    answer = reader.open(path + query, headers={"Accept-Language": asked.get("browser", "")})
    assert answer.headers["Content-Language"].partition(",")[0] == language
    page = read_html(answer.text)
    assert page.one("html").get("lang") == language
    assert [link.get("lang") for link in page.all("a") if link.get("aria-current") == "true"] == [language]


def test_a_language_chosen_on_a_box_is_remembered_by_a_cookie(bo: Phone, box: Box) -> None:
    (given,) = bo.open(f"{box.address}?lang=en").headers.getlist("Set-Cookie")
    assert given.startswith("lang=en; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(given.split("; "))
    assert box.code not in given
    for path in (box.address, "/b/", "/album"):
        answer = bo.open(path)
        assert answer.headers["Content-Language"] == "en"
        assert "Set-Cookie" not in answer.headers
    assert bo.open("/").headers["Location"] == "/en/"


@pytest.mark.parametrize("wanted", ["de", "", "EN", "vi,en", "../../x"])
def test_a_language_that_is_not_spoken_is_not_remembered(reader: Phone, box: Box, wanted: str) -> None:
    answer = reader.open(f"{box.address}?lang={wanted}")
    assert answer.headers["Content-Language"] == "vi"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_its_language_and_offers_the_others_by_their_own_names(
    every_page: EveryPage, name: str, language: str
) -> None:
    answer = every_page[name, language]
    page = read_html(answer.text)
    own, *others = answer.headers["Content-Language"].split(", ")
    assert page.one("html").get("lang") == own == language
    told_in_english = language not in LANGUAGES or (name == "help format" and language != "en")
    assert others == [] or (told_in_english and others == ["en"])
    assert tuple(page.switch) == SPOKEN
    switches = [link for link in page.all("a") if link.inside(tag="header") and link.get("hreflang")]
    assert {link.get("aria-label") or link.text for link in switches} == NAMES
    assert all(link.get("lang") == link.get("hreflang") for link in switches)
    assert [link.get("hreflang") for link in switches if link.get("aria-current")] == [language]


@pytest.mark.parametrize("name", PAGES)
def test_the_words_of_a_page_differ_by_language_and_no_phrase_is_left_unfilled(
    every_page: EveryPage, name: str
) -> None:
    vietnamese, english, *foreign = (read_html(every_page[name, language].text) for language in SPOKEN)
    assert vietnamese.one("h1").text != english.one("h1").text or name == "album"
    for page in (vietnamese, english, *foreign):
        text = page.one("body").text + page.one("title").text
        # The format's page writes JSON and patterns, a run's the beacon's pattern, a box's its manifest.
        for rules in (*page.all("section", "rules"), *page.all("code"), *page.all("pre")):
            text = text.replace(rules.text, "")
        assert "{" not in text
        assert "}" not in text


def test_the_switch_of_a_box_keeps_the_box(bo: Phone, box: Box) -> None:
    switch = read_html(bo.open(box.address).text).switch
    assert switch == {language: f"{box.address}?lang={language}" for language in SPOKEN}
    assert read_html(bo.open(switch["en"]).text).one("h1").text == "Lantern"
    again = read_html(bo.open(switch["en"]).text).switch  # a query is not piled upon a query
    assert again == switch


def test_the_switch_of_a_taken_box_keeps_the_box(bo: Phone, mai: Phone, box: Box) -> None:
    bo.press_add(box)
    switch = read_html(mai.press_add(box).text).switch
    answer = mai.open(switch["vi"])
    assert answer.status_code == 200
    assert read_html(answer.text).one("h1").text == "Đèn lồng"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_the_switch_of_every_page_leads_to_a_page_in_that_language(
    reader: Phone, every_page: EveryPage, name: str, language: str
) -> None:
    switch = read_html(every_page[name, language].text).switch
    reader.address = f"198.51.100.{PAGES.index(name)}"  # codes of that site are unknown here, and counted
    for wanted, address in switch.items():
        answer = reader.open(address, headers={"Accept-Language": language})
        if answer.status_code == 303:  # a page of an album, and the reader has none
            answer = reader.open(answer.headers["Location"], headers={"Accept-Language": language})
        assert answer.headers["Content-Language"].partition(",")[0] == wanted
        assert answer.status_code in {200, 404}


@pytest.mark.parametrize("path", ["/vi/tiny/nothing", "/en/nothing"])
def test_a_missing_page_under_a_language_speaks_that_language(reader: Phone, path: str) -> None:
    for asked in LANGUAGES:
        assert reader.open(path, headers={"Accept-Language": asked}).headers["Content-Language"] == path[1:3]


@pytest.mark.parametrize(
    "path", ["/%5Cevil.example/x/y", "/b/%5C%5Cevil.example", "/b/%3Fx", "/b/%23x", "/%2F%2Fevil.example/x/y"]
)
def test_the_switch_never_leads_to_another_site_or_another_page(reader: Phone, path: str) -> None:
    answer = reader.open(path)
    assert answer.status_code in {400, 404}
    for address in read_html(answer.text).switch.values():
        assert not address.startswith(("//", "/\\"))
        assert address.count("?") == 1
        assert "#" not in address


def test_a_language_chosen_on_a_story_is_kept_when_typing_a_code(reader: Phone) -> None:
    page = read_html(reader.open("/en/tiny/lantern").text)
    (entry,) = {link for link in page.links if link.startswith("/b/")}
    assert reader.open(entry).headers["Content-Language"] == "en"
