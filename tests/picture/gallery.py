"""Prints everything a run prints and lays it out on one picture: `make print-gallery`.

The picture is print-gallery.png beside this file; its tiles are what poppler draws of the first pages.
"""

import io
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from app.core.plan import Beacon
from app.press.design import font_bytes
from app.press.raster import draw
from app.press.rereading import count_pages
from app.runs import Station, open_station
from app.runs.life import commit_run, seal_run
from app.runs.orders import FILES, Order
from app.runs.planning import plan_run
from app.runs.printer import print_calibration
from app.runs.printing import print_run
from app.runs.story_cards import print_story_cards
from app.workspace import find_workspace
from tests.workspaces import copy_own

TILE, ACROSS, CAPTION, DPI = (340, 440), 6, 30, 110
PAGES = {"insert": 4, "leaflet": 4, "classroom-sheet": 4, "album-card": 2, "story-card": 2, "calibration": 2}
GROUND, INK, FONT = "#d9d4c8", "#2a1a14", "BeVietnamPro-Bold.ttf"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def main() -> None:
    """Print a run of this workspace in a folder of its own, and draw it."""
    with tempfile.TemporaryDirectory() as folder:
        station = _sealed(Path(folder))
        tiles = [
            (f"{name} · {page}", draw(path, page, DPI, grey=False))
            for name, path in _printed(station)
            for page in range(1, min(PAGES.get(name, 1), count_pages(path)) + 1)
        ]
        face = ImageFont.truetype(io.BytesIO(font_bytes(station.workspace, FONT)), 16)
    rows = -(-len(tiles) // ACROSS)
    whole = Image.new("RGB", (ACROSS * TILE[0], rows * TILE[1]), GROUND)
    pen = ImageDraw.Draw(whole)
    for number, (caption, picture) in enumerate(tiles):
        left, top = number % ACROSS * TILE[0], number // ACROSS * TILE[1]
        picture.thumbnail((TILE[0] - 24, TILE[1] - CAPTION - 24))
        whole.paste(picture, (left + (TILE[0] - picture.width) // 2, top + CAPTION))
        pen.text((left + 12, top + 6), caption, INK, face)
    path = Path(__file__).parent / "print-gallery.png"
    whole.quantize(128).save(path, optimize=True)
    print(f"{len(tiles)} pages on {path}")


def _sealed(folder: Path) -> Station:
    """Return the station of a copy of this workspace with a sealed run of 24 boxes."""
    station = open_station(copy_own(folder))
    plan_run(station, "thang-long", boxes=24, now=NOW, beacon=Beacon("ceremony", "Thirty dice", "[1-6]{30}"))
    commit_run(station, "TL-1", entropy=bytes(range(32)), now=NOW)
    seal_run(station, "TL-1", beacon_value="6" * 30, now=NOW)
    return station


def _printed(station: Station) -> Iterator[tuple[str, Path]]:
    """Yield every printed thing with its file."""

    def progress(done: int, whole: int) -> None:
        print(f"\r{done} of {whole}", end="", file=sys.stderr)

    for file in print_run(station, "TL-1", Order(things=tuple(FILES)), now=NOW, progress=progress).files:
        yield file.thing, file.path
    small = station.workspace.root / "hopke.toml"
    small.write_text(small.read_text("utf-8").replace("[paper]", '[paper]\ninsert = "insert-small"'), "utf-8")
    again = Station(find_workspace(str(station.workspace.root)), station.ledger, station.vault)
    order = Order(things=("insert",), practice_url="https://trial.example")
    yield "insert-small", print_run(again, "TL-1", order, now=NOW, progress=progress).files[0].path
    card = print_story_cards(station.workspace, "flag-tower", 2, Order(), now=NOW, progress=progress)
    yield "story-card", card.path
    yield "calibration", print_calibration(station.workspace, None, "long", now=NOW)


if __name__ == "__main__":
    main()
