"""Who may open what: every route of the site, for everybody, with their own and with somebody else's things.

The cases are made from the site's own map of routes. A route that no table of who_may.py has fails, and so
does a row that no route has.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
import pytest
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from app.core.staff import DEEDS, Person
from app.ledger import Comment, PreviewLink, Report, Staff
from app.library.pictures import take_picture
from app.staff.sessions import begin, end_all, seats_of, session_of
from app.web import create_app
from app.workspace import find_workspace
from tests.conftest import NOW
from tests.flows.test_pictures import saved
from tests.web.cast import (
    ALBUM,
    HOST,
    STAFF,
    Box,
    Desk,
    everything_in,
    invitation,
    ledger_of,
    people_of,
    signed_in,
)
from tests.web.conftest import Drawn, close
from tests.web.every_page import NOBODYS_SWAP, unknown_code
from tests.web.who_may import EVERYONE, HERE, MAY, ROLES, STUDIO, VISITORS, Route, Row


@dataclass
class World:
    """A site with everybody who visits it, put back before each case.

    Attributes:
        app: the site.
        folder: its workspace.
        desks: visitor -> their browser.
        boxes: the boxes of its run.
        links: "own" is a link that nobody has used, "others" one that somebody has.
    """

    app: Flask
    folder: Path
    desks: dict[str, Desk]
    boxes: tuple[Box, ...]
    links: dict[str, str]
    _cookies: dict[tuple[str, str], str] = field(default_factory=dict)
    _kept: Any = None
    _places: Iterator[int] = field(default_factory=lambda: count(1))

    def keep(self) -> None:
        """Remember everything as it is now."""
        self._cookies = {
            (visitor, name): desk.cookie(name) or ""
            for visitor, desk in self.desks.items()
            for name in (STAFF, ALBUM)
        }
        self._kept = pysqlite3.dbapi2.connect(":memory:")
        with ledger_of(self.folder) as ledger:
            ledger.backup(self._kept)

    def put_back(self) -> None:
        """Make everything as it was; everybody comes from another address, so that no count is full."""
        shutil.copytree(self.folder.parent / "images", images_of(self.folder), dirs_exist_ok=True)
        with ledger_of(self.folder) as ledger:
            self._kept.backup(ledger)
        for (visitor, name), text in self._cookies.items():
            self.desks[visitor].address = f"2001:db8::{next(self._places):x}"
            if text:
                self.desks[visitor].keep_cookie(name, text)
            else:
                self.desks[visitor].browser.delete_cookie(name, domain=HOST)

    @staticmethod
    def owner(visitor: str, whose: str) -> str:
        """Return whose thing a case is about."""
        if visitor in ROLES and whose == "own":
            return visitor
        return "maker" if visitor == "curator" else "curator"

    def values(self, visitor: str, whose: str) -> dict[str, str]:
        """Return what stands in addresses: a thing of the visitor's own, or somebody else's."""
        key = b"%-32b" % self.owner(visitor, whose).encode()
        person = session_of(people_of(self.app), key, NOW)
        assert person
        (second,) = [seat for seat in seats_of(people_of(self.app), person, key, NOW) if seat.here]
        return {
            "<int:number>": str(second.number),
            "<token>": self.links[whose],
            "<int:revision>": "1",
            "<kit>": "bridge",
            "<name>": "vi",
            "<picture>": "gate",
        }

    def address(self, rule: str, visitor: str, whose: str) -> str:
        """Return the address of a route of the studio."""
        values = self.values(visitor, whose)
        if "/translate" in rule:
            values["<name>"] = "en"
        if rule.startswith("/studio/comments/"):
            values["<int:number>"] = str(1 + list(ROLES).index(self.owner(visitor, whose)))
        elif rule.startswith(("/studio/links/", "/studio/reports/")):
            values["<int:number>"] = "1"
        for name, value in values.items():
            rule = rule.replace(name, value)
        assert "<" not in rule, f"World.values does not know what stands in {rule}"
        return rule

    def ask(self, route: Route, visitor: str, whose: str = "own", **headers: str) -> TestResponse:
        """Open a page or press a button of the studio."""
        method, rule = route
        desk, address = self.desks[visitor], self.address(rule, visitor, whose)
        if method == "GET":
            return desk.open(address, headers=headers)
        return desk.press(address, STUDIO[route].form, headers)


@pytest.fixture(scope="module")
def whole(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = Path(shutil.copytree(drawn.folder, tmp_path_factory.mktemp("who-may") / "tiny"))
    take_picture(
        find_workspace(str(folder)), "bridge", "gate", saved(Image.new("RGB", (40, 30))),
        credit={"vi": "Lan", "en": "Lan"}, licence="CC0 1.0",
    )  # fmt: skip
    shutil.copytree(images_of(folder), folder.parent / "images")
    app = create_app(find_workspace(str(folder)))
    desks = {"stranger": Desk(app, "en"), "buyer": Desk(app, "en")}
    desks["buyer"].press_add(drawn.boxes[0])
    desks |= {visitor: signed_in(app, visitor.replace("+", " "), *roles) for visitor, roles in ROLES.items()}
    desks["switched off"] = signed_in(app, "Off", "curator", "reviewer", "maker")
    with people_of(app).ledger.writing() as session:
        for number, visitor in enumerate(ROLES, start=1):  # another browser of each, known by its key
            begin(session, session.get_one(Staff, number), b"%-32b" % visitor.encode(), NOW)
        off = session.get_one(Staff, len(ROLES) + 1)
        assert off.name == "Off"
        off.off_at = NOW
        session.add(off)
        for number in range(1, len(ROLES) + 1):
            session.add(Comment(kit="bridge", name="vi", block="", quote="", text="?", by=number, at=NOW))
        session.add(
            PreviewLink(
                key_hash=bytes(32),
                kit="bridge",
                name="vi",
                by=2,
                made_at=NOW,
                ends_at=NOW + timedelta(days=7),
            )
        )
        session.add(Report(kind="code", language="vi", fault="taken", made_on=NOW.date()))
    links = {"own": invitation(app, "Newcomer", "curator"), "others": invitation(app, "Earlier", "curator")}
    assert Desk(app).choose_password(links["others"]).status_code == 303
    assert desks["curator"].open("/studio/bridge/vi").status_code == 200  # the file's state is observed once
    for address in ("/studio/", "/studio/bridge/en/translate"):
        assert desks["curator"].open(address).status_code == 200
    world = World(app, folder, desks, drawn.boxes, links)
    world.keep()
    yield world
    close(app)


@pytest.fixture
def world(whole: World) -> World:
    whole.put_back()
    return whole


def images_of(folder: Path) -> Path:
    """Return where the pictures of the world's kit lie."""
    return folder / "stories" / "bridge" / "images"


def routes_of(app: Flask) -> set[Route]:
    """Return every route of a site."""
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def public(key: str) -> Route:
    """Return the route that a key of EVERYONE means."""
    return ("POST", key.removeprefix("POST ")) if key.startswith("POST ") else ("GET", key)


def test_every_route_has_a_row_and_every_row_a_route(whole: World) -> None:
    tables = set(STUDIO) | {public(key) for key in EVERYONE}
    assert routes_of(whole.app) - tables == set(), "say in tests/web/who_may.py who may open these"
    assert tables - routes_of(whole.app) == set()
    assert not set(STUDIO) & {public(key) for key in EVERYONE}


def test_what_is_everyones_is_outside_the_studio() -> None:
    assert [key for key in EVERYONE if public(key)[1].startswith("/studio")] == []


def test_the_roles_may_what_was_agreed() -> None:
    assert {deed: set(roles) for deed, roles in DEEDS.items()} == MAY


def expected(row: Row, visitor: str, whose: str, method: str) -> int:
    """Return the status that the table promises."""
    may = not row.deed or MAY[row.deed] & set(ROLES.get(visitor, ()))
    if may:
        return row.own if whose == "own" else row.others
    if visitor in ROLES:
        return 403
    return 302 if method == "GET" else 401


@pytest.mark.parametrize("whose", ["own", "others"])
@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("route", STUDIO, ids=" ".join)
def test_a_page_of_the_studio_is_for_whom_the_table_says(
    world: World, route: Route, visitor: str, whose: str
) -> None:
    before, status = everything_in(world.folder), expected(STUDIO[route], visitor, whose, route[0])
    answer = world.ask(route, visitor, whose)
    assert answer.status_code == status
    if status == 302:
        assert answer.headers["Location"].startswith("/studio/sign-in?next=")
    if status not in {201, 303} and not (status == 200 and route == HERE):
        assert everything_in(world.folder) == before
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("key", EVERYONE)
def test_what_is_everyones_is_the_same_whoever_is_signed_in(world: World, key: str) -> None:
    method, rule = public(key)
    address = (EVERYONE[key] or rule).format(
        code=world.boxes[3].code, nobodys=unknown_code(3), swap=NOBODYS_SWAP
    )
    answers = {visitor: world.desks[visitor].open(address, method=method) for visitor in VISITORS}
    told = {
        visitor: (answer.status_code, answer.headers.get("Location")) for visitor, answer in answers.items()
    }
    told.pop("buyer")  # whose album is another page than no album
    assert len(set(told.values())) == 1, told
    for visitor, answer in answers.items():
        assert answer.status_code not in {401, 403}, visitor
        assert "/studio" not in answer.headers.get("Location", ""), visitor
        assert STAFF not in answer.headers.get("Set-Cookie", ""), visitor
        matched = world.app.url_map.bind(HOST).match(address, method, return_rule=True)[0]
        assert matched.rule == rule


# Buttons

BUTTONS = [route for route in STUDIO if route[0] == "POST"]


@pytest.mark.parametrize("route", BUTTONS, ids=" ".join)
def test_a_button_without_its_token_does_nothing(world: World, route: Route) -> None:
    before, desk = everything_in(world.folder), world.desks["curator+reviewer"]
    address = world.address(route[1], "curator+reviewer", "own")
    for token in ({}, {"csrf_token": "made-up"}, {"csrf_token": world.desks["maker"].token}):
        answer = desk.open(address, method="POST", form=STUDIO[route].form | token)
        assert answer.status_code == 400
    script = {"Accept": "application/json"}
    assert desk.open(address, method="POST", form=STUDIO[route].form, headers=script).status_code == 400
    assert everything_in(world.folder) == before


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("route", BUTTONS, ids=" ".join)
def test_a_button_that_is_pressed_on_another_site_does_nothing(world: World, route: Route, site: str) -> None:
    before = everything_in(world.folder)
    assert world.ask(route, "curator+reviewer", **{"Sec-Fetch-Site": site}).status_code == 403
    assert everything_in(world.folder) == before


@pytest.mark.parametrize("route", BUTTONS, ids=" ".join)
def test_the_address_of_a_button_alone_opens_nothing(world: World, route: Route) -> None:
    if ("GET", route[1]) in STUDIO:
        return
    address = world.address(route[1], "curator", "own")
    answer = world.desks["curator"].open(address)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "GET" not in answer.headers["Allow"]


@pytest.mark.parametrize("route", [route for route in STUDIO if STUDIO[route].deed], ids=" ".join)
def test_a_session_that_was_ended_is_a_strangers(world: World, route: Route) -> None:
    address = world.address(route[1], "curator", "own")
    end_all(people_of(world.app), Person(2, "curator", ("curator",)))
    desk = world.desks["curator"]
    answer = desk.open(address) if route[0] == "GET" else desk.press(address, STUDIO[route].form)
    assert answer.status_code == (302 if route[0] == "GET" else 401)
    script = desk.open(address, method=route[0], headers={"X-Requested-With": "fetch"})
    assert (script.status_code, script.json) == (401, {"error": "signed-out", "sign_in": "/studio/sign-in"})
