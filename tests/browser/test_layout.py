"""Our own catalogue on small and large screens, by day and by night: nothing cut off, pale or small."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.phones import BASE
from tests.browser.places import KITS, Place
from tests.browser.scenes import every_view

MEASURE = (Path(__file__).parent / "measure.js").read_text("utf-8")
AS_TEXT = f"screen => JSON.stringify(({MEASURE})(screen))"
"""Thousands of values are read faster as one text than one by one."""
LARGE = "320 px, text twice as large"
LEAST_CONTRAST, LEAST_TARGET, LEAST_TEXT = 7, 44, 15


Measured = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def measured(scene: Page) -> Measured:
    """A page, measured at every width by day and by night."""
    found: Measured = {}
    for shown in every_view(scene):
        found[shown] = json.loads(scene.evaluate(AS_TEXT, int(shown.split()[0])))
    scene.set_viewport_size({"width": 320, "height": 740})
    scene.evaluate("document.documentElement.style.fontSize = '200%'")
    found[LARGE] = json.loads(scene.evaluate(AS_TEXT, 320))
    scene.evaluate("document.documentElement.style.fontSize = ''")
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
        places = {target["place"] for target in sizes["targets"]}
        assert places >= {"header", "bar"} or places == {"header", "form"}  # the verifier stands by itself
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
    phone.page.goto(f"{BASE}/b/{place.look(kit)}")
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
    phone.page.goto(f"{BASE}/b/{place.look('flag-tower')}", wait_until="networkidle")
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
    phone.page.goto(f"{BASE}/b/{place.look('flag-tower')}", wait_until="networkidle")
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
