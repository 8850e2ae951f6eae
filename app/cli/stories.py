"""`hopke story`: the texts of stories/, their drafts and their history, from the shell."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from app.cli.telling import counted, told
from app.core.blocks import Change
from app.editing import Studio, Text, find_text, open_studio
from app.editing.drafts import Opened, open_text
from app.editing.gate import Advice, advice, gate
from app.editing.history import Past, compare, history
from app.editing.listing import Listed, list_texts, take_stock
from app.editing.prints import printed_runs
from app.editing.publishing import publish
from app.web.languages import known_languages
from app.workspace import Workspace

COLUMNS = ("text", "state", "behind", "stale", "checked", "check again")
Find = Callable[[], Workspace]


@click.group()
def story() -> None:
    """Look at the texts of stories, check them, and publish what was approved."""


@story.command("list")
@click.option("--all", "every", is_flag=True, help="Also texts that nobody has begun.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list for programs.")
@click.pass_obj
@told
def list_(find: Find, every: bool, as_json: bool) -> None:
    """List every text with its state, what is behind or stale, and when it was last checked."""
    studio = _studio(find)
    broken, stale = take_stock(studio, _now())
    listed = [each for each in list_texts(studio, stale) if every or each.state != "missing"]
    if as_json:
        click.echo(json.dumps([_row_json(each) for each in listed], ensure_ascii=False, indent=2))
    else:
        _table([COLUMNS, *map(_row, listed)])
    for error in broken.values():
        click.echo(click.style("✗ ", fg="red") + str(error), err=True)
    if broken:
        sys.exit(2)


@story.command("show")
@click.argument("name", metavar="KIT/NAME")
@click.option("--draft", is_flag=True, help="The draft instead of what is published.")
@click.pass_obj
@told
def show(find: Find, name: str, draft: bool) -> None:
    """Print a text's whole file, as flag-tower/vi or flag-tower/vi.easy."""
    _, opened = _open(find, name)
    click.echo(opened.words if draft else opened.published, nl=False)


@story.command("check")
@click.argument("name", metavar="KIT/NAME")
@click.option("--published", is_flag=True, help="What is published, though there is a draft.")
@click.pass_obj
@told
def check(find: Find, name: str, published: bool) -> None:
    """Tell what keeps a text from being published, and what the house advises; leave with 0 or 2."""
    studio, opened = _open(find, name)
    words = opened.published if published else opened.words
    found = gate(studio, opened.text, words, alone_because=opened.alone_because)
    for problem in found:
        click.echo(click.style("✗ ", fg="red") + str(problem))
    _advise(advice(studio, opened.text, words))
    for run in printed_runs(studio, opened.text, opened.published, words):
        click.echo(f"! {run.run} is printed and will tell otherwise.")
    if found:
        click.echo(f"{len(found)} to mend.")
        sys.exit(2)
    click.echo(click.style("✓ ", fg="green") + "Nothing keeps it from being published.")


@story.command("history")
@click.argument("name", metavar="KIT/NAME")
@click.option("--most", default=50, show_default=True, help="At most so many states.")
@click.pass_obj
@told
def history_(find: Find, name: str, most: int) -> None:
    """List a text's states, the newest first: number, time, what was done, by whom."""
    studio = _studio(find)
    states = history(studio, _text(studio, name), _now(), most=most)
    _table([_state(each) for each in states])
    if not states:
        click.echo("It has no history yet.")


@story.command("diff")
@click.argument("name", metavar="KIT/NAME")
@click.argument("older", type=int, required=False, metavar="[REV]")
@click.argument("newer", type=int, required=False, metavar="[REV]")
@click.pass_obj
@told
def diff(find: Find, name: str, older: int | None, newer: int | None) -> None:
    """Show what changed in a text: last, in one state, or between two states of its history."""
    studio = _studio(find)
    text = _text(studio, name)
    states = history(studio, text, _now(), most=1)
    if not states:
        click.echo("It has no history yet.")
        return
    one = newer or older or states[0].id
    both = compare(studio, text, one, older if newer else None)
    before = f"{both.older.id} ({both.older.kind})" if both.older else "nothing"
    click.echo(f"{before} → {both.newer.id} ({both.newer.kind})")
    for change in both.changes:
        _print_change(change)


@story.command("publish")
@click.argument("name", metavar="KIT/NAME")
@click.option("--yes", is_flag=True, help="Although printed runs will tell otherwise.")
@click.pass_obj
@told
def publish_(find: Find, name: str, yes: bool) -> None:
    """Publish a draft that somebody else than its writer has approved in the studio."""
    studio, opened = _open(find, name)
    published = publish(studio, opened.text, None, version=opened.version, now=_now(), confirmed_runs=yes)
    click.echo(f"{name} is published: state {published.revision}, SHA-256 {published.digest[:16]}…")


def _now() -> datetime:
    return datetime.now(UTC)


def _studio(find: Find) -> Studio:
    return open_studio(find(), known_languages())


def _text(studio: Studio, name: str) -> Text:
    kit, _, rest = name.partition("/")
    return find_text(studio, kit, Path(rest).name.removesuffix(".md"))


def _open(find: Find, name: str) -> tuple[Studio, Opened]:
    studio = _studio(find)
    opened = open_text(studio, _text(studio, name), None, _now())
    if opened.broken is not None:
        raise opened.broken
    return studio, opened


def _advise(advised: Advice) -> None:
    index = f", reading index {advised.reading.index:.1f}" if advised.reading.index is not None else ""
    click.echo(
        f"· {counted(advised.reading.words, 'word')}, {advised.reading.sentence:.1f} in a sentence{index}."
    )
    for problem in advised.problems:
        click.echo(f"· {problem}")


def _row(listed: Listed) -> tuple[str, ...]:
    return (
        listed.name,
        listed.state,
        "changed on disk" if listed.behind else "-",
        counted(listed.stale, "paragraph") if listed.stale else "-",
        str(listed.checked.checked_on or "-"),
        str(listed.checked.due_on or "-"),
    )


def _row_json(listed: Listed) -> dict[str, object]:
    return {
        "text": listed.name,
        "state": listed.state,
        "behind": listed.behind,
        "stale": listed.stale,
        "checked_on": str(listed.checked.checked_on) if listed.checked.checked_on else None,
        "due_on": str(listed.checked.due_on) if listed.checked.due_on else None,
    }


def _state(each: Past) -> tuple[str, ...]:
    what = "file taken away" if each.gone else each.kind
    return (str(each.id), each.at.strftime("%Y-%m-%d %H:%M"), what, each.who or "-", each.note)


def _table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _print_change(change: Change) -> None:
    """Print a block that changed: what is gone in [-…-], what is new in {+…+}, as word diffs do."""
    match change.kind:
        case "gone":
            click.echo(click.style(f"[-{change.old.strip()}-]", fg="red") + "\n")
        case "new":
            click.echo(click.style(f"{{+{change.new.strip()}+}}", fg="green") + "\n")
        case "changed":
            parts = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
            colours = {"same": None, "gone": "red", "new": "green"}
            said = [
                click.style(parts[run.kind].format(run.text), fg=colours[run.kind]) for run in change.words
            ]
            click.echo("".join(said).strip() + "\n")
