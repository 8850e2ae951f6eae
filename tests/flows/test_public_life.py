"""A run posted, sold and revealed: each step in its turn, told in the public log, all or nothing."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.albums import open_site
from app.albums.record import reveal_stream
from app.core.errors import UserError
from app.core.log import LogError
from app.core.reveal import check_reveal
from app.core.witness import PlaceError
from app.ledger import LogEntry, Revealed
from app.runs import Station, WrongStateError
from app.runs.life import commit_run, seal_run, show_run
from app.runs.log import log_of, verify_log
from app.runs.marks import record_mark, spoil, void
from app.runs.planning import plan_run
from app.runs.public_life import NotRevealableError, reveal_run, sell_run, witness_run, witness_text
from app.vault import VaultError
from tests.conftest import CEREMONY, DICE, NOW, SECRET

BOARD = "Notice board of the heritage centre, 5 December 2026"


def print_all(station: Station, editions: range = range(1, 17)) -> None:
    """Count every card of TY-1 as printed, as a print does."""
    with station.ledger.writing() as session:
        run = show_run(station, "TY-1")
        record_mark(session, run, "printed", editions, NOW)
        run.printed_at = NOW
        session.add(run)


@pytest.fixture
def printed(sealed: Station) -> Station:
    print_all(sealed)
    return sealed


@pytest.fixture
def sold(printed: Station) -> Station:
    sell_run(printed, "TY-1", NOW)
    return printed


def deeds(station: Station) -> list[str]:
    return [entry.did for entry in log_of(station, "TY-1")]


# Posted


def test_each_seal_is_posted_once_it_exists_and_the_log_says_where(station: Station) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    with pytest.raises(WrongStateError, match="planned"):
        witness_run(station, "TY-1", "manifest", BOARD, NOW)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    assert witness_run(station, "TY-1", "manifest", BOARD, NOW).notes == ()
    with pytest.raises(WrongStateError, match="hopke run seal"):
        witness_run(station, "TY-1", "root", BOARD, NOW)
    seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    assert witness_run(station, "TY-1", "root", BOARD, NOW).notes == ()
    told = [entry.told for entry in verify_log(station).entries if entry.did == "witnessed"]
    assert told == [{"what": "manifest", "where": BOARD}, {"what": "root", "where": BOARD}]


def test_a_posting_that_comes_too_late_is_written_down_and_told_to_be_late(sold: Station) -> None:
    (late,) = witness_run(sold, "TY-1", "manifest", BOARD, NOW).notes
    assert "drawn already" in late
    (late,) = witness_run(sold, "TY-1", "root", BOARD, NOW).notes
    assert "on sale already" in late
    assert deeds(sold)[-2:] == ["witnessed", "witnessed"]


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("", "no place"),
        ("  ", "no place"),
        ("x" * 201, "201 signs"),
        ("a\nb", "not text"),
        ("a\u202eb", "not text"),
        ("a\u00a0b", "not text"),
        ("a\x00b", "not text"),
        ("mai@example.org", "e-mail"),
        ("Sent to an.nguyen@mail.example.vn", "e-mail"),
        ("call 0912 345 678", "telephone"),
        ("Mai 0912345678", "telephone"),
        ("Mai 091.234.5678 at the shop", "telephone"),
        ("+84 24 3825 2853", "telephone"),
        ("(024) 38252853", "telephone"),
        ("5.12.2026, 0912-345-678", "telephone"),
    ],
)
def test_the_public_log_takes_no_person_and_nothing_but_a_line_of_text(
    sealed: Station, where: str, why: str
) -> None:
    before = deeds(sealed)
    with pytest.raises(PlaceError, match=why):
        witness_run(sealed, "TY-1", "root", where, NOW)
    assert deeds(sealed) == before


@pytest.mark.parametrize(
    "where",
    [
        "x" * 200,
        "Hoàng thành Thăng Long, bảng tin, 05.12.2026 15:00",
        "05/12/2026 09:30, school fair",
        "2026-12-05, page 12",
        "https://example.org/2026/12/05/0912345678",
        "Newspaper no. 1234, page 12",
        "drand round 28400001234",
    ],
)
def test_a_place_a_date_and_a_web_address_are_no_persons(sealed: Station, where: str) -> None:
    witness_run(sealed, "TY-1", "root", where, NOW)
    assert log_of(sealed, "TY-1")[-1].told["where"] == where


def test_a_place_is_kept_in_the_one_spelling_of_its_letters(sealed: Station) -> None:
    witness_run(sealed, "TY-1", "root", " Hoa\u0300ng tha\u0300nh ", NOW)
    assert log_of(sealed, "TY-1")[-1].told["where"] == "Hoàng thành"


def test_the_symbol_for_witnesses_says_run_and_hash(sealed: Station) -> None:
    run = show_run(sealed, "TY-1")
    (committed,) = [entry for entry in log_of(sealed, "TY-1") if entry.did == "committed"]
    assert witness_text(run) == f"HB1 TY-1 {committed.told['manifest']}"


# Sold


def test_a_run_is_sold_once_every_card_is_printed(sealed: Station) -> None:
    with pytest.raises(WrongStateError, match="hopke run print TY-1"):
        sell_run(sealed, "TY-1", NOW)
    print_all(sealed)
    spoil(sealed, "TY-1", "3", NOW)
    with pytest.raises(WrongStateError, match="1 cards of TY-1 are still to be printed"):
        sell_run(sealed, "TY-1", NOW)
    assert show_run(sealed, "TY-1").state == "printed"
    void(sealed, "TY-1", "3", NOW)  # withdrawn boxes stand aside
    assert sell_run(sealed, "TY-1", NOW).run.state == "on sale"
    assert verify_log(sealed).entries[-1].did == "on sale"
    with pytest.raises(WrongStateError, match="hopke run reveal TY-1"):
        sell_run(sealed, "TY-1", NOW)


def test_who_sells_without_witnesses_is_told_so(printed: Station) -> None:
    manifest, root = sell_run(printed, "TY-1", NOW).notes
    assert "before the draw" in manifest
    assert "hopke run witness TY-1 --what root" in root


def test_who_sells_with_witnesses_is_told_nothing(station: Station) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    witness_run(station, "TY-1", "manifest", BOARD, NOW)
    seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    witness_run(station, "TY-1", "root", BOARD, NOW)
    print_all(station)
    assert sell_run(station, "TY-1", NOW).notes == ()


def test_a_box_is_withdrawn_from_a_run_on_sale_too(sold: Station) -> None:
    assert void(sold, "TY-1", "7", NOW).changed == (7,)
    assert verify_log(sold).entries[-1].told == {"boxes": 1}


# Revealed


@pytest.mark.parametrize("ended", ["sold out", "withdrawn"])
def test_a_run_that_is_over_is_opened_and_can_be_drawn_again(sold: Station, ended: str) -> None:
    later = NOW + timedelta(days=90)
    assert reveal_run(sold, "TY-1", ended, later).run.state == "revealed"  # type: ignore[arg-type]
    with sold.ledger.reading() as session:
        opened = session.exec(select(Revealed)).one()
    assert opened.ended == ended
    assert len(opened.commitments) == 16 * 32
    last = verify_log(sold).entries[-1]
    assert (last.did, last.told) == ("revealed", {"ended": ended, "seed": opened.seed.hex()})
    with pytest.raises(WrongStateError, match="hopke verify"):
        reveal_run(sold, "TY-1", "sold out", later)


def test_what_is_revealed_is_what_anyone_recomputes(sold: Station) -> None:
    reveal_run(sold, "TY-1", "sold out", NOW)
    site = open_site(sold.workspace)
    text = "".join(reveal_stream(site, "TY-1").parts)
    site.ledger.close()
    again = check_reveal(text)
    assert again.contents_root == show_run(sold, "TY-1").contents_root


def test_a_run_is_not_revealed_before_it_is_on_sale(printed: Station) -> None:
    with pytest.raises(WrongStateError, match="hopke run sell TY-1"):
        reveal_run(printed, "TY-1", "sold out", NOW)


def unchanged(station: Station, error: type[UserError]) -> None:
    with pytest.raises(error):
        reveal_run(station, "TY-1", "sold out", NOW)
    with station.ledger.reading() as session:
        assert session.exec(select(Revealed)).all() == []
        assert not session.exec(select(LogEntry).where(LogEntry.text.like('%"did":"revealed"%'))).all()  # type: ignore[attr-defined]
    assert show_run(station, "TY-1").state == "on sale"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE run SET contents_root = zeroblob(32)",
        "UPDATE run SET beacon_value = '654321'",
        "UPDATE run SET beacon_value = '7'",
        "UPDATE run SET manifest = replace(manifest, 'Six dice', 'Seven dice')",
    ],
)
def test_a_reveal_that_would_not_hold_is_never_published(sold: Station, statement: str) -> None:
    with sold.ledger.writing() as session:
        session.connection().exec_driver_sql(statement)
    unchanged(sold, NotRevealableError)


def test_another_vault_reveals_nothing(sold: Station) -> None:
    folder = sold.vault.folder
    for file in folder.iterdir():
        file.unlink()
    unchanged(sold, VaultError)
    sold.vault.keep("TY-1", bytes(32))
    unchanged(sold, NotRevealableError)


def test_a_seed_changed_past_the_program_is_noticed(sold: Station) -> None:
    reveal_run(sold, "TY-1", "sold out", NOW)
    with sold.ledger.writing() as session:
        session.connection().exec_driver_sql("UPDATE revealed SET seed = zeroblob(32)")
    with pytest.raises(LogError, match="its seed is another"):
        verify_log(sold)
