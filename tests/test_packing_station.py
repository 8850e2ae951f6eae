"""`hopke run pack`: one walk on a real terminal, and what each of its ways says and does not say."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.runs import Station
from app.runs.log import log_of
from app.runs.marks import spoil, void
from tests.conftest import NOW, REPOSITORY
from tests.packing import KIT_WORDS, Pile, mark_printed, pile_of
from tests.telex import Telex

SECONDS = 60.0
GREEN, RED = "\x1b[30m\x1b[42m\x1b[1m RIGHT \x1b[0m", "\x1b[37m\x1b[41m\x1b[1m WRONG \x1b[0m"
PROGRAM = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); from app.cli import main; main()"
"""It takes the terminal for its own, from which Ctrl-C comes."""
Hopke = Callable[..., Result]


@pytest.fixture
def pile(sealed: Station) -> Pile:
    mark_printed(sealed)
    return pile_of(sealed)


@pytest.fixture
def hopke(folder: Path) -> Hopke:
    """Pack TY-1 with some options, and scan some lines."""

    def packed(*options: str, scans: tuple[str, ...] | list[str] = ()) -> Result:
        words = ["--workspace", str(folder), "run", "pack", "TY-1", *options]
        return CliRunner().invoke(main, words, input="".join(f"{scan}\n" for scan in scans))

    return packed


class Terminal:
    """A terminal of its own on which the station runs; `shown` is everything that stood on it."""

    def __init__(self, root: Path, *words: str, **environment: str) -> None:
        self.ours, theirs = pty.openpty()
        env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        env |= {"TERM": "xterm", "COLUMNS": "120", "PYTHONPATH": str(REPOSITORY), **environment}
        program = [sys.executable, "-c", PROGRAM, "run", "pack", "TY-1", *words]
        self.child = subprocess.Popen(
            program, cwd=root, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
        )
        os.close(theirs)
        self.shown = ""

    def scan(self, line: str, until: str) -> str:
        """Type a line and Enter; return what is shown up to some words."""
        os.write(self.ours, f"{line}\n".encode())
        return self.wait(until)

    def press(self, key: bytes, until: str) -> str:
        """Press a key, again if it does nothing; return what is shown up to some words.

        Python does not notice a Ctrl-C that comes in the instant before it begins to read.
        """
        os.write(self.ours, key)
        return self.wait(until, again=key)

    def wait(self, until: str, again: bytes = b"") -> str:
        """Return what is shown from now until some words stand there."""
        deadline, part = time.monotonic() + SECONDS, ""
        patience = time.monotonic() + SECONDS / 6
        while until not in part:
            assert time.monotonic() < deadline, part
            if again and time.monotonic() > patience:
                os.write(self.ours, again)
                patience += SECONDS / 6
            if select.select([self.ours], [], [], 0.1)[0]:
                try:
                    part += os.read(self.ours, 65536).decode("utf-8", "replace")
                except OSError:
                    break
        self.shown += part
        assert until in part, part
        return part

    def close(self) -> int:
        """Wait for the end; return the exit code."""
        while True:
            try:
                left = os.read(self.ours, 65536)
            except OSError:
                break
            if not left:
                break
            self.shown += left.decode("utf-8", "replace")
        code = self.child.wait(SECONDS)
        os.close(self.ours)
        return code


@pytest.fixture
def terminal(sealed: Station) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(*words: str, **environment: str) -> Terminal:
        opened.append(Terminal(sealed.workspace.root, *words, **environment))
        return opened[-1]

    yield start
    for each in opened:
        if each.child.poll() is None:
            each.child.kill()
            each.child.wait()


def said(result: Result) -> str:
    """Return what a command that worked said, its spaces made single."""
    assert result.exception is None, result.output
    return " ".join(result.output.split())


def test_a_walk_on_a_terminal(terminal: Callable[..., Terminal], pile: Pile) -> None:
    first, second = pile.case(1)[:2]
    table = terminal()
    assert "What you type is not shown" in table.wait("Case 1 of 4: 4 boxes to go.")

    assert "Put in: " in table.scan(pile.card(first), f"Now label No. {first}.")
    wrong = table.scan(pile.label(second), "scan another insert.")
    assert RED in wrong
    wrong += table.wait("\a") if "\a" not in wrong else ""
    right = table.scan(pile.label(first), "15 to go.")
    assert (wrong + right.partition(GREEN)[0]).count("\a") == 3
    assert GREEN in right

    telex = Telex(digits_end_words=True, only_syllables=False).type(pile.card(second)).lower()
    right = right.partition(GREEN)[2] + table.scan(telex, f"Now label No. {second}.")
    assert right.count("\a") == 1
    table.scan(str(second), "14 to go.")

    table.scan("status", "case 1: 2 packed, 2 to go")
    table.scan(f"undo {second}", f"Box No. {second} counts as not packed.")
    table.scan("shỏt", "No box is at hand")
    table.scan(pile.card(second), "Now label")
    table.scan("short", "A1")
    table.scan("short b1", "Part B1 of this kit: 1 short.")
    ended = table.press(b"\x03", "hopke run pack TY-1")
    assert "1 of 16 boxes packed, 15 to go" in ended
    assert "1 × B1" in ended
    assert table.close() == 0
    assert not pile.leaks(table.shown)
    assert "HTTPS" not in table.shown.upper()
    assert "Traceback" not in table.shown


def test_ctrl_d_ends_it_and_the_terminal_shows_again_what_is_typed(
    terminal: Callable[..., Terminal], pile: Pile, sealed: Station
) -> None:
    table = terminal(NO_COLOR="1")
    table.wait("TY-1: ")
    assert not termios.tcgetattr(table.ours)[3] & termios.ECHO, "who scans early sees a code"
    table.scan(pile.label(pile.case(1)[0]), "Scan the card of the box first")
    assert "Next: go on with" in table.press(b"\x04", "hopke run pack TY-1")
    table.child.wait(SECONDS)
    assert termios.tcgetattr(table.ours)[3] & termios.ECHO
    assert table.close() == 0
    assert " WRONG " in table.shown
    assert "\x1b[" not in table.shown


def test_a_killed_station_goes_on_where_it_was(terminal: Callable[..., Terminal], pile: Pile) -> None:
    first, second = pile.case(1)[:2]
    table = terminal()
    table.wait("4 boxes to go.")
    table.scan(pile.card(first), "Now label")
    table.scan(pile.label(first), "15 to go.")
    table.scan(pile.card(second), "Now label")
    table.child.kill()
    table.child.wait()
    table = terminal()
    assert "1 of 16 boxes packed" in table.wait("Case 1 of 4: 3 boxes to go.")
    assert "packed already" in table.scan(pile.card(first), f"undo {first}")
    table.scan(pile.card(second), "Now label")
    table.scan(pile.label(second), "14 to go.")
    table.scan("end", "hopke run pack TY-1")
    assert table.close() == 0


def test_a_run_is_packed_to_its_end_through_a_pipe_without_colour_or_sound(hopke: Hopke, pile: Pile) -> None:
    result = hopke(scans=pile.pairs(1, 2, 3, 4))
    words = said(result)
    assert words.count("RIGHT") == 16
    assert "Case 1 is full: close it and stick on its label, 1 / 4. Case 2 of 4: 4 boxes to go." in words
    assert "Every box is packed. Type end." in words
    assert words.endswith("Every box of TY-1 is packed. Next: hopke run show TY-1 says what follows.")
    assert not re.search(r"[\a\x1b]", result.output)
    assert not pile.leaks(result.output)


def test_the_second_person_never_reads_of_kits_whatever_is_scanned(
    hopke: Hopke, pile: Pile, sealed: Station
) -> None:
    card = pile.card(pile.case(1)[0])
    hopke(scans=[card, "short A1", "short B1"])
    void(sealed, "TY-1", str(pile.case(4)[0]), NOW)
    spoil(sealed, "TY-1", str(pile.case(4)[1]), NOW)
    before = len(log_of(sealed, "TY-1"))
    strange = ["?", "short", "short A1", "status", "case 2", "case 1", "undo 1", "hello", "99", "case"]
    scans = [*strange, card, "short", "short A1", "status", *strange, pile.label(pile.case(2)[0])]
    result = hopke("--second", scans=[*scans, *pile.pairs(1, 2), card, *pile.pairs(4), "end"])
    words = said(result) + said(hopke("--second", "--status"))
    words += said(hopke("--second", "--undo", str(pile.case(1)[0])))
    assert words.count("RIGHT") == 8
    assert "WRONG" in words
    assert "The first person keeps the list" in words
    assert "hopke run pack TY-1 --second" in words
    found = [word for word in KIT_WORDS if word.lower() in words.lower()]
    assert not found
    for part in ("A1", "B1", "Thân", "Body", "Chân", "Foot", "Put in", "picture"):
        assert part not in words
    assert not pile.leaks(words)
    assert len(log_of(sealed, "TY-1")) == before
    assert any(word in said(hopke(scans=[pile.card(pile.case(1)[0])])) for word in KIT_WORDS)


def test_status_asks_for_no_scan_and_lists_cases_marks_and_short_parts(
    hopke: Hopke, pile: Pile, sealed: Station
) -> None:
    second = pile.case(2)
    hopke(scans=[*pile.pairs(1), *pile.pairs(2)[:2], pile.card(second[1]), "short B1"])
    spoil(sealed, "TY-1", str(second[2]), NOW)
    void(sealed, "TY-1", str(pile.case(1)[0]), NOW)
    before = len(log_of(sealed, "TY-1"))
    words = said(hopke("--status", scans=pile.pairs(3)))
    assert "TY-1: 4 of 15 boxes packed, 11 to go. case 2: 1 packed, 3 to go case 1: full" in words
    assert "cases 3-4: not begun" in words
    assert f"hopke run print TY-1 --editions {second[2]}" in words
    assert f"Packed, but withdrawn since: take No. {pile.case(1)[0]} out" in words
    assert "Short parts: 1 × B1 Chân / Foot, of " in words
    assert len(log_of(sealed, "TY-1")) == before


def test_undo_takes_one_box_back_and_refuses_one_that_is_not_packed(hopke: Hopke, pile: Pile) -> None:
    edition = pile.case(1)[0]
    hopke(scans=pile.pairs(1))
    assert said(hopke("--undo", str(edition))) == f"Box No. {edition} counts as not packed."
    assert "3 of 16 boxes packed" in said(hopke("--status"))
    refused = hopke("--undo", str(edition))
    assert refused.exit_code == 2
    assert f"box No. {edition} is not packed" in refused.stderr


def test_a_case_may_be_chosen_and_a_run_that_is_not_printed_is_refused(hopke: Hopke, sealed: Station) -> None:
    refused = hopke(scans=["end"])
    assert refused.exit_code == 2
    assert "TY-1 is sealed" in refused.stderr
    mark_printed(sealed)
    assert "Case 3 of 4: 4 boxes to go." in said(hopke("--case", "3", scans=["end"]))
    assert "no case 9" in hopke("--case", "9").stderr


def test_a_keyboard_beyond_repair_is_told_with_what_to_do(hopke: Hopke, pile: Pile) -> None:
    words = said(hopke(scans=["HTTPS://H.EXAMPLE/B/Â" + "Ơ" * 12]))
    assert "NOT READ" in words
    assert "Switch the keyboard to English (US), then scan again" in words
