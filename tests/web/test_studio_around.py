"""Around a text: a translation beside its source, remarks, links for guests, check-ups."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from tests.web.cast import Desk, Phone, everything_in, ledger_of, rows, signed_in
from tests.web.html import read_html

EN, VI = "/studio/bridge/en", "/studio/bridge/vi"


@pytest.fixture
def cai(app: Flask) -> Desk:
    return signed_in(app, "Cai", "curator")


@pytest.fixture
def rev(app: Flask) -> Desk:
    return signed_in(app, "Rev", "reviewer")


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Change a text's file as somebody with a text editor does."""
    path = folder / "stories" / "bridge" / name
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")


def fields_of(desk: Desk, address: str = EN) -> dict[str, str]:
    """Return what the form of the translation's page holds."""
    page = desk.open(f"{address}/translate").text
    page = page[page.index('id="desk"') :]
    found = re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.S)
    hidden = dict(re.findall(r'<input type="hidden" name="(version|began|source)" value="([^"]*)"', page))
    assert set(hidden) == {"version", "began", "source"}
    return {name: unescape(words) for name, words in found} | hidden


def field_with(fields: dict[str, str], words: str) -> str:
    return next(name for name, text in fields.items() if words in text)


# Translations


def test_a_source_that_changed_is_shown_with_the_words_that_went_and_came(cai: Desk, folder: Path) -> None:
    assert "All paragraphs agree." in cai.open(f"{EN}/translate").text
    change(folder, "vi.md", "thử trang này 0.", "thử trang này chín.")
    page = cai.open(f"{EN}/translate").text
    assert "1 paragraph does not agree." in page
    assert "<del>0</del><ins>chín</ins>" in page
    assert page.count("This agrees now") == 1
    assert 'lang="vi"' in page


def test_a_paragraph_that_the_source_never_had_is_called_so_and_not_behind(cai: Desk, folder: Path) -> None:
    fields_of(cai)
    change(folder, "en.md", "## Wooden Bridge\n", "## Wooden Bridge\n\n- For guests only.\n")
    page = cai.open(f"{EN}/translate").text
    assert "1 paragraph was never in the source." in page
    assert "agree." not in page
    assert page.count("It stays, here alone") == 1
    assert "behind" not in cai.open("/studio/").text
    change(folder, "vi.md", '!!! legend "Tương truyền"\n    It is told that this is only a test.\n\n', "")
    page = cai.open(f"{EN}/translate").text
    assert "1 paragraph does not agree. 1 paragraph was never in the source." in page
    assert "No longer in the source" in page
    assert "1 paragraph behind" in cai.open("/studio/").text


def test_what_is_written_beside_the_source_is_the_draft(cai: Desk, folder: Path) -> None:
    fields = fields_of(cai)
    name = field_with(fields, "this page 8.")
    fields[name] = fields[name].replace("this page 8.", "this page eight.")
    answer = cai.press(f"{EN}/translate", fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{EN}/translate?saved=1")
    assert "this page eight." in fields_of(cai)[name]
    assert "this page 8." in (folder / "stories/bridge/en.md").read_text("utf-8")
    with ledger_of(folder) as ledger:
        kept = ledger.execute("SELECT text FROM revision WHERE kind = 'saved'").fetchone()[0]
    assert kept == (folder / "stories/bridge/en.md").read_text("utf-8").replace("page 8.", "page eight.")


def test_the_button_beside_a_paragraph_says_that_it_agrees_and_keeps_what_was_written(
    cai: Desk, folder: Path
) -> None:
    fields_of(cai)
    change(folder, "vi.md", "thử trang này 0.", "thử trang này chín.")
    page = cai.open(f"{EN}/translate").text
    button = re.search(r'name="agrees" value="([^"]+)" formaction="([^"]+)"', page)
    assert button
    fields = fields_of(cai)
    name = field_with(fields, "this page 0.")
    fields[name] = fields[name].replace("this page 0.", "this page nine.")
    assert cai.press(button[2], fields | {"agrees": button[1]}).status_code == 303
    assert "All paragraphs agree." in cai.open(f"{EN}/translate").text
    assert "this page nine." in fields_of(cai)[name]


def test_a_save_over_somebody_elses_keeps_both(cai: Desk, app: Flask) -> None:
    fields = fields_of(cai)
    name = field_with(fields, "this page 8.")
    other = signed_in(app, "Other", "curator", address="192.0.2.31")
    assert other.press(f"{EN}/translate", fields | {name: "Theirs."}).status_code == 303
    answer = cai.press(f"{EN}/translate", fields | {name: "Mine."})
    assert answer.status_code == 409
    assert "Mine." in answer.text
    assert f'action="{EN}/merge"' in answer.text
    assert "Theirs." in fields_of(cai)[name]


SCRIPT = {"X-Requested-With": "fetch"}


def test_a_page_that_saves_by_itself_goes_on_with_its_places_and_loses_no_word(
    cai: Desk, folder: Path
) -> None:
    fields_of(cai)
    change(folder, "vi.md", "## Cầu gỗ\n", "## Cầu gỗ\n\nĐoạn mới.\n")
    before = (folder / "stories/bridge/en.md").read_text("utf-8")
    fields = form = fields_of(cai)
    (new,) = (name for name in fields if name.startswith("n-"))
    first, last = field_with(fields, "this page 0."), field_with(fields, "this page 8.")
    for typed in (
        {new: "New."},
        {new: "New, and on.", first: "Quite other words.\n\nAnd a second paragraph."},
        {new: "New, and on.", first: "Quite other words.\n\nAnd a second one.", last: "The end."},
    ):
        form = form | typed
        answer = cai.press(f"{EN}/translate", form, headers=SCRIPT)
        assert answer.json
        form["version"] = str(answer.json["version"])
    kept = unescape(cai.open(f"{EN}?raw=1").text)
    assert "\n\nNew, and on.\n\nQuite other words.\n\nAnd a second one.\n\n" in kept
    assert kept.count("The end.") == kept.count("New") == kept.count("second") == 1
    whole = before.replace(fields[first], form[first]).replace(fields[last], form[last])
    assert whole.replace("## Wooden Bridge\n", "## Wooden Bridge\n\nNew, and on.\n") in kept


def test_a_page_that_saves_by_itself_is_told_what_keeps_it_from_it(
    cai: Desk, app: Flask, folder: Path
) -> None:
    fields = fields_of(cai)
    name = field_with(fields, "this page 8.")
    other = signed_in(app, "Other", "curator", address="192.0.2.31")
    other.press(f"{EN}/translate", fields | {name: "Theirs."})
    answer = cai.press(f"{EN}/translate", fields | {name: "Mine."}, headers=SCRIPT)
    assert (answer.status_code, answer.json and answer.json["error"]) == (409, "stale-save")
    assert answer.json
    assert "Mine." in answer.json["words"]
    begun = fields_of(cai, "/studio/bridge/fr")
    change(folder, "vi.md", "## Cầu gỗ\n", "## Cầu gỗ\n\n## Mới\n")
    title = next(iter(begun))
    answer = cai.press("/studio/bridge/fr/translate", begun | {title: "Pont"}, headers=SCRIPT)
    assert (answer.status_code, answer.json and answer.json["error"]) == (409, "source")


def test_words_for_a_paragraph_that_left_the_source_are_shown_again(cai: Desk, folder: Path) -> None:
    fields_of(cai)
    change(folder, "vi.md", "## Cầu gỗ\n", "## Cầu gỗ\n\nĐoạn mới.\n")
    fields = fields_of(cai)
    (new,) = (name for name in fields if name.startswith("n-"))
    change(folder, "vi.md", "Đoạn mới.", "Một điều khác hẳn.")
    answer = cai.press(f"{EN}/translate", fields | {new: "Something that took long to write."})
    assert answer.status_code == 409
    assert "Something that took long to write." in answer.text
    assert "Nothing is saved" in answer.text


def test_a_missing_translation_is_begun_without_a_word_of_the_source(cai: Desk, folder: Path) -> None:
    fields = fields_of(cai, "/studio/bridge/fr")
    assert {words for name, words in fields.items() if name != "source"} <= {"", "0"}
    title = next(iter(fields))
    assert cai.press("/studio/bridge/fr/translate", fields | {title: "Pont"}).status_code == 303
    assert fields_of(cai, "/studio/bridge/fr")[title] == "Pont"
    assert not (folder / "stories/bridge/fr.md").exists()


@pytest.mark.parametrize("address", [VI, "/studio/bridge/xx", "/studio/nothing/en", "/studio/bridge/..%2Fen"])
def test_what_is_no_translation_has_no_such_page(cai: Desk, address: str) -> None:
    assert cai.open(f"{address}/translate").status_code == 404


def test_a_broken_front_matter_is_told_and_breaks_nothing(cai: Desk, folder: Path) -> None:
    change(folder, "en.md", "title: ", 'title: "')
    answer = cai.open(f"{EN}/translate")
    assert answer.status_code == 422
    assert "cannot be read" in answer.text


# Remarks


def test_a_remark_is_shown_with_the_words_of_its_paragraph_on_the_desk_and_when_they_changed(
    cai: Desk, rev: Desk, folder: Path
) -> None:
    block = re.search(
        r'id="p-([0-9a-f]{16})">\s*<div class="story" lang="vi"><p>Một câu', rev.open(f"{VI}/review").text
    )
    assert block
    rev.press(f"{VI}/comments", {"block": block[1], "remark": "Where from?"})
    assert "trang này 0." in cai.open(VI).text.partition('class="remarked"')[2]
    change(folder, "vi.md", "trang này 0.", "trang này chín.")
    shown = cai.open(f"{VI}/review").text
    beside = shown.partition("trang này chín.")[2].partition('class="para"')[0]
    assert "Where from?" in beside
    assert "The paragraph has changed since. It was:" in beside
    assert "trang này 0." in beside
    assert "no longer there" not in shown


def test_a_reviewer_remarks_on_a_paragraph_and_a_curator_settles_it(cai: Desk, rev: Desk) -> None:
    page = rev.open(f"{VI}/review").text
    block = re.search(r'id="p-([0-9a-f]{16})">\s*<div class="story" lang="vi"><p>Một câu', page)
    assert block
    answer = rev.press(f"{VI}/comments", {"block": block[1], "remark": "Where <b>from</b>?"})
    assert answer.headers["Location"] == f"{VI}/review#remark-1"
    shown = cai.open(f"{VI}/review").text
    assert "Where &lt;b&gt;from&lt;/b&gt;?" in shown
    assert "1 remark is open." in shown
    assert "/studio/comments/1/remove" not in shown
    assert cai.press("/studio/comments/1/settle").status_code == 303
    assert "1 remark is open." not in cai.open(f"{VI}/review").text
    assert cai.press("/studio/comments/1/remove").status_code == 403
    assert rev.press("/studio/comments/1/remove").status_code == 303


def test_a_remark_that_is_not_kept_is_still_in_its_field(rev: Desk, folder: Path) -> None:
    rev.open(f"{VI}/review")
    answer = rev.press(f"{VI}/comments", {"block": "", "remark": "x" * 2001})
    assert answer.status_code == 400
    assert "x" * 2001 in answer.text
    assert rows(folder, "comment") == 0


# Links for guests


def link_of(desk: Desk, address: str = VI, days: str = "7") -> str:
    page = desk.press(f"{address}/links", {"days": days}).text
    found = re.search(r'<p class="address"><a href="https://h\.example(/preview/[A-Za-z0-9_-]{43})">', page)
    assert found
    return found[1]


def test_a_guest_reads_the_draft_as_buyers_would_and_nothing_else(cai: Desk, app: Flask) -> None:
    link = link_of(cai, EN)
    unchanged = Phone(app, "en").open(link).text
    assert "This text is published." in unchanged
    assert "not published" not in unchanged
    fields = fields_of(cai)
    name = field_with(fields, "this page 8.")
    cai.press(f"{EN}/translate", fields | {name: "Not published at all."})
    answer = Phone(app, "en").open(link)
    assert answer.status_code == 200
    assert "Not published at all." in answer.text
    assert "A draft, not published." in answer.text
    assert 'class="doors"' in answer.text  # the buyer's own page, with its riddle
    assert "/studio" not in answer.text
    assert "Set-Cookie" not in answer.headers
    headers = answer.headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("private, no-store", "no-referrer")
    assert "noindex" in headers["X-Robots-Tag"]


@pytest.mark.parametrize("name", ["vi", "vi.easy"])
def test_every_kind_of_text_has_its_page_for_guests(cai: Desk, app: Flask, name: str) -> None:
    assert Phone(app).open(link_of(cai, f"/studio/bridge/{name}")).status_code == 200


def test_a_bonus_page_has_its_page_for_guests(cai: Desk, app: Flask) -> None:
    assert Phone(app).open(link_of(cai, "/studio/tale/vi")).status_code == 200


def test_a_link_that_ended_looks_like_one_that_never_was(cai: Desk, app: Flask, folder: Path) -> None:
    link = link_of(cai)
    assert cai.press("/studio/links/1/end").headers["Location"] == f"{VI}/review#links"
    ended, unknown = (Phone(app).open(each) for each in (link, f"/preview/{'A' * 43}"))
    assert (ended.status_code, unknown.status_code) == (404, 404)
    assert ended.text.replace(link, "") == unknown.text.replace(f"/preview/{'A' * 43}", "")
    late = link_of(cai)
    with ledger_of(folder) as ledger:
        ledger.execute("UPDATE preview_link SET ends_at = '2026-01-01 00:00:00'")
    assert Phone(app).open(late).status_code == 404


def test_whoever_guesses_links_is_stopped_and_a_right_one_still_opens(cai: Desk, app: Flask) -> None:
    link, thief = link_of(cai), Phone(app, "en", "203.0.113.9")
    told = [thief.open(f"/preview/{number:043d}").status_code for number in range(32)]
    assert (told[:30], told[30:]) == ([404] * 30, [429] * 2)
    assert thief.open(link).status_code == 200


def test_a_link_is_shown_once_and_its_key_is_nowhere_else(cai: Desk, app: Flask, folder: Path) -> None:
    token = link_of(cai).rpartition("/")[2]
    page = cai.open(f"{VI}/review").text
    assert token not in page
    assert "Made by Cai." in page
    assert token not in str(everything_in(folder))


@pytest.mark.parametrize("days", ["0", "31", "x", "", "-1"])
def test_a_link_for_too_long_is_not_made(cai: Desk, folder: Path, days: str) -> None:
    assert cai.press(f"{VI}/links", {"days": days}).status_code == 400
    assert rows(folder, "preview_link") == 0


# Check-ups


def test_a_check_up_is_noted_with_the_day_of_the_next(rev: Desk) -> None:
    due_on = (datetime.now(UTC).date() + timedelta(days=90)).isoformat()
    assert rev.press(f"{VI}/checked", {"due_on": due_on}).status_code == 303
    page = rev.open(f"{VI}/review").text
    assert "by Rev." in page
    assert f"Look again on {date.fromisoformat(due_on):%B} " in page


@pytest.mark.parametrize("due_on", ["2020-01-01", "2126-01-01", "soon"])
def test_a_check_up_that_is_due_on_no_day_ahead_is_not_noted(rev: Desk, folder: Path, due_on: str) -> None:
    assert rev.press(f"{VI}/checked", {"due_on": due_on}).status_code == 400
    assert rows(folder, "check_up") == 0


# All pages


@pytest.mark.parametrize("language", ["vi", "en", "fr", "ja", "ko", "zh"])
@pytest.mark.parametrize(
    "address",
    [f"{EN}/translate", "/studio/fish/ko/translate", f"{VI}/review", "/studio/numbers", "/studio/reports"],
)
def test_the_pages_around_a_text_speak_every_language(cai: Desk, language: str, address: str) -> None:
    answer = cai.open(f"{address}?lang={language}")
    assert answer.status_code == 200
    page = read_html(answer.text)
    assert page.one("html").get("lang") == language
    assert page.problems == []
