"""What every answer carries so that a page can neither leak nor run anything."""

import base64
import hashlib
import re
from itertools import product

import pytest
from werkzeug.test import TestResponse

from app.web import PAGE_STYLES
from tests.web.cast import Box, Phone
from tests.web.every_page import CANONICAL, LANGUAGES, PAGES, PRIVATE
from tests.web.html import read_html

EveryPage = dict[tuple[str, str], TestResponse]
ON_EVERY_PAGE = pytest.mark.parametrize(("name", "language"), list(product(PAGES, LANGUAGES)))
POWERS = {
    "accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
    "microphone", "midi", "payment", "usb",
}  # fmt: skip


@ON_EVERY_PAGE
def test_the_policy_of_every_page_allows_its_own_style_and_nothing_from_elsewhere(
    every_page: EveryPage, name: str, language: str
) -> None:
    answer = every_page[name, language]
    (style,) = re.findall(rb"<style>(.*?)</style>", answer.data, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    styles = policy.pop("style-src").split()
    assert f"'sha256-{digest}'" in styles
    assert all(style == "'self'" or style.startswith("'sha256-") for style in styles)
    assert len(styles) == 1 + len(PAGE_STYLES)
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "worker-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "media-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


@ON_EVERY_PAGE
def test_every_page_is_what_it_says_and_asks_for_no_power(
    every_page: EveryPage, name: str, language: str
) -> None:
    headers = every_page[name, language].headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    off = {part.strip() for part in headers["Permissions-Policy"].split(",")}
    assert {f"{power}=()" for power in POWERS} <= off
    assert all(part.endswith("=()") for part in off)
    assert "Server" not in headers
    assert "X-Powered-By" not in headers


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PRIVATE)
def test_a_page_that_may_hold_a_code_or_an_album_is_never_stored_nor_referred_to(
    every_page: EveryPage, name: str, language: str
) -> None:
    headers = every_page[name, language].headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CANONICAL)
def test_a_story_may_be_kept_by_anyone_who_asks_whether_it_has_changed(
    every_page: EveryPage, name: str, language: str
) -> None:
    headers = every_page[name, language].headers
    assert headers["Cache-Control"] == "public, no-cache"
    assert headers["Referrer-Policy"] == "same-origin"


def test_answers_that_only_lead_on_are_guarded_too(bo: Phone, box: Box) -> None:
    for answer in (bo.press_add(box), bo.type_code(box.code)):
        assert answer.status_code == 303
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("file", ["phudu.woff2", "icon.svg"])
def test_the_sites_own_files_may_be_kept_for_a_day(reader: Phone, file: str) -> None:
    answer = reader.open(f"/static/{file}")
    assert answer.status_code == 200
    assert "max-age=86400" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert (
        reader.open(f"/static/{file}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    )


def test_everything_that_the_first_view_names_is_there(reader: Phone) -> None:
    page = read_html(reader.open("/vi/tiny/lantern").text)
    style = page.one("style").text
    files = [link.get("href") for link in page.all("link") if link.get("rel") in {"preload", "icon"}]
    files += [image.get("src") for image in page.all("img")]
    files += [
        address for address in re.findall(r"url\(\"?([^)\"]+)", style) if not address.startswith("data:")
    ]
    assert "/static/phudu.woff2" in files
    for file in files:
        assert reader.open(file).status_code == 200, file
