"""Pictures that are uploaded: each goes through a bounded child, one at a time, and may be refused."""

import json
import subprocess
import sys
from threading import Lock
from typing import Any

from app.core.errors import UserError

MOST_BYTES = 12 * 1024 * 1024
TAKE_SECONDS = 6
"""Of processor time for one picture: four times what 16 megapixels were measured to need."""

WAIT_SECONDS = 20
"""For a picture that is being taken in by somebody else."""

REFUSED_STATUS = 3
SMALLER = "Save it smaller: 2,000 pixels across are plenty"
_one_at_a_time = Lock()


REASONS = {
    "kind": ("this is no picture that can be shown", "Save it as JPEG, PNG, WebP or AVIF; a drawing as PNG"),
    "bytes": ("the file is larger than 12 MB", SMALLER),
    "pixels": ("the picture has more than 16 million pixels", SMALLER),
    "moving": ("the picture moves; in a story pictures stand still", "Save one view of it as PNG or JPEG"),
    "broken": ("the file is broken or cut short", "Open it, save it again, and try once more"),
    "heavy": ("the picture needs too much time or memory", SMALLER),
    "busy": ("another picture is being taken in", "Try again in a moment"),
    "name": ("a picture cannot have this name", "Use small letters a to z, digits and single hyphens"),
    "there": ("there is a picture of this name already", "Choose another name, or remove the old one"),
    "words": ("the picture needs its maker and its licence", "Say who made it, and its licence"),
}  # fmt: skip
"""Why a picture is not taken, and what to do about it."""


class PictureRefusedError(UserError):
    """A picture is not taken in; `reason` is one of REASONS, for a page that says it in other languages."""

    def __init__(self, reason: str, where: str = "", detail: str = "") -> None:
        what, mend = REASONS[reason]
        super().__init__(f"{what} ({detail})" if detail else what, where=where, mend=mend)
        self.reason = reason


def take_in(content: bytes, focal: tuple[float, float]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what is told about a picture's versions, and these by the endings of their names.

    One at a time in this process: a picture may need half a gigabyte for a moment.

    Args:
        content: the file as it was uploaded.
        focal: what must be seen when it is cut to a square, each from 0 to 1.

    Raises:
        PictureRefusedError: it is not taken; its `reason` says why.
    """
    if len(content) > MOST_BYTES:
        raise PictureRefusedError("bytes")
    if not _one_at_a_time.acquire(timeout=WAIT_SECONDS):
        raise PictureRefusedError("busy")
    try:
        child = subprocess.run(
            [sys.executable, "-m", "app.library.encoding"],
            input=json.dumps({"seconds": TAKE_SECONDS, "focal": focal}).encode() + b"\n" + content,
            capture_output=True,
            timeout=TAKE_SECONDS * 5,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PictureRefusedError("heavy") from error
    finally:
        _one_at_a_time.release()
    if child.returncode == REFUSED_STATUS:
        raise PictureRefusedError(json.loads(child.stdout)["refused"])
    if child.returncode < 0 or b"MemoryError" in child.stderr:
        raise PictureRefusedError("heavy")
    if child.returncode:
        raise PictureRefusedError("broken")
    head, _, rest = child.stdout.partition(b"\n")
    told, versions = json.loads(head), {}
    for ending, length in told["files"]:
        versions[ending], rest = rest[:length], rest[length:]
    return told, versions
