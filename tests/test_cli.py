"""The command line: what each command says, where it says it, and with what it leaves."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from app.cli import main
from app.core.editions import parse_editions
from app.core.manifest import manifest_digest
from app.ledger import SealedBox
from app.reach import Told, make_report, open_reach
from app.runs import open_station
from app.runs.life import secret_labels, show_run
from app.sealing import open_row
from app.workspace import find_workspace

Write = Callable[[str, str, str], Path]
Hopke = Callable[..., Result]
PLAN = ("run", "plan", "tiny", "--boxes", "16")
CEREMONY = ("--beacon", "ceremony", "--announce", "Six dice", "--pattern", "[1-6]{6}")


@pytest.fixture
def hopke(folder: Path) -> Hopke:
    """Run a command in the tiny workspace."""
    return lambda *words: CliRunner().invoke(main, ["--workspace", str(folder), *words])


def said(result: Result) -> str:
    """Return what a command that worked said, its spaces made single."""
    assert result.exception is None, result.output
    assert result.exit_code == 0
    return " ".join(result.stdout.split())


def refusal(result: Result) -> str:
    """Return what a command that was refused said on standard error, and nothing else said anything."""
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.splitlines()[-1].startswith("✗ ")
    return result.stderr


# A run from beginning to end


def test_a_run_is_planned_committed_sealed_printed_shown_and_listed(hopke: Hopke, folder: Path) -> None:
    assert "no run yet" in said(hopke("run", "list"))

    planned = said(hopke(*PLAN, *CEREMONY))
    assert "TY-1: 16 boxes of tiny in cases of 4" in planned
    for line in ("lantern 6 of 16", "bridge 8 of 16", "fish 2 of 16"):
        assert line in planned
    assert "Boxes to open for all standard kits: 3.5 on average" in planned
    assert "Boxes to open for every kit, chase too: 8.9 on average" in planned
    assert "No beacon" not in planned
    assert planned.endswith("Next: commit it with: hopke run commit TY-1.")

    committed = said(hopke("run", "commit", "TY-1"))
    assert "TY-1 is committed for https://h.example" in committed
    assert "var/vault" in committed
    assert "hopke run seal TY-1" in committed

    sealed = said(hopke("run", "seal", "TY-1", "--beacon", "123456"))
    assert "TY-1 is sealed: 16 boxes" in sealed
    assert sealed.endswith("Next: print it with: hopke run print TY-1.")

    practised = said(
        hopke("run", "print", "TY-1", "--only", "insert", "--practice", "http://192.168.1.20:8000")
    )
    assert "for practice only; not counted as printed" in practised
    assert "practice-inserts.pdf" in practised

    printed = said(hopke("run", "print", "TY-1"))
    assert "16 cards printed; every QR was read back and opens its own box." in printed
    for name in ("inserts.pdf", "packing-sheets.pdf"):
        path = folder / "var" / "out" / "TY-1" / name
        assert str(path) in printed
        assert path.read_bytes().startswith(b"%PDF")
    assert "turned on the short edge" in printed
    assert re.search(r"QR module 0\.9\d mm", printed)

    shown = said(hopke("run", "show", "TY-1"))
    assert "State: printed. Base URL: https://h.example." in shown
    assert "Beacon: ceremony Six dice [1-6]{6}" in shown
    station = open_station(find_workspace(str(folder)))
    run = show_run(station, "TY-1")
    codes = [label.code for label in secret_labels(station, run)]
    secret = station.vault.open("TY-1").hex()
    station.ledger.close()
    digest = manifest_digest(run.manifest or "").hex()
    assert f"Manifest 1, SHA-256 {digest[:4]} {digest[4:8]}" in shown
    assert f"{digest[:4]} {digest[4:8]}" in committed
    root = sealed.partition("on every card: ")[2][:39]
    assert f"Contents root {root}" in shown
    assert "TY-1 tiny 16 boxes printed" in said(hopke("run", "list"))

    everything = "".join((planned, committed, sealed, practised, printed, shown)).replace(" ", "")
    assert not [code for code in codes if code in everything or code[:6] in everything]
    assert secret[:8] not in everything


def test_a_plan_without_a_beacon_says_what_the_site_will_say(hopke: Hopke) -> None:
    assert "No beacon: you could draw again unseen, and the site says so." in said(hopke(*PLAN))


def test_a_plan_takes_counts_a_case_size_and_a_name(hopke: Hopke) -> None:
    words = said(
        hopke("run", "plan", "tiny", "--boxes", "9", "--case-size", "3", "--run", "TY-SPRING", "--count",
              "lantern=5", "--count", "bridge=4")
    )  # fmt: skip
    assert "TY-SPRING: 9 boxes of tiny in cases of 3" in words
    assert "lantern 5 of 9" in words
    assert "fish" not in words


def test_a_plan_is_changed_with_replace_only(hopke: Hopke) -> None:
    said(hopke(*PLAN, "--run", "TY-1"))
    assert "--replace" in refusal(hopke(*PLAN, "--run", "TY-1"))
    assert "24 boxes" in said(hopke("run", "plan", "tiny", "--boxes", "24", "--run", "TY-1", "--replace"))


# What comes out of the printer


@pytest.fixture
def out(hopke: Hopke, folder: Path) -> Path:
    """Where the files of TY-1 will lie, a sealed run whose cards are the small ones."""
    with (folder / "hopke.toml").open("a", encoding="utf-8") as settings:
        settings.write('[paper]\ninsert = "insert-small"\n')
    for words in (
        (*PLAN, *CEREMONY),
        ("run", "commit", "TY-1"),
        ("run", "seal", "TY-1", "--beacon", "123456"),
    ):
        said(hopke(*words))
    return folder / "var" / "out" / "TY-1"


def released(out: Path) -> list[str]:
    """Return the names of everything that a print left, hidden files too."""
    return sorted(path.name for path in out.iterdir()) if out.exists() else []


def test_cards_are_printed_spoiled_printed_again_withdrawn_and_shown(
    hopke: Hopke, out: Path, folder: Path
) -> None:
    shown = said(hopke("run", "show", "TY-1"))
    assert "Cards:" not in shown
    assert shown.endswith("Next: print it with: hopke run print TY-1.")

    told = said(hopke("run", "print", "TY-1", "--editions", "1-3"))
    assert "3 cards printed; every QR was read back" in told
    assert str(out / "inserts-again.pdf") in told
    shown = said(hopke("run", "show", "TY-1"))
    assert "Cards: 3 printed; 13 to be printed." in shown
    assert shown.endswith("Next: print them with: hopke run print TY-1 --editions 4-16.")
    assert "No. 9 of TY-1 was never printed" in refusal(hopke("run", "spoil", "TY-1", "--editions", "9"))

    assert "16 cards printed" in said(hopke("run", "print", "TY-1", "--only", "insert"))
    shown = said(hopke("run", "show", "TY-1"))
    assert "Cards: 16 printed; none to be printed." in shown
    assert shown.endswith(
        "Next: pack it with: hopke run pack TY-1, then put it on sale with: hopke run sell TY-1."
    )

    spoiled = said(hopke("run", "spoil", "TY-1", "--sheets", "2"))
    again = spoiled.rpartition("--editions ")[2]
    assert (
        spoiled
        == f"No. {again} of TY-1: spoiled. Print them again with: hopke run print TY-1 --editions {again}"
    )
    numbers = parse_editions(again, 16)
    assert len(numbers) == 8
    assert said(hopke("run", "spoil", "TY-1", "--editions", again)) == (
        f"No. {again} were spoiled before. Print them again with: hopke run print TY-1 --editions {again}"
    )
    assert "Cards: 8 printed, 8 spoiled; 8 to be printed." in said(hopke("run", "show", "TY-1"))
    assert "8 cards printed" in said(hopke("run", "print", "TY-1", "--editions", again))

    command = ["--workspace", str(folder), "run", "void", "TY-1", "--editions", "3"]
    no = CliRunner().invoke(main, command, input="n\n")
    assert (no.exit_code, "can never be claimed or printed again" in no.stdout) == (1, True)
    assert "withdrawn" not in said(hopke("run", "show", "TY-1"))
    assert "No. 3 of TY-1: voided." in said(CliRunner().invoke(main, command, input="y\n"))
    assert said(hopke("run", "void", "TY-1", "--editions", "3-4", "--yes")) == (
        "No. 4 of TY-1: voided. No. 3 were voided before."
    )
    shown = said(hopke("run", "show", "TY-1"))
    assert "Cards: 14 printed, 2 withdrawn; none to be printed." in shown
    assert "No. 3 of TY-1 was withdrawn" in refusal(hopke("run", "print", "TY-1", "--editions", "3"))
    assert "nothing was marked" in refusal(hopke("run", "spoil", "TY-1", "--editions", "3,5"))

    station = open_station(find_workspace(str(folder)))
    codes = [label.code for label in secret_labels(station, show_run(station, "TY-1"))]
    station.ledger.close()
    everything = (told + spoiled + shown).replace(" ", "")
    assert not [code for code in codes if code[:6] in everything]
    assert released(out) == ["inserts-again.pdf", "inserts.pdf"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "print", "TY-1", "--editions", "17"), "no box No. 17"),
        (("run", "print", "TY-1", "--editions", "5-3"), "3-5"),
        (("run", "print", "TY-1", "--editions", "3", "--only", "leaflet"), "--editions: the leaflet is not"),
        (("run", "print", "TY-1", "--start", "2"), "--start: a begun sheet"),
        (("run", "print", "TY-1", "--only", "label", "--start", "99"), "the print cannot start at 99"),
        (("run", "print", "TY-1", "--only", "label", "--only", "label"), "label is asked for twice"),
        (
            ("run", "print", "TY-1", "--only", "label", "--sheet", "A0"),
            "Use one of A4, A3, SRA3, Letter, card",
        ),
        (("run", "print", "TY-1", "--only", "case-label", "--sheet", "labels-a4-21"), "larger than a label"),
        (("run", "print", "TY-1", "--only", "label", "--practice", "localhost"), "http://192.168.1.20:8000"),
        (("run", "spoil", "TY-1", "--sheets", "1"), "Name the boxes with --editions instead"),
        (("run", "spoil", "TY-1", "--editions", "1"), "hopke run print TY-1"),
        (("run", "void", "TY-1", "--editions", "1", "--yes"), "hopke run print TY-1"),
        (("print", "proof", "TY-1"), "nothing of TY-1 was printed for the office"),
        (("print", "proof", "TY-1", "--only", "label"), "hopke run print TY-1 --only label"),
        (("print", "proof", "TY-9"), "nothing of TY-9"),
        (("print", "kit", "temple"), "Known kits: lantern, bridge, fish"),
        (("print", "calibrate", "--sheet", "A9"), "there is no sheet A9"),
        (("print", "calibrate", "--right", "20"), "--right, --down: beyond 8 mm"),
    ],
)
def test_a_print_that_cannot_be_is_told_and_nothing_is_left_of_it(
    hopke: Hopke, out: Path, words: tuple[str, ...], told: str
) -> None:
    assert told in refusal(hopke(*words))
    assert released(out) == []
    assert not (out.parent.parent / "printer.toml").exists()
    assert "State: sealed." in said(hopke("run", "show", "TY-1"))


def test_labels_go_on_a_begun_sheet_of_stock_and_seals_to_a_shop(hopke: Hopke, out: Path) -> None:
    told = said(hopke("run", "print", "TY-1", "--only", "label", "--sheet", "labels-a4-21", "--start", "20"))
    assert told.startswith(f"{out / 'labels.pdf'} 2 sheets, 21 on each. Print at 100 %. QR module 0.")
    told = said(hopke("run", "print", "TY-1", "--only", "seal", "--for", "press"))
    assert told == f"{out / 'seals-press.pdf'} 16 sheets, 1 on each. Print at 100 %."
    assert released(out) == ["labels.pdf", "seals-press.pdf"]
    assert "State: sealed." in said(hopke("run", "show", "TY-1")), "neither is a card"


def test_printed_files_are_proven_and_a_broken_one_is_told(hopke: Hopke, out: Path) -> None:
    said(hopke("run", "print", "TY-1", "--only", "seal", "--only", "case-label"))
    told = said(hopke("print", "proof", "TY-1", "--all", "--dpi", "300"))
    assert "✓ seals.pdf: 16 read back, 1 sheet looked at ✓ case-labels.pdf: 4 read back, 2 sheets" in told
    assert told.endswith("; predicted print grade 4 of 4 at 300 dpi")
    assert "predicted" not in told.partition("case-labels")[0], "a seal has no symbol to be graded"
    (out / "seals.pdf").write_bytes((out / "seals.pdf").read_bytes()[:3000])
    assert "seals.pdf" in refusal(hopke("print", "proof", "TY-1", "--only", "seal"))
    assert "✓ case-labels.pdf" in said(hopke("print", "proof", "TY-1", "--only", "case-label"))


def test_story_cards_are_printed_without_a_run(hopke: Hopke, folder: Path) -> None:
    told = said(hopke("print", "kit", "lantern", "--cards", "3"))
    path = folder / "var" / "out" / "story-cards-lantern.pdf"
    assert told.startswith(
        f"{path} 2 sheets, 2 on each. Print at 100 %, both sides, turned on the short edge."
    )
    assert released(path.parent) == [path.name]


def test_a_printer_is_measured_and_its_drift_kept(hopke: Hopke, folder: Path) -> None:
    told = said(hopke("print", "calibrate"))
    path = folder / "var" / "out" / "calibration-long-edge.pdf"
    assert f"Print both sides at 100 %, turned on the long edge: {path}" in told
    assert "hopke print calibrate --right MM --down MM" in told
    assert path.read_bytes().startswith(b"%PDF")
    stored = said(hopke("print", "calibrate", "--right", "1.5", "--down", "-0.5", "--turned", "short"))
    assert "a drift of 1.5 mm right and -0.5 mm down is undone on sheets turned on the short edge" in stored
    settings = (folder / "var" / "printer.toml").read_text("utf-8")
    assert "[short]\nright_mm = 1.5\ndown_mm = -0.5" in settings
    assert "--right, --down" in refusal(hopke("print", "calibrate", "--down", "9"))
    assert (folder / "var" / "printer.toml").read_text("utf-8") == settings
    said(hopke("print", "calibrate", "--turned", "short", "--sheet", "A3"))
    assert released(path.parent) == ["calibration-long-edge.pdf", "calibration-short-edge.pdf"]


def test_the_sheets_that_may_be_asked_for_are_listed(hopke: Hopke, folder: Path) -> None:
    told = said(hopke("print", "sheets"))
    for words in ("A4 210 × 297 mm", "SRA3 320 × 450 mm", "card one card a page with its bleed"):
        assert words in told
    assert re.search(r"labels-a4-21 .*: 3 × 7 labels of 63\.5 × 38\.1 mm", told)
    assert not (folder / "var").exists()


# What readers report


@pytest.fixture
def reported(hopke: Hopke, folder: Path) -> Hopke:
    """Run a command where two parts of a box and a text were reported."""
    said(hopke(*PLAN))
    said(hopke("run", "commit", "TY-1"))
    reach = open_reach(find_workspace(str(folder)))
    part = Told(
        kind="part", language="vi", kit="bridge", run="TY-1", edition="3", place="B1", fault="missing"
    )
    for told in (part, replace(part, run="", edition=""), Told(kind="code", language="en", fault="taken")):
        make_report(reach, told, date(2026, 11, 22))
    reach.ledger.close()
    return hopke


def test_reports_are_listed_with_all_that_is_known_of_them(reported: Hopke) -> None:
    lines = [line.split() for line in reported("report", "list").stdout.splitlines()]
    assert lines == [
        ["no.", "day", "kind", "kit", "run", "box", "language", "place", "fault", "times"],
        ["3", "2026-11-22", "code", "-", "-", "-", "en", "-", "taken", "1", "×"],
        ["2", "2026-11-22", "part", "bridge", "-", "-", "vi", "B1", "missing", "2", "×"],
        ["1", "2026-11-22", "part", "bridge", "TY-1", "3", "vi", "B1", "missing", "2", "×"],
    ]
    assert "code" not in said(reported("report", "list", "--kind", "part"))
    assert said(reported("report", "list", "--kind", "text")) == "No report is open."


def test_a_settled_report_is_listed_no_more_but_with_all(reported: Hopke) -> None:
    settled = said(reported("report", "settle", "1"))
    assert re.fullmatch(r"Report 1 is settled since \d{4}-\d\d-\d\d\.", settled)
    assert said(reported("report", "settle", "1")) == settled
    assert "TY-1" not in said(reported("report", "list"))
    assert "1 2026-11-22 ✓ part bridge TY-1 3" in said(reported("report", "list", "--all"))
    assert "✓ part bridge TY-1" in said(reported("report", "list", "--all", "--kind", "part"))


def test_without_reports_the_list_says_so(hopke: Hopke) -> None:
    assert said(hopke("report", "list")) == "No report is open."
    assert said(hopke("report", "list", "--all")) == "There is no report."


def test_a_report_that_does_not_exist_is_not_settled(reported: Hopke) -> None:
    assert "hopke report list --all" in refusal(reported("report", "settle", "9"))


# Refusals


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "plan", "tiny", "--boxes", "17"), "Plan 16 or 24 boxes"),
        (("run", "plan", "nothing", "--boxes", "16"), "Known series: tiny"),
        ((*PLAN, "--case-size", "5"), "do not fill cases of 5"),
        ((*PLAN, "--run", "no good"), "name"),
        ((*PLAN, "--count", "fish"), "Write flag-tower=8"),
        ((*PLAN, "--count", "fish=two"), "Write flag-tower=8"),
        ((*PLAN, "--count", "fish=²"), "Write flag-tower=8"),
        ((*PLAN, "--count", "fish=-1"), "Write flag-tower=8"),
        ((*PLAN, "--count", "fish=8", "--count", "fish=8"), "given once"),
        ((*PLAN, "--count", "temple=16"), "lantern, bridge, fish"),
        ((*PLAN, "--beacon", "ceremony", "--pattern", "[1-6]*"), "pattern"),
        (("run", "commit", "TY-9"), "hopke run list"),
        (("run", "seal", "TY-9"), "hopke run list"),
        (("run", "print", "TY-9"), "hopke run list"),
        (("run", "show", "TY-9"), "hopke run list"),
    ],
)
def test_a_refusal_is_told_in_words_on_standard_error_and_leaves_with_2(
    hopke: Hopke, words: tuple[str, ...], told: str
) -> None:
    assert told in refusal(hopke(*words))


def test_steps_out_of_order_name_the_command_that_comes_next(hopke: Hopke) -> None:
    said(hopke(*PLAN, *CEREMONY))
    assert "hopke run commit TY-1" in refusal(hopke("run", "seal", "TY-1", "--beacon", "123456"))
    said(hopke("run", "commit", "TY-1"))
    assert "hopke run seal TY-1" in refusal(hopke("run", "print", "TY-1"))
    assert "[1-6]{6}" in refusal(hopke("run", "seal", "TY-1", "--beacon", "777777"))


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("run", "plan"),
        ("run", "plan", "tiny"),
        ("run", "plan", "tiny", "--boxes", "many"),
        ("run", "plan", "tiny", "--boxes", "16", "--beacon", "horoscope"),
        ("run", "commit"),
        ("run", "dance"),
        ("run", "print", "TY-1", "--only", "poster"),
        ("run", "print", "TY-1", "--for", "museum"),
        ("run", "print", "TY-1", "--start", "two"),
        ("run", "spoil"),
        ("run", "void", "TY-1", "--yes"),
        ("print", "proof", "TY-1", "--dpi", "2400"),
        ("print", "kit", "lantern", "--cards", "0"),
        ("print", "calibrate", "--turned", "over"),
        ("report", "list", "--kind", "person"),
        ("report", "settle"),
        ("report", "settle", "0"),
        ("report", "settle", "three"),
        ("report", "settle", "9" * 30),
        ("serve", "--port", "http"),
        ("serve", "--role", "thief"),
        ("--workspaces", "x"),
    ],
)
def test_a_command_that_is_not_one_shows_how_it_is_used(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
    assert "Traceback" not in result.stderr


# Checking


@pytest.mark.usefixtures("read_before")
def test_check_leaves_with_0_and_notes_when_all_is_well(hopke: Hopke) -> None:
    words = said(hopke("check"))
    assert words.endswith("✓ The workspace is ready.")
    assert "fish in vi has not been reviewed yet" in words


@pytest.mark.usefixtures("read_before")
def test_check_leaves_with_2_and_every_problem(hopke: Hopke, write: Write, folder: Path) -> None:
    path = write("stories/fish/en.md", "## Carp", "# Carp")
    (folder / "kits" / "tiny" / "bridge" / "art.svg").unlink()
    result = hopke("check")
    assert result.exit_code == 2
    assert f"✗ {path}: a heading has one #" in result.stdout
    assert "art.svg" in result.stdout
    assert "2 to mend." in result.stdout
    assert "ready" not in result.stdout


@pytest.mark.usefixtures("read_before")
def test_a_strict_check_tells_what_a_sound_workspace_lacks_and_a_plain_one_does_not(
    hopke: Hopke, folder: Path
) -> None:
    assert "not written" not in said(hopke("check"))
    result = hopke("check", "--strict")
    assert result.exit_code == 2
    assert f"✗ {folder / 'stories' / 'fish' / 'vi.easy.md'}: this layer is not written" in result.stdout
    assert "ready" not in result.stdout


@pytest.mark.usefixtures("read_before")
def test_a_strict_check_mends_what_is_broken_first(hopke: Hopke, write: Write) -> None:
    path = write("stories/fish/en.md", "## Carp", "# Carp")
    result = hopke("check", "--strict")
    assert result.exit_code == 2
    assert f"✗ {path}: a heading has one #" in result.stdout
    assert "1 to mend." in result.stdout


@pytest.mark.usefixtures("read_before")
def test_the_wording_of_sources_is_kept_as_fingerprints_and_not_as_text(
    hopke: Hopke, folder: Path, tmp_path: Path, write: Write
) -> None:
    sources = tmp_path / "sources"
    (sources / "old").mkdir(parents=True)
    (sources / "road.txt").write_text("All who came by the north road saw two iron lamps.", "utf-8")
    (sources / "old" / "cau.md").write_text("Ngày xưa cây cầu gỗ này bắc qua con sông nhỏ ấy.", "utf-8")
    (sources / "notes.pdf").write_bytes(b"neither one of the texts that are read here today")
    kept = folder / "stories" / "sources.fingerprints"

    assert said(hopke("fingerprint", str(sources))) == f"{kept}: fingerprints of 2 texts."
    content = kept.read_bytes()
    assert len(content) == 6 * (4 + 5), "one for each run of eight words"
    for word in (b"north", b"lamps", "cầu".encode(), b"texts"):
        assert word not in content
    said(hopke("fingerprint", str(sources)))
    assert kept.read_bytes() == content, "the same texts give the same file"

    assert "shares words" not in hopke("check", "--strict").stdout
    copied = write("stories/fish/en.md", "## Carp", "Who came by the north road saw lamps?\n\n## Carp")
    assert "shares words" not in hopke("check", "--strict").stdout
    write("stories/fish/en.md", "north road saw lamps?", "NORTH road, saw two lamps?")
    assert f"✗ {copied}: it shares words with a source: “who came by the north road saw two”" in (
        hopke("check", "--strict").stdout
    )


def test_a_folder_without_texts_gives_no_fingerprints(hopke: Hopke, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert f"{tmp_path / 'empty'}: there is no text in the folder" in refusal(
        hopke("fingerprint", str(tmp_path / "empty"))
    )
    assert not (folder / "stories" / "sources.fingerprints").exists()
    assert "Usage:" in hopke("fingerprint", str(tmp_path / "nowhere")).stderr


@pytest.mark.usefixtures("read_before")
def test_check_looks_at_every_design_sheet_and_ink(hopke: Hopke, write: Write) -> None:
    settings = 'languages = ["vi", "en"]'
    write("hopke.toml", settings, f'{settings}\n[paper]\ninsert = "poster"\nsheet = "A5"')
    broken = [
        write("print/label/front.html", "{% set digits", "{% sat digits"),
        write("print/insert/riddle.html", "{{", "{{ ]]"),
        write("print/leaflet/design.toml", "sides", "seiten"),
        write("print/story-card/design.toml", '"back.html"', '"hinten.html"'),
        write("print/calibration/page.html", "{{", "{{ ("),
        write("print/sheets/labels-a4-21.toml", "columns = 3", "columns = 4"),
        write("print/inks.toml", '"#8c1515" = [0,', '"#8c1515" = [101,'),
    ]
    result = hopke("check")
    assert result.exit_code == 2
    assert "9 to mend." in result.stdout
    for path in broken:
        assert str(path.parent) in result.stdout
    for words in ("print/poster", "there is no sheet A5", "labels-a4-21.toml", "inks.toml"):
        assert words in result.stdout


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("hopke.toml", 'maker = "tiny-maker"', "maker = 1"),
        ("hopke.toml", 'maker = "tiny-maker"', "maker = "),
    ],
)
def test_a_broken_hopke_toml_is_told_by_every_command(
    hopke: Hopke, write: Write, name: str, old: str, new: str
) -> None:
    path = write(name, old, new)
    for words in (("check",), PLAN, ("run", "list"), ("serve",), ("demo",)):
        assert str(path) in refusal(hopke(*words))


def test_a_station_that_others_could_reach_is_refused_before_it_listens(hopke: Hopke) -> None:
    told = refusal(hopke("serve", "--role", "station", "--host", "0.0.0.0"))  # noqa: S104
    assert "--role public" in told


# Help


def commands(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command below `command` with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        for name, part in command.commands.items():
            yield from commands(part, (*path, name))


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_explains_itself_without_a_workspace(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, command in commands(main, ()):
        result = CliRunner().invoke(main, [*path, option])
        words = said(result)
        assert (command.help or "").split(".")[0].split("\n")[0] in words
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.opts[-1] in words
    assert list(tmp_path.iterdir()) == []


def test_every_help_is_a_whole_sentence() -> None:
    for path, command in commands(main, ()):
        told = [
            command.help or "",
            *(part.help or "" for part in command.params if isinstance(part, click.Option)),
        ]
        for words in told:
            assert words[:1].isupper(), (path, words)
            assert words.endswith("."), (path, words)


def test_the_version_is_told() -> None:
    assert said(CliRunner().invoke(main, ["--version"])).startswith("hopke 0.")


# Finding the workspace


def test_the_nearest_workspace_above_is_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "kits" / "tiny" / "fish")
    assert "TY-1" in said(CliRunner().invoke(main, list(PLAN)))
    assert (folder / "var" / "ledger.sqlite3").is_file()


def test_the_nearer_of_two_workspaces_is_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / "hopke.toml").write_text("broken")
    monkeypatch.chdir(folder / "kits")
    said(CliRunner().invoke(main, list(PLAN)))


def test_no_workspace_here_or_above_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = refusal(CliRunner().invoke(main, ["run", "list"]))
    assert f"there is no hopke.toml in or above {tmp_path}" in words
    assert "--workspace" in words


def test_a_named_workspace_is_not_looked_for_above_it(folder: Path) -> None:
    words = refusal(CliRunner().invoke(main, ["--workspace", str(folder / "kits"), "check"]))
    assert f"there is no hopke.toml in {folder / 'kits'}" in words


def test_a_workspace_that_does_not_exist_is_told(tmp_path: Path) -> None:
    words = refusal(CliRunner().invoke(main, ["--workspace", str(tmp_path / "nowhere"), "run", "list"]))
    assert str(tmp_path / "nowhere") in words
    assert not (tmp_path / "nowhere").exists()


# For real


def test_the_installed_command_works_from_any_folder_and_prints_no_traceback(
    folder: Path, tmp_path: Path
) -> None:
    command = Path(sys.executable).with_name("hopke")

    def hopke(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command, "--workspace", folder, *words],
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    checked = hopke("check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "The workspace is ready." in checked.stdout
    refused = hopke("run", "show", "TY-1")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "✗ there is no run TY-1. See the names with: hopke run list.\n"


# The leak audit


def test_an_audit_ends_in_one_sentence_and_says_what_it_cannot_see(hopke: Hopke) -> None:
    for words in (PLAN, ("run", "commit", "TY-1"), ("run", "seal", "TY-1")):
        said(hopke(*words))
    told = said(hopke("run", "audit", "TY-1"))
    assert "edition number nothing: as odd as this in" in told
    assert "size of the sealed row nothing: the same for all" in told
    assert "Not looked at, because it is not there: the file of inserts" in told
    assert "only if it goes through nearly all of them" in told
    assert "A chase is in 2 of them: too few" in told
    assert told.endswith("of 7 features none predicts the kit (false alarm: 1 in 1,000 audits).")


def test_an_audit_of_boxes_whose_weight_tells_says_stop_and_leaves_with_1(hopke: Hopke, folder: Path) -> None:
    for words in (
        ("run", "plan", "tiny", "--boxes", "48"),
        ("run", "commit", "TY-1"),
        ("run", "seal", "TY-1"),
    ):
        said(hopke(*words))
    station = open_station(find_workspace(str(folder)))
    weights = folder / "weights.csv"
    with station.ledger.reading() as session:
        rows = {row.tag: row.sealed for row in session.exec(select(SealedBox))}
    boxes = [
        open_row(label.code, "TY-1", rows[label.tag])
        for label in secret_labels(station, show_run(station, "TY-1"))
    ]
    station.ledger.close()
    weights.write_text("".join(f"{box.edition},{120 + box.kit}\n" for box in boxes))
    done = hopke("run", "audit", "TY-1", "--weights", str(weights))
    assert done.exit_code == 1
    assert "weight LEAKS: higher for some kits than for others" in " ".join(done.stdout.split())
    assert done.stdout.splitlines()[-1].startswith("STOP: what is inside goes with: weight")
    assert done.stdout.endswith("do not sell.\n")
