"""The icons on a phone's home screen show the site's own sign, as a browser draws it from icon.svg."""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Playwright

from tests.browser.chromium import launch
from tests.conftest import REPOSITORY

STATIC = REPOSITORY / "app" / "web" / "static"
SIDE = 32
"""Of icon.svg, in its own units."""

SHRUNK, RAISED = 0.84, 0.5
"""How a phone that cuts icons to a shape gets the sign: smaller and, to the eye, in the middle, in units."""

SAFE = 0.4
"""The radius, in widths of the icon, that no phone cuts into (Web App Manifest, "maskable")."""

CLOSE, FEW, ALIKE = 32, 0.0005, 0.25
"""What an edge's smoothing may differ by, of 255; the share of pixels that may differ by more; the mean."""

MOST_BYTES = 8192

Pixels = NDArray[np.float64]


def whole() -> str:
    return (STATIC / "icon.svg").read_text("utf-8")


def maskable() -> str:
    """Return the icon without round corners, its sign within the circle that no phone cuts into."""
    start, rest = whole().split("<rect", 1)
    ground, sign = rest.replace(' rx="6"', "").split("/>", 1)
    edge = SIDE * (1 - SHRUNK) / 2
    moved = f'<g transform="translate({edge} {edge - RAISED})scale({SHRUNK})">'
    return f"{start}<rect{ground}/>{moved}{sign.replace('</svg>', '</g></svg>')}"


ICONS = {
    "icon-192.png": (192, whole),
    "icon-512.png": (512, whole),
    "icon-maskable.png": (512, maskable),
}


def seen(picture: Image.Image) -> Pixels:
    """Return a picture's colours with their opacity, each pixel's colour weighed by it; shape (y, x, 4)."""
    pixels = np.asarray(picture.convert("RGBA"), dtype=np.float64).copy()
    pixels[..., :3] *= pixels[..., 3:] / 255
    return pixels


def differences(one: Pixels, other: Pixels) -> tuple[float, float]:
    """Return the share of pixels that differ by more than an edge's smoothing, and the mean difference."""
    apart = np.abs(one - other)
    return float((apart.max(axis=2) > CLOSE).mean()), float(apart.mean())


def drawn(playwright: Playwright, svg: str, side: int) -> Image.Image:
    browser = launch(playwright)
    page = browser.new_page(viewport={"width": side, "height": side})
    page.set_content(
        f"<style>body{{margin:0}}svg{{display:block;width:{side}px;height:{side}px}}</style>{svg}"
    )
    picture = page.screenshot(omit_background=True)
    browser.close()
    return Image.open(io.BytesIO(picture))


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_shows_what_its_drawing_shows(playwright: Playwright, tmp_path: Path, name: str) -> None:
    side, source = ICONS[name]
    kept, wanted = Image.open(STATIC / name), drawn(playwright, source(), side)
    wanted.save(tmp_path / name)
    assert kept.size == (side, side)
    assert (STATIC / name).stat().st_size <= MOST_BYTES
    share, mean = differences(seen(kept), seen(wanted))
    assert (share <= FEW, mean <= ALIKE) == (True, True), (
        f"{share:.2%} of {name} is not as icon.svg is drawn, by {mean:.2f} on average: "
        f"look at {tmp_path / name}, and put it in its place"
    )


SLIPS = {
    "a thicker line": ('stroke-width="2.2"', 'stroke-width="2.4"'),
    "a paler box": ('fill="#e9b13a"', 'fill="#e9b63a"'),
    "another red": ('fill="#9e1b1b"', 'fill="#a01b1b"'),
    "a narrower box": ('d="M5 12', 'd="M6 12'),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_another_drawing_is_told_from_the_icon(playwright: Playwright, slip: str) -> None:
    kept = seen(Image.open(STATIC / "icon-maskable.png"))
    assert SLIPS[slip][0] in maskable()
    share, mean = differences(kept, seen(drawn(playwright, maskable().replace(*SLIPS[slip]), 512)))
    assert share > FEW or mean > ALIKE


def test_a_phone_that_cuts_the_icon_round_cuts_nothing_off_the_sign() -> None:
    pixels = seen(Image.open(STATIC / "icon-maskable.png"))
    assert pixels[..., 3].min() == 255, "it fills its square"
    ys, xs = np.nonzero(np.abs(pixels - pixels[0, 0]).max(axis=2) > CLOSE)
    middle = (pixels.shape[0] - 1) / 2
    assert np.hypot(xs - middle, ys - middle).max() <= SAFE * pixels.shape[0]
