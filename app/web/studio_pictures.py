"""The library of a kit's pictures: what is in it, what is taken in, what is told about each."""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from app.editing.pictures import (
    LICENCES,
    MOST_BYTES,
    AddressWrongError,
    Facts,
    Kept,
    LibraryMissingError,
    PictureInUseError,
    PictureMissingError,
    PictureRefusedError,
    Shelf,
    change,
    proposed_name,
    remove,
    shelf_of,
    take,
)
from app.web.guard import SIGN_IN, needs, session_key, show_studio, signed_in, wants_json
from app.web.languages import Tongue
from app.web.present import spoken
from app.web.studio import studio

pages = Blueprint("pictures", __name__)
log = logging.getLogger("hopke.web")

LARGEST_UPLOAD = 13 * 1024 * 1024
"""The largest picture with its form."""

REFUSED = (
    "pictures.refused.none",
    "pictures.refused.kind",
    "pictures.refused.bytes",
    "pictures.refused.pixels",
    "pictures.refused.moving",
    "pictures.refused.broken",
    "pictures.refused.heavy",
    "pictures.refused.busy",
    "pictures.refused.name",
    "pictures.refused.there",
    "pictures.refused.words",
    "pictures.refused.source",
    "pictures.refused.disk",
)
"""Why a picture is not taken, in words."""

STATUS = {"bytes": 413, "there": 409, "busy": 503, "disk": 503}
"""Of the other reasons it is 422: what was sent is not right."""

DONE = ("taken", "saved", "removed")


@pages.before_request
def make_room() -> None:
    """Let a picture be sent by whoever may be signed in: a cookie's key is signed, strangers have none."""
    if request.endpoint == f"{pages.name}.take_in" and session_key():
        request.max_content_length = LARGEST_UPLOAD


def _telling_size(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Tell on its own page that a file is too large to be read at all, and so the fields beside it."""

    @wraps(view)
    def told(kit: str) -> ResponseReturnValue:
        try:
            return view(kit)
        except RequestEntityTooLarge:
            if g.get("person") is not None:
                return _not_taken(_shelf(kit), "bytes", _typed("", {}, "", ""))
            return show_studio(
                "studio_again.html", 401, kind="gone", fields=(), sendable=False, address="", sign_in=SIGN_IN
            )

    return told


@pages.app_template_global("pictures_of")
def pictures_of(kit: str) -> tuple[Kept, ...]:
    """Return the pictures of a kit's library, none where it cannot be read."""
    return shelf_of(studio(), kit).pictures


@pages.get("/studio/pictures/<kit>")
@needs("look")
def library(kit: str) -> Response:
    """Show the pictures of a kit, and where more are taken in."""
    return _library(_shelf(kit), _typed("", {}, "", ""))


@pages.post("/studio/pictures/<kit>")
@_telling_size
@needs("write")
def take_in(kit: str) -> AnyResponse:
    """Take a picture in."""
    shelf, file, facts = _shelf(kit), request.files.get("file"), _sent()
    wished = request.form.get("name", "").strip()
    typed = _typed(wished, dict(facts.credit), facts.licence, facts.source)
    if file is None or not file.filename:
        return _not_taken(shelf, "none", typed)
    name = wished or proposed_name(file.filename, [kept.name for kept in shelf.pictures])
    try:
        take(studio(), kit, name, file.stream.read(MOST_BYTES + 1), facts)
    except (PictureRefusedError, AddressWrongError, OSError) as error:
        return _not_taken(shelf, _reason(error), typed)
    address = f"/studio/pictures/{kit}/{name}?done=taken"
    return jsonify(address=address) if wants_json() else redirect(address, 303)


@pages.get("/studio/pictures/<kit>/<picture>")
@needs("look")
def one(kit: str, picture: str) -> Response:
    """Show a picture and what is told about it."""
    shelf, kept = _known(kit, picture)
    told = kept.picture
    return _one(shelf, kept, _typed(picture, dict(told.credit), told.licence, told.source or "", told.focal))


@pages.post("/studio/pictures/<kit>/<picture>")
@needs("write")
def tell(kit: str, picture: str) -> AnyResponse:
    """Replace what is told about a picture."""
    shelf, kept = _known(kit, picture)
    facts = _sent(kept)
    try:
        change(studio(), kit, picture, facts)
    except (PictureRefusedError, AddressWrongError, OSError) as error:
        reason = _reason(error)
        typed = _typed(picture, dict(facts.credit), facts.licence, facts.source, facts.focal)
        return _one(shelf, kept, typed, STATUS.get(reason, 422), problem=reason)
    return redirect(f"/studio/pictures/{kit}/{picture}?done=saved", 303)


@pages.post("/studio/pictures/<kit>/<picture>/remove")
@needs("write")
def take_out(kit: str, picture: str) -> AnyResponse:
    """Remove a picture that no text shows."""
    _known(kit, picture)
    try:
        remove(studio(), kit, picture)
    except PictureInUseError:
        shelf, kept = _known(kit, picture)
        told = kept.picture
        typed = _typed(picture, dict(told.credit), told.licence, told.source or "", told.focal)
        return _one(shelf, kept, typed, HTTPStatus.CONFLICT, in_use=True)
    except PictureMissingError:
        abort(404)
    return redirect(f"/studio/pictures/{kit}?done=removed", 303)


def _shelf(kit: str) -> Shelf:
    """Return the library of an address; there is no page where there is none."""
    try:
        return shelf_of(studio(), kit)
    except LibraryMissingError:
        abort(404)


def _known(kit: str, name: str) -> tuple[Shelf, Kept]:
    shelf = _shelf(kit)
    kept = shelf.find(name)
    if kept is None:
        abort(404)
    return shelf, kept


def _sent(before: Kept | None = None) -> Facts:
    """Return what a form tells about a picture."""
    told = [*studio().workspace.languages, *(before.picture.credit if before else ())]
    return Facts(
        credit={tag: request.form.get(f"credit.{tag}", "") for tag in dict.fromkeys(told)},
        licence=request.form.get("own", "").strip() or request.form.get("licence", ""),
        source=request.form.get("source", "").strip(),
        focal=(_part("left", before, 0), _part("top", before, 1)),
    )


def _part(field: str, before: Kept | None, axis: int) -> float:
    """Return one number of a focal point; what is no number from 0 to 100 changes nothing."""
    sent, known = request.form.get(field, "").strip(), before.picture.focal[axis] if before else 0.5
    if not (sent.isdecimal() and len(sent) <= 3 and int(sent) <= 100):
        return known
    return known if int(sent) == round(known * 100) else int(sent) / 100


def _reason(error: Exception) -> str:
    match error:
        case PictureRefusedError():
            return error.reason
        case AddressWrongError():
            return "source"
    log.error("a picture cannot be written: %s", type(error).__name__)
    return "disk"


def _typed(
    name: str,
    credit: dict[str, str],
    licence: str,
    source: str,
    focal: tuple[float, float] = (0.5, 0.5),
) -> dict[str, object]:
    """Return what the fields of a form show."""
    credit = dict.fromkeys(studio().workspace.languages, "") | credit
    own = "" if licence in LICENCES else licence
    left, top = (round(part * 100) for part in focal)
    return {
        "name": name, "credit": credit, "licence": licence, "own": own, "source": source,
        "left": left, "top": top,
    }  # fmt: skip


def _not_taken(shelf: Shelf, reason: str, typed: dict[str, object]) -> AnyResponse:
    status = STATUS.get(reason, 422)
    if wants_json():
        answer = jsonify(error=reason, said=Tongue(spoken()).say(f"pictures.refused.{reason}"))
        answer.status_code = status
        return answer
    return _library(shelf, typed, status, problem=reason)


def _library(shelf: Shelf, typed: dict[str, object], status: int = 200, *, problem: str = "") -> Response:
    return _page("studio_pictures.html", shelf, typed, status, problem=problem)


def _one(
    shelf: Shelf,
    kept: Kept,
    typed: dict[str, object],
    status: int = 200,
    *,
    problem: str = "",
    in_use: bool = False,
) -> Response:
    return _page("studio_picture.html", shelf, typed, status, problem=problem, in_use=in_use, kept=kept)


def _page(template: str, shelf: Shelf, typed: dict[str, object], status: int, **values: Any) -> Response:
    done = request.args.get("done", "")
    return show_studio(
        template,
        status,
        shelf=shelf,
        typed=typed,
        licences=LICENCES,
        most_bytes=MOST_BYTES,
        may_write=signed_in().may("write"),
        done=done if done in DONE and request.method == "GET" else "",
        **values,
    )
