"""When something does not work: the right status, in words, with a way on and nothing of the inside."""

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.web.cast import Box, Phone, break_ledger, rows
from tests.web.every_page import ERRORS, LANGUAGES, PAGES
from tests.web.html import read_html

EveryPage = dict[tuple[str, str], TestResponse]
REFUSED_CLAIMS = {"claim of another", "claim voided"}
WORDS = {
    "error 403": ("bấm từ một trang khác", "pressed on another site"),
    "error 404": ("Không có trang này", "There is no such page"),
    "error 404 behind a code": ("Không có trang này", "There is no such page"),
    "error 405": ("không mở theo cách đó", "does not open that way"),
    "error 413": ("Gửi lên nhiều quá", "That was too much"),
    "error 429": ("Nhiều mã sai quá", "Too many wrong codes"),
    "error 500": ("hỏng ở phía chúng tôi", "Something broke on our side"),
    "error 503": ("Chưa ghi được", "Not written yet"),
    "report too often": ("Nhiều lời báo quá", "Many reports at once"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ERRORS)
def test_every_failure_has_its_status_and_a_way_on(every_page: EveryPage, name: str, language: str) -> None:
    answer = every_page[name, language]
    assert answer.status_code == ERRORS[name]
    page = read_html(answer.text)
    ways = [link.get("href").partition("?")[0] for link in page.all("a") if link.inside(tag="main")]
    forms = [form.get("action") for form in page.all("form")]
    if name in REFUSED_CLAIMS:
        assert "#chuyen" in page.links
        assert page.by_id("chuyen").text
    elif name.startswith("swap "):
        assert any(way.startswith("/swap") for way in (*ways, *forms))
    elif name == "report refused":
        assert f"/{language}/help/report" in forms
    else:
        assert {"/b/", "/album/open"} & {*ways, *forms}
    assert {f"/{language}/", "/album"} <= set(page.paths)


@pytest.mark.parametrize("name", WORDS)
def test_every_failure_is_told_in_words(every_page: EveryPage, name: str) -> None:
    for language, words in zip(LANGUAGES, WORDS[name], strict=True):
        assert words in read_html(every_page[name, language].text).one("h1").text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in PAGES if name not in ERRORS])
def test_every_other_page_is_in_order(every_page: EveryPage, name: str, language: str) -> None:
    assert every_page[name, language].status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ERRORS)
def test_no_failure_shows_the_inside(every_page: EveryPage, name: str, language: str) -> None:
    text = every_page[name, language].text
    for trace in ("Traceback", "Error", "sqlite", "SELECT", ".py", "werkzeug", "claim.album", "/var/"):
        assert trace not in text, trace
    page = read_html(text)
    if name not in REFUSED_CLAIMS:
        assert [meta.get("content") for meta in page.all("meta") if meta.get("name") == "robots"] == [
            "noindex"
        ]


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/vi/tiny/nothing", "/vi/tiny"),
        ("/en/tiny/bridge/nothing", "/en/tiny/bridge"),
        ("/vi/tiny/bridge/easy/nothing/at/all", "/vi/tiny/bridge"),
    ],
)
def test_a_missing_page_below_a_series_or_a_kit_leads_to_it(reader: Phone, path: str, way: str) -> None:
    answer = reader.open(path)
    assert answer.status_code == 404
    (first, *_) = [link for link in read_html(answer.text).all("a") if link.inside(tag="main")]
    assert first.get("href") == way
    assert reader.open(way).status_code == 200


@pytest.mark.parametrize(
    "path", ["/vi/nothing/bridge", "/tiny/bridge/nothing/x", "/b/tiny/bridge", "/vi/a/b/c/d"]
)
def test_a_missing_page_below_nothing_leads_to_no_kit(reader: Phone, path: str) -> None:
    page = read_html(reader.open(path).text)
    assert not [link for link in page.links if "tiny" in link and "lang=" not in link]
    assert "/b/" in page.paths


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in WORDS if name != "error 500"])
def test_the_ways_on_lead_somewhere(reader: Phone, every_page: EveryPage, name: str, language: str) -> None:
    page = read_html(every_page[name, language].text)
    ways = [link.get("href") for link in page.all("a") if link.inside(tag="main")]
    assert len(ways) >= 2
    assert [way for way in ways if reader.open(way).status_code != 200 and "/stories" not in way] == []


def test_a_body_over_the_limit_is_refused_and_one_under_it_is_read(stranger: Phone) -> None:
    assert stranger.open("/b/", method="POST", body=b"code=" + b"0" * 65_536).status_code == 413
    assert stranger.open("/b/", method="POST", body=b"code=" + b"0" * 65_000).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_nothing_is_put_patched_or_deleted(bo: Phone, folder: Path, box: Box, method: str) -> None:
    bo.press_add(box)
    places = [
        "/",
        "/vi/",
        "/vi/tiny/lantern",
        "/b/",
        "/r/TY-1/3",
        "/s/lantern",
        "/album",
        "/kits/tiny/lantern/art.svg",
        box.address,
        box.claim,
    ]
    assert {bo.open(place, method=method).status_code for place in places} == {405}
    assert rows(folder, "claim") == 1


def test_only_forms_may_be_posted(bo: Phone, box: Box) -> None:
    places = ["/", "/vi/", "/vi/tiny/lantern", "/r/TY-1", "/S/LANTERN", "/album", box.address]
    assert {bo.open(place, method="POST").status_code for place in places} == {405}


@pytest.mark.parametrize(
    ("path", "allowed"), [("/album", {"GET", "HEAD", "OPTIONS"}), ("/b/", {"GET", "HEAD", "OPTIONS", "POST"})]
)
def test_a_wrong_way_of_asking_is_told_the_right_ones(reader: Phone, path: str, allowed: set[str]) -> None:
    answer = reader.open(path, method="PUT")
    assert answer.status_code == 405
    assert set(answer.headers.get("Allow", "").split(", ")) == allowed


def test_what_does_not_ask_the_ledger_outlives_it(stranger: Phone, folder: Path, box: Box) -> None:
    break_ledger(folder)
    assert stranger.open("/vi/tiny/lantern").status_code == 200
    assert stranger.open("/kits/tiny/lantern/art.svg").status_code == 200
    assert stranger.open("/b/").status_code == 200
    assert stranger.open(box.address).status_code == 503
    assert stranger.press_add(box).status_code == 503


def test_who_opens_a_page_that_cannot_be_read_is_told_so_and_who_presses_that_nothing_is_written(
    bo: Phone, mai: Phone, folder: Path, box: Box
) -> None:
    break_ledger(folder)
    titles = [read_html(each.text).one("h1").text for each in (mai.open(box.address), mai.press_add(box))]
    assert titles == ["This page cannot open just now", "Not written yet"]
    assert "Chưa mở được trang này" in read_html(bo.open(box.address).text).one("h1").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failure_that_passes_says_when_to_come_back(every_page: EveryPage, language: str) -> None:
    told = {name: every_page[name, language].headers.get("Retry-After") for name in WORDS}
    assert {name: seconds for name, seconds in told.items() if seconds} == {
        "error 429": "60",
        "report too often": "60",
        "error 503": "30",
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WORDS)
def test_a_failure_is_kept_by_nobody_and_says_its_language(
    every_page: EveryPage, name: str, language: str
) -> None:
    headers = every_page[name, language].headers
    private = name not in {"error 404", "report too often"}
    assert headers["Cache-Control"] == ("private, no-store" if private else "no-store")
    assert headers["Referrer-Policy"] == ("no-referrer" if private else "same-origin")
    assert headers["Content-Language"].partition(",")[0] == language
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failure_never_repeats_the_code_in_its_words(
    every_page: EveryPage, drawn_boxes: tuple[Box, ...], language: str
) -> None:
    codes = [box.code for box in drawn_boxes]
    for name in WORDS:
        page = read_html(every_page[name, language].text)
        # The switch of languages alone leads back to the very address that was opened.
        shown = " ".join(element.text for element in page.elements)
        ways = " ".join(link for link in page.links if "?lang=" not in link)
        assert not [code for code in codes if code in shown or code in ways], name


def test_a_ledger_that_is_no_database_any_more_is_told_as_not_written(
    bo: Phone, folder: Path, box: Box
) -> None:
    for file in (folder / "var").glob("ledger.sqlite3-*"):
        file.unlink()
    (folder / "var" / "ledger.sqlite3").write_bytes(b"not a database" * 1000)
    answer = bo.press_add(box)
    assert answer.status_code == 503
    assert "Set-Cookie" not in answer.headers


def test_a_failed_page_is_never_kept_by_others(reader: Phone) -> None:
    # A 404 without Cache-Control may be kept by any cache, and its words follow the visitor's language.
    answer = reader.open("/no/such/page/here")
    assert "no-store" in answer.headers.get("Cache-Control", "") or "Accept-Language" in answer.headers.get(
        "Vary", ""
    )
