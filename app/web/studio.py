"""The pages where texts are written: the board, the desk, and the preview beside it."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.albums.bonus import bonus_of
from app.albums.stories import layer_of, page_of
from app.core.approval import without_approval
from app.core.errors import UserError
from app.core.story import RIDDLES, Layer, Story
from app.editing import Studio, Text, TextMissingError, find_text
from app.editing.board import board as board_of
from app.editing.desk import make_ready, place_of, sources_of, words_at
from app.editing.drafts import Opened, StaleSaveError, TextTooLongError, be_there, open_text, save
from app.editing.files import plain
from app.editing.forms import entered, keys_of, pressed
from app.editing.front import CHOICES, COLUMNS, Fields, compose, fields
from app.editing.lenient import lenient_story
from app.editing.measuring import measure
from app.web.guard import needs, show_studio, signed_in, wants_json
from app.web.languages import Tongue
from app.web.present import show, site, spoken

pages = Blueprint("studio", __name__)

LARGEST_POST = 1536 * 1024
"""The longest text in the widest spelling, with its form; the site's other forms are far smaller."""
MOST_FIELDS = 2000


@pages.before_request
def make_room() -> None:
    """Let a whole text be sent; asked before anything reads the form."""
    request.max_content_length = request.max_form_memory_size = LARGEST_POST
    request.max_form_parts = MOST_FIELDS


def studio() -> Studio:
    """Return the studio of the site that this application serves."""
    opened = site()
    return Studio(opened.workspace, opened.catalogue, opened.ledger, opened.languages)


def asked_text(kit: str, name: str) -> Text:
    """Return the text of an address; there is no page where there is none."""
    try:
        return find_text(studio(), kit, name)
    except TextMissingError:
        abort(404)


def back_to(page: str, kit: str, name: str) -> AnyResponse:
    """Lead back to a page of a text when the address of one of its buttons is opened again."""
    text, asked = asked_text(kit, name), request.query_string.decode("ascii", "replace")
    return redirect(f"/studio/{text.kit}/{text.name}/{page}" + (f"?{asked}" if asked else ""), 303)


def sent_version() -> int:
    """Return the version that a form was opened with."""
    sent = request.form.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


def sent_words(text: Text, opened: Opened) -> str:
    """Return the whole file that a form stands for: its own words, or fields put into what it began from."""
    if "words" in request.form:
        return plain(request.form["words"])
    began = opened.words
    if sent_version() != opened.version:
        began = words_at(studio(), text, sent_version()) or began
    old = fields(began)
    if old.fault:
        return plain(began)
    return plain(
        compose(began, entered(request.form, request.form.get("has", "").split(), old), keys_of(text))
    )


@pages.get("/studio/")
@needs("look")
def board() -> Response:
    """Show where every text stands, what waits for whoever looks first."""
    every = "all" in request.args
    shown = board_of(studio(), signed_in(), datetime.now(UTC), every_language=every)
    return show_studio("studio_board.html", here="board", board=shown, every=every)


@pages.get("/studio/<kit>/<name>")
@needs("look")
def desk(kit: str, name: str) -> Response:
    """Show a text where it is written."""
    opened = _open(asked_text(kit, name))
    make_ready()
    return _desk(opened, fields(opened.words), saved="saved" in request.args)


@pages.post("/studio/<kit>/<name>")
@needs("write")
def keep(kit: str, name: str) -> AnyResponse:
    """Keep what was written, or show the form again with a row more or less."""
    text = asked_text(kit, name)
    opened = _open(text)
    button = request.form.get("do", "")
    if button and "words" not in request.form:
        old = fields(opened.words)
        typed = pressed(entered(request.form, request.form.get("has", "").split(), old), button)
        focus = [*button.split("."), ""][1]
        return _desk(opened, typed, version=sent_version(), unsaved=True, focus=focus)
    words = sent_words(text, opened)
    now, began = datetime.now(UTC), sent_version()
    try:
        version = save(studio(), text, signed_in().id, words, version=began, now=now)
    except StaleSaveError as error:
        told = jsonify(error="stale-save", version=error.version, words=words)
        return _refused(opened, words, told, 409, stale=True)
    except TextTooLongError:
        return _refused(opened, words, jsonify(error="long"), 413, long=True)
    return jsonify(version=version) if wants_json() else redirect(f"/studio/{kit}/{name}?saved=1", 303)


def _refused(opened: Opened, words: str, told: Response, status: int, **why: Any) -> Response:
    """Return what a script, or else a reader, is told of words that were not kept; they are in the form."""
    told.status_code = status
    if wants_json():
        return told
    return _desk(opened, fields(words), status, version=sent_version(), words=words, **why)


@pages.post("/studio/<kit>/<name>/here")
@needs("look")
def here(kit: str, name: str) -> Response:
    """Note that somebody has a text open; tell who else has, and which version it is by now."""
    text = asked_text(kit, name)
    others = be_there(studio(), text, signed_in().id, datetime.now(UTC))
    told = Tongue(spoken()).say("studio.desk.others", who=", ".join(others)) if others else ""
    return jsonify(others=told, version=_open(text).version)


@pages.get("/studio/<kit>/<name>/preview")
@needs("look")
def preview(kit: str, name: str) -> Response:
    """Show the draft as buyers would see it."""
    text = asked_text(kit, name)
    opened = _open(text)
    return _preview(opened, opened.words)


@pages.post("/studio/<kit>/<name>/preview")
@needs("look")
def preview_typed(kit: str, name: str) -> Response:
    """Show what stands in the form as buyers would see it; nothing is kept."""
    text = asked_text(kit, name)
    make_ready()
    opened = _open(text)
    words = sent_words(text, opened)
    page = _preview(opened, words)
    if not wants_json():
        return page
    answer = jsonify(page=page.get_data(as_text=True), measured=_measured(fields(words).body, text.language))
    answer.status_code = page.status_code
    return answer


def _open(text: Text) -> Opened:
    return open_text(studio(), text, signed_in().id, datetime.now(UTC))


def _measured(body: str, language: str) -> str:
    """Return how long a text is and how hard it reads, in words."""
    tongue, told = Tongue(spoken()), measure(body, language)
    said = [tongue.say("studio.desk.words", n=told.words)]
    if told.words:
        said.append(tongue.say("studio.desk.sentence", words=tongue.number(told.sentence)))
    if told.school_year is not None:
        said.append(tongue.say("studio.desk.year", year=max(1, round(told.school_year))))
    return " ".join(said)


def _desk(
    opened: Opened,
    typed: Fields,
    status: int = 200,
    *,
    version: int | None = None,
    words: str | None = None,
    **told: Any,
) -> Response:
    """Return the page where a text is written.

    Args:
        opened: the text as it is kept.
        typed: what the form shows.
        status: the HTTP status.
        version: that the form began from, if not the one that is kept.
        words: the whole file where the form shows it, if not the one that is kept.
        told: saved, unsaved, long, stale: what the page says above; focus: which list is open.
    """
    text = opened.text
    series, entry = place_of(studio(), text)
    return show_studio(
        "studio_edit.html",
        status,
        text=text,
        opened=opened,
        version=opened.version if version is None else version,
        typed=typed,
        raw=typed.fault is not None or "raw" in request.values,
        series=series,
        entry=entry,
        keys=keys_of(text),
        columns=COLUMNS,
        riddles=RIDDLES,
        choices=CHOICES,
        sources=sources_of(studio(), text, typed.body),
        measured=_measured(typed.body, text.language),
        legend_title=Tongue(text.language).say("studio.tool.legend_title"),
        may_write=signed_in().may("write"),
        words=opened.words if words is None else words,
        **{"saved": False, "unsaved": False, "long": False, "stale": False, "focus": "", **told},
    )


def _preview(opened: Opened, words: str) -> Response:
    text = opened.text
    try:
        return as_buyers_see("studio_preview.html", text, words, Tongue(spoken()).say(_band(opened, words)))
    except UserError as error:
        return show("studio_preview_failed.html", spoken(), 422, error=error, person=None, bar=(), here="")


def as_buyers_see(template: str, text: Text, words: str, band: str) -> Response:
    """Return a text as the page that buyers will see, with a band above it in the reader's language.

    Raises:
        UserError: it cannot be shown.
    """
    buyers, page = _buyers_page(text, lenient_story(studio(), text, words))
    return show(
        template,
        text.language,
        written=(text.language,),
        buyers=buyers,
        page=page,
        checked=None,
        scan=None,
        here="story",
        band=band,
        band_language=spoken(),
    )


def _band(opened: Opened, words: str) -> str:
    """Return the phrase that says what a preview shows beside what readers have."""
    if not opened.published:
        return "studio.preview.band"
    same = without_approval(words) == without_approval(opened.published)
    return "studio.preview.band_same" if same else "studio.preview.band_draft"


def _buyers_page(text: Text, story: Story | Layer) -> tuple[str, Any]:
    """Return the template that buyers see a text through, and its page."""
    series, entry = place_of(studio(), text)
    if isinstance(story, Story) and entry:
        return "story.html", page_of(site(), series, entry, story, text.language)
    if isinstance(story, Layer) and entry:
        return "layer.html", layer_of(site(), series, entry, story, text.language)
    return "bonus.html", bonus_of(site(), series, story, text.language)  # type: ignore[arg-type]
