"""Our own catalogue on small and large screens, by day and by night: nothing cut off, pale or small."""

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Playwright, expect

from app.runs import find_run, open_station
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.marks import void
from app.runs.planning import plan_run
from app.sealing import open_row
from app.workspace import find_workspace
from tests.browser.phones import BASE, Phone, Street, street
from tests.conftest import CEREMONY, DICE, NOW, REPOSITORY, SECRET
from tests.web.cast import ledger_of

WIDTHS = (320, 360, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MEASURE = (Path(__file__).parent / "measure.js").read_text("utf-8")
LARGE = "320 px, text twice as large"
LEAST_CONTRAST, LEAST_TARGET, LEAST_TEXT = 7, 44, 15
KITS = ("flag-tower", "north-gate", "princess-pavilion", "doan-mon", "dragon-steps")


@dataclass(frozen=True)
class Place:
    """Our catalogue's street, the codes of its run by kit, and the code of its voided box No. 7."""

    street: Street
    codes: dict[str, list[str]]
    voided: str


@pytest.fixture(scope="module")
def place(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The site of the repository's own catalogue with a run of 48 boxes."""
    folder = tmp_path_factory.mktemp("house")
    for name in ("kits", "stories"):
        shutil.copytree(REPOSITORY / name, folder / name)
    shutil.copy(REPOSITORY / "hopke.toml", folder)
    station = open_station(find_workspace(str(folder)))
    plan_run(station, "thang-long", boxes=48, now=NOW, run_id="TL-1", beacon=CEREMONY)
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
    with street(playwright, folder, tmp_path_factory.mktemp("street")) as opened:
        yield Place(opened, codes, voided)


def add(phone: Phone, code: str) -> None:
    phone.page.goto(f"{BASE}/b/{code}")
    if phone.page.locator(".lead form button").count():
        phone.page.locator(".lead form button").click()
        phone.page.wait_for_url(f"{BASE}/album?**")


def album(phone: Phone, place: Place) -> None:
    for kit, number in (("flag-tower", 1), ("flag-tower", 2), ("dragon-steps", 0), ("doan-mon", 1)):
        add(phone, place.codes[kit][number])


def full_album(phone: Phone, place: Place) -> None:
    for kit in KITS[:4]:
        add(phone, place.codes[kit][-1])


def mistype(phone: Phone, _: Place) -> None:
    phone.page.goto(f"{BASE}/b/")
    phone.page.locator("input").fill("ABCDEF")
    phone.page.locator("form button").click()
    phone.page.locator("[role=alert]").wait_for()


def taken(phone: Phone, place: Place) -> None:
    add(place.street.phone(), place.codes["north-gate"][0])
    phone.page.goto(f"{BASE}/b/{place.codes['north-gate'][0]}")


def mine(phone: Phone, place: Place) -> None:
    add(phone, place.codes["princess-pavilion"][0])
    phone.page.goto(f"{BASE}/b/{place.codes['princess-pavilion'][0]}")


def at(path: str) -> Callable[[Phone, Place], None]:
    def go(phone: Phone, _: Place) -> None:
        phone.page.goto(BASE + path)

    return go


PAGES: dict[str, Callable[[Phone, Place], None]] = {
    "home": at("/vi/"),
    "home in English": at("/en/"),
    "story": at("/vi/thang-long/doan-mon"),
    "story of the rare kit": at("/vi/thang-long/dragon-steps"),
    "story in English": at("/en/thang-long/flag-tower"),
    "riddle answered": at("/vi/thang-long/north-gate?riddle=story&door=2#r-story"),
    "building steps": at("/en/thang-long/flag-tower/build"),
    "building step": at("/vi/thang-long/princess-pavilion/build/2"),
    "built": at("/en/thang-long/doan-mon/build/9"),
    "box": lambda phone, place: at(f"/b/{place.codes['flag-tower'][0]}")(phone, place),
    "box taken": taken,
    "box mine": mine,
    "box voided": lambda phone, place: at(f"/b/{place.voided}")(phone, place),
    "run": at("/R/TL-1"),
    "run, box voided": at("/R/TL-1/07"),
    "run, box in English": at("/r/TL-1/12?lang=en"),
    "empty album": at("/album"),
    "album after adding": album,
    "full album": full_album,
    "code entry": at("/b/"),
    "code mistyped": mistype,
    "error": at("/no/such/page/here"),
    "error below a kit": at("/vi/thang-long/flag-tower/no"),
    "help": at("/vi/help"),
    "privacy": at("/vi/help/privacy"),
    "access": at("/en/help/access"),
    "how the odds work": at("/vi/help/odds"),
    "contact": at("/vi/help/contact"),
    "report": at("/vi/help/report"),
    "report, which kit": at("/vi/help/report?kind=code"),
    "report, which part": at("/vi/help/report?kind=part&kit=flag-tower"),
    "report, which text": at("/en/help/report?kind=text&kit=doan-mon"),
    "report, box wrong": at("/vi/help/report?kind=code&kit=-&run=TL-1&edition=99"),
    "report thanked": at("/vi/help/report/thanks?kind=part&kit=flag-tower&part=FT-A1"),
}


Measured = dict[str, dict[str, Any]]


@pytest.fixture(scope="module", params=PAGES, ids=[name.replace(" ", "-") for name in PAGES])
def measured(request: pytest.FixtureRequest, place: Place) -> Measured:
    """Each page in turn on a phone of its own, measured at every width by day and by night."""
    phone = place.street.phone()
    PAGES[request.param](phone, place)
    page = phone.page
    # Doors that are closed hide text that must be legible too.
    page.evaluate("document.querySelectorAll('details').forEach(door => { door.open = true })")
    found: Measured = {}
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            found[f"{width} px, {scheme}"] = page.evaluate(MEASURE, width)
    page.set_viewport_size({"width": 320, "height": 740})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found[LARGE] = page.evaluate(MEASURE, 320)
    for visitor in place.street.phones:
        visitor.context.close()
    place.street.phones.clear()
    return found


def test_nothing_sticks_out_of_the_screen(measured: Measured) -> None:
    assert {shown: sizes["outside"] for shown, sizes in measured.items() if sizes["outside"]}.keys() <= {
        LARGE
    }


def test_nothing_sticks_out_when_text_is_twice_as_large_on_the_smallest_phone(measured: Measured) -> None:
    assert max(text["pixels"] or 0 for text in measured[LARGE]["texts"]) >= 60  # it is twice as large
    assert measured[LARGE]["outside"] == []


def test_every_text_stands_out_from_its_ground_and_is_large_enough(measured: Measured) -> None:
    for shown, sizes in measured.items():
        texts = sizes["texts"]
        assert len(texts) > 10
        assert any(text["link"] for text in texts)
        assert [text for text in texts if text["contrast"] < LEAST_CONTRAST] == [], shown
        # A footnote's mark is a number beside text of full size, as in print.
        small = [
            text for text in texts if not text["mark"] and text["pixels"] and text["pixels"] < LEAST_TEXT
        ]
        assert small == [], shown


def test_every_target_can_be_met_by_a_finger(measured: Measured) -> None:
    for shown, sizes in measured.items():
        assert {"header", "bar"} <= {target["place"] for target in sizes["targets"]}
        # Links inside running text, sources and footnote marks keep their line's height: a taller one would
        # tear the lines apart (WCAG 2.2, 2.5.8 "Inline").
        met = [target for target in sizes["targets"] if target["place"] not in {"text", "sources", "mark"}]
        low = [target for target in met if min(target["height"], target["width"]) < LEAST_TARGET]
        assert low == [], shown


def test_a_link_that_stands_alone_can_be_met_by_a_finger(measured: Measured) -> None:
    targets = measured["360 px, light"]["targets"]
    alone = [target for target in targets if target["alone"] and target["place"] == "text"]
    assert [target for target in alone if target["height"] < LEAST_TARGET] == []


@pytest.mark.parametrize("language", ["vi-VN", "en-GB"])
@pytest.mark.parametrize("kit", KITS)
def test_the_add_button_is_in_the_first_view_of_a_scanned_card(place: Place, kit: str, language: str) -> None:
    phone = place.street.phone(language=language, width=360, height=740)
    phone.page.goto(f"{BASE}/b/{place.codes[kit][:4][-1]}")
    bar = phone.page.locator("nav.bar").bounding_box()
    button = phone.page.locator(".lead .btn").bounding_box()
    head = phone.page.locator("h1").bounding_box()
    picture = phone.page.locator(".hero img").bounding_box()
    assert bar
    assert button
    assert head
    assert picture
    assert bar["y"] + bar["height"] == 740
    assert picture["y"] < head["y"] < button["y"]
    assert picture["height"] > 200
    assert button["y"] + button["height"] <= bar["y"]
    assert phone.page.evaluate("scrollY") == 0
    assert phone.faults == []
    phone.context.close()


def test_nothing_moves_while_a_scanned_page_loads(place: Place) -> None:
    phone = place.street.phone()
    phone.page.goto(f"{BASE}/b/{place.codes['flag-tower'][0]}", wait_until="networkidle")
    moved: list[float] = phone.page.evaluate(
        """() => new Promise(told => {
            const values = [];
            new PerformanceObserver(list => values.push(...list.getEntries().map(entry => entry.value)))
                .observe({type: "layout-shift", buffered: true});
            setTimeout(() => told(values), 200);
        })"""
    )
    assert sum(moved) == 0
    phone.context.close()


def test_the_first_view_is_light(place: Place) -> None:
    phone = place.street.phone()
    bodies: dict[str, bytes] = {}
    phone.page.on("response", lambda answer: bodies.update({answer.url: answer.body()}))
    phone.page.goto(f"{BASE}/b/{place.codes['flag-tower'][0]}", wait_until="networkidle")
    assert len(bodies[f"{BASE}/static/phudu.woff2"]) <= 12_000
    # As a proxy that compresses sends it; fonts are compressed already.
    light = {url: min(len(body), len(gzip.compress(body))) for url, body in bodies.items()}
    assert light[phone.page.url] <= 14_000
    assert sum(light.values()) <= 40_000
    assert len(light) <= 8
    phone.context.close()


def test_the_keyboard_meets_the_way_to_the_main_part_first(place: Place) -> None:
    phone = place.street.phone(width=1280)
    phone.page.goto(f"{BASE}/vi/thang-long/flag-tower")
    skip = phone.page.locator("a.skip")
    assert (skip.bounding_box() or {"x": 0})["x"] < 0
    phone.page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    assert (skip.bounding_box() or {"x": -1})["x"] > 0
    phone.page.keyboard.press("Tab")
    ring = phone.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"
    phone.context.close()
