"""The pages people look for: privacy, accessibility, odds, contact, and reports of what is wrong."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, make_response, redirect, request
from flask.blueprints import BlueprintSetupState
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.wrappers import Response as AnyResponse

from app.albums.format_page import format_page
from app.albums.reckoning import reckonings
from app.albums.stories import PageMissingError
from app.albums.telling import told_in
from app.core.errors import UserError
from app.reach import FAULTS, KINDS, Reach, Told, find_reported, make_report, mistakes, places_of
from app.web.present import languages, shared, show, site

pages = Blueprint("help", __name__)

REPORTS = RateLimitItemPerMinute(10)
TOPICS = ("privacy", "access", "odds", "format", "contact", "report")
UNKNOWN_KIT = "-"
"""What the form says for a kit that nobody knows: no folder is called that."""

KEPT = {
    "album": ("id", "key_hash", "shown_at", "made_on"),
    "claim": ("tag", "album", "run", "kit", "edition", "claimed_on"),
    "swap": ("id", "key_hash", "gift", "gives", "giver", "takes", "taker", "state", "ends_at", "done_on"),
    "report": (
        "id", "kind", "kit", "run", "edition", "language", "place", "fault", "made_on", "settled_on",
    ),
    "count": ("kit", "language", "what", "day", "times"),
}  # fmt: skip
"""Every column of every table that has to do with readers. A column without its words fails a test."""


class TooManyReportsError(UserError):
    """Too many reports came from one address within a minute."""


@pages.record_once
def _count(state: BlueprintSetupState) -> None:
    state.app.extensions["hopke.reports"] = MovingWindowRateLimiter(MemoryStorage())


@pages.get("/<language>/help")
def index(language: str) -> Response:
    """List the pages that people look for."""
    return _page("help.html", language, "help", topics=TOPICS)


@pages.get("/<language>/help/privacy")
def privacy(language: str) -> Response:
    """Tell what the phone and the server keep."""
    return _page("help_privacy.html", language, "help/privacy", kept=KEPT)


@pages.get("/<language>/help/access")
def access(language: str) -> Response:
    """Tell for whom the pages are made, and what is missing."""
    return _page("help_access.html", language, "help/access")


@pages.get("/<language>/help/odds")
def odds(language: str) -> Response:
    """Work out the expected boxes of every series."""
    told = site().workspace.told(_spoken(language))
    return _page("help_odds.html", language, "help/odds", reckonings=reckonings(site(), told))


@pages.get("/<language>/help/format")
def rules(language: str) -> Response:
    """Show how a run is drawn and checked, to the last byte."""
    return _page("help_format.html", language, "help/format", page=format_page())


@pages.get("/help/HB1.md")
def rules_as_file() -> Response:
    """Send the page of the rules as it is written."""
    answer = make_response(format_page().source)
    answer.content_type = "text/markdown; charset=utf-8"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return shared(answer)


@pages.get("/<language>/help/contact")
def contact(language: str) -> Response:
    """Tell how to reach the maker."""
    return _page("help_contact.html", language, "help/contact")


@pages.get("/<language>/help/report")
def report(language: str) -> Response:
    """Ask, step by step, what is missing or wrong. Nothing is kept yet."""
    told = _told(_spoken(language), request.args)
    # What has not been asked yet is no mistake.
    wrong = tuple(each for each in mistakes(_reach(), told) if getattr(told, each))
    return shared(_form(told, wrong))


@pages.post("/<language>/help/report")
def send_report(language: str) -> AnyResponse:
    """Keep a report and lead to the thanks, so that a reload repeats nothing."""
    told = _told(_spoken(language), request.form)
    wrong = mistakes(_reach(), told)
    if wrong:
        answer = _form(told, wrong, 400)
        answer.headers["Cache-Control"] = "no-store"
        return answer
    if not current_app.extensions["hopke.reports"].hit(REPORTS, request.remote_addr or ""):
        raise TooManyReportsError("too many reports from one address", mend="Wait for a minute")
    make_report(_reach(), told, datetime.now(UTC).date())
    named = {"kind": told.kind, "kit": told.kit} | ({"part": told.place} if told.kind == "part" else {})
    return redirect(f"/{language}/help/report/thanks?{urlencode(named)}", 303)


@pages.get("/<language>/help/report/thanks")
def thanks(language: str) -> Response:
    """Thank for a report, and tell what the maker offers."""
    asked = request.args
    kit = find_reported(_reach(), asked.get("kit", ""))
    part = kit[1].parts.get(asked.get("part", "")) if kit else None
    kind = asked.get("kind") if asked.get("kind") in KINDS else None
    return _page("help_thanks.html", language, "help/report", kind=kind, found=kit, part=part)


def _spoken(language: str) -> str:
    """Return `language` if the site speaks it.

    Raises:
        PageMissingError: it does not.
    """
    if language not in languages():
        raise PageMissingError("there is no such language")
    return language


def _page(template: str, language: str, place: str, **values: Any) -> Response:
    maker = site().workspace.contact
    answer = show(
        template, _spoken(language), written=languages(), place=place, here="help", contact=maker, **values
    )
    return shared(answer)


def _reach() -> Reach:
    return Reach(site().workspace, site().catalogue, site().ledger)


def _told(language: str, sent: Mapping[str, str]) -> Told:
    fields = {
        name: sent.get(name, "").strip() for name in ("kind", "kit", "run", "edition", "place", "fault")
    }
    if fields["kind"] == "code" and fields["kit"] == UNKNOWN_KIT:
        fields["kit"] = ""
    if fields["kind"] == "text":  # the same in every box
        fields |= {"run": "", "edition": ""}
    return Told(language=language, **fields)


def _form(told: Told, wrong: tuple[str, ...], status: int = 200) -> Response:
    """Return the step of a report that comes next: which kind, which kit, or the rest."""
    reach = _reach()
    found = find_reported(reach, told.kit)
    named = told.kit or request.values.get("kit", "").strip()
    if told.kind not in KINDS:
        step = "kind"
    elif found or (told.kind == "code" and named == UNKNOWN_KIT):
        step = "rest"
    else:
        step = "kit"
    box = {"run": told.run, "edition": told.edition} if told.run else {}
    return show(
        "help_report.html",
        told.language,
        status,
        written=languages(),
        place="help/report",
        here="help",
        step=step,
        report=told,
        named=named,
        found=found,
        kinds=KINDS,
        faults=FAULTS.get(told.kind, ()),
        places=places_of(reach, told.kind, found[1], told.language) if found else (),
        told_there=told_in(site(), found[1].id, told.language) if found else told.language,
        catalogue=reach.catalogue.values(),
        carried=urlencode(box | ({"kit": told.kit} if found and step == "kind" else {})),
        unknown_kit=UNKNOWN_KIT,
        wrong=[each for each in wrong if step in {each, "rest"}],
    )
