"""`hopke run print` and `hopke print`: everything that comes out of a printer."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from app.cli.runs import run
from app.cli.telling import counted, progress_bar, told
from app.core.editions import write_editions
from app.runs import Station, marks, open_station, printer, printing, proving, story_cards
from app.runs.orders import EVERYTHING, FILES, TARGETS, Order
from app.workspace import Workspace

Found = Callable[[], Workspace]
Command = Callable[..., Any]


only = click.option(
    "--only",
    "things",
    multiple=True,
    type=click.Choice(list(FILES)),
    help="This alone; repeat for several. Without it, everything.",
)
for_target = click.option(
    "--for",
    "target",
    type=click.Choice(TARGETS),
    default="office",
    show_default=True,
    help="Your own printer, or a print shop (PDF/X-4, gray and CMYK, one card a page).",
)
every_sheet = click.option(
    "--all", "every_sheet", is_flag=True, help="Draw and read every sheet, not only a sample."
)


def on_paper(command: Command) -> Command:
    """Give a command the options that say how something is put on paper."""
    for option in (
        for_target,
        click.option(
            "--sheet", metavar="NAME", help="A4, A3, SRA3, Letter, card, or a label stock of print/sheets."
        ),
        click.option(
            "--start", default=1, show_default=True, help="The first cell to use on a sheet already begun."
        ),
        click.option(
            "--stacked", is_flag=True, help="Order cards so that cut piles, laid together, are in order."
        ),
        click.option(
            "--processes", type=click.IntRange(1, 64), help="How many stamp at once; else what is worth it."
        ),
    ):
        command = option(command)
    return command


@run.command("print")
@click.argument("run_id", metavar="RUN")
@only
@click.option(
    "--editions", default="", metavar="LIST", help="Print these boxes again, as in 17,40-52; the cards alone."
)
@click.option(
    "--practice", "practice_url", metavar="URL", help="Print watermarked cards that open at this address."
)
@every_sheet
@on_paper
@click.pass_obj
@told
def print_(find: Found, /, run_id: str, things: tuple[str, ...], editions: str, **how: Any) -> None:
    """Print what RUN needs, and read every code back first."""
    things = things or (("insert",) if editions else EVERYTHING)
    print_and_tell(open_station(find()), run_id, Order(things=things, editions=editions, **how))


@run.command("spoil")
@click.argument("run_id", metavar="RUN")
@click.option(
    "--editions", default="", metavar="LIST", help="The boxes whose cards were spoiled, as in 17,40-52."
)
@click.option(
    "--sheets", default="", metavar="LIST", help="Or the sheets of the cards' file, counted from 1."
)
@click.pass_obj
@told
def spoil(find: Found, run_id: str, editions: str, sheets: str) -> None:
    """Mark printed cards of RUN as spoiled, and say how to print them again."""
    station = open_station(find())
    if editions and sheets:
        raise click.UsageError("Give --editions or --sheets, not both.")
    editions = editions or proving.editions_on(station, run_id, sheets)
    _tell_marked(marks.spoil(station, run_id, editions, datetime.now(UTC)))


@run.command("void")
@click.argument("run_id", metavar="RUN")
@click.option("--editions", required=True, metavar="LIST", help="The boxes to withdraw, as in 17,40-52.")
@click.confirmation_option(prompt="Withdrawn boxes can never be claimed or printed again. Go on?")
@click.pass_obj
@told
def void(find: Found, run_id: str, editions: str) -> None:
    """Withdraw boxes of RUN for good: their codes go into no album any more."""
    _tell_marked(marks.void(open_station(find()), run_id, editions, datetime.now(UTC)))


@click.group("print")
def paper() -> None:
    """Print what belongs to no run, prove printed files, and fit the printer."""


@paper.command("proof")
@click.argument("run_id", metavar="RUN")
@only
@for_target
@every_sheet
@click.option(
    "--dpi",
    default=600,
    show_default=True,
    type=click.IntRange(150, 1200),
    help="The printer's dots per inch.",
)
@click.pass_obj
@told
def proof(find: Found, /, run_id: str, things: tuple[str, ...], dpi: int, **how: Any) -> None:
    """Read the printed files of RUN again, card by card, and predict how well they will print."""
    order = Order(things=things or EVERYTHING, **how)
    with progress_bar(f"Proving {run_id}") as progress:
        found = proving.prove_run(open_station(find()), run_id, order, dpi=dpi, progress=progress)
    for file in found:
        grade = f"; predicted print grade {file.grade} of 4 at {dpi} dpi" if file.grade is not None else ""
        read = ""
        if file.proven:
            read = f": {file.proven.cards} read back, {counted(file.proven.drawn, 'sheet')} looked at"
        click.echo(f"{click.style('✓', fg='green')} {file.path.name}{read}{grade}")


@paper.command("kit")
@click.argument("kit_id", metavar="KIT")
@click.option(
    "--cards", type=click.IntRange(1, 100_000), default=10, show_default=True, help="How many cards to print."
)
@on_paper
@click.pass_obj
@told
def kit(find: Found, /, kit_id: str, cards: int, **how: Any) -> None:
    """Print cards that open the public story of KIT, for kits that are sold open."""
    with progress_bar(f"Printing {kit_id}") as progress:
        printed = story_cards.print_story_cards(
            find(), kit_id, cards, Order(**how), now=datetime.now(UTC), progress=progress
        )
    _tell_file(printed)


@paper.command("calibrate")
@click.option(
    "--right", type=float, metavar="MM", help="How far right of the front's cross the back's falls."
)
@click.option("--down", type=float, metavar="MM", help="How far below the front's cross the back's falls.")
@click.option(
    "--turned",
    type=click.Choice(printer.EDGES),
    default="long",
    show_default=True,
    help="The edge on which the printer turns the sheet.",
)
@click.option("--sheet", metavar="NAME", help="The paper to measure on; else the workspace's.")
@click.pass_obj
@told
def calibrate(find: Found, right: float | None, down: float | None, turned: str, sheet: str | None) -> None:
    """Make the page that measures your printer, or store what you read on it, looking at the front."""
    workspace = find()
    if right is None and down is None:
        path = printer.print_calibration(workspace, sheet, turned, now=datetime.now(UTC))
        click.echo(f"Print both sides at 100 %, turned on the {turned} edge: {path}")
        click.echo("Then store what you read: hopke print calibrate --right MM --down MM")
    else:
        printer.store_drift(workspace, turned, right or 0.0, down or 0.0)
        click.echo(
            f"Stored. From now on backs are moved so that a drift of {right or 0:g} mm right and "
            f"{down or 0:g} mm down is undone on sheets turned on the {turned} edge."
        )


@paper.command("sheets")
@click.pass_obj
@told
def sheets(find: Found) -> None:
    """List the papers and label stocks that can be printed on."""
    for name, words in printer.describe_sheets(find()):
        click.echo(f"{name:<20} {words}")


def print_and_tell(station: Station, run_id: str, order: Order) -> None:
    """Print what an order asks for, and say what came of it."""
    with progress_bar(f"Printing {run_id}") as progress:
        printed = printing.print_run(station, run_id, order, now=datetime.now(UTC), progress=progress)
    state = "for practice only; not counted as printed" if printed.practice else "printed"
    if "insert" in order.things:
        click.echo(f"{counted(printed.boxes, 'card')} {state}; every QR was read back and opens its own box.")
    for file in printed.files:
        _tell_file(file)


def _tell_file(file: printing.PrintedFile) -> None:
    click.echo(f"  {file.path}")
    if file.cards:
        cards = file.cards
        module = f" QR module {cards.module_mm:.2f} mm." if cards.module_mm else ""
        sides = f", both sides, turned on the {cards.turned_on} edge" if cards.sides > 1 else ""
        click.echo(
            f"    {counted(cards.sheets, 'sheet')}, {cards.each} on each. Print at 100 %{sides}.{module}"
        )
        if cards.note:
            click.echo(f"    {cards.note}")


def _tell_marked(marked: marks.Marked) -> None:
    if marked.changed:
        click.echo(f"No. {write_editions(marked.changed)} of {marked.run}: {marked.kind}.")
    if marked.already:
        click.echo(f"No. {write_editions(marked.already)} were {marked.kind} before.")
    if marked.kind == "spoiled":
        again = write_editions((*marked.changed, *marked.already))
        click.echo(f"Print them again with: hopke run print {marked.run} --editions {again}")
