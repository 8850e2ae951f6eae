"""Reports: what is kept of one, what is refused, and how the maker reads and settles it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from app.ledger import LedgerError, Report
from app.reach import (
    BESIDE_STORY,
    FAULTS,
    Reach,
    ReportError,
    ReportMissingError,
    Told,
    find_reported,
    list_reports,
    make_report,
    mistakes,
    open_reach,
    places_of,
    settle_report,
)
from app.runs import Station
from app.runs.planning import plan_run
from tests.conftest import CEREMONY, NOW
from tests.web.cast import full_disk

TODAY, TOMORROW = date(2026, 11, 21), date(2026, 11, 22)
PART = Told(kind="part", language="vi", kit="bridge", place="B1", fault="missing")
CODE = Told(kind="code", language="en", fault="unreadable")
TEXT = Told(kind="text", language="vi", kit="bridge", place="Cầu gỗ", fault="fact")


@pytest.fixture
def reach(sealed: Station) -> Iterator[Reach]:
    """Where reports of the station's workspace come in, with connections of its own."""
    opened = open_reach(sealed.workspace)
    yield opened
    opened.ledger.close()


def kept(reach: Reach) -> list[Report]:
    with reach.ledger.reading() as session:
        return list(session.exec(select(Report)))


def numbers(reach: Reach, *, settled: bool = False, kind: str | None = None) -> list[int | None]:
    return [listed.report.id for listed in list_reports(reach, settled=settled, kind=kind)]


# What is kept


def test_a_report_is_kept_with_what_was_told_and_the_day_and_nothing_else(reach: Reach) -> None:
    make_report(reach, replace(PART, run="ty-1", edition="007"), TODAY)
    (report,) = kept(reach)
    assert report.model_dump() == {
        "id": 1, "kind": "part", "kit": "bridge", "run": "TY-1", "edition": 7, "language": "vi",
        "place": "B1", "fault": "missing", "made_on": TODAY, "settled_on": None,
    }  # fmt: skip


def test_a_code_may_be_reported_without_kit_and_box_and_a_run_without_an_edition(reach: Reach) -> None:
    make_report(reach, CODE, TODAY)
    make_report(reach, replace(CODE, kit="fish", run="TY-1"), TODAY)
    assert [(report.kit, report.run, report.edition) for report in kept(reach)] == [
        (None, None, None),
        ("fish", "TY-1", None),
    ]


@pytest.mark.parametrize("told", [PART, CODE, TEXT, replace(PART, run="TY-1", edition="3")])
def test_the_same_report_on_the_same_day_is_kept_once_and_on_another_day_again(
    reach: Reach, told: Told
) -> None:
    for _ in range(3):
        make_report(reach, told, TODAY)
    assert len(kept(reach)) == 1
    make_report(reach, told, TOMORROW)
    assert len(kept(reach)) == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(PART, place="A1"), replace(PART, fault="broken"), replace(PART, kit="lantern", place="A1"),
        replace(PART, run="TY-1"), replace(PART, run="TY-1", edition="4"), TEXT,
    ],
)  # fmt: skip
def test_reports_that_differ_are_each_kept(reach: Reach, other: Told) -> None:
    make_report(reach, PART, TODAY)
    make_report(reach, other, TODAY)
    assert len(kept(reach)) == 2


def test_a_text_is_wrong_in_its_own_language(reach: Reach) -> None:
    make_report(reach, replace(TEXT, place="@riddle"), TODAY)
    make_report(reach, replace(TEXT, place="@riddle", language="en"), TODAY)
    assert [listed.times for listed in list_reports(reach)] == [1, 1]
    make_report(reach, PART, TODAY)
    make_report(reach, replace(PART, language="en"), TODAY)
    assert len(kept(reach)) == 3, "a missing part is missing in every language"


def test_many_phones_at_once_are_kept_once(reach: Reach) -> None:
    gate = threading.Barrier(8)

    def send() -> None:
        gate.wait()
        make_report(reach, PART, TODAY)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept(reach)) == 1


# What is refused


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        (replace(PART, kind="person"), ("kind",)),
        (replace(PART, kind=""), ("kind",)),
        (replace(PART, kit="temple"), ("kit", "place")),
        (replace(PART, kit=""), ("kit", "place")),
        (replace(PART, kit="../fish"), ("kit", "place")),
        (replace(PART, place="Z9"), ("place",)),
        (replace(PART, place=""), ("place",)),
        (replace(PART, place="B1 and my name is Bo"), ("place",)),
        (replace(PART, fault="fact"), ("fault",)),
        (replace(PART, fault=""), ("fault",)),
        (replace(PART, place="", fault=""), ("place", "fault")),
        (replace(PART, run="TY-2"), ("run",)),
        (replace(PART, edition="3"), ("run",)),
        (replace(PART, run="TY-1", edition="17"), ("edition",)),
        (replace(PART, run="TY-1", edition="0"), ("edition",)),
        (replace(PART, run="TY-1", edition="three"), ("edition",)),
        (replace(PART, run="TY-1", edition="9" * 5000), ("edition",)),
        (replace(CODE, kit="temple"), ("kit",)),
        (replace(CODE, place="my name"), ("place",)),
        (replace(CODE, kit="fish", place="A1"), ("place",)),
        (replace(TEXT, place="Wooden Bridge"), ("place",)),
        (replace(TEXT, place="@people"), ("place",)),
    ],
)
def test_what_does_not_exist_is_refused_and_not_kept(
    reach: Reach, told: Told, fields: tuple[str, ...]
) -> None:
    assert mistakes(reach, told) == fields
    with pytest.raises(ReportError) as refusal:
        make_report(reach, told, TODAY)
    assert refusal.value.fields == fields
    assert kept(reach) == []


def test_a_run_of_another_series_is_not_the_kits(reach: Reach) -> None:
    other = replace(reach, catalogue={"other": replace(reach.catalogue["tiny"], id="other")})
    assert mistakes(reach, replace(PART, run="TY-1")) == ()
    assert mistakes(other, replace(PART, run="TY-1")) == ("run",)


def test_a_run_that_is_not_published_yet_is_no_run(station: Station) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    reach = open_reach(station.workspace)
    assert mistakes(reach, replace(PART, run="TY-1")) == ("run",)
    reach.ledger.close()


def test_on_a_full_disk_nothing_is_kept_and_reports_can_be_read(reach: Reach) -> None:
    make_report(reach, PART, TODAY)
    with full_disk():
        with pytest.raises(LedgerError):
            make_report(reach, TEXT, TODAY)
        assert numbers(reach) == [1]
    make_report(reach, TEXT, TODAY)
    assert numbers(reach) == [2, 1]


# What may be named


def test_the_places_of_a_kit_are_its_parts_or_the_headings_of_its_story(reach: Reach) -> None:
    found = find_reported(reach, "bridge")
    assert found
    assert found[0].id == "tiny"
    assert places_of(reach, "part", found[1], "vi") == ("A1", "B1")
    assert places_of(reach, "text", found[1], "vi") == ("Cầu gỗ", *BESIDE_STORY)
    assert places_of(reach, "text", found[1], "en") == ("Wooden Bridge", *BESIDE_STORY)
    assert places_of(reach, "code", found[1], "vi") == ()


def test_a_heading_is_named_as_it_is_read(reach: Reach, write: Callable[[str, str, str], Path]) -> None:
    write("stories/bridge/vi.md", "## Cầu gỗ", "## Cầu *gỗ*, `1900`[^S1] \n\n### Nhỏ\n\n## Chân_cầu")
    found = find_reported(reach, "bridge")
    assert found
    assert places_of(reach, "text", found[1], "vi")[:2] == ("Cầu gỗ, 1900", "Chân_cầu")


def test_every_kind_has_its_faults_and_no_fault_is_of_two_kinds() -> None:
    every = [fault for faults in FAULTS.values() for fault in faults]
    assert len(every) == len(set(every))
    assert set(FAULTS) == {"part", "code", "text"}


# The maker


def test_reports_are_listed_the_newest_first_by_kind_and_with_how_often_they_tell_the_same(
    reach: Reach,
) -> None:
    for told in (PART, replace(PART, run="TY-1", edition="3"), TEXT, CODE):
        make_report(reach, told, TODAY)
    make_report(reach, PART, TOMORROW)
    assert numbers(reach) == [5, 4, 3, 2, 1]
    assert numbers(reach, kind="part") == [5, 2, 1]
    assert [listed.times for listed in list_reports(reach)] == [3, 1, 1, 3, 3]


def test_a_settled_report_is_listed_with_all_only_and_stays_settled_since_its_day(reach: Reach) -> None:
    make_report(reach, PART, TODAY)
    make_report(reach, TEXT, TODAY)
    assert settle_report(reach, 1, TODAY).settled_on == TODAY
    assert settle_report(reach, 1, TOMORROW).settled_on == TODAY
    assert numbers(reach) == [2]
    assert numbers(reach, settled=True) == [2, 1]
    assert numbers(reach, settled=True, kind="part") == [1]


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_report_that_does_not_exist_cannot_be_settled(reach: Reach, number: int) -> None:
    make_report(reach, PART, TODAY)
    with pytest.raises(ReportMissingError, match=f"no report {number}"):
        settle_report(reach, number, TODAY)
    assert kept(reach)[0].settled_on is None
