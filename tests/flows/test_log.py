"""The log of everything a maker does: unbroken, in agreement with the ledger, and it tells of no box."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from app.core.log import FIRST_PREVIOUS, LogError
from app.ledger import LogEntry
from app.runs import Station, open_station
from app.runs.life import seal_run
from app.runs.log import log_of, read_log, verify_log
from app.runs.marks import spoil, void
from app.runs.orders import Order
from app.runs.planning import plan_run
from app.runs.printing import print_run
from app.workspace import find_workspace
from tests.conftest import DICE, NOW
from tests.press.ordered import committed, drawn, order_of
from tests.test_schema import ledger_at


@pytest.fixture(scope="module")
def printed_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose run of 16 boxes was printed, spoiled and voided in part, to be copied."""
    folder = tmp_path_factory.mktemp("printed") / "tiny"
    station = drawn(committed(folder), DICE)
    order_of(station, "insert", "label")
    spoil(station, "TY-1", "2,5", NOW)
    void(station, "TY-1", "7", NOW)
    station.ledger.close()
    return folder


@pytest.fixture
def printed(printed_before: Path, tmp_path: Path) -> Iterator[Station]:
    copy = shutil.copytree(printed_before, tmp_path / "printed")
    station = open_station(find_workspace(str(copy)))
    yield station
    station.ledger.close()


def texts(station: Station) -> list[str]:
    with station.ledger.reading() as session:
        return read_log(session)


def test_everything_that_is_done_to_a_run_is_told_in_order(printed: Station) -> None:
    told = [(entry.did, entry.told) for entry in verify_log(printed).entries]
    assert [did for did, _ in told] == [
        "planned", "committed", "sealed", "printed", "printed", "spoiled", "voided",
    ]  # fmt: skip
    assert told[3:] == [
        ("printed", {"boxes": 16, "thing": "insert"}),
        ("printed", {"boxes": 16, "thing": "label"}),
        ("spoiled", {"boxes": 2, "thing": "insert"}),
        ("voided", {"boxes": 1}),
    ]
    assert [entry.number for entry in log_of(printed, "TY-1")] == [1, 2, 3, 4, 5, 6, 7]


def test_a_practice_print_is_no_deed(sealed: Station) -> None:
    before = texts(sealed)
    order = Order(things=("insert",), practice_url="http://192.168.1.20:8000")
    print_run(sealed, "TY-1", order, now=NOW, progress=lambda *_: None)
    assert texts(sealed) == before


def test_a_step_that_is_refused_leaves_no_entry(sealed: Station) -> None:
    before = texts(sealed)
    with pytest.raises(Exception, match="sealed"):
        seal_run(sealed, "TY-1", beacon_value=DICE, now=NOW)
    assert texts(sealed) == before


def test_each_entry_carries_the_hash_of_the_one_before(printed: Station) -> None:
    fields = [json.loads(entry) for entry in texts(printed)]
    assert fields[0]["previous"] == FIRST_PREVIOUS
    digests = [entry.digest.hex() for entry in verify_log(printed).entries]
    assert [each["previous"] for each in fields[1:]] == digests[:-1]
    assert verify_log(printed).head == digests[-1]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM log_entry WHERE number = 4", "one is missing"),
        ("DELETE FROM log_entry WHERE number = 7", "another number of boxes is told to be voided"),
        (
            "UPDATE log_entry SET text = replace(text, '\"boxes\":2', '\"boxes\":1') WHERE number = 6",
            "Entry 7",
        ),
        (
            "UPDATE log_entry SET text = replace(text, '\"boxes\":1', '\"boxes\":2') WHERE number = 7",
            "voided",
        ),
        ("DELETE FROM print_mark WHERE kind = 'spoiled'", "told to be spoiled"),
        ("UPDATE run SET contents_root = zeroblob(32)", "its root is another"),
        (
            "UPDATE run SET manifest = replace(manifest, '\"boxes\":16', '\"boxes\":20')",
            "its manifest is another",
        ),
        ("DELETE FROM log_entry", "it has no entry"),
        ("UPDATE run SET on_sale_at = '2026-11-22 10:00:00'", "on sale"),
    ],
)
def test_what_is_changed_past_the_program_is_noticed(printed: Station, statement: str, told: str) -> None:
    with printed.ledger.writing() as session:
        session.connection().exec_driver_sql(statement)
    with pytest.raises(LogError, match=told):
        verify_log(printed)


def test_one_log_runs_through_all_runs_of_a_maker(printed: Station) -> None:
    plan_run(printed, "tiny", boxes=16, now=NOW, run_id="TY-2")
    log = verify_log(printed)
    assert (log.entries[-1].number, log.entries[-1].run, log.entries[-1].did) == (8, "TY-2", "planned")
    assert len(log_of(printed, "TY-2")) == 1


def test_the_log_of_an_older_ledger_begins_with_what_its_runs_had_come_to(folder: Path) -> None:
    path = find_workspace(str(folder)).ledger
    with ledger_at(path, "0003") as connection:
        connection.execute(
            text(
                "INSERT INTO run (id, maker, series, boxes, case_size, kits, beacon_kind, "
                "beacon_description, beacon_pattern, base_url, planned_at, number, manifest, "
                "committed_at) VALUES "
                "('TY-1', 'tiny', 'tiny', 16, 4, '[]', 'none', '', '', 'https://h.example', '2026-11-01', 1, "
                "'{}', '2026-11-02')"
            )
        )
    station = open_station(find_workspace(str(folder)))
    (entry,) = verify_log(station).entries
    assert (entry.did, entry.told["state"], entry.told["root"]) == ("adopted", "committed", "")
    with station.ledger.reading() as session:
        assert session.exec(select(LogEntry).order_by(col(LogEntry.number))).one().run == "TY-1"
