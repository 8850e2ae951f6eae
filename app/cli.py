"""The command-line door: parse, call one flow, present."""

import ipaddress
import os
import secrets
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from app.checking import check_workspace, notes
from app.core.commitment import printed_root
from app.core.errors import UserError
from app.core.manifest import manifest_digest
from app.core.plan import Beacon
from app.runs import Station, life, next_step, open_station, planning, printing
from app.runs.demo import DEMO_RUN, ready_demo
from app.web.languages import known_languages
from app.web.serve import serve_site
from app.workspace import Workspace, find_workspace

Given = ParamSpec("Given")
Made = TypeVar("Made")


def told(command: Callable[Given, Made]) -> Callable[Given, Made]:
    """Print a UserError as sentences and leave with 2."""

    @wraps(command)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        try:
            return command(*args, **kwargs)
        except UserError as error:
            click.echo(click.style("✗ ", fg="red") + str(error), err=True)
            sys.exit(2)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hopke", message="hopke %(version)s")
@click.option(
    "--workspace", metavar="DIR", help="The folder with hopke.toml; else the nearest one here or above."
)
@click.pass_context
@told
def main(context: click.Context, workspace: str | None) -> None:
    """Hộp Kể: fair blind boxes of landmark kits, with a QR card that opens each kit's story."""
    context.obj = lambda: find_workspace(workspace)


@main.command()
@click.pass_obj
@told
def check(find: Callable[[], Workspace]) -> None:
    """Check kits, stories, pictures, languages, links and print designs; leave with 0 or 2."""
    workspace = find()
    problems = check_workspace(workspace, known_languages())
    for problem in problems:
        click.echo(click.style("✗ ", fg="red") + str(problem))
    if problems:
        click.echo(f"{len(problems)} to mend.")
        sys.exit(2)
    for note in notes(workspace):
        click.echo(f"· {note}")
    click.echo(click.style("✓ ", fg="green") + "The workspace is ready.")


@main.group()
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
    """Publish the manifest of RUN; from here nothing changes. Do this before the beacon."""
    done = life.commit_run(
        open_station(find()), run_id, entropy=secrets.token_bytes(32), now=datetime.now(UTC)
    )
    click.echo(
        f"{run_id} is committed for {done.base_url}. SHA-256 of its manifest, to be kept by witnesses:"
    )
    click.echo(f"  {_grouped(manifest_digest(done.manifest or '').hex())}")
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
    click.echo(f"  {_grouped(printed_root(done.contents_root or b''))}")
    _say_next(done)


@run.command("print")
@click.argument("run_id", metavar="RUN")
@click.option(
    "--practice",
    "practice_url",
    metavar="ADDRESS",
    help="Watermarked cards that open at ADDRESS, as in http://192.168.1.20:8000; never counted as printed.",
)
@click.pass_obj
@told
def print_(find: Callable[[], Workspace], run_id: str, practice_url: str | None) -> None:
    """Print the cards and packing sheets of RUN, and read every code back first."""
    _print(open_station(find()), run_id, practice_url)


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
        click.echo(f"Manifest {found.number}, SHA-256 {_grouped(manifest_digest(found.manifest).hex())}")
    if found.contents_root:
        click.echo(f"Contents root {_grouped(printed_root(found.contents_root))}")
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


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@click.pass_obj
@told
def serve(find: Callable[[], Workspace], host: str, port: int) -> None:
    """Serve the buyers' site."""
    serve_site(
        find(), host, port, lambda address: click.echo(f"The site is open at {address}. Stop it with Ctrl-C.")
    )


@main.command()
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@click.pass_obj
@told
def demo(find: Callable[[], Workspace], port: int) -> None:
    """Plan, draw and print a run of 24 boxes, then serve the site with a code to try."""
    workspace = find()
    station = open_station(workspace)
    program = os.path.relpath(sys.argv[0])
    code = ready_demo(station, click.echo, lambda: _print(station, DEMO_RUN, None))
    click.echo(f"\nTry one of the cards in your browser: http://127.0.0.1:{port}/b/{code}")
    click.echo(
        f"With a real phone in the same network: {program} run print {DEMO_RUN} "
        f"--practice http://{_own_address()}:{port} and {program} serve --host 0.0.0.0 --port {port}"
    )
    serve_site(
        workspace,
        "127.0.0.1",
        port,
        lambda address: click.echo(f"The site is open at {address}/ (Ctrl-C stops it)."),
    )


def _print(station: Station, run_id: str, practice_url: str | None) -> None:
    with click.progressbar(length=1, label=f"Printing {run_id}", file=sys.stderr) as bar:

        def progress(done: int, whole: int) -> None:
            bar.length = whole
            bar.update(done - bar.pos)

        printed = printing.print_run(
            station, run_id, practice_url=practice_url, now=datetime.now(UTC), progress=progress
        )
    counted = "for practice only; not counted as printed" if printed.practice else "printed"
    click.echo(f"{printed.cards} cards {counted}; every QR was read back and opens its own box.")
    click.echo(f"  {printed.inserts}\n  {printed.packing_sheets}")
    click.echo(
        f"Print at 100 %, both sides, turned on the {printed.turned_on} edge. "
        f"QR module {printed.module_mm:.2f} mm."
    )


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


def _grouped(text: str) -> str:
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _own_address() -> str:
    """Return this machine's address in its network; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(ipaddress.IPv4Address(0xC0000201)), 9))
        except OSError:
            return "THIS-MACHINE'S-ADDRESS"
        return str(probe.getsockname()[0])
