"""Where every text stands, seen at once: stories, layers and bonus pages in every language."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from app.core.kit import Entry, Series
from app.core.staff import Person
from app.editing import Studio, Text, texts_of
from app.editing.drafts import HERE_S
from app.editing.files import file_states, look_everywhere, path_of
from app.editing.reviewing import WRITING
from app.ledger import Draft, Presence, Revision, Staff

WAITS = ("review", "publish", "returned", "check", "stale")
"""Why a text waits for somebody, the most urgent first."""

Place = tuple[str, str]
"""A text's kit and name."""


@dataclass(frozen=True)
class Check:
    """When somebody last looked whether a text still holds, and when it is to be looked at again."""

    last: date | None
    due: date | None


@dataclass(frozen=True)
class Cell:
    """One text on the board.

    Attributes:
        text: which one.
        state: "missing", "published", or its draft's: "draft", "submitted", "approved".
        disk: whether its file was changed by somebody else than the studio since the studio last saw it, or
            since its draft began.
        why: with which words its draft was sent back, "" if it was not.
        here: who has it open.
        stale: how many of its paragraphs translate what has changed since.
        check: when it was last looked at, None if nobody ever did.
        waits: why it waits for whoever looks, one of `WAITS`, or "".
    """

    text: Text
    state: str
    disk: bool
    why: str
    here: tuple[str, ...]
    stale: int
    check: Check | None
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
    """What the ledger knows of a text."""

    digest: str
    base: str
    state: str
    why: str
    writers: frozenset[int]
    here: tuple[str, ...]


_NOTHING = _Known("", "", "", "", frozenset(), ())


def board(
    studio: Studio,
    person: Person,
    now: datetime,
    *,
    every_language: bool = False,
    stale: Mapping[Place, int] | None = None,
    checks: Mapping[Place, Check] | None = None,
) -> Board:
    """Return where every text stands.

    Args:
        studio: the studio.
        person: who looks.
        now: the time.
        every_language: whether those in which nothing is written are shown too.
        stale: of each text that translates, how many paragraphs are behind.
        checks: of each text that somebody looked at.
    """
    look_everywhere(studio, now)
    known = _known(studio, person, now)
    cells = [
        _cell(
            studio, text, known.get((text.kit, text.name), _NOTHING), person, now, stale or {}, checks or {}
        )
        for text in texts_of(studio)
    ]
    begun = {cell.text.language for cell in cells if cell.state != "missing"}
    shown = tuple(
        tag for tag in studio.languages if every_language or tag in begun or tag in studio.workspace.languages
    )
    lines = tuple(_lines(studio, cells, shown))
    waiting = [(line, cell) for line in lines for cell in line.cells if cell.waits]
    waiting.sort(key=lambda pair: WAITS.index(pair[1].waits))
    return Board(shown, len(shown) < len(studio.languages), lines, tuple(waiting))


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


def _cell(
    studio: Studio,
    text: Text,
    known: _Known,
    person: Person,
    now: datetime,
    stale: Mapping[Place, int],
    checks: Mapping[Place, Check],
) -> Cell:
    digest = _digest(studio, text)
    place = (text.kit, text.name)
    check = checks.get(place)
    behind, state = stale.get(place, 0), known.state or ("published" if digest else "missing")
    waits = ""
    if known.state == "submitted" and person.may("review") and person.id not in known.writers:
        waits = "review"
    elif known.state == "approved" and person.may("publish"):
        waits = "publish"
    elif known.why and person.may("write"):
        waits = "returned"
    elif check and check.due and check.due <= now.date() and person.may("review"):
        waits = "check"
    elif behind and person.may("write"):
        waits = "stale"
    seen = known.base if known.state else known.digest
    disk = digest != seen and (known.state != "" or known.digest != "")
    return Cell(text, state, disk, known.why, known.here, behind, check, waits)


def _digest(studio: Studio, text: Text) -> str:
    try:
        return hashlib.sha256(path_of(studio, text).read_bytes()).hexdigest()
    except OSError:
        return ""


def _known(studio: Studio, person: Person, now: datetime) -> dict[Place, _Known]:
    """Return what the ledger knows of each text that it knows anything of, in a handful of questions."""
    with studio.ledger.reading() as session:
        states = file_states(session)
        here = _here(session, person, now)
        drafts = {(draft.kit, draft.name): draft for draft in session.exec(select(Draft))}
        steps = {
            row[0]: row[1:]
            for row in session.exec(
                select(Revision.id, Revision.kind, Revision.note).where(
                    col(Revision.id).in_([draft.newest for draft in drafts.values()])
                )
            )
        }
        bases = dict(
            session.exec(
                select(Revision.id, Revision.digest).where(
                    col(Revision.id).in_([draft.base for draft in drafts.values()])
                )
            ).all()
        )
        writers = _writers(session, states)
    known = {}
    for place in {*states, *drafts, *here}:
        draft = drafts.get(place)
        kind, note = steps.get(draft.newest, ("", "")) if draft else ("", "")
        known[place] = _Known(
            digest=states[place][1] if place in states else "",
            base=bases.get(draft.base, "") if draft and draft.base else "",
            state=draft.state if draft else "",
            why=note if kind == "returned" else "",
            writers=frozenset(writers.get(place, ())),
            here=tuple(here.get(place, ())),
        )
    return known


def _writers(session: Session, states: Mapping[Place, tuple[int, str]]) -> dict[Place, set[int]]:
    """Return who wrote in each text since the newest state of its file."""
    found: dict[Place, set[int]] = defaultdict(set)
    rows = session.exec(
        select(Revision.kit, Revision.name, Revision.by, func.max(Revision.id))
        .where(col(Revision.kind).in_(WRITING), col(Revision.by).is_not(None))
        .group_by(col(Revision.kit), col(Revision.name), col(Revision.by))
    )
    for kit, name, by, last in rows:
        if (last or 0) > states.get((kit, name), (0, ""))[0]:
            found[kit, name].add(by or 0)
    return found


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
