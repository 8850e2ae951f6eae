"""Tables. Rules live in the core; here stand only what the database itself must refuse."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, LargeBinary, String, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime; SQLite keeps no zone, so it is stored as UTC and given back as UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return `value` in UTC without its zone; a naive one is a programming error."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime never enters the ledger")
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:
        """Return the stored time as an aware one."""
        return value.replace(tzinfo=UTC) if value else None


class Run(SQLModel, table=True):
    """One production run: its plan, what was published of it, and when each step was done."""

    __table_args__ = (
        CheckConstraint("boxes > 0 AND case_size > 0 AND boxes % case_size = 0", name="whole_cases"),
        CheckConstraint("(committed_at IS NULL) = (manifest IS NULL)", name="committed_with_manifest"),
        CheckConstraint("(sealed_at IS NULL) = (contents_root IS NULL)", name="sealed_with_root"),
        CheckConstraint("sealed_at IS NULL OR committed_at IS NOT NULL", name="sealed_after_commit"),
        CheckConstraint("printed_at IS NULL OR sealed_at IS NOT NULL", name="printed_after_seal"),
    )
    id: str = Field(primary_key=True, max_length=32)
    maker: str
    series: str = Field(index=True)
    boxes: int
    case_size: int
    kits: str
    """JSON: [{"id", "count"}] in kit-index order."""
    beacon_kind: str
    beacon_description: str
    beacon_pattern: str
    base_url: str
    planned_at: datetime = Field(sa_type=UtcDateTime)
    number: int | None = Field(default=None, unique=True)
    manifest: str | None = None
    committed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    beacon_value: str | None = None
    contents_root: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    sealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    printed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def state(self) -> str:
        """Return the last step done: planned, committed, sealed or printed."""
        for step in ("printed", "sealed", "committed"):
            if getattr(self, f"{step}_at"):
                return step
        return "planned"


class RunTree(SQLModel, table=True):
    """The salted leaf hashes of a run's two trees, 32 bytes a slot, so that a proof can be built."""

    __tablename__ = "run_tree"
    run: str = Field(sa_column=Column(String(32), ForeignKey("run.id"), primary_key=True))
    contents: bytes
    labels: bytes


class SealedBox(SQLModel, table=True):
    """A box that only the code printed inside it opens. Rows are stored in tag order."""

    __tablename__ = "sealed_box"
    tag: bytes = Field(sa_column=Column(LargeBinary(16), primary_key=True))
    run: str = Field(foreign_key="run.id", index=True)
    sealed: bytes


class PrintMark(SQLModel, table=True):
    """One thing that was done to printed matter of some boxes. Only ever added to; its order is the id's."""

    __tablename__ = "print_mark"
    __table_args__ = (
        CheckConstraint("kind IN ('printed', 'spoiled', 'voided')", name="known_kind"),
        CheckConstraint("editions <> ''", name="some_editions"),
    )
    id: int | None = Field(default=None, primary_key=True)
    run: str = Field(foreign_key="run.id", index=True)
    kind: str
    thing: str
    """The printed thing by its design: "insert"."""
    editions: str
    """Edition numbers in their one spelling: "1-3,7"."""
    at: datetime = Field(sa_type=UtcDateTime)


class Album(SQLModel, table=True):
    """An anonymous collection: the hash of the key that its phone holds, and nothing about anyone."""

    id: int | None = Field(default=None, primary_key=True)
    key_hash: bytes = Field(sa_column=Column(LargeBinary(32), unique=True, nullable=False))
    made_on: date


class Claim(SQLModel, table=True):
    """A box's kit in an album. The tag is the primary key: one box, one album."""

    tag: bytes = Field(sa_column=Column(LargeBinary(16), ForeignKey("sealed_box.tag"), primary_key=True))
    album: int = Field(foreign_key="album.id", index=True)
    run: str = Field(foreign_key="run.id")
    kit: str
    edition: int
    claimed_on: date
