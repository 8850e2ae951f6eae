"""The page of a run, where outer labels lead: what stands fixed, and nothing of what is in a box."""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.core.commitment import printed_root
from app.core.digest_words import words_of_digest
from app.core.plan import Beacon
from app.runs import Station, open_station
from app.runs.life import commit_run, seal_run, show_run
from app.runs.planning import plan_run
from app.web import create_app
from app.workspace import find_workspace
from tests.conftest import CEREMONY, DICE, NOW, SECRET
from tests.web.cast import ALBUM, BASE, Box, Phone, ledger_of, rows, void_box
from tests.web.conftest import close
from tests.web.every_page import SPOKEN
from tests.web.html import Page, read_html

ODDS = {"Lantern": 6, "Wooden Bridge": 8, "Carp": 2}
PATHS = ["/r/TY-1", "/R/TY-1", "/r/TY-1/3", "/R/TY-1/003"]


@pytest.fixture
def maker(drawn_nothing: Path) -> Iterator[Station]:
    """Mina's station before her first run."""
    station = open_station(find_workspace(str(drawn_nothing)))
    yield station
    station.ledger.close()


@pytest.fixture
def opened(maker: Station) -> Iterator[Callable[[str], str]]:
    """Open a page of the public site beside Mina's station, in English, and return it."""
    site: Flask = create_app(maker.workspace)
    yield lambda path: Phone(site, "en").open(path).text
    close(site)


def english(phone: Phone, path: str) -> Page:
    return read_html(phone.open(path, headers={"Accept-Language": "en"}).text)


def signs(page: Page) -> list[str]:
    """Return the seals that the page shows, without their spaces."""
    return [re.sub(r"\s", "", seal.text) for seal in page.all("p", "seal")]


# The run


def test_a_run_is_told_with_its_series_boxes_cases_and_odds(reader: Phone) -> None:
    page = english(reader, "/r/TY-1")
    assert page.one("h1").text == "Run TY-1"
    assert page.one("span", "tag").text == "Tiny set"
    assert [part.text for part in page.all("dd")] == ["16", "4"]
    heads = [head.text for head in page.all("th") if head.get("scope") == "row"]
    told = dict(zip(heads, (cell.text for cell in page.all("td")), strict=True))
    assert {kit: told[kit] for kit in ODDS} == {kit: f"{boxes} / 16" for kit, boxes in ODDS.items()}
    assert re.search(r"all 2 standard kits .* takes \d\.\d boxes on average", page.one("main").text)
    assert "/en/tiny" in page.links


def test_the_odds_are_those_of_the_home_page_to_the_letter(reader: Phone) -> None:
    tables = [english(reader, path).all("table")[0].text for path in ("/en/", "/r/TY-1")]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_home_page_leads_to_its_run(reader: Phone, language: str) -> None:
    page = read_html(reader.open(f"/{language}/").text)
    (way,) = [link for link in page.links if link.startswith("/r/")]
    answer = reader.open(way)
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)


def test_both_seals_are_those_of_the_ledger_as_the_card_spells_them(reader: Phone, folder: Path) -> None:
    with ledger_of(folder) as ledger:
        ((manifest, root),) = ledger.execute("SELECT manifest, contents_root FROM run")
    assert signs(english(reader, "/r/TY-1")) == [
        printed_root(root),
        hashlib.sha256(manifest.encode()).hexdigest(),
        "".join(words_of_digest(hashlib.sha256(manifest.encode()).digest())),
    ]


def test_a_plan_is_nobodys_business_until_it_is_committed(
    maker: Station, opened: Callable[[str], str]
) -> None:
    plan_run(maker, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    for path in PATHS:
        assert "There is no such page" in opened(path)
    commit_run(maker, "TY-1", entropy=SECRET, now=NOW)
    for path in PATHS:
        assert "TY-1" in read_html(opened(path)).one("title").text


def test_each_state_is_told_in_words_and_the_root_only_once_there_is_one(
    maker: Station, opened: Callable[[str], str]
) -> None:
    plan_run(maker, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    commit_run(maker, "TY-1", entropy=SECRET, now=NOW)
    committed = opened("/r/TY-1")
    assert "have not been drawn yet" in committed
    assert "will stand here and on every card" in committed
    assert "The plan was fixed on November 21, 2026." in committed
    assert "drawn on" not in committed
    assert [len(seal) for seal in signs(read_html(committed))] == [64, 96]
    seal_run(maker, "TY-1", beacon_value=DICE, now=NOW)
    sealed = opened("/r/TY-1")
    assert "cards are not printed yet" in sealed
    assert "The boxes were drawn on November 21, 2026." in sealed
    assert [len(seal) for seal in signs(read_html(sealed))] == [32, 64, 96]
    with maker.ledger.writing() as session:
        run = show_run(maker, "TY-1")
        run.printed_at = NOW
        session.add(run)
    printed = opened("/r/TY-1")
    assert "Drawn and printed" in printed
    told = {"not been drawn yet": committed, "not printed yet": sealed, "Drawn and printed": printed}
    for words, own in told.items():
        assert [page for page in (committed, sealed, printed) if words in page] == [own]


@pytest.mark.parametrize(
    ("beacon", "value", "words"),
    [
        (CEREMONY, DICE, "announced it beforehand like this: “Six dice thrown before the class”"),
        (Beacon("none", "", ""), "", "its maker could have drawn again and again unseen"),
        (
            Beacon("drand", f"{'ab' * 32}/77", "[0-9a-f]{64}"),
            "c0" * 32,
            f"drand that exists only after everything else is fixed: {'ab' * 32}/77",
        ),
    ],
    ids=["ceremony", "none", "drand"],
)
def test_where_the_chance_came_from_is_told_plainly(
    maker: Station, opened: Callable[[str], str], beacon: Beacon, value: str, words: str
) -> None:
    plan_run(maker, "tiny", boxes=16, now=NOW, beacon=beacon)
    commit_run(maker, "TY-1", entropy=SECRET, now=NOW)
    before = opened("/r/TY-1/5")
    assert words in before
    assert "The number was" not in before
    seal_run(maker, "TY-1", beacon_value=value, now=NOW)
    after = read_html(opened("/r/TY-1/5"))
    assert words in after.one("main").text
    assert [code.text for code in after.all("code")] == ([beacon.pattern, value] if value else [])


# A box of it


@pytest.mark.parametrize("typed", ["3", "03", "003", "0000000003"])
@pytest.mark.parametrize("prefix", ["/r/TY-1/", "/R/TY-1/", "/R/ty-1/"])
def test_a_label_leads_to_its_number_and_to_what_to_compare(reader: Phone, prefix: str, typed: str) -> None:
    page = english(reader, prefix + typed)
    assert page.one("h1").text == "Box No. 3 of 16"
    assert page.one("span", "tag").text == "Tiny set · Run TY-1"
    assert "card inside must show the same number, No. 3." in page.one("div", "told").text
    assert "does not know what is inside" in page.one("main").text


def test_the_words_are_vietnamese_for_who_speaks_it(reader: Phone) -> None:
    page = read_html(reader.open("/R/TY-1/16").text)
    assert page.one("h1").text == "Hộp số 16 / 16"
    assert "số 16" in page.one("div", "told").text
    assert "không biết trong hộp có gì" in page.one("main").text


@pytest.mark.parametrize(
    "path",
    [
        "/r/TY-2", "/r/", "/r/nothing", "/r/TY-1/0", "/r/TY-1/17", "/r/TY-1/000", "/r/TY-1/-1", "/r/TY-1/3-4",
        "/r/TY-1/1,2", "/r/TY-1/x", "/r/TY-1/%203", "/r/TY-1/%D9%A3", "/r/TY-1/3/4", "/R/TY-1/" + "9" * 5000,
        "/r/TY-1/%C2%B2", "/r/..%2FTY-1", "/r/TY-1%00",
    ],
)  # fmt: skip
def test_a_run_or_a_box_that_there_is_not_is_not_found(reader: Phone, path: str) -> None:
    answer = reader.open(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_on_a_boxs_page_depends_on_what_is_in_it(reader: Phone, boxes: tuple[Box, ...]) -> None:
    assert {box.kit for box in boxes} == {"lantern", "bridge", "fish"}
    blank = set()
    for box in boxes:
        text = reader.open(f"/r/TY-1/{box.edition}").text
        text = text.replace(f"/r/TY-1/{box.edition}?", "/r/TY-1/N?").replace(f"số {box.edition}.", "số N.")
        blank.add(text.replace(f"số {box.edition} / 16", "số N / 16"))
    assert len(blank) == 1


def test_what_is_claimed_does_not_show(bo: Phone, stranger: Phone, boxes: tuple[Box, ...]) -> None:
    paths = ["/r/TY-1", *(f"/r/TY-1/{box.edition}" for box in boxes)]
    before = [stranger.open(path).data for path in paths]
    for box in boxes:
        bo.press_add(box)
    assert [stranger.open(path).data for path in paths] == before
    assert [bo.open(path).data for path in paths] == before


@pytest.mark.parametrize(
    ("language", "words", "whom"),
    [
        ("en", "The maker has withdrawn this box", "ask the maker: Tiny Maker"),
        ("vi", "Người làm đã thu hồi hộp này", "hỏi người làm: Tiny Maker"),
    ],
)
def test_a_voided_box_is_told_to_be_withdrawn_and_no_other_is(
    stranger: Phone, folder: Path, boxes: tuple[Box, ...], language: str, words: str, whom: str
) -> None:
    void_box(folder, boxes[0])
    stranger.language = language
    for box in boxes:
        answer = stranger.open(f"/R/TY-1/{box.edition:03d}")
        page = read_html(answer.text)
        voided = box == boxes[0]
        assert answer.status_code == 200
        assert (words in page.one("div", "told").text) == voided
        assert (whom in page.one("main").text) == voided
    assert words not in stranger.open("/r/TY-1").text


# How it is sent


@pytest.mark.parametrize("path", PATHS)
def test_it_is_the_same_for_everyone_and_sets_no_cookie(
    bo: Phone, stranger: Phone, folder: Path, box: Box, path: str
) -> None:
    plain = stranger.open(path)
    bo.press_add(box)
    assert bo.cookie(ALBUM)
    for answer in (plain, bo.open(path), stranger.open(path + "?lang=vi"), bo.open(path, method="HEAD")):
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))
        assert answer.headers["ETag"] == plain.headers["ETag"]
    assert bo.open(path, headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304
    assert rows(folder, "claim") == 1


def test_the_language_is_chosen_in_sight_or_asked_for(reader: Phone) -> None:
    switch = read_html(reader.open("/R/TY-1/003").text).switch
    assert switch == {language: f"/R/TY-1/003?lang={language}" for language in SPOKEN}
    assert read_html(reader.open(switch["en"]).text).one("h1").text == "Box No. 3 of 16"
    assert reader.open("/r/TY-1", headers={"Accept-Language": "en"}).headers["Content-Language"] == "en"


def test_the_run_has_one_address_and_its_boxes_are_in_no_index(reader: Phone) -> None:
    named = [
        link.get("href") for link in english(reader, "/R/ty-1").all("link") if "TY-1" in link.get("href")
    ]
    run = f"{BASE}/r/TY-1"
    assert named == [run, f"{run}?lang=vi", f"{run}?lang=en", run]  # canonical, by language, for the rest
    page = english(reader, "/r/TY-1/3")
    assert [meta.get("content") for meta in page.all("meta") if meta.get("name") == "robots"] == ["noindex"]
    assert not [link for link in page.all("link") if link.get("rel") == "canonical"]
