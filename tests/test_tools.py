"""What tests are run with: npm packages and test images, pinned, whole, and from nowhere by name."""

import io
import json
import re
import subprocess
import sys
import tarfile
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


def bring_images(
    folder: Path, *, package: dict[str, bytes] | None, pin: str = "pillow==1.2.3\n"
) -> tuple[int, str]:
    """Run .ci/pillow where pip brings such a package, or cannot; return its status and what it says."""
    tools = folder / ".venv" / "bin"
    tools.mkdir(parents=True)
    (tools / "python").symlink_to(sys.executable)
    (folder / "constraints.txt").write_text(pin)
    brought = folder / "brought.tar.gz"
    with tarfile.open(brought, "w:gz") as archive:
        for name, content in (package or {}).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    pip = f'mkdir -p "$7"; cp "{brought}" "$7"' if package is not None else "exit 1"
    (tools / "pip").write_text(f"#!/bin/sh\n{pip}\n")
    (tools / "pip").chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", REPOSITORY / ".ci" / "pillow", "images"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_pillows_images_come_from_the_pinned_version_alone(tmp_path: Path) -> None:
    package = {
        "p/Tests/images/a/b.png": b"picture",
        "p/setup.py": b"program",
        "p/Tests/test_a.py": b"program",
    }
    assert bring_images(tmp_path, package=package) == (0, "")
    lying = [str(path.relative_to(tmp_path)) for path in (tmp_path / "images").rglob("*") if path.is_file()]
    assert lying == ["images/1.2.3/a/b.png"]


@pytest.mark.parametrize(
    ("package", "pin", "said"),
    [
        (None, "pillow==1.2.3\n", "is there a network"),
        ({"p/Tests/images/a.png": b""}, "numpy==1.2.3\n", "pins no version of pillow"),
        ({"p/setup.py": b""}, "pillow==1.2.3\n", "holds no Tests/images"),
        ({"../../p/Tests/images/a.png": b""}, "pillow==1.2.3\n", "cannot be unpacked"),
    ],
)
def test_a_sentence_says_why_pillows_images_are_not_there(
    tmp_path: Path, package: dict[str, bytes] | None, pin: str, said: str
) -> None:
    status, words = bring_images(tmp_path, package=package, pin=pin)
    assert (status, said in words) == (2, True), words
    assert not list((tmp_path / "images").glob("*"))
    assert not list(tmp_path.parent.glob("p"))
