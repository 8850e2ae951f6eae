"""What machines ask for: robots.txt, the sitemap, and where to report a weakness."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from flask import Blueprint, Response, current_app, make_response

from app.albums.places import public_places, published_runs
from app.web.headers import FILE_SECONDS, PRIVATE, STORY_SECONDS
from app.web.present import languages, shared, site
from app.workspace import Workspace

pages = Blueprint("plain", __name__)

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
CONTACT_DAYS = 180
UNLISTED = {"offline", "help/report/thanks"}

register_namespace("xhtml", XHTML)


@pages.get("/robots.txt")
def robots() -> Response:
    """Tell crawlers what is not theirs."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    return _text([*lines, "", f"Sitemap: {_base()}/sitemap.xml"], FILE_SECONDS)


@pages.get("/sitemap.xml")
def sitemap() -> Response:
    """List every page that has an address of its own, each with its other languages."""
    root = Element("urlset", {"xmlns": SITEMAP})
    kits = site().workspace.languages
    for place, told in [("", kits), *_places_without_kit(), *public_places(site())]:
        _list(root, {tag: f"{_base()}/{tag}/{place}" for tag in told})
    runs = f"{_base()}/runs/"
    _list(root, {tag: f"{runs}?lang={tag}" for tag in languages()}, itself=runs)
    for run in published_runs(site()):
        address = f"{_base()}/r/{run}"
        _list(root, {tag: f"{address}?lang={tag}" for tag in kits}, itself=address)
    response = make_response(b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root))
    response.content_type = "application/xml"
    return shared(response)


@pages.get("/.well-known/security.txt")
def security() -> Response:
    """Say where to report a weakness (RFC 9116)."""
    return _text(security_lines(site().workspace, languages(), datetime.now(UTC).date()), STORY_SECONDS)


def security_lines(workspace: Workspace, tongues: tuple[str, ...], today: date) -> list[str]:
    """Return the lines of security.txt.

    Args:
        workspace: whose site it is; without an e-mail address of the maker the contact page is named.
        tongues: the languages that the maker reads.
        today: the file holds for half a year from this day on.
    """
    base = workspace.base_url.rstrip("/")
    email = workspace.contact.email
    ends = today + timedelta(days=CONTACT_DAYS)
    return [
        f"Contact: {f'mailto:{email}' if email else f'{base}/{tongues[0]}/help/contact'}",
        f"Expires: {ends.isoformat()}T00:00:00Z",
        f"Preferred-Languages: {', '.join(tongues)}",
        f"Canonical: {base}/.well-known/security.txt",
    ]


def _base() -> str:
    return site().workspace.base_url.rstrip("/")


def _places_without_kit() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every page whose address has nothing but the language in it, apart from the home page.

    Help is told in every language of the pages; the others tell of kits.
    """
    for rule in current_app.url_map.iter_rules():
        place = rule.rule.removeprefix("/<language>/")
        if rule.arguments == {"language"} and place not in {rule.rule, "", *UNLISTED}:
            yield place, languages() if place.startswith("help") else site().workspace.languages


def _list(root: Element, addresses: dict[str, str], itself: str = "") -> None:
    """Add a page in each of its languages, or only at the address that is its own in all of them."""
    first = next(iter(addresses.values()))
    for address in [itself] if itself else addresses.values():
        entry = SubElement(root, "url")
        SubElement(entry, "loc").text = address
        for tag, other in [*addresses.items(), ("x-default", itself or first)]:
            link = {"rel": "alternate", "hreflang": tag, "href": other}
            SubElement(entry, f"{{{XHTML}}}link", link)


def _text(lines: list[str], seconds: int) -> Response:
    response = make_response("\n".join([*lines, ""]))
    response.content_type = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response
