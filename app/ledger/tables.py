"""Tables. Rules live in the core; here stand only what the database itself must refuse."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    TypeDecorator,
    text,
)
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
    on_sale_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def state(self) -> str:
        """Return the last step done: planned, committed, sealed, printed, on sale or revealed."""
        for step in ("revealed", "on sale", "printed", "sealed", "committed"):
            if getattr(self, f"{step.replace(' ', '_')}_at"):
                return step
        return "planned"


class TreePart(SQLModel, table=True):
    """Some hashes in a row of one level of a run's tree, so that a proof is built from a few small rows.

    Leaves are salted: none tells what it commits to.
    """

    __tablename__ = "tree_part"
    __table_args__ = (CheckConstraint("tree IN ('contents', 'labels')", name="known_tree"),)
    run: str = Field(sa_column=Column(String(32), ForeignKey("run.id"), primary_key=True))
    tree: str = Field(primary_key=True)
    level: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """0 for the leaves."""
    part: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """Its place within the level, from 0; all but the last hold as many hashes as `core.merkle` says."""
    hashes: bytes


class Revealed(SQLModel, table=True):
    """What a maker publishes of a run that is over: its seed, and the label commitments joined by slot."""

    __table_args__ = (CheckConstraint("ended IN ('sold out', 'withdrawn')", name="known_end"),)
    run: str = Field(sa_column=Column(String(32), ForeignKey("run.id"), primary_key=True))
    seed: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    commitments: bytes
    ended: str
    """Why the run is over."""


class LogEntry(SQLModel, table=True):
    """One thing that a maker did to a run, as `core.log` writes it. Only ever added to."""

    __tablename__ = "log_entry"
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    run: str = Field(foreign_key="run.id", index=True)
    text: str


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
    shown_at: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32), unique=True, index=True))
    """The hash of the address under which its owner lets others look at it; None while nobody may."""
    made_on: date


class Claim(SQLModel, table=True):
    """A box's kit in an album. The tag is the primary key: one box, one album.

    A forgotten album leaves its claims without one: the codes stay used.
    """

    tag: bytes = Field(sa_column=Column(LargeBinary(16), ForeignKey("sealed_box.tag"), primary_key=True))
    album: int | None = Field(default=None, foreign_key="album.id", index=True)
    run: str = Field(foreign_key="run.id")
    kit: str
    edition: int
    claimed_on: date


_OPEN = text("state IN ('offered', 'answered')")


class Swap(SQLModel, table=True):
    """An exchange of two boxes between two albums, or a gift of one; done once or not at all."""

    __table_args__ = (
        CheckConstraint("state IN ('offered', 'answered', 'done', 'ended')", name="known_state"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="done_on_a_day"),
        CheckConstraint("NOT gift OR takes IS NULL", name="a_gift_takes_nothing"),
        CheckConstraint("gift OR state NOT IN ('answered', 'done') OR takes IS NOT NULL", name="two_boxes"),
        # One promise a box: an open swap is the only one that its box stands in.
        Index("swap_gives_once", "gives", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("swap_takes_once", "takes", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )
    id: int | None = Field(default=None, primary_key=True)
    key_hash: bytes = Field(sa_column=Column(LargeBinary(32), unique=True, nullable=False))
    """The hash of the code that the first phone shows."""
    gift: bool
    gives: bytes = Field(sa_column=Column(LargeBinary(16), ForeignKey("claim.tag"), nullable=False))
    giver: int | None = Field(default=None, foreign_key="album.id", index=True)
    takes: bytes | None = Field(
        default=None, sa_column=Column(LargeBinary(16), ForeignKey("claim.tag"), nullable=True)
    )
    taker: int | None = Field(default=None, foreign_key="album.id", index=True)
    state: str
    ends_at: datetime = Field(sa_type=UtcDateTime)
    done_on: date | None = None


class Report(SQLModel, table=True):
    """Something a reader found wrong: of a kit, perhaps a box of a run. Never who, never free words."""

    __table_args__ = (
        CheckConstraint("kind IN ('part', 'code', 'text')", name="known_kind"),
        CheckConstraint("edition IS NULL OR run IS NOT NULL", name="edition_of_a_run"),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    kit: str | None = None
    run: str | None = Field(default=None, foreign_key="run.id", index=True)
    edition: int | None = None
    language: str
    place: str = ""
    """A part's code, or a heading of the story."""
    fault: str = ""
    """Which kind of mistake, one of a list."""
    made_on: date
    settled_on: date | None = None


class Count(SQLModel, table=True):
    """How often something happened to a story on a day; never to whom."""

    __table_args__ = (CheckConstraint("what IN ('scan', 'read', 'riddle')", name="known_what"),)
    kit: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    times: int
