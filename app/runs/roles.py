"""Which machine a server is: the public one, which needs no secret, or the station, where the vault is."""

import ipaddress
from pathlib import Path
from typing import Literal

from app.core.errors import UserError
from app.vault import Vault
from app.workspace import Workspace

Role = Literal["public", "station", "both"]


class RoleError(UserError):
    """A server cannot have this role here."""


def take_role(workspace: Workspace, role: Role, host: str) -> list[str]:
    """Check that a server may have `role` here, and return what its maker should be warned of.

    Secrets are looked for by their files' names; none is ever opened.

    Args:
        workspace: the workspace that is served.
        role: "public", "station" or "both".
        host: the address that the server will listen on.

    Returns:
        What a public server should not hold but does, one text each; empty for other roles.

    Raises:
        RoleError: a station without a secret in its vault, or one that other machines could reach.
    """
    vault = Vault(workspace.state / "vault")
    printed = workspace.state / "out"
    if role == "public":
        told = "a public server needs none and should not hold them; move them to the print station"
        held = []
        if vault.holds_secrets():
            held.append(f"{vault.folder} holds run secrets: {told}.")
        if _has_run_files(printed):
            held.append(f"{printed} holds what was printed, codes and all: {told}.")
        return held
    if role == "station":
        if not _is_this_machine(host):
            raise RoleError(
                f"a station listens on this machine alone, and {host or 'every address'} can be reached "
                "from others: it works beside the vault",
                where="--host",
                mend="Leave --host away, or serve the buyers elsewhere with --role public",
            )
        if not vault.holds_secrets():
            raise RoleError(
                "a station works where the vault is, and there is no run secret in it",
                where=str(vault.folder),
                mend="Commit a run or restore the vault; where there shall be none, serve with --role public",
            )
    return []


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _has_run_files(folder: Path) -> bool:
    try:
        return any(any(run.iterdir()) for run in folder.iterdir() if run.is_dir())
    except OSError:
        return False
