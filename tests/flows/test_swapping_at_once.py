"""Swaps that many phones press at one moment, or that break half-way: one wins, and nothing moves by half."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from functools import partial

import pytest
from sqlmodel import select

from app.albums.claiming import claimed_kits
from app.albums.swapping import TakenSwapError
from app.ledger import Album
from tests.flows.market import Market


def at_once(number: int, act: Callable[[int], object]) -> list[object]:
    """Let `number` threads act at the same moment; return what each returned or raised."""
    ready = threading.Barrier(number)
    outcomes: list[object] = [None] * number

    def run(which: int) -> None:
        ready.wait()
        try:
            outcomes[which] = act(which)
        except Exception as error:
            outcomes[which] = type(error)

    threads = [threading.Thread(target=run, args=(which,)) for which in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def answer_with_own(market: Market, code: str, boxes: list[int], which: int) -> bytes | None:
    return market.answer(f"album {boxes[which]}", code, boxes[which])


def confirm_once_more(market: Market, code: str, _which: int) -> None:
    market.confirm("an", code)


def confirm_or_end(market: Market, code: str, which: int) -> None:
    if which % 2:
        market.confirm("an", code)
    else:
        market.end("binh", code)


def test_of_many_albums_that_answer_at_once_exactly_one_wins(market: Market) -> None:
    boxes = sorted(market.codes)
    for box in boxes:
        market.claim(f"album {box}", box)
    for giver in boxes[:4]:
        code = market.offer(f"album {giver}", giver)
        others = [box for box in boxes if box != giver]
        outcomes = at_once(len(others), partial(answer_with_own, market, code, others))
        assert Counter(outcomes) == {None: 1, TakenSwapError: 14}
        (winner,) = [box for box in market.promised() if box != giver]
        assert outcomes[others.index(winner)] is None
        market.end(f"album {giver}", code)


def test_of_many_phones_that_take_a_gift_at_once_exactly_one_gets_it_and_one_album_is_made(
    two: Market, lanterns: list[int]
) -> None:
    code = two.offer("an", lanterns[0], gift=True)
    outcomes = at_once(12, lambda which: two.answer("", code, entropy=f"phone {which}"))
    assert Counter(outcomes)[TakenSwapError] == 11
    (won,) = [outcome for outcome in outcomes if isinstance(outcome, bytes)]
    assert claimed_kits(two.site, won) == ["lantern"]
    with two.site.ledger.reading() as session:
        assert len(session.exec(select(Album)).all()) == 3


def test_confirming_many_times_at_once_swaps_once(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    for _ in range(4):
        before = two.holders("an", "binh")
        (mine, *_), (yours, *_) = (
            [box for box, who in before.items() if who == name] for name in ("an", "binh")
        )
        code = two.offer("an", mine)
        two.answer("binh", code, yours)
        assert at_once(12, partial(confirm_once_more, two, code)) == [None] * 12
        assert two.holders("an", "binh") == before | {mine: "binh", yours: "an"}


def test_confirming_and_ending_at_once_leaves_either_both_moved_or_neither(
    two: Market, lanterns: list[int], bridges: list[int]
) -> None:
    seen = set()
    for _ in range(12):
        before = two.holders("an", "binh")
        (mine, *_), (yours, *_) = (
            [box for box, who in before.items() if who == name] for name in ("an", "binh")
        )
        code = two.offer("an", mine)
        two.answer("binh", code, yours)
        at_once(6, partial(confirm_or_end, two, code))
        state = two.page("an", code).state
        moved = before | {mine: "binh", yours: "an"}
        assert two.holders("an", "binh") == {"done": moved, "ended": before}[state]
        seen.add(state)
    assert seen


class CutOff(datetime):
    """A time at which everything stops half-way through the exchange."""

    def date(self) -> date:
        raise ZeroDivisionError


@pytest.mark.parametrize("gift", [False, True])
def test_an_exchange_that_breaks_half_way_moved_nothing_and_can_be_repeated(
    two: Market, lanterns: list[int], bridges: list[int], *, gift: bool
) -> None:
    before, real = two.holders("an", "binh"), two.now
    code = two.offer("an", lanterns[0], gift=gift)

    def last_step() -> None:
        if gift:
            two.answer("binh", code)
        else:
            two.confirm("an", code)

    if not gift:
        two.answer("binh", code, bridges[1])
    two.now = CutOff.fromtimestamp(real.timestamp(), real.tzinfo)
    with pytest.raises(ZeroDivisionError):
        last_step()
    two.now = real
    assert two.holders("an", "binh") == before
    assert two.page("an", code).state == ("offered" if gift else "answered")
    last_step()
    assert two.page("an", code).state == "done"
    assert two.holders("an", "binh")[lanterns[0]] == "binh"
