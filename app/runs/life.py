"""Commit and seal: from here on nothing changes, and every box is fixed."""

import json
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlmodel import Session, col, func, insert, select

from app.catalogue import read_series
from app.core.allocation import allocate
from app.core.commitment import (
    Label,
    Secrets,
    beacon_digest,
    contents_salt,
    contents_tree,
    make_labels,
    seed_commitment,
    shuffle_key,
)
from app.core.errors import UserError
from app.core.manifest import manifest_digest, manifest_text, parse_manifest
from app.core.merkle import Tree, tree
from app.core.plan import NO_PREVIOUS, Beacon, KitCount, Plan, check_beacon_value
from app.core.proof import SealedContent
from app.ledger import Run, SealedBox, TreePart
from app.runs import Station, find_run, require_state
from app.runs.log import record
from app.sealing import seal_row
from app.workspace import printable_host


class PlanOutdatedError(UserError):
    """The catalogue has changed since the run was planned."""


class VaultMismatchError(UserError):
    """The vault's secret is not the one that was committed."""


def plan_of(run: Run, number: int, previous: str) -> Plan:
    """Return a planned run as the value that the manifest is made of."""
    return Plan(
        maker=run.maker,
        series=run.series,
        run=run.id,
        number=number,
        previous=previous,
        boxes=run.boxes,
        case_size=run.case_size,
        kits=tuple(KitCount(**kit) for kit in json.loads(run.kits)),
        beacon=Beacon(run.beacon_kind, run.beacon_description, run.beacon_pattern),
    )


def commit_run(station: Station, run_id: str, *, entropy: bytes, now: datetime) -> Run:
    """Fix a planned run for good: make its secret and labels and publish its manifest.

    Args:
        station: where the vault is.
        run_id: a planned run.
        entropy: 32 random bytes, the run secret unless the vault already holds one from a commit cut off.
        now: aware.

    Raises:
        WrongStateError, RunMissingError: the run is not planned.
        PlanOutdatedError: a kit of the plan is no longer in the series.
        BaseUrlError: the base URL must not be printed.
        UserError: the vault or the ledger cannot be written.
    """
    with station.ledger.reading() as session:
        run = find_run(session, run_id)
        require_state(run, "committed", "planned")
    base_url = station.workspace.base_url
    printable_host(base_url)
    known = {kit.id for kit in read_series(station.workspace, run.series).kits}
    planned = plan_of(run, 1, NO_PREVIOUS)
    gone = [kit.id for kit in planned.kits if kit.id not in known]
    if gone:
        raise PlanOutdatedError(
            f"the kit {gone[0]} of {run_id} is no longer in the series {run.series}",
            mend="Bring it back, or plan the run again with --replace",
        )
    secrets = Secrets.from_run_secret(station.vault.keep(run_id, entropy))
    labels_root = tree(label.commitment for label in make_labels(secrets, run.boxes, run.case_size)).root
    with station.ledger.writing() as session:
        run = find_run(session, run_id)
        require_state(run, "committed", "planned")
        if plan_of(run, 1, NO_PREVIOUS) != planned:
            raise PlanOutdatedError(
                f"{run_id} was planned anew meanwhile", mend="Look at it, then commit again"
            )
        number, previous = _chain(session)
        plan = plan_of(run, number, previous)
        run.number = number
        run.manifest = manifest_text(plan, seed_commitment(run_id, secrets.seed), labels_root)
        run.base_url = base_url
        run.committed_at = now
        session.add(run)
        record(session, run_id, "committed", now, manifest=manifest_digest(run.manifest).hex())
    return run


def seal_run(station: Station, run_id: str, *, beacon_value: str, now: datetime) -> Run:
    """Draw the kits of a committed run with the beacon's value and store its sealed boxes, all or none.

    Args:
        station: where the vault is.
        run_id: a committed run.
        beacon_value: exactly as announced; "" for a run without a beacon.
        now: aware.

    Raises:
        WrongStateError, RunMissingError: the run is not committed, or is sealed already.
        BeaconValueError: the value is off the committed pattern.
        VaultError, VaultMismatchError: the vault does not hold the committed secret.
        LedgerError: the ledger cannot be written; nothing of the seal is kept.
    """
    with station.ledger.reading() as session:
        run = find_run(session, run_id)
        require_state(run, "sealed", "committed")
    text = run.manifest or ""
    manifest = parse_manifest(text)
    plan = manifest.plan
    check_beacon_value(plan.beacon, beacon_value)
    secrets = Secrets.from_run_secret(station.vault.open(run_id))
    labels = make_labels(secrets, plan.boxes, plan.case_size)
    commitments = [label.commitment for label in labels]
    label_tree = tree(commitments)
    if label_tree.root != manifest.labels_root:
        raise VaultMismatchError(
            f"the vault's secret of {run_id} is not the one that was committed",
            where=str(station.vault.folder),
            mend="Work at the print station that committed the run, or restore its vault",
        )
    key = shuffle_key(beacon_digest(plan.beacon.kind, beacon_value), secrets.seed, manifest_digest(text))
    kits = allocate(key, plan.counts, plan.case_size)
    contents = contents_tree(key, manifest_digest(text), kits, commitments)
    rows = [_sealed(label, kit, key, run_id) for label, kit in zip(labels, kits, strict=True)]
    rows.sort(key=itemgetter("tag"))  # the order of rows must not tell the order of slots
    with station.ledger.writing() as session:
        run = find_run(session, run_id)
        require_state(run, "sealed", "committed")
        session.execute(insert(SealedBox), rows)
        session.execute(
            insert(TreePart), [*_parts(run_id, "contents", contents), *_parts(run_id, "labels", label_tree)]
        )
        run.beacon_value = beacon_value
        run.contents_root = contents.root
        run.sealed_at = now
        session.add(run)
        record(session, run_id, "sealed", now, root=contents.root.hex())
    return run


def list_runs(station: Station) -> list[Run]:
    """Return all runs, the newest first."""
    with station.ledger.reading() as session:
        return list(session.exec(select(Run).order_by(col(Run.planned_at).desc(), Run.id)))


def show_run(station: Station, run_id: str) -> Run:
    """Return one run.

    Raises:
        RunMissingError: there is none of that name.
    """
    with station.ledger.reading() as session:
        return find_run(session, run_id)


def secret_labels(station: Station, run: Run) -> list[Label]:
    """Return the labels of a run by slot, codes included, from the vault's secret."""
    secrets = Secrets.from_run_secret(station.vault.open(run.id))
    return make_labels(secrets, run.boxes, run.case_size)


def _chain(session: Session) -> tuple[int, str]:
    """Return the number of the maker's next manifest and the hash of the one before it."""
    last = session.exec(select(func.max(Run.number))).one()
    if last is None:
        return 1, NO_PREVIOUS
    previous = session.exec(select(Run.manifest).where(Run.number == last)).one()
    return last + 1, manifest_digest(previous or "").hex()


def _parts(run_id: str, name: str, kept: Tree) -> list[dict[str, Any]]:
    return [
        {"run": run_id, "tree": name, "level": level, "part": part, "hashes": hashes}
        for level, part, hashes in kept.parts()
    ]


def _sealed(label: Label, kit: int, key: bytes, run_id: str) -> dict[str, Any]:
    content = SealedContent(
        slot=label.slot,
        kit=kit,
        salt=contents_salt(key, label.slot),
        edition=label.edition,
        case=label.case,
        lsalt=label.lsalt,
    )
    return {"tag": label.tag, "run": run_id, "sealed": seal_row(label.code, run_id, content)}
