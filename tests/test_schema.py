"""The database as it is made is the database as it is declared, and a stranger's is left alone."""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from app.ledger import MIGRATIONS, OLDEST_SQLITE, Ledger, LedgerError
from app.runs import Station
from app.runs.life import show_run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "ledger.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    opened = Ledger(path)
    yield opened
    opened.close()


def ask(ledger: Ledger, question: str) -> Any:
    """Return the first value of the answer to a question in SQL."""
    with ledger.reading() as session:
        return session.connection().exec_driver_sql(question).scalar()


def rules(path: Path) -> dict[str, set[str]]:
    """Return the CHECK, UNIQUE and FOREIGN KEY rules of each table of a database, spelled alike."""
    found = {}
    with sqlite3.connect(path) as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    for name, sql in tables:
        lines = re.split(r",\n|\n", sql.lower())
        words = (" ".join(line.replace('"', "").split()).rstrip(",") for line in lines)
        found[name] = {line for line in words if re.match(r"(constraint|check|unique|foreign key)", line)}
    connection.close()
    return found


@contextmanager
def ledger_at(path: Path, revision: str) -> Iterator[Connection]:
    """Make the database as a program of before left it, at a revision, and fill it."""
    path.parent.mkdir()
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        yield connection
    engine.dispose()


def test_the_migrated_tables_are_the_declared_ones(ledger: Ledger) -> None:
    with ledger.reading() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_migrated_rules_are_the_declared_ones(ledger: Ledger, tmp_path: Path) -> None:
    declared = tmp_path / "declared.sqlite3"
    engine = create_engine(f"sqlite:///{declared}")
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    migrated, wanted = rules(ledger.path), rules(declared)
    migrated.pop("alembic_version")
    assert migrated == wanted
    assert sum("check" in rule for rule in wanted["run"]) == 5
    assert any(rule.startswith("foreign key") for rule in wanted["claim"])


def test_every_table_has_the_columns_that_its_class_has(ledger: Ledger) -> None:
    with ledger.reading() as session:
        inspector = inspect(session.connection())
        for table in SQLModel.metadata.sorted_tables:
            found = {(column["name"], column["nullable"]) for column in inspector.get_columns(table.name)}
            assert found == {(column.name, column.nullable) for column in table.columns}
            key = inspector.get_pk_constraint(table.name)["constrained_columns"]
            assert key == [column.name for column in table.primary_key]


def test_opening_a_ledger_again_migrates_nothing(ledger: Ledger, path: Path) -> None:
    version = ask(ledger, "PRAGMA schema_version")
    ledger.close()
    before = path.read_bytes()
    again = Ledger(path)
    assert ask(again, "PRAGMA schema_version") == version
    assert ask(again, "SELECT count(*) FROM alembic_version") == 1
    again.close()
    assert path.read_bytes() == before


def test_the_migrations_are_one_line_without_branches() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


@pytest.mark.parametrize(
    ("boxes", "printed_at", "expected"),
    [
        (16, "2026-11-21 09:00:00", [("OLD-1", "printed", "insert", "1-16", "2026-11-21 09:00:00")]),
        (1, "2026-11-21 09:00:00", [("OLD-1", "printed", "insert", "1", "2026-11-21 09:00:00")]),
        (16, None, []),
    ],
)
def test_a_run_printed_before_marks_were_kept_counts_as_printed_whole(
    path: Path, boxes: int, printed_at: str | None, expected: list[tuple[str, ...]]
) -> None:
    with ledger_at(path, "0001") as connection:
        connection.exec_driver_sql(
            "INSERT INTO run (id, maker, series, kits, beacon_kind, beacon_description, beacon_pattern, "
            "base_url, case_size, planned_at, manifest, committed_at, contents_root, sealed_at, boxes, "
            "printed_at) "
            "VALUES ('OLD-1', 'm', 's', '[]', 'none', '', '', '', "
            "1, '2026-11-20', '{}', '2026-11-20', x'00', '2026-11-20', ?, ?)",
            (boxes, printed_at),
        )
    ledger = Ledger(path)
    with ledger.reading() as session:
        marks = session.connection().exec_driver_sql("SELECT run, kind, thing, editions, at FROM print_mark")
        assert [tuple(mark) for mark in marks] == expected
    ledger.close()


def test_albums_and_claims_of_before_are_all_there_after_the_migration(path: Path) -> None:
    with ledger_at(path, "0002") as connection:
        connection.exec_driver_sql(
            "INSERT INTO run (id, maker, series, kits, beacon_kind, beacon_description, beacon_pattern, "
            "base_url, case_size, planned_at, manifest, committed_at, contents_root, sealed_at, boxes) "
            "VALUES ('OLD-1', 'm', 's', '[]', 'none', '', '', '', "
            "1, '2026-11-20', '{}', '2026-11-20', x'00', '2026-11-20', 300)"
        )
        for number in range(300):
            tag = number.to_bytes(16, "big")
            connection.exec_driver_sql("INSERT INTO sealed_box VALUES (?, 'OLD-1', x'00')", (tag,))
            if number % 3 == 0:
                key_hash = number.to_bytes(32, "big")
                connection.exec_driver_sql(
                    "INSERT INTO album (id, key_hash, made_on) VALUES (?, ?, '2026-11-21')",
                    (number + 1, key_hash),
                )
            claim = (tag, number - number % 3 + 1, "OLD-1", "lantern", number + 1, "2026-11-21")
            connection.exec_driver_sql("INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?)", claim)
        before = connection.exec_driver_sql("SELECT * FROM claim ORDER BY tag").fetchall()
    ledger = Ledger(path)
    with ledger.reading() as session:
        connection = session.connection()
        after = connection.exec_driver_sql(
            "SELECT tag, album, run, kit, edition, claimed_on FROM claim ORDER BY tag"
        ).fetchall()
        assert [tuple(row) for row in after] == [tuple(row) for row in before]
        assert len(after) == 300
        albums = connection.exec_driver_sql("SELECT id, key_hash, shown_at FROM album ORDER BY id").fetchall()
        assert [tuple(row) for row in albums] == [
            (number + 1, number.to_bytes(32, "big"), None) for number in range(0, 300, 3)
        ]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
    with ledger.writing() as session:  # what 0003 is for
        session.connection().exec_driver_sql("UPDATE claim SET album = NULL WHERE album = 1")
        session.connection().exec_driver_sql("DELETE FROM album WHERE id = 1")
    with pytest.raises(IntegrityError), ledger.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM album WHERE id = 4")
    ledger.close()


def test_a_ledger_of_a_newer_version_is_refused_and_not_touched(sealed: Station) -> None:
    with sealed.ledger.writing() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    sealed.ledger.close()
    path = sealed.ledger.path
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(LedgerError) as refused:
        Ledger(path)
    assert "newer version of hopke" in str(refused.value)
    assert "9999" in str(refused.value)
    assert "Update hopke" in str(refused.value)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_sqlite_is_new_enough_not_to_lose_a_log_that_is_being_read(ledger: Ledger) -> None:
    assert OLDEST_SQLITE >= (3, 51, 3)
    assert pysqlite3.dbapi2.sqlite_version_info >= OLDEST_SQLITE
    assert tuple(int(part) for part in ask(ledger, "SELECT sqlite_version()").split(".")) >= OLDEST_SQLITE


def test_an_older_sqlite_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ledger.OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(LedgerError, match="pysqlite3"):
        Ledger(path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_every_connection_is_made_safe(ledger: Ledger, pragma: str, value: object) -> None:
    with ledger.reading() as first, ledger.reading() as second:
        for session in (first, second):
            assert session.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    with ledger.writing() as session:
        assert session.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_reader_does_not_wait_for_a_writer_and_sees_what_was_there_before(sealed: Station) -> None:
    with sealed.ledger.writing() as writer:
        writer.connection().exec_driver_sql("UPDATE run SET maker = 'another'")
        assert show_run(sealed, "TY-1").maker == "tiny-maker"
    assert show_run(sealed, "TY-1").maker == "another"


def test_a_block_that_raises_keeps_nothing(sealed: Station) -> None:
    def half_a_step() -> None:
        with sealed.ledger.writing() as session:
            session.connection().exec_driver_sql("UPDATE run SET maker = 'another'")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_a_step()
    assert show_run(sealed, "TY-1").maker == "tiny-maker"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE run SET case_size = 5",
        "UPDATE run SET boxes = 0",
        "UPDATE run SET manifest = NULL",
        "UPDATE run SET contents_root = NULL",
        "UPDATE run SET committed_at = NULL, manifest = NULL",
        "UPDATE run SET sealed_at = NULL, contents_root = NULL, printed_at = '2026-11-21'",
        "INSERT INTO sealed_box SELECT tag, run, sealed FROM sealed_box LIMIT 1",
        "INSERT INTO sealed_box VALUES (x'00', 'NO-RUN', x'00')",
        "INSERT INTO claim VALUES (x'00', 1, 'TY-1', 'fish', 1, '2026-11-21')",
        "INSERT INTO print_mark VALUES (1, 'TY-1', 'lost', 'insert', '1', '2026-11-21')",
        "INSERT INTO print_mark VALUES (1, 'TY-1', 'printed', 'insert', '', '2026-11-21')",
        "INSERT INTO print_mark VALUES (1, 'NO-RUN', 'printed', 'insert', '1', '2026-11-21')",
        "DELETE FROM run",
    ],
)
def test_what_must_never_be_is_refused_by_the_database_itself(sealed: Station, statement: str) -> None:
    with pytest.raises(IntegrityError), sealed.ledger.writing() as session:
        session.connection().exec_driver_sql(statement)
