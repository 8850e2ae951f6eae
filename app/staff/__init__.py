"""Who works here: invitations, passwords, roles, and the browsers in which somebody is signed in."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import Session, col, select

from app.core.errors import UserError
from app.core.staff import Person, Role, name_key, sorted_roles, tidy_name
from app.ledger import Invitation, Ledger, Staff, StaffSession
from app.workspace import Workspace

KEY_BYTES = 32


class NameTakenError(UserError):
    """Somebody of that name works here already."""


class NobodyError(UserError):
    """Nobody of that name works here."""


@dataclass(frozen=True)
class People:
    """Where those who work here are kept."""

    workspace: Workspace
    ledger: Ledger


@dataclass(frozen=True)
class Listed:
    """Somebody who works here, as `hopke staff list` shows them.

    Attributes:
        person: number, name and roles.
        chosen: whether they have chosen a password.
        invited_until: when their open invitation ends, None without one.
        sessions: in how many browsers they are signed in or were until they idled.
        off_at: since when they may no longer sign in, None while they may.
    """

    person: Person
    chosen: bool
    invited_until: datetime | None
    sessions: int
    off_at: datetime | None


def open_people(workspace: Workspace) -> People:
    """Open the ledger.

    Raises:
        LedgerError: it cannot be opened.
    """
    return People(workspace, Ledger(workspace.ledger))


def list_people(people: People, now: datetime) -> list[Listed]:
    """Return everybody who works or worked here, in the order in which they came."""
    with people.ledger.reading() as session:
        staff = list(session.exec(select(Staff).order_by(col(Staff.id))))
        ends = dict(
            session.exec(select(Invitation.staff, Invitation.ends_at).where(Invitation.ends_at > now)).all()
        )
        seats = list(session.exec(select(StaffSession.staff)))
    return [
        Listed(
            person_of(each),
            bool(each.password_hash),
            ends.get(each.id or 0),
            seats.count(each.id or 0),
            each.off_at,
        )
        for each in staff
    ]


def change_roles(people: People, name: str, roles: Iterable[str]) -> Person:
    """Give somebody these roles and no others; it holds from their next click on.

    Raises:
        NobodyError: nobody is called that.
        RolesError: no role, or one that does not exist.
    """
    wanted = ",".join(sorted_roles(roles))
    with people.ledger.writing() as session:
        found = find_staff(session, name)
        found.roles = wanted
        session.add(found)
    return person_of(found)


def switch_off(people: People, name: str, now: datetime) -> Person:
    """Let somebody sign in no longer: every session and every invitation of theirs ends at once.

    What they wrote stays, and so does their name. Switching off again changes nothing.

    Raises:
        NobodyError: nobody is called that.
    """
    with people.ledger.writing() as session:
        found = find_staff(session, name)
        found.off_at = found.off_at or now
        session.add(found)
        forget_sessions(session, found)
        forget_invitations(session, found)
    return person_of(found)


def switch_on(people: People, name: str) -> Person:
    """Let somebody sign in again with the password they had.

    Raises:
        NobodyError: nobody is called that.
    """
    with people.ledger.writing() as session:
        found = find_staff(session, name)
        found.off_at = None
        session.add(found)
    return person_of(found)


def sign_out_by_name(people: People, name: str) -> Person:
    """End every session of somebody.

    Raises:
        NobodyError: nobody is called that.
    """
    with people.ledger.writing() as session:
        found = find_staff(session, name)
        forget_sessions(session, found)
    return person_of(found)


def person_of(staff: Staff) -> Person:
    """Return a row of the ledger as the value that pages see."""
    return Person(cast(int, staff.id), staff.name, cast(tuple[Role, ...], tuple(staff.roles.split(","))))


def hash_key(key: bytes) -> bytes:
    """Return what the ledger keeps of a key: nobody who reads the ledger can use it."""
    return hashlib.sha256(key).digest()


def named(session: Session, name: str) -> Staff | None:
    """Return who has a name, in capitals or not, None if nobody has."""
    wanted = name_key(name)
    return next((each for each in session.exec(select(Staff)) if name_key(each.name) == wanted), None)


def find_staff(session: Session, name: str) -> Staff:
    """Return who has a name.

    Raises:
        NobodyError: nobody has.
    """
    found = named(session, name)
    if found is None:
        raise NobodyError(f"nobody here is called {name!r}", mend="See everybody with: hopke staff list")
    return found


def add_staff(session: Session, name: str, roles: Iterable[str], now: datetime) -> Staff:
    """Add somebody and return their row.

    Raises:
        NameTakenError: somebody is called that already, in capitals or not.
        StaffNameError: it cannot be a name.
        RolesError: no role, or one that does not exist.
    """
    tidy, wanted = tidy_name(name), ",".join(sorted_roles(roles))
    other = named(session, tidy)
    if other is not None:
        raise NameTakenError(
            f"{other.name} works here already",
            mend=f"Choose another name, or give them a new link with: hopke staff reset {other.name!r}",
        )
    added = Staff(name=tidy, roles=wanted, made_at=now)
    session.add(added)
    session.flush()
    return added


def forget_sessions(session: Session, staff: Staff, *, but: bytes = b"") -> None:
    """End the sessions of somebody, all but the one whose key has the hash `but`."""
    for each in session.exec(select(StaffSession).where(StaffSession.staff == staff.id)):
        if each.key_hash != but:
            session.delete(each)


def forget_invitations(session: Session, staff: Staff) -> None:
    """End the invitations of somebody."""
    for each in session.exec(select(Invitation).where(Invitation.staff == staff.id)):
        session.delete(each)
