"""Our own catalogue as a site that phones visit: its run of 192 boxes, each to be taken once."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Playwright
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter

from app.runs import Station, find_run, open_station
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.marks import record_mark, spoil, void
from app.runs.planning import plan_run
from app.runs.public_life import reveal_run, sell_run, witness_run
from app.sealing import open_row
from app.web import create_app
from app.workspace import find_workspace
from tests.browser.phones import BASE, Phone, Street, street
from tests.conftest import CEREMONY, DICE, NOW, SECRET
from tests.web.cast import HOST, ledger_of
from tests.workspaces import copy_own

KITS = ("flag-tower", "north-gate", "princess-pavilion", "doan-mon", "dragon-steps")
STANDARD, CHASE = KITS[:4], KITS[4]
SEND = """async codes => {
    const addresses = [];
    for (const code of codes) addresses.push((await fetch(`/b/${code}/claim`, {method: "POST"})).url);
    return addresses;
}"""
"""Claims boxes one after another and returns where each answer leads."""


@dataclass(frozen=True)
class Place:
    """Our catalogue's street and its boxes.

    Attributes:
        folder: its workspace.
        street: where its phones are.
        codes: kit -> codes of boxes in nobody's album.
        printed: the codes of all boxes but the withdrawn one.
        voided: the code of a withdrawn box.
        addresses: what address leads to which route.
    """

    folder: Path
    street: Street
    codes: dict[str, list[str]]
    printed: tuple[str, ...]
    voided: str
    addresses: MapAdapter

    @property
    def routes(self) -> set[str]:
        """Return every route as `bare` writes it."""
        return {bare(rule.rule) for rule in self.addresses.map.iter_rules()}

    def route_of(self, address: str) -> str:
        """Return the route that an address leads to, as `bare` writes it, or nothing."""
        for method in ("GET", "POST"):
            try:
                rule, _ = self.addresses.match(urlsplit(address).path, method, return_rule=True)
            except MethodNotAllowed:
                continue
            except NotFound:
                return ""
            if rule.rule.startswith("/studio") or not urlsplit(address).path.startswith("/studio"):
                return bare(rule.rule)
        return ""

    def look(self, kit: str) -> str:
        """Return the code of a box in nobody's album, which is to stay so."""
        return self.codes[kit][0]

    def take(self, kit: str) -> str:
        """Return the code of a box that nobody else will open."""
        assert len(self.codes[kit]) > 1, f"the run has too few boxes with {kit}"
        return self.codes[kit].pop()

    def add(self, phone: Phone, *kits: str) -> None:
        """Put boxes that nobody has opened into the phone's album.

        The last is scanned and added by its button; those before are sent as `claims.js` sends what waits.
        """
        *before, last = (self.take(kit) for kit in kits)
        if before:
            phone.page.goto(f"{BASE}/robots.txt")  # fetch needs a page of the site: this is the lightest
            led_to: list[str] = phone.page.evaluate(SEND, before)
            assert all(address.startswith(f"{BASE}/album?added=") for address in led_to), led_to
        self.claim(phone, last)

    def claim(self, phone: Phone, code: str) -> None:
        """Scan a box that is nobody's and put it into the phone's album."""
        phone.page.goto(f"{BASE}/b/{code}")
        phone.page.locator("form[action$='/claim'] button").click()
        phone.page.wait_for_url(f"{BASE}/album?**")


def bare(rule: str) -> str:
    """Return a route without the names in it, in small letters: `/<language>/` is `/<>/`."""
    return re.sub("<[^>]*>", "<>", rule).lower()


@contextmanager
def own_place(playwright: Playwright, folder: Path, scratch: Path) -> Iterator[Place]:
    """Serve a copy of the repository's own catalogue, made in `folder`, with a sealed run.

    Its maker has a proxy, so that a phone that says where it is from counts as a visitor of its own.
    """
    codes, voided = sealed_run(folder)
    settings = folder / "hopke.toml"
    declared = re.sub(r"(?m)^proxies = 0", "proxies = 1", settings.read_text("utf-8"))
    assert "proxies = 1" in declared
    settings.write_text(declared, "utf-8")
    site = create_app(find_workspace(str(folder)))
    site.extensions["hopke"].ledger.close()
    printed = tuple(code for of_kit in codes.values() for code in of_kit)
    with street(playwright, folder, scratch) as opened:
        yield Place(folder, opened, codes, printed, voided, site.url_map.bind(HOST))


def sealed_run(folder: Path) -> tuple[dict[str, list[str]], str]:
    """Copy the catalogue, end TL-0, seal TL-1; return TL-1's codes by kit and that of its voided box."""
    station = open_station(copy_own(folder, designs=False))
    _revealed_run(station)
    plan_run(station, "thang-long", boxes=192, now=NOW, run_id="TL-1", beacon=CEREMONY)
    commit_run(station, "TL-1", entropy=SECRET, now=NOW)
    seal_run(station, "TL-1", beacon_value=DICE, now=NOW)
    with station.ledger.writing() as session:
        run = find_run(session, "TL-1")
        run.printed_at = NOW
        session.add(run)
    void(station, "TL-1", "7", NOW)
    run = show_run(station, "TL-1")
    labels = secret_labels(station, run)
    station.ledger.close()
    kits = [kit["id"] for kit in json.loads(run.kits)]
    with ledger_of(folder) as ledger:
        sealed = dict(ledger.execute("SELECT tag, sealed FROM sealed_box"))
    codes: dict[str, list[str]] = {}
    (voided,) = (label.code for label in labels if label.edition == 7)
    for label in (label for label in labels if label.edition != 7):
        codes.setdefault(kits[open_row(label.code, "TL-1", sealed[label.tag]).kit], []).append(label.code)
    return codes, voided


def _revealed_run(station: Station) -> None:
    """Bring a first run, TL-0 of 24 boxes, from its plan to its end."""
    plan_run(station, "thang-long", boxes=24, now=NOW, run_id="TL-0", beacon=CEREMONY)
    commit_run(station, "TL-0", entropy=bytes(32), now=NOW)
    witness_run(station, "TL-0", "manifest", "Bảng tin Hoàng thành Thăng Long", NOW)
    seal_run(station, "TL-0", beacon_value=DICE, now=NOW)
    with station.ledger.writing() as session:
        run = find_run(session, "TL-0")
        record_mark(session, run, "printed", range(1, 25), NOW)
        run.printed_at = NOW
        session.add(run)
    spoil(station, "TL-0", "3", NOW)
    void(station, "TL-0", "3", NOW)
    sell_run(station, "TL-0", NOW)
    witness_run(station, "TL-0", "root", "https://example.org/posts/17", NOW)
    reveal_run(station, "TL-0", "sold out", NOW)
