"""`hopke report`: read and settle what readers told."""

from collections.abc import Callable
from datetime import UTC, datetime

import click

from app.cli.telling import told
from app.reach import KINDS, Listed, list_reports, open_reach, settle_report
from app.workspace import Workspace

COLUMNS = ("no.", "day", "kind", "kit", "run", "box", "language", "place", "fault", "times")


@click.group()
def report() -> None:
    """Read and settle what readers report: missing parts, codes, mistakes in texts."""


@report.command("list")
@click.option("--all", "settled", is_flag=True, help="Also those that are settled.")
@click.option("--kind", type=click.Choice(KINDS), help="Only reports of this kind.")
@click.pass_obj
@told
def list_(find: Callable[[], Workspace], settled: bool, kind: str | None) -> None:
    """List what readers reported, the newest first; nothing of it is about a person."""
    listed = list_reports(open_reach(find()), settled=settled, kind=kind)
    rows = [COLUMNS, *(_row(each) for each in listed)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for row in rows if listed else ():
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if not listed:
        click.echo("No report is open." if not settled else "There is no report.")


@report.command("settle")
@click.argument("number", type=click.IntRange(1, 2**63 - 1), metavar="N")
@click.pass_obj
@told
def settle(find: Callable[[], Workspace], number: int) -> None:
    """Mark report N as settled, so that the list leaves it out."""
    settled = settle_report(open_reach(find()), number, datetime.now(UTC).date())
    click.echo(f"Report {settled.id} is settled since {settled.settled_on}.")


def _row(listed: Listed) -> tuple[str, ...]:
    found = listed.report
    day = f"{found.made_on} ✓" if found.settled_on else str(found.made_on)
    box = str(found.edition) if found.edition else "-"
    place = found.place or "-"
    times = f"{listed.times} ×"
    return (
        str(found.id), day, found.kind, found.kit or "-", found.run or "-", box, found.language, place,
        found.fault, times,
    )  # fmt: skip
