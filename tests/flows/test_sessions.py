"""Signing in and out: passwords, sessions that end, and who may end whose."""

import threading
import time
from datetime import datetime
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from app.core.staff import PasswordError, Person
from app.ledger import Staff, StaffSession
from app.staff import People, passwords
from app.staff.invitations import invite, use_invitation
from app.staff.sessions import (
    OldPasswordError,
    SessionMissingError,
    SignInError,
    change_password,
    end_all,
    end_session,
    seats_of,
    session_of,
    sign_in,
    sign_out,
)
from tests.conftest import NOW
from tests.flows.door import DAY, ELSEWHERE, HERE, HOUR, MINUTE, NEW, OLD, OTHER_LINK, THERE, who
from tests.web.cast import full_disk

# Signing in


@pytest.mark.parametrize("name", ["Lan Anh", "lan anh", "  LAN   ANH "])
def test_one_signs_in_by_a_name_in_capitals_or_not(people: People, lan: Person, name: str) -> None:
    assert sign_in(people, name, OLD, key=THERE, now=NOW) == lan
    assert who(people, THERE) == "Lan Anh"


def test_a_wrong_password_an_unknown_name_and_a_pending_invitation_are_told_apart_by_nothing(
    people: People, lan: Person
) -> None:
    invite(people, "Binh", ["maker"], key=OTHER_LINK, now=NOW)
    told = set()
    for name, password in (("Lan Anh", NEW), ("Nobody", OLD), ("Binh", OLD), ("Binh", ""), ("Lan Anh", "")):
        with pytest.raises(SignInError) as caught:
            sign_in(people, name, password, key=THERE, now=NOW)
        told.add(str(caught.value))
    assert len(told) == 1
    assert who(people, THERE) is None


def test_whatever_name_is_typed_one_hash_of_the_same_kind_is_worked_out(
    people: People, lan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out: list[str] = []

    class Counted(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            worked_out.append(str(hash).rpartition("p=1$")[0])
            return super().verify(hash, password)

    invite(people, "Binh", ["maker"], key=OTHER_LINK, now=NOW)
    monkeypatch.setattr(passwords, "HASHER", Counted(time_cost=2, memory_cost=19_456, parallelism=1))
    for name in ("Lan Anh", "Nobody", "Binh", ""):
        with pytest.raises(SignInError):
            sign_in(people, name, NEW, key=THERE, now=NOW)
    assert worked_out == ["$argon2id$v=19$m=19456,t=2,"] * 4


def test_nobodys_hash_is_made_as_all_others_are() -> None:
    assert not passwords.is_outdated(passwords.NOBODYS)
    assert not passwords.is_password(None, "")


def test_a_hash_of_older_parameters_is_made_anew_when_its_owner_signs_in(people: People, lan: Person) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(OLD)
    with people.ledger.writing() as session:
        row = session.get_one(Staff, lan.id)
        row.password_hash = weak
        session.add(row)
    sign_in(people, "Lan Anh", OLD, key=THERE, now=NOW)
    with people.ledger.reading() as session:
        kept = session.get_one(Staff, lan.id).password_hash
    assert kept
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert sign_in(people, "Lan Anh", OLD, key=ELSEWHERE, now=NOW) == lan


def test_at_most_two_passwords_are_worked_out_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()

    class Slow:
        def verify(self, *_: str) -> bool:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with lock:
                running -= 1
            return True

    monkeypatch.setattr(passwords, "HASHER", Slow())
    threads = [threading.Thread(target=passwords.is_password, args=("x", "y")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


# Sessions


def test_a_session_ends_after_twelve_idle_hours(people: People, lan: Person) -> None:
    moment = NOW
    for _ in range(4):
        moment += 12 * HOUR - MINUTE
        assert who(people, HERE, moment) == "Lan Anh"  # seen again each time
    assert who(people, HERE, moment + 12 * HOUR) is None


def test_a_session_ends_after_seven_days_however_busy(people: People, lan: Person) -> None:
    moment = NOW
    while moment < NOW + 7 * DAY - HOUR:
        moment += HOUR
        assert who(people, HERE, min(moment, NOW + 7 * DAY - MINUTE)) == "Lan Anh"
    assert who(people, HERE, NOW + 7 * DAY) is None


def test_reading_many_pages_writes_once_in_five_minutes(people: People, lan: Person) -> None:
    def seen() -> datetime:
        with people.ledger.reading() as session:
            return session.exec(select(StaffSession)).one().seen_at

    session_of(people, HERE, NOW + 4 * MINUTE)
    assert seen() == NOW
    session_of(people, HERE, NOW + 6 * MINUTE)
    assert seen() == NOW + 6 * MINUTE


def test_a_full_disk_signs_nobody_out(people: People, lan: Person) -> None:
    with full_disk():
        assert who(people, HERE, NOW + HOUR) == "Lan Anh"


def test_one_sees_ones_own_sessions_and_ends_one(people: People, lan: Person) -> None:
    sign_in(people, "Lan Anh", OLD, key=THERE, now=NOW + HOUR)
    here, there = seats_of(people, lan, HERE, NOW + HOUR)
    assert (here.here, there.here) == (True, False)
    assert (here.begun_at, there.begun_at) == (NOW, NOW + HOUR)
    end_session(people, lan, there.number)
    assert who(people, THERE, NOW + HOUR) is None
    assert who(people, HERE, NOW + HOUR) == "Lan Anh"


def test_nobody_ends_another_persons_session(people: People, lan: Person) -> None:
    invite(people, "Binh", ["maker"], key=OTHER_LINK, now=NOW)
    binh = use_invitation(people, OTHER_LINK, NEW, session_key=THERE, now=NOW)
    (own,) = seats_of(people, lan, HERE, NOW)
    for number in (own.number, 10**9):
        with pytest.raises(SessionMissingError):
            end_session(people, binh, number)
    assert who(people, HERE) == "Lan Anh"


def test_signing_out_ends_one_session_or_all_and_is_safely_repeated(people: People, lan: Person) -> None:
    sign_in(people, "Lan Anh", OLD, key=THERE, now=NOW)
    sign_in(people, "Lan Anh", OLD, key=ELSEWHERE, now=NOW)
    sign_out(people, THERE)
    sign_out(people, THERE)
    assert [who(people, key) for key in (HERE, THERE, ELSEWHERE)] == ["Lan Anh", None, "Lan Anh"]
    end_all(people, lan)
    assert [who(people, key) for key in (HERE, THERE, ELSEWHERE)] == [None, None, None]


def test_ended_sessions_are_cleared_away_at_the_next_sign_in(people: People, lan: Person) -> None:
    sign_in(people, "Lan Anh", OLD, key=THERE, now=NOW + DAY)
    with people.ledger.reading() as session:
        assert len(session.exec(select(StaffSession)).all()) == 1


def test_another_password_ends_the_other_sessions_and_needs_the_old_one(people: People, lan: Person) -> None:
    sign_in(people, "Lan Anh", OLD, key=THERE, now=NOW)
    with pytest.raises(OldPasswordError):
        change_password(people, lan, NEW, NEW, key=HERE)
    with pytest.raises(PasswordError):
        change_password(people, lan, OLD, "short", key=HERE)
    assert who(people, THERE) == "Lan Anh"
    change_password(people, lan, OLD, NEW, key=HERE)
    assert [who(people, key) for key in (HERE, THERE)] == ["Lan Anh", None]
    with pytest.raises(SignInError):
        sign_in(people, "Lan Anh", OLD, key=ELSEWHERE, now=NOW)
    assert sign_in(people, "Lan Anh", NEW, key=ELSEWHERE, now=NOW) == lan
