"""A text's history on pages: what changed, bringing a state back, two changes side by side."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.blocks import Change, changes
from app.editing import Text
from app.editing.desk import place_of
from app.editing.drafts import StaleSaveError, open_text
from app.editing.history import RevisionMissingError, compare, history, people_of, restore
from app.editing.merging import (
    ChoiceMissingError,
    StateMissingError,
    ThreeWays,
    merged_words,
    save_merged,
    ways_with_file,
    ways_with_save,
)
from app.reading import FileBrokenError
from app.web.guard import needs, show_studio, signed_in
from app.web.languages import Tongue
from app.web.present import site, spoken
from app.web.studio import asked_text, make_room, sent_version, studio
from app.web.studio_steps import take_step

pages = Blueprint("past", __name__)
pages.before_request(make_room)


@pages.get("/studio/<kit>/<name>/history")
@needs("look")
def past(kit: str, name: str) -> Response:
    """Show a text's history, the newest first."""
    text, now = asked_text(kit, name), datetime.now(UTC)
    before = request.args.get("before", type=int)
    try:
        states = history(studio(), text, now, before=before, most=50)
    except FileBrokenError:
        states = ()
    return _show("studio_history.html", text, states=states, people=people_of(studio(), text), now=now)


@pages.get("/studio/<kit>/<name>/history/<int:revision>")
@needs("look")
def revision(kit: str, name: str, revision: int) -> Response:
    """Show what changed between one state of a text and another."""
    text, now = asked_text(kit, name), datetime.now(UTC)
    try:
        both = compare(studio(), text, revision, request.args.get("to", type=int))
    except RevisionMissingError:
        abort(404)
    opened = open_text(studio(), text, signed_in().id, now)
    return _show(
        "studio_revision.html",
        text,
        both=both,
        shown=revision,
        states=history(studio(), text, now, most=100) if opened.broken is None else (),
        opened=opened,
        now=now,
        may_write=signed_in().may("write"),
    )


@pages.post("/studio/<kit>/<name>/restore")
@needs("write")
def bring_back(kit: str, name: str) -> AnyResponse:
    """Bring a state of a text back as the draft."""
    who, wanted = signed_in().id, request.form.get("revision", 0, type=int)
    try:
        return take_step(
            kit, name, "restore",
            lambda text, now: restore(studio(), text, who, wanted, version=sent_version(), now=now),
        )  # fmt: skip
    except RevisionMissingError:
        abort(404)


@pages.get("/studio/<kit>/<name>/merge")
@needs("look")
def ask_merge(kit: str, name: str) -> AnyResponse:
    """Show the draft beside a file that was changed since."""
    text = asked_text(kit, name)
    try:
        ways = ways_with_file(studio(), text, datetime.now(UTC))
    except FileBrokenError:
        ways = None
    if ways is None:
        return redirect(f"/studio/{kit}/{name}", 303)
    return _merge(text, ways)


@pages.post("/studio/<kit>/<name>/merge")
@needs("write")
def merge_both(kit: str, name: str) -> AnyResponse:
    """Show what could not be saved beside what was saved meanwhile; keep one text of two."""
    text, now = asked_text(kit, name), datetime.now(UTC)
    words, shown = request.form.get("words"), request.form.get("shown", "")
    try:
        ways = (
            ways_with_file(studio(), text, now)
            if words is None
            else ways_with_save(studio(), text, words, version=sent_version(), now=now)
        )
    except FileBrokenError:
        ways = None
    if ways is None:  # nothing to merge any more; the desk tells of a broken file
        return redirect(f"/studio/{kit}/{name}", 303)
    if shown != _mark(ways):
        known = ("studio.merge.newer", 409) if shown else ("", 200)
        return _merge(text, ways, words, known[1], known[0])
    taken = {place: request.form.get(f"take-{place}", "") for place in ways.clashes}
    try:
        merged = merged_words(ways, taken)
        save_merged(studio(), text, signed_in().id, merged, version=ways.version, base=ways.base, now=now)
    except ChoiceMissingError:
        return _merge(text, ways, words, 400, "studio.merge.choose", taken)
    except (StaleSaveError, StateMissingError):
        return _merge(text, ways, words, 409, "studio.merge.newer", taken)
    return redirect(f"/studio/{kit}/{name}?done=merge#steps", 303)


def _mark(ways: ThreeWays) -> str:
    """Return by what a form knows which two texts it was shown for."""
    return f"{ways.version}.{ways.base or 0}"


def _merge(
    text: Text,
    ways: ThreeWays,
    words: str | None = None,
    status: int = 200,
    problem: str = "",
    taken: Mapping[int, str] | None = None,
) -> Response:
    """Return the page that shows both changes of a text; `words` are those that could not be saved."""
    shown: list[tuple[int, str, tuple[Change, ...], tuple[Change, ...]]] = [
        (place, each.kind, changes(each.base, each.ours), changes(each.base, each.theirs))
        for place, each in enumerate(ways.stretches)
    ]
    return _show(
        "studio_merge.html",
        text,
        status,
        ways=ways,
        parts=shown,
        words=words,
        version=sent_version(),
        mark=_mark(ways),
        problem=problem,
        taken=taken or {},
        may_write=signed_in().may("write"),
    )


def _show(template: str, text: Text, status: int = 200, **values: Any) -> Response:
    """Return a page of a text's past, which names the kit or the bonus page."""
    _, entry = place_of(studio(), text)
    told = site().workspace.told(spoken())
    name = entry.kit.name[told] if entry else Tongue(spoken()).say("bonus.title")
    return show_studio(template, status, text=text, told_name=name, **values)
