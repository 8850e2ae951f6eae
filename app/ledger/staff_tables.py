"""Tables of those who work here, and of the texts that they write."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary
from sqlmodel import Field, SQLModel

from app.ledger.tables import UtcDateTime


class Staff(SQLModel, table=True):
    """Somebody who signs in to work here: a name of their own choosing, and nothing else about them."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    roles: str
    """Some of `core.staff.ROLES` in their order, joined by commas."""
    password_hash: str | None = None
    """As argon2 writes it; None until the first invitation is used."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    off_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when they may no longer sign in."""


class Invitation(SQLModel, table=True):
    """A link that lets somebody choose a password, once."""

    key_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    staff: int = Field(foreign_key="staff.id", index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)


class StaffSession(SQLModel, table=True):
    """A browser in which somebody is signed in; without its row the browser is a stranger's."""

    __tablename__ = "staff_session"
    id: int | None = Field(default=None, primary_key=True)
    key_hash: bytes = Field(sa_column=Column(LargeBinary(32), unique=True, nullable=False))
    staff: int = Field(foreign_key="staff.id", index=True)
    begun_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)


class Revision(SQLModel, table=True):
    """One saved state of a text. Only ever added to, but for saves that are thinned out later."""

    __table_args__ = (
        CheckConstraint(
            "kind IN ('foreign', 'saved', 'merged', 'restored', 'submitted', 'returned', 'approved',"
            " 'published', 'cut off', 'aside', 'discarded')",
            name="known_kind",
        ),
        CheckConstraint("kind = 'published' OR NOT pending", name="only_publishing_is_pending"),
        CheckConstraint("kind <> 'foreign' OR by IS NULL", name="foreign_is_nobodys"),
        Index("revision_of_text", "kit", "name"),
    )
    id: int | None = Field(default=None, primary_key=True)
    kit: str
    """The kit's id, or the name of a bonus story."""
    name: str
    """The file's name without its ending: "vi", "vi.easy"."""
    kind: str
    version: int
    """Of the draft; 0 for a state of the file that the studio did not write."""
    text: str
    """The whole file; "" where a file was taken away."""
    digest: str
    """SHA-256 of the file's bytes in hexadecimal digits; "" where there is no file."""
    by: int | None = Field(default=None, foreign_key="staff.id")
    """Who did it; None for a foreign state, and for what was done from the command line."""
    note: str = ""
    """Why a text was sent back, or why it stands in one language alone."""
    at: datetime = Field(sa_type=UtcDateTime)
    pending: bool = False
    """Whether the file is still to be replaced."""


class Draft(SQLModel, table=True):
    """The one working copy of a text; its words are those of its newest revision."""

    __table_args__ = (
        CheckConstraint("state IN ('draft', 'submitted', 'approved')", name="known_state"),
        CheckConstraint("version > 0", name="counted_from_one"),
        CheckConstraint("(state = 'approved') = (approved_by IS NOT NULL)", name="approved_by_somebody"),
    )
    kit: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    version: int
    """Grows with every save, so that none overwrites another unseen."""
    state: str
    base: int | None = Field(default=None, foreign_key="revision.id")
    """The state of the file from which it began; None where there was no file."""
    newest: int = Field(foreign_key="revision.id")
    begun_at: datetime = Field(sa_type=UtcDateTime)
    approved_by: int | None = Field(default=None, foreign_key="staff.id")
    alone_because: str = ""
    """Why the text is published in one language before the others."""


class Presence(SQLModel, table=True):
    """Who had a text open when."""

    kit: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    staff: int = Field(sa_column=Column(Integer, ForeignKey("staff.id"), primary_key=True))
    seen_at: datetime = Field(sa_type=UtcDateTime)


class Comment(SQLModel, table=True):
    """A remark of staff on one paragraph of a draft."""

    id: int | None = Field(default=None, primary_key=True)
    kit: str = Field(index=True)
    name: str
    block: str
    """The paragraph's hash when it was written; "" for the text as a whole."""
    quote: str
    """How that paragraph begins, for whom it has changed since."""
    text: str
    by: int = Field(foreign_key="staff.id")
    at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PreviewLink(SQLModel, table=True):
    """A secret address under which somebody without a name here reads a draft for some days."""

    __tablename__ = "preview_link"
    id: int | None = Field(default=None, primary_key=True)
    key_hash: bytes = Field(sa_column=Column(LargeBinary(32), unique=True, nullable=False))
    kit: str
    name: str
    by: int = Field(foreign_key="staff.id")
    made_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)


class CheckUp(SQLModel, table=True):
    """When a published text was last looked at, and when somebody shall look again."""

    __tablename__ = "check_up"
    kit: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    checked_on: date | None = None
    by: int | None = Field(default=None, foreign_key="staff.id")
    due_on: date | None = None


class TranslatedBlock(SQLModel, table=True):
    """Which paragraph of another language a paragraph tells, and in which words it stood there then."""

    __tablename__ = "translated_block"
    kit: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    """The translation."""
    block: str = Field(primary_key=True)
    """Its paragraph's hash."""
    source: str
    """The text that it was made from: "vi"."""
    source_block: str
    source_text: str
