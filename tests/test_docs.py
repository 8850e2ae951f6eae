"""Every command, option and setting explains itself and stands in the README."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import click
import pytest

from app.cli import main
from app.workspace import Contact, Paper, Site, Workspace

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
FOUND_NOT_SET = {"root"}
"""Not a key of hopke.toml: where the file was found."""


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command below `command` with the words that call it, groups included."""
    yield path, command
    if isinstance(command, click.Group):
        for name, part in sorted(command.commands.items()):
            yield from commands(part, f"{path} {name}")


ALL = dict(commands(main, "hopke"))
LEAVES = [path for path, command in ALL.items() if not isinstance(command, click.Group)]
SETTINGS = [
    field.name
    for kind in (Workspace, Paper, Site, Contact)
    for field in fields(kind)
    if field.name not in FOUND_NOT_SET and not is_dataclass(field.default)
]


def test_the_lists_below_are_not_empty() -> None:
    assert {"hopke check", "hopke run plan", "hopke run print", "hopke serve", "hopke demo"} <= set(LEAVES)
    assert {"maker", "base_url", "languages", "bleed_mm", "proxies"} <= set(SETTINGS)


@pytest.mark.parametrize("path", ALL)
def test_every_command_says_what_it_does_in_whole_sentences(path: str) -> None:
    words = (ALL[path].help or "").strip()
    assert len(words.split()) >= 4
    assert words.endswith(".")
    assert words[0].isupper()


@pytest.mark.parametrize("path", ALL)
def test_every_option_says_what_it_is_for(path: str) -> None:
    for parameter in ALL[path].params:
        if isinstance(parameter, click.Option):
            words = (parameter.help or "").strip()
            assert len(words.split()) >= 3, f"{path} {parameter.opts[0]}"
            assert words.endswith("."), f"{path} {parameter.opts[0]}"


@pytest.mark.parametrize("path", LEAVES)
def test_every_command_stands_in_the_readme(path: str) -> None:
    assert path in README


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_stands_in_the_readme(setting: str) -> None:
    assert re.search(rf"`[^`\n]*\b{setting}\b[^`\n]*`", README)


def test_every_command_that_the_readme_names_exists() -> None:
    words = README.replace("`", " ").split()
    called = {
        " ".join(["hopke", *words[place + 1 : place + 3]])
        for place, word in enumerate(words)
        if word == "hopke" and words[place + 1] == "run"
    }
    named = {path for path in called if path.split()[-1].isalpha() and path.split()[-1].islower()}
    assert named <= set(ALL)
