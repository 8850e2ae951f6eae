"""`hopke story`: the studio's own flow from the shell."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.editing import Studio, find_text
from app.editing.files import path_of
from app.editing.reviewing import approve, submit
from app.workspace import Workspace
from tests.flows.desk import CAI, NOW, REV, rewritten, saved, staffed


@pytest.fixture
def studio(workspace: Workspace, read_before: Path) -> Studio:
    return staffed(workspace)


def story(studio: Studio, *words: str) -> Result:
    return CliRunner().invoke(main, ["--workspace", str(studio.workspace.root), "story", *words])


def test_a_text_is_listed_checked_compared_and_published_once_it_is_approved(studio: Studio) -> None:
    bridge = find_text(studio, "bridge", "vi")
    version = saved(studio, bridge, rewritten(studio, bridge))
    submit(studio, bridge, CAI, version=version, now=NOW)
    assert "bridge/vi" in story(studio, "list").output
    listed = {each["text"]: each["state"] for each in json.loads(story(studio, "list", "--json").output)}
    assert (listed["bridge/vi"], listed["bridge/en"]) == ("submitted", "published")
    assert "lantern/fr" not in listed
    refused = story(studio, "publish", "bridge/vi")
    assert (refused.exit_code, "nobody has approved this text yet" in refused.output) == (2, True)
    approve(studio, bridge, REV, version=version, now=NOW)
    assert "## Mới: " in story(studio, "show", "bridge/vi", "--draft").output
    assert "## Mới: " not in story(studio, "show", "bridge/vi").output
    assert "Nothing keeps it from being published." in story(studio, "check", "bridge/vi").output
    assert "{+" in story(studio, "diff", "bridge/vi", "2").output
    done = story(studio, "publish", "bridge/vi")
    assert (done.exit_code, done.output.startswith("bridge/vi is published")) == (0, True)
    assert "## Mới: " in path_of(studio, bridge).read_text("utf-8")
    assert story(studio, "history", "bridge/vi").output.count("\n") == 5


def test_what_is_to_be_mended_is_told_with_its_line_and_the_command_leaves_with_two(studio: Studio) -> None:
    bridge = find_text(studio, "bridge", "vi")
    path = path_of(studio, bridge)
    path.write_text(path.read_text("utf-8") + "\nNăm 1010.\n", "utf-8")
    told = story(studio, "check", "bridge/vi")
    assert told.exit_code == 2
    assert f"line {len(path.read_text('utf-8').splitlines())}: a paragraph gives a figure" in told.output
    path.write_bytes(b"\xff")
    assert "bridge/en" in story(studio, "list").output
    for words in (("check", "bridge/vi"), ("list",), ("show", "nothing/vi"), ("diff", "bridge/vi", "99")):
        assert story(studio, *words).exit_code == 2
