"""A story at its own address: the same for everyone, without a code in it."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from app.core.approval import approved_words
from app.web import create_app
from app.workspace import Workspace
from tests.web.cast import ALBUM, BASE, Box, Phone
from tests.web.conftest import close
from tests.web.every_page import SPOKEN
from tests.web.html import read_html

STORIES = [f"/{language}/tiny/{kit}" for language in ("vi", "en") for kit in ("lantern", "bridge", "fish")]
OTHERWISE = [
    f"/{language}/tiny/{page}"
    for language in ("vi", "en")
    for page in ("bridge/easy", "bonus", "bridge/build", "bridge/build/1", "bridge/build/3")
]
CANONICAL = ["/vi/", "/en/", "/vi/tiny", "/en/tiny", *STORIES, *OTHERWISE]


@pytest.mark.parametrize(
    ("path", "title", "number", "alt", "build"),
    [
        ("/vi/tiny/lantern", "Đèn lồng", "Mẫu 1 / 2", "Hình Đèn lồng.", "1 bước"),
        ("/en/tiny/lantern", "Lantern", "Kit 1 of 2", "A picture of a Lantern.", "1 step,"),
        ("/en/tiny/bridge", "Wooden Bridge", "Kit 2 of 2", "A picture of a Wooden Bridge.", "2 steps,"),
        ("/en/tiny/fish", "Carp", "Rare kit", "A picture of a Carp.", "1 step,"),
    ],
)
def test_a_story_tells_of_its_own_kit(
    reader: Phone, path: str, title: str, number: str, alt: str, build: str
) -> None:
    answer = reader.open(path)
    page = read_html(answer.text)
    kit = path.rpartition("/")[2]
    assert answer.status_code == 200
    assert page.one("h1").text == title
    assert page.one("title").text.startswith(title)
    assert page.one("span", "tag").text.startswith(number)
    assert page.all("img")[0].attributes.items() >= {"src": f"/kits/tiny/{kit}/art.svg", "alt": alt}.items()
    assert page.one("html").get("lang") == path[1:3]
    assert build in page.by_id("lap").text


def test_a_story_has_its_figures_text_legend_riddle_pieces_map_and_sources(mai: Phone) -> None:
    page = read_html(mai.open("/en/tiny/lantern").text)
    figures = [
        part.text for part in page.elements if part.tag in {"dt", "dd"} and part.inside(css_class="facts")
    ]
    assert figures == ["a year", "1900", "pieces", "12", "groups", "2", "step", "1"]
    body = page.by_id("chuyen")
    assert "told to try this page 31." in body.text
    assert "It is told that this is only a test." in page.one("div", "admonition").text
    assert [choice.text for choice in page.all("label") if choice.inside(css_class="doors")] == [
        "Red",
        "Gold",
        "Green",
        "White",
    ]
    assert "12 pieces in 2 groups" in page.by_id("lap").text
    assert "Body: 9 pieces" in page.by_id("lap").text
    assert "geo:21.03,105.85?q=21.03,105.85(Lantern)" in page.links
    assert "https://example.org/source" in page.links
    assert "not yet been reviewed" in page.one("section", "sources").text
    assert "Nothing of this is certain." in page.one("section", "sources").text


def test_the_answer_of_the_riddle_lies_behind_a_closed_door(mai: Phone) -> None:
    page = read_html(mai.open("/en/tiny/lantern").text)
    hint, answer = (each for each in page.all("details") if each.ancestors[-1].get("id") == "giai-ma")
    assert "Look at the picture." in hint.text
    assert "Red." in answer.text
    assert "open" not in hint.attributes | answer.attributes
    outside = page.by_id("giai-ma").text.replace(answer.text, "")
    assert "The picture shows it." not in outside


def test_a_footnote_leads_to_its_source_and_back(mai: Phone) -> None:
    page = read_html(mai.open("/en/tiny/lantern").text)
    mark = page.all("a", "footnote-ref")[0].get("href")[1:]
    back = page.one("a", "footnote-backref").get("href")[1:]
    assert "A source, 2026." in page.by_id(mark).text
    assert page.by_id(back).tag == "sup"


@pytest.mark.parametrize("path", CANONICAL)
def test_a_page_with_an_address_of_its_own_names_itself_and_its_other_languages(
    reader: Phone, path: str
) -> None:
    page = read_html(reader.open(path).text)
    place = path[3:]
    named = {
        (link.get("rel"), link.get("hreflang")): link.get("href")
        for link in page.all("link")
        if link.get("rel") in {"canonical", "alternate"}
    }
    assert named == {
        ("canonical", ""): f"{BASE}{path}",
        ("alternate", "vi"): f"{BASE}/vi{place}",
        ("alternate", "en"): f"{BASE}/en{place}",
        ("alternate", "x-default"): f"{BASE}/vi{place}",
    }
    assert page.switch == {language: f"/{language}{place}" for language in SPOKEN}
    assert not [meta for meta in page.all("meta") if meta.get("name") == "robots"]


@pytest.mark.parametrize("path", CANONICAL)
def test_a_page_with_an_address_of_its_own_is_the_same_for_everyone_and_sets_no_cookie(
    bo: Phone, stranger: Phone, box: Box, path: str
) -> None:
    plain = stranger.open(path)
    bo.press_add(box)
    bo.open("/b/?lang=en")
    assert bo.cookie(ALBUM)
    assert bo.cookie("lang") == "en"
    owned = bo.open(path, headers={"Accept-Language": "en", "User-Agent": "Another"})
    assert owned.data == plain.data
    assert owned.headers["ETag"] == plain.headers["ETag"]
    for answer in (plain, owned, bo.open(path + "?lang=en"), stranger.open(path + "?lang=vi")):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert answer.data == plain.data


@pytest.mark.parametrize("path", CANONICAL)
def test_a_page_that_has_not_changed_is_not_sent_again(reader: Phone, path: str) -> None:
    first = reader.open(path)
    again = reader.open(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == "public, no-cache"
    assert reader.open(path, headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_story_that_was_rewritten_is_sent_again(
    stranger: Phone, write: Callable[[str, str, str], Path]
) -> None:
    first = stranger.open("/en/tiny/lantern")
    write("stories/lantern/en.md", "told to try this page 31", "told anew")
    again = stranger.open("/en/tiny/lantern", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "told anew" in again.text


@pytest.mark.parametrize("path", CANONICAL)
def test_head_answers_as_get_would(reader: Phone, path: str) -> None:
    whole, head = reader.open(path), reader.open(path, method="HEAD")
    assert head.data == b""
    for answer in (whole, head):
        answer.headers.pop("Date", None)
    assert dict(head.headers) == dict(whole.headers)


@pytest.mark.parametrize("path", CANONICAL)
def test_no_code_stands_on_a_page_with_an_address_of_its_own(
    bo: Phone, boxes: tuple[Box, ...], path: str
) -> None:
    for box in boxes:
        bo.press_add(box)
    text = bo.open(path).text
    key = bo.cookie(ALBUM)
    assert key
    for secret in (key, *(box.code for box in boxes)):
        assert secret.lower() not in text.lower()
    assert "/claim" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/vi/tiny/nothing",
        "/vi/other/lantern",
        "/de/tiny/lantern",
        "/vi/tiny/lantern/",
        "/vi/tiny/Lantern",
        "/vi/tiny/..%2flantern",
    ],
)
def test_a_story_that_is_not_there_is_said_to_be_not_there(reader: Phone, path: str) -> None:
    assert reader.open(path).status_code == 404


def test_what_a_story_says_is_shown_and_never_run(
    workspace: Workspace, write: Callable[[str, str, str], Path]
) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    write("stories/lantern/en.md", "title: Lantern", f"title: '{evil}'")
    write("stories/lantern/en.md", "It is told that", f"{evil} [here](javascript:alert(3))")
    write("stories/lantern/en.md", "question: Which", f"question: '{evil}' #")
    write("kits/tiny/lantern/kit.toml", "A picture of a Lantern.", 'A \\"picture\\" onload=x>')
    site = create_app(workspace)
    page = read_html(Phone(site, "en").open("/en/tiny/lantern").text)
    close(site)
    assert page.one("h1").text == evil
    assert [script.get("src") for script in page.all("script")] == [
        "/static/site.js", "", "/static/story.js",
    ]  # fmt: skip
    graph = json.loads(page.all("script")[1].text)["@graph"]
    assert graph[0]["headline"] == evil
    assert [image.get("src") for image in page.all("img")] == [
        "/kits/tiny/lantern/art.svg",
        "/kits/tiny/lantern/map-en.svg",
    ]
    assert page.all("img")[0].get("alt") == 'A "picture" onload=x>'
    assert not [name for element in page.elements for name in element.attributes if name.startswith("on")]
    assert not [link for link in page.links if link.startswith("javascript")]


def test_a_kits_picture_is_an_svg_that_may_do_nothing(stranger: Phone, folder: Path) -> None:
    answer = stranger.open("/kits/tiny/lantern/art.svg")
    assert answer.status_code == 200
    assert answer.data == (folder / "kits" / "tiny" / "lantern" / "art.svg").read_bytes()
    assert answer.content_type == "image/svg+xml"
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    again = stranger.open("/kits/tiny/lantern/art.svg", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/kits/tiny/nothing/art.svg",
        "/kits/other/lantern/art.svg",
        "/kits/tiny/lantern/kit.toml",
        "/kits/tiny/lantern/silhouette.svg",
        "/kits/tiny/../art.svg",
        "/kits/tiny/..%2f..%2fhopke.toml/art.svg",
        "/kits/tiny/%2e%2e/art.svg",
        "/kits/..%2fstories/lantern/art.svg",
        "/kits/tiny/lantern%00/art.svg",
        "/static/../phrases/vi.toml",
        "/static/..%2f..%2f..%2fhopke.toml",
        "/static/%2e%2e/%2e%2e/var/ledger.sqlite3",
        "/static//etc/passwd",
    ],
)
def test_no_address_reaches_any_other_file(reader: Phone, path: str) -> None:
    answer = reader.open(path)
    assert answer.status_code in {308, 404}
    assert b"[landmark]" not in answer.data
    assert b"SQLite" not in answer.data


def test_a_story_says_on_which_day_somebody_else_approved_it_and_nobodys_name(
    stranger: Phone, write: Callable[[str, str, str], Path]
) -> None:
    path = write("stories/bridge/vi.md", "Nguồn.", "Nguồn!")
    path.write_text(approved_words(path.read_text("utf-8"), date(2026, 11, 22)), "utf-8")
    page = stranger.open("/vi/tiny/bridge").get_data(as_text=True)
    assert "người thẩm định khác đọc lại và duyệt ngày 22 tháng 11, 2026" in page
    path.write_text(path.read_text("utf-8") + "\nMột câu viết thêm sau đó.\n", "utf-8")
    assert "chưa được trung tâm di sản duyệt" in stranger.open("/vi/tiny/bridge").get_data(as_text=True)
