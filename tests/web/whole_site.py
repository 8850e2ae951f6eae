"""Every page of our own site that links lead to, found by following them as a search engine does."""

from pathlib import Path
from urllib.parse import urlsplit

from app.web import create_app
from tests.web.cast import Phone
from tests.web.html import read_html
from tests.workspaces import copy_own

DOORS = ("/vi/", "/en/", "/b/", "/album")
MOST_PAGES = 2_000


def follow_every_link(folder: Path) -> dict[str, str]:
    """Return the pages of our own catalogue, address -> HTML, from a copy made in `folder`."""
    site = create_app(copy_own(folder))
    phone, found, waiting = Phone(site), dict[str, str](), list(DOORS)
    known = set(waiting)
    while waiting:
        address = waiting.pop()
        answer = phone.open(address)
        if answer.status_code in {301, 302, 303, 307, 308}:
            linked = [answer.headers["Location"]]
        elif answer.mimetype == "text/html":
            assert answer.status_code == 200, f"{address} answers {answer.status_code}"
            found[address] = answer.text
            assert len(found) <= MOST_PAGES
            linked = read_html(answer.text).links
        else:
            linked = []
        here = [
            parts for link in linked if not (parts := urlsplit(link)).netloc and parts.scheme in {"", "https"}
        ]
        fresh = {parts._replace(fragment="").geturl() for parts in here if parts.path} - known
        known |= fresh
        waiting += sorted(fresh)
    site.extensions["hopke"].ledger.close()
    return found
