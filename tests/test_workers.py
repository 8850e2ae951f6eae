"""Workers share the tests out: what is dear to prepare is prepared in one of them, and no test is lost."""

import os
import subprocess
import sys

from tests.conftest import REPOSITORY
from tests.workers import LONG_FIRST, ORDERED, SCENES, place_of, scope_of

PLAIN = {**os.environ, "PYTEST_ADDOPTS": ""}


def test_a_worker_takes_whole_files_and_files_together_that_share_what_is_dear() -> None:
    assert scope_of("tests/core/test_a.py::test_b") == scope_of("tests/core/test_a.py::test_c[1::2]")
    assert scope_of("tests/core/test_a.py::test_b") != scope_of("tests/core/test_b.py::test_b")
    assert len({scope_of(f"{file}::test_b") for file in ORDERED}) == 1
    for scene in ("home", "box-taken"):
        assert len({scope_of(f"{file}::test_b[{scene}]") for file in SCENES}) == 1
    assert len({scope_of(f"{SCENES[0]}::test_b[{scene}]") for scene in range(100)}) == 8


def test_folders_of_long_files_are_begun_first() -> None:
    files = ["core/test_a.py::b", "test_a.py::b", "flows/test_a.py::b", "browser/test_a.py::b"]
    assert sorted((f"tests/{file}" for file in files), key=place_of) == [
        f"tests/{file}" for file in files[::-1]
    ]


def test_every_file_and_folder_that_is_shared_out_by_name_is_there() -> None:
    assert all((REPOSITORY / name).exists() for name in (*LONG_FIRST, *ORDERED, *SCENES))
    assert all("ordered: Ordered" in (REPOSITORY / file).read_text("utf-8") for file in ORDERED)


def test_two_workers_run_every_test_once() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadscope"]
    files = ["tests/test_tools.py", "tests/core/test_swap_code.py", "tests/core/test_log.py"]
    listed = subprocess.run(
        [*command[:4], "--collect-only", *files],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        env=PLAIN,
    )
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", *files],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=120, env=PLAIN,
    )  # fmt: skip
    tests = sum("::" in line for line in listed.stdout.splitlines())
    assert tests > 20
    assert f"{tests} passed" in done.stdout, done.stdout[-900:]
