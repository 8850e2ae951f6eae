"""The command-line door: parse, call one flow, present."""

import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import click

from app.albums import open_site
from app.albums.sharing import draw_share_pictures
from app.checking import check_workspace, notes
from app.checking.wording import keep_fingerprints
from app.cli.audit import audit
from app.cli.fairness import verify
from app.cli.packing import pack
from app.cli.paper import paper, print_and_tell
from app.cli.people import staff, tell_demo_staff
from app.cli.reports import report
from app.cli.runs import run
from app.cli.stories import story
from app.cli.telling import counted, progress_bar, told
from app.core.errors import UserError
from app.runs import open_station
from app.runs.demo import DEMO_RUN, ready_demo
from app.runs.orders import Order
from app.runs.roles import Role, take_role
from app.web.languages import known_languages
from app.web.serve import serve_site
from app.workspace import Workspace, find_workspace


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
@click.option(
    "--strict",
    is_flag=True,
    help="Also layers, riddles, building steps, reading level, glossary, copied sentences.",
)
@click.pass_obj
@told
def check(find: Callable[[], Workspace], strict: bool) -> None:
    """Check kits, stories, pictures, languages, links and print designs; leave with 0 or 2."""
    workspace = find()
    problems = check_workspace(workspace, known_languages(), strict=strict)
    for problem in problems:
        click.echo(click.style("✗ ", fg="red") + str(problem))
    if problems:
        click.echo(f"{len(problems)} to mend.")
        sys.exit(2)
    for note in notes(workspace, known_languages()):
        click.echo(f"· {note}")
    click.echo(click.style("✓ ", fg="green") + "The workspace is ready.")


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
@told
def fingerprint(find: Callable[[], Workspace], folder: Path) -> None:
    """Remember the wording of the source texts in FOLDER, so that check finds copied sentences."""
    path, texts = keep_fingerprints(find(), folder)
    click.echo(f"{path}: fingerprints of {texts} texts.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@click.option(
    "--role",
    type=click.Choice(get_args(Role)),
    default="both",
    show_default=True,
    help="Public needs no vault and opens none; station works beside the vault, for this machine alone.",
)
@click.pass_obj
@told
def serve(find: Callable[[], Workspace], host: str, port: int, role: Role) -> None:
    """Serve the buyers' site and the studio, whatever the role."""
    workspace = find()
    for warning in take_role(workspace, role, host):
        click.echo(click.style("! ", fg="yellow") + warning, err=True)
    _draw_shared(workspace)
    serve_site(
        workspace,
        host,
        port,
        lambda address: click.echo(f"The site is open at {address}. Stop it with Ctrl-C."),
    )


@main.command()
@click.pass_obj
@told
def share(find: Callable[[], Workspace]) -> None:
    """Draw certificates, and the pictures of stories that are sent on; serve does it too."""
    with progress_bar("Drawing the pictures for sharing") as progress:
        drawn = draw_share_pictures(open_site(find(), known_languages()), progress)
    click.echo(f"{counted(drawn, 'picture')} drawn." if drawn else "Every picture is there already.")


@main.command()
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@click.pass_obj
@told
def demo(find: Callable[[], Workspace], port: int) -> None:
    """Plan, draw and print a run of 24 boxes, then serve the site with a code and the studio to try."""
    workspace = find()
    station = open_station(workspace)
    program = os.path.relpath(sys.argv[0])
    code = ready_demo(station, click.echo, lambda: print_and_tell(station, DEMO_RUN, Order()))
    click.echo(f"\nTry one of the cards in your browser: http://127.0.0.1:{port}/b/{code}")
    click.echo(
        f"With a real phone in the same network: {program} run print {DEMO_RUN} "
        f"--practice http://{_own_address()}:{port} and {program} serve --host 0.0.0.0 --port {port}"
    )
    tell_demo_staff(workspace, f"http://127.0.0.1:{port}", program)
    _draw_shared(workspace)
    serve_site(
        workspace,
        "127.0.0.1",
        port,
        lambda address: click.echo(f"The site is open at {address}/ (Ctrl-C stops it)."),
    )


def _draw_shared(workspace: Workspace) -> None:
    """Draw what phones show of a story that is sent on; the site opens without it too."""
    try:
        with progress_bar("Drawing the pictures for sharing") as progress:
            draw_share_pictures(open_site(workspace, known_languages()), progress)
    except UserError as error:
        click.echo(f"· Stories are sent on without their pictures: {error}", err=True)


def _own_address() -> str:
    """Return this machine's address in its network; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(ipaddress.IPv4Address(0xC0000201)), 9))
        except OSError:
            return "THIS-MACHINE'S-ADDRESS"
        return str(probe.getsockname()[0])


run.add_command(audit)
run.add_command(pack)
main.add_command(run)
main.add_command(paper)
main.add_command(report)
main.add_command(staff)
main.add_command(verify)
main.add_command(story)
