"""From a code to a kit in an album."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import Session, select

from app.albums import Site
from app.albums.promises import Passing, came, left
from app.core.code import code_tag, parse_code
from app.core.errors import UserError
from app.core.kit import Kit, Series, find_by_id
from app.core.print_state import VOIDED, is_marked
from app.core.proof import SealedContent
from app.ledger import Album, Claim, PrintMark, Run, SealedBox
from app.sealing import open_row


class UnknownCodeError(UserError):
    """A well-formed code that opens no box."""


class TakenError(UserError):
    """The box is in another album."""


class VoidedError(UserError):
    """The maker has withdrawn the box."""


Owner = Literal["nobody", "yours", "another", "passed on", "forgotten"]


@dataclass(frozen=True)
class Scan:
    """What a code opens, whose it is, and whether the maker has withdrawn it.

    `album` tells whether the phone that asks holds an album; an owner `forgotten` is an album that was.
    `passing` tells how the box came into this album by a swap, or left it.
    """

    code: str
    series: Series
    kit: Kit
    run: str
    edition: int
    boxes: int
    owner: Owner
    claimed_on: date | None
    voided: bool
    album: bool
    passing: Passing | None


@dataclass(frozen=True)
class Claimed:
    """A kit that is now in an album; `new_key` is the album's key where the phone did not hold it yet."""

    series: Series
    kit: Kit
    new_key: bytes | None


def scan(site: Site, typed: str, album_key: bytes | None) -> Scan:
    """Open a box's row with the code printed inside it. Nothing is claimed.

    Raises:
        MistypedCodeError, KeyboardCodeError: the code cannot be right; the ledger was not asked.
        UnknownCodeError: no box has this code.
    """
    code = parse_code(typed)
    tag = code_tag(code)
    with site.ledger.reading() as session:
        run, content = open_box(session, code)
        voided = is_voided(session, run.id, content.edition)
        claim = session.get(Claim, tag)
        album = find_album(session, album_key)
        owner, passing = _owner(session, claim, album)
    kit_id = json.loads(run.kits)[content.kit]["id"]
    series, kit = kit_of(site, kit_id)
    claimed_on = claim.claimed_on if claim else None
    return Scan(
        code=code,
        series=series,
        kit=kit,
        run=run.id,
        edition=content.edition,
        boxes=run.boxes,
        owner=owner,
        claimed_on=claimed_on,
        voided=voided,
        album=album is not None,
        passing=passing,
    )


def open_box(session: Session, code: str) -> tuple[Run, SealedContent]:
    """Open a box's row with its code, and return its run with it.

    Raises:
        UnknownCodeError: no box has this code.
    """
    box = session.get(SealedBox, code_tag(code))
    run = session.get(Run, box.run) if box else None
    if box is None or run is None:
        raise UnknownCodeError("no box has this code", mend="Compare every letter with the card")
    return run, open_row(code, run.id, box.sealed)


def claim(site: Site, typed: str, album_key: bytes | None, *, entropy: bytes, today: date) -> Claimed:
    """Put a box's kit into an album, once; repeating it with the same album gives the same answer.

    A phone without an album becomes the holder of the album with the key `entropy`. Its first answer may be
    lost on the way, and the key with it: whoever repeats the claim with the same entropy gets it again.

    Args:
        site: the public site.
        typed: the code.
        album_key: the phone's album key, 10 bytes, if it has one.
        entropy: 10 random bytes, the key of a new album if one is made.
        today: the day to remember.

    Raises:
        MistypedCodeError, KeyboardCodeError, UnknownCodeError: as in `scan`.
        VoidedError: the maker has withdrawn the box, and it is not in this album from before.
        TakenError: the box is in another album.
        LedgerError: the ledger cannot be written; nothing was claimed.
    """
    box = scan(site, typed, album_key)
    with site.ledger.writing() as session:
        album = find_album(session, album_key)
        new_key = None if album else entropy
        album = album or find_album(session, new_key)
        taken = session.get(Claim, code_tag(box.code))
        if taken is not None and album is not None and taken.album == album.id:
            return Claimed(box.series, box.kit, new_key)
        if is_voided(session, box.run, box.edition):
            raise VoidedError("the maker has withdrawn this box", mend="Ask where you bought it")
        if taken is not None:
            raise TakenError("this box is in another album", mend="Ask where you bought it")
        if album is None:
            album = new_album(session, entropy, today)
        if album.id is None:
            raise RuntimeError("the ledger gave a new album no number")
        session.add(
            Claim(
                tag=code_tag(box.code),
                album=album.id,
                run=box.run,
                kit=box.kit.id,
                edition=box.edition,
                claimed_on=today,
            )
        )
    return Claimed(box.series, box.kit, new_key)


def count_kits(session: Session, album: int | None) -> Counter[str]:
    """Return how many boxes of each kit an album has; none without one."""
    if album is None:
        return Counter()
    return Counter(session.exec(select(Claim.kit).where(Claim.album == album)))


def claimed_kits(site: Site, album_key: bytes | None) -> list[str]:
    """Return the kit of every box in the album, one entry a box."""
    with site.ledger.reading() as session:
        album = find_album(session, album_key)
        if album is None:
            return []
        return list(session.exec(select(Claim.kit).where(Claim.album == album.id)))


def is_voided(session: Session, run: str, edition: int) -> bool:
    """Tell whether the maker has withdrawn a box of a run."""
    voided = select(PrintMark.editions).where(PrintMark.run == run, PrintMark.kind == VOIDED)
    return is_marked(edition, session.exec(voided))


def kit_of(site: Site, kit_id: str) -> tuple[Series, Kit]:
    """Return a kit and its series by the kit's id, which is never renamed once it stands in a manifest."""
    found = find_by_id(site.catalogue.values(), kit_id)
    if found is None:
        raise RuntimeError(f"the kit {kit_id} of a sealed run is gone from kits/")
    return found


def _owner(session: Session, claim: Claim | None, album: Album | None) -> tuple[Owner, Passing | None]:
    """Return whose a claim is for the phone that holds `album`, and how it passed between albums."""
    if claim is None:
        return "nobody", None
    if claim.album is None:
        return "forgotten", None
    if album is None or album.id is None:
        return "another", None
    if claim.album == album.id:
        return "yours", came(session, claim.tag, album.id)
    passing = left(session, claim.tag, album.id)
    return "passed on" if passing else "another", passing


def find_album(session: Session, album_key: bytes | None) -> Album | None:
    """Return the album that a key opens, None if there is none."""
    if album_key is None:
        return None
    return session.exec(select(Album).where(Album.key_hash == key_hash(album_key))).first()


def new_album(session: Session, album_key: bytes, today: date) -> Album:
    """Return the new album of a key, in the ledger and with its number."""
    album = Album(key_hash=key_hash(album_key), made_on=today)
    session.add(album)
    session.flush()
    return album


def key_hash(album_key: bytes) -> bytes:
    """Return what the ledger keeps of an album's key."""
    return hashlib.sha256(b"hopke/album" + album_key).digest()
