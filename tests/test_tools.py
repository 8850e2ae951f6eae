"""The npm packages that pages are tested with: pinned, whole by their hashes, and from nowhere by name."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY

FOLDERS = ("tests/tools", "tests/tools/lighthouse", "tests/tools/vnu")


def read(folder: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REPOSITORY / folder / name).read_text("utf-8"))
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_npm_packages_are_pinned_to_a_version_and_a_hash_and_to_no_address(folder: str) -> None:
    asked = read(folder, "package.json")["dependencies"]
    assert asked
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())
    locked = read(folder, "package-lock.json")["packages"]
    assert locked.pop("")["dependencies"] == asked
    assert all("integrity" in package for package in locked.values())
    assert not [name for name, package in locked.items() if "resolved" in package]


def test_npm_packages_run_nothing_when_they_are_installed() -> None:
    script = (REPOSITORY / ".ci" / "npm").read_text("utf-8")
    assert "npm ci --ignore-scripts" in script


def test_without_npm_a_sentence_says_what_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", ".ci/npm", "tests/tools"],
        cwd=REPOSITORY,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "npm is needed" in done.stderr
    assert "nodejs" in done.stderr
