"""The drawings as Chromium draws them: true to the building's measures, and each shows what it is for."""

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, Playwright

from app.catalogue import read_catalogue
from app.core.kit import Kit
from app.pictures import (
    KEPT,
    STEP,
    SVG,
    art_path,
    cover_path,
    icon_path,
    parse_svg,
    silhouette_path,
    step_picture,
)
from app.workspace import find_workspace
from tests.browser.chromium import launch
from tests.conftest import REPOSITORY

OURS = find_workspace(str(REPOSITORY))
KITS = [(series.id, kit) for series in read_catalogue(OURS).values() for kit in series.kits]
EVERY_KIT = pytest.mark.parametrize(("series", "kit"), KITS, ids=[kit.id for _, kit in KITS])
COLOUR = re.compile(r"#[0-9a-f]{6}\b|#[0-9a-f]{3}\b")
PAGE_COLOURS = {"#131932", "#f7ebd2"}  # ground and ink of the pages by night

WITHIN = 0.05
MEASURES = [
    # kit, element, metres wide, metres high, who says so; None: not known, or shown foreshortened
    ("flag-tower", "m-tier1", 42.5, 3.1, "S46"),
    ("flag-tower", "m-tier2", 27.0, 3.7, "S46"),
    ("flag-tower", "m-tier3", 12.8, 5.1, "S46"),
    ("flag-tower", "m-shaft", None, 18.2, "S49"),
    ("flag-tower", "m-lantern", None, 3.3, "S49"),
    ("flag-tower", "m-pole", None, 8.0, "S46"),
    ("north-gate", "m-block", 17.08, 8.71, "S38 S39"),
    ("doan-mon", "m-wall", 46.5, 6.0, "S16 S89"),
    ("doan-mon", "m-kings-arch", 2.7, 4.0, "S88"),
    ("doan-mon", "m-arch1", 2.5, 3.8, "S88"),
    ("doan-mon", "m-arch2", 2.5, 3.8, "S88"),
    ("doan-mon", "m-arch3", 2.5, 3.8, "S88"),
    ("doan-mon", "m-arch4", 2.5, 3.8, "S88"),
    ("doan-mon", "m-tablet", 1.5, 0.7, "S88"),
    ("dragon-steps", "m-stairs", 13.0, 9 * 0.447, "S15 S67"),  # along the slope: hypotenuse of 20 and 40 cm
    ("dragon-steps", "m-dragon1", None, 5.3, "S15 S69"),
    ("dragon-steps", "m-dragon2", None, 5.3, "S15 S69"),
    *(("dragon-steps", f"m-step{number}", 13.0, 0.447, "S15 S67") for number in range(1, 10)),
]
COUNTS = [
    # kit, elements, how many there are, what they are
    ("flag-tower", "[id^=m-tier]", 3, "tiers"),
    ("flag-tower", "#m-shaft, #m-lantern, #m-pole", 3, "shaft, lantern and pole"),
    ("north-gate", "#m-block", 1, "gate block"),
    ("north-gate", "#s4 #o, #s4 use[href='#o']", 2, "marks of shells"),
    ("princess-pavilion", "#s2b use[href='#D'], #s5 use[href='#D']", 2, "storeys with three doors"),
    ("princess-pavilion", "#s1 use[href='#G']", 2, "doors of the ground floor"),
    ("princess-pavilion", "#s6 use[href='#E']", 2, "ends of the ridge with a tiger mask"),
    ("princess-pavilion", "#s7 use[href='#H']", 2, "dragons that look back"),
    ("doan-mon", "#m-kings-arch, [id^=m-arch]", 5, "arches"),
    ("doan-mon", "#m-tablet", 1, "tablet"),
    ("dragon-steps", "[id^=m-dragon]", 2, "dragons of the middle lane"),
    ("dragon-steps", "[id^=m-dragon], [id^=m-cloud]", 4, "dragons"),
    ("dragon-steps", "[id^=m-step]", 9, "steps"),
]
LEAST_OVERLAP, MOST_HIDDEN = 0.95, 0.1
OUTLINE_PIXELS, PAGE_PIXELS, STEP_PIXELS = (
    720,
    360,
    176,
)  # a step is shown 88 px wide on screens twice as dense
LEAST_STEP_CHANGE, LEAST_NIGHT_CHANGE = 100, 0.01  # pixels of 176 × 220; share of the picture
LEAST_SHARE = 0.01  # of a crop, for a colour to count
Pixels = NDArray[np.uint8]
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Studio:
    """One page of Chromium that draws and measures SVG."""

    page: Page

    def draw(self, svg: bytes | str, width: int, scheme: Scheme = "light", part: str = "") -> Pixels:
        """Return the picture as pages show it, without a ground: (rows, columns, RGBA)."""
        height = width if part else width * 5 // 4
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=scheme)
        content = svg.encode() if isinstance(svg, str) else svg
        source = f"data:image/svg+xml;base64,{base64.b64encode(content).decode()}{part}"
        self.page.set_content(
            f"<style>:root{{color-scheme:light dark}}body{{margin:0}}img{{display:block}}</style>"
            f'<img src="{source}" width="{width}" height="{height}">'
        )
        self.page.evaluate("document.images[0].decode()")
        shot = self.page.screenshot(omit_background=True, animations="disabled")
        return np.asarray(Image.open(io.BytesIO(shot)).convert("RGBA"))

    def measure(self, svg: str, elements: str) -> dict[str, tuple[float, float]]:
        """Return width and height of every element's geometry, strokes aside, in the art's units."""
        self.page.set_content(f'<div style="width:{PAGE_PIXELS}px">{svg}</div>')
        script = """found => Object.fromEntries(found.map(each => {
            const box = each.getBBox(), to = each.getCTM(), svg = each.ownerSVGElement.getCTM();
            return [each.id || each.outerHTML, [box.width * to.a / svg.a, box.height * to.d / svg.d]];
        }))"""
        boxes: dict[str, Any] = self.page.eval_on_selector_all(f"svg :is({elements})", script)
        return {name: (abs(width), abs(height)) for name, (width, height) in boxes.items()}


@pytest.fixture(scope="module")
def studio(playwright: Playwright) -> Iterator[Studio]:
    browser = launch(playwright)
    yield Studio(browser.new_page())
    browser.close()


def art(series: str, kit: str) -> str:
    return art_path(OURS, series, kit).read_text("utf-8")


def art_of(kit: str) -> str:
    (series,) = (series for series, each in KITS if each.id == kit)
    return art(series, kit)


def building(series: str, kit: str) -> bytes:
    """Return the art whose scenery may be referred to but is not drawn."""
    root = parse_svg(art_path(OURS, series, kit))
    unseen = ElementTree.Element(SVG + "defs")
    for part in list(root):
        if part.tag not in KEPT and not STEP.fullmatch(part.get("id", "")):
            root.remove(part)
            unseen.append(part)
    root.append(unseen)
    return ElementTree.tostring(root)


def unlike(one: Pixels, other: Pixels) -> Any:
    """Return where two drawings differ so that an eye sees it."""
    return np.abs(one.astype(int) - other.astype(int)).max(axis=2) > 24


# Proportions and counts


@pytest.mark.parametrize("kit", sorted({kit for kit, *_ in MEASURES}))
def test_a_drawing_keeps_the_proportions_of_its_building(studio: Studio, kit: str) -> None:
    """Every measured width and height lies within 5 % of one scale: the geometric mean of all its ratios."""
    boxes = studio.measure(art_of(kit), "[id^=m-]")
    units_per_metre = {
        f"{element} {side}": drawn / metres
        for owner, element, *sides, _ in MEASURES
        if owner == kit
        for side, drawn, metres in zip(("wide", "high"), boxes[element], sides, strict=True)
        if metres is not None
    }
    scale = exp(sum(map(log, units_per_metre.values())) / len(units_per_metre))
    wrong = {
        name: round(one / scale - 1, 3)
        for name, one in units_per_metre.items()
        if abs(one / scale - 1) > WITHIN
    }
    assert wrong == {}, f"{scale:.2f} units are a metre"


def test_the_shaft_of_the_flag_tower_is_as_wide_as_sources_allow(studio: Studio) -> None:
    """An octagon's width is 1 + √2 of its side, which is 2 to 2.13 m at the foot (S47, S49)."""
    boxes = studio.measure(art_of("flag-tower"), "[id^=m-]")
    metre = boxes["m-tier1"][0] / 42.5
    assert 4.83 <= boxes["m-shaft"][0] / metre <= 5.14


def test_every_measured_element_is_measured_here(studio: Studio) -> None:
    for series, kit in KITS:
        named = set(studio.measure(art(series, kit.id), "[id^=m-]"))
        assert named <= {element for owner, element, *_ in MEASURES if owner == kit.id} | {
            "m-cloud1",
            "m-cloud2",
        }


@pytest.mark.parametrize(("kit", "elements", "count", "what"), COUNTS)
def test_a_drawing_has_as_many_as_its_building(
    studio: Studio, kit: str, elements: str, count: int, what: str
) -> None:
    studio.page.set_content(art_of(kit))
    found = studio.page.locator("svg").locator(elements)
    assert found.count() == count, what
    assert all(found.nth(number).bounding_box() for number in range(count)), f"{what} not drawn"


# Steps


@EVERY_KIT
def test_every_building_step_shows_something_new(studio: Studio, series: str, kit: Kit) -> None:
    pictures = [
        studio.draw(step_picture(OURS, series, kit.id, step), STEP_PIXELS)
        for step in range(len(kit.steps) + 1)
    ]
    changes = [int(unlike(*pair).sum()) for pair in pairwise(pictures)]
    assert min(changes) >= LEAST_STEP_CHANGE, changes


@EVERY_KIT
def test_the_last_step_shows_the_whole_building(studio: Studio, series: str, kit: Kit) -> None:
    last = studio.draw(step_picture(OURS, series, kit.id, len(kit.steps)), PAGE_PIXELS)
    whole = studio.draw(building(series, kit.id), PAGE_PIXELS)
    solid = whole[..., 3] == 255
    assert solid.mean() > 0.1
    assert int(unlike(last, whole)[solid].sum()) == 0


@EVERY_KIT
def test_scenery_hides_little_of_a_building(studio: Studio, series: str, kit: Kit) -> None:
    whole = studio.draw(building(series, kit.id), PAGE_PIXELS)
    drawing = studio.draw(art(series, kit.id), PAGE_PIXELS)
    assert unlike(drawing, whole)[whole[..., 3] == 255].mean() < MOST_HIDDEN


# Silhouettes


@EVERY_KIT
def test_a_silhouette_is_the_outline_of_its_building(studio: Studio, series: str, kit: Kit) -> None:
    shadow = studio.draw(silhouette_path(OURS, series, kit.id).read_bytes(), OUTLINE_PIXELS)[..., 3] > 127
    whole = studio.draw(building(series, kit.id), OUTLINE_PIXELS)[..., 3] > 127
    overlap = (shadow & whole).sum() / (shadow | whole).sum()
    assert overlap >= LEAST_OVERLAP, f"intersection over union is {overlap:.3f}"


# Day, night, colours, crops


@EVERY_KIT
def test_a_drawing_has_a_night_of_its_own(studio: Studio, series: str, kit: Kit) -> None:
    day, night = (studio.draw(art(series, kit.id), PAGE_PIXELS, scheme) for scheme in ("light", "dark"))
    assert unlike(day, night).mean() > LEAST_NIGHT_CHANGE


def colours(path: Path) -> set[str]:
    """Return the colours that a drawing declares."""
    text = re.sub(r'(href|id|aria-labelledby)="[^"]*"', "", path.read_text("utf-8"))
    return set(COLOUR.findall(text))


def test_icons_silhouettes_and_covers_are_in_the_colours_of_the_drawings() -> None:
    drawn = set[str]().union(*(colours(art_path(OURS, series, kit.id)) for series, kit in KITS))
    others = [cover_path(OURS, series) for series in {series for series, _ in KITS}]
    for series, kit in KITS:
        others += [icon_path(OURS, series, kit.id), silhouette_path(OURS, series, kit.id)]
    foreign = {str(path): colours(path) - drawn - PAGE_COLOURS for path in others}
    assert {path: left for path, left in foreign.items() if left} == {}


@EVERY_KIT
def test_every_crop_to_look_closely_at_shows_something(studio: Studio, series: str, kit: Kit) -> None:
    for name, (x, y, side) in kit.details.items():
        crop = studio.draw(art(series, kit.id), 112, part=f"#svgView(viewBox({x:g},{y:g},{side:g},{side:g}))")
        seen, pixels = np.unique(crop.reshape(-1, 4), axis=0, return_counts=True)
        shown = seen[pixels >= LEAST_SHARE * pixels.sum()]
        assert len(shown) >= 3, f"{name}: {shown.tolist()}"
