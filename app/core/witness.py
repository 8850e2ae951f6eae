"""Where the seals of a run were posted: what the log may say of a place, and which postings came in time."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.core.errors import UserError
from app.core.log import Entry

MANIFEST, ROOT = "manifest", "root"
LONGEST_PLACE = 200

_BEFORE = {MANIFEST: "sealed", ROOT: "on sale"}
"""The deed before which a posting still proves something."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ADDRESS = re.compile(r"https?://\S+")
_DATE = re.compile(r"(?<![\d./-])(?:\d{1,2}[-./]\d{1,2}[-./]\d{4}|\d{4}[-./]\d{1,2}[-./]\d{1,2})(?!\d)")
_PHONE = re.compile(r"(?<![\w.-])\(?(?:\+|0|84)(?:[ .()/-]{0,2}\d){8,14}(?!\d)")


class PlaceError(UserError):
    """What is said of a place must not stand in a public log."""


@dataclass(frozen=True)
class Posted:
    """A seal of a run that was posted where others keep it.

    Attributes:
        what: "manifest" or "root".
        where: the place, in words.
        at: when the maker wrote it down.
        early: whether that was before the draw (manifest) or before sale (root), when it still proves
            something.
    """

    what: str
    where: str
    at: datetime
    early: bool


def check_place(typed: str) -> str:
    """Return what the log may say of a place, NFC and without spaces around it.

    A public log that can never be changed holds no person: what looks like an e-mail address or a telephone
    number is refused.

    Args:
        typed: the place in words, as in "Notice board of the heritage centre".

    Raises:
        PlaceError: empty, too long, with signs that are not text, or with the address of a person.
    """
    place = unicodedata.normalize("NFC", typed).strip()
    if not place:
        raise _refused("no place is named", "Say where, as in --where 'Notice board of the heritage centre'")
    if len(place) > LONGEST_PLACE:
        raise _refused(
            f"the place has {len(place)} signs; {LONGEST_PLACE} at most", "Say it shorter, or give an address"
        )
    if any(unicodedata.category(sign)[0] in "CZ" and sign != " " for sign in place):
        raise _refused("the place holds signs that are not text", "Write it in one line of plain words")
    if _EMAIL.search(place):
        raise _refused(
            "this looks like an e-mail address, and the log is public for ever",
            "Name the place or the institution, not a person",
        )
    if _PHONE.search(_DATE.sub(" ", _ADDRESS.sub(" ", place))):
        raise _refused(
            "this looks like a telephone number, and the log is public for ever",
            "Name the place or the institution, not a person",
        )
    return place


def posted(entries: Iterable[Entry]) -> tuple[Posted, ...]:
    """Return where the seals of a run were posted, the first first.

    Args:
        entries: the run's entries of the log, in their order.
    """
    found, done = [], set()
    for entry in entries:
        done.add(entry.did)
        if entry.did == "adopted":  # the log of an older ledger begins with what had been done by then
            done.update(["sealed"] if entry.told["root"] else [])
        if entry.did == "witnessed":
            what = str(entry.told["what"])
            found.append(Posted(what, str(entry.told["where"]), entry.at, _BEFORE.get(what) not in done))
    return tuple(found)


def _refused(what: str, mend: str) -> PlaceError:
    return PlaceError(what, where="--where", mend=mend)
