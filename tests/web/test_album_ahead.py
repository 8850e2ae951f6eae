"""What the album tells of the next boxes and of buying; several series; certificates."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.albums import open_site
from app.albums.sharing import draw_share_pictures
from app.web import create_app
from app.workspace import find_workspace
from tests.conftest import REPOSITORY
from tests.web.cast import ALBUM, Box, Phone
from tests.web.conftest import close
from tests.web.html import Page, read_html

Pick = Callable[[str], list[Box]]


def album_of(phone: Phone) -> Page:
    return read_html(phone.open("/album").text)


def add(phone: Phone, *boxes: Box) -> None:
    for box in boxes:
        assert phone.press_add(box).status_code == 303


@pytest.fixture
def edit(folder: Path) -> Iterator[Callable[..., Phone]]:
    """Change files of the workspace, open it, and return a phone there."""
    opened: list[Flask] = []

    def change(*edits: tuple[str, str, str]) -> Phone:
        for name, old, new in edits:
            path = folder / name
            assert old in path.read_text("utf-8")
            path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
        opened.append(create_app(find_workspace(str(folder))))
        return Phone(opened[-1], "en")

    yield change
    for site in opened:
        close(site)


# Mathematics in words


def test_the_next_box_is_told_in_the_runs_published_counts(mai: Phone, pick: Pick) -> None:
    add(mai, pick("lantern")[0])
    told = album_of(mai).one("details", "odds").text
    assert "10 of 16 boxes hold a kit that you do not have" in told  # 8 bridges and 2 rare fish
    assert "About one box in two brings something new" not in told
    assert "More often than not" in told
    assert "1 kit is missing" in told
    assert "takes 2 more on average; half of all people need 1 or fewer, nine in ten need 4 or fewer" in told
    assert "run TY-1" in told


def test_what_friends_spares_and_buying_save_is_told(mai: Phone, pick: Pick) -> None:
    add(mai, *pick("fish")[:2])
    told = album_of(mai).one("details", "odds").text
    assert "14 of 16" in told
    # Lantern 6 and bridge 8 of 16: E = 16/6 + 16/8 − 16/14; two friends by the integral.
    assert "2 kits are missing" in told
    assert "3.5 more on average" in told
    assert "each on average" in told
    assert "Swapping 1 of your spare ones for a kit that you lack saves 2.4 boxes" in told
    assert "Buying the last kit by itself, or getting it as a present, saves 2.4 boxes" in told
    assert "rare kit too" not in told


def test_the_rare_kit_is_reckoned_apart(mai: Phone, pick: Pick) -> None:
    add(mai, pick("lantern")[0])
    assert (
        "With the rare kit too: 8.4 boxes on average. No set needs it."
        in album_of(mai).one("details", "odds").text
    )


def test_a_complete_or_empty_album_is_told_nothing_of_the_next_box(
    mai: Phone, stranger: Phone, pick: Pick
) -> None:
    add(mai, pick("lantern")[0], pick("bridge")[0])
    assert not album_of(mai).all("details", "odds")
    assert not album_of(stranger).all("details", "odds")


def test_an_empty_album_is_kind_and_leads_on(stranger: Phone) -> None:
    page = album_of(stranger)
    assert {"/b/", "/album/open", "/vi/"} <= set(page.paths)
    assert "/album/key" not in page.paths


# What the maker sells


def test_until_the_third_duplicate_nothing_is_said_of_buying(mai: Phone, pick: Pick) -> None:
    add(mai, *pick("lantern")[:3])
    assert "You need no more boxes" not in mai.open("/album").text
    add(mai, pick("lantern")[3])
    told = album_of(mai).by_id("sold-tiny")
    assert told.text == "You need no more boxes"
    assert (
        "Ask the maker, Tiny Maker, whether single kits are sold, or swap with friends."
        in mai.open("/album").text
    )


def test_what_is_sold_open_is_named_with_its_price_the_missing_ones_first(
    edit: Callable[..., Phone], pick: Pick
) -> None:
    phone = edit(
        ("kits/tiny/lantern/kit.toml", 'certificate = "TEST-1"', 'certificate = "TEST-1"\nsold_open = true'),
        ("kits/tiny/bridge/kit.toml", "[sale]", "[sale]\nsold_open = true"),
        (
            "hopke.toml",
            'languages = ["vi", "en"]',
            'languages = ["vi", "en"]\n[contact]\nemail = "ask@h.example"\n'
            'shop = "https://shop.example/kits"\nplace = "Mondays at the gate."',
        ),
    )
    add(phone, *pick("lantern")[:4])
    page = album_of(phone)
    sold = [entry.text for entry in page.all("li") if entry.inside(css_class="sold")]
    assert len(sold) == 2
    assert sold[0].startswith("Wooden Bridge you lack it")
    assert sold[1] == "Lantern₫90,000"
    assert {"https://shop.example/kits", "mailto:ask@h.example"} <= set(page.links)
    assert "Mondays at the gate." in page.one("main").text


def test_a_maker_who_sells_nothing_open_is_asked_where_he_is(edit: Callable[..., Phone], pick: Pick) -> None:
    phone = edit(
        ("hopke.toml", 'languages = ["vi", "en"]', 'languages = ["vi", "en"]\n[contact]\nplace = "The gate."')
    )
    add(phone, *pick("bridge")[:4])
    assert (
        "Ask the maker, Tiny Maker, whether single kits are sold. The gate."
        in album_of(phone).one("main").text
    )


# Several series


def test_each_series_is_whole_and_one_with_nothing_yet_is_short(
    folder: Path, edit: Callable[..., Phone], pick: Pick
) -> None:
    for kit in ("lantern", "bridge", "fish"):
        shutil.copytree(folder / "kits/tiny" / kit, folder / "kits/zwei" / f"z-{kit}")
        shutil.copytree(folder / "stories" / kit, folder / "stories" / f"z-{kit}")
    text = (folder / "kits/tiny/series.toml").read_text("utf-8")
    for old, new in (
        ('id = "', 'id = "z-'),
        ('"TY"', '"ZW"'),
        ("Tiny set", "Second set"),
        ('bonus = "tale"\n', ""),
    ):
        text = text.replace(old, new)
    (folder / "kits/zwei/series.toml").write_text(text, "utf-8")
    phone = edit()
    add(phone, *pick("lantern")[:2])
    page = album_of(phone)
    assert [stamp.get("id") for stamp in page.all("a", "stamp")] == ["lantern", "bridge", "fish"]
    assert len(page.all("svg", "ring")) == 1
    assert "You have nothing of this series yet." in page.one("main").text
    assert "/en/zwei" in page.paths
    assert len(page.all("details", "odds")) == 1


# The certificate


@pytest.fixture
def drawn_ahead(folder: Path) -> Iterator[Flask]:
    """A site whose pictures and certificates are drawn."""
    shutil.copytree(REPOSITORY / "print", folder / "print")
    workspace = find_workspace(str(folder))
    site = open_site(workspace)
    draw_share_pictures(site, lambda _done, _of: None)
    site.ledger.close()
    opened = create_app(workspace)
    yield opened
    close(opened)


def test_whoever_completes_a_series_opens_its_certificate_and_all_get_the_same_bytes(
    drawn_ahead: Flask, pick: Pick
) -> None:
    place = "/album/certificate/tiny.pdf"
    bo, mai = Phone(drawn_ahead, "vi"), Phone(drawn_ahead, "en")
    add(bo, pick("lantern")[0], pick("fish")[0])
    assert bo.open(place).status_code == 404
    assert place not in album_of(bo).paths
    add(bo, pick("bridge")[0])
    add(mai, pick("lantern")[1], pick("bridge")[1])
    mine, hers = bo.open(place), mai.open(place)
    assert mine.status_code == 200
    assert mine.content_type == "application/pdf"
    assert mine.headers["Cache-Control"] == "private, no-store"
    assert place in album_of(bo).paths
    assert mine.data == hers.data
    assert mine.data.startswith(b"%PDF-")
    for secret in (bo.cookie(ALBUM) or "x", pick("lantern")[0].code):
        assert secret.encode() not in mine.data
    assert b"CreationDate" not in mine.data
    assert b"/Author" not in mine.data
    assert Phone(drawn_ahead).open(place).status_code == 404
    assert bo.open("/album/certificate/other.pdf").status_code == 404
    assert bo.open("/album/certificate/..%2Ftiny.pdf").status_code == 404


def test_a_shown_album_has_the_picture_of_its_series_and_nothing_of_a_code(
    drawn_ahead: Flask, pick: Pick
) -> None:
    bo, stranger = Phone(drawn_ahead, "en"), Phone(drawn_ahead, "en")
    add(bo, pick("lantern")[0])
    bo.open("/album/show", method="POST", form={"shown": "yes"})
    (address,) = [link for link in read_html(bo.open("/album/show").text).links if link.startswith("/a/")]
    page = read_html(stranger.open(address).text)
    (image,) = [meta.get("content") for meta in page.all("meta") if meta.get("property") == "og:image"]
    assert image == "https://h.example/kits/tiny/share-en.png"
    picture = stranger.open("/kits/tiny/share-en.png")
    assert picture.content_type == "image/png"
    assert len(picture.data) <= 60 * 1024
    for path in ("/kits/tiny/share-fr.png", "/kits/none/share-en.png", "/kits/tiny/share-..png"):
        assert stranger.open(path).status_code == 404


def test_without_what_is_drawn_ahead_no_page_names_it(bo: Phone, pick: Pick) -> None:
    add(bo, pick("lantern")[0], pick("bridge")[0])
    assert "certificate" not in bo.open("/album").text
    assert bo.open("/album/certificate/tiny.pdf").status_code == 404
    assert bo.open("/kits/tiny/share-vi.png").status_code == 404
