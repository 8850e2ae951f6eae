"""Translations beside their source."""

import re
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.blocks import word_changes
from app.core.errors import UserError
from app.editing import Text
from app.editing.drafts import StaleSaveError, TextTooLongError
from app.editing.translating import (
    NoSourceError,
    SourceChangedError,
    VersionGoneError,
    Written,
    save_translation,
    sides_of,
    words_with,
)
from app.web.guard import needs, show_studio, signed_in, wants_json
from app.web.studio import asked_text, back_to, make_room, sent_version, studio
from app.web.studio_around import kit_names

pages = Blueprint("studio_translate", __name__)
pages.before_request(make_room)

REFUSED: dict[type[UserError], tuple[str, int]] = {
    SourceChangedError: ("source", 409),
    VersionGoneError: ("version", 409),
    TextTooLongError: ("long", 413),
    NoSourceError: ("source", 409),
}
"""What keeps a translation from being saved: the problem that its page tells, and the status."""


@pages.get("/studio/<kit>/<name>/translate")
@needs("look")
def translate(kit: str, name: str) -> Response:
    """Show a translation beside its source."""
    return _sides(asked_text(kit, name))


@pages.get("/studio/<kit>/<name>/translate/agrees")
@needs("look")
def back(kit: str, name: str) -> AnyResponse:
    """Lead back to both sides when a button's address is opened again."""
    return back_to("translate", kit, name)


@pages.post("/studio/<kit>/<name>/translate")
@pages.post("/studio/<kit>/<name>/translate/agrees")
@needs("write")
def keep_translation(kit: str, name: str) -> AnyResponse:
    """Keep what was written beside the source, and what was said to agree with it."""
    text, now = asked_text(kit, name), datetime.now(UTC)
    written, version = _written(), sent_version()
    try:
        kept = save_translation(studio(), text, signed_in().id, written, version=version, now=now)
    except StaleSaveError as error:
        words, _ = words_with(studio(), text, written, version=version, now=now)
        if wants_json():
            return _told(409, error="stale-save", version=error.version, words=words)
        return show_studio("studio_stale.html", 409, text=text, words=words, version=version)
    except tuple(REFUSED) as error:
        problem, status = REFUSED[type(error)]
        if wants_json():
            return _told(status, error=problem)
        return _sides(text, status, problem=problem, typed=written)
    if wants_json():
        return _told(200, version=kept)
    return redirect(f"/studio/{text.kit}/{text.name}/translate?saved=1", 303)


def _told(status: int, **told: str | int) -> Response:
    answer = jsonify(**told)
    answer.status_code = status
    return answer


def _sides(text: Text, status: int = 200, *, problem: str = "", typed: Written | None = None) -> Response:
    told: dict[str, Any] = {"text": text, "kits": kit_names(text)}
    if text.language == studio().languages[0]:
        abort(404)
    try:
        sides = sides_of(studio(), text, signed_in().id, datetime.now(UTC))
    except NoSourceError:
        return show_studio("studio_translate.html", status, sides=None, broken=None, **told)
    except UserError as error:
        return show_studio("studio_translate.html", 422, sides=None, broken=error, **told)
    fields = {}
    left: list[str] = []
    if typed:
        fields = {f"t-{at}": words for at, words in typed.changed.items()}
        fields |= {f"n-{row}": words for row, words in typed.added.items()}
        there = {field for field, _, _ in sides.named}
        left = [words for field, words in fields.items() if field not in there and words.strip()]
    return show_studio(
        "studio_translate.html",
        status,
        sides=sides,
        broken=None,
        fields=fields,
        left=left,
        problem=problem,
        saved="saved" in request.args,
        words=word_changes,
        may_write=signed_in().may("write"),
        **told,
    )


def _written() -> Written:
    sent = request.form
    began = sent.get("began", "")
    return Written(
        changed={int(name[2:]): sent[name] for name in sent if re.fullmatch(r"t-\d{1,6}", name)},
        added={name[2:]: sent[name] for name in sent if name[:2] == "n-"},
        agrees=frozenset(sent.getlist("agrees")),
        began=int(began) if began.isdecimal() and len(began) < 10 else None,
        source=sent.get("source", ""),
    )
