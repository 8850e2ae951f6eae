"""An album that its owner lets others look at: its stamps, and what two albums could swap."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass

from sqlmodel import select

from app.albums import Site
from app.albums.claiming import count_kits, find_album
from app.albums.keeping import AlbumMissingError
from app.albums.pages import AlbumPage, pages_of
from app.albums.stories import PageMissingError
from app.core.address_key import key_text
from app.core.kit import Kit
from app.ledger import Album

ADDRESS = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


@dataclass(frozen=True)
class ShownAlbum:
    """Somebody's album, as whoever has its address sees it.

    Attributes:
        albums: its series in which there is something.
        own: whether the phone that looks holds this very album.
        give: kits that the viewer has to spare and this album lacks.
        get: kits that this album has to spare and the viewer lacks.
        compared: whether the viewer has an album with something in it.
    """

    albums: tuple[AlbumPage, ...]
    own: bool
    give: tuple[Kit, ...]
    get: tuple[Kit, ...]
    compared: bool


def address_of(album_key: bytes) -> str:
    """Return under which address an album is shown: 22 signs from which nobody learns its key."""
    digest = hashlib.sha256(b"hopke/shown" + album_key).digest()[:16]
    return key_text(digest)


def shown_at(site: Site, album_key: bytes | None) -> str | None:
    """Return the address under which an album is shown, None while it is not.

    Raises:
        AlbumMissingError: no album has this key.
    """
    with site.ledger.reading() as session:
        album = find_album(session, album_key)
        if album is None or album_key is None:
            raise _missing()
        return address_of(album_key) if album.shown_at else None


def show_album(site: Site, album_key: bytes | None, *, shown: bool) -> None:
    """Let others look at an album, or no longer; the same album has the same address again.

    Raises:
        AlbumMissingError: no album has this key.
        LedgerError: the ledger cannot be written; nothing was changed.
    """
    with site.ledger.writing() as session:
        album = find_album(session, album_key)
        if album is None or album_key is None:
            raise _missing()
        album.shown_at = _hash(address_of(album_key)) if shown else None
        session.add(album)


def shown_album(site: Site, address: str, viewer_key: bytes | None) -> ShownAlbum:
    """Return the album that is shown at an address.

    Raises:
        PageMissingError: none is, or no longer.
    """
    if not ADDRESS.fullmatch(address):
        raise PageMissingError("no album is shown here")
    with site.ledger.reading() as session:
        album = session.exec(select(Album).where(Album.shown_at == _hash(address))).first()
        if album is None:
            raise PageMissingError("no album is shown here")
        viewer = find_album(session, viewer_key)
        own = viewer is not None and viewer.id == album.id
        theirs = count_kits(session, album.id)
        mine = count_kits(session, viewer.id if viewer else None)
    return ShownAlbum(
        albums=tuple(page for page in pages_of(site, theirs) if page.begun),
        own=own,
        give=_spare(site, mine, theirs),
        get=_spare(site, theirs, mine) if mine else (),
        compared=bool(mine) and not own,
    )


def _spare(site: Site, one: Counter[str], other: Counter[str]) -> tuple[Kit, ...]:
    """Return the kits of which one album has two or more and another none."""
    kits = [kit for series in site.catalogue.values() for kit in series.kits]
    return tuple(kit for kit in kits if one[kit.id] > 1 and not other[kit.id])


def _hash(address: str) -> bytes:
    return hashlib.sha256(b"hopke/shown at" + address.encode()).digest()


def _missing() -> AlbumMissingError:
    return AlbumMissingError("this phone holds no album", mend="Scan a card, or open an album with its words")
