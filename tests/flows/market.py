"""A site whose albums swap, the boxes by number, a clock, and what the ledger says of them all."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import col, delete, select

from app.albums import Site
from app.albums.claiming import claim, find_album, key_hash, scan
from app.albums.promises import OPEN, hand_on_swaps
from app.albums.swap_pages import SwapPage, goods_to_give, swap_page
from app.albums.swapping import answer, confirm, end, offer
from app.core.album_key import ALBUM_KEY_BYTES
from app.core.code import code_tag
from app.ledger import Album, Claim, PrintMark, Swap
from tests.conftest import NOW


def key(name: str) -> bytes:
    """Return the album key of somebody."""
    return name.encode().ljust(ALBUM_KEY_BYTES, b".")[:ALBUM_KEY_BYTES]


@dataclass
class Market:
    """Boxes by their edition number; people by the names of their keys, "" for a phone without an album."""

    site: Site
    codes: dict[int, str]
    now: datetime = NOW
    made: int = 0
    kits: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kits = {box: scan(self.site, code, None).kit.id for box, code in self.codes.items()}

    def of(self, kit: str) -> list[int]:
        """Return the boxes that hold a kit."""
        return [box for box, held in self.kits.items() if held == kit]

    def claim(self, who: str, *boxes: int) -> None:
        for box in boxes:
            claim(self.site, self.codes[box], key(who), entropy=key(who), today=self.now.date())

    def offer(self, who: str, box: int, *, gift: bool = False) -> str:
        self.made += 1
        entropy = self.made.to_bytes(5)
        return offer(
            self.site, key(who) if who else None, f"TY-1/{box}", gift=gift, entropy=entropy, now=self.now
        )

    def answer(self, who: str, code: str, box: int = 0, entropy: str = "new") -> bytes | None:
        own = key(who) if who else None
        return answer(self.site, code, own, f"TY-1/{box}", entropy=key(entropy), now=self.now)

    def confirm(self, who: str, code: str) -> None:
        confirm(self.site, code, key(who) if who else None, now=self.now)

    def end(self, who: str, code: str) -> None:
        end(self.site, code, key(who) if who else None, now=self.now)

    def page(self, who: str, code: str) -> SwapPage:
        return swap_page(self.site, code, key(who) if who else None, self.now)

    def give(self, who: str) -> list[int]:
        """Return what somebody can give, in the order it is shown."""
        return [goods.edition for goods in goods_to_give(self.site, key(who))]

    def swap(self, one: str, gives: int, other: str, takes: int) -> str:
        """Do a whole swap."""
        code = self.offer(one, gives)
        self.answer(other, code, takes)
        self.confirm(one, code)
        return code

    def wait(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    def void(self, box: int) -> None:
        with self.site.ledger.writing() as session:
            session.add(PrintMark(run="TY-1", kind="voided", thing="insert", editions=str(box), at=self.now))

    def forget(self, who: str, heir: str = "") -> None:
        """Let an album go: its boxes go to the heir or to nobody, and its swaps leave it."""
        with self.site.ledger.writing() as session:
            album = find_album(session, key(who))
            after = find_album(session, key(heir)) if heir else None
            assert album is not None
            hand_on_swaps(session, album, after)
            for held in session.exec(select(Claim).where(Claim.album == album.id)):
                held.album = after.id if after else None
                session.add(held)
            session.flush()
            session.delete(album)

    def holders(self, *names: str) -> dict[int, str]:
        """Return who holds each claimed box: one of `names`, "" for nobody any more, "?" for a stranger."""
        return self.census(*names)[0]

    def promised(self) -> list[int]:
        """Return the boxes that stand in open swaps, as often as they stand there."""
        return self.census()[1]

    def census(self, *names: str) -> tuple[dict[int, str], list[int]]:
        """Return what `holders` and `promised` do, both from one state of the ledger."""
        with self.site.ledger.reading() as session:
            albums = dict(session.exec(select(Album.id, Album.key_hash)).all())
            claims = session.exec(select(Claim.tag, Claim.edition, Claim.album)).all()
            swaps = session.exec(
                select(Swap.gives, Swap.takes).where(col(Swap.state).in_(OPEN), Swap.ends_at > self.now)
            ).all()
        known = {key_hash(key(name)): name for name in names}
        holders = {edition: known.get(albums[album], "?") if album else "" for _tag, edition, album in claims}
        editions = {tag: edition for tag, edition, _album in claims}
        return holders, sorted(editions[tag] for pair in swaps for tag in pair if tag)

    def clear(self) -> None:
        """Take away everything that buyers ever did."""
        with self.site.ledger.writing() as session:
            for table in (Swap, Claim, Album, PrintMark):
                session.exec(delete(table))
        self.now = NOW

    def tag(self, box: int) -> bytes:
        return code_tag(self.codes[box])
