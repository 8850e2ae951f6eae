"""What stands around a text: remarks on its paragraphs, links for guests, and when it is checked again."""

import secrets
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.address_key import key_text
from app.core.errors import UserError
from app.core.kit import find_by_id
from app.editing import Text
from app.editing.check_ups import DueDayError, NothingToCheckError, check_ups, in_a_year, note_checked
from app.editing.links import (
    FEWEST_DAYS,
    LINK_KEY_BYTES,
    MOST_DAYS,
    USUAL_DAYS,
    LinkDaysError,
    LinkMissingError,
    end_link,
    lent,
    links_of,
    make_link,
)
from app.editing.remarks import (
    LONGEST_REMARK,
    NotYourRemarkError,
    RemarkError,
    RemarkMissingError,
    add_remark,
    remarks_of,
    remove_remark,
    review,
    settle_remark,
)
from app.editing.reviewing import OwnTextError, wrote
from app.web.failures import refuse_guesses
from app.web.guard import needs, show_studio, signed_in
from app.web.keys import site_address
from app.web.languages import Tongue
from app.web.present import show, site, spoken
from app.web.studio import as_buyers_see, asked_text, back_to, studio

pages = Blueprint("studio_around", __name__)


@pages.app_context_processor
def beside() -> dict[str, Any]:
    """Let a page show what was remarked on the text that it shows."""
    return {"remarks_on": _remarks_on}


def _remarks_on(text: Text, words: str) -> dict[str, Any]:
    person = signed_in()
    found = remarks_of(studio(), text, words, person.id)
    return {"remarks": found, "may": person.may, "now": datetime.now(UTC)}


def kit_names(text: Text) -> dict[str, str]:
    """Return what a text's kit is called; a bonus page is called like its folder."""
    found = find_by_id(site().catalogue.values(), text.kit)
    return dict(found[1].name) if found else {}


# Remarks


@pages.get("/studio/<kit>/<name>/review")
@needs("look")
def read_through(kit: str, name: str) -> Response:
    """Show a text paragraph by paragraph, each with its remarks and a field for another."""
    return _review(asked_text(kit, name))


@pages.post("/studio/<kit>/<name>/comments")
@needs("comment")
def remark(kit: str, name: str) -> AnyResponse:
    """Keep a remark and lead back to its paragraph."""
    text, block = asked_text(kit, name), request.form.get("block", "")
    words, now = request.form.get("remark", ""), datetime.now(UTC)
    try:
        number = add_remark(studio(), text, signed_in().id, words, block=block, now=now)
    except RemarkError:
        return _review(text, 400, typed=(block, words))
    return redirect(f"/studio/{text.kit}/{text.name}/review#remark-{number}", 303)


@pages.post("/studio/comments/<int:number>/settle")
@needs("comment")
def settle(number: int) -> AnyResponse:
    """Mark a remark as settled, or open it again."""
    settled = request.form.get("open") != "1"
    try:
        kit, name = settle_remark(studio(), number, settled=settled, now=datetime.now(UTC))
    except RemarkMissingError:
        abort(404)
    return redirect(f"/studio/{kit}/{name}/review#remark-{number}", 303)


@pages.post("/studio/comments/<int:number>/remove")
@needs("comment")
def remove(number: int) -> AnyResponse:
    """Take one's own remark away."""
    try:
        kit, name = remove_remark(studio(), number, signed_in().id)
    except RemarkMissingError:
        abort(404)
    except NotYourRemarkError:
        abort(403)
    return redirect(f"/studio/{kit}/{name}/review", 303)


def _review(text: Text, status: int = 200, *, typed: tuple[str, str] = ("", ""), **told: Any) -> Response:
    now = datetime.now(UTC)
    opened, paragraphs, remarks = review(studio(), text, signed_in().id, now)
    return show_studio(
        "studio_review.html",
        status,
        text=text,
        kits=kit_names(text),
        opened=opened,
        paragraphs=paragraphs,
        remarks=remarks,
        typed=typed,
        longest=LONGEST_REMARK,
        now=now,
        links=links_of(studio(), text, now),
        lasts={"fewest": FEWEST_DAYS, "usual": USUAL_DAYS, "most": MOST_DAYS},
        checked=check_ups(studio()).get((text.kit, text.name)),
        today=now.date(),
        in_a_year=in_a_year(now.date()),
        may=signed_in().may,
        own=wrote(studio(), text, signed_in().id),
        **({"problem": "", "address": ""} | told),
    )


@pages.get("/studio/<kit>/<name>/comments")
@pages.get("/studio/<kit>/<name>/links")
@pages.get("/studio/<kit>/<name>/checked")
@needs("look")
def back(kit: str, name: str) -> AnyResponse:
    """Lead back to the text when a button's address is opened again."""
    return back_to("review", kit, name)


# Links for guests


@pages.post("/studio/<kit>/<name>/links")
@needs("write")
def lend(kit: str, name: str) -> Response:
    """Make a link and show it, once."""
    text, sent, now = asked_text(kit, name), request.form.get("days", ""), datetime.now(UTC)
    key, wanted = secrets.token_bytes(LINK_KEY_BYTES), int(sent) if sent.isdecimal() and len(sent) < 4 else 0
    try:
        make_link(studio(), text, signed_in().id, key=key, days=wanted, now=now)
    except LinkDaysError:
        return _review(text, 400, problem="days")
    address = f"{site_address(request, site().workspace.base_url)}/preview/{key_text(key)}"
    return _review(text, 201, address=address)


@pages.post("/studio/links/<int:number>/end")
@needs("write")
def end(number: int) -> AnyResponse:
    """End a link."""
    try:
        kit, name = end_link(studio(), number)
    except LinkMissingError:
        abort(404)
    return redirect(f"/studio/{kit}/{name}/review#links", 303)


@pages.get("/preview/<token>")
def guest(token: str) -> Response:
    """Show a draft to whoever has its link, as buyers would see it, and nothing else of the studio."""
    try:
        shown, tongue = lent(studio(), token, datetime.now(UTC)), Tongue(spoken())
        band = tongue.say(
            "preview.band_same" if shown.published else "preview.band", day=tongue.day(shown.ends_at)
        )
        return as_buyers_see("preview.html", shown.text, shown.words, band)
    except LinkMissingError:
        return refuse_guesses() or show("preview_over.html", spoken(), 404, here="")
    except UserError:
        return show("preview_broken.html", spoken(), 422, here="")


# Check-ups


@pages.post("/studio/<kit>/<name>/checked")
@needs("review")
def checked(kit: str, name: str) -> AnyResponse:
    """Note that somebody has checked what is published today, and when somebody shall look again."""
    text, now = asked_text(kit, name), datetime.now(UTC)
    try:
        due_on = date.fromisoformat(request.form.get("due_on", "") or in_a_year(now.date()).isoformat())
        note_checked(studio(), text, signed_in().id, due_on=due_on, now=now)
    except (ValueError, DueDayError):
        return _review(text, 400, problem="due")
    except NothingToCheckError:
        return _review(text, 409, problem="unpublished")
    except OwnTextError:
        return _review(text, 403, problem="own")
    return redirect(f"/studio/{text.kit}/{text.name}/review#checked", 303)
