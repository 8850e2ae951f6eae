"""What stands above the bar before anyone scrolls, and how far down a story goes."""

import pytest

from tests.browser.phones import BASE
from tests.browser.places import KITS, Place

LONGEST = 9_000  # pixels of a phone of 360 × 740, some twelve screens
LOWEST = """wanted => Math.max(...[...document.querySelectorAll(wanted)]
    .map(each => each.getBoundingClientRect().bottom))"""
EVERY_STORY = pytest.mark.parametrize(
    ("language", "kit"), [(language, kit) for language in ("vi", "en") for kit in KITS]
)


@EVERY_STORY
def test_a_story_is_no_longer_than_twelve_screens(place: Place, language: str, kit: str) -> None:
    page = place.street.phone().page
    page.goto(f"{BASE}/{language}/thang-long/{kit}")
    assert page.evaluate("document.documentElement.scrollHeight") <= LONGEST
    place.street.empty()


@EVERY_STORY
@pytest.mark.parametrize(("width", "height"), [(320, 740), (360, 740), (1280, 800)])
def test_the_way_into_a_story_is_seen_at_once(
    place: Place, language: str, kit: str, width: int, height: int
) -> None:
    page = place.street.phone(width=width, height=height).page
    page.goto(f"{BASE}/{language}/thang-long/{kit}")
    assert page.evaluate(LOWEST, ".lead .btn") <= height - 62
    place.street.empty()


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_the_eight_words_of_a_new_album_are_seen_at_once(place: Place, language: str) -> None:
    page = place.street.phone(language=language).page
    page.goto(f"{BASE}/b/{place.take('flag-tower')}")
    page.locator("form[action$='/claim'] button").click()
    page.wait_for_url(f"{BASE}/album?**")
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator(".words li").count() == 4
    assert page.evaluate(LOWEST, ".words li") <= 740 - 62
    place.street.empty()


def test_the_number_of_a_run_stays_in_one_line(place: Place) -> None:
    phone = place.street.phone(width=320)
    place.add(phone, "doan-mon")
    phone.page.goto(f"{BASE}/swap")
    row = phone.page.locator(".pick label span").last
    lines = row.evaluate(
        """row => {
            const text = [...row.childNodes].find(node => node.data?.includes("TL"));
            text.data = text.data.replace("TL", "TL\\u2060-\\u2060DEMO");  // a run of more parts than ours
            const range = document.createRange();
            range.setStart(text, text.data.indexOf("TL"));
            range.setEnd(text, text.data.trimEnd().length);
            return new Set([...range.getClientRects()].map(part => part.top)).size;
        }"""
    )
    assert lines == 1
    place.street.empty()
