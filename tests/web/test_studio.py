"""The desk and the board without a script: everything works by links and buttons alone."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.editing import find_text
from app.editing.drafts import LONGEST_TEXT, open_text
from app.editing.front import fields
from app.editing.reviewing import send_back, submit
from app.web.studio import studio
from tests.web.cast import Desk, rows, signed_in
from tests.web.html import read_html
from tests.web.validators import html_validate

BRIDGE = "/studio/bridge/vi"
SCRIPT = {"X-Requested-With": "fetch"}
Pairs = list[tuple[str, str]]


class _Form(HTMLParser):
    """Reads what a browser would send of the desk's form."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: Pairs = []
        self.open, self.templates = False, 0
        self.area, self.typed = "", ""
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: text or "" for name, text in attrs}
        if tag == "form":
            self.open = own.get("id") == "desk"
        self.templates += tag == "template"
        if not self.open or self.templates:
            return
        name = own.get("name", "")
        if tag == "input" and name and (own.get("type") != "radio" or "checked" in own):
            self.pairs.append((name, own.get("value", "")))
        if tag == "textarea":
            self.area, self.typed = name, ""
        if tag == "select":
            self.select = name
            self.pairs.append((name, ""))
        if tag == "option" and "selected" in own:
            self.typed, self.area = "", "option"

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = False
        self.templates -= tag == "template"
        if tag == "textarea" and self.area:
            self.pairs.append((self.area, self.typed.removeprefix("\n").replace("\n", "\r\n")))
            self.area = ""
        if tag == "option" and self.area == "option":
            self.pairs[-1] = (self.select, self.typed)
            self.area = ""

    def handle_data(self, data: str) -> None:
        self.typed += data if self.area else ""


def form_of(answer: TestResponse) -> Pairs:
    """Return what a browser would send of the desk's form."""
    form = _Form()
    form.feed(answer.text)
    assert dict(form.pairs)["version"].isdecimal()
    return form.pairs


def send(
    desk: Desk, pairs: Pairs, path: str = BRIDGE, *, headers: Mapping[str, str] | None = None, **typed: str
) -> TestResponse:
    """Send the desk's form with these fields changed."""
    named = {name.replace("__", "."): text for name, text in typed.items()}
    kept = [(name, named.pop(name, text)) for name, text in pairs]
    body = urlencode([*kept, *named.items()]).encode()
    fetched = {"Sec-Fetch-Site": "same-origin", **(headers or {})}
    return desk.open(path, method="POST", body=body, headers=fetched)


def file_of(folder: Path, name: str = "bridge/vi") -> str:
    return (folder / "stories" / f"{name}.md").read_text("utf-8")


def words_of(desk: Desk, path: str = BRIDGE) -> str:
    """Return the whole file as the desk shows it."""
    return dict(form_of(desk.open(f"{path}?raw=1")))["words"].replace("\r\n", "\n")


def test_a_text_is_written_saved_and_found_again(folder: Path, cai: Desk) -> None:
    before = file_of(folder)
    form = form_of(cai.open(BRIDGE))
    answer = send(cai, form, title="Cầu mới: “đẹp”", timeline__1__what="Sơn lại # xanh")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{BRIDGE}?saved=1")
    again = dict(form_of(cai.open(BRIDGE)))
    assert again["title"] == "Cầu mới: “đẹp”"
    assert again["timeline.1.what"] == "Sơn lại # xanh"
    assert int(again["version"]) == int(dict(form)["version"]) + 1
    assert file_of(folder) == before  # nothing is published by saving
    changed = set(words_of(cai).splitlines()) - set(before.splitlines())
    assert all(line.startswith(("title: ", "  - {when: ")) for line in changed)


def test_saving_an_unchanged_form_keeps_nothing_new(folder: Path, cai: Desk) -> None:
    form = form_of(cai.open(BRIDGE))
    kept = rows(folder, "revision")
    assert send(cai, form).status_code == 303
    assert (rows(folder, "revision"), rows(folder, "draft")) == (kept, 0)
    assert words_of(cai) == file_of(folder)


def test_looking_changes_nothing_that_anybody_would_name(folder: Path, cai: Desk) -> None:
    for path in ("/studio/", BRIDGE, f"{BRIDGE}?raw=1", f"{BRIDGE}/preview"):
        assert cai.open(path).status_code == 200
    assert (rows(folder, "draft"), rows(folder, "presence")) == (0, 0)


def test_rows_come_and_go_by_buttons_and_everything_typed_stays(folder: Path, cai: Desk) -> None:
    form = form_of(cai.open(BRIDGE))
    page = send(cai, form, title="Chưa lưu", body="Đang viết dở", do="add.timeline")
    assert page.status_code == 200
    grown = form_of(page)
    assert dict(grown)["title"] == "Chưa lưu"
    assert dict(grown)["body"] == "Đang viết dở"
    assert dict(grown)["timeline.2.when"] == ""
    assert rows(folder, "draft") == 0
    fewer = form_of(send(cai, grown, timeline__2__when="2000", timeline__2__what="Mới", do="drop.timeline.0"))
    assert dict(fewer)["timeline.1.when"] == "2000"
    assert send(cai, fewer).status_code == 303
    assert [row["when"] for row in fields(words_of(cai)).rows["timeline"]] == ["1950", "2000"]


def test_somebody_elses_save_is_never_overwritten_and_nothing_typed_is_lost(app: Flask, cai: Desk) -> None:
    lan = signed_in(app, "Lan", "curator", language="en", address="192.0.2.77")
    mine, theirs = form_of(cai.open(BRIDGE)), form_of(lan.open(BRIDGE))
    assert send(lan, theirs, title="Của Lan").status_code == 303
    refused = send(cai, mine, title="Của Cải", body="Chữ của Cải")
    assert refused.status_code == 409
    assert f'action="{BRIDGE}/merge"' in refused.text.partition("<template")[0]
    assert refused.text.count("Chữ của Cải") == 2  # in the form, and in what is carried to the merge page
    assert dict(form_of(refused))["title"] == "Của Cải"
    assert dict(form_of(lan.open(BRIDGE)))["title"] == "Của Lan"
    told = send(cai, mine, headers=SCRIPT, title="Của Cải")
    assert told.status_code == 409
    assert "title: Của Cải" in json.loads(told.text)["words"]
    assert "Của Lan" not in told.text  # what Cải began from, with her own changes alone


def test_the_same_words_sent_twice_are_kept_once(cai: Desk) -> None:
    form = form_of(cai.open(BRIDGE))
    first = json.loads(send(cai, form, headers=SCRIPT, title="Hai lần").text)["version"]
    assert json.loads(send(cai, form, headers=SCRIPT, title="Hai lần").text)["version"] == first


def test_a_script_is_told_when_the_session_is_over_and_when_the_token_is(app: Flask, cai: Desk) -> None:
    form = form_of(cai.open(BRIDGE))
    stale = send(cai, [pair for pair in form if pair[0] != "csrf_token"], headers=SCRIPT, title="x")
    assert stale.status_code == 400
    assert json.loads(stale.text)["csrf_token"]
    cai.press("/studio/sign-out")
    over = send(cai, form, headers=SCRIPT, title="x")
    assert (over.status_code, json.loads(over.text)["error"]) == (401, "signed-out")


def test_makers_and_reviewers_read_and_do_not_write(mina: Desk, rev: Desk, cai: Desk) -> None:
    form = form_of(cai.open(BRIDGE))
    for desk in (mina, rev):
        page = desk.open(BRIDGE)
        assert page.status_code == 200
        assert 'type="submit">Save' not in page.text
        assert "Others write in it" in page.text
        own = [(name, text) for name, text in form if name != "csrf_token"]
        assert send(desk, [*own, ("csrf_token", desk.token)], title="x").status_code == 403


@pytest.mark.parametrize("path", ["/studio/bridge/xx", "/studio/nothing/vi", "/studio/bridge/vi.chase",
                                  "/studio/..%2Fbridge/vi", "/studio/bridge/vi.md"])  # fmt: skip
def test_there_is_no_desk_for_what_is_no_text(cai: Desk, path: str) -> None:
    for address in (path, f"{path}/preview"):
        assert cai.open(address).status_code == 404


def test_a_broken_front_matter_is_told_and_mended_in_the_whole_file(folder: Path, cai: Desk) -> None:
    path = folder / "stories" / "bridge" / "vi.md"
    good = path.read_text("utf-8")
    path.write_text(good.replace("title: ", "title: [", 1), "utf-8")
    page = cai.open(BRIDGE)
    assert page.status_code == 200
    form = form_of(page)
    assert {name for name, _ in form} == {"csrf_token", "version", "words"}
    assert "not YAML" in page.text
    assert send(cai, form, words=good.replace("\n", "\r\n")).status_code == 303
    assert words_of(cai) == good


def test_a_text_that_nobody_has_begun_is_begun(folder: Path, cai: Desk) -> None:
    path = "/studio/bridge/fr"
    form = form_of(cai.open(path))
    assert [name for name, _ in form if name.startswith("facts.")] != []
    assert send(cai, form, path, title="Le pont", body="Un pont.").status_code == 303
    assert words_of(cai, path) == "---\ntitle: Le pont\nuncertain: []\n---\nUn pont.\n"
    preview = cai.open(f"{path}/preview")
    assert "Le pont" in preview.text
    assert not (folder / "stories" / "bridge" / "fr.md").exists()


def test_a_layer_and_a_bonus_page_have_their_own_short_form(cai: Desk) -> None:
    for path in ("/studio/bridge/vi.easy", "/studio/tale/vi", "/studio/tale/en.chase"):
        form = form_of(cai.open(path))
        assert [name for name, _ in form if "riddles" in name or "facts" in name or name == "place"] == []
        assert send(cai, form, path, title="Khác").status_code == 303
        assert "Khác" in cai.open(f"{path}/preview").text


def test_a_fault_of_the_front_matter_is_told_in_the_readers_language_with_its_place(cai: Desk) -> None:
    raw = form_of(cai.open(f"{BRIDGE}?raw=1"))
    words = dict(raw)["words"].replace("title: Cầu gỗ", "title: Cầu: gỗ", 1)
    send(cai, raw, words=words)
    page = read_html(cai.open(BRIDGE).text).by_id("fault").text
    line = words.splitlines().index("title: Cầu: gỗ") + 1
    assert f"Hãy xem dòng {line}, ký tự thứ 11, và cả dòng ngay trên nó." in page
    assert "dấu hai chấm" in page
    send(cai, form_of(cai.open(BRIDGE)), words="---\ntitle: Cầu\n")
    page = read_html(cai.open(BRIDGE).text).by_id("fault").text
    assert "ba gạch nối (---)" in page
    assert "dòng 0" not in page
    send(cai, form_of(cai.open(BRIDGE)), words=dict(raw)["words"])
    assert read_html(cai.open(BRIDGE).text).by_id("fault").text.strip() == ""


def test_the_preview_is_the_buyers_page_and_says_that_it_is_none(cai: Desk, app: Flask) -> None:
    form = form_of(cai.open(BRIDGE))
    typed = send(cai, form, f"{BRIDGE}/preview", title="Chỉ xem thử", body="Một câu.[^S1]")
    assert typed.status_code == 200
    page = read_html(typed.text)
    assert page.one("h1").text == "Chỉ xem thử"
    assert "Người đọc vẫn thấy bài đã đăng." in typed.text
    assert page.all("script") == []
    assert "frame-ancestors 'self'" in typed.headers["Content-Security-Policy"]
    assert typed.headers["Cache-Control"] == "private, no-store"
    saved = cai.open(f"{BRIDGE}/preview")
    assert "Chỉ xem thử" not in saved.text
    told = json.loads(send(cai, form, f"{BRIDGE}/preview", headers=SCRIPT, body="Một hai. Ba.").text)
    assert told["measured"] == "3 tiếng. Mỗi câu chừng 1,5 tiếng."
    assert "Một hai. Ba." in told["page"]


def test_the_preview_says_whether_readers_have_it_just_so_otherwise_or_not_at_all(cai: Desk) -> None:
    form = form_of(cai.open(BRIDGE))
    assert "Bài đang đăng đúng như thế này." in cai.open(f"{BRIDGE}/preview").text
    assert "Bài đang đăng đúng như thế này." in send(cai, form, f"{BRIDGE}/preview").text
    send(cai, form, title="Tên khác")
    page = cai.open(f"{BRIDGE}/preview").text
    assert "Người đọc vẫn thấy bài đã đăng." in page
    assert "Bài đang đăng" not in page
    assert "Bản xem thử, chưa đăng." in cai.open("/studio/bridge/fr/preview").text


def test_a_text_too_hard_to_render_is_told_and_the_desk_stays_up(cai: Desk) -> None:
    form = form_of(cai.open(BRIDGE))
    heavy = send(cai, form, f"{BRIDGE}/preview", body="[" * 20_000)
    assert heavy.status_code in {200, 422}
    assert cai.open(BRIDGE).status_code == 200


def test_raw_html_in_a_preview_does_nothing(cai: Desk) -> None:
    form = form_of(cai.open(BRIDGE))
    page = send(cai, form, f"{BRIDGE}/preview", body="<script>alert(1)</script><img src=x onerror=alert(1)>",
                title="<script>alert(2)</script>")  # fmt: skip
    assert read_html(page.text).all("script") == []
    assert "onerror" not in page.text


def test_a_long_vietnamese_text_is_kept_and_one_too_long_is_told_with_its_words(cai: Desk) -> None:
    form = form_of(cai.open(BRIDGE))
    long = "Chữ dài mãi không thôi. " * 2000
    assert send(cai, form, body=long).status_code == 303
    refused = send(cai, form_of(cai.open(BRIDGE)), body="x" * (LONGEST_TEXT + 1))
    assert refused.status_code == 413
    assert "x" * 1000 in dict(form_of(refused))["body"]
    faulty = "---\ntitle: [\n---\n" + "x" * (LONGEST_TEXT + 1)
    refused = send(cai, form_of(cai.open(f"{BRIDGE}?raw=1")), words=faulty)
    assert refused.status_code == 413
    assert "x" * 1000 in dict(form_of(refused))["words"]


def test_who_else_is_here_is_told(app: Flask, cai: Desk) -> None:
    lan = signed_in(app, "Lan", "curator", language="en", address="192.0.2.77")
    assert json.loads(lan.press(f"{BRIDGE}/here").text)["others"] == ""
    told = json.loads(cai.press(f"{BRIDGE}/here").text)
    assert told["others"] == "Cũng đang ở đây: Lan"
    assert told["version"] == int(dict(form_of(cai.open(BRIDGE)))["version"])
    assert "Cũng đang ở đây: Lan" in cai.open(BRIDGE).text
    assert "Cũng đang ở đây: Lan" in cai.open("/studio/").text


# The board


def test_the_board_shows_every_text_and_where_it_stands(cai: Desk) -> None:
    page = cai.open("/studio/")
    assert page.text.count("đã đăng") >= 8
    assert "Không có gì đang chờ bạn." in page.text
    assert "/studio/bridge/fr" not in page.text
    assert "/studio/bridge/fr" in cai.open("/studio/?all=1").text
    send(cai, form_of(cai.open(BRIDGE)), title="Nháp")
    assert "bản nháp" in cai.open("/studio/").text


def test_the_board_says_first_what_waits_for_whoever_looks(app: Flask, cai: Desk, rev: Desk) -> None:
    send(cai, form_of(cai.open(BRIDGE)), title="Xem giúp")
    with app.test_request_context():
        text = find_text(studio(), "bridge", "vi")
        version = open_text(studio(), text, 1, datetime.now(UTC)).version
        submit(studio(), text, 1, version=version, now=datetime.now(UTC))
        waiting = read_html(rev.open("/studio/").text)
        assert waiting.links.count(BRIDGE) == 2
        assert read_html(cai.open("/studio/").text).links.count(BRIDGE) == 1
        send_back(studio(), text, 2, version=version, now=datetime.now(UTC), why="Thiếu nguồn ở đoạn hai.")
    assert "Thiếu nguồn ở đoạn hai." in cai.open("/studio/").text
    assert read_html(rev.open("/studio/").text).links.count(BRIDGE) == 1


def test_a_file_changed_on_disk_is_marked_on_the_board(folder: Path, cai: Desk) -> None:
    cai.open(BRIDGE)
    send(cai, form_of(cai.open(BRIDGE)), title="Nháp")
    assert "đã đổi ở ngoài" not in cai.open("/studio/").text
    path = folder / "stories" / "bridge" / "vi.md"
    path.write_text(path.read_text("utf-8").replace("1900", "1901"), "utf-8")
    assert "đã đổi ở ngoài" in cai.open("/studio/").text
    assert "bị người khác sửa" in cai.open(BRIDGE).text


# Every page


@pytest.mark.parametrize("language", ["vi", "en", "fr", "ja", "ko", "zh"])
def test_every_page_of_the_desk_is_well_formed_in_every_language(cai: Desk, language: str) -> None:
    for path in ("/studio/", BRIDGE, f"{BRIDGE}?raw=1", "/studio/bridge/en.easy", "/studio/tale/vi"):
        answer = cai.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer.status_code == 200
        page = read_html(answer.text)
        assert page.problems == [], path
        assert "style=" not in answer.text.replace("stylesheet", "")
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_every_page_of_the_desk_is_valid_html(app: Flask, cai: Desk, rev: Desk, tmp_path: Path) -> None:
    mine = form_of(cai.open(BRIDGE))
    lan = signed_in(app, "Lan", "curator", address="192.0.2.77")
    send(lan, form_of(lan.open(BRIDGE)), title="Của Lan")
    answers = {
        "board": cai.open("/studio/?all=1"),
        "desk": cai.open(BRIDGE),
        "desk in Japanese": cai.open(f"{BRIDGE}?lang=ja"),
        "whole file": cai.open(f"{BRIDGE}?raw=1"),
        "layer": cai.open("/studio/bridge/en.easy"),
        "read only": rev.open("/studio/lantern/vi"),
        "stale": send(cai, mine, title="Của Cải"),
        "preview": cai.open(f"{BRIDGE}/preview"),
        "preview of a bonus page": cai.open("/studio/tale/en/preview"),
    }
    assert html_validate({name: answer.text for name, answer in answers.items()}, tmp_path) == []
