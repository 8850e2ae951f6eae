"""`hopke run sell|witness|reveal|log` and `hopke verify`: the public record of a run, and checking it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import cast

import click

from app.cli.runs import run
from app.cli.telling import counted, grouped, progress_bar, told
from app.core.code import parse_code
from app.core.errors import UserError
from app.core.findings import Check, Findings, parse_root
from app.core.log import Entry
from app.core.verifying import kinds_of, verify_files
from app.runs import next_step, open_station
from app.runs.log import log_of, verify_log
from app.runs.public_life import Ended, Told, require_revealable, reveal_run, sell_run, witness_run
from app.workspace import Workspace

PATIENCE_S = 2.0
"""A check that takes longer shows how far it is."""


class UnreadableFileError(UserError):
    """A file to be verified cannot be read."""


@run.command("sell")
@click.argument("run_id", metavar="RUN")
@click.pass_obj
@told
def sell(find: Callable[[], Workspace], run_id: str) -> None:
    """Put RUN on sale once all its cards are printed; its page says so from then on."""
    done = sell_run(open_station(find()), run_id, datetime.now(UTC))
    click.echo(f"{run_id} is on sale.")
    _say_rest(done)


@run.command("witness")
@click.argument("run_id", metavar="RUN")
@click.option(
    "--what",
    type=click.Choice(["manifest", "root"]),
    required=True,
    help="Which seal: of the manifest (before the draw), or the contents root (before sale).",
)
@click.option(
    "--where",
    required=True,
    metavar="TEXT",
    help="Where it can be found: a place or an institution, never a person.",
)
@click.pass_obj
@told
def witness(find: Callable[[], Workspace], run_id: str, what: str, where: str) -> None:
    """Write into the public log where a seal of RUN was posted, so that others keep it."""
    done = witness_run(open_station(find()), run_id, what, where, datetime.now(UTC))
    click.echo(f"The log says where the {what} of {run_id} was posted. It is public and stays for ever.")
    _say_rest(done)


@run.command("reveal")
@click.argument("run_id", metavar="RUN")
@click.option("--sold-out", "ended", flag_value="sold out", help="Every box of the run is sold.")
@click.option("--withdrawn", "ended", flag_value="withdrawn", help="The boxes left over are off the shelves.")
@click.option("--yes", is_flag=True, help="Do not ask before opening it.")
@click.pass_obj
@told
def reveal(find: Callable[[], Workspace], run_id: str, ended: str | None, *, yes: bool) -> None:
    """Open the draw of RUN when it is over, so that anyone can do it again. It cannot be taken back."""
    if ended is None:
        raise click.UsageError("Say why the run is over: --sold-out or --withdrawn.")
    station = open_station(find())
    require_revealable(station, run_id)
    click.echo(
        "The seed of the draw becomes public. Boxes that still lie in shops are exposed: who opens one box "
        "learns what its case holds."
    )
    if not yes:
        click.confirm(f"Is no box of {run_id} for sale any more?", abort=True)
    done = reveal_run(station, run_id, cast(Ended, ended), datetime.now(UTC))
    click.echo(
        f"{run_id} is revealed ({ended}). It was drawn again from what is public, and the root agrees."
    )
    click.echo(f"Anyone can fetch the bundle at {done.run.base_url.rstrip('/')}/runs/{run_id}/reveal.json")
    _say_rest(done)


@run.command("log")
@click.argument("run_id", metavar="RUN", required=False)
@click.option("--verify", is_flag=True, help="Check that nothing was changed, taken out or left out.")
@click.pass_obj
@told
def log(find: Callable[[], Workspace], run_id: str | None, *, verify: bool) -> None:
    """Show everything that was done to RUN, or to all runs, as the public log tells it."""
    station = open_station(find())
    entries = log_of(station, run_id)
    for entry in entries:
        click.echo(_line(entry))
    if not entries:
        click.echo("The log is empty: nothing was done yet.")
    if verify:
        whole = verify_log(station)
        number = "1 entry" if len(whole.entries) == 1 else f"{len(whole.entries)} entries"
        click.echo(
            click.style("✓ ", fg="green")
            + f"{number}, unbroken, in agreement with the ledger; head {grouped(whole.head)}"
        )


@click.command()
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--root", metavar="SIGNS", help="The contents root as the card shows it, or in hex; for a proof."
)
@told
def verify(paths: tuple[Path, ...], root: str | None) -> None:
    """Check reveal.json, manifest.json, log.json, or proof.bin with its manifest; needs no network."""
    files = {str(path): _content(path) for path in paths}
    wanted = parse_root(root) if root else b""
    code = _asked_code() if "proof" in kinds_of(files).values() else None
    with _late_bar("Checking") as progress:
        found = verify_files(files, root=wanted, code=code, progress=progress)
    for each in found:
        _show(each)
    checks = [check for each in found for check in each.checks]
    failed = sum(check.holds is False for check in checks)
    left = sum(check.holds is None for check in checks)
    if failed:
        click.echo(
            click.style("✗ ", fg="red")
            + f"This does not hold: {counted(failed, 'check')} of {len(checks)} failed."
        )
        sys.exit(2)
    click.echo(click.style("✓ ", fg="green") + _verdict(len(checks), left))


def _verdict(checks: int, left: int) -> str:
    if not left:
        return f"Everything holds, all {checks} checks. Compare what is said above with cards and witnesses."
    return f"What could be checked holds, but {left} of {checks} could not be checked; compare them yourself."


def _asked_code() -> str | None:
    typed = click.prompt("Code on the card (Enter leaves it out)", default="", show_default=False, err=True)
    return parse_code(typed) if typed.strip() else None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            f"the file cannot be read ({error.strerror})",
            where=str(path),
            mend="Look at its name and its rights",
        ) from error


def _show(found: Findings) -> None:
    click.echo(f"{found.file}: {found.kind}")
    for name, value in found.facts:
        click.echo(f"  {name}: {value}")
    for kit, count in found.odds:
        click.echo(f"  {kit:<24} {count:>7} of {found.boxes}")
    for check in found.checks:
        click.echo(f"  {_mark(check)}{check.says}{f': {check.why}' if check.why else ''}")


def _mark(check: Check) -> str:
    if check.holds is None:
        return "· "
    return click.style("✓ ", fg="green") if check.holds else click.style("✗ ", fg="red")


@contextmanager
def _late_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar once it has taken a while; what is told before then shows nothing."""
    begun, shown = monotonic(), list[Callable[[int, int], None]]()
    with ExitStack() as stack:

        def progress(done: int, whole: int) -> None:
            if not shown and monotonic() - begun > PATIENCE_S:
                shown.append(stack.enter_context(progress_bar(label)))
            if shown:
                shown[0](done, whole)

        yield progress


def _line(entry: Entry) -> str:
    more = ", ".join(str(value) for value in entry.told.values() if value != "")
    return f"{entry.number:>5}  {entry.at:%Y-%m-%d %H:%M}  {entry.run:<16} {entry.did:<10} {more}".rstrip()


def _say_rest(done: Told) -> None:
    for note in done.notes:
        click.echo(f"· {note}.")
    click.echo(f"Next: {next_step(done.run)}.")
