"""Copies of workspaces, so that what is tried leaves nothing behind in them."""

import shutil
from pathlib import Path

from app.workspace import Workspace, find_workspace

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def copy_own(folder: Path, *, designs: bool = True) -> Workspace:
    """Copy this repository's kits, stories and settings into a folder, with its print designs if asked."""
    for name in ("kits", "stories", *["print"] * designs):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "hopke.toml", folder)
    return find_workspace(str(folder))


def copy_tiny(folder: Path, *, designs: bool = False) -> Path:
    """Copy the tiny workspace, with this repository's print designs if asked; return the copy's folder."""
    shutil.copytree(HERE / "tiny", folder, ignore=shutil.ignore_patterns("var"))
    if designs:
        shutil.copytree(ROOT / "print", folder / "print")
    return folder
