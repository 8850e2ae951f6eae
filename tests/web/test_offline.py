"""What phones keep: the service worker, the offline page, the manifest and recorded sound."""

import json
import re
import shutil
from pathlib import Path

import pytest

from app.web.offline import HERE, site_version
from tests.recordings import recording
from tests.web.cast import Box, Phone
from tests.web.every_page import LANGUAGES
from tests.web.html import read_html

SOUND = "/stories/lantern/vi.mp3"
WHOLE = recording(seconds=3)


@pytest.fixture
def recorded(folder: Path, bo: Phone) -> Phone:
    """Bo's phone after somebody has recorded the lantern's story in Vietnamese."""
    (folder / "stories/lantern/vi.mp3").write_bytes(WHOLE)
    return bo


def test_the_service_worker_is_asked_for_anew_each_time_and_names_its_version(reader: Phone) -> None:
    answer = reader.open("/sw.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert f'"files-{site_version()}"' in answer.text
    assert "VERSION" not in answer.text
    again = reader.open("/sw.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("part", ["static/site.js", "templates/story.html", "phrases/vi.toml"])
def test_the_version_changes_with_every_file_of_the_site(tmp_path: Path, part: str) -> None:
    copy = tmp_path / "web"
    for name in ("static", "templates", "phrases"):
        shutil.copytree(HERE / name, copy / name)
    before = site_version(copy)
    site_version.cache_clear()
    assert site_version(copy) == before == site_version()
    with (copy / part).open("a") as file:
        file.write("\n")
    site_version.cache_clear()
    assert site_version(copy) != before


def test_the_service_worker_names_no_private_place_but_the_album(reader: Phone) -> None:
    script = re.sub(r"//.*", "", reader.open("/sw.js").text)
    assert '"/album"' in script
    for place in ("/b", "/B", "/swap", "/a/", "/album/", "/r/"):
        assert f'"{place}' not in script
        assert f"`{place}" not in script


def test_every_file_that_the_service_worker_brings_is_there(reader: Phone) -> None:
    (files,) = re.findall(r"const OWN = (\[[^]]+\])", reader.open("/sw.js").text)
    for file in json.loads(files):
        assert reader.open(file).status_code == 200, file
        assert reader.open(file).headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_offline_page_is_kept_out_of_search_and_holds_the_words_for_what_waits(
    reader: Phone, language: str
) -> None:
    page = read_html(reader.open(f"/{language}/offline").text)
    assert [
        meta for meta in page.all("meta") if meta.get("name") == "robots" and meta.get("content") == "noindex"
    ]
    for name in ("waits", "slip", "unkept", "claims", "claim", "other"):
        assert "hidden" in page.by_id(name).attributes
    assert page.by_id("none").text


@pytest.mark.parametrize("place", ["/xx/offline", "/manifest-xx.webmanifest"])
def test_there_is_no_offline_page_nor_manifest_in_an_unknown_language(reader: Phone, place: str) -> None:
    assert reader.open(place).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_names_the_manifest_in_its_language(reader: Phone, language: str) -> None:
    page = read_html(reader.open(f"/{language}/tiny/lantern").text)
    (link,) = [link for link in page.all("link") if link.get("rel") == "manifest"]
    answer = reader.open(link.get("href"))
    assert answer.headers["Content-Type"] == "application/manifest+json"
    told = json.loads(answer.text)
    assert (told["start_url"], told["scope"], told["display"]) == (f"/{language}/", "/", "standalone")
    assert told["lang"] == language
    assert told["id"] == "/"  # one app, whatever the language in which it was put on the home screen
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        picture = reader.open(icon["src"])
        assert picture.status_code == 200
        assert picture.content_type.startswith(icon["type"])


def test_a_scanned_box_names_its_storys_own_address_to_keep(bo: Phone, box: Box) -> None:
    for address in (box.address, "/vi/tiny/lantern"):
        page = read_html(bo.open(address).text)
        marked = [each for each in page.elements if "data-keep" in each.attributes]
        kept = [each.get("data-keep") or each.get("href") for each in marked]
        assert kept == ["/vi/tiny/lantern", "/vi/tiny/lantern/build"]


@pytest.mark.parametrize("place", ["/sw.js", "/vi/offline", "/manifest-vi.webmanifest"])
def test_what_phones_keep_by_itself_sets_no_cookie(reader: Phone, place: str) -> None:
    assert "Set-Cookie" not in reader.open(place).headers


def test_a_recording_is_sent_whole_as_it_is_and_may_be_kept(recorded: Phone) -> None:
    answer = recorded.open(SOUND, headers={"Accept-Encoding": "br, gzip"})
    assert answer.status_code == 200
    assert answer.data == WHOLE
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"]
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=604800"
    assert recorded.open(SOUND, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("part", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=1000-", 1000, None), ("bytes=-10", -10, None)],
)
def test_a_player_gets_the_part_that_it_asks_for(
    recorded: Phone, part: str, first: int, last: int | None
) -> None:
    answer = recorded.open(SOUND, headers={"Range": part, "Accept-Encoding": "br"})
    expected = WHOLE[first:] if last is None else WHOLE[first : last + 1]
    start = first % len(WHOLE)
    assert answer.status_code == 206
    assert answer.data == expected
    assert answer.headers["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(WHOLE)}"
    assert answer.headers["Content-Length"] == str(len(expected))


def test_a_part_of_a_recording_that_has_changed_is_not_mixed_with_the_old(recorded: Phone) -> None:
    etag = recorded.open(SOUND).headers["ETag"]
    same = recorded.open(SOUND, headers={"Range": "bytes=0-9", "If-Range": etag})
    changed = recorded.open(SOUND, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (same.status_code, changed.status_code) == (206, 200)
    assert changed.data == WHOLE


def test_a_part_beyond_the_end_is_refused_with_the_length(recorded: Phone) -> None:
    answer = recorded.open(SOUND, headers={"Range": f"bytes={len(WHOLE)}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(WHOLE)}"


@pytest.mark.parametrize(
    "place",
    [
        "/stories/lantern/en.mp3", "/stories/bridge/vi.mp3", "/stories/nothing/vi.mp3",
        "/stories/lantern/xx.mp3",
        "/stories/../hopke.mp3", "/stories/lantern/..%2F..%2Fhopke.mp3", "/stories/%2e%2e/vi.mp3",
        "/stories/lantern/vi.md",
    ],
)  # fmt: skip
def test_nothing_but_a_recording_of_a_story_is_sent(recorded: Phone, place: str) -> None:
    assert recorded.open(place).status_code == 404


def test_the_copy_of_an_album_says_of_which_day_it_is(bo: Phone) -> None:
    page = read_html(bo.open("/album").text)
    (copy,) = [each for each in page.elements if "data-seen" in each.attributes]
    assert "hidden" in copy.attributes
    assert re.search(r"\d{1,2} tháng \d{1,2}, 20\d\d", copy.text)
    assert " hidden data-seen" in bo.open("/album").text  # as sw.js looks for it
    assert '" hidden data-seen"' in bo.open("/sw.js").text
