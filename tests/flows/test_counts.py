"""Numbers of stories: added up by day, and nothing else kept; and reports that say the same, together."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlmodel import select

from app.ledger import Count
from app.reach import Reach, ReportMissingError, Told, list_reports, make_report, open_reach
from app.reach.alike import reports_by_kit, settle_alike
from app.reach.counts import count, days, numbers
from app.workspace import Workspace

TODAY = date(2026, 11, 22)


@pytest.fixture
def reach(workspace: Workspace) -> Iterator[Reach]:
    opened = open_reach(workspace)
    yield opened
    opened.ledger.close()


def times(reach: Reach, kit: str, language: str, what: str) -> tuple[int, ...]:
    return next(
        each.times[what] for each in numbers(reach, TODAY) if (each.kit, each.language) == (kit, language)
    )


def test_what_happens_is_added_up_over_a_week_four_weeks_and_a_year(reach: Reach) -> None:
    for days_ago in (0, 0, 6, 7, 27, 28, 364, 365):
        assert count(reach, "scan", "bridge", "vi", TODAY - timedelta(days=days_ago))
    assert times(reach, "bridge", "vi", "scan") == (3, 5, 7)
    assert times(reach, "bridge", "vi", "read") == times(reach, "bridge", "en", "scan") == (0, 0, 0)


def test_a_day_has_one_number_and_nothing_tells_one_reader_from_another(reach: Reach) -> None:
    for _ in range(3):
        count(reach, "read", "fish", "en", TODAY)
    with reach.ledger.reading() as session:
        (row,) = session.exec(select(Count))
    assert row.model_dump() == {
        "kit": "fish", "language": "en", "what": "read", "day": TODAY, "times": 3,
    }  # fmt: skip
    assert list(days(reach)) == [("2026-11-22", "fish", "en", "read", 3)]


def test_many_at_once_are_all_counted(reach: Reach) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: count(reach, "scan", "bridge", "vi", TODAY), range(40)))
    assert all(done)
    assert times(reach, "bridge", "vi", "scan")[0] == 40


@pytest.mark.parametrize(
    ("what", "kit", "language"),
    [
        ("look", "bridge", "vi"),
        ("scan", "nothing", "vi"),
        ("scan", "bridge", "fr"),
        ("scan", "bridge", "../vi"),
        ("scan", "bridge", "vi.easy"),
        ("", "", ""),
    ],
)
def test_what_is_not_known_is_not_counted(reach: Reach, what: str, kit: str, language: str) -> None:
    assert not count(reach, what, kit, language, TODAY)
    assert list(days(reach)) == []


def test_a_story_that_nobody_opened_has_its_zeros(reach: Reach) -> None:
    assert {(each.kit, each.language) for each in numbers(reach, TODAY)} == {
        (kit, language) for kit in ("bridge", "fish", "lantern") for language in ("vi", "en")
    }


def test_reports_that_say_the_same_stand_together_and_are_settled_together(reach: Reach) -> None:
    word = Told(kind="text", language="vi", kit="bridge", place="Cầu gỗ", fault="word")
    for told, days_ago in ((word, 3), (word, 0), (Told(kind="code", language="vi", fault="taken"), 1)):
        make_report(reach, told, TODAY - timedelta(days=days_ago))
    make_report(reach, Told(kind="text", language="vi", kit="bridge", place="@riddle", fault="fact"), TODAY)
    found = reports_by_kit(reach)
    assert list(found) == ["bridge", None]
    most, other = found["bridge"]
    assert (most.place, most.times, most.first, most.last) == ("Cầu gỗ", 2, date(2026, 11, 19), TODAY)
    assert (other.place, other.times) == ("@riddle", 1)
    assert settle_alike(reach, most.number, TODAY) == 2
    assert len(list_reports(reach)) == 2
    with pytest.raises(ReportMissingError):
        settle_alike(reach, 99, TODAY)
