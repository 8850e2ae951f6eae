"""Makes the README's pictures of the phone's pages from the real thing: `python -m tests.picture`.

They lie beside this file. Each shows phones side by side as Chromium draws them; which scenes, and how far
down the page, is said in PICTURES.
"""

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.places import Place, own_place
from tests.browser.scenes import visit
from tests.picture.phones import DRAWN

GROUND, GAP, COLOURS, LARGEST_BYTES = "#e6dcc4", 24, 96, 200_000
SETTLED = """at => {
    if (at) document.querySelector(at).scrollIntoView({ behavior: "instant" });
    return new Promise(told => setTimeout(told, 300));
}"""


@dataclass(frozen=True)
class Shown:
    """A phone on a picture.

    Attributes:
        scene: what it shows.
        scheme: by day or by night.
        at: what stands at the top of its screen; "" for the page's own top.
    """

    scene: str
    scheme: Literal["light", "dark"] = "light"
    at: str = ""


PICTURES = {
    "first-scan": (Shown("box"), Shown("album after adding", "dark")),
    "story-pages": (
        Shown("story of the pavilion", at="#h-look"),
        Shown("story of the pavilion", "dark", at="#h-riddle"),
        Shown("building step of the pavilion"),
        Shown("swap to confirm", "dark"),
    ),
}
"""File -> the phones on it, from left to right."""


def main() -> None:
    """Draw every picture anew from a copy of this workspace that has a run."""
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as scratch,
        sync_playwright() as playwright,
        own_place(playwright, Path(folder), Path(scratch)) as place,
    ):
        for name, phones in PICTURES.items():
            screens = [_screen(place, shown) for shown in phones]
            path = Path(__file__).parent / f"{name}.png"
            _side_by_side(screens).quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
            size = path.stat().st_size
            print(f"{size} bytes in {path}")
            assert size <= LARGEST_BYTES, f"{path.name} is too large for a README"


def _screen(place: Place, shown: Shown) -> Image.Image:
    """Return what a phone of 360 × 740 pixels shows."""
    page = visit(place, shown.scene, unfold=False).page
    page.emulate_media(color_scheme=shown.scheme, reduced_motion="reduce")
    page.evaluate(SETTLED, shown.at)
    page.evaluate(DRAWN)
    screen = Image.open(io.BytesIO(page.screenshot(scale="css"))).convert("RGB")
    place.street.empty()
    return screen


def _side_by_side(screens: list[Image.Image]) -> Image.Image:
    wide = GAP + sum(screen.width + GAP for screen in screens)
    whole = Image.new("RGB", (wide, max(screen.height for screen in screens) + 2 * GAP), GROUND)
    left = GAP
    for screen in screens:
        whole.paste(screen, (left, GAP))
        left += screen.width + GAP
    return whole


if __name__ == "__main__":
    main()
