"""The maker's flow: plan -> commit -> seal -> print -> sell -> reveal.

State is in the ledger, the run secret in the vault.
"""

from dataclasses import dataclass

from sqlmodel import Session

from app.core.errors import UserError
from app.ledger import Ledger, Run
from app.vault import Vault
from app.workspace import Workspace


class RunMissingError(UserError):
    """There is no run of that name."""


class WrongStateError(UserError):
    """A step does not follow the last one done."""


@dataclass(frozen=True)
class Station:
    """The maker's print station: a workspace with its ledger and its vault."""

    workspace: Workspace
    ledger: Ledger
    vault: Vault


def open_station(workspace: Workspace) -> Station:
    """Open the ledger and the vault of a workspace.

    Raises:
        LedgerError: the ledger cannot be opened.
    """
    return Station(workspace, Ledger(workspace.ledger), Vault(workspace.state / "vault"))


def find_run(session: Session, run_id: str) -> Run:
    """Return a run.

    Raises:
        RunMissingError: the ledger has none of that name.
    """
    run = session.get(Run, run_id)
    if run is None:
        raise RunMissingError(f"there is no run {run_id}", mend="See the names with: hopke run list")
    return run


_NEXT = {
    "planned": "commit it with: hopke run commit {run}",
    "committed": "seal it with: hopke run seal {run} --beacon VALUE",
    "sealed": "print it with: hopke run print {run}",
    "printed": "pack it with: hopke run pack {run}, then put it on sale with: hopke run sell {run}",
    "on sale": "when it is sold out or withdrawn, open the draw with: hopke run reveal {run} --sold-out",
    "revealed": "its record is whole; anyone can check it with: hopke verify reveal.json",
}


def next_step(run: Run) -> str:
    """Return what follows for a run, as words with the command to type."""
    words = _NEXT[run.state].format(run=run.id)
    return words.removesuffix(" --beacon VALUE") if run.beacon_kind == "none" else words


def require_state(run: Run, step: str, *allowed: str) -> None:
    """Refuse `step` unless the run's last step is one of `allowed`.

    Raises:
        WrongStateError: it is not; says what comes next instead.
    """
    if run.state not in allowed:
        raise WrongStateError(
            f"{run.id} is {run.state}, so it cannot be {step}; nothing was changed",
            mend=f"Next: {next_step(run)}",
        )
