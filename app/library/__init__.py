"""Reads stories/ and renders them in a bounded child; a page view never parses a text twice."""

import contextlib
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from app.core.approval import words_hash
from app.core.errors import UserError
from app.core.story import CleanHtml, FrontMatter, Layer, LayerFront, Source, Story
from app.library.children import ChildFailedError, render_texts
from app.library.figures import with_figures
from app.reading import FileBrokenError, read_text, read_toml, read_yaml
from app.workspace import Workspace
from app.writing import write_whole

Front = TypeVar("Front", FrontMatter, LayerFront)

RENDERER = "4"
"""Part of every cache key: raise it when the rendering changes."""

RENDER_SECONDS = 2
SOURCES_FILE = "sources.toml"
NOTE_USED = re.compile(r"\[\^([A-Za-z0-9-]+)\](?!:)")
NOTE_GIVEN = re.compile(r"^\[\^([A-Za-z0-9-]+)\]:", re.MULTILINE)
NOTE_LISTED = re.compile(r'<li id="fn:([^"]+)"')
FRONT_MATTER = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<text>.*)\Z", re.DOTALL)


class StoryRenderError(UserError):
    """A text cannot be turned into a page within its bounds."""


@dataclass(frozen=True)
class Rendered:
    """A story as HTML: the text, and its notes as list items."""

    body: CleanHtml
    notes: CleanHtml

    @property
    def numbers(self) -> dict[str, int]:
        """Return each footnote's number by its label."""
        return {label: number for number, label in enumerate(NOTE_LISTED.findall(self.notes.text), start=1)}


def story_path(workspace: Workspace, kit_id: str, name: str) -> Path:
    """Return where a story's file lies; `name` is its language, or language and layer as in "vi.easy"."""
    return workspace.stories / kit_id / f"{name}.md"


def telling_of(workspace: Workspace, kit_id: str, language: str, layer: str = "") -> str:
    """Return the language in which a text is told on a page whose own words are in `language`.

    A story that went first is told in its one language on every page until the workspace's others have it.

    Args:
        workspace: the workspace.
        kit_id: a kit's id, or a bonus story's name.
        language: one that the pages speak.
        layer: of the story; "" for the story itself.
    """
    usual = workspace.told(language)
    for tag in (language, usual, *(workspace.languages if not layer else ())):
        if is_told(workspace, kit_id, tag, layer):
            return tag
    return usual


def is_told(workspace: Workspace, kit_id: str, language: str, layer: str = "") -> bool:
    """Tell whether a text is written in a language; arguments as in `telling_of`."""
    name = f"{language}.{layer}" if layer else language
    return story_path(workspace, kit_id, name).is_file()


def audio_path(workspace: Workspace, kit_id: str, language: str) -> Path | None:
    """Return the recording of a story, None if nobody has recorded it in this language."""
    path = workspace.stories / kit_id / f"{language}.mp3"
    return path if path.is_file() else None


def read_story(workspace: Workspace, kit_id: str, language: str) -> Story:
    """Return a story's front matter and Markdown text.

    Raises:
        FileMissingError: the story is not written in this language.
        FileBrokenError, KeyWrongError: its front matter is not right.
    """
    path = story_path(workspace, kit_id, language)
    return parse_story(read_text(path), kit_id, language, where=str(path))


def parse_story(words: str, kit_id: str, language: str, *, where: str) -> Story:
    """Return a whole file's words as a story.

    Raises:
        FileBrokenError, KeyWrongError: its front matter is not right.
    """
    front, text = _parse(words, FrontMatter, where)
    return Story(kit=kit_id, language=language, front=front, text=text)


def read_layer(workspace: Workspace, kit_id: str, language: str, layer: str) -> Layer:
    """Return a layer of a story, or a bonus page (`layer` is "" then).

    Raises:
        FileMissingError: it is not written in this language.
        FileBrokenError, KeyWrongError: its front matter is not right.
    """
    path = story_path(workspace, kit_id, f"{language}.{layer}" if layer else language)
    return parse_layer(read_text(path), kit_id, language, layer, where=str(path))


def parse_layer(words: str, kit_id: str, language: str, layer: str, *, where: str) -> Layer:
    """Return a whole file's words as a layer, or as a bonus page (`layer` is "" then).

    Raises:
        FileBrokenError, KeyWrongError: its front matter is not right.
    """
    front, text = _parse(words, LayerFront, where)
    return Layer(kit=kit_id, language=language, layer=layer, front=front, text=text)


def has_layer(workspace: Workspace, kit_id: str, language: str, layer: str) -> bool:
    """Tell whether a layer is written in a language."""
    return story_path(workspace, kit_id, f"{language}.{layer}").is_file()


def _parse(words: str, kind: type[Front], where: str) -> tuple[Front, str]:
    parts = FRONT_MATTER.match(words)
    if parts is None:
        raise FileBrokenError(
            "the front matter is missing",
            where=where,
            mend="Begin the file with a line ---, then the keys, then a line ---, then the text",
        )
    front = cast(Front, _front_matter(parts["front"], cast(Any, kind), where))
    if front.approved is not None and front.approved.of != words_hash(words):
        front = replace(front, approved=None)  # other words than those stand here now
    return front, parts["text"]


@lru_cache(maxsize=512)  # a page view reads the file but never parses the same front matter twice
def _front_matter(front: str, kind: Any, where: str) -> Any:
    return read_yaml(front, kind, where=where)


def read_sources(workspace: Workspace) -> dict[str, Source]:
    """Return the sources that all stories share, by the label of their footnote; empty without the file.

    Raises:
        FileBrokenError, KeyWrongError: the file is not right.
    """
    path = workspace.stories / SOURCES_FILE
    return _sources(path, path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=8)
def _sources(path: Path, _changed_ns: int) -> dict[str, Source]:
    return read_toml(path, dict[str, Source])


def with_notes(workspace: Workspace, story: Story | Layer) -> str:
    """Return the text with a footnote from the shared sources for each one it uses and does not give."""
    given, sources = set(NOTE_GIVEN.findall(story.text)), read_sources(workspace)
    used = dict.fromkeys([*NOTE_USED.findall(story.text), *story.front.sources])
    notes = [
        f"[^{label}]: {_said(workspace, sources[label], story.language)} <{sources[label].url}>"
        for label in used
        if label not in given and label in sources
    ]
    return "\n".join([story.text.rstrip(), "", *notes, ""])


def _said(workspace: Workspace, source: Source, language: str) -> str:
    """Return a source's words; a language that only some stories are told in need not have them."""
    return source.text.get(language) or source.text[workspace.told(language)]


def render(workspace: Workspace, story: Story | Layer, *, keep: bool = True) -> Rendered:
    """Return the story as clean HTML, from the cache if the same text was rendered before.

    Pictures become figures here, behind the cache: what is told about one may change while the text does not.

    Args:
        workspace: the workspace.
        story: the story or layer.
        keep: whether to keep what is rendered; a preview's text is soon another.

    Raises:
        StoryRenderError: the text needs more time or memory than a story may.
    """
    text = with_notes(workspace, story)
    cached = _cached(workspace, story, text)
    try:
        parts = json.loads(cached.read_bytes())
    except (OSError, ValueError):
        try:
            (parts,) = render_texts([text], RENDER_SECONDS)
        except ChildFailedError as error:
            raise StoryRenderError(
                f"the text could not be turned into a page within {RENDER_SECONDS} s and 512 MB",
                where=str(story_path(workspace, story.kit, story.name)),
                mend="Look for long rows of brackets or stars and remove them",
            ) from error
        if keep:
            _keep(cached, parts)
    body, notes = (
        with_figures(workspace, story.kit, story.language, parts[part]) for part in ("body", "notes")
    )
    return Rendered(body=body, notes=notes)


def render_ahead(workspace: Workspace, stories: Sequence[Story | Layer]) -> None:
    """Render what is not in the cache yet, together: a child takes longer to start than to render.

    A text that is more than the child may do spoils its whole batch; `render` then tells which one it is.
    """
    texts = {
        _cached(workspace, story, text): text for story in stories for text in [with_notes(workspace, story)]
    }
    due = {path: text for path, text in texts.items() if not path.is_file()}
    if due:
        with contextlib.suppress(ChildFailedError):
            for path, parts in zip(
                due, render_texts(list(due.values()), RENDER_SECONDS * len(due)), strict=True
            ):
                _keep(path, parts)


@lru_cache(maxsize=4)
def render_own(text: str) -> CleanHtml:
    """Return a page of the program's own as clean HTML, rendered once a process.

    Args:
        text: Markdown that comes with the program; a maker's or a curator's is a story.
    """
    (parts,) = render_texts([text], RENDER_SECONDS, own=True)
    return CleanHtml(parts["body"])


def _cached(workspace: Workspace, story: Story | Layer, text: str) -> Path:
    key = hashlib.sha256(f"{RENDERER}\0{story.language}\0{text}".encode()).hexdigest()
    return workspace.state / "cache" / "stories" / f"{key}.json"


def _keep(path: Path, parts: dict[str, str]) -> None:
    with contextlib.suppress(OSError):  # a cache that cannot be written only costs time
        write_whole(path, json.dumps(parts, ensure_ascii=False).encode())
