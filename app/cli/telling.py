"""How the command line speaks: mistakes as sentences, progress as a bar, hashes in groups."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from time import monotonic
from typing import ParamSpec, TypeVar

import click

from app.core.errors import UserError

Given = ParamSpec("Given")
Made = TypeVar("Made")

PATIENCE_S = 2.0
"""What may be over soon shows how far it is only once it has taken longer."""


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


def grouped(text: str) -> str:
    """Return a hash in groups of four."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def counted(number: int, thing: str, things: str = "") -> str:
    """Return "1 sheet" or "2 sheets"; `things` is the plural where it is not with an s."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar with speed and time left, and give what is told steps done and steps in all."""
    begun = monotonic()
    with click.progressbar(length=1, label=label, file=sys.stderr, item_show_func=lambda item: item) as bar:

        def progress(done: int, whole: int) -> None:
            bar.length = whole
            bar.update(done - bar.pos, f"{done / max(monotonic() - begun, 0.001):,.0f} a second")

        yield progress


@contextmanager
def late_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar once it has taken a while; what is told before then shows nothing."""
    begun, shown = monotonic(), list[Callable[[int, int], None]]()
    with ExitStack() as stack:

        def progress(done: int, whole: int) -> None:
            if not shown and monotonic() - begun > PATIENCE_S:
                shown.append(stack.enter_context(progress_bar(label)))
            if shown:
                shown[0](done, whole)

        yield progress
