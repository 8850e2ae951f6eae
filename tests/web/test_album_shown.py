"""An album that its owner lets others look at."""

from collections.abc import Callable

import pytest

from tests.web.cast import ALBUM, Box, Phone
from tests.web.html import Page, read_html

Pick = Callable[[str], list[Box]]


def switch(phone: Phone, shown: str) -> None:
    answer = phone.open("/album/show", method="POST", form={"shown": shown})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/album/show")


def address_on(phone: Phone) -> str:
    page = read_html(phone.open("/album/show").text)
    return next((link for link in page.links if link.startswith("/a/")), "")


@pytest.fixture
def address(bo: Phone, pick: Pick) -> str:
    """Where Bo shows his album of two lanterns and a fish."""
    for box in (*pick("lantern")[:2], pick("fish")[0]):
        bo.press_add(box)
    switch(bo, "yes")
    return address_on(bo)


def seen_by(phone: Phone, address: str) -> Page:
    answer = phone.open(address)
    assert answer.status_code == 200
    return read_html(answer.text)


def test_nobody_sees_an_album_unless_its_owner_wants_it(bo: Phone, box: Box) -> None:
    bo.press_add(box)
    assert address_on(bo) == ""


def test_whoever_has_the_address_sees_the_stamps_and_nothing_more(
    bo: Phone, stranger: Phone, address: str, pick: Pick
) -> None:
    answer = stranger.open(address)
    page = read_html(answer.text)
    assert [stamp.get("id") for stamp in page.all("a", "stamp")] == ["lantern", "fish"]
    assert "×2" in page.by_id("lantern").text
    for secret in (bo.cookie(ALBUM) or "x", address, "TY-1", *(box.code for box in pick("lantern"))):
        assert secret not in page.one("main").text
    assert (bo.cookie(ALBUM) or "") not in answer.text
    assert "noindex" in [meta.get("content") for meta in page.all("meta") if meta.get("name") == "robots"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer.headers
    assert "You two could swap" not in answer.text


def test_who_has_an_album_sees_what_could_be_swapped(mai: Phone, address: str, pick: Pick) -> None:
    for box in pick("bridge")[:2]:
        mai.press_add(box)
    text = seen_by(mai, address).one("main").text
    assert "You have these to spare, and they are missing there:Wooden Bridge" in text
    assert "These are spare there, and you lack them:Lantern" in text
    assert "only a hint" in text


def test_where_nothing_fits_nothing_is_promised(mai: Phone, address: str, pick: Pick) -> None:
    mai.press_add(pick("lantern")[2])
    text = seen_by(mai, address).one("main").text
    assert "neither of you has to spare" in text


def test_the_owner_sees_that_it_is_his_own(bo: Phone, address: str) -> None:
    text = seen_by(bo, address).one("main").text
    assert "sẽ thấy album của bạn như thế này" in text
    assert "Hai bạn có thể đổi" not in text


def test_switched_off_it_is_gone_and_on_again_it_is_where_it_was(
    bo: Phone, stranger: Phone, address: str
) -> None:
    switch(bo, "no")
    assert stranger.open(address).status_code == 404
    switch(bo, "yes")
    assert address_on(bo) == address


def test_a_new_key_closes_the_address(bo: Phone, stranger: Phone, address: str) -> None:
    bo.open("/album/rotate", method="POST")
    assert stranger.open(address).status_code == 404
    assert address_on(bo) == ""
    switch(bo, "yes")
    assert address_on(bo) not in {"", address}


def test_an_album_with_a_rare_kit_alone_mocks_nobody_with_a_nought(
    bo: Phone, stranger: Phone, pick: Pick
) -> None:
    bo.press_add(pick("fish")[0])
    switch(bo, "yes")
    page = seen_by(stranger, address_on(bo))
    assert not page.all("svg", "ring")
    assert "0" not in page.one("main").text


def test_a_phone_without_an_album_has_nothing_to_show(stranger: Phone) -> None:
    assert stranger.open("/album/show").headers["Location"] == "/album?lang=vi"
    switch(stranger, "yes")
    assert stranger.open("/album/show").headers["Location"] == "/album?lang=vi"


@pytest.mark.parametrize("place", ["/a/", "/a/x", "/a/" + "0" * 22, "/a/..%2Falbum", "/a/" + "ấ" * 22])
def test_an_address_that_nobody_gave_shows_nothing(bo: Phone, address: str, place: str) -> None:
    assert bo.open(place).status_code == 404
