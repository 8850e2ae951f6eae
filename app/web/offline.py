"""What a phone keeps for days without a signal: service worker, offline page, manifest, recorded sound."""

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, make_response, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from app.albums.sound import recorded_sound
from app.albums.stories import PageMissingError
from app.web.headers import FILE_SECONDS
from app.web.languages import Tongue
from app.web.present import languages, shared, show, site

HERE = Path(__file__).parent
SOUND_SECONDS = 7 * FILE_SECONDS
pages = Blueprint("offline", __name__)


@cache
def site_version(folder: Path = HERE) -> str:
    """Return what changes whenever one of the site's own files, templates or phrases does."""
    digest = hashlib.sha256()
    for part in ("static", "templates", "phrases"):
        for path in sorted(each for each in (folder / part).rglob("*") if each.is_file()):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]


@pages.get("/sw.js")
def service_worker() -> Response:
    """Send the service worker, which names the version of the site's files that it keeps."""
    script = (HERE / "static" / "sw.js").read_text("utf-8")
    response = make_response(script.replace("files-VERSION", f"files-{site_version()}"))
    response.content_type = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.get("/<language>/offline")
def offline(language: str) -> Response:
    """Show what stands in for a page that a phone cannot reach."""
    _known(language)
    return shared(show("offline.html", language, here="offline"))


@pages.get("/manifest-<language>.webmanifest")
def manifest(language: str) -> Response:
    """Send what a phone needs to put the site on its home screen."""
    _known(language)
    icons = [
        {"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
        {"src": "/static/icon-192.png", "sizes": "192x192", "type": "image/png", "purpose": "any"},
        {"src": "/static/icon-512.png", "sizes": "512x512", "type": "image/png", "purpose": "any"},
        {"src": "/static/icon-maskable.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    told = {
        "id": "/",
        "name": "Hộp Kể",
        "short_name": "Hộp Kể",
        "description": Tongue(language).say("home.lead"),
        "lang": language,
        "start_url": f"/{language}/",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#9e1b1b",
        "background_color": "#f7eeda",
        "icons": icons,
    }
    response = make_response(json.dumps(told, ensure_ascii=False))
    response.content_type = "application/manifest+json"
    return shared(response)


@pages.get("/stories/<kit>/<language>.mp3")
def sound(kit: str, language: str) -> Response:
    """Send a recorded story, or the part of it that a player asks for."""
    path = recorded_sound(site(), kit, language)
    try:
        return send_file(path, mimetype="audio/mpeg", conditional=True, max_age=SOUND_SECONDS)
    except RequestedRangeNotSatisfiable:
        return Response(status=416, headers={"Content-Range": f"bytes */{path.stat().st_size}"})


def _known(language: str) -> None:
    if language not in languages():
        raise PageMissingError("there is no such page")
