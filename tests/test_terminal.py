"""On a real terminal a long print shows how far it is, how fast, and how long it will still take."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from app.runs import Station
from tests.conftest import REPOSITORY


def on_terminal(*command: str, cwd: Path) -> tuple[int, str]:
    """Run a command of hopke on a terminal of its own; return its exit code and what it showed."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "PYTHONPATH": str(REPOSITORY)}
    program = [sys.executable, "-c", "from app.cli import main; main()", *command]
    with subprocess.Popen(
        program, cwd=cwd, stdout=theirs, stderr=theirs, stdin=theirs, env=environment
    ) as child:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the terminal was closed at the other end
                break
            if not part:
                break
            shown += part
    os.close(ours)
    return child.returncode, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())


def test_a_print_shows_a_bar_with_speed_and_time_left(sealed: Station) -> None:
    long = [part for thing in ("insert", "leaflet", "classroom-sheet") for part in ("--only", thing)]
    code, shown = on_terminal("run", "print", "TY-1", *long, cwd=sealed.workspace.root)
    assert code == 0, shown
    bars = [line for line in re.split(r"[\r\n]+", shown) if line.startswith("Printing TY-1")]
    assert len(bars) > 3
    assert any(re.search(r"\d+%.*\d a second", line) for line in bars)
    assert any(re.search(r"\d\d:\d\d:\d\d", line) for line in bars)
    assert "leaflets.pdf" in shown


def test_a_refusal_on_a_terminal_is_a_sentence_below_the_bar(sealed: Station) -> None:
    code, shown = on_terminal(
        "run", "print", "TY-1", "--only", "label", "--sheet", "B5", cwd=sealed.workspace.root
    )
    assert code == 2
    assert "there is no sheet B5" in shown
    assert "Traceback" not in shown
