"""The album: what is in it, what is not, and that it knows nobody."""

from collections.abc import Callable

import pytest

from tests.web.cast import ALBUM, Box, Phone
from tests.web.html import Page, read_html

Pick = Callable[[str], list[Box]]


def album_of(phone: Phone, path: str = "/album") -> Page:
    answer = phone.open(path)
    assert answer.status_code == 200
    return read_html(answer.text)


def ring(page: Page) -> str:
    """Return what the ring says, to the eye and to the ear."""
    (drawing,) = page.all("svg", "ring")
    (figure,) = [text.text for text in page.all("text")]
    return f"{figure} {drawing.get('aria-label')}"


def missing(page: Page) -> set[str]:
    return {stamp.get("id") for stamp in page.all("a", "stamp") if "missing" in stamp.get("class").split()}


def test_an_empty_album_shows_the_shadow_and_the_hint_of_every_kit(mai: Phone) -> None:
    page = album_of(mai)
    assert "Nothing here yet" in page.one("div", "ahead").text
    assert ring(page) == "0/2 0 of 2 kits"
    assert missing(page) == {"lantern", "bridge", "fish"}
    assert "Hint Lantern" in page.by_id("lantern").text
    assert not page.all("span", "twice")


def test_a_kit_stands_among_the_shadows_of_the_others(mai: Phone, pick: Pick) -> None:
    mai.press_add(pick("bridge")[0])
    page = album_of(mai)
    assert [stamp.get("id") for stamp in page.all("a", "stamp")] == ["lantern", "bridge", "fish"]
    assert missing(page) == {"lantern", "fish"}
    assert "Wooden Bridge" in page.by_id("bridge").text
    assert ring(page) == "1/2 1 of 2 kits"
    assert "1 shadow is still waiting." in page.one("div", "ahead").text
    assert page.by_id("bridge").get("href") == "/en/tiny/bridge"


def test_the_album_is_full_without_the_rare_kit(mai: Phone, pick: Pick) -> None:
    for kit in ("lantern", "bridge"):
        mai.press_add(pick(kit)[0])
    page = album_of(mai)
    assert "The set is complete!" in page.one("div", "ahead").text
    assert ring(page) == "2/2 2 of 2 kits"
    assert missing(page) == {"fish"}
    assert "spare" not in page.one("div", "ahead").text


def test_a_rare_kit_stands_apart_and_counts_for_nothing(mai: Phone, pick: Pick) -> None:
    mai.press_add(pick("fish")[0])
    page = album_of(mai)
    assert ring(page) == "0/2 0 of 2 kits"
    assert missing(page) == {"lantern", "bridge"}
    assert "Carp" in page.by_id("fish").text
    assert "Rare kit" in page.by_id("fish").text


def test_an_album_with_a_rare_kit_alone_is_not_called_empty(mai: Phone, pick: Pick) -> None:
    mai.press_add(pick("fish")[0])
    assert "Nothing here yet" not in album_of(mai).one("div", "ahead").text


def test_duplicates_are_counted_on_their_stamp_and_in_all(mai: Phone, pick: Pick) -> None:
    for box in (*pick("lantern")[:3], *pick("bridge")[:2]):
        mai.press_add(box)
    page = album_of(mai)
    assert "×3" in page.by_id("lantern").text
    assert "×2" in page.by_id("bridge").text
    assert "3 to spare for swaps." in page.one("div", "ahead").text
    assert ring(page) == "2/2 2 of 2 kits"


def test_one_duplicate_is_told_in_the_singular(mai: Phone, pick: Pick) -> None:
    for box in pick("lantern")[:2]:
        mai.press_add(box)
    assert "1 to spare for a swap." in album_of(mai).one("div", "ahead").text


def test_the_whole_run_in_one_album(bo: Phone, boxes: tuple[Box, ...]) -> None:
    for box in boxes:
        bo.press_add(box)
    page = album_of(bo)
    assert missing(page) == set()
    assert "13 mẫu dư để đổi" in page.one("div", "ahead").text
    assert ring(page) == "2/2 Đã có 2 trên 2 mẫu"


def test_what_was_just_added_is_told_once(bo: Phone, box: Box) -> None:
    page = album_of(bo, bo.press_add(box).headers["Location"])
    told = page.one("div", "told")
    assert told.text == "Đã thêm: Đèn lồng"
    assert told.get("role") == "status"
    assert not album_of(bo).all("div", "told")


@pytest.mark.parametrize("added", ["bridge", "nothing", "", "%3Cb%3E", "LANTERN", "../x"])
def test_a_kit_that_the_album_does_not_hold_is_not_told_as_added(bo: Phone, box: Box, added: str) -> None:
    bo.press_add(box)
    assert not album_of(bo, f"/album?added={added}").all("div", "told")


def test_a_stranger_following_the_link_of_someone_elses_album_sees_an_empty_one(
    bo: Phone, stranger: Phone, box: Box
) -> None:
    bo.press_add(box)
    page = album_of(stranger, "/album?added=lantern")
    assert missing(page) == {"lantern", "bridge", "fish"}
    assert not page.all("div", "told")


def test_each_phone_sees_its_own_album(bo: Phone, mai: Phone, pick: Pick) -> None:
    bo.press_add(pick("lantern")[0])
    mai.press_add(pick("bridge")[0])
    assert missing(album_of(bo)) == {"bridge", "fish"}
    assert missing(album_of(mai)) == {"lantern", "fish"}


@pytest.mark.parametrize("nonsense", ["", "x", "0" * 20, "zz" * 10, "0" * 19, "0" * 32, "' OR 1=1"])
def test_a_made_up_key_opens_an_empty_album(bo: Phone, stranger: Phone, box: Box, nonsense: str) -> None:
    bo.press_add(box)
    stranger.keep_cookie(ALBUM, nonsense)
    assert missing(album_of(stranger)) == {"lantern", "bridge", "fish"}


def test_the_album_is_kept_nowhere_and_shows_no_code_and_no_key(bo: Phone, boxes: tuple[Box, ...]) -> None:
    for box in boxes:
        bo.press_add(box)
    answer = bo.open("/album")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    key = bo.cookie(ALBUM)
    assert key
    for secret in (key, *(box.code for box in boxes)):
        assert secret not in answer.text


def test_opening_the_album_makes_none(stranger: Phone) -> None:
    assert "Set-Cookie" not in stranger.open("/album").headers
    assert stranger.cookie(ALBUM) is None
