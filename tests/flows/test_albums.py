"""The buyer's flow: scanning claims nothing, a code goes into one album, and what album and shelf show."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import select

from app.albums import Site, open_site
from app.albums.claiming import Claimed, TakenError, UnknownCodeError, claim, claimed_kits, scan
from app.albums.pages import AlbumPage, album_pages, shelves
from app.core.code import MistypedCodeError, check_character
from app.core.manifest import parse_manifest
from app.ledger import Album, Claim
from app.runs import Station
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.planning import plan_run
from tests.conftest import CEREMONY, DICE, NOW, SECRET

TODAY, TOMORROW = date(2026, 11, 21), date(2026, 11, 22)
MINE, YOURS = b"m" * 10, b"y" * 10
COUNTS = {"lantern": 6, "bridge": 8, "fish": 2}


@pytest.fixture
def site(sealed: Station) -> Iterator[Site]:
    """The public site of the station's workspace, with connections of its own."""
    opened = open_site(sealed.workspace)
    yield opened
    opened.ledger.close()


def rows(site: Site) -> tuple[list[Claim], list[Album]]:
    """Return every claim and every album in the ledger."""
    with site.ledger.reading() as session:
        return list(session.exec(select(Claim))), list(session.exec(select(Album)))


def put(site: Site, code: str, key: bytes | None, entropy: bytes = MINE, today: date = TODAY) -> Claimed:
    """Claim a code for the album of `key`, or for a new one whose key is `entropy`."""
    return claim(site, code, key, entropy=entropy, today=today)


def holds(site: Site, code: str) -> str:
    """Return the kit that a code opens."""
    return scan(site, code, None).kit.id


def one_of(site: Site, codes: list[str], kit: str) -> str:
    """Return a code that opens `kit`."""
    return next(code for code in codes if holds(site, code) == kit)


# Scanning


def test_every_code_opens_its_own_box_and_the_boxes_hold_what_the_manifest_counts(
    site: Site, codes: list[str]
) -> None:
    scans = [scan(site, code, None) for code in codes]
    assert Counter(found.kit.id for found in scans) == COUNTS
    assert sorted(found.edition for found in scans) == list(range(1, 17))
    assert {(found.series.id, found.run, found.boxes) for found in scans} == {("tiny", "TY-1", 16)}
    assert [found.code for found in scans] == codes


def test_scanning_claims_nothing_however_often(site: Site, codes: list[str]) -> None:
    for _ in range(3):
        for key in (None, MINE):
            found = scan(site, codes[0], key)
            assert (found.owner, found.claimed_on) == ("nobody", None)
    assert rows(site) == ([], [])


def test_a_code_opens_however_it_is_typed(site: Site, codes: list[str]) -> None:
    code = next(code for code in codes if "0" in code and "1" in code)
    spelled = f"{code[:6]}-{code[6:12]} {code[12:]}".lower()
    for typed in (code.lower(), spelled, spelled.replace("0", "o").replace("1", "l"), f"  {code}\n"):
        assert scan(site, typed, None).code == code


def test_a_mistyped_code_is_told_apart_from_an_unknown_one(site: Site, codes: list[str]) -> None:
    wrong = codes[0][:-1] + ("0" if codes[0][-1] != "0" else "1")
    with pytest.raises(MistypedCodeError):
        scan(site, wrong, None)
    with pytest.raises(MistypedCodeError):
        put(site, codes[0][:-1], None)
    body = "0" * 17
    unknown = body + check_character(body)
    for ask in (lambda: scan(site, unknown, MINE), lambda: put(site, unknown, MINE)):
        with pytest.raises(UnknownCodeError) as refused:
            ask()
        assert unknown not in str(refused.value)
    assert rows(site) == ([], [])


def test_a_code_of_a_run_that_is_not_sealed_opens_nothing(station: Station) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    site = open_site(station.workspace)
    body = "1" * 17
    with pytest.raises(UnknownCodeError):
        scan(site, body + check_character(body), None)
    site.ledger.close()


# Claiming


def test_the_first_claim_makes_an_album_and_the_next_one_joins_it(site: Site, codes: list[str]) -> None:
    first = put(site, codes[0], None)
    assert (first.kit.id, first.new_key) == (holds(site, codes[0]), MINE)
    second = put(site, codes[1], MINE, entropy=YOURS)
    assert (second.kit.id, second.new_key) == (holds(site, codes[1]), None)
    assert sorted(claimed_kits(site, MINE)) == sorted([first.kit.id, second.kit.id])
    claims, albums = rows(site)
    assert (len(claims), len(albums)) == (2, 1)


def test_repeating_a_claim_gives_the_same_answer_and_keeps_the_first_day(
    site: Site, codes: list[str]
) -> None:
    first = put(site, codes[0], None)
    for _ in range(3):
        again = put(site, codes[0], MINE, today=TOMORROW)
        assert (again.kit, again.new_key) == (first.kit, None)
    claims, albums = rows(site)
    assert (len(claims), len(albums)) == (1, 1)
    assert scan(site, codes[0], MINE).claimed_on == TODAY


@pytest.mark.parametrize("key", [None, YOURS], ids=["a phone without an album", "a phone with an album"])
def test_another_album_is_told_that_the_box_is_taken_and_gets_nothing(
    site: Site, codes: list[str], key: bytes | None
) -> None:
    put(site, codes[0], None)
    put(site, codes[1], None, entropy=YOURS)
    before = rows(site)
    with pytest.raises(TakenError):
        put(site, codes[0], key, entropy=b"n" * 10, today=TOMORROW)
    assert rows(site) == before


def test_a_claimed_box_says_whose_it_is_and_since_when_and_never_more(site: Site, codes: list[str]) -> None:
    put(site, codes[0], None)
    mine, another, stranger = (scan(site, codes[0], key) for key in (MINE, YOURS, None))
    assert (mine.owner, mine.claimed_on) == ("yours", TODAY)
    assert (another.owner, another.claimed_on) == ("another", TODAY)
    assert stranger == another


def test_a_key_that_no_album_has_opens_none_and_the_claim_makes_a_new_one(
    site: Site, codes: list[str]
) -> None:
    assert claimed_kits(site, b"g" * 10) == []
    assert put(site, codes[0], b"g" * 10).new_key == MINE
    assert claimed_kits(site, b"g" * 10) == []
    assert len(claimed_kits(site, MINE)) == 1


def test_the_ledger_knows_an_album_by_the_hash_of_its_key_alone(site: Site, codes: list[str]) -> None:
    key = bytes(range(200, 210))
    put(site, codes[0], None, entropy=key)
    for path in site.workspace.state.glob("ledger.sqlite3*"):
        content = path.read_bytes()
        assert key not in content
        assert key.hex().encode() not in content


# At the same time


def raced(site: Site, claims: list[tuple[str, bytes | None, bytes]]) -> list[Claimed | Exception]:
    """Make all claims (code, key, entropy) at the same moment and return what each was answered."""
    start = threading.Barrier(len(claims))
    answers: list[Claimed | Exception] = [RuntimeError("no answer")] * len(claims)

    def run(number: int) -> None:
        code, key, entropy = claims[number]
        start.wait()
        try:
            answers[number] = put(site, code, key, entropy)
        except Exception as error:
            answers[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(claims))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_forty_phones_that_claim_one_code_exactly_one_gets_it(site: Site, codes: list[str]) -> None:
    for place, code in enumerate(codes[:5]):
        keys = [bytes([place, number]) * 5 for number in range(40)]
        answers = raced(site, [(code, None, key) for key in keys])
        winners = [answer for answer in answers if isinstance(answer, Claimed)]
        assert len(winners) == 1
        assert [type(answer) for answer in answers].count(TakenError) == 39
        owners = [key for key in keys if scan(site, code, key).owner == "yours"]
        assert owners == [winners[0].new_key]
    claims, albums = rows(site)
    assert (len(claims), len(albums)) == (5, 5), "the albums of those who lost were not made"


def test_one_phone_that_presses_forty_times_gets_forty_times_the_same_answer(
    site: Site, codes: list[str]
) -> None:
    put(site, codes[0], None)
    answers = raced(site, [(codes[1], MINE, YOURS)] * 40)
    assert {(answer.kit.id, answer.new_key) for answer in answers if isinstance(answer, Claimed)} == {
        (holds(site, codes[1]), None)
    }
    assert not [answer for answer in answers if not isinstance(answer, Claimed)]
    claims, albums = rows(site)
    assert (len(claims), len(albums)) == (2, 1)


def test_sixteen_phones_that_claim_sixteen_codes_all_get_their_own(site: Site, codes: list[str]) -> None:
    answers = raced(site, [(code, None, bytes([number]) * 10) for number, code in enumerate(codes)])
    kits = Counter(answer.kit.id for answer in answers if isinstance(answer, Claimed))
    assert kits == COUNTS
    assert len(rows(site)[1]) == 16


# What an album shows


def album(site: Site, key: bytes | None) -> AlbumPage:
    """Return the one series' page of an album."""
    (page,) = album_pages(site, key)
    return page


def test_an_album_counts_each_kit_and_what_there_is_to_spare(site: Site, codes: list[str]) -> None:
    for code in codes:
        put(site, code, MINE if code != codes[0] else None)
    page = album(site, MINE)
    assert [(stamp.kit.id, stamp.count, stamp.chase) for stamp in page.stamps] == [
        ("lantern", 6, False),
        ("bridge", 8, False),
        ("fish", 2, True),
    ]
    assert (page.held, page.standard, page.missing, page.duplicates) == (2, 2, 0, 5 + 7 + 1)


def test_a_chase_kit_is_shown_and_never_counts_towards_completeness(site: Site, codes: list[str]) -> None:
    put(site, one_of(site, codes, "fish"), None)
    page = album(site, MINE)
    assert next(stamp for stamp in page.stamps if stamp.kit.id == "fish").count == 1
    assert (page.held, page.missing, page.duplicates) == (0, 2, 0)
    put(site, one_of(site, codes, "lantern"), MINE)
    put(site, one_of(site, codes, "bridge"), MINE)
    assert (album(site, MINE).held, album(site, MINE).missing) == (2, 0)


@pytest.mark.parametrize("key", [None, YOURS])
def test_an_album_that_holds_nothing_shows_every_kit_as_missing(
    site: Site, codes: list[str], key: bytes | None
) -> None:
    put(site, codes[0], None)
    page = album(site, key)
    assert [stamp.count for stamp in page.stamps] == [0, 0, 0]
    assert (page.held, page.missing, page.duplicates) == (0, 2, 0)


# What a shelf shows


def test_no_odds_are_shown_before_a_run_is_published(station: Station) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW)
    site = open_site(station.workspace)
    assert shelves(site, "en")[0].odds is None
    site.ledger.close()


def test_the_odds_shown_are_the_integers_of_the_manifest(sealed: Station, site: Site) -> None:
    plan = parse_manifest(show_run(sealed, "TY-1").manifest or "").plan
    (shelf,) = shelves(site, "vi")
    assert shelf.odds is not None
    assert (shelf.odds.run, shelf.odds.boxes, shelf.odds.beacon_kind) == (plan.run, plan.boxes, "ceremony")
    assert [(kit.id, count) for kit, count in shelf.odds.counts] == [(kit.id, kit.count) for kit in plan.kits]
    assert all(type(count) is int for _, count in shelf.odds.counts)
    assert (shelf.odds.standard, shelf.odds.largest) == (2, 8)


def test_the_odds_shown_are_those_of_the_run_published_last(sealed: Station, site: Site) -> None:
    plan_run(sealed, "tiny", boxes=8, now=NOW, beacon=CEREMONY)
    (before,) = shelves(site, "en")
    commit_run(sealed, "TY-2", entropy=bytes(32), now=NOW)
    (after,) = shelves(site, "en")
    assert before.odds is not None
    assert after.odds is not None
    assert (before.odds.run, after.odds.run) == ("TY-1", "TY-2")
    assert [count for _, count in after.odds.counts] == [3, 4, 1]


def test_claims_of_two_runs_meet_in_one_album(sealed: Station, site: Site, codes: list[str]) -> None:
    plan_run(sealed, "tiny", boxes=8, now=NOW, beacon=CEREMONY)
    commit_run(sealed, "TY-2", entropy=bytes(32), now=NOW)
    seal_run(sealed, "TY-2", beacon_value=DICE, now=NOW)
    assert scan(site, codes[0], None).run == "TY-1"
    second = secret_labels(sealed, show_run(sealed, "TY-2"))[0].code
    assert scan(site, second, None).run == "TY-2"
    put(site, codes[0], None)
    put(site, second, MINE)
    assert sum(stamp.count for stamp in album(site, MINE).stamps) == 2
