"""How long a curator waits for the phone beside the text, and for the board: a part of `make bench`."""

import itertools
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from app.library.children import close_ready
from app.library.rendering import render
from app.web import create_app
from tests.web.cast import signed_in
from tests.workspaces import copy_own

WORDS, ROUNDS = 1_500, 15
PAUSE_S = 0.15
"""The desk, too, waits after a letter before it asks."""


def show_previews() -> None:
    """Print how long previews of a long draft of the demo series take, and its board of all texts.

    In milliseconds by the clock, for somebody waits and most of it is done in another process.
    """
    with tempfile.TemporaryDirectory() as folder:
        workspace = copy_own(Path(folder))
        file = (workspace.root / "stories/flag-tower/vi.md").read_text("utf-8")
        cai = signed_in(create_app(workspace), "Cai", "curator")
        front, body = file.rsplit("\n---\n", 1)
        body = " ".join((body.split(" ") * WORDS)[:WORDS])
        token, fresh = cai.token, itertools.count()

        def preview() -> None:
            words = f"{front}\n---\n{body} {next(fresh)}"  # never the same, so never from the cache
            marks = {"Sec-Fetch-Site": "same-origin", "X-Requested-With": "fetch"}
            form = {"csrf_token": token, "words": words}
            answer = cai.open("/studio/flag-tower/vi/preview", method="POST", form=form, headers=marks)
            assert answer.status_code == 200

        kept = waited(preview)
        started = waited(preview, before=close_ready)
        plain = waited(lambda: render(f"{body} {next(fresh)}"))
        print(
            f"Preview of {WORDS:,} words, the whole page: a bounded child kept ready | started each time\n"
            f"    {kept:.0f} ms | {started:.0f} ms   ratio {started / kept:.2f}   goal 300 ms\n"
            f"    (its Markdown alone, in this process and with no bound of time or memory: {plain:.0f} ms)\n"
        )
        print(f"Board of all texts of the demo series: {waited(lambda: cai.open('/studio/')):.0f} ms")
        close_ready()


def waited(work: Callable[[], object], *, before: Callable[[], object] = lambda: None) -> float:
    """Return the median milliseconds of one `work`, each after a pause."""
    taken = []
    for _ in range(ROUNDS):
        before()
        time.sleep(PAUSE_S)
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1_000)
    return median(taken)
