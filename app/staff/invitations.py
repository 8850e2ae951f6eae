"""Links that let somebody choose a password, once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from app.core.address_key import key_text
from app.core.errors import UserError
from app.core.staff import Person, check_password
from app.ledger import Invitation, Staff
from app.staff import (
    People,
    add_staff,
    find_staff,
    forget_invitations,
    forget_sessions,
    hash_key,
    named,
    person_of,
)
from app.staff.passwords import hash_password
from app.staff.sessions import begin

INVITATION_HOURS = 72


class InvitationError(UserError):
    """A link that lets nobody choose a password: unknown, used, ended or taken back."""


class SwitchedOffError(UserError):
    """Somebody who may not sign in would be given a link."""


def invite(people: People, name: str, roles: Iterable[str], *, key: bytes, now: datetime) -> str:
    """Add somebody and return the last part of the address at which they choose a password.

    Args:
        people: where they are kept.
        name: what they will sign in by.
        roles: some of `core.staff.ROLES`.
        key: 256 random bits; only their hash is kept.
        now: the link ends 72 hours later.

    Raises:
        NameTakenError: somebody is called that already.
        StaffNameError: it cannot be a name.
        RolesError: no role, or one that does not exist.
    """
    with people.ledger.writing() as session:
        _open(session, add_staff(session, name, roles, now), key, now)
    return key_text(key)


def reset(people: People, name: str, *, key: bytes, now: datetime) -> str:
    """Forget somebody's password, end their sessions and earlier links, and return a new link's last part.

    Raises:
        NobodyError: nobody is called that.
        SwitchedOffError: they may not sign in.
    """
    with people.ledger.writing() as session:
        found = find_staff(session, name)
        if found.off_at:
            raise SwitchedOffError(
                f"{found.name} is switched off", mend=f"First: hopke staff on {found.name!r}"
            )
        found.password_hash = None
        session.add(found)
        forget_sessions(session, found)
        _open(session, found, key, now)
    return key_text(key)


def reinvite(people: People, name: str, roles: Iterable[str], *, key: bytes, now: datetime) -> str | None:
    """Invite somebody, again if they have not chosen a password yet; None if they have, or are switched off.

    Raises:
        RolesError: no role, or one that does not exist.
    """
    with people.ledger.writing() as session:
        found = named(session, name)
        if found and (found.password_hash or found.off_at):
            return None
        _open(session, found or add_staff(session, name, roles, now), key, now)
    return key_text(key)


def invited(people: People, key: bytes, now: datetime) -> Person:
    """Return whom a link lets choose a password.

    Raises:
        InvitationError: nobody.
    """
    with people.ledger.reading() as session:
        return person_of(_invited(session, key, now))


def use_invitation(people: People, key: bytes, password: str, *, session_key: bytes, now: datetime) -> Person:
    """Keep the password that somebody chose, end every earlier session of theirs, and begin a new one.

    Args:
        people: where they are kept.
        key: of the link, which ends with this.
        password: what they chose.
        session_key: 256 random bits for the browser; only their hash is kept.
        now: when.

    Raises:
        InvitationError: the link lets nobody choose; of two at once one wins.
        PasswordError: somebody else would guess it; the link stays open.
    """
    chosen = check_password(password, invited(people, key, now).name)
    kept = hash_password(chosen)
    with people.ledger.writing() as session:
        found = _invited(session, key, now)
        found.password_hash = kept
        session.add(found)
        forget_invitations(session, found)
        forget_sessions(session, found)
        begin(session, found, session_key, now)
    return person_of(found)


def _open(session: Session, staff: Staff, key: bytes, now: datetime) -> None:
    forget_invitations(session, staff)
    ends = now + timedelta(hours=INVITATION_HOURS)
    session.add(Invitation(key_hash=hash_key(key), staff=staff.id or 0, ends_at=ends))


def _invited(session: Session, key: bytes, now: datetime) -> Staff:
    found = session.get(Invitation, hash_key(key))
    staff = session.get(Staff, found.staff) if found and found.ends_at > now else None
    if staff is None or staff.off_at:
        raise InvitationError("this link is used up or has ended", mend="Ask for a new one")
    return staff
