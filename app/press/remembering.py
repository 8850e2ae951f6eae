"""What the press has worked out before, in var/cache/press; losing it only costs time."""

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

from app.workspace import Workspace
from app.writing import write_whole

MOST_REMEMBERED = 400


def place_of(workspace: Workspace, *made_from: str) -> Path:
    """Return where that is remembered which was made from all of this."""
    return workspace.state / "cache" / "press" / _digest("\0".join(made_from).encode())


def recall(place: Path) -> tuple[Any, bytes] | None:
    """Return what is told about something remembered, and the thing; None if it is not there or damaged."""
    try:
        head, _, content = place.read_bytes().partition(b"\n")
        about, digest = json.loads(head)
    except (OSError, ValueError):
        return None
    return (about, content) if digest == _digest(content) else None


def remember(place: Path, about: object, content: bytes) -> None:
    """Keep something, and forget what was written longest ago.

    Args:
        place: from `place_of`.
        about: what is told about it, as JSON can.
        content: the thing.
    """
    with contextlib.suppress(OSError):  # a disk that cannot be written only costs time
        write_whole(place, json.dumps([about, _digest(content)]).encode() + b"\n" + content)
        kept = sorted(place.parent.glob("[!.]*"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-MOST_REMEMBERED]:
            path.unlink(missing_ok=True)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
