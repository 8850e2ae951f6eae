"""The house as it was drawn: who may import whom, how long a file may be, and what stands in none."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
APP = REPOSITORY / "app"
LONGEST_FILE = 400
GRAB_BAGS = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "service",
    "services",
    "manager",
    "managers",
}
TOP = {"kits", "stories", "print", "app", "tests", "pyproject.toml", "README.md"}
BESIDE = {"Makefile", "constraints.txt", "hopke.toml", ".ci", "CHANGELOG.md", "LICENSE", ".gitignore"}
IMPURE = {
    "os", "io", "pathlib", "time", "secrets", "random", "socket", "subprocess", "threading", "tempfile",
    "shutil", "sqlite3", "urllib", "http", "asyncio", "multiprocessing", "logging", "sys",
}  # fmt: skip
TEXT = {
    ".py", ".toml", ".md", ".html", ".css", ".svg", ".txt", ".json", ".js", ".conf", ".cfg", ".ini", ".yml",
    ".yaml", ".sh", "",
}  # fmt: skip
# Spelled in two halves, so that this file is not found by what it looks for.
PLACES = ("/" + "work/", "../" + "shared", "/" + "home/", "/" + "tmp/")
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK")


def ignored() -> set[str]:
    """Return what .gitignore keeps out, as names."""
    lines = (REPOSITORY / ".gitignore").read_text("utf-8").split()
    return {line.strip("/").rpartition("/")[2] for line in lines} | {".git"}


def written() -> Iterator[Path]:
    """Yield every file of the repository that somebody wrote, in Git already or not yet."""
    names = ignored()

    def walk(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            if path.name in names or path.suffix == ".egg-info":
                continue
            if path.is_dir():
                yield from walk(path)
            elif not path.is_symlink():
                yield path

    return walk(REPOSITORY)


def words_of(path: Path) -> str:
    """Return a file's text, or nothing if it is not text."""
    return path.read_text("utf-8") if path.suffix in TEXT else ""


def sources(folder: Path = APP) -> list[Path]:
    """Return every Python file below a folder."""
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def imported(path: Path) -> set[str]:
    """Return the names of all modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by dots"
            names.add(node.module or "")
    return names


def test_the_scans_see_the_repository() -> None:
    seen = {path.relative_to(REPOSITORY).as_posix() for path in written()}
    expected = {
        "app/cli/__init__.py",
        "hopke.toml",
        ".ci/run",
        "Makefile",
        "tests/conftest.py",
        "print/insert/back.html",
    }
    assert expected <= seen
    assert not [name for name in seen if name.startswith((".venv", "var/", ".git/"))]
    assert len(sources()) > 30


def test_every_import_follows_the_contracts() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_the_core_is_the_standard_library_without_files_clock_or_chance() -> None:
    for path in sources(APP / "core"):
        for name in imported(path):
            top = name.partition(".")[0]
            assert name.startswith("app.core") or top == "numpy" or top in sys.stdlib_module_names, path
            assert top not in IMPURE, f"{path.name} imports {name}"


def test_nothing_imports_the_folder_of_print_designs() -> None:
    for path in sources() + sources(REPOSITORY / "tests"):
        assert "print" not in {name.partition(".")[0] for name in imported(path)}, path
    assert not list((REPOSITORY / "print").rglob("*.py"))


def test_no_file_of_the_engine_is_longer_than_a_reader_can_hold() -> None:
    for path in sources():
        assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE, path


def test_no_file_or_folder_is_a_grab_bag() -> None:
    names = {path.stem for path in sources()} | {path.name for path in APP.rglob("*") if path.is_dir()}
    assert not names & GRAB_BAGS


def test_the_top_of_the_house_holds_what_was_agreed_and_nothing_else() -> None:
    found = {path.relative_to(REPOSITORY).parts[0] for path in written()}
    assert found >= TOP
    assert found <= TOP | BESIDE


def test_no_template_prints_html_that_was_not_cleaned() -> None:
    templates = [*APP.rglob("*.html"), *(REPOSITORY / "print").rglob("*.html")]
    assert len(templates) > 10
    for path in templates:
        text = path.read_text("utf-8")
        assert not re.search(r"\|\s*safe\b", text), path
        assert not re.search(r"autoescape\s+(false|off)", text, re.IGNORECASE), path
        assert "Markup" not in text, path
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            used = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
            assert used not in {"Markup", "render_template_string"}, path
            assert not (isinstance(node, ast.keyword) and node.arg == "autoescape" and not _is_true(node)), (
                path
            )


def _is_true(argument: ast.keyword) -> bool:
    return isinstance(argument.value, ast.Constant) and argument.value.value is True


@pytest.mark.parametrize("place", PLACES)
def test_no_file_names_a_place_outside_the_repository(place: str) -> None:
    temporary = {"tests"} if place.endswith("tmp/") else set()
    found = [
        path
        for path in written()
        if place in words_of(path) and path.relative_to(REPOSITORY).parts[0] not in temporary
    ]
    assert not found


@pytest.mark.parametrize("word", UNFINISHED)
def test_nothing_is_left_for_later(word: str) -> None:
    assert not [path for path in written() if re.search(rf"\b{word}", words_of(path))]


def test_no_generated_file_is_in_the_house() -> None:
    generated = {".pdf", ".sqlite3", ".db", ".pyc", ".sqlite3-wal"}
    assert not [path for path in written() if path.suffix in generated]
