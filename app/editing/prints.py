"""What lies in printed boxes already: which runs carry something that a change alters."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from sqlmodel import Session, col, select

from app.core.errors import UserError
from app.core.print_state import INSERT
from app.core.story import Story
from app.editing import Studio, Text
from app.editing.gate import parse
from app.ledger import LogEntry, PrintMark, Run

SHEET = "classroom-sheet"
_CARRIED = re.compile(r"(?:\bstories\.\w+|\bfront)\.(\w+)|\bpage\.(facts|body|notes)\b")


@dataclass(frozen=True)
class PrintedRun:
    """A run whose printed matter tells otherwise than a text will.

    Attributes:
        run: its name.
        state: the last step done.
        carried: each printed thing by its design, with what it carries of the story and what changes: keys of
            the front matter, or "body".
    """

    run: str
    state: str
    carried: tuple[tuple[str, tuple[str, ...]], ...]


class PrintedRunsError(UserError):
    """A change alters what is printed already; `runs` are those whose boxes will tell otherwise."""

    def __init__(self, runs: tuple[PrintedRun, ...]) -> None:
        names = ", ".join(run.run for run in runs)
        super().__init__(
            f"what this changes is printed already, in {names}",
            mend="Publish it all the same if buyers of these boxes may read otherwise than their paper tells",
        )
        self.runs = runs


def printed_runs(studio: Studio, text: Text, old_words: str, new_words: str) -> tuple[PrintedRun, ...]:
    """Return the printed runs whose cards or sheets carry something that a change of words alters.

    Leaflets, certificates and labels take nothing from stories; what the others take is read from their
    designs.

    Args:
        studio: the studio.
        text: the text; only a kit's story in one of the workspace's languages is printed.
        old_words: the whole file before, "" if there was none.
        new_words: the whole file after.
    """
    if text.layer or text.bonus or text.language not in studio.workspace.languages:
        return ()
    altered = _altered(studio, text, old_words, new_words)
    designs = {INSERT: studio.workspace.paper.insert, SHEET: SHEET}
    carried = {thing: tuple(sorted(altered & _carried(studio, design))) for thing, design in designs.items()}
    if not any(carried.values()):
        return ()
    with studio.ledger.reading() as session:
        return tuple(_runs(session, text, carried))


def _altered(studio: Studio, text: Text, old_words: str, new_words: str) -> set[str]:
    try:
        old, new = parse(studio, text, old_words), parse(studio, text, new_words)
    except UserError:
        return set()  # the gate tells what is wrong with the new; a broken old one was never printed
    if not isinstance(old, Story) or not isinstance(new, Story):
        return set()
    keys = {field.name for field in fields(new.front)} - {"approved"}
    found = {key for key in keys if getattr(old.front, key) != getattr(new.front, key)}
    asked = [(front.riddle.question, front.riddle.choices) for front in (old.front, new.front)]
    found |= {"asked"} if asked[0] != asked[1] else set()
    return found | ({"body", "notes"} if old.text != new.text else set())


def _carried(studio: Studio, design: str) -> set[str]:
    """Return which parts of a story a design's pages show."""
    folder = studio.workspace.designs / design
    pages = "\n".join(page.read_text("utf-8", errors="replace") for page in sorted(folder.glob("*.html")))
    found = {key or whole for key, whole in _CARRIED.findall(pages)}
    if "riddle" in found:
        return found - {"riddle"} | {"asked" if "riddle.answer" not in pages else "riddles"}
    return found


def _runs(session: Session, text: Text, carried: dict[str, tuple[str, ...]]) -> Iterator[PrintedRun]:
    for run in session.exec(select(Run).where(col(Run.committed_at).is_not(None)).order_by(Run.id)):
        if text.kit not in {kit["id"] for kit in json.loads(run.kits)}:
            continue
        entries = session.exec(select(LogEntry.text).where(LogEntry.run == run.id))
        told = [json.loads(entry) for entry in entries]
        marks = select(PrintMark.thing).where(PrintMark.run == run.id, PrintMark.kind == "printed")
        printed = set(session.exec(marks))
        printed |= {str(entry.get("thing")) for entry in told if entry.get("did") == "printed"}
        found = tuple((thing, parts) for thing, parts in carried.items() if parts and thing in printed)
        if found:
            yield PrintedRun(run.id, run.state, found)
