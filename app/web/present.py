"""Turns what a flow returned into a page in the visitor's language."""

from html import escape
from typing import Any, cast
from urllib.parse import quote, urlencode

from flask import Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from app.albums import Site
from app.core.story import CleanHtml
from app.web.headers import is_studio
from app.web.keys import YEAR_SECONDS
from app.web.languages import LANGUAGE_COOKIE, Tongue, chosen_language

KEPT = ("kind", "kit", "run", "edition", "digits", "added", "next")
"""What a page is asked for that is the same in another language: never a code, a key or a chosen answer."""


def site() -> Site:
    """Return the site that this application serves."""
    return cast(Site, current_app.extensions["hopke"])


def languages() -> tuple[str, ...]:
    """Return the languages that pages speak, the workspace's first."""
    return site().languages


def spoken() -> str:
    """Return the language of the path, or of a page that has none in it the language chosen or asked for."""
    first = request.path.split("/", 2)[1]
    return first if first in languages() else chosen_language(request, languages())


class Foreign:
    """Marks what stands on a page in another language than the page's own, and remembers which.

    Args:
        language: the page's.
    """

    def __init__(self, language: str) -> None:
        self.languages = [language]

    def __call__(self, tag: str) -> CleanHtml:
        """Return the lang attribute of an element whose words are in `tag`, nothing in the page's own."""
        if tag == self.languages[0]:
            return CleanHtml("")
        if tag not in self.languages:
            self.languages.append(tag)
        return CleanHtml(f' lang="{tag}"')

    def words(self, tag: str, text: str) -> CleanHtml:
        """Return words that stand among others, in an element of their own if their language is another."""
        mark = self(tag).text
        return CleanHtml(f"<span{mark}>{escape(text)}</span>" if mark else escape(text))


def route_of(path: str, method: str) -> str:
    """Return the route that an address leads to, "" if it leads nowhere."""
    try:
        rule, _ = current_app.url_map.bind("").match(path, method, return_rule=True)
    except HTTPException:
        return ""
    return rule.rule


def show(
    template: str, language: str, status: int = 200, written: tuple[str, ...] = (), **values: Any
) -> Response:
    """Return a page.

    Args:
        template: its file.
        language: the language it is in.
        status: the HTTP status.
        written: the languages in which the page's text really is, for search engines; the workspace's if
            none are named. The page's canonical address is in one of them.
        values: what the template shows.
    """
    tongue, foreign, workspace = Tongue(language), Foreign(language), site().workspace
    written = written or workspace.languages
    switch = [
        {"tag": tag, "name": Tongue(tag).say("language.name"), "href": _in_language(tag)}
        for tag in languages()
    ]
    page = render_template(
        template,
        language=language,
        told=workspace.told(language),
        lang=foreign,
        languages=switch,
        storytellers=workspace.languages,
        written=written,
        searched=language if language in written else workspace.told(language),
        name_of=tongue.name_of,
        t=tongue.say,
        number=tongue.number,
        money=tongue.money,
        day=tongue.day,
        ago=tongue.ago,
        maker_name=workspace.maker_name,
        base_url=workspace.base_url.rstrip("/"),
        **values,
    )
    response = make_response(page, status)
    response.headers["Content-Language"] = ", ".join(foreign.languages)
    if request.args.get("lang") == language:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


def shared(response: Response) -> Response:
    """Let anyone keep a page that is the same for everyone, who asks each time whether it is still so.

    What a curator publishes is read at once; a page that has not changed costs one small answer.
    """
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers.pop("Set-Cookie", None)
    response.add_etag()
    response.make_conditional(request)
    return response


def _in_language(tag: str) -> str:
    """Return this page's address in another language; codes stay in the path, never in a query."""
    code = (request.view_args or {}).get("code")
    parts = request.path.split("/")
    if request.method == "POST" and parts[1] == "studio":
        page = request.path if is_studio(route_of(request.path, "GET")) else "/studio/"
        return f"{quote(page)}?lang={tag}"
    if request.method == "POST" and parts[1] not in languages():  # opened again by its own address
        if parts[1] == "album":
            return f"/album/open?lang={tag}"
        door = "/swap" if parts[1] == "swap" else "/b"
        if not code:
            return f"{door if door == '/swap' else '/b/'}?lang={tag}"
        return f"{door}/{quote(code)}?lang={tag}"
    asked = {name: request.values[name] for name in KEPT if request.values.get(name)}
    if parts[1] in languages():
        return quote("/".join(["", tag, *parts[2:]])) + (f"?{urlencode(asked)}" if asked else "")
    return f"{quote('/' + request.path.lstrip('/'))}?{urlencode(asked | {'lang': tag})}"
