"""`hopke staff`: who works here. Links are shown once; the ledger keeps only their hashes."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import click

from app.cli.telling import told
from app.core.staff import ROLES
from app.staff import (
    KEY_BYTES,
    Listed,
    change_roles,
    list_people,
    open_people,
    sign_out_by_name,
    switch_off,
    switch_on,
)
from app.staff.invitations import INVITATION_HOURS, invite, reinvite, reset
from app.workspace import Workspace, practice_address

DEMO_STAFF = (("curator", ("curator",)), ("maker", ("maker", "reviewer")))
"""Who works at the demo: two, for nobody approves what they wrote themselves."""

COLUMNS = ("name", "roles", "password", "browsers")

_name = click.argument("name", metavar="NAME")
_roles = click.option(
    "--role",
    "roles",
    type=click.Choice(ROLES),
    multiple=True,
    required=True,
    help="What they do; give it again for a second role.",
)
_address = click.option(
    "--address",
    metavar="URL",
    help="Where the site is open instead of base_url: http://127.0.0.1:8000 to try at home.",
)


@click.group()
def staff() -> None:
    """Invite those who write, review and make; change their roles; sign them out."""


@staff.command("invite")
@_name
@_roles
@_address
@click.pass_obj
@told
def invite_(find: Callable[[], Workspace], name: str, roles: tuple[str, ...], address: str | None) -> None:
    """Add somebody and show the link at which they choose a password; it works once, within 72 hours."""
    workspace = find()
    base = _base(workspace, address)
    link = invite(open_people(workspace), name, roles, key=_key(), now=_now())
    _tell_link(base, link)


@staff.command("list")
@click.pass_obj
@told
def list_(find: Callable[[], Workspace]) -> None:
    """List everybody who works or worked here."""
    listed = list_people(open_people(find()), _now())
    rows = [COLUMNS, *(_row(each) for each in listed)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for row in rows if listed else ():
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if not listed:
        click.echo("Nobody works here yet. Begin with: hopke staff invite NAME --role curator")


@staff.command("reset")
@_name
@_address
@click.pass_obj
@told
def reset_(find: Callable[[], Workspace], name: str, address: str | None) -> None:
    """Forget somebody's password, sign them out everywhere, and show a link for a new one."""
    workspace = find()
    base = _base(workspace, address)
    _tell_link(base, reset(open_people(workspace), name, key=_key(), now=_now()))


@staff.command("roles")
@_name
@_roles
@click.pass_obj
@told
def roles_(find: Callable[[], Workspace], name: str, roles: tuple[str, ...]) -> None:
    """Give somebody these roles and no others, from their next click on."""
    person = change_roles(open_people(find()), name, roles)
    click.echo(f"{person.name}: {', '.join(person.roles)}.")


@staff.command("off")
@_name
@click.pass_obj
@told
def off(find: Callable[[], Workspace], name: str) -> None:
    """Let somebody sign in no longer; what they wrote stays."""
    click.echo(f"{switch_off(open_people(find()), name, _now()).name} is signed out and cannot sign in.")


@staff.command("on")
@_name
@click.pass_obj
@told
def on(find: Callable[[], Workspace], name: str) -> None:
    """Let somebody sign in again with the password they had."""
    click.echo(f"{switch_on(open_people(find()), name).name} may sign in again.")


@staff.command("sign-out")
@_name
@click.pass_obj
@told
def sign_out(find: Callable[[], Workspace], name: str) -> None:
    """Sign somebody out in every browser."""
    click.echo(f"{sign_out_by_name(open_people(find()), name).name} is signed out everywhere.")


def tell_demo_staff(workspace: Workspace, base: str, program: str) -> None:
    """Invite those who work at the demo, and show a link for each who has not chosen a password yet.

    Args:
        workspace: the demo's.
        base: where its site is open.
        program: how this program is called.
    """
    people = open_people(workspace)
    click.echo(f"\nThe curator's studio: {base}/studio/")
    for name, roles in DEMO_STAFF:
        link = reinvite(people, name, roles, key=_key(), now=_now())
        if link:
            click.echo(f"  {name} ({', '.join(roles)}) chooses a password, once: {_link(base, link)}")
        else:
            click.echo(
                f"  {name} has chosen a password and signs in there. Forgotten? "
                f"{program} staff reset {name} --address {base}"
            )
    people.ledger.close()


def _row(listed: Listed) -> tuple[str, ...]:
    if listed.off_at:
        password = f"switched off since {listed.off_at.date()}"
    elif listed.chosen:
        password = "chosen"  # noqa: S105
    elif listed.invited_until:
        password = f"invited until {listed.invited_until:%Y-%m-%d %H:%M} UTC"
    else:
        password = "none; the link has ended"  # noqa: S105
    return (listed.person.name, ", ".join(listed.person.roles), password, str(listed.sessions))


def _base(workspace: Workspace, address: str | None) -> str:
    return practice_address(address) if address else workspace.base_url.rstrip("/")


def _link(base: str, link: str) -> str:
    return f"{base}/studio/invitation/{link}"


def _tell_link(base: str, link: str) -> None:
    click.echo(f"This link lets them choose a password, once, within {INVITATION_HOURS} hours:")
    click.echo(_link(base, link))
    click.echo(f"Hand it over in person or by a private message. Afterwards they sign in at {base}/studio/")


def _key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _now() -> datetime:
    return datetime.now(UTC)
