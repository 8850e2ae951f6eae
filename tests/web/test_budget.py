"""What our own pages weigh, compressed as they are sent: a first scan must open on a weak signal.

One window of TCP holds HTML and drawing, and little more is loaded before anyone scrolls.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag

import pytest

from app.catalogue import read_catalogue
from app.runs import open_station
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.planning import plan_run
from app.sealing import open_row
from app.web import create_app
from app.workspace import find_workspace
from tests.conftest import CEREMONY, DICE, NOW, REPOSITORY, SECRET
from tests.web.cast import Box, Phone, ledger_of
from tests.web.conftest import close
from tests.web.html import read_html
from tests.workspaces import copy_own

WINDOW_BYTES = 14_336  # ten packets of a fresh TCP connection
VIEW_BYTES, VIEW_REQUESTS = 40_960, 8
SCRIPT_BYTES, SITE_SCRIPT_BYTES, WAITING_SCRIPT_BYTES = 3072, 1024, 1280
FONT_BYTES, ART_BYTES, STEP_BYTES, COVER_BYTES, ICON_BYTES = 12_288, 4096, 4096, 4096, 1024
STYLE_FILE = re.compile(r"""url\(["']?(/[^"')]+)""")

SERIES, RUN = "thang-long", "TL-1"
CATALOGUE = read_catalogue(find_workspace(str(REPOSITORY)))[SERIES]
KITS = [kit.id for kit in CATALOGUE.kits]
LANGUAGES = ("vi", "en")
STORIES = [f"/{language}/{SERIES}/{kit}" for language in LANGUAGES for kit in KITS]
LAYERS = [f"{story}/{layer}" for story in STORIES for layer in ("easy", "adult", "class")]
BONUS = [
    f"bonus?digits={digits}" for digits in ("", CATALOGUE.digits, CATALOGUE.digits + CATALOGUE.chase_digits)
]
SHELVES = [f"/{language}/{place}" for language in LANGUAGES for place in ("", SERIES)]
HELP = [
    f"/{language}/help{place}"
    for language in LANGUAGES
    for place in (
        "", "/privacy", "/access", "/odds", "/contact", "/report", "/report?kind=code",
        f"/report?kind=part&kit={KITS[0]}", f"/report?kind=text&kit={KITS[0]}",
    )
]  # fmt: skip
BUILDING = [f"{kit}/build{step}" for kit in KITS for step in ("", "/1", "/4")]
OTHERS = HELP + [f"/{language}/{SERIES}/{place}" for language in LANGUAGES for place in [*BONUS, *BUILDING]]
RULES = [f"/{language}/help/format" for language in LANGUAGES]
"""For who writes a verifier: a long page with many digits, more than one window by itself."""
OTHERS += [f"/{language}/offline" for language in LANGUAGES]
SCANS = [(language, kit) for language in LANGUAGES for kit in KITS]
EVERY_KIT = pytest.mark.parametrize("kit", KITS)
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
EVERY_SCAN = pytest.mark.parametrize(("language", "kit"), SCANS)


@dataclass(frozen=True)
class House:
    """Our own site with a run of 48 boxes: a free box of every kit, and an album of all kits with doubles."""

    phone: Phone
    boxes: dict[str, Box]
    firsts: dict[str, Box] = field(default_factory=dict)
    folder: Path = Path()

    def sent(self, address: str) -> int:
        """Return the bytes of an answer's body as a phone that knows Brotli gets it."""
        answer = self.phone.open(address, headers={"Accept-Encoding": "br"})
        assert answer.status_code == 200, address
        assert answer.content_type.startswith(("font/", "text/", "image/svg+xml")), answer.content_type
        return len(answer.data)

    def page_with_art(self, address: str) -> int:
        """Return the bytes of a page and of the drawing at its head."""
        (art, *_) = [file for file in self.first_view(address) if file.endswith("/art.svg")]
        return self.sent(address) + self.sent(art)

    def first_view(self, address: str) -> dict[str, int]:
        """Return the bytes of a page and of every file that it loads before anyone scrolls, by address."""
        text = self.phone.open(address).text
        page = read_html(text)
        linked = {"preload", "icon", "stylesheet", "modulepreload"}
        files = [link.get("href") for link in page.all("link") if link.get("rel") in linked]
        files += [image.get("src") for image in page.all("img") if image.get("loading") != "lazy"]
        files += [script.get("src") for script in page.all("script") if script.get("src")]
        files += STYLE_FILE.findall(text)
        return {place: self.sent(place) for place in (address, *(urldefrag(file).url for file in files))}

    def box(self, language: str, kit: str) -> str:
        return f"{self.boxes[kit].address}?lang={language}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    workspace = copy_own(folder)
    boxes = sealed_boxes(folder)
    site = create_app(workspace)
    phone = Phone(site)
    free = {kit: boxes[kit].pop() for kit in KITS}
    firsts = {kit: boxes[kit].pop() if len(boxes[kit]) > 2 else free[kit] for kit in KITS}
    for box in (box for kit in KITS for box in boxes[kit][:2]):
        assert phone.press_add(box).status_code == 303
    yield House(phone, free, firsts, folder)
    close(site)


def sealed_boxes(
    folder: Path, series: str = SERIES, run_id: str = RUN, count: int = 48
) -> dict[str, list[Box]]:
    """Plan, commit and seal a run, of our own series if no other is named, and return its boxes by kit."""
    station = open_station(find_workspace(str(folder)))
    plan_run(station, series, boxes=count, now=NOW, run_id=run_id, beacon=CEREMONY)
    commit_run(station, run_id, entropy=SECRET, now=NOW)
    seal_run(station, run_id, beacon_value=DICE, now=NOW)
    run = show_run(station, run_id)
    labels = secret_labels(station, run)
    station.ledger.close()
    kits = [kit["id"] for kit in json.loads(run.kits)]
    with ledger_of(folder) as ledger:
        sealed = dict(ledger.execute("SELECT tag, sealed FROM sealed_box"))
    boxes: dict[str, list[Box]] = {}
    for label in labels:
        kit = kits[open_row(label.code, run_id, sealed[label.tag]).kit]
        boxes.setdefault(kit, []).append(Box(label.code, kit, label.edition))
    return boxes


# HTML and the drawing at its head: one window


@pytest.mark.parametrize("story", STORIES)
def test_a_story_and_its_drawing_fit_into_one_window(house: House, story: str) -> None:
    assert house.page_with_art(story) <= WINDOW_BYTES


@EVERY_SCAN
def test_a_scanned_box_and_its_drawing_fit_into_one_window(house: House, language: str, kit: str) -> None:
    assert house.page_with_art(house.box(language, kit)) <= WINDOW_BYTES


@EVERY_SCAN
def test_an_album_and_the_drawing_of_what_was_added_fit_into_one_window(
    house: House, language: str, kit: str
) -> None:
    assert house.page_with_art(f"/album?lang={language}&added={kit}") <= WINDOW_BYTES


@EVERY_SCAN
def test_the_first_claims_page_with_the_key_fits_into_one_window(
    house: House, language: str, kit: str
) -> None:
    first = House(Phone(house.phone.browser.application), house.boxes)
    assert first.phone.press_add(house.firsts[kit]).status_code == 303
    address = f"/album?lang={language}&added={kit}"
    assert 'class="qr"' in first.phone.open(address).text
    assert first.page_with_art(address) <= WINDOW_BYTES
    assert_small(first.first_view(address))
    first.phone.open("/album/forget", method="POST")
    with ledger_of(house.folder) as ledger:  # the box is free again for the next language
        ledger.execute("DELETE FROM claim WHERE album IS NULL")


@EVERY_LANGUAGE
@pytest.mark.parametrize("page", ["", "/key", "/open", "/rotate", "/forget", "/show"])
def test_every_page_of_an_album_fits_into_one_window(house: House, language: str, page: str) -> None:
    address = f"/album{page}?lang={language}"
    assert house.sent(address) <= WINDOW_BYTES
    assert_small(house.first_view(address))


@pytest.mark.parametrize("address", [*LAYERS, *SHELVES, *OTHERS])
def test_every_other_page_fits_into_one_window_by_itself(house: House, address: str) -> None:
    assert house.sent(address) <= WINDOW_BYTES


# All that is loaded before anyone scrolls


@pytest.mark.parametrize(
    "address", [*STORIES, *LAYERS, *SHELVES, *OTHERS, *RULES, "/b/?lang=vi", "/b/?lang=en"]
)
def test_the_first_view_of_a_public_page_is_small_and_takes_few_requests(house: House, address: str) -> None:
    assert_small(house.first_view(address))


@EVERY_SCAN
def test_the_first_view_after_a_scan_is_small_and_takes_few_requests(
    house: House, language: str, kit: str
) -> None:
    assert_small(house.first_view(house.box(language, kit)))


@EVERY_LANGUAGE
@pytest.mark.parametrize("added", ["", *(f"&added={kit}" for kit in KITS)])
def test_the_first_view_of_an_album_is_small_and_takes_few_requests(
    house: House, language: str, added: str
) -> None:
    assert_small(house.first_view(f"/album?lang={language}{added}"))


def assert_small(view: dict[str, int]) -> None:
    assert sum(view.values()) <= VIEW_BYTES, view
    assert len(view) <= VIEW_REQUESTS, view


# Files


@pytest.mark.parametrize("address", [*STORIES, *SHELVES, "/album?lang=vi", "/vi/offline"])
def test_the_scripts_of_a_page_are_small_and_wait_for_it(house: House, address: str) -> None:
    page = read_html(house.phone.open(address).text)
    scripts = [script for script in page.all("script") if script.get("src")]
    assert "/static/site.js" in [script.get("src") for script in scripts]
    assert all("defer" in script.attributes for script in scripts)
    assert sum(house.sent(script.get("src")) for script in scripts) <= SCRIPT_BYTES
    assert house.sent("/static/site.js") <= SITE_SCRIPT_BYTES
    assert house.sent("/static/claims.js") <= WAITING_SCRIPT_BYTES  # loaded only while a claim waits


def test_a_page_loads_one_font_and_it_is_small(house: House) -> None:
    fonts = {file: size for file, size in house.first_view(STORIES[0]).items() if "woff" in file}
    assert len(fonts) == 1
    assert max(fonts.values()) <= FONT_BYTES


@EVERY_KIT
def test_the_drawings_of_a_kit_are_small_as_they_are_sent(house: House, kit: str) -> None:
    place = f"/kits/{SERIES}/{kit}"
    steps = len(next(each for each in CATALOGUE.kits if each.id == kit).steps)
    assert house.sent(f"{place}/art.svg") <= ART_BYTES
    assert house.sent(f"{place}/icon.svg") <= ICON_BYTES
    assert max(house.sent(f"{place}/step-{number}.svg") for number in range(1, steps + 1)) <= STEP_BYTES


def test_the_cover_of_the_series_is_small_as_it_is_sent(house: House) -> None:
    assert house.sent(f"/kits/{SERIES}/cover.svg") <= COVER_BYTES
