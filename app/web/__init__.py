"""The pages door: parse the request, call one flow, present."""

import re
from collections.abc import Sequence

from flask import Flask, Response, abort, request
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from app.albums import open_site
from app.albums.opening import warm_up
from app.web import (
    album_keys,
    albums,
    buyer,
    checks,
    counting,
    drawings,
    guard,
    landmarks,
    offline,
    plain,
    runs,
    sharing,
    staff,
    stories,
    studio,
    studio_around,
    studio_past,
    studio_pictures,
    studio_reach,
    studio_steps,
    studio_translate,
    swaps,
)
from app.web import help as help_pages
from app.web.failures import tell_failures
from app.web.headers import FILE_SECONDS, from_this_site, is_private, is_studio, policy, protect
from app.web.languages import known_languages
from app.workspace import Workspace

LARGEST_BODY = 64 * 1024
BROTLI_LEVEL = 7
"""Measured: 40 kB of story become 11 kB in 5 ms; the highest level saves one kB more and takes 75 ms."""

COMPRESSED = [
    "text/html", "text/css", "text/markdown", "text/javascript", "image/svg+xml", "application/xml",
    "application/manifest+json", "application/json", "application/schema+json",
]  # fmt: skip
PAGE_STYLES = (None, "fields.css", "story.css", "album.css", "help.css", "format.css", "stories.css")
"""What a page's one inline style holds after site.css: a story's page pays for no album."""

STUDIO_STYLES = (*PAGE_STYLES, "studio.css")
"""The same on pages of the studio: failures there look as they do everywhere."""

PREVIEW = re.compile(r"/studio/[^/]+/[^/]+/preview")
"""The one page that another of this site's may show in a frame."""


def _policies(app: Flask, sheets: Sequence[str | None], **frames: str) -> dict[str, str]:
    """Return the Content-Security-Policy of each language's pages; a language may add a style file.

    Args:
        app: the site.
        sheets: what a page's inline style holds after site.css, one of them.
        frames: as `headers.policy` takes them.
    """
    files = set(app.jinja_env.list_templates(extensions=["css"]))

    def style(*parts: str | None) -> str:
        return "".join(app.jinja_env.get_template(part).render() for part in parts if part)

    policies = {}
    for language in known_languages():
        own = f"language-{language}.css"
        policies[language] = policy(
            *(style("site.css", sheet, own if own in files else None) for sheet in sheets), **frames
        )
    return policies


def create_app(workspace: Workspace) -> Flask:
    """Return the site of a workspace as a WSGI application.

    Raises:
        UserError: the first thing in the workspace that keeps the site from opening.
    """
    site = open_site(workspace, known_languages())
    warm_up(site)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = FILE_SECONDS
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["hopke"] = site
    if workspace.site.proxies:
        count = workspace.site.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    policies, page_policy = _policies(app, PAGE_STYLES), policy()
    studio_policies = _policies(app, STUDIO_STYLES, frames="'self'")
    preview = _policies(app, STUDIO_STYLES, framed_by="'self'")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Vietnamese in JSON-LD stays short
    app.config["COMPRESS_MIMETYPES"] = COMPRESSED
    app.config["COMPRESS_ALGORITHM"] = ["br", "gzip"]
    app.config["COMPRESS_BR_LEVEL"] = BROTLI_LEVEL
    Compress(app)
    reading = (landmarks, stories, drawings, runs, help_pages, sharing, offline, plain)
    for door in (buyer, checks, albums, album_keys, swaps, counting, *reading):
        app.register_blueprint(door.pages)
    app.register_blueprint(staff.pages)
    for desk in (
        studio, studio_steps, studio_past, studio_around, studio_translate, studio_reach, studio_pictures,
    ):  # fmt: skip
        app.register_blueprint(desk.pages)
    guard.open_studio(app)
    tell_failures(app)

    @app.before_request
    def believe() -> None:
        # A button that was pressed on another site is refused.
        if request.method == "POST" and not from_this_site(request):
            abort(403)

    @app.after_request
    def secure(response: Response) -> Response:
        # Behind TLS that ends before this server, an address of its own making would lead out of TLS.
        if response.location and response.location.startswith(request.host_url):
            response.location = "/" + response.location.removeprefix(request.host_url)
        own = response.headers.get("Content-Language", "").partition(",")[0]
        path = request.path
        known = preview if PREVIEW.fullmatch(path) else studio_policies if is_studio(path) else policies
        return protect(
            response,
            content_policy=known.get(own, page_policy),
            private=is_private(path),
            unlisted=is_studio(path),
        )

    return app
