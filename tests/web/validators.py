"""Runs validators over many pages at once: one process, and what it says told by page."""

import hashlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import REPOSITORY

TOOLS = REPOSITORY / "tests" / "tools"
HTML_VALIDATE = TOOLS / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
VNU = TOOLS / "vnu" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def html_validate(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Return what html-validate finds in pages, by name; its rules are tests/tools/html-validate.mjs."""
    assert HTML_VALIDATE.is_file(), "html-validate is not there: run `make test`, which brings it"
    names = _write(pages, folder)
    # To a file: what it writes to a pipe is cut off when it ends.
    report = folder / "report.json"
    answer = subprocess.run(
        [
            "node", HTML_VALIDATE, "--config", TOOLS / "html-validate.mjs", "--formatter", f"json={report}",
            *(folder / name for name in names),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert answer.returncode in {0, 1}, answer.stderr
    read = json.loads(report.read_text("utf-8"))
    return [
        f"{names[Path(page['filePath']).name]}:{found['line']}:{found['column']} "
        f"{found['ruleId']}: {found['message']} ({found.get('selector')})"
        for page in read
        for found in page["messages"]
    ]


def vnu(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Return what the validator of the HTML standard finds in pages, errors and warnings, by name."""
    assert VNU.is_file(), "vnu is not there: run `make test-all`, which brings it"
    names = _write(pages, folder)
    answer = subprocess.run(
        ["java", "-jar", VNU, "--format", "json", folder], capture_output=True, text=True, check=False
    )
    read = json.loads(answer.stderr)
    return [
        f"{names[Path(found['url']).name]}:{found['lastLine']}:{found.get('lastColumn')} "
        f"{found.get('subType') or found['type']}: {found['message']} ({found.get('extract', '')!r})"
        for found in read["messages"]
    ]


def _write(pages: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Write each page to a file of its own; return file name -> page."""
    names = {f"{hashlib.sha256(page.encode()).hexdigest()[:16]}.html": page for page in pages}
    for file, page in names.items():
        (folder / file).write_text(pages[page], "utf-8")
    return names
