"""Albums that are shown or forgotten, swaps, and reports."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
OPEN = sa.text("state IN ('offered', 'answered')")


def upgrade() -> None:
    op.add_column("album", sa.Column("shown_at", sa.LargeBinary(32)))
    op.create_index("ix_album_shown_at", "album", ["shown_at"], unique=True)
    with op.batch_alter_table("claim") as claim:
        claim.alter_column("album", existing_type=sa.Integer, nullable=True)
    op.create_table(
        "swap",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("gift", sa.Boolean, nullable=False),
        sa.Column("gives", sa.LargeBinary(16), sa.ForeignKey("claim.tag"), nullable=False),
        sa.Column("giver", sa.Integer, sa.ForeignKey("album.id"), index=True),
        sa.Column("takes", sa.LargeBinary(16), sa.ForeignKey("claim.tag")),
        sa.Column("taker", sa.Integer, sa.ForeignKey("album.id"), index=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("ends_at", sa.DateTime, nullable=False),
        sa.Column("done_on", sa.Date),
        sa.CheckConstraint("state IN ('offered', 'answered', 'done', 'ended')", name="known_state"),
        sa.CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="done_on_a_day"),
        sa.CheckConstraint("NOT gift OR takes IS NULL", name="a_gift_takes_nothing"),
        sa.CheckConstraint(
            "gift OR state NOT IN ('answered', 'done') OR takes IS NOT NULL", name="two_boxes"
        ),
    )
    for column in ("gives", "takes"):
        op.create_index(
            f"swap_{column}_once", "swap", [column], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )
    op.create_table(
        "report",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("kit", sa.String),
        sa.Column("run", sa.String, sa.ForeignKey("run.id"), index=True),
        sa.Column("edition", sa.Integer),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("fault", sa.String, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("settled_on", sa.Date),
        sa.CheckConstraint("kind IN ('part', 'code', 'text')", name="known_kind"),
        sa.CheckConstraint("edition IS NULL OR run IS NOT NULL", name="edition_of_a_run"),
    )
