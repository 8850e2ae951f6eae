"""A text's way on pages: handed in, sent back, approved, published; its history; two texts side by side."""

import html
import re
from pathlib import Path

import pytest
from flask import Flask

from tests.web.cast import Desk, signed_in

PLACE = "/studio/bridge/vi"


def file_of(folder: Path) -> Path:
    return folder / "stories" / "bridge" / "vi.md"


def version_on(desk: Desk, path: str = PLACE) -> str:
    """Return the version that a page's forms carry."""
    found = re.search(r'name="version" value="(\d+)"', desk.open(path).text)
    assert found
    return found[1]


def keep(desk: Desk, words: str, version: str | None = None) -> int:
    form = {"words": words, "version": version_on(desk) if version is None else version}
    return desk.press(PLACE, form).status_code


def changed(folder: Path, new: str = "## Mới: ") -> str:
    return file_of(folder).read_text("utf-8").replace("## ", new, 1)


def do(desk: Desk, step: str, **form: str) -> str:
    """Press a step's button on the desk, and return the desk that one is led to."""
    answer = desk.press(f"{PLACE}/{step}", {"version": version_on(desk), **form})
    assert answer.status_code == 303, answer.text
    return desk.open(answer.headers["Location"].partition("#")[0]).text


def buttons(desk: Desk) -> set[str]:
    """Return the steps that the desk offers."""
    return set(re.findall(rf'action="{PLACE}/(\w+)"', desk.open(PLACE).text)) - {"preview", "merge"}


def approved(cai: Desk, rev: Desk, words: str) -> None:
    assert keep(cai, words) == 303
    do(cai, "submit")
    do(rev, "approve")


def test_a_text_goes_from_its_writer_by_its_reviewer_into_the_file(
    folder: Path, cai: Desk, rev: Desk
) -> None:
    assert keep(cai, changed(folder)) == 303
    assert buttons(cai) == {"submit", "discard"}
    assert "Đã nộp." in do(cai, "submit")
    assert buttons(rev) == {"approve", "return"}
    assert "Approved. It can be published now." in do(rev, "approve")
    assert buttons(cai) == {"publish", "withdraw", "discard"}
    assert "Đã đăng." in do(cai, "publish")
    assert "## Mới: " in file_of(folder).read_text("utf-8")
    assert "Mới: " in cai.open("/vi/tiny/bridge").text
    assert buttons(cai) == set()


def test_a_text_that_is_sent_back_says_why_and_by_whom(folder: Path, cai: Desk, rev: Desk) -> None:
    keep(cai, changed(folder))
    do(cai, "submit")
    assert "Write what should be changed" in do(rev, "return", why="  ")
    do(rev, "return", why="Năm 1900 <b>hay</b> 1901?")
    page = cai.open(PLACE).text
    assert "Rev trả bài lại:" in page
    assert "Năm 1900 &lt;b&gt;hay&lt;/b&gt; 1901?" in page
    assert "Năm 1900 &lt;b&gt;" in cai.open(f"{PLACE}/history").text


def test_a_text_taken_back_by_its_writer_is_not_called_sent_back(folder: Path, cai: Desk, rev: Desk) -> None:
    keep(cai, changed(folder))
    do(cai, "submit")
    assert "trả bài lại:" not in do(cai, "withdraw")
    page = rev.open(f"{PLACE}/history").text
    assert re.findall(r"<b>([^<]+)</b> <span>Cải", page) == ["Taken back", "Handed in", "Saved"]
    newest = re.findall(rf'href="({PLACE}/history/\d+)"', page)[0]
    assert "Người viết lấy lại · Cải" in cai.open(newest).text


def test_whoever_wrote_is_told_that_somebody_else_approves(app: Flask, folder: Path, cai: Desk) -> None:
    both = signed_in(app, "Both", "curator", "reviewer")
    keep(both, changed(folder))
    do(both, "submit")
    assert buttons(both) == {"withdraw", "discard"}
    assert "You wrote in this text" in both.open(PLACE).text
    review = both.open(f"{PLACE}/review").text
    assert "Let somebody else check it." in review
    assert f'action="{PLACE}/checked"' not in review
    assert "You wrote in this text" in do(both, "approve")
    assert buttons(cai) == {"withdraw", "discard"}


def test_what_is_to_be_mended_is_told_with_its_line_and_paragraph_in_the_readers_language(
    folder: Path, cai: Desk, rev: Desk
) -> None:
    words = changed(folder).replace("summary: Cầu", 'summary: ""\nplace_: Cầu', 1)
    approved(cai, rev, changed(folder) + "\nNăm 1234 có <b>lũ</b>, xem [đây](/vi/no/where).\n")
    page = html.unescape(do(cai, "publish"))
    assert "Chưa đăng: còn chỗ phải sửa." in page
    for said in ("Đoạn này nêu con số mà không có nguồn", "dấu < >", "Đường dẫn /vi/no/where không tới đâu"):
        assert said in page
    assert "Năm 1234 có <b>lũ</b>" in page
    assert re.search(r"dòng \d+", page)
    assert "This paragraph gives a figure and no source" in html.unescape(rev.open(PLACE).text)
    assert keep(cai, words) == 303
    assert "place_" in cai.open(PLACE).text


def test_a_text_in_one_language_alone_needs_a_reason_that_its_history_keeps(
    folder: Path, cai: Desk, rev: Desk
) -> None:
    (folder / "stories" / "bridge" / "en.md").unlink()
    keep(cai, changed(folder))
    assert 'name="alone_because"' in cai.open(PLACE).text
    do(cai, "submit", alone_because="Bản tiếng Anh còn chờ nhà sử học.")
    do(rev, "approve")
    assert "Đã đăng." in do(cai, "publish")
    assert "chờ nhà sử học" in cai.open(f"{PLACE}/history").text


def test_the_reason_for_one_language_is_asked_for_though_the_fields_are_not_right_yet(
    folder: Path, cai: Desk
) -> None:
    (folder / "stories" / "bridge" / "en.md").unlink()
    keep(cai, changed(folder).replace("title: Cầu gỗ\n", ""))
    page = cai.open(PLACE).text
    assert 'name="alone_because"' in page
    assert "Còn 2 chỗ phải sửa" in page


def test_an_older_page_does_not_hand_in_what_somebody_saved_since(folder: Path, cai: Desk) -> None:
    keep(cai, changed(folder))
    old = version_on(cai)
    keep(cai, changed(folder, "## Khác: "))
    answer = cai.press(f"{PLACE}/submit", {"version": old})
    assert "refused=stale" in answer.headers["Location"]
    assert buttons(cai) == {"submit", "discard"}


def test_history_shows_who_did_what_and_what_changed_in_words(folder: Path, cai: Desk, rev: Desk) -> None:
    approved(cai, rev, changed(folder))
    do(cai, "publish")
    page = rev.open(f"{PLACE}/history").text
    states = re.findall(rf'href="({PLACE}/history/\d+)"><b>([^<]+)</b> <span>([^<]*)<time', page)
    assert [(kind, who.strip(" ·")) for _, kind, who in states] == [
        ("Published", "Cải"),
        ("Approved", "Rev"),
        ("Handed in", "Cải"),
        ("Saved", "Cải"),
        ("Changed outside the studio", ""),
    ]
    who = "The published text was written by Cải. Approved by Rev. Published by Cải."
    assert f"<p>{who}</p>" in page
    path = folder / "stories" / "bridge" / "vi.md"
    path.write_text(path.read_text("utf-8") + "\nCâu ở ngoài.\n", "utf-8")
    assert f"<p>{who} It was changed outside the studio since.</p>" in rev.open(f"{PLACE}/history").text
    assert "was written by" not in rev.open("/studio/bridge/en/history").text
    links = [link for link, _, _ in states]
    shown = rev.open(links[3]).text
    assert re.search("<ins>[^<]*Mới", shown)
    assert "<del>" not in shown
    assert rev.open(f"{PLACE}/history/999999").status_code == 404
    assert rev.open("/studio/bridge/en/history/" + links[3].rpartition("/")[2]).status_code == 404


def test_an_earlier_text_is_brought_back_as_the_draft(folder: Path, cai: Desk) -> None:
    keep(cai, changed(folder, "## A: "))
    keep(cai, changed(folder, "## B: "))
    links = re.findall(rf'href="({PLACE}/history/\d+)"', cai.open(f"{PLACE}/history").text)
    page = cai.open(links[1]).text
    (revision,) = re.findall(r'name="revision" value="(\d+)"', page)
    assert "Bản cũ đã thành bản nháp." in do(cai, "restore", revision=revision)
    assert "## A: " in cai.open(f"{PLACE}?raw=1").text
    assert "## B: " in cai.open(links[0]).text
    assert cai.press(f"{PLACE}/restore", {"version": "1", "revision": "999"}).status_code == 404


def test_two_who_save_at_once_see_both_texts_and_choose(app: Flask, folder: Path, cai: Desk) -> None:
    both = signed_in(app, "Both", "curator", language="en")
    version = version_on(cai)
    begun = file_of(folder).read_text("utf-8")
    first, last = "trang này 0.", "It is told that this is only a test."
    keep(cai, begun.replace(first, "trang này không."), version)
    mine = begun.replace(first, "trang này KHÔNG.").replace(last, "It is told otherwise.")
    assert keep(both, mine, version) == 409
    page = both.press(f"{PLACE}/merge", {"version": version, "words": mine})
    assert page.status_code == 200
    assert "1 place for you to choose" in page.text
    shown = re.search(r'name="shown" value="([^"]+)"', page.text)
    (take,) = set(re.findall(r'name="(take-\d+)"', page.text))
    form = {"version": version, "words": mine, "shown": shown[1] if shown else ""}
    unchosen = both.press(f"{PLACE}/merge", form)
    assert (unchosen.status_code, "Something is not chosen yet." in unchosen.text) == (400, True)
    done = both.press(f"{PLACE}/merge", {**form, take: "theirs"})
    assert done.status_code == 303
    kept = html.unescape(both.open(f"{PLACE}?raw=1").text)
    assert "trang này không." in kept
    assert "It is told otherwise." in kept
    again = both.press(f"{PLACE}/merge", {**form, take: "theirs"})
    assert (again.status_code, "The text has changed once more." in again.text) == (409, True)


def test_a_file_changed_on_disk_is_joined_with_the_draft(folder: Path, cai: Desk, rev: Desk) -> None:
    approved(cai, rev, changed(folder))
    path = file_of(folder)
    path.write_text(path.read_text("utf-8").replace("only a test", "only a trial"), "utf-8")
    assert "Hãy xem cả hai bản." in do(cai, "publish")
    page = cai.open(f"{PLACE}/merge").text
    assert "0 chỗ bạn phải chọn" in page
    assert "<ins>trial</ins>" in page
    shown = re.search(r'name="shown" value="([^"]+)"', page)
    done = cai.press(f"{PLACE}/merge", {"version": "1", "shown": shown[1] if shown else ""})
    assert done.headers["Location"].endswith("done=merge#steps")
    do(cai, "submit")
    do(rev, "approve")
    assert "Đã đăng." in do(cai, "publish")
    words = path.read_text("utf-8")
    assert "only a trial" in words
    assert "## Mới: " in words
    assert cai.open(f"{PLACE}/merge").status_code == 303


@pytest.mark.parametrize("step", ["submit", "withdraw", "approve", "return", "publish", "discard", "restore"])
def test_a_step_that_has_no_draft_to_go_on_says_how_the_text_stands(
    app: Flask, step: str, folder: Path
) -> None:
    both = signed_in(app, "Both", "curator", "reviewer")
    before = file_of(folder).read_bytes()
    answer = both.press(f"{PLACE}/{step}", {"version": "1", "why": "x", "revision": "999"})
    assert answer.status_code == (404 if step == "restore" else 303)
    if step != "restore":
        assert "no longer at that step" in both.open(answer.headers["Location"].partition("#")[0]).text
    assert file_of(folder).read_bytes() == before
