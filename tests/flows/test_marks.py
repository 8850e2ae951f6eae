"""What becomes of printed cards: spoiled and printed again, or voided; and what a voided code does."""

from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from app.albums import Site, open_site
from app.albums.claiming import TakenError, VoidedError, claim, claimed_kits, scan
from app.core.editions import (
    BackwardsRangeError,
    BeyondRunError,
    EditionsError,
    NoEditionsError,
    NotAnEditionError,
)
from app.core.print_state import Kind, PrintStates
from app.ledger import PrintMark
from app.runs import RunMissingError, Station, WrongStateError, find_run
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.marks import Marked, UnprintedError, VoidedBoxError, print_states, record_mark, spoil, void
from app.runs.planning import plan_run
from tests.conftest import CEREMONY, DICE, NOW, SECRET

LATER = NOW + timedelta(hours=1)
TODAY = date(2026, 11, 22)
EVERY = range(1, 17)
MINE, YOURS = b"m" * 10, b"y" * 10
Act = Callable[..., Marked]


@pytest.fixture
def printed(sealed: Station) -> Station:
    """The station after every insert of TY-1 was printed."""
    mark(sealed, "printed", EVERY)
    with sealed.ledger.writing() as session:
        run = find_run(session, "TY-1")
        run.printed_at = NOW
        session.add(run)
    return sealed


@pytest.fixture
def site(sealed: Station) -> Iterator[Site]:
    """The public site of the station's workspace, with connections of its own."""
    opened = open_site(sealed.workspace)
    yield opened
    opened.ledger.close()


def mark(
    station: Station, kind: Kind, editions: Collection[int], thing: str = "insert", run_id: str = "TY-1"
) -> tuple[int, ...]:
    """Record a mark in a writing block of its own."""
    with station.ledger.writing() as session:
        return record_mark(session, find_run(session, run_id), kind, editions, NOW, thing=thing)


def states(station: Station, thing: str = "insert", run_id: str = "TY-1") -> PrintStates:
    with station.ledger.reading() as session:
        return print_states(session, find_run(session, run_id), thing=thing)


def marks(station: Station) -> list[tuple[str, str, str]]:
    """Return every mark in the ledger in order."""
    with station.ledger.reading() as session:
        found = session.exec(select(PrintMark).order_by(col(PrintMark.id)))
        return [(one.kind, one.thing, one.editions) for one in found]


def code_of(station: Station, edition: int) -> str:
    """Return the code in a box."""
    labels = secret_labels(station, show_run(station, "TY-1"))
    return next(label.code for label in labels if label.edition == edition)


def put(site: Site, code: str, key: bytes | None, entropy: bytes = MINE) -> bytes | None:
    return claim(site, code, key, entropy=entropy, today=TODAY).new_key


# Printed, spoiled, printed again


def test_before_anything_is_printed_every_box_is_due(sealed: Station) -> None:
    found = states(sealed)
    assert found == PrintStates(16, frozenset(), frozenset(), frozenset())
    assert found.never == found.due == tuple(EVERY)


def test_a_spoiled_card_is_due_until_it_is_printed_again(printed: Station) -> None:
    assert states(printed).due == ()
    marked = spoil(printed, "TY-1", "3, 7-8", LATER)
    assert (marked.run, marked.kind, marked.changed, marked.already) == ("TY-1", "spoiled", (3, 7, 8), ())
    assert marked.states == states(printed)
    assert (states(printed).due, len(states(printed).printed)) == ((3, 7, 8), 13)
    assert mark(printed, "printed", {7, 8}) == (7, 8)
    assert states(printed).due == (3,)
    assert marks(printed) == [
        ("printed", "insert", "1-16"),
        ("spoiled", "insert", "3,7-8"),
        ("printed", "insert", "7-8"),
    ]


def test_when_a_mark_was_made_is_kept(printed: Station) -> None:
    spoil(printed, "TY-1", "1", LATER)
    with printed.ledger.reading() as session:
        assert [one.at for one in session.exec(select(PrintMark).order_by(col(PrintMark.id)))] == [NOW, LATER]


@pytest.mark.parametrize("act", [spoil, void])
def test_the_same_mark_twice_is_harmless_and_told(printed: Station, act: Act) -> None:
    act(printed, "TY-1", "3-5", NOW)
    again = act(printed, "TY-1", "4-6", LATER)
    assert (again.changed, again.already) == ((6,), (4, 5))
    before = marks(printed)
    nothing = act(printed, "TY-1", "3-6", LATER)
    assert (nothing.changed, nothing.already) == ((), (3, 4, 5, 6))
    assert marks(printed) == before


def test_a_card_printed_twice_over_is_written_down_twice(printed: Station) -> None:
    assert mark(printed, "printed", {1, 2}) == (1, 2)
    assert [written for _, _, written in marks(printed)] == ["1-16", "1-2"]


def test_each_printed_thing_has_its_own_state_and_a_voided_box_is_so_for_all(printed: Station) -> None:
    assert states(printed, "label").never == tuple(EVERY)
    mark(printed, "printed", EVERY, "label")
    spoil(printed, "TY-1", "2", NOW)
    void(printed, "TY-1", "9", NOW)
    assert (states(printed).due, states(printed, "label").due) == ((2,), ())
    assert states(printed).voided == states(printed, "label").voided == {9}
    with pytest.raises(VoidedBoxError):
        mark(printed, "printed", {9}, "label")


def test_the_marks_of_one_run_say_nothing_of_another(printed: Station) -> None:
    plan_run(printed, "tiny", boxes=16, now=NOW, beacon=CEREMONY, run_id="TY-2")
    commit_run(printed, "TY-2", entropy=bytes(32), now=NOW)
    seal_run(printed, "TY-2", beacon_value=DICE, now=NOW)
    void(printed, "TY-1", "5", NOW)
    assert states(printed, run_id="TY-2").never == tuple(EVERY)
    assert mark(printed, "printed", {5}, run_id="TY-2") == (5,)


# Voided for good


def test_a_voided_box_is_never_due_again(printed: Station) -> None:
    spoil(printed, "TY-1", "4", NOW)
    marked = void(printed, "TY-1", "3-4", LATER)
    assert (marked.changed, set(marked.states.voided), marked.states.due) == ((3, 4), {3, 4}, ())
    assert len(states(printed).printed) == 14


@pytest.mark.parametrize("kind", ["printed", "spoiled"])
def test_a_voided_box_is_neither_printed_nor_spoiled_and_nothing_beside_it_is_marked(
    printed: Station, kind: Kind
) -> None:
    void(printed, "TY-1", "3-4", NOW)
    before = marks(printed)
    with pytest.raises(VoidedBoxError) as refused:
        mark(printed, kind, {2, 3, 4, 5})
    assert "No. 3-4 of TY-1" in str(refused.value)
    assert "nothing was marked" in str(refused.value)
    assert marks(printed) == before


def test_a_card_that_was_never_printed_cannot_be_spoiled(sealed: Station) -> None:
    mark(sealed, "printed", {1, 2})
    with pytest.raises(UnprintedError, match=r"No\. 3,5 of TY-1"):
        mark(sealed, "spoiled", {1, 3, 5})
    assert marks(sealed) == [("printed", "insert", "1-2")]


# What is refused


@pytest.mark.parametrize("act", [spoil, void])
@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", NoEditionsError),
        ("three", NotAnEditionError),
        ("5-3", BackwardsRangeError),
        ("0", BeyondRunError),
        ("3,17", BeyondRunError),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused_and_nothing_is_marked(
    printed: Station, act: Act, typed: str, error: type[EditionsError]
) -> None:
    before = marks(printed)
    with pytest.raises(error):
        act(printed, "TY-1", typed, NOW)
    assert marks(printed) == before


@pytest.mark.parametrize(
    ("wrong", "error"), [(set(), NoEditionsError), ({0, 1}, BeyondRunError), ({17}, BeyondRunError)]
)
def test_a_mark_of_no_box_or_of_no_box_of_the_run_is_refused(
    sealed: Station, wrong: set[int], error: type[EditionsError]
) -> None:
    with pytest.raises(error):
        mark(sealed, "printed", wrong)
    assert marks(sealed) == []


@pytest.mark.parametrize("act", [spoil, void])
def test_only_a_printed_run_is_marked(station: Station, act: Act) -> None:
    with pytest.raises(RunMissingError, match="hopke run list"):
        act(station, "TY-1", "1", NOW)
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    for step in ("hopke run commit", "hopke run seal", "hopke run print"):
        with pytest.raises(WrongStateError, match=step):
            act(station, "TY-1", "1", NOW)
        if step.endswith("commit"):
            commit_run(station, "TY-1", entropy=SECRET, now=NOW)
        elif step.endswith("seal"):
            seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    assert marks(station) == []


@pytest.mark.parametrize("act", [spoil, void])
def test_a_run_that_is_printed_in_part_is_marked_too(sealed: Station, act: Act) -> None:
    mark(sealed, "printed", {1, 2})
    assert act(sealed, "TY-1", "2", NOW).changed == (2,)


def test_a_mark_whose_block_fails_is_not_kept(printed: Station) -> None:
    def half_a_step() -> None:
        with printed.ledger.writing() as session:
            record_mark(session, find_run(session, "TY-1"), "voided", {1}, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_a_step()
    assert states(printed).voided == set()


# What a voided code does


def test_a_voided_code_still_opens_its_story_and_goes_into_no_album(printed: Station, site: Site) -> None:
    code = code_of(printed, 5)
    before = scan(site, code, None)
    void(printed, "TY-1", "5", NOW)
    after = scan(site, code, None)
    assert (before.voided, after.voided) == (False, True)
    assert (after.kit, after.edition, after.owner) == (before.kit, 5, "nobody")
    for key in (None, MINE):
        with pytest.raises(VoidedError):
            put(site, code, key)
    assert claimed_kits(site, MINE) == []


def test_no_other_box_is_touched(printed: Station, site: Site) -> None:
    void(printed, "TY-1", "5", NOW)
    key = None
    for edition in EVERY:
        code = code_of(printed, edition)
        assert scan(site, code, None).voided == (edition == 5)
        if edition != 5:
            key = put(site, code, key) or key
    assert len(claimed_kits(site, MINE)) == 15


def test_a_box_of_the_same_number_in_another_run_is_not_touched(printed: Station, site: Site) -> None:
    plan_run(printed, "tiny", boxes=16, now=NOW, beacon=CEREMONY, run_id="TY-2")
    commit_run(printed, "TY-2", entropy=bytes(32), now=NOW)
    seal_run(printed, "TY-2", beacon_value=DICE, now=NOW)
    void(printed, "TY-1", "5", NOW)
    labels = secret_labels(printed, show_run(printed, "TY-2"))
    code = next(label.code for label in labels if label.edition == 5)
    assert not scan(site, code, None).voided
    assert put(site, code, None) == MINE


def test_a_spoiled_card_printed_again_has_the_same_code_and_may_be_claimed(
    printed: Station, site: Site
) -> None:
    spoil(printed, "TY-1", "5", NOW)
    assert not scan(site, code_of(printed, 5), None).voided
    assert put(site, code_of(printed, 5), None) == MINE


def test_a_claim_from_before_the_voiding_stays_and_nobody_else_gets_the_box(
    printed: Station, site: Site
) -> None:
    code = code_of(printed, 5)
    put(site, code, None)
    void(printed, "TY-1", "5", LATER)
    mine = scan(site, code, MINE)
    assert (mine.owner, mine.voided, mine.claimed_on) == ("yours", True, TODAY)
    assert put(site, code, MINE) is None, "the same answer as before"
    assert claimed_kits(site, MINE) == [mine.kit.id]
    for key in (None, YOURS):
        with pytest.raises(VoidedError):
            put(site, code, key, entropy=YOURS)


def test_a_box_that_is_only_taken_is_not_called_voided(printed: Station, site: Site) -> None:
    void(printed, "TY-1", "6", NOW)
    put(site, code_of(printed, 5), None)
    with pytest.raises(TakenError):
        put(site, code_of(printed, 5), None, entropy=YOURS)
