"""What a story's page tells of itself in a real browser: what, kit and language, and nothing else."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Request

from tests.browser import visits
from tests.browser.phones import BASE, Phone
from tests.browser.places import Place

STORY = "/vi/thang-long/flag-tower"


@pytest.fixture
def phone(place: Place) -> Iterator[Phone]:
    yield place.street.lend()
    place.street.empty()


def watched(phone: Phone) -> list[Request]:
    """Return a list that fills with what a page sends to be counted."""
    sent: list[Request] = []
    phone.page.on("request", lambda request: sent.append(request) if request.url.endswith("/count") else None)
    return sent


def told(sent: list[Request]) -> list[dict[str, list[str]]]:
    return [parse_qs(request.post_data or "") for request in sent]


def happened(what: str) -> dict[str, list[str]]:
    return {"what": [what], "kit": ["flag-tower"], "language": ["vi"]}


def test_a_scan_is_told_once_and_with_no_cookie_and_no_address(phone: Phone, place: Place) -> None:
    visits.first_box(phone, place)  # the phone has an album, and its cookie
    sent = watched(phone)
    with phone.page.expect_request_finished(lambda request: request.url.endswith("/count")):
        visits.look("flag-tower")(phone, place)
    phone.page.wait_for_load_state("networkidle")
    assert told(sent) == [happened("scan")]
    headers = sent[0].all_headers()
    assert not {"cookie", "referer"} & headers.keys()
    assert urlsplit(sent[0].url).query == ""


def test_a_story_counts_as_read_when_its_end_is_seen_after_a_while(phone: Phone) -> None:
    sent = watched(phone)
    phone.page.clock.install()
    phone.page.goto(BASE + STORY)
    end = phone.page.locator(".story > :last-child")
    end.scroll_into_view_if_needed()
    phone.page.clock.run_for(15_000)
    assert told(sent) == []
    phone.page.clock.run_for(6_000)
    end.scroll_into_view_if_needed()
    phone.page.wait_for_timeout(300)
    phone.page.evaluate("scrollTo(0, 0)")
    end.scroll_into_view_if_needed()
    phone.page.clock.run_for(1_000)
    assert told(sent) == [happened("read")]


def test_a_story_whose_end_nobody_saw_is_not_read(phone: Phone) -> None:
    sent = watched(phone)
    phone.page.clock.install()
    phone.page.goto(BASE + STORY)
    phone.page.clock.run_for(60_000)
    assert told(sent) == []


def test_a_right_answer_counts_and_a_wrong_one_does_not(phone: Phone) -> None:
    sent = watched(phone)
    phone.page.goto(BASE + STORY)
    form = phone.page.locator("details[open] form.riddle")
    right = form.get_attribute("data-door")
    for door in ("1" if right != "1" else "2", right, right):
        form.locator(f"[value='{door}'][name=door]").check(force=True)
        form.locator("button").click()
        phone.page.wait_for_timeout(100)
    assert told(sent) == [happened("riddle")]


@pytest.mark.parametrize(
    "wish", ["doNotTrack', {get: () => '1'}", "globalPrivacyControl', {get: () => true}"]
)
def test_whoever_asks_not_to_be_counted_is_not(phone: Phone, place: Place, wish: str) -> None:
    sent = watched(phone)
    phone.page.add_init_script(f"Object.defineProperty(Navigator.prototype, '{wish})")
    visits.look("flag-tower")(phone, place)
    phone.page.wait_for_timeout(500)
    assert sent == []


def test_pages_that_tell_no_story_count_nothing(phone: Phone) -> None:
    sent = watched(phone)
    for path in (f"{STORY}/build", f"{STORY}/easy", "/vi/thang-long/bonus"):
        phone.page.clock.install()
        phone.page.goto(BASE + path)
        phone.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        phone.page.clock.run_for(30_000)
    assert sent == []
