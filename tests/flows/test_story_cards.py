"""Cards that open a kit's public story: printed without a run, for whoever is given one."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pikepdf
import pytest

from app.press.preflight import preflight
from app.runs import Station
from app.runs.orders import Order
from app.runs.printing import PrintedFile
from app.runs.story_cards import KitMissingError, print_story_cards
from app.web import create_app
from app.workspace import BaseUrlError
from tests.conftest import NOW
from tests.press import paper
from tests.press.ordered import files_in, quiet, scanned
from tests.web.cast import Phone
from tests.web.conftest import close


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """A workspace without any run."""
    station = paper.make_station(tmp_path_factory.mktemp("story-cards") / "tiny")
    yield station
    station.ledger.close()


def print_some(shop: Station, kit: str, cards: int, **how: object) -> PrintedFile:
    """Print some story cards."""
    order = Order(**how)  # type: ignore[arg-type]
    return print_story_cards(shop.workspace, kit, cards, order, now=NOW, progress=quiet)


def test_as_many_cards_as_were_asked_for_open_the_story_of_the_kit(shop: Station) -> None:
    file = print_some(shop, "lantern", 5)
    assert file.path == shop.workspace.state / "out" / "story-cards-lantern.pdf"
    assert file.cards is not None
    assert (file.cards.sheets, file.cards.sides, paper.count_pages(file.path)) == (3, 2, 6)
    assert file.proven is not None
    assert file.proven.cards == 5
    symbols = scanned(file.path)
    assert [page for page, _ in symbols] == [2, 2, 4, 4, 6]
    assert {symbol.text for _, symbol in symbols} == {"HTTPS://H.EXAMPLE/S/LANTERN"}
    site = create_app(shop.workspace)
    answer = Phone(site).open(urlsplit(symbols[0][1].text).path)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/vi/tiny/lantern")
    assert Phone(site).open(answer.headers["Location"]).status_code == 200
    close(site)


def test_both_languages_and_the_address_to_type_stand_on_every_card(shop: Station) -> None:
    file = print_some(shop, "bridge", 3)
    shown = paper.text(file.path)
    for word in ("Cầugỗ", "WoodenBridge", "h.example/s/bridge"):
        assert shown.count(word) >= 3
    assert "PRACTICE" not in shown


def test_story_cards_for_a_shop_are_one_a_page_and_fit_for_the_press(shop: Station) -> None:
    path = print_some(shop, "lantern", 2, target="press").path
    assert path.name == "story-cards-lantern-press.pdf"
    assert preflight(path, "press") == ()
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 4
        trim = [float(side) / 72 * 25.4 for side in pdf.pages[0].obj.TrimBox]
    assert (trim[2] - trim[0], trim[3] - trim[1]) == pytest.approx((105, 148), abs=0.05)
    assert {symbol.text for _, symbol in scanned(path)} == {"HTTPS://H.EXAMPLE/S/LANTERN"}


def test_practice_story_cards_are_marked_and_open_at_home(shop: Station) -> None:
    path = print_some(shop, "fish", 1, practice_url="http://192.168.1.20:8000").path
    assert path.name == "practice-story-cards-fish.pdf"
    for page in (1, 2):
        assert [word.text for word in paper.words(path, page)].count("PRACTICE") == 1
    assert [symbol.text for _, symbol in scanned(path)] == ["HTTP://192.168.1.20:8000/S/FISH"]


def test_an_unknown_kit_is_told_with_the_known_ones(shop: Station) -> None:
    with pytest.raises(KitMissingError, match=r"no kit temple\. Known kits: lantern, bridge, fish"):
        print_some(shop, "temple", 1)


@pytest.mark.parametrize("base_url", ["http://h.example", "https://localhost", "https://192.0.2.7"])
def test_story_cards_are_printed_for_a_public_https_address_alone(shop: Station, base_url: str) -> None:
    out = shop.workspace.state / "out"
    before = files_in(out)
    with pytest.raises(BaseUrlError):
        print_some(replace(shop, workspace=replace(shop.workspace, base_url=base_url)), "lantern", 1)
    assert files_in(out) == before
