"""Who may do what in the studio, what a person may be called there, and what a password must be."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from app.core.errors import UserError

Role = Literal["maker", "curator", "reviewer"]
ROLES: tuple[Role, ...] = get_args(Role)

Deed = Literal["look", "write", "comment", "review", "publish", "settle"]
DEEDS: dict[Deed, frozenset[Role]] = {
    "look": frozenset(ROLES),
    "write": frozenset({"curator"}),
    "comment": frozenset({"curator", "reviewer"}),
    "review": frozenset({"reviewer"}),
    "publish": frozenset({"curator", "reviewer"}),
    "settle": frozenset({"maker", "curator"}),
}
"""Which roles may do a deed; whoever holds one of them may."""

SHORTEST_NAME, LONGEST_NAME = 2, 32
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
FEWEST_SIGNS = 5
"""How many different signs a password has at least."""

_WITHIN_NAMES = " ._-"
_ROWS = (
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
)
"""What fingers run along: digits, the alphabet, keyboards."""


class StaffNameError(UserError):
    """A name that nobody can sign in by."""


class RolesError(UserError):
    """Somebody would hold no role, or one that does not exist."""


PasswordFault = Literal["short", "long", "named", "simple"]
PASSWORD_FAULTS: tuple[PasswordFault, ...] = get_args(PasswordFault)


class PasswordError(UserError):
    """A password that somebody else would guess; `fault` says why, one of `PASSWORD_FAULTS`."""

    def __init__(self, fault: PasswordFault, what: str, mend: str) -> None:
        super().__init__(what, where="password", mend=mend)
        self.fault = fault


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in.

    Attributes:
        id: the number in the ledger.
        name: what they chose to be called.
        roles: what they may be, in the order of `ROLES`.
    """

    id: int
    name: str
    roles: tuple[Role, ...]

    def may(self, deed: Deed) -> bool:
        """Tell whether this person may do a deed."""
        return may(self.roles, deed)


def may(roles: Iterable[str], deed: Deed) -> bool:
    """Tell whether somebody with these roles may do a deed."""
    return not DEEDS[deed].isdisjoint(roles)


def sorted_roles(given: Iterable[str]) -> tuple[Role, ...]:
    """Return roles once each in the order of `ROLES`.

    Raises:
        RolesError: there is none among them, or one that does not exist.
    """
    wanted = set(given)
    unknown = wanted.difference(ROLES)
    if unknown or not wanted:
        what = f"there is no role {min(unknown)!r}" if unknown else "somebody who works here has a role"
        raise RolesError(what, where="--role", mend=f"Choose among {', '.join(ROLES)}")
    return tuple(role for role in ROLES if role in wanted)


def tidy_name(typed: str) -> str:
    """Return a name to sign in by as it is kept: composed (NFC), with single spaces.

    Args:
        typed: 2 to 32 letters and digits of any script, between them spaces, dots, hyphens and underscores.

    Raises:
        StaffNameError: it is anything else.
    """
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
        raise StaffNameError(
            f"{name!r} has {len(name)} signs; a name has {SHORTEST_NAME} to {LONGEST_NAME}",
            where="name",
            mend="Choose one such as Lan Anh",
        )
    strange = sorted({sign for sign in name if not (_is_letter_or_digit(sign) or sign in _WITHIN_NAMES)})
    if strange or not (_is_letter_or_digit(name[0]) and _is_letter_or_digit(name[-1], ending=True)):
        told = f"{strange[0]!r} cannot stand in a name" if strange else f"{name!r} begins or ends with a mark"
        raise StaffNameError(
            told, where="name", mend="Use letters and digits, and between them spaces, dots, hyphens or _"
        )
    return name


def name_key(name: str) -> str:
    """Return what two names have in common that count as the same: case and composition do not tell apart."""
    folded = unicodedata.normalize("NFC", " ".join(name.split())).casefold()
    return unicodedata.normalize("NFC", folded)


def check_password(typed: str, name: str) -> str:
    """Return a new password in the one spelling that is hashed (NFC: keyboards compose differently).

    Args:
        typed: 12 to 128 signs of any kind. Length alone counts; no digit or capital is demanded.
        name: whose password it will be.

    Raises:
        PasswordError: too short, too long, the name, or one that fingers or programs try first.

    Source: NIST SP 800-63B, section 5.1.1.2 (length, no rules of composition, no obvious ones).
    """
    password = plain_password(typed)
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordError(
            "short",
            f"it has {len(password)} signs, and a password has at least {SHORTEST_PASSWORD}",
            "Take four or five words that only you would put together",
        )
    if len(password) > LONGEST_PASSWORD:
        raise PasswordError(
            "long", f"a password has at most {LONGEST_PASSWORD} signs", "Leave the last part away"
        )
    bare, own = _bare(password), _bare(name)
    if own and own in bare and not bare.replace(own, "").strip("0123456789"):
        raise PasswordError(
            "named", "it is your name, and that is tried first", "Take words that are not your name"
        )
    if len(set(password)) < FEWEST_SIGNS or (bare and (_repeats(bare) or _runs_along(bare))):
        raise PasswordError(
            "simple",
            "it repeats itself or runs along the keyboard, and such ones are tried first",
            "Take four or five words that only you would put together",
        )
    return password


def plain_password(typed: str) -> str:
    """Return a password in the one spelling that is hashed and compared."""
    return unicodedata.normalize("NFC", typed)


def _is_letter_or_digit(sign: str, *, ending: bool = False) -> bool:
    kind = unicodedata.category(sign)
    return kind[0] in "LM" or kind == "Nd" or (ending and sign == ".")


def _bare(text: str) -> str:
    """Return the letters and digits of a text in small letters."""
    return "".join(sign for sign in name_key(text) if _is_letter_or_digit(sign))


def _repeats(text: str) -> bool:
    """Tell whether a text is one part again and again, the last time perhaps cut off."""
    return any(
        (text[:period] * len(text))[: len(text)] == text for period in range(1, min(len(text) // 2, 6) + 1)
    )


def _runs_along(text: str) -> bool:
    """Tell whether a text runs along one of the rows, forwards or backwards, round and round."""
    return any(text in row * 13 or text in row[::-1] * 13 for row in _ROWS)
