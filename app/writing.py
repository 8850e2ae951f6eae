"""Writes small files whole or not at all."""

import os
import re
import stat
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes, *, durably: bool = False, mode: int = 0o600) -> None:
    """Replace a file in one step; folders are made, and whoever reads meanwhile sees the old or the new one.

    Args:
        path: the file.
        content: what shall stand in it.
        durably: whether it shall lie on the disk, name and all, when this returns.
        mode: who may read a file that was not there before; one that was keeps its rights.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    made = [folder for folder in path.parents if not folder.exists()] if durably else []
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durably:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(draft, stat.S_IMODE(path.stat().st_mode) if path.exists() else mode)
        os.replace(draft, path)
    except OSError:
        os.unlink(draft)
        raise
    if durably:
        for folder in (path.parent, *(new.parent for new in made)):
            _sync(folder)


def is_left_over(beside: Path, path: Path) -> bool:
    """Tell whether a file is what `write_whole` of `path` leaves if it is killed: its own random name."""
    return re.fullmatch(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}", beside.name) is not None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
