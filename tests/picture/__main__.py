"""Makes the README's picture from the real thing: `python -m tests.picture` beside a running `make demo`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from app.runs import open_station
from app.runs.demo import DEMO_RUN
from app.runs.life import secret_labels, show_run
from app.workspace import find_workspace
from tests.browser.chromium import launch

HEIGHT = 740
PAPER = "#e6dcc4"


def main(address: str) -> None:
    station = open_station(find_workspace())
    code = secret_labels(station, show_run(station, DEMO_RUN))[0].code
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = launch(playwright)
        pictures = [_phone(browser, f"{address}/b/{code}", scheme, scratch) for scheme in ("light", "dark")]
        pictures.append(
            _album(
                browser,
                address,
                [label.code for label in secret_labels(station, show_run(station, DEMO_RUN))[:5]],
                scratch,
            )
        )
        pictures += _card(station.workspace.state / "out" / DEMO_RUN / "inserts.pdf", scratch)
        browser.close()
    whole = Image.new(
        "RGB", (sum(picture.width for picture in pictures) + 24 * (len(pictures) + 1), HEIGHT + 48), PAPER
    )
    left = 24
    for picture in pictures:
        whole.paste(picture, (left, 24 + (HEIGHT - picture.height) // 2))
        left += picture.width + 24
    whole.quantize(128).save(Path(__file__).parent / "first-scan.png", optimize=True)


def _phone(browser: Browser, url: str, scheme: str, scratch: str) -> Image.Image:
    context = browser.new_context(viewport={"width": 360, "height": HEIGHT}, color_scheme=scheme, locale="vi")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url)
    return _shot(page.screenshot(), scratch)


def _album(browser: Browser, address: str, codes: list[str], scratch: str) -> Image.Image:
    context = browser.new_context(viewport={"width": 360, "height": HEIGHT}, locale="vi")
    page = context.new_page()
    for code in codes:
        page.goto(f"{address}/b/{code}")
        if page.locator(".lead form button").count():
            page.locator(".lead form button").first.click()
    page.goto(f"{address}/album")
    return _shot(page.screenshot(), scratch)


def _card(pdf: Path, scratch: str) -> list[Image.Image]:
    cards = []
    for page in (1, 2):
        stem = f"{scratch}/card{page}"
        subprocess.run(
            [
                "pdftoppm",
                "-r",
                "110",
                "-f",
                str(page),
                "-l",
                str(page),
                "-singlefile",
                "-png",
                str(pdf),
                stem,
            ],
            check=True,
        )
        sheet = Image.open(f"{stem}.png").convert("RGB")
        pixel = 110 / 25.4
        left = (297 / 2 - 3 - 105 if page == 1 else 297 / 2 + 3) * pixel
        top = (210 - 148) / 2 * pixel
        cards.append(
            sheet.crop((round(left), round(top), round(left + 105 * pixel), round(top + 148 * pixel)))
        )
    return cards


def _shot(content: bytes, scratch: str) -> Image.Image:
    path = Path(scratch) / "shot.png"
    path.write_bytes(content)
    picture = Image.open(path).convert("RGB")
    picture.load()
    return picture


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
