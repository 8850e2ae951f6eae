"""`hopke staff`: what each command says, what it shows once, and whom the demo invites."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.cli.people import tell_demo_staff
from app.core.address_key import read_key
from app.staff import open_people
from app.staff.invitations import invited, use_invitation
from app.staff.sessions import session_of, sign_in
from app.workspace import Workspace
from tests.test_cli import refusal, said
from tests.web.cast import PASSWORD, everything_in

Hopke = Callable[..., Result]
LINK = re.compile(r"(\S+)/studio/invitation/([\w-]{43})(?!\S)")
INVITE = ("staff", "invite", "Lan Anh", "--role", "curator")
HOME = "http://127.0.0.1:8000"


@pytest.fixture
def hopke(folder: Path) -> Hopke:
    """Run a command in the tiny workspace."""
    return lambda *words: CliRunner().invoke(main, ["--workspace", str(folder), *words])


def link_in(text: str) -> tuple[str, bytes]:
    """Return where the only link in a text is open, and its key."""
    ((base, link),) = LINK.findall(text)
    return base, read_key(link)


def choose(workspace: Workspace, key: bytes, session: bytes = bytes(32)) -> None:
    """Use a link."""
    people = open_people(workspace)
    use_invitation(people, key, PASSWORD, session_key=session, now=datetime.now(UTC))
    people.ledger.close()


def test_an_invitation_shows_its_link_once_and_the_ledger_cannot_show_it_again(
    hopke: Hopke, workspace: Workspace, folder: Path
) -> None:
    base, key = link_in(said(hopke(*INVITE, "--role", "reviewer")))
    assert base == workspace.base_url.rstrip("/")
    people = open_people(workspace)
    person = invited(people, key, datetime.now(UTC))
    people.ledger.close()
    assert (person.name, person.roles) == ("Lan Anh", ("curator", "reviewer"))
    assert key not in str(everything_in(folder)).encode()
    assert not LINK.search(said(hopke("staff", "list")))


def test_at_home_the_link_leads_to_this_machine(hopke: Hopke) -> None:
    assert link_in(said(hopke(*INVITE, "--address", f"{HOME}/")))[0] == HOME
    assert "can open" in refusal(hopke("staff", "reset", "Lan Anh", "--address", "ftp://x"))


def test_the_list_tells_where_everybody_stands(hopke: Hopke, workspace: Workspace) -> None:
    assert "Nobody works here yet. Begin with: hopke staff invite" in said(hopke("staff", "list"))
    _, key = link_in(said(hopke(*INVITE)))
    said(hopke("staff", "invite", "Binh", "--role", "maker", "--role", "reviewer"))
    assert "Lan Anh curator invited until" in said(hopke("staff", "list"))
    choose(workspace, key)
    said(hopke("staff", "off", "binh"))
    listed = said(hopke("staff", "list"))
    assert "Lan Anh curator chosen 1" in listed
    assert re.search(r"Binh maker, reviewer switched off since \d{4}-\d\d-\d\d 0", listed)
    assert "Binh may sign in again." in said(hopke("staff", "on", "Binh"))


def test_a_reset_signs_out_and_gives_another_link_but_changes_nobody_else(
    hopke: Hopke, workspace: Workspace
) -> None:
    choose(workspace, link_in(said(hopke(*INVITE)))[1])
    _, fresh = link_in(said(hopke("staff", "reset", "lan anh")))
    people = open_people(workspace)
    assert session_of(people, bytes(32), datetime.now(UTC)) is None
    assert invited(people, fresh, datetime.now(UTC)).name == "Lan Anh"
    people.ledger.close()


def test_roles_are_changed_and_sessions_ended(hopke: Hopke, workspace: Workspace) -> None:
    choose(workspace, link_in(said(hopke(*INVITE)))[1])
    assert said(hopke("staff", "roles", "Lan Anh", "--role", "reviewer", "--role", "maker")) == (
        "Lan Anh: maker, reviewer."
    )
    assert "Lan Anh is signed out everywhere." in said(hopke("staff", "sign-out", "Lan Anh"))
    people = open_people(workspace)
    assert session_of(people, bytes(32), datetime.now(UTC)) is None
    person = sign_in(people, "Lan Anh", PASSWORD, key=bytes(32), now=datetime.now(UTC))
    people.ledger.close()
    assert person.roles == ("maker", "reviewer")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("invite", "lan@example.org", "--role", "curator"), "cannot stand in a name"),
        (("invite", "lan ANH", "--role", "maker"), "hopke staff reset 'Lan Anh'"),
        (("reset", "Nobody"), "hopke staff list"),
        (("roles", "Nobody", "--role", "maker"), "hopke staff list"),
        (("off", "Nobody"), "hopke staff list"),
        (("on", "Nobody"), "hopke staff list"),
        (("sign-out", "Nobody"), "hopke staff list"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_to_do(hopke: Hopke, words: tuple[str, ...], told: str) -> None:
    said(hopke(*INVITE))
    assert told in refusal(hopke("staff", *words))


def test_who_is_switched_off_is_given_no_link(hopke: Hopke) -> None:
    said(hopke(*INVITE))
    said(hopke("staff", "off", "Lan Anh"))
    assert "hopke staff on 'Lan Anh'" in refusal(hopke("staff", "reset", "Lan Anh"))


def test_the_demo_invites_two_and_the_second_time_only_who_has_not_chosen(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_demo_staff(workspace, HOME, "hopke")
    first = capsys.readouterr().out
    links = dict(re.findall(r"(\w+) \([\w, ]+\) chooses .*/invitation/(\S+)", first))
    assert set(links) == {"curator", "maker"}
    assert "maker (maker, reviewer)" in first
    choose(workspace, read_key(links["curator"]))
    tell_demo_staff(workspace, HOME, "hopke")
    second = capsys.readouterr().out
    assert f"{HOME}/studio/" in second
    assert "curator has chosen a password and signs in there." in second
    assert f"Forgotten? hopke staff reset curator --address {HOME}" in second
    base, fresh = link_in(second)
    assert base == HOME
    people = open_people(workspace)
    assert invited(people, fresh, datetime.now(UTC)).name == "maker"
    people.ledger.close()
    assert fresh != read_key(links["maker"])
