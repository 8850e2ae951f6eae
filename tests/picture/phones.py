"""Lays out the phone's pages on one picture: `make gallery`.

The picture is phone-gallery.png beside this file; its tiles are what Chromium shows before anyone scrolls. A
page of its own needs a scene in tests/browser/scenes.py and a line in ROWS.
"""

import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, sync_playwright

from app.press.design import font_bytes
from app.workspace import find_workspace
from tests.browser.phones import BASE
from tests.browser.places import Place, own_place
from tests.browser.scenes import visit

HEIGHT, GAP, CAPTION, COLOURS = 300, 10, 24, 64
GROUND, INK, FONT = "#d9d4c8", "#2a1a14", "BeVietnamPro-Bold.ttf"
DRAWN = """() => Promise.race([
    Promise.all([document.fonts.ready, ...[...document.images]
        .filter(image => image.getBoundingClientRect().top < innerHeight).map(image => image.decode())]),
    new Promise(late => setTimeout(late, 3000)),
]).then(() => {})"""
"""Waits for what is on the screen; a lazy picture below it is never decoded."""
ROWS = (
    "story of the flag tower", "story of the north gate", "story of the pavilion", "story of Doan Mon",
    "story of the rare kit", "build", "building step", "built", "box", "box taken",
    "album after the first box", "album after adding", "album with duplicates", "full album", "album key",
    "album seen by a friend", "swap", "swap to show", "swap to answer", "swap to confirm",
    "home", "stories from A to Z", "run", "help", "help: privacy", "report, which part", "offline", "error",
)  # fmt: skip
"""Scenes in order."""


@dataclass(frozen=True)
class View:
    """How a page is looked at."""

    name: str
    width: int
    scheme: Literal["light", "dark"] = "light"
    language: str = "vi"
    text: str = "100%"

    @property
    def tile(self) -> int:
        """Return how wide it is on the picture."""
        return round(HEIGHT * self.width / self.height)

    @property
    def height(self) -> int:
        """Return how high the screen is."""
        return 740 if self.width < 1000 else 800


VIEWS = (
    View("360 px", 360), View("360, đêm · night", 360, "dark"), View("360, English", 360, language="en"),
    View("320", 320), View("320, English, night", 320, "dark", "en"), View("320, 200 %", 320, text="200%"),
    View("320, 200 %, night", 320, "dark", text="200%"), View("1280", 1280),
    View("1280, English, night", 1280, "dark", "en"),
)  # fmt: skip


def main() -> None:
    """Draw every row of a copy of this workspace that has a run."""
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as scratch,
        sync_playwright() as playwright,
        own_place(playwright, Path(folder), Path(scratch)) as place,
    ):
        rows = [(name, list(_views(place, name))) for name in ROWS]
    wide = GAP + sum(view.tile + GAP for view in VIEWS)
    high = CAPTION + len(rows) * (HEIGHT + CAPTION + GAP)
    whole = Image.new("RGB", (wide, high), GROUND)
    pen = ImageDraw.Draw(whole)
    face = ImageFont.truetype(io.BytesIO(font_bytes(find_workspace(), FONT)), 13)
    left = GAP
    for view in VIEWS:
        pen.text((left, 5), view.name, INK, face)
        left += view.tile + GAP
    for number, (name, pictures) in enumerate(rows):
        top = CAPTION + number * (HEIGHT + CAPTION + GAP)
        pen.text((GAP, top + 3), name, INK, face)
        left = GAP
        for view, picture in zip(VIEWS, pictures, strict=True):
            whole.paste(picture, (left, top + CAPTION))
            left += view.tile + GAP
    path = Path(__file__).parent / "phone-gallery.png"
    whole.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{len(rows)} pages in {len(VIEWS)} views, {path.stat().st_size} bytes in {path}")


def _views(place: Place, name: str) -> Iterator[Image.Image]:
    """Yield a scene in every view, small."""
    page = visit(place, name, unfold=False).page
    for view in VIEWS:
        _speak(page, view.language)
        page.set_viewport_size({"width": view.width, "height": view.height})
        page.emulate_media(color_scheme=view.scheme)
        page.evaluate("size => { document.documentElement.style.fontSize = size }", view.text)
        page.evaluate(DRAWN)
        shot = Image.open(io.BytesIO(page.screenshot(scale="css"))).convert("RGB")
        yield shot.resize((view.tile, HEIGHT), Image.Resampling.LANCZOS)
    place.street.empty()


def _speak(page: Page, language: str) -> None:
    """Turn the page to a language by its own switch."""
    if page.locator("html").get_attribute("lang") != language:
        switch = page.locator(f"header a[hreflang={language}]").first.get_attribute("href")
        assert switch
        page.goto(BASE + switch)


if __name__ == "__main__":
    main()
