"""Turns what a flow returned into a page in the visitor's language."""

from typing import Any, cast
from urllib.parse import quote

from flask import Response, current_app, make_response, render_template, request

from app.albums import Site
from app.web.headers import STORY_SECONDS
from app.web.keys import YEAR_SECONDS
from app.web.languages import LANGUAGE_COOKIE, Tongue, chosen_language, known_languages


def site() -> Site:
    """Return the site that this application serves."""
    return cast(Site, current_app.extensions["hopke"])


def languages() -> tuple[str, ...]:
    """Return the workspace's languages that the interface speaks."""
    return tuple(tag for tag in site().workspace.languages if tag in known_languages())


def spoken() -> str:
    """Return the language of the path, or of a page that has none in it the language chosen or asked for."""
    first = request.path.split("/", 2)[1]
    return first if first in languages() else chosen_language(request, languages())


def show(template: str, language: str, status: int = 200, **values: Any) -> Response:
    """Return a page.

    Args:
        template: its file.
        language: the language it is in.
        status: the HTTP status.
        values: what the template shows.
    """
    tongue = Tongue(language)
    others = [
        {"tag": tag, "name": Tongue(tag).say("language.name"), "href": _in_language(tag)}
        for tag in languages()
    ]
    page = render_template(
        template,
        language=language,
        told=site().workspace.told(language),
        languages=others,
        t=tongue.say,
        number=tongue.number,
        money=tongue.money,
        day=tongue.day,
        maker_name=site().workspace.maker_name,
        base_url=site().workspace.base_url.rstrip("/"),
        **values,
    )
    response = make_response(page, status)
    response.headers["Content-Language"] = language
    if request.args.get("lang") == language:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


def shared(response: Response) -> Response:
    """Let anyone keep a page that is the same for everyone."""
    response.headers["Cache-Control"] = f"public, max-age={STORY_SECONDS}"
    response.headers.pop("Set-Cookie", None)
    response.add_etag()
    response.make_conditional(request)
    return response


def _in_language(tag: str) -> str:
    """Return this page's address in another language; codes stay in the path, never in a query."""
    code = (request.view_args or {}).get("code")
    parts = request.path.split("/")
    if request.method == "POST" and parts[1] not in languages():  # opened again by its own address
        if parts[1] == "album":
            return f"/album/open?lang={tag}"
        door = "/swap" if parts[1] == "swap" else "/b"
        if not code:
            return f"{door if door == '/swap' else '/b/'}?lang={tag}"
        return f"{door}/{quote(code)}?lang={tag}"
    if parts[1] in languages():
        return quote("/".join(["", tag, *parts[2:]]))
    return f"{quote('/' + request.path.lstrip('/'))}?lang={tag}"
