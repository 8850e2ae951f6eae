"""What machines read: robots.txt, the sitemap, security.txt, and the heads of pages."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree.ElementTree import fromstring

import pytest
from werkzeug.test import TestResponse

from app.web.plain import security_lines
from app.workspace import Contact, find_workspace
from tests.conftest import REPOSITORY
from tests.web.cast import BASE, Box, Phone
from tests.web.every_page import CANONICAL, LANGUAGES, PRIVATE, UNLISTED
from tests.web.html import read_html

EveryPage = dict[tuple[str, str], TestResponse]
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
TINY = find_workspace(str(REPOSITORY / "tests" / "workspaces" / "tiny"))
TODAY = date(2026, 11, 22)


def listed(phone: Phone) -> dict[str, dict[str, str]]:
    root = fromstring(phone.open("/sitemap.xml").data)  # noqa: S314  (ours)
    return {
        page.findtext(MAP + "loc", ""): {
            link.get("hreflang", ""): link.get("href", "") for link in page.iter(LINK)
        }
        for page in root
    }


def test_crawlers_are_kept_from_codes_and_albums_and_shown_the_sitemap(reader: Phone, box: Box) -> None:
    answer = reader.open("/robots.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    closed = re.findall(r"^Disallow: (.*)$", answer.text, re.MULTILINE)
    for path in (box.address, box.address.replace("/b/", "/B/"), "/album", "/album/key", "/swap/x", "/a/x"):
        assert any(path.startswith(each) for each in closed)
    for path in ("/vi/", "/vi/tiny/lantern", "/r/TY-1", "/kits/tiny/lantern/art.svg", "/about"):
        assert not any(path.startswith(each) for each in closed)
    assert f"Sitemap: {BASE}/sitemap.xml" in answer.text


def test_the_sitemap_lists_every_page_with_its_languages_and_every_address_opens(reader: Phone) -> None:
    pages = listed(reader)
    for path in ("", "tiny", "tiny/lantern", "tiny/bridge/easy", "tiny/bonus", "tiny/bridge/build/3"):
        for language in LANGUAGES:
            assert pages[f"{BASE}/{language}/{path}"] == {
                "vi": f"{BASE}/vi/{path}",
                "en": f"{BASE}/en/{path}",
                "x-default": f"{BASE}/vi/{path}",
            }
    assert f"{BASE}/r/TY-1" in pages
    assert not [address for address in pages if re.search("/b/|/album|/swap", address, re.IGNORECASE)]
    for address in pages:
        assert reader.open(address.removeprefix(BASE)).status_code == 200, address


def test_a_page_names_itself_as_the_sitemap_does(reader: Phone) -> None:
    for address, others in listed(reader).items():
        page = read_html(reader.open(address.removeprefix(BASE)).text)
        links = {(each.get("rel"), each.get("hreflang")): each.get("href") for each in page.all("link")}
        assert links["canonical", ""] == address
        assert {tag: href for (rel, tag), href in links.items() if rel == "alternate"} == others


def test_security_txt_names_a_contact_and_ends_within_a_year(reader: Phone) -> None:
    answer = reader.open("/.well-known/security.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields.keys() == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
    ends = datetime.fromisoformat(fields["Expires"]).date()
    assert timedelta(days=30) < ends - datetime.now(UTC).date() < timedelta(days=365)
    assert fields["Canonical"] == f"{BASE}/.well-known/security.txt"


def test_security_txt_gives_the_makers_mail_or_else_the_contact_page() -> None:
    assert security_lines(TINY, ("vi", "en"), TODAY) == [
        f"Contact: {BASE}/vi/help/contact",
        "Expires: 2027-05-21T00:00:00Z",
        "Preferred-Languages: vi, en",
        f"Canonical: {BASE}/.well-known/security.txt",
    ]
    reachable = replace(TINY, contact=Contact(email="shop@example.org"))
    assert security_lines(reachable, ("vi",), TODAY)[0] == "Contact: mailto:shop@example.org"


SHARED = [name for name in CANONICAL if name not in UNLISTED]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SHARED)
def test_a_page_that_is_sent_on_tells_what_it_is(every_page: EveryPage, name: str, language: str) -> None:
    page = read_html(every_page[name, language].text)
    told = {each.get("property"): each.get("content") for each in page.all("meta") if each.get("property")}
    assert {"og:type", "og:title", "og:description", "og:url", "og:locale", "og:site_name"} <= told.keys()
    assert all(told.values())
    (canonical,) = [each.get("href") for each in page.all("link") if each.get("rel") == "canonical"]
    assert told["og:url"] == canonical
    assert told["og:locale"] == {"vi": "vi_VN", "en": "en_US"}[language]
    assert "?" not in told["og:url"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_page_tells_searchers_nothing(every_page: EveryPage, name: str, language: str) -> None:
    page = read_html(every_page[name, language].text)
    if not name.startswith("album shown"):  # which is made to be sent to a friend
        assert not [each for each in page.all("meta") if each.get("property").startswith("og:")]
    assert not [each for each in page.all("script") if each.get("type") == "application/ld+json"]
    if name.startswith("box"):
        assert [each.get("content") for each in page.all("meta") if each.get("name") == "robots"] == [
            "noindex"
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_story_says_in_the_words_of_schema_org_what_it_is_about_and_what_is_sold(
    reader: Phone, language: str
) -> None:
    page = read_html(reader.open(f"/{language}/tiny/bridge").text)
    (script,) = [each for each in page.all("script") if each.get("type") == "application/ld+json"]
    article, product = json.loads(script.text)["@graph"]
    assert (article["@type"], article["inLanguage"]) == ("Article", language)
    assert article["about"]["@type"] == "LandmarksOrHistoricalBuildings"
    assert article["about"]["geo"] == {"@type": "GeoCoordinates", "latitude": 21.03, "longitude": 105.85}
    assert (product["@type"], product["offers"]["price"], product["offers"]["priceCurrency"]) == (
        "Product",
        90000,
        "VND",
    )
    assert product["offers"]["url"] == article["url"] == f"{BASE}/{language}/tiny/bridge"
