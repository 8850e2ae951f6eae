"""What readers report: a missing part, a code, a wrong text. Never who they are, never free words."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from app.catalogue import read_catalogue
from app.core.editions import EditionsError, parse_edition
from app.core.errors import UserError
from app.core.kit import Kit, Series, find_by_id
from app.ledger import Ledger, Report, Run
from app.library import is_told, read_story, telling_of
from app.workspace import Workspace

FAULTS = {
    "part": ("missing", "broken"),
    "code": ("unreadable", "unknown", "taken", "another"),
    "text": ("fact", "word", "picture", "translation", "sound"),
}
"""What may be wrong, by the kind of report, in the order in which it is asked."""

KINDS = tuple(FAULTS)
BESIDE_STORY = ("@top", "@look", "@riddle", "@build", "@place", "@sources", "@other")
"""Places of a story's page beside the headings of its text."""

_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_NOTE_OR_STRESS = re.compile(r"\[\^[^\]]*\]|[*`]")


class ReportError(UserError):
    """A report names something that does not exist; `fields` are what to choose again."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(f"a report does not hold: {', '.join(fields)}", mend="Choose again")
        self.fields = fields


class ReportMissingError(UserError):
    """There is no report of that number."""


@dataclass(frozen=True)
class Reach:
    """Where reports come in and are settled."""

    workspace: Workspace
    catalogue: Mapping[str, Series]
    ledger: Ledger


@dataclass(frozen=True, kw_only=True)
class Told:
    """A report as it was sent, everything still a text; "" for what was not told.

    Attributes:
        kind: one of `KINDS`.
        language: the language of the page it was sent from.
        kit: the kit's id; may be left out for a code.
        run: the run's id as the card shows it, in capitals or not.
        edition: the box's number; only with a run.
        place: a part's code, a heading of the story, or one of `BESIDE_STORY`.
        fault: one of `FAULTS` of its kind.
    """

    kind: str
    language: str
    kit: str = ""
    run: str = ""
    edition: str = ""
    place: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Listed:
    """A report, and how many reports in the same list tell the same of the same kit."""

    report: Report
    times: int


def open_reach(workspace: Workspace) -> Reach:
    """Read the catalogue and open the ledger.

    Raises:
        UserError: the first thing in the workspace that is wrong.
    """
    return Reach(workspace, read_catalogue(workspace), Ledger(workspace.ledger))


def find_reported(reach: Reach, kit_id: str) -> tuple[Series, Kit] | None:
    """Return a kit and its series by the kit's id, None if there is no such kit."""
    return find_by_id(reach.catalogue.values(), kit_id)


def places_of(reach: Reach, kind: str, kit: Kit, language: str) -> tuple[str, ...]:
    """Return the places that a report of a kit may name.

    Args:
        reach: where reports come in.
        kind: one of `KINDS`.
        kit: the kit.
        language: the language of the page.

    Returns:
        Part codes in building order, or the headings of the story in the language in which that page tells it
        and what stands beside the story; nothing for a code.
    """
    if kind == "part":
        return tuple(kit.parts)
    if kind == "text":
        told = telling_of(reach.workspace, kit.id, language)
        text = (
            read_story(reach.workspace, kit.id, told).text if is_told(reach.workspace, kit.id, told) else ""
        )
        heads = (_NOTE_OR_STRESS.sub("", head) for head in _HEADING.findall(text))
        return (*dict.fromkeys(heads), *BESIDE_STORY)
    return ()


def mistakes(reach: Reach, told: Told) -> tuple[str, ...]:
    """Return the fields of a report that name nothing that exists, in the order of the form."""
    with reach.ledger.reading() as session:
        run = _run(session, told.run)
    return _mistakes(reach, told, run)


def make_report(reach: Reach, told: Told, today: date) -> None:
    """Keep a report; the same one on the same day is kept once.

    Args:
        reach: where reports come in.
        told: what was sent.
        today: the day to remember.

    Raises:
        ReportError: it names something that does not exist; nothing was kept.
        LedgerError: the ledger cannot be written; nothing was kept.
    """
    with reach.ledger.reading() as session:
        run = _run(session, told.run)
    wrong = _mistakes(reach, told, run)
    if wrong:
        raise ReportError(wrong)
    report = Report(
        kind=told.kind,
        kit=told.kit or None,
        run=run.id if run else None,
        edition=parse_edition(told.edition, run.boxes) if run and told.edition else None,
        language=told.language,
        place=told.place,
        fault=told.fault,
        made_on=today,
    )
    with reach.ledger.writing() as session:
        if not _kept(session, report):
            session.add(report)


def list_reports(reach: Reach, *, settled: bool = False, kind: str | None = None) -> list[Listed]:
    """Return reports, the newest first.

    Args:
        reach: where reports come in.
        settled: also those that are settled.
        kind: only these, one of `KINDS`; None for all.
    """
    wanted = select(Report).order_by(col(Report.id).desc())
    if not settled:
        wanted = wanted.where(col(Report.settled_on).is_(None))
    if kind is not None:
        wanted = wanted.where(Report.kind == kind)
    with reach.ledger.reading() as session:
        reports = list(session.exec(wanted))
    times = Counter(said(report) for report in reports)
    return [Listed(report, times[said(report)]) for report in reports]


def settle_report(reach: Reach, number: int, today: date) -> Report:
    """Mark a report as settled and return it; one that is settled stays as it is.

    Raises:
        ReportMissingError: there is no report of this number.
    """
    with reach.ledger.writing() as session:
        report = find_report(session, number)
        report.settled_on = report.settled_on or today
        session.add(report)
    return report


def find_report(session: Session, number: int) -> Report:
    """Return the report of a number.

    Raises:
        ReportMissingError: there is none.
    """
    report = session.get(Report, number)
    if report is None:
        raise ReportMissingError(
            f"there is no report {number}", mend="See the numbers with: hopke report list --all"
        )
    return report


def _mistakes(reach: Reach, told: Told, run: Run | None) -> tuple[str, ...]:
    if told.kind not in KINDS:
        return ("kind",)
    found = find_reported(reach, told.kit)
    wrong = []
    if found is None and (told.kit or told.kind != "code"):
        wrong.append("kit")
    places = places_of(reach, told.kind, found[1], told.language) if found else ()
    if told.place not in (places or ("",)):
        wrong.append("place")
    if told.fault not in FAULTS[told.kind]:
        wrong.append("fault")
    if (told.run or told.edition) and (run is None or (found and run.series != found[0].id)):
        wrong.append("run")
    elif told.edition and run and not _is_box(told.edition, run):
        wrong.append("edition")
    return tuple(wrong)


def _run(session: Session, run_id: str) -> Run | None:
    """Return a published run by the id that a card shows, None if there is none."""
    run = session.get(Run, run_id.strip().upper()) if run_id else None
    return run if run and run.committed_at else None


def _is_box(edition: str, run: Run) -> bool:
    try:
        parse_edition(edition, run.boxes)
    except EditionsError:
        return False
    return True


def _kept(session: Session, report: Report) -> bool:
    same = select(Report).where(
        Report.made_on == report.made_on, Report.kind == report.kind, Report.kit == report.kit
    )
    return any(
        (said(other), other.run, other.edition) == (said(report), report.run, report.edition)
        for other in session.exec(same)
    )


def said(report: Report) -> tuple[str | None, ...]:
    """Return what a report says, apart from the box; a text is wrong in its own language only."""
    language = report.language if report.kind == "text" else ""
    return (report.kind, report.kit, report.place, report.fault, language)
