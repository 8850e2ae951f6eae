"""What holds on every page: whole HTML, nothing from elsewhere, no code where it does not belong."""

import json
import re
from itertools import pairwise, product

import pytest
from werkzeug.test import TestResponse

from tests.web.cast import BASE, Box
from tests.web.every_page import CANONICAL, LANGUAGES, PAGES, SPOKEN
from tests.web.html import Page, read_html

EveryPage = dict[tuple[str, str], TestResponse]
ON_EVERY_PAGE = pytest.mark.parametrize(("name", "language"), list(product(PAGES, LANGUAGES)))
FETCHED = (
    "src",
    "srcset",
    "poster",
    "data",
    "background",
    "ping",
    "formaction",
    "action",
    "xlink:href",
    "manifest",
)


def elsewhere(page: Page) -> list[str]:
    """Return every address elsewhere that the page fetches, or leads to beside its sources and the map."""
    found = []
    for element in page.elements:
        for attribute, address in element.attributes.items():
            leads = attribute == "href" and element.tag == "a"
            fetched = attribute in FETCHED or (attribute == "href" and not leads)
            named = element.tag == "link" and element.get("rel") in {"canonical", "alternate"}
            if leads and (element.inside(css_class="sources") or address.startswith("geo:")):
                continue
            own = re.match(r"/(?![/\\])|#|$", address) or (named and address.startswith(BASE + "/"))
            if (leads or fetched) and not own:
                found.append(address)
    return found


@ON_EVERY_PAGE
def test_every_page_is_whole_html(every_page: EveryPage, name: str, language: str) -> None:
    assert read_html(every_page[name, language].text).problems == []


@ON_EVERY_PAGE
def test_no_page_fetches_anything_from_elsewhere(every_page: EveryPage, name: str, language: str) -> None:
    page = read_html(every_page[name, language].text)
    assert elsewhere(page) == []
    addresses = re.findall(r"url\(\"?([^)\"]*)", page.one("style").text)
    assert addresses
    assert all(re.match(r"/(?!/)|data:image/svg", address) for address in addresses)
    assert "@import" not in page.one("style").text


@ON_EVERY_PAGE
def test_no_page_carries_a_style_or_a_script_that_its_policy_forbids(
    every_page: EveryPage, name: str, language: str
) -> None:
    page = read_html(every_page[name, language].text)
    assert not [element.tag for element in page.elements if "style" in element.attributes]
    told = [element for element in page.all("script") if element.get("type") == "application/ld+json"]
    run = [element for element in page.all("script") if element not in told]
    assert not [element for element in run if not element.get("src") or element.text.strip()]
    assert all(json.loads(element.text)["@context"] == "https://schema.org" for element in told)
    assert not [key for element in page.elements for key in element.attributes if key.startswith("on")]
    assert not page.all("iframe") + page.all("object") + page.all("embed") + page.all("base")


@ON_EVERY_PAGE
def test_a_code_stands_in_no_address_but_those_of_its_own_box(
    every_page: EveryPage, drawn_boxes: tuple[Box, ...], name: str, language: str
) -> None:
    page = read_html(every_page[name, language].text)
    holding = [
        (element, attribute, text)
        for element in page.elements
        for attribute, text in element.attributes.items()
        if any(box.code.lower() in text.lower() for box in drawn_boxes)
    ]
    for element, attribute, text in holding:
        button = (element.tag, attribute) == ("form", "action") and re.fullmatch(
            r"/b/[0-9A-Z]{18}/claim", text
        )
        link = (element.tag, attribute) == ("a", "href")
        switch = link and element.inside(tag="header")
        check = link and re.fullmatch(r"/b/[0-9A-Z]{18}/(check\?lang=..|proof\.bin)", text)
        reckoned = name == "box check" and (element.tag, attribute) == ("ul", "data-code")
        assert button or switch or check or reckoned, (element.tag, attribute)
    if name == "box of nobody":
        assert len(holding) == 2 + len(SPOKEN)
    if name in CANONICAL or name.startswith("album"):
        assert holding == []


@ON_EVERY_PAGE
def test_a_code_is_never_printed_on_a_page(
    every_page: EveryPage, drawn_boxes: tuple[Box, ...], name: str, language: str
) -> None:
    page = read_html(every_page[name, language].text)
    text = re.sub(r"\W", "", page.one("body").text + page.one("head").text).upper()
    assert not [box for box in drawn_boxes if box.code in text]


@ON_EVERY_PAGE
def test_every_page_can_be_found_ones_way_around_in(every_page: EveryPage, name: str, language: str) -> None:
    page = read_html(every_page[name, language].text)
    assert page.links[0] == "#main"
    navigations = [navigation.get("aria-label") for navigation in page.all("nav")]
    assert len(navigations) >= 2
    assert all(navigations)
    assert len(set(navigations)) == len(navigations)
    for link in page.all("a") + page.all("button"):
        assert link.text.strip() or link.get("aria-label")
    heads = [element.tag for element in page.elements if re.fullmatch("h[1-6]", element.tag)]
    assert heads[0] == "h1"
    for above, below in pairwise(heads):
        assert int(below[1]) <= int(above[1]) + 1, heads
    assert page.one("title").text.endswith("| Hộp Kể")
    assert [meta for meta in page.all("meta") if meta.get("name") == "description" and meta.get("content")]


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ("<p>one<p>two</p>", "never closed"),
        ("<b><i></b></i>", "</b> closes <i>"),
        ("<span><h3>head</h3></span>", "holds phrases only"),
        ('<a href="/x"><button>press</button></a>', "inside another link"),
        ('<div id="x"></div><div id="x"></div>', "stands 2 times"),
        ('<a href="#gone">on</a>', "which is nowhere"),
        ('<img src="/x">', "no alt"),
        ("<h1>second</h1>", "2 <h1>"),
        ('<p class="a" class="b"></p>', "attribute twice"),
        ("<div/>", "does not close itself"),
        ("<li>alone</li>", "outside a list"),
    ],
)
def test_the_reader_of_these_tests_sees_broken_html(broken: str, problem: str) -> None:
    whole = '<!doctype html>\n<html lang="vi"><title>t</title><main><h1>h</h1>{}</main></html>'
    assert read_html(whole.format("")).problems == []
    assert any(problem in found for found in read_html(whole.format(broken)).problems)


@pytest.mark.parametrize(
    "foreign",
    [
        '<img src="https://evil.example/x.png" alt="">',
        '<img src="//evil.example/x.png" alt="">',
        '<link rel="stylesheet" href="http://evil.example/x.css">',
        '<link rel="canonical" href="https://evil.example/">',
        '<a href="https://evil.example/">on</a>',
        '<a href="/\\evil.example/">on</a>',
        '<form action="https://evil.example/"></form>',
    ],
)
def test_the_reader_of_these_tests_sees_what_comes_from_elsewhere(foreign: str) -> None:
    assert len(elsewhere(read_html(foreign))) == 1
    assert elsewhere(read_html('<img src="/x.png" alt=""><a href="#y">y</a><a href="geo:1,2">map</a>')) == []
