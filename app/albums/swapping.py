"""Swaps between two albums, and gifts: offer -> answer -> confirm; done once, on both sides or on neither.

A box is promised at most once: whoever promises it anew leaves the older promise. A gift is done when it is
accepted, for its giver has agreed by offering it; a swap when its giver has seen what comes and confirms.
"""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session, select

from app.albums import Site
from app.albums.claiming import find_album, is_voided, new_album
from app.albums.promises import end_expired, end_promises_of
from app.core.errors import UserError
from app.core.swap_code import make_swap_code, parse_swap_code
from app.ledger import Album, Claim, Swap

WAIT = timedelta(minutes=10)
"""How long an offer waits for an answer, and an answer for its confirmation."""


class UnknownSwapError(UserError):
    """A well-formed swap code that nobody is showing."""


class NoAlbumError(UserError):
    """This phone has no album, so it has nothing to give."""


class NotForSwapError(UserError):
    """The box is not in this album, or its maker has withdrawn it."""


class TakenSwapError(UserError):
    """Another album has answered."""


class OwnSwapError(UserError):
    """Both phones hold the same album."""


class EndedSwapError(UserError):
    """The swap was ended, or its time was over."""


def offer(site: Site, album_key: bytes | None, box: str, *, gift: bool, entropy: bytes, now: datetime) -> str:
    """Offer a box of one's album, and return the code that the other phone needs.

    Args:
        site: the public site.
        album_key: the phone's album key.
        box: run and edition, as `Goods.box` spells them.
        gift: for nothing in return.
        entropy: 5 random bytes.
        now: the time.

    Raises:
        NoAlbumError: the phone has no album.
        NotForSwapError: the box is not in the album, or withdrawn.
    """
    code = make_swap_code(entropy)
    with site.ledger.writing() as session:
        end_expired(session, now)
        album = find_album(session, album_key)
        if album is None:
            raise _no_album()
        claim = _own_box(session, album, box)
        end_promises_of(session, claim.tag)
        session.add(
            Swap(
                key_hash=swap_hash(code),
                gift=gift,
                gives=claim.tag,
                giver=album.id,
                state="offered",
                ends_at=now + WAIT,
            )
        )
    return code


def answer(
    site: Site, typed: str, album_key: bytes | None, box: str, *, entropy: bytes, now: datetime
) -> bytes | None:
    """Accept a gift, or say what one gives for what was offered. Repeating it changes nothing.

    Args:
        site: the public site.
        typed: the swap's code.
        album_key: the phone's album key, if it has one.
        box: what one gives; ignored for a gift.
        entropy: the key of a new album if a gift needs one; the same bytes again find the same album.
        now: the time.

    Returns:
        The key of the album that was made for the gift, None if the phone had one.

    Raises:
        MistypedCodeError, KeyboardCodeError, UnknownSwapError: the code leads nowhere.
        OwnSwapError, TakenSwapError, EndedSwapError: this album cannot answer, or not any more.
        NoAlbumError, NotForSwapError: it has nothing, or not this box, to give.
    """
    code = parse_swap_code(typed)
    with site.ledger.writing() as session:
        swap = find_swap(session, code, now)
        album, new_key = find_album(session, album_key), None
        if album is None and swap.gift:
            album, new_key = find_album(session, entropy), entropy
        if album is not None and album.id == swap.giver:
            raise OwnSwapError("this album made the offer", mend="Open the code on the other phone")
        if album is not None and album.id == swap.taker and swap.state in {"answered", "done"}:
            return new_key
        if swap.state == "ended":
            raise _ended()
        if swap.state != "offered":
            raise _taken()
        if swap.gift:
            if _stands(session, swap.gives, swap.giver):
                swap.taker = (album or new_album(session, entropy, now.date())).id
                _exchange(session, swap, now)
            else:
                swap.state, new_key = "ended", None
            return new_key
        if album is None:
            raise _no_album()
        claim = _own_box(session, album, box)
        end_promises_of(session, claim.tag)
        swap.takes, swap.taker, swap.state, swap.ends_at = claim.tag, album.id, "answered", now + WAIT
    return None


def confirm(site: Site, typed: str, album_key: bytes | None, *, now: datetime) -> None:
    """Let both boxes change albums, once. Repeating it, or confirming before an answer, changes nothing.

    Raises:
        MistypedCodeError, KeyboardCodeError, UnknownSwapError: the code leads nowhere.
        TakenSwapError: the swap is between two other albums.
        EndedSwapError: the swap was ended before.
    """
    code = parse_swap_code(typed)
    with site.ledger.writing() as session:
        swap = find_swap(session, code, now)
        album = _side(session, swap, album_key)
        if swap.state == "ended":
            raise _ended()
        if swap.state == "answered" and album.id == swap.giver:
            whole = _stands(session, swap.gives, swap.giver) and _stands(session, swap.takes, swap.taker)
            if whole:
                _exchange(session, swap, now)
            else:
                swap.state = "ended"


def end(site: Site, typed: str, album_key: bytes | None, *, now: datetime) -> None:
    """End a swap before it is done, from either side; one that is over stays as it is.

    Raises:
        MistypedCodeError, KeyboardCodeError, UnknownSwapError: the code leads nowhere.
        TakenSwapError: the swap is between two other albums.
    """
    code = parse_swap_code(typed)
    with site.ledger.writing() as session:
        swap = find_swap(session, code, now)
        _side(session, swap, album_key)
        if swap.state != "done":
            swap.state = "ended"


def swap_hash(code: str) -> bytes:
    """Return what the ledger keeps of a swap's code."""
    return hashlib.sha256(b"hopke/swap" + code.encode("ascii")).digest()


def find_swap(session: Session, code: str, now: datetime | None = None) -> Swap:
    """Return the swap of a code; in a writing block, given the time, what has expired is ended first.

    Raises:
        UnknownSwapError: nobody shows this code.
    """
    if now is not None:
        end_expired(session, now)
    swap = session.exec(select(Swap).where(Swap.key_hash == swap_hash(code))).first()
    if swap is None:
        raise UnknownSwapError("nobody shows this code", mend="Compare it with the other phone")
    return swap


def _exchange(session: Session, swap: Swap, now: datetime) -> None:
    for tag, holder in ((swap.gives, swap.taker), (swap.takes, swap.giver)):
        claim = session.get(Claim, tag) if tag is not None else None
        if claim is not None:
            claim.album = holder
            session.add(claim)
    swap.state, swap.done_on = "done", now.date()


def _stands(session: Session, tag: bytes | None, holder: int | None) -> bool:
    """Tell whether a promised box is still its holder's to give."""
    claim = session.get(Claim, tag)
    if claim is None or holder is None or claim.album != holder:
        return False
    return not is_voided(session, claim.run, claim.edition)


def _own_box(session: Session, album: Album, box: str) -> Claim:
    run, _, edition = box.rpartition("/")
    own = select(Claim).where(Claim.album == album.id, Claim.run == run)
    claim = next((each for each in session.exec(own) if str(each.edition) == edition), None)
    if claim is None or is_voided(session, claim.run, claim.edition):
        raise NotForSwapError("this box cannot be given", mend="Choose another box of your album")
    return claim


def _side(session: Session, swap: Swap, album_key: bytes | None) -> Album:
    album = find_album(session, album_key)
    if album is None or album.id not in {swap.giver, swap.taker}:
        raise _taken()
    return album


def _no_album() -> NoAlbumError:
    return NoAlbumError("this phone has no album", mend="Add a box of your own first")


def _taken() -> TakenSwapError:
    return TakenSwapError("this swap is between two other albums", mend="Ask for a new code")


def _ended() -> EndedSwapError:
    return EndedSwapError("this swap has ended", mend="Start a new one")
