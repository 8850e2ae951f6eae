"""The album's key on the pages: shown at the first claim, opening, merging, changing, forgetting."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.core.album_key import parse_words, words_of
from tests.web.cast import ALBUM, Box, Phone, rows
from tests.web.html import Page, read_html

Pick = Callable[[str], list[Box]]


def key_of(phone: Phone) -> bytes:
    return bytes.fromhex(phone.cookie(ALBUM) or "")


def words_on(page: Page) -> str:
    """Return the words that a page shows, as somebody copies them."""
    return " ".join(entry.text for entry in page.all("li") if entry.inside(css_class="words"))


def form_of(phone: Phone, path: str) -> dict[str, str]:
    """Return the hidden fields of the page's form."""
    page = read_html(phone.open(path).text)
    return {
        field.get("name"): field.get("value") for field in page.all("input") if field.get("type") == "hidden"
    }


def open_with(phone: Phone, words: str, **more: str) -> Page:
    answer = phone.open("/album/open", method="POST", form={"words": words, **more})
    return read_html(answer.text)


def held(phone: Phone) -> set[str]:
    page = read_html(phone.open("/album").text)
    return {
        stamp.get("id") for stamp in page.all("a", "stamp") if "missing" not in stamp.get("class").split()
    }


# The first claim


def test_the_page_after_the_first_claim_shows_the_key_as_words_and_symbol(bo: Phone, pick: Pick) -> None:
    page = read_html(bo.open(bo.press_add(pick("lantern")[0]).headers["Location"]).text)
    assert parse_words(words_on(page)) == key_of(bo)
    assert page.one("svg", "qr").get("aria-label")
    assert "Mình chép xong rồi" in [link.text for link in page.all("a")]
    assert "chép tám từ này ra giấy" in page.one("main").text


def test_another_language_still_shows_the_key_of_a_new_album(bo: Phone, pick: Pick) -> None:
    page = read_html(bo.open(bo.press_add(pick("lantern")[0]).headers["Location"]).text)
    assert page.switch["en"] == "/album?added=lantern&lang=en"
    english = read_html(bo.open(page.switch["en"]).text)
    assert words_on(english) == words_on(page) != ""
    assert english.one("h1").text == "Your album"


def test_later_claims_and_the_album_itself_do_not_show_the_key(bo: Phone, pick: Pick) -> None:
    bo.press_add(pick("lantern")[0])
    assert words_on(read_html(bo.open("/album").text)) == ""
    second = bo.press_add(pick("bridge")[0]).headers["Location"]
    assert words_on(read_html(bo.open(second).text)) == ""
    assert words_on(read_html(bo.open("/album?added=fish").text)) == ""


def test_the_claim_form_carries_fresh_entropy_only_for_a_phone_without_an_album(
    bo: Phone, pick: Pick
) -> None:
    one, other = pick("lantern")[:2]
    first, again = form_of(bo, one.address)["key"], form_of(bo, one.address)["key"]
    assert len(first) == 20
    assert first != again
    bo.press_add(one)
    assert "key" not in form_of(bo, other.address)


def test_a_first_claim_whose_answer_was_lost_is_repeated_and_gives_the_same_album(
    app: Flask, bo: Phone, folder: Path, box: Box
) -> None:
    form = form_of(bo, box.address)
    lost = Phone(app).open(box.claim, method="POST", form=form)  # its cookie never arrived
    again = bo.open(box.claim, method="POST", form=form)
    assert (again.status_code, again.headers["Location"]) == (lost.status_code, lost.headers["Location"])
    assert again.headers["Set-Cookie"] == lost.headers["Set-Cookie"]
    assert key_of(bo).hex() == form["key"]
    assert held(bo) == {"lantern"}
    assert (rows(folder, "claim"), rows(folder, "album")) == (1, 1)


def test_a_phone_with_an_album_ignores_the_field(bo: Phone, mai: Phone, pick: Pick) -> None:
    one, other = pick("lantern")[:2]
    mai.press_add(one)
    bo.press_add(pick("bridge")[0])
    before = key_of(bo)
    answer = bo.open(other.claim, method="POST", form={"key": key_of(mai).hex()})
    assert "Set-Cookie" not in answer.headers
    assert key_of(bo) == before
    assert held(bo) == {"lantern", "bridge"}


@pytest.mark.parametrize("field", ["", "x", "0" * 19, "0" * 21, "Z" * 20, "AB" * 10, "٠" * 20, "0" * 40])
def test_a_field_that_is_no_key_is_not_taken(bo: Phone, box: Box, field: str) -> None:
    assert bo.open(box.claim, method="POST", form={"key": field}).status_code == 303
    assert len(key_of(bo)) == 10
    assert key_of(bo).hex() != field.lower()


# The key's own page


def test_the_key_is_shown_again_to_its_holder_alone(bo: Phone, stranger: Phone, box: Box) -> None:
    bo.press_add(box)
    assert parse_words(words_on(read_html(bo.open("/album/key").text))) == key_of(bo)
    answer = stranger.open("/album/key")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/album/open?lang=vi")


# Opening on another phone


def test_the_words_open_the_album_on_another_phone(bo: Phone, mai: Phone, box: Box) -> None:
    bo.press_add(box)
    words = words_on(read_html(bo.open("/album/key").text))
    answer = mai.open("/album/open", method="POST", form={"words": words.upper().replace(" ", "-")})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/album")
    assert key_of(mai) == key_of(bo)
    assert held(mai) == {"lantern"}


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ("", 400, "has eight words"),
        ("babe babe", 400, "has eight words"),
        ("babe " * 7 + "xyzw", 400, "Word 8 (“xyzw”)"),
        ("<b> babe " + "babe " * 6, 400, "Word 1 (“b”)"),
        ("babe " * 7 + "babi", 400, "a slip in one of the words"),
        ("babe " * 8, 404, "No album has this key"),
    ],
)
def test_words_that_open_nothing_are_told_why_and_stay_in_the_field(
    mai: Phone, words: str, status: int, told: str
) -> None:
    answer = mai.open("/album/open", method="POST", form={"words": words})
    page = read_html(answer.text)
    assert answer.status_code == status
    assert told in page.by_id("problem").text
    assert page.by_id("words").text == words
    assert "Set-Cookie" not in answer.headers
    assert page.switch["vi"] == "/album/open?lang=vi"


def test_guessing_keys_is_refused_after_thirty_and_a_right_key_never_is(
    app: Flask, bo: Phone, stranger: Phone, box: Box
) -> None:
    bo.press_add(box)
    answers = [
        stranger.open(
            "/album/open", method="POST", form={"words": " ".join(words_of(number.to_bytes(10, "big")))}
        ).status_code
        for number in range(32)
    ]
    assert answers == [404] * 30 + [429] * 2
    words = " ".join(words_of(key_of(bo)))
    assert stranger.open("/album/open", method="POST", form={"words": words}).status_code == 303
    assert Phone(app, address="192.0.2.77").open("/b/", method="POST", form={"code": ""}).status_code == 400


def test_a_phone_with_an_empty_cookie_opens_without_being_asked(bo: Phone, mai: Phone, box: Box) -> None:
    bo.press_add(box)
    mai.keep_cookie(ALBUM, "ab" * 10)
    open_with(mai, " ".join(words_of(key_of(bo))))
    assert key_of(mai) == key_of(bo)


def test_opening_ones_own_album_again_asks_nothing(bo: Phone, box: Box) -> None:
    bo.press_add(box)
    assert (
        bo.open("/album/open", method="POST", form={"words": " ".join(words_of(key_of(bo)))}).status_code
        == 303
    )


# Two albums


@pytest.fixture
def asked(bo: Phone, mai: Phone, pick: Pick) -> Page:
    """Mai, who has two lanterns, opens Bo's album with a bridge and is asked."""
    bo.press_add(pick("bridge")[0])
    for box in pick("lantern")[:2]:
        mai.press_add(box)
    return open_with(mai, " ".join(words_of(key_of(bo))))


def test_a_phone_with_an_album_is_asked_and_sees_both_before_anything_happens(
    bo: Phone, mai: Phone, asked: Page
) -> None:
    text = asked.one("main").text
    assert "On this phone: 2 boxes" in text
    assert "The other album: 1 box" in text
    assert "Lantern ×2" in text
    assert "Wooden Bridge" in text
    assert "which then has 3" in text
    assert parse_words(words_on(asked)) == key_of(mai)
    assert key_of(mai) != key_of(bo)
    assert (held(mai), held(bo)) == ({"lantern"}, {"bridge"})


def test_both_become_one_album(bo: Phone, mai: Phone, asked: Page, folder: Path) -> None:
    words = " ".join(words_of(key_of(bo)))
    answer = mai.open("/album/merge", method="POST", form={"words": words})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/album")
    assert key_of(mai) == key_of(bo)
    assert held(bo) == held(mai) == {"lantern", "bridge"}
    assert (rows(folder, "claim"), rows(folder, "album")) == (3, 1)
    assert mai.open("/album/merge", method="POST", form={"words": words}).status_code == 303


def test_only_the_other_one_is_opened_and_this_ones_key_still_opens_it(
    bo: Phone, mai: Phone, asked: Page, folder: Path
) -> None:
    own = words_on(asked)
    open_with(mai, " ".join(words_of(key_of(bo))), instead="yes")
    assert held(mai) == {"bridge"}
    assert rows(folder, "album") == 2
    open_with(mai, own, instead="yes")
    assert held(mai) == {"lantern"}


def test_merging_by_wrong_words_or_from_another_site_moves_nothing(
    bo: Phone, mai: Phone, asked: Page
) -> None:
    words = " ".join(words_of(key_of(bo)))
    assert mai.open("/album/merge", method="POST", form={"words": "babe " * 8}).status_code == 404
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for path in ("/album/merge", "/album/open", "/album/rotate", "/album/forget", "/album/show"):
        assert mai.open(path, method="POST", form={"words": words}, headers=foreign).status_code == 403
    assert (held(mai), held(bo)) == ({"lantern"}, {"bridge"})


# A new key


def test_a_new_key_shuts_out_the_other_phones_with_a_kind_word(bo: Phone, mai: Phone, box: Box) -> None:
    bo.press_add(box)
    old = " ".join(words_of(key_of(bo)))
    open_with(mai, old)
    assert "old key opens nothing" in read_html(mai.open("/album/rotate").text).one("main").text
    answer = bo.open("/album/rotate", method="POST", form=form_of(bo, "/album/rotate"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/album/key")
    assert held(bo) == {"lantern"}
    page = read_html(mai.open("/album").text)
    assert "opens no album any more" in page.one("div", "told").text
    assert "/album/open" in page.paths
    assert held(mai) == set()
    assert "No album has this key" in open_with(mai, old).by_id("problem").text


def test_a_change_of_key_whose_answer_was_lost_is_repeated(app: Flask, bo: Phone, box: Box) -> None:
    bo.press_add(box)
    form, old = form_of(bo, "/album/rotate"), bo.cookie(ALBUM)
    bo.open("/album/rotate", method="POST", form=form)
    bo.keep_cookie(ALBUM, old or "")  # the new one never arrived
    assert bo.open("/album/rotate", method="POST", form=form).status_code == 303
    assert held(bo) == {"lantern"}


def test_a_phone_without_an_album_has_no_key_to_change(stranger: Phone, folder: Path) -> None:
    assert stranger.open("/album/rotate").headers["Location"] == "/album?lang=vi"
    assert stranger.open("/album/rotate", method="POST").headers["Location"] == "/album?lang=vi"
    assert rows(folder, "album") == 0


# Forgetting


def test_forgetting_leaves_nothing_but_used_codes(bo: Phone, mai: Phone, folder: Path, box: Box) -> None:
    bo.press_add(box)
    words = " ".join(words_of(key_of(bo)))
    page = read_html(bo.open("/album/forget").text)
    assert "1 hộp trong album" in page.one("main").text
    answer = bo.open("/album/forget", method="POST")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/album/forget")
    assert bo.cookie(ALBUM) is None
    assert "Máy này không giữ album nào" in bo.open("/album/forget").text
    assert (rows(folder, "claim"), rows(folder, "album")) == (1, 0)
    assert mai.press_add(box).status_code == 409
    told = read_html(mai.open(box.address).text)
    assert "has been forgotten" in told.one("div", "told").text
    assert not told.posts
    assert "No album has this key" in open_with(mai, words).by_id("problem").text


def test_forgetting_twice_or_with_nothing_to_forget_is_no_fault(bo: Phone, stranger: Phone, box: Box) -> None:
    bo.press_add(box)
    assert [bo.open("/album/forget", method="POST").status_code for _ in range(2)] == [303, 303]
    assert stranger.open("/album/forget", method="POST").status_code == 303


# A rescan


def test_a_rescan_by_a_phone_without_an_album_leads_to_the_words(
    bo: Phone, mai: Phone, stranger: Phone, pick: Pick
) -> None:
    one, other = pick("lantern")[:2]
    bo.press_add(one)
    mai.press_add(other)
    page = read_html(stranger.open(one.address).text)
    assert "/album/open" in page.paths
    assert "/album/open" not in read_html(mai.open(one.address).text).paths
    assert "/album/open" not in read_html(bo.open(one.address).text).paths


def test_nothing_that_is_only_looked_at_changes_anything(bo: Phone, folder: Path, box: Box) -> None:
    bo.press_add(box)
    before = key_of(bo)
    for path in ("/album", "/album/key", "/album/open", "/album/rotate", "/album/forget", "/album/show"):
        for _ in range(2):
            answer = bo.open(path)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
    assert bo.open("/album/merge").headers["Location"] == "/album/open?lang=vi"
    assert key_of(bo) == before
    assert held(bo) == {"lantern"}
    assert rows(folder, "album") == 1


def test_no_page_but_those_for_it_shows_the_key(bo: Phone, pick: Pick) -> None:
    for box in pick("lantern")[:2]:
        bo.press_add(box)
    words = words_of(key_of(bo))
    for path in ("/album", "/album/rotate", "/album/forget", "/album/show", "/vi/tiny/lantern"):
        text = bo.open(path).text
        assert (bo.cookie(ALBUM) or "") not in text
        assert not [word for word in words if f" {word} " in text or f">{word} " in text]
