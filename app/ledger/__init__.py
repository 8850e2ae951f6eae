"""The database: `reading()` and `writing()` blocks over one SQLite file, migrated on opening."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pysqlite3.dbapi2
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from app.core.errors import UserError
from app.ledger.staff_tables import (
    CheckUp,
    Comment,
    Draft,
    Invitation,
    Presence,
    PreviewLink,
    Revision,
    Staff,
    StaffSession,
    TranslatedBlock,
)
from app.ledger.tables import (
    Album,
    Claim,
    Count,
    LogEntry,
    PrintMark,
    Report,
    Revealed,
    Run,
    SealedBox,
    Swap,
    TreePart,
)

__all__ = [
    "Album",
    "CheckUp",
    "Claim",
    "Comment",
    "Count",
    "Draft",
    "Invitation",
    "Ledger",
    "LogEntry",
    "Presence",
    "PreviewLink",
    "PrintMark",
    "Report",
    "Revealed",
    "Revision",
    "Run",
    "SealedBox",
    "Staff",
    "StaffSession",
    "Swap",
    "TranslatedBlock",
    "TreePart",
]

OLDEST_SQLITE = (3, 51, 3)
"""Older ones can lose a write-ahead log that is reset while another connection reads."""

BUSY_SECONDS = 10
MIGRATIONS = Path(__file__).parent / "migrations"


class LedgerError(UserError):
    """The database cannot be opened or written."""


class LedgerFullError(LedgerError):
    """The disk is full."""


class Ledger:
    """The one database of a workspace.

    Args:
        path: the SQLite file; it and its folder are made if absent.

    Raises:
        LedgerError: it cannot be opened, or a newer version of the program wrote it.
    """

    def __init__(self, path: Path) -> None:
        if pysqlite3.dbapi2.sqlite_version_info < OLDEST_SQLITE:
            raise LedgerError(
                f"SQLite {pysqlite3.dbapi2.sqlite_version} can lose data",
                mend="Install pysqlite3 0.6.1 or newer",
            )
        self.path = path
        self._turn = threading.RLock()
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # PDFs beside it hold codes
            self._engine = _engine(path)
            self._migrate()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that sees one state of the ledger and writes nothing."""
        with _told(self.path), self._engine.connect() as connection, Session(bind=connection) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield the only writer: everything in the block is kept when it ends, or nothing if it raises."""
        # Writers that wait for SQLite sleep and try again, and of many one may wait too long: they queue.
        with self._turn, _told(self.path), self._engine.connect() as plain:
            connection = plain.execution_options(hopke_writing=True)
            with Session(bind=connection, expire_on_commit=False) as session:
                yield session
                session.commit()

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        newest = ScriptDirectory.from_config(config).get_current_head()
        with self._engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
        if found == newest:
            return
        with self._engine.connect() as plain, plain.execution_options(hopke_writing=True).begin() as step:
            config.attributes["connection"] = step.connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise LedgerError(
                    f"a newer version of hopke wrote this ledger (revision {found})",
                    where=str(self.path),
                    mend="Update hopke; nothing was changed",
                ) from error


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=pysqlite3.dbapi2,
        hide_parameters=True,  # a parameter may be a code's tag; it never reaches a log
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once with "database is locked", whatever
    # the timeout; writers therefore queue at BEGIN.
    writing = connection.get_execution_options().get("hopke_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        sentence = str(error.orig)
        if "full" in sentence:
            raise LedgerFullError(
                "the disk is full; nothing of this step was kept",
                where=str(path),
                mend="Free some space, then repeat",
            ) from error
        if isinstance(error, IntegrityError):
            raise
        raise LedgerError(
            f"the ledger cannot be used ({sentence})",
            where=str(path),
            mend="Mend the file's rights, free some space, or restore a backup",
        ) from error
    except OSError as error:
        raise LedgerError(
            f"{error.strerror}", where=str(path), mend="Free some space or mend the rights"
        ) from error
