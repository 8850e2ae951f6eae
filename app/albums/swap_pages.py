"""What the pages of a swap show, to each of the phones that open them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from app.albums import Site
from app.albums.claiming import count_kits, find_album, kit_of
from app.albums.promises import OPEN
from app.albums.swapping import find_swap
from app.core.kit import Kit, Series
from app.core.print_state import VOIDED, is_marked
from app.core.swap_code import parse_swap_code
from app.ledger import Album, Claim, PrintMark, Run, Swap
from app.press.screen import ScreenSymbol, screen_symbol

State = Literal["offered", "answered", "done", "ended"]


@dataclass(frozen=True)
class Goods:
    """A box that may change albums.

    Attributes:
        series: its series.
        kit: what is in it.
        run: its run.
        edition: its number.
        boxes: boxes in the run.
        count: how many of this kit the album of whoever looks has, this one included if it is in there.
        lacked: the other album has none of it.
    """

    series: Series
    kit: Kit
    run: str
    edition: int
    boxes: int
    count: int
    lacked: bool = False

    @property
    def box(self) -> str:
        """Return what a form says for this box: never its code."""
        return f"{self.run}/{self.edition}"


@dataclass(frozen=True)
class SwapPage:
    """A swap as one phone sees it.

    Attributes:
        code: its code.
        gift: for nothing in return.
        state: where it stands; an open swap whose time is over has ended.
        side: the album that offered, the one that answered, or any other.
        gives: what the giver gives; None for who has no part in a swap that is answered or over.
        takes: what the giver gets; None before the answer, and as `gives`.
        choices: what an onlooker can give in return, the most welcome first.
        has_album: whether the phone has an album.
    """

    code: str
    gift: bool
    state: State
    side: Literal["giver", "taker", "other"]
    gives: Goods | None
    takes: Goods | None
    choices: tuple[Goods, ...]
    has_album: bool

    @property
    def coming(self) -> Goods | None:
        """Return what this phone gets."""
        return self.takes if self.side == "giver" else self.gives

    @property
    def going(self) -> Goods | None:
        """Return what this phone gives."""
        return self.gives if self.side == "giver" else self.takes


def goods_to_give(site: Site, album_key: bytes | None) -> tuple[Goods, ...]:
    """Return every box of an album that can be given, duplicates first."""
    with site.ledger.reading() as session:
        album = find_album(session, album_key)
        return _choices(site, session, album, None) if album else ()


def swap_page(site: Site, typed: str, album_key: bytes | None, now: datetime) -> SwapPage:
    """Return a swap as the phone with this key sees it.

    Raises:
        MistypedCodeError, KeyboardCodeError: the code cannot be right; the ledger was not asked.
        UnknownSwapError: nobody shows this code.
    """
    code = parse_swap_code(typed)
    with site.ledger.reading() as session:
        swap, album = find_swap(session, code), find_album(session, album_key)
        state, side = _state(swap, now), _side(swap, album)
        seen = side != "other" or state == "offered"
        tags = {"gives": swap.gives, "takes": swap.takes} if seen else {}
        claims = {name: session.get(Claim, tag) for name, tag in tags.items() if tag is not None}
        found = {
            name: _goods(site, session, [claim], count_kits(session, album.id if album else None))[0]
            for name, claim in claims.items()
            if claim is not None
        }
        choosing = side == "other" and state == "offered" and not swap.gift and album is not None
        choices = _choices(site, session, album, swap.giver) if choosing and album else ()
        return SwapPage(
            code=code,
            gift=swap.gift,
            state=state,
            side=side,
            gives=found.get("gives"),
            takes=found.get("takes"),
            choices=choices,
            has_album=album is not None,
        )


def swap_state(site: Site, typed: str, now: datetime) -> State:
    """Return where a swap stands, for a phone that waits.

    Raises:
        MistypedCodeError, KeyboardCodeError, UnknownSwapError: as in `swap_page`.
    """
    code = parse_swap_code(typed)
    with site.ledger.reading() as session:
        return _state(find_swap(session, code), now)


def swap_symbol(address: str) -> ScreenSymbol:
    """Return the QR symbol of a swap's address."""
    return screen_symbol(address)


def _state(swap: Swap, now: datetime) -> State:
    if swap.state in OPEN and swap.ends_at <= now:
        return "ended"
    return swap.state  # type: ignore[return-value]


def _side(swap: Swap, album: Album | None) -> Literal["giver", "taker", "other"]:
    if album is None:
        return "other"
    return "giver" if album.id == swap.giver else "taker" if album.id == swap.taker else "other"


def _choices(site: Site, session: Session, album: Album, other: int | None) -> tuple[Goods, ...]:
    """Return what an album can give: duplicates first, then what the other album lacks, then as sold."""
    claims = session.exec(
        select(Claim).where(Claim.album == album.id).order_by(col(Claim.run), col(Claim.edition))
    ).all()
    marks: dict[str, list[str]] = {}
    for run, editions in session.exec(
        select(PrintMark.run, PrintMark.editions).where(PrintMark.kind == VOIDED)
    ):
        marks.setdefault(run, []).append(editions)
    whole = [claim for claim in claims if not is_marked(claim.edition, marks.get(claim.run, ()))]
    found = _goods(site, session, whole, count_kits(session, album.id))
    if other is not None:
        others = count_kits(session, other)
        found = [replace(each, lacked=not others[each.kit.id]) for each in found]
    places = [kit.id for series in site.catalogue.values() for kit in series.kits]
    return tuple(sorted(found, key=lambda each: (each.count < 2, not each.lacked, places.index(each.kit.id))))


def _goods(site: Site, session: Session, claims: Iterable[Claim], held: Counter[str]) -> list[Goods]:
    boxes = {run.id: run.boxes for run in session.exec(select(Run))}
    return [
        Goods(*kit_of(site, each.kit), each.run, each.edition, boxes[each.run], held[each.kit])
        for each in claims
    ]
