"""Whose album it is: opening it on another phone, a new key, two made into one, and forgetting.

Every step may be repeated after a lost answer, and none leaves a box in two albums or frees a code.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col

from app.albums import Site
from app.albums.claiming import count_kits, find_album, key_hash, kit_of
from app.albums.promises import end_swaps_of, hand_on_swaps
from app.core.album_key import words_of
from app.core.errors import UserError
from app.core.kit import Kit
from app.ledger import Album, Claim
from app.press.screen import ScreenSymbol, screen_symbol


class AlbumMissingError(UserError):
    """No album has this key."""


@dataclass(frozen=True)
class Holding:
    """What an album holds: each kit with the number of its boxes."""

    kits: tuple[tuple[Kit, int], ...]

    @property
    def boxes(self) -> int:
        """Return how many boxes are in it."""
        return sum(count for _, count in self.kits)


@dataclass(frozen=True)
class KeyCard:
    """An album's key: four groups of two words, where they are typed, and both as a symbol to scan."""

    groups: tuple[str, ...]
    place: str
    symbol: ScreenSymbol


def key_card(album_key: bytes, address: str) -> KeyCard:
    """Return what an album's owner writes down.

    Args:
        album_key: the key, 10 bytes.
        address: of the site, as another phone finds it. The key stands behind the #, which is never sent.
    """
    words = words_of(album_key)
    groups = tuple(" ".join(words[start : start + 2]) for start in range(0, len(words), 2))
    place = f"{address}/album/open"
    return KeyCard(groups, place.partition("://")[2], screen_symbol(f"{place}#{'-'.join(words)}"))


def holding(site: Site, album_key: bytes | None) -> Holding | None:
    """Return what an album holds, None if no album has the key."""
    with site.ledger.reading() as session:
        album = find_album(session, album_key)
        return _holding(site, session, album) if album else None


def opened(site: Site, album_key: bytes) -> Holding:
    """Return what the album of a key holds.

    Raises:
        AlbumMissingError: no album has this key.
    """
    found = holding(site, album_key)
    if found is None:
        raise _missing()
    return found


def rotate(site: Site, album_key: bytes | None, entropy: bytes) -> None:
    """Give an album a new key; the old one opens nothing any more, and open swaps and the shared view end.

    Args:
        site: the public site.
        album_key: the phone's key; the old one, or the new one already where an answer was lost.
        entropy: 10 random bytes, the new key.

    Raises:
        AlbumMissingError: neither key is an album's, or the new key is another album's.
        LedgerError: the ledger cannot be written; the old key still opens.
    """
    with site.ledger.writing() as session:
        album, renewed = find_album(session, album_key), find_album(session, entropy)
        if album is None and renewed is not None:
            return
        if album is None or renewed is not None:
            raise _missing()
        end_swaps_of(session, album)
        album.key_hash, album.shown_at = key_hash(entropy), None
        session.add(album)


def merge(site: Site, album_key: bytes | None, other_key: bytes) -> None:
    """Move every box of one album into another; the first is gone, and its open swaps are ended.

    Args:
        site: the public site.
        album_key: the key of the album that goes; one that is gone already needs nothing more.
        other_key: the key of the album that stays.

    Raises:
        AlbumMissingError: no album has the other key.
        LedgerError: the ledger cannot be written; nothing was moved.
    """
    with site.ledger.writing() as session:
        album, other = find_album(session, album_key), find_album(session, other_key)
        if other is None:
            raise _missing()
        if album is None or album.id == other.id:
            return
        session.execute(update(Claim).where(col(Claim.album) == album.id).values(album=other.id))
        hand_on_swaps(session, album, other)
        session.delete(album)


def forget(site: Site, album_key: bytes | None) -> None:
    """Delete an album. Its boxes stay claimed by none, for a code is good once; its swaps know it no more.

    Raises:
        LedgerError: the ledger cannot be written; nothing was forgotten.
    """
    with site.ledger.writing() as session:
        album = find_album(session, album_key)
        if album is None:
            return
        session.execute(update(Claim).where(col(Claim.album) == album.id).values(album=None))
        hand_on_swaps(session, album, None)
        session.delete(album)


def _holding(site: Site, session: Session, album: Album) -> Holding:
    counted = count_kits(session, album.id)
    return Holding(tuple((kit, counted[kit.id]) for kit in _in_order(site, counted)))


def _in_order(site: Site, kit_ids: Iterable[str]) -> list[Kit]:
    """Return kits in the order in which their series show them."""
    order = [kit.id for series in site.catalogue.values() for kit in series.kits]
    return sorted((kit_of(site, kit_id)[1] for kit_id in kit_ids), key=lambda kit: order.index(kit.id))


def _missing() -> AlbumMissingError:
    return AlbumMissingError("no album has this key", mend="Compare every word, or open the newest key")
