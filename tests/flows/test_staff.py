"""Who works here: links that work once, passwords, sessions that end, and two of everything at once."""

import hashlib
import threading
from pathlib import Path

import pytest
from sqlmodel import select

from app.core.address_key import key_text, read_key
from app.core.staff import PasswordError, Person, StaffNameError
from app.ledger import Invitation
from app.staff import (
    NameTakenError,
    NobodyError,
    People,
    change_roles,
    list_people,
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
    SignInError,
    session_of,
    sign_in,
)
from app.workspace import Workspace
from tests.conftest import NOW
from tests.flows.door import DAY, ELSEWHERE, HERE, HOUR, LINK, MINUTE, NEW, OLD, OTHER_LINK, THERE, who
from tests.web.cast import everything_in, full_disk

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
