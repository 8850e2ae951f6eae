"""A report from the first step to the thanks: chosen, never written, kept once, and nothing about anyone."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.web.cast import Box, Phone, full_disk, ledger_of, rows
from tests.web.every_page import LANGUAGES, SPOKEN
from tests.web.html import Page, read_html

HERE = "/en/help/report"
PART = {"kind": "part", "kit": "bridge", "place": "B1", "fault": "missing"}
CODE = {"kind": "code", "kit": "-", "fault": "unreadable"}
TEXT = {"kind": "text", "kit": "bridge", "place": "Wooden Bridge", "fault": "fact"}


def opened(phone: Phone, path: str) -> Page:
    answer = phone.open(path)
    assert answer.status_code == 200, path
    return read_html(answer.text)


def ways(page: Page) -> list[str]:
    return [link.get("href") for link in page.all("a") if link.inside(tag="main")]


def send(phone: Phone, form: dict[str, str], headers: dict[str, str] | None = None) -> TestResponse:
    return phone.open(HERE, method="POST", form=form, headers=headers)


def kept(folder: Path) -> list[dict[str, Any]]:
    with ledger_of(folder) as ledger:
        cursor = ledger.execute("SELECT * FROM report ORDER BY id")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def inputs(page: Page, name: str) -> list[str]:
    return [field.get("value") for field in page.all("input") if field.get("name") == name]


def problems(answer: TestResponse) -> list[str]:
    page = read_html(answer.text)
    return [item.text for item in page.all("li") if item.inside(css_class="told")]


# The steps


def test_a_missing_part_is_reported_by_choosing_alone(mai: Phone, folder: Path) -> None:
    first = opened(mai, HERE)
    kinds = [way for way in ways(first) if "kind=" in way]
    assert kinds == [f"{HERE}?kind={kind}" for kind in ("part", "code", "text")]
    second = opened(mai, kinds[0])
    kits = [way for way in ways(second) if "kit=" in way]
    assert kits == [f"{HERE}?kind=part&kit={kit}" for kit in ("lantern", "bridge", "fish")], "series order"
    third = opened(mai, kits[1])
    assert inputs(third, "place") == ["A1", "B1"]
    assert inputs(third, "fault") == ["missing", "broken"]
    assert (inputs(third, "kind"), inputs(third, "kit")) == (["part"], ["bridge"])
    answer = send(mai, PART)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{HERE}/thanks?kind=part&kit=bridge&part=B1"
    thanks = opened(mai, answer.headers["Location"])
    text = thanks.one("main").text
    assert "name the part’s code: B1" in text
    assert "ask where you bought the box" in text, "what the maker offers is told at once"
    assert {"/en/tiny/bridge", "/album?lang=en", HERE} <= set(ways(thanks))
    assert len(kept(folder)) == 1


def test_a_code_is_reported_with_the_box_or_without_knowing_even_the_kit(mai: Phone, folder: Path) -> None:
    step = opened(mai, f"{HERE}?kind=code")
    assert f"{HERE}?kind=code&kit=-" in ways(step)
    third = opened(mai, f"{HERE}?kind=code&kit=-")
    assert inputs(third, "kit") == ["-"]
    assert inputs(third, "place") == []
    assert {field.get("name") for field in third.all("input")} == {"kind", "kit", "fault", "run", "edition"}
    assert send(mai, CODE).status_code == 303
    assert send(mai, CODE | {"kit": "fish", "run": " ty-1 ", "edition": "003"}).status_code == 303
    assert [(row["kit"], row["run"], row["edition"]) for row in kept(folder)] == [
        (None, None, None),
        ("fish", "TY-1", 3),
    ]


@pytest.mark.parametrize(("language", "heading"), [("vi", "Cầu gỗ"), ("en", "Wooden Bridge")])
def test_a_text_is_reported_by_its_headings_in_the_pages_language(
    mai: Phone, folder: Path, language: str, heading: str
) -> None:
    here = f"/{language}/help/report"
    page = opened(mai, f"{here}?kind=text&kit=bridge")
    assert inputs(page, "place")[0] == heading
    assert inputs(page, "fault") == ["fact", "word", "picture", "translation", "sound"]
    assert {field.get("name") for field in page.all("input")} == {"kind", "kit", "place", "fault"}
    answer = mai.open(here, method="POST", form=TEXT | {"place": heading, "run": "TY-1", "edition": "3"})
    assert "part=" not in answer.headers["Location"]
    (row,) = kept(folder)
    assert (row["language"], row["place"], row["run"], row["edition"]) == (language, heading, None, None)


@pytest.mark.parametrize("kind", ["part", "code", "text"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_step_has_a_field_for_free_words(reader: Phone, kind: str, language: str) -> None:
    page = opened(reader, f"/{language}/help/report?kind={kind}&kit=bridge")
    assert page.all("textarea") == []
    typed = {field.get("name") for field in page.all("input") if field.get("type") not in {"radio", "hidden"}}
    assert typed <= {"run", "edition"}
    assert all(field.get("maxlength") for field in page.all("input") if field.get("name") in typed)
    radios = [field for field in page.all("input") if field.get("type") == "radio"]
    assert radios
    assert all("required" in field.attributes and field.inside(tag="label") for field in radios)
    assert all(field.inside(tag="fieldset") for field in radios)


# Prefilled


def test_a_report_arrives_prefilled_from_a_box(mai: Phone) -> None:
    first = opened(mai, f"{HERE}?kit=bridge&run=TY-1&edition=3")
    (part, *_) = [way for way in ways(first) if "kind=part" in way]
    third = opened(mai, part)
    assert inputs(third, "kit") == ["bridge"]
    assert (inputs(third, "run"), inputs(third, "edition")) == (["TY-1"], ["3"])
    assert third.all("div", "told") == []


def test_a_prefilled_box_is_kept_while_another_kit_is_chosen(mai: Phone) -> None:
    second = opened(mai, f"{HERE}?kind=part&run=TY-1&edition=3")
    (bridge,) = [way for way in ways(second) if "kit=bridge" in way]
    assert inputs(opened(mai, bridge), "edition") == ["3"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("kind=part&kit=bridge&run=TY-9&edition=3", "There is no such run"),
        ("kind=part&kit=bridge&run=TY-1&edition=17", "no box of this number"),
        ("kind=part&kit=bridge&run=TY-1&edition=x", "no box of this number"),
        ("kind=code&kit=-&run=TY-9", "There is no such run"),
        ("kind=part&kit=temple", "There is no such kit"),
        ("kind=dance", "Choose one of the three"),
    ],
)
def test_what_is_prefilled_wrongly_is_told_before_anything_is_sent(
    reader: Phone, query: str, told: str
) -> None:
    answer = reader.open(f"{HERE}?{query}")
    assert answer.status_code == 200
    (problem,) = problems(answer)
    assert told in problem


def test_what_was_not_asked_yet_is_no_mistake(reader: Phone) -> None:
    for query in (
        "",
        "?kind=part",
        "?kind=text&kit=bridge",
        "?kind=code&kit=-",
        "?kit=bridge",
        "?kit=temple",
    ):
        assert problems(reader.open(HERE + query)) == [], query


# Refused


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"place": ""}, ["Choose a part."]),
        ({"place": "Bo lives here"}, ["Choose a part."]),
        ({"fault": ""}, ["Choose what is the matter."]),
        ({"place": "", "fault": "x"}, ["Choose a part.", "Choose what is the matter."]),
        ({"kit": "temple"}, ["There is no such kit. Choose one from the list."]),
        ({"kind": "person"}, ["Choose one of the three below."]),
        ({"run": "TY-9"}, ["There is no such run of this kit. Compare with the card, or leave it empty."]),
        (
            {"run": "TY-1", "edition": "17"},
            ["That run has no box of this number. Compare with the card, or leave it empty."],
        ),
    ],
)
def test_a_wrong_choice_is_told_and_nothing_is_kept(
    mai: Phone, folder: Path, change: dict[str, str], told: list[str]
) -> None:
    answer = send(mai, PART | change)
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert problems(answer) == told
    assert kept(folder) == []


def test_a_refused_report_keeps_what_was_chosen(mai: Phone) -> None:
    page = read_html(send(mai, PART | {"run": "ty-9", "edition": "3"}).text)
    chosen = [field.get("value") for field in page.all("input") if "checked" in field.attributes]
    assert chosen == ["B1", "missing"]
    assert (inputs(page, "run"), inputs(page, "edition")) == (["ty-9"], ["3"])
    (wrong,) = [field.get("name") for field in page.all("input") if field.get("aria-invalid")]
    assert wrong == "run"
    chosen_so_far = "kind=part&kit=bridge&run=ty-9&edition=3"
    assert page.switch == {tag: f"/{tag}/help/report?{chosen_so_far}" for tag in SPOKEN}


@pytest.mark.parametrize(
    "query", ["", "?kind=code", "?kind=part&kit=bridge&run=TY-1&edition=3", "?kind=code&kit=-"]
)
def test_another_language_shows_the_same_step_of_a_report(mai: Phone, query: str) -> None:
    page = opened(mai, HERE + query)
    assert page.switch == {tag: f"/{tag}/help/report{query}" for tag in SPOKEN}
    other = opened(mai, page.switch["vi"])
    hidden = [(field.get("name"), field.get("value")) for field in page.all("input")]
    assert [(field.get("name"), field.get("value")) for field in other.all("input")] == hidden


def test_a_switch_keeps_nothing_that_was_not_asked_for(reader: Phone) -> None:
    page = opened(reader, f"{HERE}?kind=code&code=ABC&door=2&%22%3E=%3Cb%3E")
    assert page.switch == {tag: f"/{tag}/help/report?kind=code" for tag in SPOKEN}


def test_hostile_words_do_nothing(mai: Phone, folder: Path) -> None:
    hostile = '"><script>alert(1)</script>'
    for field in ("kind", "kit", "place", "fault", "run", "edition"):
        answer = send(mai, PART | {"run": "TY-1"} | {field: hostile})
        assert answer.status_code == 400
        assert "<script>alert" not in answer.text
        assert (
            "<script>alert"
            not in mai.open(f"{HERE}?kind=part&kit=bridge&{field}=%22%3E%3Cscript%3Ealert").text
        )
    assert "<script>" not in mai.open(f"{HERE}/thanks?kind=part&kit=%3Cscript%3E&part=%3Cscript%3E").text
    assert kept(folder) == []


def test_a_report_from_another_site_is_refused(mai: Phone, folder: Path) -> None:
    for site in ("cross-site", "same-site"):
        assert send(mai, PART, {"Sec-Fetch-Site": site}).status_code == 403
    assert kept(folder) == []
    assert send(mai, PART, {"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_looking_at_every_step_keeps_nothing(mai: Phone, folder: Path) -> None:
    for query in (
        "",
        "?kind=part",
        "?kind=part&kit=bridge&place=B1&fault=missing",
        "/thanks?kind=part&kit=bridge",
    ):
        assert mai.open(HERE + query).status_code == 200
    assert kept(folder) == []


def test_there_is_no_report_in_a_language_that_is_not_spoken(mai: Phone, folder: Path) -> None:
    assert mai.open("/xx/help/report", method="POST", form=PART).status_code == 404
    assert kept(folder) == []


# Kept


def test_nothing_about_anyone_is_kept(bo: Phone, box: Box, folder: Path) -> None:
    bo.press_add(box)
    headers = {"User-Agent": "Bo's phone", "Referer": "https://h.example/b/" + box.code}
    assert send(bo, PART | {"run": "TY-1", "edition": "3", "name": "Bo", "words": "my number is 7"}, headers)
    (row,) = kept(folder)
    assert set(row) == {
        "id", "kind", "kit", "run", "edition", "language", "place", "fault", "made_on", "settled_on",
    }  # fmt: skip
    day = row.pop("made_on")
    assert len(day) == len("2026-11-22"), "a day, no hour"
    assert row == {
        "id": 1, "kind": "part", "kit": "bridge", "run": "TY-1", "edition": 3, "language": "en",
        "place": "B1", "fault": "missing", "settled_on": None,
    }  # fmt: skip
    assert rows(folder, "album") == 1, "no album is tied to it"


def test_sending_again_is_thanked_and_kept_once(bo: Phone, mai: Phone, folder: Path) -> None:
    assert {send(phone, PART).status_code for phone in (bo, bo, mai)} == {303}
    assert len(kept(folder)) == 1


def test_an_address_may_send_ten_reports_a_minute_and_others_are_not_held_up(
    bo: Phone, mai: Phone, folder: Path
) -> None:
    for edition in range(1, 11):
        assert send(bo, PART | {"run": "TY-1", "edition": str(edition)}).status_code == 303
    answer = send(bo, PART)
    assert answer.status_code == 429
    assert "Rest for a minute" in answer.text
    assert "code" not in read_html(answer.text).one("h1").text
    assert len(kept(folder)) == 10
    assert bo.open(HERE).status_code == 200
    assert send(mai, PART).status_code == 303


def test_a_refused_report_does_not_count(bo: Phone) -> None:
    for _ in range(12):
        assert send(bo, PART | {"fault": ""}).status_code == 400
    assert send(bo, PART).status_code == 303


def test_on_a_full_disk_a_report_is_told_as_not_written(mai: Phone, folder: Path) -> None:
    with full_disk():
        answer = send(mai, PART)
    assert answer.status_code == 503
    assert "nothing was sent" in answer.text
    assert kept(folder) == []
    assert send(mai, PART).status_code == 303


# Found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_that_does_not_open_leads_to_a_report(reader: Phone, language: str) -> None:
    page = read_html(reader.open(f"/b/?lang={language}").text)
    (way,) = [way for way in ways(page) if "report" in way]
    assert way == f"/{language}/help/report?kind=code"
    assert reader.open(way).status_code == 200


@pytest.mark.parametrize(
    "query", ["", "?kind=part", "?kind=text&kit=bridge&part=B1", "?kind=part&kit=fish&part=Z9", "?kit=../x"]
)
def test_the_thanks_stand_whatever_their_address_says(reader: Phone, query: str) -> None:
    page = opened(reader, f"{HERE}/thanks{query}")
    assert "name the part" not in page.one("main").text.partition("Ask the maker")[0]
    assert HERE in ways(page)
