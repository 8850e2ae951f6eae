"""What stories count, and the studio's pages of numbers and reports."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from tests.web.cast import Desk, Phone, ledger_of, rows, signed_in

SCAN = {"what": "scan", "kit": "bridge", "language": "vi"}


def test_what_happened_is_counted_and_the_answer_says_nothing(bo: Phone, folder: Path) -> None:
    for _ in range(2):
        answer = bo.open("/count", method="POST", form=SCAN)
        assert (answer.status_code, answer.data) == (204, b"")
        assert "Set-Cookie" not in answer.headers
    with ledger_of(folder) as ledger:
        kept = ledger.execute("SELECT * FROM count").fetchall()
    assert kept == [("bridge", "vi", "scan", f"{datetime.now(UTC).date()}", 2)]


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        (SCAN | {"kit": "nothing"}, {}),
        (SCAN | {"language": "fr"}, {}),
        (SCAN | {"language": "../../vi"}, {}),
        (SCAN | {"what": "look"}, {}),
        ({}, {}),
        (SCAN, {"DNT": "1"}),
        (SCAN, {"Sec-GPC": "1"}),
    ],
)
def test_what_is_not_known_or_asks_not_to_be_counted_is_not(
    bo: Phone, folder: Path, form: dict[str, str], headers: dict[str, str]
) -> None:
    assert bo.open("/count", method="POST", form=form, headers=headers).status_code == 204
    assert rows(folder, "count") == 0


def test_another_site_counts_nothing_here(bo: Phone, folder: Path) -> None:
    answer = bo.open("/count", method="POST", form=SCAN, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert rows(folder, "count") == 0


def test_one_address_counts_so_often_a_minute_and_no_more(app: Flask, folder: Path) -> None:
    busy, other = Phone(app, "vi", "198.51.100.1"), Phone(app, "vi", "198.51.100.2")
    told = {busy.open("/count", method="POST", form=SCAN).status_code for _ in range(125)}
    assert told == {204}
    other.open("/count", method="POST", form=SCAN)
    with ledger_of(folder) as ledger:
        assert ledger.execute("SELECT times FROM count").fetchone() == (121,)


def test_opening_a_page_without_its_script_counts_nothing(bo: Phone, folder: Path) -> None:
    bo.open("/vi/tiny/bridge")
    assert rows(folder, "count") == 0


# The studio


@pytest.fixture
def mina(app: Flask) -> Desk:
    return signed_in(app, "Mina", "maker")


def test_the_numbers_are_shown_by_story_and_language_and_sent_as_a_file(mina: Desk, bo: Phone) -> None:
    for what in ("scan", "scan", "read"):
        bo.open("/count", method="POST", form=SCAN | {"what": what})
    page = mina.open("/studio/numbers").text
    assert page.count("<td>2<") == 3
    assert "Whoever opens twice counts twice." in page
    answer = mina.open("/studio/numbers.csv")
    today = f"{datetime.now(UTC).date()}"
    assert answer.text.splitlines() == [
        "day,kit,language,what,times",
        f"{today},bridge,vi,read,1",
        f"{today},bridge,vi,scan,2",
    ]
    assert answer.content_type == "text/csv; charset=utf-8"


def test_reports_stand_by_kit_and_lead_to_the_paragraph(mina: Desk, bo: Phone, folder: Path) -> None:
    said = {"kind": "text", "kit": "bridge", "place": "Cầu gỗ", "fault": "word"}
    assert bo.open("/vi/help/report", method="POST", form=said).status_code == 303
    bo.open("/vi/help/report", method="POST", form=said | {"place": "@riddle"})
    bo.open("/vi/help/report", method="POST", form={"kind": "code", "kit": "-", "fault": "taken"})
    page = mina.open("/studio/reports").text
    assert '“<span lang="vi">Cầu gỗ</span>”' in page
    assert "Kit not known" in page
    link = page.split('href="/studio/bridge/vi/review#', 1)[1].partition('"')[0]
    assert f'id="{link}"' in mina.open("/studio/bridge/vi/review").text
    assert mina.press("/studio/reports/1/settle").status_code == 303
    assert "Cầu gỗ</span>”" not in mina.open("/studio/reports").text
    assert mina.press("/studio/reports/99/settle").status_code == 404
