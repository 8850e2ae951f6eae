"""Staff, drafts and revisions of texts, remarks, links, check-ups, translations, and counts of readers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _staff()
    _texts()
    _around_texts()
    op.create_table(
        "count",
        sa.Column("kit", sa.String, primary_key=True),
        sa.Column("language", sa.String, primary_key=True),
        sa.Column("what", sa.String, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.CheckConstraint("what IN ('scan', 'read', 'riddle')", name="known_what"),
    )


def _person(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("staff.id"), nullable=nullable, index=index)


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("roles", sa.String, nullable=False),
        sa.Column("password_hash", sa.String),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("off_at", sa.DateTime),
    )
    op.create_table(
        "invitation",
        sa.Column("key_hash", sa.LargeBinary(32), primary_key=True),
        _person("staff", index=True),
        sa.Column("ends_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "staff_session",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key_hash", sa.LargeBinary(32), nullable=False, unique=True),
        _person("staff", index=True),
        sa.Column("begun_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )


def _texts() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kit", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        _person("by", nullable=True),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("pending", sa.Boolean, nullable=False),
        sa.CheckConstraint(
            "kind IN ('foreign', 'saved', 'merged', 'restored', 'submitted', 'returned', 'approved',"
            " 'published', 'cut off', 'aside', 'discarded')",
            name="known_kind",
        ),
        sa.CheckConstraint("kind = 'published' OR NOT pending", name="only_publishing_is_pending"),
        sa.CheckConstraint("kind <> 'foreign' OR by IS NULL", name="foreign_is_nobodys"),
    )
    op.create_index("revision_of_text", "revision", ["kit", "name"])
    op.create_table(
        "draft",
        sa.Column("kit", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("base", sa.Integer, sa.ForeignKey("revision.id")),
        sa.Column("newest", sa.Integer, sa.ForeignKey("revision.id"), nullable=False),
        sa.Column("begun_at", sa.DateTime, nullable=False),
        _person("approved_by", nullable=True),
        sa.Column("alone_because", sa.String, nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'approved')", name="known_state"),
        sa.CheckConstraint("version > 0", name="counted_from_one"),
        sa.CheckConstraint("(state = 'approved') = (approved_by IS NOT NULL)", name="approved_by_somebody"),
    )


def _around_texts() -> None:
    op.create_table(
        "presence",
        sa.Column("kit", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("staff", sa.Integer, sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kit", sa.String, nullable=False, index=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("block", sa.String, nullable=False),
        sa.Column("quote", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        _person("by"),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("settled_at", sa.DateTime),
    )
    op.create_table(
        "preview_link",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("kit", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        _person("by"),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("ends_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "check_up",
        sa.Column("kit", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("checked_on", sa.Date),
        _person("by", nullable=True),
        sa.Column("due_on", sa.Date),
    )
    op.create_table(
        "translated_block",
        sa.Column("kit", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("block", sa.String, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("source_block", sa.String, nullable=False),
        sa.Column("source_text", sa.String, nullable=False),
    )
