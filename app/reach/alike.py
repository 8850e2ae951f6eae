"""Reports of readers put together: what is said of the same place of the same story."""

from dataclasses import dataclass
from datetime import date

from app.core.kit import find_by_id
from app.ledger import Report
from app.reach import Reach, find_report, list_reports, said


@dataclass(frozen=True)
class Alike:
    """Reports that say the same.

    Attributes:
        number: of the newest, by which all are settled.
        kind: what is wrong: "part", "code" or "text".
        kit: the kit's id, None where nobody knew it.
        language: of the page; only a text is wrong in its own language.
        place: a part's code, a heading of the story, or "@..." for what stands beside it.
        fault: which kind of mistake.
        times: how many reports say so.
        first: the day of the oldest.
        last: the day of the newest.
    """

    number: int
    kind: str
    kit: str | None
    language: str
    place: str
    fault: str
    times: int
    first: date
    last: date


def reports_by_kit(reach: Reach) -> dict[str | None, list[Alike]]:
    """Return open reports by kit in the order of the catalogue, those said most often first."""
    groups: dict[tuple[str | None, ...], list[Report]] = {}
    for listed in list_reports(reach):
        groups.setdefault(said(listed.report), []).append(listed.report)
    found: dict[str | None, list[Alike]] = {}
    for some in groups.values():
        newest, days = some[0], [report.made_on for report in some]
        found.setdefault(newest.kit, []).append(
            Alike(
                newest.id or 0,
                newest.kind,
                newest.kit,
                newest.language,
                newest.place,
                newest.fault,
                len(some),
                min(days),
                max(days),
            )
        )
    order = [kit.id for series in reach.catalogue.values() for kit in series.kits]
    return {
        kit: sorted(found[kit], key=lambda alike: (alike.kind, -alike.times, -alike.number))
        for kit in sorted(found, key=lambda kit: order.index(kit) if kit in order else len(order))
    }


def settle_alike(reach: Reach, number: int, today: date) -> int:
    """Settle a report and all open ones that say the same, and return how many that were.

    Raises:
        ReportMissingError: there is no report of this number.
    """
    with reach.ledger.reading() as session:
        named = find_report(session, number)
    alike = [each.report for each in list_reports(reach) if said(each.report) == said(named)]
    with reach.ledger.writing() as session:
        for report in alike:
            kept = session.get_one(Report, report.id)
            kept.settled_on = kept.settled_on or today
            session.add(kept)
    return len(alike)


def kit_name(reach: Reach, kit: str, language: str) -> str:
    """Return a kit's name in a language that its catalogue speaks."""
    found = find_by_id(reach.catalogue.values(), kit)
    return found[1].name[reach.workspace.told(language)] if found else kit
