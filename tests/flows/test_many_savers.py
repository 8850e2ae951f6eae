"""A thousand saves of one text at once, by threads of two processes: none overwrites another unseen."""

import itertools
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlmodel import col, select

from app.editing import Studio, Text, find_text, open_studio
from app.editing.drafts import StaleSaveError, open_text, save
from app.ledger import Draft, Revision
from app.web.languages import known_languages
from app.workspace import find_workspace
from tests.flows.desk import CAI, NOW, saved

PROCESSES, THREADS, EACH = 2, 10, 50
FEWEST_REFUSED = 50
MARK = re.compile(r"<(\d+-\d+-\d+)>")

WORKER = get_context("forkserver")
WORKER.set_forkserver_preload(["app.web.languages", "tests.flows.test_many_savers"])

Outcome = list[tuple[str, int]]
"""Each save's mark, and the version it became; 0 if it was refused."""


def save_checked(studio: Studio, text: Text, mark: str) -> int:
    """Open the text, add a mark at its end, and save."""
    opened = open_text(studio, text, CAI, NOW)
    try:
        return save(studio, text, CAI, f"{opened.words}\n<{mark}>\n", version=opened.version, now=NOW)
    except StaleSaveError:
        return 0


def save_unchecked(studio: Studio, text: Text, mark: str) -> int:
    """Do the same as an editor does that knows no versions: whoever saves last is right."""
    words = open_text(studio, text, CAI, NOW).words
    with studio.ledger.writing() as session:
        draft = session.get_one(Draft, (text.kit, text.name))
        draft.version += 1
        kept = Revision(
            kit=text.kit, name=text.name, kind="saved", version=draft.version, text=f"{words}\n<{mark}>\n",
            digest="-", by=CAI, at=NOW,
        )  # fmt: skip
        session.add(kept)
        session.flush()
        draft.newest = kept.id or 0
        session.add(draft)
        return draft.version


def save_much(
    folder: str, process: int, checked: bool, each: int, begin: Connection, told: Connection
) -> None:
    """Save in many threads, once it is said to begin; called in a process of its own."""
    studio = open_studio(find_workspace(folder), known_languages())
    text = find_text(studio, "bridge", "vi")
    one: Callable[[Studio, Text, str], int] = save_checked if checked else save_unchecked

    def work(thread: int) -> Outcome:
        marks = [f"{process}-{thread}-{number}" for number in range(each)]
        return [(mark, one(studio, text, mark)) for mark in marks]

    told.send([])
    begin.recv()
    with ThreadPoolExecutor(THREADS) as pool:
        told.send([outcome for part in pool.map(work, range(THREADS)) for outcome in part])
    studio.ledger.close()


@pytest.fixture
def at_once(studio: Studio, bridge: Text) -> Callable[[bool, int], Outcome]:
    """Save in all threads at once, each so many times; the studio has a draft already."""
    saved(studio, bridge, open_text(studio, bridge, CAI, NOW).words + "\nDraft.\n")

    def run(checked: bool, each: int) -> Outcome:
        workers = []
        for process in range(PROCESSES):
            begin, go = WORKER.Pipe(duplex=False)
            heard, told = WORKER.Pipe(duplex=False)
            worker = WORKER.Process(
                target=save_much, args=(str(studio.workspace.root), process, checked, each, begin, told)
            )
            worker.start()
            workers.append((worker, go, heard))
        for _, _, heard in workers:
            assert heard.poll(120)
            heard.recv()
        for _, go, _ in workers:
            go.send(True)
        found: Outcome = []
        for worker, _, heard in workers:
            assert heard.poll(300), "the saves did not end"
            found += heard.recv()
            worker.join()
        return found

    return run


def marks_in(words: str) -> set[str]:
    return set(MARK.findall(words))


def test_of_a_thousand_saves_at_once_none_overwrites_another_and_each_accepted_one_is_a_revision(
    studio: Studio, bridge: Text, at_once: Callable[[bool, int], Outcome]
) -> None:
    outcomes = at_once(True, EACH)
    accepted = {mark: version for mark, version in outcomes if version}
    assert len(outcomes) == PROCESSES * THREADS * EACH == 1000
    assert len(outcomes) - len(accepted) >= FEWEST_REFUSED, "they did not meet"
    with studio.ledger.reading() as session:
        rows = list(session.exec(select(Revision).order_by(col(Revision.id))))
    kept = [row for row in rows if row.kind == "saved"][1:]
    assert [row.version for row in kept] == sorted(accepted.values())
    assert max(Counter(accepted.values()).values()) == 1
    for before, after in itertools.pairwise(kept):
        assert after.text.startswith(before.text.rstrip("\n")), "each has all that was saved before"
    for row in kept:
        (mark,) = (mark for mark, version in accepted.items() if version == row.version)
        assert row.text.rstrip().endswith(f"<{mark}>")
    last = open_text(studio, bridge, CAI, NOW)
    assert (last.version, marks_in(last.words)) == (max(accepted.values()), set(accepted))
    aside = {mark for row in rows if row.kind == "aside" for mark in marks_in(row.text) - set(accepted)}
    assert aside <= {mark for mark, version in outcomes if not version}
    assert aside


def test_without_versions_saves_are_lost(
    studio: Studio, bridge: Text, at_once: Callable[[bool, int], Outcome]
) -> None:
    """The control: it tells that the saves above do meet."""
    outcomes = at_once(False, EACH // 5)
    assert all(version for _, version in outcomes)
    last = open_text(studio, bridge, CAI, NOW)
    assert len(marks_in(last.words)) < len(outcomes) - 10


def test_the_words_of_a_refused_save_are_kept_aside(studio: Studio, bridge: Text, read_before: Path) -> None:
    version = open_text(studio, bridge, CAI, NOW).version
    words = open_text(studio, bridge, CAI, NOW).words
    save(studio, bridge, CAI, words + "\nA\n", version=version, now=NOW)
    for mine in ("\nB\n", "\nB và C\n"):
        with pytest.raises(StaleSaveError):
            save(studio, bridge, 3, words + mine, version=version, now=NOW)
    with studio.ledger.reading() as session:
        (aside,) = session.exec(select(Revision).where(Revision.kind == "aside"))
    assert aside.text.endswith("\nB và C\n")
