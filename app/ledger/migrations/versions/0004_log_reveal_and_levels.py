"""The log, the reveal, runs on sale, and all levels of the trees."""

import hashlib
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from app.core.log import FIRST_PREVIOUS, entry_digest, write_entry
from app.core.merkle import tree_from_hashes

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("run", sa.Column("on_sale_at", sa.DateTime))
    op.add_column("run", sa.Column("revealed_at", sa.DateTime))
    parts = op.create_table(
        "tree_part",
        sa.Column("run", sa.String(32), sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("tree", sa.String, primary_key=True),
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("tree IN ('contents', 'labels')", name="known_tree"),
    )
    op.create_table(
        "revealed",
        sa.Column("run", sa.String(32), sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("seed", sa.LargeBinary(32), nullable=False),
        sa.Column("commitments", sa.LargeBinary, nullable=False),
        sa.Column("ended", sa.String, nullable=False),
        sa.CheckConstraint("ended IN ('sold out', 'withdrawn')", name="known_end"),
    )
    entries = op.create_table(
        "log_entry",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("run", sa.String, sa.ForeignKey("run.id"), nullable=False, index=True),
        sa.Column("text", sa.String, nullable=False),
    )
    _keep_all_levels(parts)
    op.drop_table("run_tree")
    _adopt(entries)


def _keep_all_levels(parts: sa.Table) -> None:
    connection = op.get_bind()
    for run, *trees in connection.execute(sa.text("SELECT run, contents, labels FROM run_tree")).all():
        for name, leaves in zip(("contents", "labels"), trees, strict=True):
            rows = [
                {"run": run, "tree": name, "level": level, "part": part, "hashes": hashes}
                for level, part, hashes in tree_from_hashes(leaves).parts()
            ]
            connection.execute(sa.insert(parts), rows)


def _adopt(entries: sa.Table) -> None:
    """Begin the log with what the runs of before have come to."""
    connection = op.get_bind()
    runs = connection.execute(
        sa.text("SELECT id, manifest, contents_root, printed_at FROM run ORDER BY planned_at, id")
    ).all()
    previous = FIRST_PREVIOUS
    for number, (run, manifest, root, printed_at) in enumerate(runs, start=1):
        state = "printed" if printed_at else "sealed" if root else "committed" if manifest else "planned"
        told = {
            "manifest": hashlib.sha256(manifest.encode()).hexdigest() if manifest else "",
            "root": root.hex() if root else "",
            "state": state,
        }
        text = write_entry(number, previous, datetime.now(UTC), run, "adopted", told)
        connection.execute(sa.insert(entries), [{"number": number, "run": run, "text": text}])
        previous = entry_digest(text).hex()
