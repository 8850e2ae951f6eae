"""Where every text stands, seen at once: stories, layers and bonus pages in every language."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from app.core.kit import Entry, Series
from app.core.staff import Person
from app.editing import Studio, Text, texts_of
from app.editing.behind import stale_counts
from app.editing.check_ups import NEVER, Checked, check_ups
from app.editing.drafts import HERE_S
from app.editing.files import file_states, look_everywhere
from app.editing.remarks import open_remarks
from app.editing.reviewing import wrote
from app.ledger import Draft, Presence, Revision, Staff

WAITS = ("review", "publish", "returned", "check", "stale")
"""Why a text waits for somebody, the most urgent first."""

Place = tuple[str, str]
"""A text's kit and name."""


@dataclass(frozen=True)
class Cell:
    """One text on the board.

    Attributes:
        text: which one.
        state: "missing", "published", or its draft's: "draft", "submitted", "approved".
        disk: whether its file was changed by somebody else since its draft began, or cannot be read.
        why: with which words its draft was sent back, "" if it was not.
        here: who has it open.
        stale: how many of its paragraphs translate what has changed since.
        remarks: how many remarks on it are open.
        checked: when it was last checked.
        waits: why it waits for whoever looks, one of `WAITS`, or "".
    """

    text: Text
    state: str
    disk: bool
    why: str
    here: tuple[str, ...]
    stale: int
    remarks: int
    checked: Checked
    waits: str


@dataclass(frozen=True)
class Line:
    """A story, a layer or a bonus page in every language.

    Attributes:
        series: its series.
        entry: its kit's place there, None for a bonus page.
        layer: "" for the story itself.
        cells: one for each language of the board.
    """

    series: Series
    entry: Entry | None
    layer: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Board:
    """Everything that may be written.

    Attributes:
        languages: those in which something is written or must be.
        more: whether there are others in which nothing is.
        lines: by series, kit and layer.
        waiting: what waits for whoever looks, the most urgent first.
    """

    languages: tuple[str, ...]
    more: bool
    lines: tuple[Line, ...]
    waiting: tuple[tuple[Line, Cell], ...]


@dataclass(frozen=True)
class _Known:
    """What is known of all texts, by kit and name.

    Attributes:
        broken: those whose files cannot be read.
        files: the number and the digest of the newest state of each file.
        drafts: the drafts.
        why: with which words a draft was sent back.
        here: who has a text open.
        stale: how many paragraphs of a translation are behind.
        remarks: how many remarks on a text are open.
        checked: when a text was last checked.
    """

    broken: Collection[Text]
    files: Mapping[Place, tuple[int, str]]
    drafts: Mapping[Place, Draft]
    why: Mapping[Place, str]
    here: Mapping[Place, list[str]]
    stale: Mapping[Place, int]
    remarks: Mapping[Place, int]
    checked: Mapping[Place, Checked]


def board(studio: Studio, person: Person, now: datetime, *, every_language: bool = False) -> Board:
    """Return where every text stands.

    Args:
        studio: the studio.
        person: who looks.
        now: the time.
        every_language: whether those in which nothing is written are shown too.
    """
    known = _known(studio, person, now)
    cells = [_cell(studio, text, known, person, now) for text in texts_of(studio)]
    begun = {cell.text.language for cell in cells if cell.state != "missing"}
    shown = tuple(
        tag for tag in studio.languages if every_language or tag in begun or tag in studio.workspace.languages
    )
    lines = tuple(_lines(studio, cells, shown))
    waiting = [(line, cell) for line in lines for cell in line.cells if cell.waits]
    waiting.sort(key=lambda pair: _urgency(pair[1]))
    return Board(shown, len(shown) < len(studio.languages), lines, tuple(waiting))


def _urgency(cell: Cell) -> tuple[int, date]:
    due_on = cell.checked.due_on if cell.waits == "check" else None
    return WAITS.index(cell.waits), due_on or date.min


def _lines(studio: Studio, cells: list[Cell], shown: tuple[str, ...]) -> Iterator[Line]:
    by_line: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.text.language in shown:
            by_line[cell.text.kit, cell.text.layer].append(cell)
    for series in studio.catalogue.values():
        places: dict[str, Entry | None] = {entry.kit.id: entry for entry in series.entries}
        if series.bonus:
            places[series.bonus] = None
        for (kit, layer), own in by_line.items():
            if kit in places:
                yield Line(series, places[kit], layer, tuple(own))


def _cell(studio: Studio, text: Text, known: _Known, person: Person, now: datetime) -> Cell:
    place, broken = (text.kit, text.name), text in known.broken
    file, digest = known.files.get(place, (None, ""))
    draft, why, behind = known.drafts.get(place), known.why.get(place, ""), known.stale.get(place, 0)
    remarks, checked = known.remarks.get(place, 0), known.checked.get(place, NEVER)
    state = draft.state if draft else "published" if digest or broken else "missing"
    waits = ""
    if state == "submitted" and person.may("review") and not wrote(studio, text, person.id):
        waits = "review"
    elif state == "approved" and person.may("publish"):
        waits = "publish"
    elif why and person.may("write"):
        waits = "returned"
    elif checked.is_due(now.date()) and person.may("review"):
        waits = "check"
    elif behind and person.may("write"):
        waits = "stale"
    disk = broken or (draft is not None and draft.base != file)
    return Cell(text, state, disk, why, tuple(known.here.get(place, ())), behind, remarks, checked, waits)


def _known(studio: Studio, person: Person, now: datetime) -> _Known:
    broken = look_everywhere(studio, now)
    stale, remarks, checked = stale_counts(studio), open_remarks(studio), check_ups(studio)
    with studio.ledger.reading() as session:
        files, here = file_states(session), _here(session, person, now)
        drafts = {(draft.kit, draft.name): draft for draft in session.exec(select(Draft))}
        newest = select(Draft.kit, Draft.name, Revision.note).join(
            Revision, col(Revision.id) == col(Draft.newest)
        )
        returned = session.exec(newest.where(Revision.kind == "returned"))
        why = {(kit, name): note for kit, name, note in returned}
    return _Known(broken, files, drafts, why, here, stale, remarks, checked)


def _here(session: Session, person: Person, now: datetime) -> dict[Place, list[str]]:
    found: dict[Place, list[str]] = defaultdict(list)
    rows = session.exec(
        select(Presence.kit, Presence.name, Staff.name)
        .join(Staff, col(Presence.staff) == col(Staff.id))
        .where(Presence.seen_at > now - timedelta(seconds=HERE_S), Presence.staff != person.id)
        .order_by(Staff.name)
    )
    for kit, name, who in rows:
        found[kit, name].append(who)
    return found
