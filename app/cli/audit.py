"""`hopke run audit`: whether anything outside the boxes tells what is inside."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from app.cli.telling import counted, progress_bar, told
from app.core.audit import FALSE_ALARMS, Found
from app.core.measures import FEWEST_CHASES
from app.runs import auditing, open_station
from app.workspace import Workspace

FEW_CASES = 30
"""Fewer numbers, in whatever order, come about by chance too often to be sure."""


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option(
    "--weights",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What boxes weigh: a CSV file of edition,grams.",
)
@click.pass_obj
@told
def audit(find: Callable[[], Workspace], run_id: str, weights: Path | None) -> None:
    """Test whether anything outside the boxes of RUN predicts what is inside; leave with 0, or 1 if so."""
    with progress_bar(f"Comparing {run_id} with honest runs") as progress:
        done = auditing.audit_run(
            open_station(find()), run_id, weights=weights, now=datetime.now(UTC), progress=progress
        )
    _tell_table(done)
    if done.leaks:
        words = [f"{each.name} ({each.pattern})" for each in done.audit.leaks]
        told_by = [f"what is inside goes with: {'; '.join(words)}"] if words else []
        click.echo(
            click.style("STOP: ", fg="red") + f"{'. And '.join((*done.faults, *told_by))}; do not sell."
        )
        sys.exit(1)
    click.echo(
        click.style("✓ ", fg="green")
        + f"Nothing outside tells what is inside: of {counted(len(done.audit.found), 'feature')} none "
        f"predicts the kit (false alarm: 1 in {FALSE_ALARMS:,} audits)."
    )


def _tell_table(done: auditing.Audited) -> None:
    runs = done.audit.runs
    click.echo(
        f"{done.run}: {done.boxes} boxes, compared with {runs - 1:,} runs that chance filled by the same law."
    )
    for found in done.audit.found:
        known = "" if found.known == done.boxes else f" (for {found.known})"
        click.echo(f"  {found.name + known:<44} {_verdict(found, runs)}")
    if done.missing:
        click.echo(f"Not looked at, because it is not there: {', '.join(done.missing)}.")
    for words in _unseen(done):
        click.echo(words)


def _verdict(found: Found, runs: int) -> str:
    if found.alike:
        return "nothing: the same for all" if found.known else "nothing: unknown"
    if found.leaks:
        return click.style(f"LEAKS: {found.pattern}", fg="red")
    return f"nothing: as odd as this in {_share(found.as_strong, runs)} honest runs"


def _share(part: int, whole: int) -> str:
    """Return a share as a child would say it: "37 of 100"."""
    percent = round(100 * part / whole)
    return f"{percent} of 100" if percent else f"1 of {whole // part:,}"


def _unseen(done: auditing.Audited) -> list[str]:
    """Return what an audit of so many boxes cannot see, in sentences."""
    words = []
    if done.boxes < 100:
        words.append("So few boxes show a leak for certain only if it goes through nearly all of them.")
    elif done.boxes < 500:
        words.append("So many boxes show a leak for certain only if it goes through half of them.")
    else:
        words.append("A weak leak, in fewer than one of five boxes, may stay unseen.")
    if done.cases < FEW_CASES:
        words.append(f"Of {counted(done.cases, 'case')} it cannot tell whether their numbers go by content.")
    if 0 < done.chases < FEWEST_CHASES:
        words.append(
            f"A chase is in {done.chases} of them: too few to see whether it has a place of its own."
        )
    words.append(
        "It cannot see what nobody entered or stored: how boxes lie in a case, sound, smell, packers."
    )
    return words
