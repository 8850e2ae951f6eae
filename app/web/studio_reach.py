"""The studio's numbers and reports: what stories do out there, and what readers find wrong."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect
from werkzeug.wrappers import Response as AnyResponse

from app.albums.telling import told_in
from app.core.kit import find_by_id
from app.editing import find_text
from app.editing.remarks import headings_of
from app.reach import Reach, ReportMissingError
from app.reach.alike import Alike, reports_by_kit, settle_alike
from app.reach.counts import HAPPENINGS, SPANS, days, numbers
from app.web.guard import needs, show_studio
from app.web.present import site
from app.web.studio import studio

pages = Blueprint("studio_reach", __name__)


def reach() -> Reach:
    """Return where this site counts and hears of mistakes."""
    opened = site()
    return Reach(opened.workspace, opened.catalogue, opened.ledger)


@pages.get("/studio/numbers")
@needs("look")
def show_numbers() -> Response:
    """Show how often each story was opened, read and solved."""
    found = numbers(reach(), datetime.now(UTC).date())
    kits = {kit.id: kit.name for series in site().catalogue.values() for kit in series.kits}
    most = max((each.times[what][-1] for each in found for what in HAPPENINGS), default=0)
    return show_studio(
        "studio_numbers.html",
        here="numbers",
        rows=[each for each in found if each.kit in kits],
        kits=kits,
        most=most,
        happenings=HAPPENINGS,
        spans=SPANS,
    )


@pages.get("/studio/numbers.csv")
@needs("look")
def numbers_as_file() -> Response:
    """Send every number, day by day, for a spreadsheet."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(("day", "kit", "language", "what", "times"))
    rows.writerows(days(reach()))
    answer = make_response(written.getvalue())
    answer.content_type = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=hop-ke-numbers.csv"
    return answer


@pages.get("/studio/reports")
@needs("look")
def show_reports() -> Response:
    """Show what readers found wrong, by kit and place."""
    catalogue, found = site().catalogue.values(), reports_by_kit(reach())
    return show_studio(
        "studio_reports.html",
        here="reports",
        reports={kit: [_placed(each) for each in some] for kit, some in found.items()},
        kits={kit: find_by_id(catalogue, kit) if kit else None for kit in found},
    )


def _placed(alike: Alike) -> dict[str, Any]:
    """Return reports that say the same, with the text they are about and the paragraph in it."""
    told, key = alike.language, ""
    if alike.kind == "text" and alike.kit:
        told = told_in(site(), alike.kit, alike.language)
        key = headings_of(studio(), find_text(studio(), alike.kit, told)).get(alike.place, "")
    return vars(alike) | {"told": told, "key": key}


@pages.post("/studio/reports/<int:number>/settle")
@needs("settle")
def settle(number: int) -> AnyResponse:
    """Settle a report, and with it all that say the same."""
    try:
        settle_alike(reach(), number, datetime.now(UTC).date())
    except ReportMissingError:
        abort(404)
    return redirect("/studio/reports", 303)
