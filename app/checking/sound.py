"""Checks recorded stories: of a story that there is, an MP3, and small enough for a phone."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from app.checking.problems import ContentError
from app.core.errors import UserError
from app.core.kit import Series
from app.core.sound import is_mp3
from app.workspace import Workspace

LARGEST_BYTES = 8_000_000
"""Twenty minutes at 48 kbit/s; a story takes five."""


def sound_problems(workspace: Workspace, catalogue: Mapping[str, Series]) -> Iterator[UserError]:
    """Yield what is wrong with the recordings that are there; a story needs none."""
    kits = {kit.id for series in catalogue.values() for kit in series.kits}
    for path in sorted(workspace.stories.glob("*/*.mp3")):
        if path.parent.name not in kits or path.stem not in workspace.languages:
            yield ContentError(
                "this recording belongs to no story that is told",
                where=str(path),
                mend=f"Name it stories/KIT/LANGUAGE.mp3, in one of {', '.join(workspace.languages)}",
            )
        else:
            yield from _broken(path)


def _broken(path: Path) -> Iterator[UserError]:
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        yield ContentError(
            f"the recording has {size:,} bytes; a phone gets at most {LARGEST_BYTES:,}",
            where=str(path),
            mend="Make it mono, with 40 to 48 kbit/s",
        )
    elif not is_mp3(path.read_bytes()):
        yield ContentError(
            "the recording is no MP3", where=str(path), mend="Save it again as an MP3, mono, 40 to 48 kbit/s"
        )
