"""Every page of our own catalogue as a phone meets it, each in the state it is named for.

Layout, axe and the picture of `make gallery` go through SCENES. A new route needs a scene here, or a line in
LEADS_ON that says why it shows no page of its own; test_axe.py fails until it has one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from app.catalogue import read_catalogue
from app.workspace import find_workspace
from tests.browser.phones import BASE, Phone
from tests.browser.places import CHASE, STANDARD, Place
from tests.conftest import REPOSITORY
from tests.web.every_page import unknown_code

Reach = Callable[[Phone, Place], None]


@dataclass(frozen=True)
class Scene:
    """A page in one state.

    Attributes:
        route: which route shows it, as `places.bare` writes it.
        reach: what a visitor does to see it.
    """

    route: str
    reach: Reach


def at(route: str, path: str) -> Scene:
    """Return the scene at a fixed address."""

    def go(phone: Phone, _: Place) -> None:
        phone.page.goto(BASE + path)

    return Scene(route, go)


def with_album(route: str, path: str) -> Scene:
    """Return the scene at a fixed address on a phone that has an album with two kits, one of them twice."""

    def go(phone: Phone, place: Place) -> None:
        place.add(phone, "flag-tower", "doan-mon", "flag-tower")
        phone.page.goto(BASE + path)

    return Scene(route, go)


def _box(phone: Phone, place: Place) -> None:
    phone.page.goto(f"{BASE}/b/{place.look('flag-tower')}")


def _box_in_english(phone: Phone, place: Place) -> None:
    phone.page.goto(f"{BASE}/b/{place.look('dragon-steps')}?lang=en")


def _taken(phone: Phone, place: Place) -> None:
    code = place.take("north-gate")
    other = place.street.phone()
    other.page.goto(f"{BASE}/b/{code}")
    other.page.locator("form[action$='/claim'] button").click()
    other.page.wait_for_url(f"{BASE}/album?**")
    phone.page.goto(f"{BASE}/b/{code}")


def _mine(phone: Phone, place: Place) -> None:
    code = place.take("princess-pavilion")
    phone.page.goto(f"{BASE}/b/{code}")
    phone.page.locator("form[action$='/claim'] button").click()
    phone.page.wait_for_url(f"{BASE}/album?**")
    phone.page.goto(f"{BASE}/b/{code}")


def _claim_refused(phone: Phone, place: Place) -> None:
    code = place.take("north-gate")
    other = place.street.phone()
    for visitor in (phone, other):
        visitor.page.goto(f"{BASE}/b/{code}")
    for visitor in (other, phone):
        visitor.page.locator("form[action$='/claim'] button").click()
        visitor.page.wait_for_load_state()


def _voided(phone: Phone, place: Place) -> None:
    phone.page.goto(f"{BASE}/b/{place.voided}")


def _album(phone: Phone, place: Place) -> None:
    place.add(phone, "flag-tower", "flag-tower", CHASE, "doan-mon")


def _full_album(phone: Phone, place: Place) -> None:
    place.add(phone, *STANDARD)


def _typed(code: str) -> Reach:
    def go(phone: Phone, _: Place) -> None:
        phone.page.goto(f"{BASE}/b/")
        phone.page.locator("input[name=code]").fill(code)
        phone.page.locator("form[action='/b/'] button").click()
        phone.page.locator("[role=alert]").wait_for()

    return go


SERIES = read_catalogue(find_workspace(str(REPOSITORY)))["thang-long"]
STORY, LAYER, BOX, RUN_BOX = "/<>/<>/<>", "/<>/<>/<>/<>", "/b/<>", "/r/<>/<>"
SCENES: dict[str, Scene] = {
    "home": at("/<>/", "/vi/"),
    "home in English": at("/<>/", "/en/"),
    "series": at("/<>/<>", "/vi/thang-long"),
    "story of the flag tower": at(STORY, "/vi/thang-long/flag-tower"),
    "story of the north gate": at(STORY, "/vi/thang-long/north-gate"),
    "story of the pavilion": at(STORY, "/vi/thang-long/princess-pavilion"),
    "story of Doan Mon": at(STORY, "/vi/thang-long/doan-mon"),
    "story of the rare kit": at(STORY, "/vi/thang-long/dragon-steps"),
    "story in English": at(STORY, "/en/thang-long/flag-tower"),
    "story in easy language": at(LAYER, "/vi/thang-long/flag-tower/easy"),
    "story for grown-ups": at(LAYER, "/en/thang-long/north-gate/adult"),
    "story for a class": at(LAYER, "/vi/thang-long/doan-mon/class"),
    "bonus": at("/<>/<>/bonus", "/vi/thang-long/bonus"),
    "bonus wrong": at("/<>/<>/bonus", "/vi/thang-long/bonus?digits=0000"),
    "bonus open": at("/<>/<>/bonus", f"/en/thang-long/bonus?digits={SERIES.digits}"),
    "bonus whole": at("/<>/<>/bonus", f"/vi/thang-long/bonus?digits={SERIES.digits}{SERIES.chase_digits}"),
    "box": Scene(BOX, _box),
    "box of the rare kit in English": Scene(BOX, _box_in_english),
    "box taken": Scene(BOX, _taken),
    "box mine": Scene(BOX, _mine),
    "box voided": Scene(BOX, _voided),
    "claim refused": Scene("/b/<>/claim", _claim_refused),
    "code entry": at("/b/", "/b/"),
    "code entry in English": at("/b/", "/b/?lang=en"),
    "code mistyped": Scene("/b/", _typed("ABCDEF")),
    "code by keyboard": Scene("/b/", _typed("ấấấấấấ")),
    "code unknown": Scene("/b/", _typed(unknown_code(0))),
    "run": at("/r/<>", "/R/TL-1"),
    "run, box voided": at(RUN_BOX, "/R/TL-1/07"),
    "run, box in English": at(RUN_BOX, "/r/TL-1/12?lang=en"),
    "empty album": at("/album", "/album"),
    "empty album in English": at("/album", "/album?lang=en"),
    "album after adding": Scene("/album", _album),
    "album in English": with_album("/album", "/album?lang=en"),
    "full album": Scene("/album", _full_album),
    "error": at("", "/no/such/page/at/all/here"),
    "error in English": at("", "/no/such/page/at/all/here?lang=en"),
    "build": at("/<>/<>/<>/build", "/vi/thang-long/flag-tower/build"),
    "build in English": at("/<>/<>/<>/build", "/en/thang-long/doan-mon/build"),
    "building step": at("/<>/<>/<>/build/<>", "/vi/thang-long/flag-tower/build/1"),
    "stories from A to Z": at("/<>/stories", "/vi/stories"),
    "help: privacy": at("/<>/help/privacy", "/vi/help/privacy"),
    "help: access": at("/<>/help/access", "/en/help/access"),
    "help: odds": at("/<>/help/odds", "/vi/help/odds"),
    "help: contact": at("/<>/help/contact", "/vi/help/contact"),
    "help: report": at("/<>/help/report", "/en/help/report"),
    "help": at("/<>/help", "/vi/help"),
    "help: report thanked for": at("/<>/help/report/thanks", "/vi/help/report/thanks"),
    "offline": at("/<>/offline", "/vi/offline"),
    "album key": with_album("/album/key", "/album/key"),
    "album key in English": with_album("/album/key", "/album/key?lang=en"),
    "album opened by its key": at("/album/open", "/album/open"),
    "album to be forgotten": with_album("/album/forget", "/album/forget"),
    "album to get a new key": with_album("/album/rotate", "/album/rotate?lang=en"),
    "album to be shown": with_album("/album/show", "/album/show"),
    "swap": with_album("/swap", "/swap"),
}
"""Name -> scene. "" is the route of an address that leads nowhere."""

AWAITED = {
    "/<>/<>/<>/build", "/<>/<>/<>/build/<>", "/<>/stories", "/<>/help", "/<>/help/privacy", "/<>/help/access",
    "/<>/help/odds", "/<>/help/contact", "/<>/help/report", "/<>/help/report/thanks", "/<>/offline",
    "/album/key", "/album/open", "/album/forget", "/album/rotate", "/album/show", "/swap",
}  # fmt: skip
"""Routes that are being built: their scenes wait until they are there."""

LEADS_ON = {
    "/": "leads to the home page in the visitor's language",
    "/s/<>": "leads to a story in the visitor's language",
}
"""Routes that show no page of their own, and why."""


def is_page(route: str) -> bool:
    """Tell whether a route may show a page: a name with a dot in it is a file's."""
    return "." not in route.rpartition("/")[2] and not route.startswith("/static/")


def visit(place: Place, name: str, *, unfold: bool = True) -> Phone:
    """Return a phone that shows a scene; what is folded is unfolded, for it must be legible too."""
    scene = SCENES[name]
    if scene.route in AWAITED and scene.route not in place.routes:
        pytest.skip(f"no route {scene.route} yet")
    phone = place.street.phone()
    scene.reach(phone, place)
    shown = place.route_of(phone.page.url)
    assert shown == scene.route, f"{name} is shown by {shown!r}"
    if unfold:
        phone.page.evaluate("document.querySelectorAll('details').forEach(door => { door.open = true })")
    return phone
