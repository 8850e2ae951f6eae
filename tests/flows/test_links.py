"""Secret links: good for some days, to one draft, and like any other when they are over."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.core.address_key import key_text
from app.editing import Studio, Text, find_text
from app.editing.links import (
    LinkDaysError,
    LinkMissingError,
    end_link,
    lent,
    links_of,
    make_link,
)
from app.ledger import PreviewLink
from tests.flows.desk import CAI, NOW, write

KEY = bytes(range(32))


@pytest.fixture
def vi(studio: Studio) -> Text:
    return find_text(studio, "bridge", "vi")


def make(studio: Studio, text: Text, days: int = 7) -> int:
    return make_link(studio, text, CAI, key=KEY, days=days, now=NOW)


def test_a_link_shows_the_draft_as_it_is_now(studio: Studio, vi: Text) -> None:
    make(studio, vi)
    assert lent(studio, key_text(KEY), NOW).published
    write(studio, vi, "trang này 8.", "trang này tám.")
    shown = lent(studio, key_text(KEY), NOW)
    assert "trang này tám." in shown.words
    assert (shown.text, shown.published, shown.ends_at) == (vi, False, NOW + timedelta(days=7))


def test_a_link_ends_by_itself_and_by_hand_and_looks_like_one_that_never_was(
    studio: Studio, vi: Text
) -> None:
    number = make(studio, vi, days=1)
    lent(studio, key_text(KEY), NOW + timedelta(hours=23, minutes=59))
    said = set()
    for token, now in (
        (key_text(KEY), NOW + timedelta(days=1)),
        (key_text(bytes(32)), NOW),
        ("x", NOW),
        ("é", NOW),
    ):
        with pytest.raises(LinkMissingError) as refused:
            lent(studio, token, now)
        said.add(str(refused.value))
    assert end_link(studio, number) == ("bridge", "vi")
    with pytest.raises(LinkMissingError) as refused:
        lent(studio, key_text(KEY), NOW)
    assert said == {str(refused.value)}


def test_another_spelling_of_the_same_bytes_opens_nothing(studio: Studio, vi: Text) -> None:
    make(studio, vi)
    token = key_text(KEY)
    for other in (token + "=", token[:-1] + "9", f" {token}", token.replace("_", "/")):
        if other != token:
            with pytest.raises(LinkMissingError):
                lent(studio, other, NOW)


def test_the_ledger_keeps_nothing_that_opens_a_link(studio: Studio, vi: Text) -> None:
    make(studio, vi)
    with studio.ledger.reading() as session:
        (kept,) = session.exec(select(PreviewLink))
    assert kept.key_hash != KEY
    assert KEY not in studio.ledger.path.read_bytes()


def test_links_are_listed_with_their_end_while_they_are_good(studio: Studio, vi: Text) -> None:
    make(studio, vi)
    make_link(studio, vi, CAI, key=bytes(32), days=1, now=NOW)
    first, second = links_of(studio, vi, NOW)
    assert (first.writer, first.ends_at) == ("Cai", NOW + timedelta(days=1))
    assert links_of(studio, vi, NOW + timedelta(days=2)) == [second]
    assert links_of(studio, find_text(studio, "bridge", "en"), NOW) == []


@pytest.mark.parametrize("days", [0, 31, -1])
def test_a_link_is_good_for_one_to_thirty_days(studio: Studio, vi: Text, days: int) -> None:
    with pytest.raises(LinkDaysError):
        make(studio, vi, days)
