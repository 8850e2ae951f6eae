"""Reads stories/ and renders them in a bounded child; a page view never parses a text twice."""

import contextlib
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.core.errors import UserError
from app.core.story import CleanHtml, FrontMatter, Story
from app.reading import FileBrokenError, read_text, read_yaml
from app.workspace import Workspace
from app.writing import write_whole

RENDERER = "1"
"""Part of every cache key: raise it when the rendering changes."""

RENDER_SECONDS = 2
FRONT_MATTER = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<text>.*)\Z", re.DOTALL)


class StoryRenderError(UserError):
    """A text cannot be turned into a page within its bounds."""


@dataclass(frozen=True)
class Rendered:
    """A story as HTML: the text, and its notes as list items."""

    body: CleanHtml
    notes: CleanHtml


def story_path(workspace: Workspace, kit_id: str, language: str) -> Path:
    """Return where a story's file lies."""
    return workspace.stories / kit_id / f"{language}.md"


def read_story(workspace: Workspace, kit_id: str, language: str) -> Story:
    """Return a story's front matter and Markdown text.

    Raises:
        FileMissingError: the story is not written in this language.
        FileBrokenError, KeyWrongError: its front matter is not right.
    """
    path = story_path(workspace, kit_id, language)
    parts = FRONT_MATTER.match(read_text(path))
    if parts is None:
        raise FileBrokenError(
            "the front matter is missing",
            where=str(path),
            mend="Begin the file with a line ---, then the keys, then a line ---, then the text",
        )
    front = _front_matter(parts["front"], str(path))
    return Story(kit=kit_id, language=language, front=front, text=parts["text"])


@lru_cache(maxsize=512)  # a page view reads the file but never parses the same front matter twice
def _front_matter(front: str, where: str) -> FrontMatter:
    return read_yaml(front, FrontMatter, where=where)


def render(workspace: Workspace, story: Story) -> Rendered:
    """Return the story as clean HTML, from the cache if the same text was rendered before.

    Raises:
        StoryRenderError: the text needs more time or memory than a story may.
    """
    key = hashlib.sha256(f"{RENDERER}\0{story.language}\0{story.text}".encode()).hexdigest()
    cached = workspace.state / "cache" / "stories" / f"{key}.json"
    try:
        parts = json.loads(cached.read_bytes())
    except (OSError, ValueError):
        parts = _render_in_child(workspace, story)
        with contextlib.suppress(OSError):  # a cache that cannot be written only costs time
            write_whole(cached, json.dumps(parts, ensure_ascii=False).encode())
    return Rendered(body=CleanHtml(parts["body"]), notes=CleanHtml(parts["notes"]))


def _render_in_child(workspace: Workspace, story: Story) -> dict[str, str]:
    where = str(story_path(workspace, story.kit, story.language))
    try:
        child = subprocess.run(
            [sys.executable, "-m", "app.library.render", str(RENDER_SECONDS)],
            input=story.text.encode(),
            capture_output=True,
            timeout=RENDER_SECONDS * 5,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise StoryRenderError(
            f"the text could not be turned into a page within {RENDER_SECONDS} s and 512 MB",
            where=where,
            mend="Look for long rows of brackets or stars and remove them",
        ) from error
    parts: dict[str, str] = json.loads(child.stdout)
    return parts
