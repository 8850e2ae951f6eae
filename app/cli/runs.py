"""`hopke run`: plan, commit, seal and show a run of boxes; what is public of it is in fairness.py."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import click

from app.cli.telling import grouped, progress_bar, told
from app.core.commitment import printed_root
from app.core.digest_words import words_of_digest
from app.core.editions import write_editions
from app.core.manifest import manifest_digest
from app.core.plan import Beacon
from app.core.print_state import PrintStates
from app.runs import life, marks, next_step, open_station, planning
from app.runs.committing import commit_printable
from app.runs.public_life import witness_symbol
from app.workspace import Workspace

WORDS_IN_A_ROW = 8


@click.group()
def run() -> None:
    """Plan, commit, seal and print a run of boxes."""


@run.command("plan")
@click.argument("series")
@click.option("--boxes", type=int, required=True, help="Boxes in the run.")
@click.option("--run", "run_id", metavar="NAME", help="The run's name; else the series' prefix and a number.")
@click.option("--case-size", type=int, help="Boxes in a case; else the series' own.")
@click.option(
    "--count", "counts", multiple=True, metavar="KIT=BOXES", help="Boxes of one kit; repeat for each kit."
)
@click.option(
    "--beacon",
    "kind",
    type=click.Choice(["none", "ceremony", "drand"]),
    default="none",
    show_default=True,
    help="Where the chance comes from that nobody can foresee.",
)
@click.option(
    "--announce", default="", metavar="TEXT", help="What, where and when the beacon is (drand: CHAIN/ROUND)."
)
@click.option("--pattern", default="", help="What the beacon's value looks like, as in [1-6]{30}.")
@click.option("--replace", is_flag=True, help="Plan anew a run that is not committed.")
@click.pass_obj
@told
def plan(
    find: Callable[[], Workspace],
    series: str,
    boxes: int,
    run_id: str | None,
    case_size: int | None,
    counts: tuple[str, ...],
    kind: str,
    announce: str,
    pattern: str,
    replace: bool,
) -> None:
    """Plan a run of SERIES and show its odds. Nothing is published yet."""
    outlook = planning.plan_run(
        open_station(find()),
        series,
        boxes=boxes,
        now=datetime.now(UTC),
        run_id=run_id,
        case_size=case_size,
        counts=_counts(counts),
        beacon=Beacon(kind, announce, pattern),
        replace=replace,
    )
    _show_outlook(outlook)
    _say_next(outlook.run)


@run.command("commit")
@click.argument("run_id", metavar="RUN")
@click.pass_obj
@told
def commit(find: Callable[[], Workspace], run_id: str) -> None:
    """Try the cards of RUN and publish its manifest; from here nothing changes. Do this before the beacon."""
    with progress_bar("Looking at the designs") as progress:
        done = commit_printable(
            open_station(find()),
            run_id,
            entropy=secrets.token_bytes(32),
            now=datetime.now(UTC),
            progress=progress,
        )
    click.echo(
        f"{run_id} is committed for {done.base_url}. SHA-256 of its manifest, to be kept by witnesses:"
    )
    digest = manifest_digest(done.manifest or "")
    click.echo(f"  {grouped(digest.hex())}")
    words = words_of_digest(digest)
    for row in range(0, len(words), WORDS_IN_A_ROW):
        click.echo("  " + " ".join(words[row : row + WORDS_IN_A_ROW]))
    for line in witness_symbol(done):
        click.echo(click.style(line, fg="black", bg="bright_white"))
    click.echo(
        f"Post it where others keep it, then write down where: hopke run witness {run_id} --what manifest "
        "--where PLACE"
    )
    click.echo(
        "Its secret lies in the vault, var/vault: back it up apart from the ledger, and show it to nobody."
    )
    _say_next(done)


@run.command("seal")
@click.argument("run_id", metavar="RUN")
@click.option(
    "--beacon", "value", default="", metavar="VALUE", help="The beacon's value, exactly as announced."
)
@click.pass_obj
@told
def seal(find: Callable[[], Workspace], run_id: str, value: str) -> None:
    """Draw the kits of RUN with the beacon's value and store its sealed boxes."""
    done = life.seal_run(open_station(find()), run_id, beacon_value=value, now=datetime.now(UTC))
    click.echo(f"{run_id} is sealed: {done.boxes} boxes. Contents root, printed on every card:")
    click.echo(f"  {grouped(printed_root(done.contents_root or b''))}")
    _say_next(done)


@run.command("show")
@click.argument("run_id", metavar="RUN")
@click.pass_obj
@told
def show(find: Callable[[], Workspace], run_id: str) -> None:
    """Show where RUN stands, its odds and what is published of it."""
    station = open_station(find())
    found = life.show_run(station, run_id)
    _show_outlook(planning.outlook(station, found))
    click.echo(f"State: {found.state}. Base URL: {found.base_url}.")
    click.echo(f"Beacon: {found.beacon_kind} {found.beacon_description} {found.beacon_pattern}".rstrip())
    if found.manifest:
        click.echo(f"Manifest {found.number}, SHA-256 {grouped(manifest_digest(found.manifest).hex())}")
    if found.contents_root:
        click.echo(f"Contents root {grouped(printed_root(found.contents_root))}")
    states = marks.standing(station, run_id)
    if states:
        _show_standing(run_id, states)
    if not (states and states.due):
        _say_next(found)


@run.command("list")
@click.pass_obj
@told
def list_(find: Callable[[], Workspace]) -> None:
    """List all runs, the newest first."""
    runs = life.list_runs(open_station(find()))
    for found in runs:
        click.echo(f"{found.id:<16} {found.series:<16} {found.boxes:>8} boxes  {found.state}")
    if not runs:
        click.echo("There is no run yet. Plan one with: hopke run plan SERIES --boxes N")


def _show_outlook(outlook: planning.Outlook) -> None:
    run = outlook.run
    click.echo(f"{run.id}: {run.boxes} boxes of {run.series} in cases of {run.case_size}")
    for kit, count in outlook.counts:
        click.echo(f"  {kit:<24} {count:>7} of {run.boxes}")
    for name, each in (("all standard kits", outlook.standard), ("every kit, chase too", outlook.everything)):
        if each:
            click.echo(
                f"Boxes to open for {name}: {each.mean:.1f} on average; {each.median} do for half of "
                f"all buyers, {each.ninety} for nine in ten."
            )
    if run.beacon_kind == "none":
        click.echo(
            "No beacon: you could draw again unseen, and the site says so. Choose one with --beacon ceremony."
        )


def _show_standing(run_id: str, states: PrintStates) -> None:
    counts = (("printed", states.printed), ("spoiled", states.spoiled), ("withdrawn", states.voided))
    told = ", ".join(f"{len(editions)} {word}" for word, editions in counts if editions)
    click.echo(f"Cards: {told}; {len(states.due) or 'none'} to be printed.")
    if states.due:
        due = write_editions(states.due)
        click.echo(f"Next: print them with: hopke run print {run_id} --editions {due}.")


def _say_next(run: object) -> None:
    click.echo(f"Next: {next_step(run)}.")  # type: ignore[arg-type]


def _counts(given: tuple[str, ...]) -> dict[str, int] | None:
    counts: dict[str, int] = {}
    for pair in given:
        kit, _, boxes = pair.partition("=")
        if not boxes.isdecimal() or kit in counts:
            raise planning.SharesError(
                f"{pair!r} is not one kit with its boxes, given once",
                where="--count",
                mend="Write flag-tower=8",
            )
        counts[kit] = int(boxes)
    return counts or None
