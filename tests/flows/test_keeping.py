"""Whose album it is: a claim whose answer was lost, a new key, two albums made one, and forgetting."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from app.albums import Site, open_site
from app.albums.claiming import Claimed, TakenError, claim, claimed_kits, scan
from app.albums.keeping import AlbumMissingError, forget, holding, key_card, merge, opened, rotate
from app.albums.showing import address_of, show_album, shown_album, shown_at
from app.albums.stories import PageMissingError
from app.core.album_key import parse_words
from app.core.code import code_tag
from app.ledger import Album, Claim, Swap
from app.runs import Station

TODAY = date(2026, 11, 21)
MINE, YOURS, NEW = b"m" * 10, b"y" * 10, b"n" * 10


@pytest.fixture
def site(sealed: Station) -> Iterator[Site]:
    opened_site = open_site(sealed.workspace)
    yield opened_site
    opened_site.ledger.close()


@pytest.fixture
def codes(codes: list[str], site: Site) -> list[str]:
    """The codes, of which Bo holds the first three and Mai the next two."""
    for code in codes[:3]:
        put(site, code, MINE)
    for code in codes[3:5]:
        put(site, code, YOURS)
    return codes


def put(site: Site, code: str, key: bytes | None, entropy: bytes | None = None) -> Claimed:
    return claim(site, code, key, entropy=entropy or key or NEW, today=TODAY)


def owner(site: Site, code: str, key: bytes | None) -> str:
    return scan(site, code, key).owner


def album_id(session: Session, key: bytes) -> int:
    found = [each for each in session.exec(select(Album)) if holding_matches(each, key)]
    assert found[0].id is not None
    return found[0].id


def holding_matches(album: Album, key: bytes) -> bool:
    from app.albums.claiming import key_hash  # noqa: PLC0415

    return album.key_hash == key_hash(key)


def swap(site: Site, giver: bytes, taker: bytes | None, gives: str, takes: str | None, state: str) -> None:
    """Write a swap into the ledger as the swapping flow leaves it."""
    with site.ledger.writing() as session:
        session.add(
            Swap(
                key_hash=code_tag(gives) * 2,
                gift=False,
                gives=code_tag(gives),
                giver=album_id(session, giver),
                takes=code_tag(takes) if takes else None,
                taker=album_id(session, taker) if taker else None,
                state=state,
                ends_at=datetime(2026, 11, 22, tzinfo=UTC) + timedelta(hours=1),
                done_on=TODAY if state == "done" else None,
            )
        )


def swaps(site: Site) -> list[tuple[str, int | None, int | None]]:
    with site.ledger.reading() as session:
        return [(each.state, each.giver, each.taker) for each in session.exec(select(Swap))]


# A claim whose answer was lost


def test_a_first_claim_repeated_with_the_same_entropy_gives_the_same_key_again(
    site: Site, codes: list[str]
) -> None:
    first = put(site, codes[9], None, NEW)
    again = put(site, codes[9], None, NEW)
    assert first == again
    assert again.new_key == NEW
    assert len(claimed_kits(site, NEW)) == 1


def test_a_second_card_with_the_same_entropy_joins_the_same_album(site: Site, codes: list[str]) -> None:
    put(site, codes[9], None, NEW)
    assert put(site, codes[10], None, NEW).new_key == NEW
    assert len(claimed_kits(site, NEW)) == 2


def test_a_phone_with_an_album_takes_no_other_key(site: Site, codes: list[str]) -> None:
    assert put(site, codes[9], MINE, NEW).new_key is None
    assert holding(site, NEW) is None
    assert put(site, codes[9], MINE, YOURS).new_key is None
    assert len(claimed_kits(site, MINE)) == 4


def test_other_entropy_does_not_get_a_taken_box(site: Site, codes: list[str]) -> None:
    with pytest.raises(TakenError):
        put(site, codes[0], None, NEW)
    assert holding(site, NEW) is None


# Keys


def test_what_is_written_down_and_what_is_scanned_are_the_same_key() -> None:
    card = key_card(MINE, "https://h.example")
    assert [len(group.split()) for group in card.groups] == [2] * 4
    assert parse_words(" ".join(card.groups)) == MINE
    assert card.place == "h.example/album/open"


def test_a_new_key_opens_the_whole_album_and_the_old_one_nothing(site: Site, codes: list[str]) -> None:
    before = opened(site, MINE)
    rotate(site, MINE, NEW)
    assert opened(site, NEW) == before
    assert holding(site, MINE) is None
    with pytest.raises(AlbumMissingError):
        opened(site, MINE)
    assert owner(site, codes[0], NEW) == "yours"
    assert owner(site, codes[0], MINE) == "another"


def test_a_change_of_key_whose_answer_was_lost_may_be_repeated(site: Site, codes: list[str]) -> None:
    rotate(site, MINE, NEW)
    rotate(site, MINE, NEW)
    assert opened(site, NEW).boxes == 3
    with pytest.raises(AlbumMissingError):
        rotate(site, MINE, b"z" * 10)
    with pytest.raises(AlbumMissingError):
        rotate(site, None, b"z" * 10)


def test_nobody_changes_his_key_into_anothers(site: Site, codes: list[str]) -> None:
    with pytest.raises(AlbumMissingError):
        rotate(site, MINE, YOURS)
    assert (opened(site, MINE).boxes, opened(site, YOURS).boxes) == (3, 2)


# Two albums made one


def test_merging_moves_every_box_and_ends_the_first_album(site: Site, codes: list[str]) -> None:
    merge(site, MINE, YOURS)
    assert opened(site, YOURS).boxes == 5
    assert holding(site, MINE) is None
    assert {owner(site, code, YOURS) for code in codes[:5]} == {"yours"}
    merge(site, MINE, YOURS)  # the answer was lost
    assert opened(site, YOURS).boxes == 5


def test_an_album_merged_into_itself_or_into_none_stays(site: Site, codes: list[str]) -> None:
    merge(site, MINE, MINE)
    with pytest.raises(AlbumMissingError):
        merge(site, MINE, NEW)
    assert opened(site, MINE).boxes == 3


def test_what_an_album_holds_is_told_in_the_order_of_its_series(site: Site, codes: list[str]) -> None:
    for code in codes[5:]:
        put(site, code, MINE)
    assert [kit.id for kit, _ in opened(site, MINE).kits] == ["lantern", "bridge", "fish"]
    assert opened(site, MINE).boxes == 14


# Forgetting


def test_forgetting_deletes_the_album_and_frees_no_code(site: Site, codes: list[str]) -> None:
    forget(site, MINE)
    assert holding(site, MINE) is None
    assert claimed_kits(site, MINE) == []
    for code in codes[:3]:
        assert owner(site, code, None) == owner(site, code, YOURS) == "forgotten"
        for key in (None, YOURS, MINE):
            with pytest.raises(TakenError):
                put(site, code, key, NEW)
    with site.ledger.reading() as session:
        assert len(list(session.exec(select(Claim)))) == 5
        assert len(list(session.exec(select(Album)))) == 1
    forget(site, MINE)
    forget(site, None)
    assert opened(site, YOURS).boxes == 2


# Swaps that are under way or done


def test_a_new_key_ends_open_swaps_and_leaves_done_ones(site: Site, codes: list[str]) -> None:
    swap(site, MINE, None, codes[0], None, "offered")
    swap(site, YOURS, MINE, codes[3], codes[1], "answered")
    swap(site, MINE, YOURS, codes[2], codes[4], "done")
    rotate(site, MINE, NEW)
    assert [state for state, _, _ in swaps(site)] == ["ended", "ended", "done"]


def test_merging_ends_the_open_swaps_of_the_album_that_goes_and_no_others(
    site: Site, codes: list[str]
) -> None:
    swap(site, MINE, None, codes[0], None, "offered")
    swap(site, YOURS, None, codes[3], None, "offered")
    swap(site, MINE, YOURS, codes[2], codes[4], "done")
    merge(site, MINE, YOURS)
    with site.ledger.reading() as session:
        heir = album_id(session, YOURS)
    assert swaps(site) == [("ended", heir, None), ("offered", heir, None), ("done", heir, heir)]


def test_forgetting_ends_open_swaps_and_takes_the_album_out_of_all(site: Site, codes: list[str]) -> None:
    swap(site, MINE, None, codes[0], None, "offered")
    swap(site, MINE, YOURS, codes[2], codes[4], "done")
    forget(site, MINE)
    with site.ledger.reading() as session:
        other = album_id(session, YOURS)
    assert swaps(site) == [("ended", None, None), ("done", None, other)]


# The shared view


def test_an_album_is_shown_only_while_its_owner_wants_it(site: Site, codes: list[str]) -> None:
    assert shown_at(site, MINE) is None
    address = address_of(MINE)
    with pytest.raises(PageMissingError):
        shown_album(site, address, None)
    show_album(site, MINE, shown=True)
    assert shown_at(site, MINE) == address
    assert sum(stamp.count for page in shown_album(site, address, None).albums for stamp in page.stamps) == 3
    show_album(site, MINE, shown=False)
    with pytest.raises(PageMissingError):
        shown_album(site, address, MINE)


@pytest.mark.parametrize("end", ["rotate", "forget", "merge"])
def test_an_address_dies_with_its_key(site: Site, codes: list[str], end: str) -> None:
    show_album(site, MINE, shown=True)
    if end == "rotate":
        rotate(site, MINE, NEW)
    elif end == "forget":
        forget(site, MINE)
    else:
        merge(site, MINE, YOURS)
    with pytest.raises(PageMissingError):
        shown_album(site, address_of(MINE), None)


def test_an_address_has_22_signs_and_neither_it_nor_the_key_is_in_the_ledger(
    site: Site, codes: list[str]
) -> None:
    show_album(site, MINE, shown=True)
    address = address_of(MINE)
    assert len(address) == 22
    assert address != address_of(YOURS)
    stored = b"".join(path.read_bytes() for path in site.workspace.state.glob("ledger.sqlite3*"))
    assert address.encode() not in stored
    assert MINE not in stored


@pytest.mark.parametrize("address", ["", "x", "../../etc/passwd", "0" * 22, "ấ" * 22, "a" * 23])
def test_an_address_that_nobody_gave_shows_nothing(site: Site, codes: list[str], address: str) -> None:
    with pytest.raises(PageMissingError):
        shown_album(site, address, None)


def test_two_albums_are_told_what_each_has_to_spare_for_the_other(site: Site, sealed: Station) -> None:
    from app.runs.life import secret_labels, show_run  # noqa: PLC0415

    kits: dict[str, list[str]] = {}
    for label in secret_labels(sealed, show_run(sealed, "TY-1")):
        kits.setdefault(scan(site, label.code, None).kit.id, []).append(label.code)
    for code in (*kits["lantern"][:2], kits["fish"][0]):
        put(site, code, MINE)
    for code in kits["bridge"][:3]:
        put(site, code, YOURS)
    show_album(site, MINE, shown=True)
    seen = shown_album(site, address_of(MINE), YOURS)
    assert ([kit.id for kit in seen.give], [kit.id for kit in seen.get]) == (["bridge"], ["lantern"])
    assert (seen.own, seen.compared) == (False, True)
    alone = shown_album(site, address_of(MINE), None)
    assert (alone.give, alone.get, alone.own, alone.compared) == ((), (), False, False)
    own = shown_album(site, address_of(MINE), MINE)
    assert (own.give, own.get, own.own, own.compared) == ((), (), True, False)
    with pytest.raises(AlbumMissingError):
        show_album(site, NEW, shown=True)
    with pytest.raises(AlbumMissingError):
        shown_at(site, None)
