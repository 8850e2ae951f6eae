"""Pillow's own test images, among them files that broke a decoder once: taken in, or refused in plain words.

Only Pillow's source package holds them; `.ci/pillow` brings them for `make test-all`.
"""

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import PIL
import pytest

from app.editing.pictures import proposed_name
from app.library.bounds import MEMORY_BYTES
from app.library.intake import TAKE_SECONDS
from app.library.pictures import find_picture, picture_files
from app.web import create_app
from app.workspace import Workspace
from tests.conftest import REPOSITORY
from tests.hostile.taking import START_S, keeps_more_than_pixels, tried
from tests.web.cast import invitation
from tests.web.conftest import close
from tests.web.serving import ask, serve
from tests.web.test_studio_pictures import TOLD, enter, request

IMAGES = REPOSITORY / "tests" / "tools" / "pillow" / PIL.__version__
GOAL_S = 2
MB = 1024 * 1024


def a_trap(folder: Path) -> Path:
    """Put a `gs` of ours before the one that Pillow runs to draw EPS; return what it leaves when it ran."""
    mark, program = folder / "gs-ran", folder / "bin" / "gs"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> "{mark}"\nexit 1\n')
    program.chmod(0o755)
    return mark


def form(content: bytes, name: str, token: str) -> tuple[bytes, str]:
    """Return the form that takes a picture in, and its kind."""
    parts = [
        f'--=b\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{text}\r\n'
        for field, text in (TOLD | {"csrf_token": token, "name": name}).items()
    ]
    head = '--=b\r\nContent-Disposition: form-data; name="file"; filename="picture"\r\n\r\n'
    whole = "".join([*parts, head]).encode() + content + b"\r\n--=b--\r\n"
    return whole, 'multipart/form-data; boundary="=b"'


def named(files: list[Path]) -> list[tuple[Path, str]]:
    """Return each file with the name that the studio would propose."""
    names: list[str] = []
    for file in files:
        names.append(proposed_name(file.name, names))
    return list(zip(files, names, strict=True))


@pytest.mark.long
def test_each_of_pillows_images_is_taken_clean_or_refused_in_plain_words(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: Callable[[str], None]
) -> None:
    assert IMAGES.is_dir(), "Pillow's test images are missing: `make test-all` brings them"
    files = sorted(path for path in IMAGES.rglob("*") if path.is_file())
    assert len(files) > 1_000
    ran = a_trap(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    site = create_app(workspace)
    link = invitation(site, "Lan", "curator")
    close(site)
    with (
        serve(workspace.root, tmp_path / "printed.txt") as served,
        ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool,
    ):
        results = []
        for result in pool.map(partial(tried, workspace.root), named(files)):
            results.append(result)
            if len(results) % 50 == 0:
                assert ask(served, "/en/tiny/bridge")[0] == 200
        assert not ran.exists()
        wrong = {str(result.file): result.wrong for result in results if result.wrong}
        assert not wrong, list(wrong.items())[:5]
        kept_by_others = sum(pool.map(keeps_more_than_pixels, files))

        cookie, token = enter(served, link)
        samples = {result.answer: result for result in results}  # the last of each
        for result in samples.values():
            body, kind = form(result.file.read_bytes(), f"sample-{result.answer}", token)
            status, page, _ = request(served, "/studio/pictures/bridge", body, kind, cookie)
            assert status == (303 if result.answer == "taken" else 422), result.file
            assert "Traceback" not in page
            assert "PIL" not in page
        assert ask(served, "/en/tiny/bridge")[0] == 200
    assert "Traceback" not in (tmp_path / "printed.txt").read_text()
    assert find_picture(workspace, "bridge", "sample-taken")

    answers = Counter(result.answer for result in results)
    lying = {path.name for path in (workspace.stories / "fish" / "images").iterdir()}
    known = {path.stem for path in (workspace.stories / "fish" / "images").glob("*.toml")}
    assert len(known) == answers["taken"] > 400
    assert lying == {f"{name}.toml" for name in known} | {
        file
        for name in known
        if (picture := find_picture(workspace, "fish", name))
        for file in picture_files(name, picture)
    }
    slowest = max(results, key=lambda result: result.spent_s)
    most = max(result.memory_bytes for result in results)
    assert slowest.spent_s < TAKE_SECONDS + START_S, slowest
    assert most <= MEMORY_BYTES
    # What the same files do where nobody takes care: facts beside the pixels stay, and a program is run.
    assert kept_by_others > 50
    assert ran.exists()
    reasons = ", ".join(f"{reason} {number}" for reason, number in answers.most_common() if reason != "taken")
    over = sum(result.spent_s > GOAL_S for result in results)
    count(
        f"{len(files)} of Pillow's test images: {answers['taken']} taken in clean, the others refused "
        f"({reasons}); {over} over {GOAL_S} s of processor time, slowest {slowest.spent_s:.1f} s "
        f"({slowest.file.name}), largest {most // MB} MB; 0 programs run; the control without our care: "
        f"{kept_by_others} keep more than pixels, {len(ran.read_text().splitlines())} programs run"
    )
