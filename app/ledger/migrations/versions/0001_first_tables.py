"""Runs, sealed boxes, albums and claims."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("maker", sa.String, nullable=False),
        sa.Column("series", sa.String, nullable=False, index=True),
        sa.Column("boxes", sa.Integer, nullable=False),
        sa.Column("case_size", sa.Integer, nullable=False),
        sa.Column("kits", sa.String, nullable=False),
        sa.Column("beacon_kind", sa.String, nullable=False),
        sa.Column("beacon_description", sa.String, nullable=False),
        sa.Column("beacon_pattern", sa.String, nullable=False),
        sa.Column("base_url", sa.String, nullable=False),
        sa.Column("planned_at", sa.DateTime, nullable=False),
        sa.Column("number", sa.Integer, unique=True),
        sa.Column("manifest", sa.String),
        sa.Column("committed_at", sa.DateTime),
        sa.Column("beacon_value", sa.String),
        sa.Column("contents_root", sa.LargeBinary),
        sa.Column("sealed_at", sa.DateTime),
        sa.Column("printed_at", sa.DateTime),
        sa.CheckConstraint("boxes > 0 AND case_size > 0 AND boxes % case_size = 0", name="whole_cases"),
        sa.CheckConstraint("(committed_at IS NULL) = (manifest IS NULL)", name="committed_with_manifest"),
        sa.CheckConstraint("(sealed_at IS NULL) = (contents_root IS NULL)", name="sealed_with_root"),
        sa.CheckConstraint("sealed_at IS NULL OR committed_at IS NOT NULL", name="sealed_after_commit"),
        sa.CheckConstraint("printed_at IS NULL OR sealed_at IS NOT NULL", name="printed_after_seal"),
    )
    op.create_table(
        "run_tree",
        sa.Column("run", sa.String(32), sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("contents", sa.LargeBinary, nullable=False),
        sa.Column("labels", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "sealed_box",
        sa.Column("tag", sa.LargeBinary(16), primary_key=True),
        sa.Column("run", sa.String, sa.ForeignKey("run.id"), nullable=False, index=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "album",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("made_on", sa.Date, nullable=False),
    )
    op.create_table(
        "claim",
        sa.Column("tag", sa.LargeBinary(16), sa.ForeignKey("sealed_box.tag"), primary_key=True),
        sa.Column("album", sa.Integer, sa.ForeignKey("album.id"), nullable=False, index=True),
        sa.Column("run", sa.String, sa.ForeignKey("run.id"), nullable=False),
        sa.Column("kit", sa.String, nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("claimed_on", sa.Date, nullable=False),
    )
