"""Who works here: links that work once, passwords, sessions that end, and two of everything at once."""

import hashlib
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from app.core.staff import PasswordError, Person, StaffNameError
from app.ledger import Invitation, Staff, StaffSession
from app.staff import (
    NameTakenError,
    NobodyError,
    People,
    change_roles,
    key_text,
    list_people,
    open_people,
    passwords,
    read_key,
    sign_out_by_name,
    switch_off,
    switch_on,
)
from app.staff.invitations import (
    InvitationError,
    SwitchedOffError,
    invite,
    invited,
    reinvite,
    reset,
    use_invitation,
)
from app.staff.server_key import ServerKeyError, server_key
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
from app.workspace import Workspace
from tests.conftest import NOW
from tests.web.cast import everything_in, full_disk

LINK, OTHER_LINK = b"l" * 32, b"m" * 32
HERE, THERE, ELSEWHERE = b"h" * 32, b"t" * 32, b"e" * 32
OLD, NEW = "mưa rơi trên mái ngói", "gió thổi qua cánh đồng"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def people(workspace: Workspace) -> Iterator[People]:
    opened = open_people(workspace)
    yield opened
    opened.ledger.close()


@pytest.fixture
def lan(people: People) -> Person:
    """Lan Anh, a curator who has chosen a password and is signed in HERE."""
    invite(people, "Lan Anh", ["curator"], key=LINK, now=NOW)
    return use_invitation(people, LINK, OLD, session_key=HERE, now=NOW)


def who(people: People, key: bytes, now: datetime = NOW) -> str | None:
    found = session_of(people, key, now)
    return found.name if found else None


# Invitations


def test_an_invitation_lets_one_choose_a_password_and_is_signed_in_at_once(people: People) -> None:
    link = invite(people, "Lan Anh", ["reviewer", "curator"], key=LINK, now=NOW)
    assert read_key(link) == LINK
    assert invited(people, read_key(link), NOW).name == "Lan Anh"
    person = use_invitation(people, LINK, OLD, session_key=HERE, now=NOW + HOUR)
    assert (person.name, person.roles) == ("Lan Anh", ("curator", "reviewer"))
    assert session_of(people, HERE, NOW + HOUR) == person


def test_an_invitation_works_once(people: People, lan: Person) -> None:
    with pytest.raises(InvitationError):
        use_invitation(people, LINK, NEW, session_key=THERE, now=NOW)
    assert sign_in(people, "Lan Anh", OLD, key=THERE, now=NOW) == lan


def test_an_invitation_ends_after_three_days(people: People) -> None:
    invite(people, "Lan Anh", ["curator"], key=LINK, now=NOW)
    assert invited(people, LINK, NOW + 3 * DAY - MINUTE)
    for moment in (NOW + 3 * DAY, NOW + 300 * DAY):
        with pytest.raises(InvitationError):
            use_invitation(people, LINK, OLD, session_key=HERE, now=moment)


def test_of_two_who_use_one_link_at_once_one_wins(people: People) -> None:
    invite(people, "Lan Anh", ["curator"], key=LINK, now=NOW)
    chosen = {OLD: b"1" * 32, NEW: b"2" * 32}
    won: list[str] = []
    together = threading.Barrier(2)

    def use(password: str) -> None:
        together.wait()
        try:
            use_invitation(people, LINK, password, session_key=chosen[password], now=NOW)
        except InvitationError:
            return
        won.append(password)

    threads = [threading.Thread(target=use, args=(password,)) for password in chosen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert who(people, chosen[won[0]]) == "Lan Anh"
    (lost,) = set(chosen) - set(won)
    assert who(people, chosen[lost]) is None
    with pytest.raises(SignInError):
        sign_in(people, "Lan Anh", lost, key=THERE, now=NOW)


def test_a_refused_password_leaves_the_link_open(people: People) -> None:
    invite(people, "Lan Anh", ["curator"], key=LINK, now=NOW)
    with pytest.raises(PasswordError):
        use_invitation(people, LINK, "lananhlananh", session_key=HERE, now=NOW)
    assert use_invitation(people, LINK, OLD, session_key=HERE, now=NOW)


@pytest.mark.parametrize("name", ["lan anh", "LAN ANH", "Lan  Anh", " Lan Anh"])
def test_two_people_cannot_have_one_name(people: People, lan: Person, name: str) -> None:
    with pytest.raises(NameTakenError, match="Lan Anh works here already"):
        invite(people, name, ["maker"], key=OTHER_LINK, now=NOW)


def test_a_name_that_cannot_be_one_adds_nobody(people: People) -> None:
    with pytest.raises(StaffNameError):
        invite(people, "lan@example.org", ["curator"], key=LINK, now=NOW)
    assert list_people(people, NOW) == []


def test_a_reset_ends_the_old_password_every_session_and_every_earlier_link(
    people: People, lan: Person
) -> None:
    reset(people, "lan anh", key=OTHER_LINK, now=NOW)
    assert who(people, HERE) is None
    with pytest.raises(SignInError):
        sign_in(people, "Lan Anh", OLD, key=THERE, now=NOW)
    reset(people, "Lan Anh", key=ELSEWHERE, now=NOW)
    with pytest.raises(InvitationError):
        invited(people, OTHER_LINK, NOW)
    assert use_invitation(people, ELSEWHERE, NEW, session_key=THERE, now=NOW) == lan


def test_who_chose_a_password_is_not_invited_again(people: People) -> None:
    assert reinvite(people, "curator", ["curator"], key=LINK, now=NOW) == key_text(LINK)
    assert reinvite(people, "curator", ["curator"], key=OTHER_LINK, now=NOW) == key_text(OTHER_LINK)
    use_invitation(people, OTHER_LINK, OLD, session_key=HERE, now=NOW)
    assert reinvite(people, "curator", ["curator"], key=ELSEWHERE, now=NOW) is None
    assert len(list_people(people, NOW)) == 1


def test_nobody_is_there_to_begin_with_and_nobody_can_sign_in(people: People) -> None:
    assert list_people(people, NOW) == []
    for name in ("admin", "root", "curator", "maker", ""):
        for password in ("admin", "password", "", "curator"):
            with pytest.raises(SignInError):
                sign_in(people, name, password, key=HERE, now=NOW)


@pytest.mark.parametrize(
    "deed", [switch_on, sign_out_by_name, lambda people, name: change_roles(people, name, ["maker"])]
)
def test_who_is_not_there_cannot_be_changed(people: People, deed: object) -> None:
    assert callable(deed)
    with pytest.raises(NobodyError, match="hopke staff list"):
        deed(people, "Nobody")


# What the ledger holds


def test_the_ledger_holds_no_key_no_link_and_no_password(people: People, lan: Person, folder: Path) -> None:
    invite(people, "Binh", ["maker"], key=OTHER_LINK, now=NOW)
    rows = [row for table in everything_in(folder).values() for row in table]
    held = b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for row in rows for cell in row)
    for secret in (LINK, OTHER_LINK, HERE):
        for spelled in (
            secret,
            secret.hex().encode(),
            secret.hex().upper().encode(),
            key_text(secret).encode(),
        ):
            assert spelled not in held
    assert OLD.encode() not in held
    assert hashlib.sha256(HERE).digest() in held  # the search finds what is there
    assert b"$argon2id$v=19$m=19456,t=2,p=1$" in held


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


def test_an_unknown_name_takes_as_long_as_a_known_one(people: People, lan: Person) -> None:
    def seconds(name: str) -> float:
        taken = []
        for _ in range(5):
            begun = time.perf_counter()
            with pytest.raises(SignInError):
                sign_in(people, name, NEW, key=THERE, now=NOW)
            taken.append(time.perf_counter() - begun)
        return median(taken)

    known, unknown = seconds("Lan Anh"), seconds("Nobody")
    assert 0.4 < unknown / known < 2.5  # without the hash of nobody's password it is under 0.1


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


# Roles, off and on


def test_other_roles_hold_from_the_next_click_on(people: People, lan: Person) -> None:
    assert change_roles(people, "lan anh", ["reviewer", "maker"]).roles == ("maker", "reviewer")
    found = session_of(people, HERE, NOW)
    assert found
    assert found.roles == ("maker", "reviewer")


def test_who_is_switched_off_is_out_at_once_and_comes_back_with_the_old_password(
    people: People, lan: Person
) -> None:
    switch_off(people, "Lan Anh", NOW)
    assert who(people, HERE) is None
    with pytest.raises(SignInError):
        sign_in(people, "Lan Anh", OLD, key=THERE, now=NOW)
    with pytest.raises(SwitchedOffError, match="hopke staff on"):
        reset(people, "Lan Anh", key=OTHER_LINK, now=NOW)
    assert reinvite(people, "Lan Anh", ["curator"], key=OTHER_LINK, now=NOW) is None
    switch_on(people, "Lan Anh")
    assert who(people, HERE) is None
    assert sign_in(people, "Lan Anh", OLD, key=THERE, now=NOW) == lan


def test_an_invitation_ends_when_somebody_is_switched_off(people: People) -> None:
    invite(people, "Lan Anh", ["curator"], key=LINK, now=NOW)
    switch_off(people, "Lan Anh", NOW)
    switch_on(people, "Lan Anh")
    with pytest.raises(InvitationError):
        use_invitation(people, LINK, OLD, session_key=HERE, now=NOW)


def test_the_list_tells_who_chose_a_password_and_who_is_off(people: People, lan: Person) -> None:
    invite(people, "Binh", ["maker"], key=OTHER_LINK, now=NOW)
    switch_off(people, "Lan Anh", NOW)
    first, second = list_people(people, NOW)
    assert (first.person.name, first.chosen, first.off_at, first.sessions) == ("Lan Anh", True, NOW, 0)
    assert (second.person.name, second.chosen, second.invited_until) == ("Binh", False, NOW + 3 * DAY)
    assert list_people(people, NOW + 4 * DAY)[1].invited_until is None
    with people.ledger.reading() as session:
        assert len(session.exec(select(Invitation)).all()) == 1


# The server's key


def test_the_servers_key_is_made_once_and_only_its_server_may_read_it(workspace: Workspace) -> None:
    first = server_key(workspace, b"1" * 32)
    assert server_key(workspace, b"2" * 32) == first == b"1" * 32
    kept = workspace.state / "server.key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in workspace.state.iterdir()] == ["server.key"]


def test_servers_that_begin_at_once_have_one_key(workspace: Workspace) -> None:
    together, keys = threading.Barrier(8), set()

    def begin(number: int) -> None:
        together.wait()
        keys.add(server_key(workspace, bytes([number]) * 32))

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 1


def test_a_damaged_key_and_a_full_disk_are_told(workspace: Workspace) -> None:
    with full_disk(), pytest.raises(ServerKeyError, match=r"server\.key"):
        server_key(workspace, b"1" * 32)
    assert list(workspace.state.iterdir()) == []
    (workspace.state / "server.key").write_bytes(b"short")
    with pytest.raises(ServerKeyError, match="damaged"):
        server_key(workspace, b"1" * 32)
