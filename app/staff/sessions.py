"""Signing in and out: each browser holds a key, and the ledger its hash until the session ends."""

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.core.errors import UserError
from app.core.staff import Person, check_password
from app.ledger import LedgerError, Staff, StaffSession
from app.staff import People, forget_sessions, hash_key, named, person_of
from app.staff.passwords import hash_password, is_outdated, is_password

IDLE_HOURS = 12
LONGEST_DAYS = 7
SEEN_AGAIN_S = 300
"""How often a session notes that it was seen; more often would be a write for every page that is read."""


class SignInError(UserError):
    """No such name, not its password, or switched off: which of them is not told."""


class OldPasswordError(UserError):
    """Who would change a password does not know the old one."""


class SessionMissingError(UserError):
    """Somebody would end a session that is not theirs, or ended already."""


@dataclass(frozen=True)
class Seat:
    """A browser in which somebody is signed in; `here` is the one that asks."""

    number: int
    begun_at: datetime
    seen_at: datetime
    here: bool


def sign_in(people: People, name: str, password: str, *, key: bytes, now: datetime) -> Person:
    """Begin a session and return whose it is.

    Args:
        people: where they are kept.
        name: what was typed; capitals do not matter.
        password: what was typed.
        key: 256 random bits for the browser; only their hash is kept.
        now: when.

    Raises:
        SignInError: it is nobody's name and password; an unknown name takes as long as a known one.
    """
    with people.ledger.reading() as session:
        found = named(session, name)
    kept = found.password_hash if found else None
    right = is_password(kept, password)
    if not right or not found or not kept or found.off_at:
        raise SignInError("nobody here signs in with this name and password", mend="Type both again")
    renewed = hash_password(password) if is_outdated(kept) else kept
    with people.ledger.writing() as session:
        staff = session.get_one(Staff, found.id)
        if staff.password_hash != kept or staff.off_at:  # changed while this one was worked out
            raise SignInError("nobody here signs in with this name and password", mend="Type both again")
        staff.password_hash = renewed
        session.add(staff)
        begin(session, staff, key, now)
    return person_of(staff)


def session_of(people: People, key: bytes, now: datetime) -> Person | None:
    """Return who is signed in with a key, None if the session ended, idled too long, or never was.

    A disk that is full ends no session: only when it was last seen is not noted then.
    """
    with people.ledger.reading() as session:
        seat = session.exec(select(StaffSession).where(StaffSession.key_hash == hash_key(key))).first()
        staff = session.get(Staff, seat.staff) if seat else None
    if seat is None or staff is None or staff.off_at or not _lives(seat, now):
        return None
    if now - seat.seen_at >= timedelta(seconds=SEEN_AGAIN_S):
        with contextlib.suppress(LedgerError):
            _note(people, seat.id, now)
    return person_of(staff)


def seats_of(people: People, person: Person, key: bytes, now: datetime) -> list[Seat]:
    """Return the browsers in which somebody is signed in, the one with `key` first, then the newest."""
    with people.ledger.reading() as session:
        rows = session.exec(
            select(StaffSession)
            .where(StaffSession.staff == person.id)
            .order_by(col(StaffSession.seen_at).desc(), col(StaffSession.id).desc())
        ).all()
    seats = [
        Seat(row.id or 0, row.begun_at, row.seen_at, row.key_hash == hash_key(key))
        for row in rows
        if _lives(row, now)
    ]
    return sorted(seats, key=lambda seat: not seat.here)


def end_session(people: People, person: Person, number: int) -> None:
    """End one session of a person's own.

    Raises:
        SessionMissingError: it is not theirs, or ended already.
    """
    with people.ledger.writing() as session:
        seat = session.get(StaffSession, number)
        if seat is None or seat.staff != person.id:
            raise SessionMissingError("there is no such session", mend="Reload the page")
        session.delete(seat)


def sign_out(people: People, key: bytes) -> None:
    """End the session of a key; one that ended already stays so."""
    with people.ledger.writing() as session:
        seat = session.exec(select(StaffSession).where(StaffSession.key_hash == hash_key(key))).first()
        if seat:
            session.delete(seat)


def end_all(people: People, person: Person) -> None:
    """End every session of a person."""
    with people.ledger.writing() as session:
        forget_sessions(session, session.get_one(Staff, person.id))


def change_password(people: People, person: Person, old: str, new: str, *, key: bytes) -> None:
    """Keep another password, and end every session but the one with `key`.

    Raises:
        OldPasswordError: `old` is not the password.
        PasswordError: somebody else would guess the new one.
    """
    with people.ledger.reading() as session:
        kept = session.get_one(Staff, person.id).password_hash
    if not is_password(kept, old):
        raise OldPasswordError("that is not the old password", where="password", mend="Type it again")
    renewed = hash_password(check_password(new, person.name))
    with people.ledger.writing() as session:
        staff = session.get_one(Staff, person.id)
        if staff.password_hash != kept:  # reset meanwhile
            raise OldPasswordError("that is not the old password", where="password", mend="Type it again")
        staff.password_hash = renewed
        session.add(staff)
        forget_sessions(session, staff, but=hash_key(key))


def begin(session: Session, staff: Staff, key: bytes, now: datetime) -> None:
    """Add a session, and clear away what ended of the same person's."""
    for row in session.exec(select(StaffSession).where(StaffSession.staff == staff.id)):
        if not _lives(row, now):
            session.delete(row)
    session.add(StaffSession(key_hash=hash_key(key), staff=staff.id or 0, begun_at=now, seen_at=now))


def _lives(seat: StaffSession, now: datetime) -> bool:
    return seat.seen_at + timedelta(hours=IDLE_HOURS) > now and (
        seat.begun_at + timedelta(days=LONGEST_DAYS) > now
    )


def _note(people: People, number: int | None, now: datetime) -> None:
    with people.ledger.writing() as session:
        seat = session.get(StaffSession, number)
        if seat:
            seat.seen_at = now
            session.add(seat)
