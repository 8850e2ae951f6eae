"""What the library gives a page: notes from the sources that all stories share, and texts rendered once."""

import json
from pathlib import Path

import pytest

from app.core.story import LayerFront
from app.library import has_layer, read_layer, read_sources, read_story, render, with_notes
from app.reading import FileMissingError
from app.workspace import Workspace, find_workspace
from tests.workspaces import copy_tiny

EASY = "stories/bridge/en.easy.md"


@pytest.fixture
def tiny(tmp_path: Path) -> Workspace:
    """The tiny workspace without its print designs."""
    return find_workspace(str(copy_tiny(tmp_path / "tiny")))


def rendered_texts(workspace: Workspace) -> list[Path]:
    return sorted((workspace.state / "cache" / "stories").glob("*.json"))


def add(workspace: Workspace, name: str, text: str) -> None:
    with (workspace.root / name).open("a", encoding="utf-8") as file:
        file.write(text)


def notes(workspace: Workspace, language: str = "en") -> list[str]:
    """Return the notes that the easy layer of the bridge gets."""
    text = with_notes(workspace, read_layer(workspace, "bridge", language, "easy"))
    return [line for line in text.splitlines() if line.startswith("[^")]


# Shared sources


def test_a_text_gets_the_shared_sources_it_uses_in_its_own_language(tiny: Workspace) -> None:
    assert notes(tiny) == ["[^S2]: A shared source, 2026. <https://example.org/shared>"]
    assert notes(tiny, "vi") == ["[^S2]: Một nguồn chung, 2026. <https://example.org/shared>"]


def test_a_shared_source_is_given_once_however_often_it_is_used(tiny: Workspace) -> None:
    add(tiny, EASY, "\nTwice.[^S2] And with another.[^S3]\n")
    assert [note[:5] for note in notes(tiny)] == ["[^S2]", "[^S3]"]


def test_what_the_front_matter_alone_names_is_given_too(tiny: Workspace) -> None:
    story = read_story(tiny, "bridge", "en")
    assert "[^S2]" not in story.text
    assert "[^S2]: A shared source, 2026." in with_notes(tiny, story)


def test_a_note_in_the_file_goes_before_the_shared_source_of_its_name(tiny: Workspace) -> None:
    add(tiny, EASY, "\n[^S2]: Somebody who knows better, 2026.\n")
    assert notes(tiny) == ["[^S2]: Somebody who knows better, 2026."]
    shown = render(tiny, read_layer(tiny, "bridge", "en", "easy")).notes.text
    assert "Somebody who knows better" in shown
    assert "A shared source" not in shown


def test_a_note_that_nobody_gives_is_left_to_the_check(tiny: Workspace) -> None:
    add(tiny, EASY, "\nNobody gives this.[^S9]\n")
    assert [note[:5] for note in notes(tiny)] == ["[^S2]"]


def test_sources_are_read_again_when_their_file_changes_and_may_be_missing(tiny: Workspace) -> None:
    assert set(read_sources(tiny)) == {"S2", "S3"}
    path = tiny.stories / "sources.toml"
    before = path.stat().st_mtime_ns
    add(
        tiny,
        "stories/sources.toml",
        '\n[S4]\ntext = { vi = "Một.", en = "One." }\nurl = "https://x.example"\n',
    )
    assert path.stat().st_mtime_ns != before
    assert set(read_sources(tiny)) == {"S2", "S3", "S4"}
    path.unlink()
    assert read_sources(tiny) == {}
    assert notes(tiny) == []


# Layers


def test_a_layer_is_read_with_its_own_small_front_matter(tiny: Workspace) -> None:
    layer = read_layer(tiny, "bridge", "en", "easy")
    assert layer.name == "en.easy"
    assert layer.front == LayerFront(
        title="The bridge in easy words", summary="The bridge is old. It is made of wood."
    )
    assert layer.text.startswith("## The bridge in easy words")
    assert read_layer(tiny, "tale", "vi", "").name == "vi"


def test_a_layer_that_is_not_written_is_missing(tiny: Workspace) -> None:
    assert has_layer(tiny, "bridge", "en", "easy")
    assert not has_layer(tiny, "bridge", "en", "adult")
    with pytest.raises(FileMissingError) as missing:
        read_layer(tiny, "bridge", "en", "adult")
    assert missing.value.where == str(tiny.stories / "bridge" / "en.adult.md")


def test_a_layer_is_rendered_once_and_then_taken_from_the_cache(tiny: Workspace) -> None:
    layer = read_layer(tiny, "bridge", "en", "easy")
    first = render(tiny, layer)
    assert "The bridge is old." in first.body.text
    assert first.numbers == {"S2": 1}
    (cached,) = rendered_texts(tiny)
    cached.write_text(json.dumps({"body": "<p>From the cache.</p>", "notes": ""}), "utf-8")
    assert render(tiny, layer).body.text == "<p>From the cache.</p>"


def test_a_broken_cache_is_rendered_again(tiny: Workspace) -> None:
    layer = read_layer(tiny, "bridge", "en", "easy")
    first = render(tiny, layer)
    rendered_texts(tiny)[0].write_bytes(b"{")
    assert render(tiny, layer) == first


def test_a_changed_text_or_source_is_rendered_anew_in_each_language(tiny: Workspace) -> None:
    before = render(tiny, read_layer(tiny, "bridge", "en", "easy"))
    sources = tiny.stories / "sources.toml"
    sources.write_text(sources.read_text("utf-8").replace("A shared source, 2026.", "A better one."), "utf-8")
    after = render(tiny, read_layer(tiny, "bridge", "en", "easy"))
    assert after.body == before.body
    assert "A better one." in after.notes.text
    add(tiny, EASY, "\nIt creaks.\n")
    assert "It creaks." in render(tiny, read_layer(tiny, "bridge", "en", "easy")).body.text
    render(tiny, read_layer(tiny, "bridge", "vi", "easy"))
    assert len(rendered_texts(tiny)) == 4
