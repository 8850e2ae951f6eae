"""What was printed, spoiled and voided, box by box."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "print_mark",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.String, sa.ForeignKey("run.id"), nullable=False, index=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("thing", sa.String, nullable=False),
        sa.Column("editions", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.CheckConstraint("kind IN ('printed', 'spoiled', 'voided')", name="known_kind"),
        sa.CheckConstraint("editions <> ''", name="some_editions"),
    )
    # Until now a run was printed whole or not at all.
    op.execute(
        "INSERT INTO print_mark (run, kind, thing, editions, at) "
        "SELECT id, 'printed', 'insert', CASE boxes WHEN 1 THEN '1' ELSE '1-' || boxes END, printed_at "
        "FROM run WHERE printed_at IS NOT NULL"
    )
