"""`hopke run pack`: the packing table, in the terminal with a scanner that types."""

import os
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import sleep

import click

from app.cli.telling import counted, told
from app.core.editions import EditionsError, write_editions
from app.core.errors import UserError
from app.core.scan import same_keys
from app.runs import Station, open_station
from app.runs.packed import in_words, short_parts
from app.runs.packing import Bench, BoxPacked, InsertRead, PackingError, open_bench
from app.workspace import Workspace

BELL = "\a"
BETWEEN_BELLS_S = 0.15
"""Terminals make one sound of bells that follow at once."""

HELP = """Scan the card (insert) of a box, then the label on its outside. One sound: right. Three: wrong.
  end            stops; Ctrl-D and Ctrl-C do too. Nothing is lost.
  status         how far it is
  case 7         goes on with case 7
  undo 12        box No. 12 is not packed after all
A code or a label's number may be typed instead of scanned; what is typed is not shown."""
HELP_SHORT = """
  short          lists the parts of the kit at hand
  short B1       one part B1 of it is short; short -B1 takes that back"""
MORE = """Colour, words and sound say the same: one sound for right, three for wrong. Vietnamese keyboards are
undone. Every pair is kept on the disk at once, so a station that is switched off goes on where it was.
Type ? for what else can be typed. With two people, the first lays kits and cards into boxes by the packing
sheet, and the second closes them with --second."""
COMMANDS = {"end": "end", "quit": "end", "exit": "end", "help": "help", "?": "help"}
COMMANDS |= {word: word for word in ("status", "case", "undo", "short")}


@dataclass(frozen=True)
class Table:
    """The packing table: what lies on it, and whether the second person, who sees no kits, stands there."""

    station: Station
    bench: Bench
    second: bool


@click.command(epilog=MORE)
@click.argument("run_id", metavar="RUN")
@click.option("--case", default="", metavar="N", help="Begin with case N; else with the first not full.")
@click.option("--second", is_flag=True, help="For a second person: shows right, wrong and counts, no kits.")
@click.option("--status", is_flag=True, help="Show what is packed by case, and stop.")
@click.option("--undo", default="", metavar="EDITION", help="Box EDITION is not packed after all; then stop.")
@click.pass_obj
@told
def pack(
    find: Callable[[], Workspace], run_id: str, case: str, second: bool, status: bool, undo: str
) -> None:
    """Pack RUN with a scanner: each box's card, then its outer label; told right or wrong at once."""
    station = open_station(find())
    if status or undo:
        table = Table(station, open_bench(station, run_id, now=None), second)
        if undo:
            _say(f"Box No. {table.bench.undo(undo)} counts as not packed.")
        if status:
            _tell_status(table)
        return
    now = None if second else datetime.now(UTC)
    # From the first moment: whoever scans while a large run is still being opened must not see a code either.
    with _unseen():
        _pack(Table(station, open_bench(station, run_id, now=now, case=case), second))


def _pack(table: Table) -> None:
    """Take scans until the end, and tell how far it is before and after."""
    _tell_status(table)
    _say("Scan the card, then the label. What you type is not shown; ? for help, end to stop.")
    _tell_case(table.bench)
    with suppress(KeyboardInterrupt):
        _take_scans(table)
    _tell_end(table)


def _take_scans(table: Table) -> None:
    for line in _lines():
        word, _, rest = line.partition(" ")
        command = next((COMMANDS[each] for each in COMMANDS if word == each or same_keys(word, each)), "")
        if command == "end":
            return
        try:
            if command:
                _do(table, command, rest.strip())
            elif line:
                _show(table, table.bench.read(line))
        except (PackingError, EditionsError) as error:
            _alarm("WRONG", error)
        except UserError as error:
            _alarm("NOT READ", error)


def _do(table: Table, command: str, rest: str) -> None:
    if command == "help":
        _say(HELP if table.second else HELP + HELP_SHORT)
    elif command == "status":
        _tell_status(table)
    elif command == "case":
        table.bench.go_to(rest)
        _tell_case(table.bench)
    elif command == "undo":
        _say(f"Box No. {table.bench.undo(rest)} counts as not packed.")
    elif table.second:
        _say("The first person keeps the list of short parts.")
    elif rest:
        found = rest.startswith("-")
        count = table.bench.short(rest.removeprefix("-"), -1 if found else 1)
        _say(f"Part {rest.removeprefix('-').upper()} of this kit: {count} short.")
    else:
        _list_parts(table.bench)


def _list_parts(bench: Bench) -> None:
    if bench.kit is None:
        _say("No box is at hand: scan its card first.")
        return
    for part in bench.kit.parts.values():
        _say(f"  {part.code:<6} {in_words(part.name)} × {part.pieces}")
    _say("Type short and the part's code, as in: short " + next(iter(bench.kit.parts)))


def _show(table: Table, seen: InsertRead | BoxPacked) -> None:
    if isinstance(seen, BoxPacked):
        _show_packed(table.bench, seen)
        return
    aside = f"The card No. {seen.instead_of} is not at hand any more. " if seen.instead_of else ""
    if seen.kit is None:
        _say(f"{aside}Card read. Now its label.")
    else:
        _say(
            f"{aside}Card No. {seen.edition}. Put in: {in_words(seen.kit.name)} (picture: {seen.kit.id}). "
            f"Now label No. {seen.edition}."
        )


def _show_packed(bench: Bench, seen: BoxPacked) -> None:
    if seen.again:
        _say(f"No. {seen.edition} was packed just now. Next card.")
        return
    _say(
        _coloured(" RIGHT ", "green")
        + f" No. {seen.edition} is packed. Case {seen.case}: {seen.left_in_case} to go. "
        f"Run: {seen.left_in_run} to go."
    )
    if not seen.left_in_case:
        _say(f"Case {seen.case} is full: close it and stick on its label, {seen.case} / {bench.cases}.")
        if seen.next_case:
            _tell_case(bench)
        else:
            _say("Every box is packed. Type end.")
    _ring(1)


def _alarm(word: str, error: UserError) -> None:
    _say(_coloured(f" {word} ", "red") + f" {error}")
    _ring(3)


def _tell_case(bench: Bench) -> None:
    count = bench.tally().cases[bench.case - 1]
    _say(f"Case {bench.case} of {bench.cases}: {counted(count.due, 'box', 'boxes')} to go.")


def _tell_status(table: Table) -> None:
    tally = table.bench.tally()
    _say(f"{tally.run}: {tally.packed} of {tally.packed + tally.due} boxes packed, {tally.due} to go.")
    full = [case.case for case in tally.cases if not case.due]
    untouched = [case.case for case in tally.cases if case.due and not case.packed]
    for case in tally.cases:
        if case.due and case.packed:
            _say(f"  case {case.case}: {case.packed} packed, {case.due} to go")
    for cases, words in ((full, "full"), (untouched, "not begun")):
        if cases:
            _say(f"  {'case' if len(cases) == 1 else 'cases'} {write_editions(cases)}: {words}")
    if tally.spoiled:
        editions = write_editions(tally.spoiled)
        _say(f"Spoiled cards: print them with: hopke run print {tally.run} --editions {editions}")
    if tally.withdrawn:
        _say(f"Packed, but withdrawn since: take No. {write_editions(tally.withdrawn)} out of their cases.")
    if not table.second:
        _tell_short(table)


def _tell_short(table: Table) -> None:
    parts = short_parts(table.station, table.bench.run, table.bench.packed)
    if parts:
        _say("Short parts:")
    for part in parts:
        _say(f"  {part.count} × {part.code} {part.name}, of {part.kit}")


def _tell_end(table: Table) -> None:
    _tell_status(table)
    run = table.bench.run.id
    if table.bench.tally().due:
        second = " --second" if table.second else ""
        _say(f"Everything is kept. Next: go on with: hopke run pack {run}{second}")
    else:
        _say(f"Every box of {run} is packed. Next: hopke run show {run} says what follows.")


def _say(words: str) -> None:
    """Say something, in colours only where they are wanted and can be seen (no-color.org)."""
    click.echo(words, color=False if os.environ.get("NO_COLOR") else None)


def _coloured(words: str, colour: str) -> str:
    return click.style(words, fg="black" if colour == "green" else "white", bg=colour, bold=True)


def _ring(times: int) -> None:
    """Sound the terminal's bell; a file or a pipe has none."""
    if not sys.stdout.isatty():
        return
    for number in range(times):
        if number:
            sleep(BETWEEN_BELLS_S)
        click.echo(BELL, nl=False)


def _lines() -> Iterator[str]:
    """Yield what is scanned or typed, line by line, until its end."""
    while line := sys.stdin.buffer.readline():
        yield line.decode("utf-8", "replace").strip()


@contextmanager
def _unseen() -> Iterator[None]:
    """Keep a terminal from showing what is typed, because a card's code is."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    silent = termios.tcgetattr(sys.stdin)
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(sys.stdin, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
