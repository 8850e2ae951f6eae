"""Swaps and gifts: once, on both sides or on neither, and no box is promised twice."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from app.albums.claiming import TakenError, claim, claimed_kits, find_album, scan
from app.albums.promises import end_swaps_of
from app.albums.swap_pages import swap_state
from app.albums.swapping import (
    EndedSwapError,
    NoAlbumError,
    NotForSwapError,
    OwnSwapError,
    TakenSwapError,
    UnknownSwapError,
    swap_hash,
)
from app.core.swap_code import make_swap_code
from app.ledger import Album, Swap
from tests.conftest import NOW
from tests.flows.market import Market, key

# A swap


def test_a_swap_moves_both_boxes_once_the_giver_has_seen_what_comes(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    before = two.holders("an", "binh")
    code = two.offer("an", lanterns[0])
    assert (two.page("an", code).side, two.page("an", code).state) == ("giver", "offered")
    assert two.page("binh", code).side == "other"
    two.answer("binh", code, bridges[1])
    assert two.holders("an", "binh") == before
    assert two.page("an", code).coming.kit.id == "bridge"  # type: ignore[union-attr]
    assert two.page("binh", code).coming.kit.id == "lantern"  # type: ignore[union-attr]
    two.confirm("an", code)
    assert two.holders("an", "binh") == before | {lanterns[0]: "binh", bridges[1]: "an"}
    assert {two.page(who, code).state for who in ("an", "binh")} == {"done"}
    assert sorted(claimed_kits(two.site, key("binh"))) == ["bridge", "lantern"]


def test_every_step_may_be_repeated_and_changes_nothing(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    code = two.offer("an", lanterns[0])
    for _ in range(3):
        two.answer("binh", code, bridges[1])
    two.answer("binh", code, bridges[2])  # the answer stands: what the giver sees is what comes
    assert two.page("an", code).coming.edition == bridges[1]  # type: ignore[union-attr]
    for _ in range(3):
        two.confirm("an", code)
    after = two.holders("an", "binh")
    two.answer("binh", code, bridges[1])
    two.end("binh", code)
    two.confirm("an", code)
    two.confirm("binh", code)
    assert two.holders("an", "binh") == after
    assert Counter(after.values()) == {"an": 3, "binh": 2}
    assert two.page("an", code).state == "done"


def test_only_the_giver_confirms_and_only_after_the_answer(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    before = two.holders("an", "binh")
    code = two.offer("an", lanterns[0])
    two.confirm("an", code)
    with pytest.raises(TakenSwapError):
        two.confirm("binh", code)
    two.answer("binh", code, bridges[1])
    two.confirm("binh", code)
    assert two.page("binh", code).state == "answered"
    assert two.holders("an", "binh") == before


def test_a_third_album_neither_answers_nor_confirms_nor_ends_nor_sees(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    two.claim("cam", bridges[3])
    code = two.offer("an", lanterns[0])
    with pytest.raises(TakenSwapError):
        two.end("cam", code)
    two.answer("binh", code, bridges[1])
    with pytest.raises(TakenSwapError):
        two.answer("cam", code, bridges[3])
    with pytest.raises(TakenSwapError):
        two.end("cam", code)
    for nobody in ("cam", ""):
        with pytest.raises(TakenSwapError):
            two.confirm(nobody, code)
    seen = two.page("cam", code)
    assert (seen.side, seen.gives, seen.takes, seen.choices) == ("other", None, None, ())
    assert two.page("an", code).state == "answered"


def test_an_album_does_not_swap_with_itself(two: Market, lanterns: list[int], bridges: list[int]) -> None:
    for gift in (False, True):
        code = two.offer("an", lanterns[0], gift=gift)
        with pytest.raises(OwnSwapError):
            two.answer("an", code, bridges[0])
    assert two.page("an", code).state == "offered"


def test_a_swap_needs_an_album_on_both_sides(two: Market, lanterns: list[int]) -> None:
    code = two.offer("an", lanterns[0])
    for nobody in ("", "no such album"):
        with pytest.raises(NoAlbumError):
            two.answer(nobody, code, 1)
        with pytest.raises(NoAlbumError):
            two.offer(nobody, lanterns[0])
    assert two.page("", code).choices == ()
    assert not two.page("", code).has_album


def test_nobody_gives_what_is_not_in_the_album(two: Market, lanterns: list[int], bridges: list[int]) -> None:
    code = two.offer("an", lanterns[0])
    for box in (lanterns[0], lanterns[3], 0, 99):
        with pytest.raises(NotForSwapError):
            two.answer("binh", code, box)
    for box in (bridges[1], lanterns[3], 0, -1):
        with pytest.raises(NotForSwapError):
            two.offer("an", box)
    assert two.promised() == [lanterns[0]]


def test_an_unknown_code_leads_nowhere(two: Market) -> None:
    code = make_swap_code(b"nobod")
    for act in (two.answer, two.confirm, two.end, two.page):
        with pytest.raises(UnknownSwapError):
            act("an", code)
    with pytest.raises(UnknownSwapError):
        swap_state(two.site, code, NOW)


# Gifts


def test_a_gift_is_done_when_it_is_taken(two: Market, lanterns: list[int]) -> None:
    code = two.offer("an", lanterns[0], gift=True)
    assert two.answer("binh", code) is None
    assert two.holders("an", "binh")[lanterns[0]] == "binh"
    assert {two.page(who, code).state for who in ("an", "binh")} == {"done"}
    with pytest.raises(TakenSwapError):
        two.answer("", code)


def test_a_phone_without_an_album_gets_one_with_the_gift_and_the_same_one_again(
    two: Market, lanterns: list[int]
) -> None:
    code = two.offer("an", lanterns[0], gift=True)
    for _ in range(3):  # the answer was lost on its way, twice
        assert two.answer("", code, entropy="cam") == key("cam")
    assert two.answer("cam", code) is None
    assert two.holders("an", "binh", "cam")[lanterns[0]] == "cam"
    with two.site.ledger.reading() as session:
        assert len(session.exec(select(Album)).all()) == 3


def test_a_gift_that_is_over_makes_no_album(two: Market, lanterns: list[int]) -> None:
    ended = two.offer("an", lanterns[0], gift=True)
    two.end("an", ended)
    with pytest.raises(EndedSwapError):
        two.answer("", ended)
    voided = two.offer("an", lanterns[0], gift=True)
    two.void(lanterns[0])
    assert two.answer("", voided) is None
    assert two.page("an", voided).state == "ended"
    with two.site.ledger.reading() as session:
        assert len(session.exec(select(Album)).all()) == 2


# Ends


@pytest.mark.parametrize("who", ["an", "binh"])
def test_either_side_ends_a_swap_before_it_is_done_and_nothing_moves(
    two: Market, lanterns: list[int], bridges: list[int], who: str
) -> None:
    before = two.holders("an", "binh")
    code = two.offer("an", lanterns[0])
    two.answer("binh", code, bridges[1])
    two.end(who, code)
    two.end(who, code)
    with pytest.raises(EndedSwapError):
        two.confirm("an", code)
    with pytest.raises(EndedSwapError):
        two.answer("binh", code, bridges[1])
    assert two.holders("an", "binh") == before
    assert two.promised() == []
    assert {two.page(each, code).state for each in ("an", "binh", "cam")} == {"ended"}


def test_an_offer_waits_ten_minutes_and_so_does_an_answer(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    before = two.holders("an", "binh")
    late, answered = two.offer("an", lanterns[0]), two.offer("an", lanterns[1])
    two.wait(9.9)
    two.answer("binh", answered, bridges[1])
    two.wait(0.1)
    assert two.page("an", late).state == swap_state(two.site, late, two.now) == "ended"
    with pytest.raises(EndedSwapError):
        two.answer("binh", late, bridges[2])
    two.wait(9.8)
    assert two.page("an", answered).state == "answered"
    two.wait(0.1)
    with pytest.raises(EndedSwapError):
        two.confirm("an", answered)
    assert two.holders("an", "binh") == before


def test_what_came_to_nothing_is_forgotten_after_a_day_and_what_was_done_is_kept(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    done = two.swap("an", lanterns[0], "binh", bridges[1])
    idle = two.offer("an", lanterns[1])
    two.wait(24 * 60 + 11)
    fresh = two.offer("an", bridges[0])
    with pytest.raises(UnknownSwapError):
        two.page("an", idle)
    assert two.page("an", done).state == "done"
    assert two.page("an", fresh).state == "offered"


# One promise a box


def test_offering_a_box_again_ends_its_older_offer(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    first = two.offer("an", lanterns[0])
    two.answer("binh", first, bridges[1])
    second = two.offer("an", lanterns[0])
    assert two.page("binh", first).state == "ended"
    with pytest.raises(EndedSwapError):
        two.confirm("an", first)
    assert two.page("an", second).state == "offered"
    assert two.promised() == [lanterns[0]]


def test_a_box_promised_in_an_answer_leaves_the_offer_it_stood_in_and_the_other_way_round(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    offered = two.offer("binh", bridges[1])
    wanted = two.offer("an", lanterns[0])
    two.answer("binh", wanted, bridges[1])
    assert two.page("binh", offered).state == "ended"
    again = two.offer("binh", bridges[1])
    assert two.page("an", wanted).state == "ended"
    assert two.page("binh", again).state == "offered"
    assert two.promised() == [bridges[1]]


@pytest.mark.parametrize("column", ["gives", "takes"])
def test_the_ledger_itself_refuses_a_box_in_two_open_swaps(
    two: Market, lanterns: list[int], bridges: list[int], column: str
) -> None:
    def promise(number: int) -> None:
        with two.site.ledger.writing() as session:
            boxes = {"gives": two.tag(lanterns[number]), "takes": two.tag(bridges[number])}
            boxes[column] = two.tag(bridges[5])
            kept = {"key_hash": swap_hash(str(number)), "gift": False, "state": "answered", "ends_at": NOW}
            session.add(Swap.model_validate(kept | boxes))

    two.claim("binh", bridges[5])
    promise(0)
    with pytest.raises(IntegrityError):
        promise(1)


# Voided, forgotten, merged


def test_a_voided_box_is_not_shown_offered_answered_with_or_confirmed(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    before = two.holders("an", "binh")
    code = two.offer("an", lanterns[0])
    two.void(bridges[2])
    assert bridges[2] not in two.give("binh")
    assert bridges[2] not in [goods.edition for goods in two.page("binh", code).choices]
    with pytest.raises(NotForSwapError):
        two.answer("binh", code, bridges[2])
    with pytest.raises(NotForSwapError):
        two.offer("binh", bridges[2])
    two.answer("binh", code, bridges[1])
    two.void(bridges[1])
    two.confirm("an", code)
    assert two.page("an", code).state == "ended"
    assert two.holders("an", "binh") == before


@pytest.mark.parametrize("who", ["an", "binh"])
def test_an_album_that_is_forgotten_ends_its_open_swaps_and_leaves_the_done_ones(
    two: Market, lanterns: list[int], bridges: list[int], who: str
) -> None:
    done = two.swap("an", lanterns[1], "binh", bridges[2])
    code = two.offer("an", lanterns[0])
    two.answer("binh", code, bridges[1])
    two.forget(who)
    (other,) = {"an", "binh"} - {who}
    assert two.page(other, code).state == "ended"
    assert two.page(other, done).state == "done"
    assert two.page(who, done).side == "other"
    with pytest.raises(TakenSwapError):
        two.confirm(who, done)
    assert set(two.holders(other).values()) == {other, ""}
    assert Counter(two.holders(other).values())[""] == {"an": 3, "binh": 2}[who]


def test_merging_two_albums_ends_their_open_swap_and_hands_on_what_was_done(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    two.claim("cam", lanterns[4])
    two.swap("an", lanterns[0], "cam", lanterns[4])
    code = two.offer("an", lanterns[1])
    two.answer("binh", code, bridges[1])
    two.forget("an", heir="binh")
    assert two.page("binh", code).state == "ended"
    assert scan(two.site, two.codes[lanterns[0]], key("binh")).owner == "passed on"
    assert scan(two.site, two.codes[lanterns[4]], key("binh")).passing is not None


def test_an_album_whose_key_is_changed_ends_its_open_swaps_and_no_others(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    own, others = two.offer("an", lanterns[0]), two.offer("binh", bridges[1])
    with two.site.ledger.writing() as session:
        album = find_album(session, key("an"))
        assert album
        end_swaps_of(session, album)
    assert (two.page("an", own).state, two.page("binh", others).state) == ("ended", "offered")


# What the phones are shown


def test_duplicates_come_first_and_what_the_other_album_lacks_before_the_rest(
    market: Market, lanterns: list[int], bridges: list[int]
) -> None:
    (fish, *_) = market.of("fish")
    market.claim("an", lanterns[0], fish)
    market.claim("binh", lanterns[1], *sorted(bridges[:2]), *sorted(lanterns[2:4]))
    market.claim("binh", market.of("fish")[1])
    bridges_first = [*sorted(bridges[:2]), *sorted(lanterns[1:4]), market.of("fish")[1]]
    code = market.offer("an", lanterns[0])
    choices = market.page("binh", code).choices
    assert [goods.edition for goods in choices] == bridges_first
    assert [goods.lacked for goods in choices] == [True, True, False, False, False, False]
    assert [goods.count for goods in choices] == [2, 2, 3, 3, 3, 1]
    assert market.give("binh") == [*sorted(lanterns[1:4]), *sorted(bridges[:2]), market.of("fish")[1]]
    assert market.page("binh", code).coming.count == 3  # type: ignore[union-attr]


def test_no_page_of_a_swap_knows_a_code_of_a_box(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    code = two.offer("an", lanterns[0])
    two.answer("binh", code, bridges[1])
    shown = repr([two.page(who, code) for who in ("an", "binh", "cam")])
    assert not [box for box in two.codes.values() if box in shown]


@pytest.mark.parametrize("gift", [False, True])
def test_a_former_holders_scan_says_when_the_box_went_and_the_new_holders_when_it_came(
    two: Market, lanterns: list[int], bridges: list[int], *, gift: bool
) -> None:
    two.wait(3 * 24 * 60)
    day = two.now.date()
    if gift:
        two.answer("binh", two.offer("an", lanterns[0], gift=True))
    else:
        two.swap("an", lanterns[0], "binh", bridges[1])
    former, holder, stranger = (
        scan(two.site, two.codes[lanterns[0]], key(who)) for who in ("an", "binh", "x")
    )
    assert (former.owner, former.passing and (former.passing.on, former.passing.gift)) == (
        "passed on",
        (day, gift),
    )
    assert (holder.owner, holder.passing) == ("yours", former.passing)
    assert (stranger.owner, stranger.passing) == ("another", None)
    assert former.claimed_on == holder.claimed_on == NOW.date() < day
    with pytest.raises(TakenError):
        claim(two.site, two.codes[lanterns[0]], key("an"), entropy=key("z"), today=day)


def test_a_box_that_came_back_is_ones_own_since_it_came_back(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    two.swap("an", lanterns[0], "binh", bridges[1])
    two.wait(2 * 24 * 60)
    two.swap("binh", lanterns[0], "an", bridges[1])
    found = scan(two.site, two.codes[lanterns[0]], key("an"))
    assert found.owner == "yours"
    assert found.passing
    assert found.passing.on == NOW.date() + timedelta(days=2)
