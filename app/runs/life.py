"""Commit and seal: from here on nothing changes, and every box is fixed."""

import json
from datetime import datetime
from itertools import islice

from sqlmodel import Session, col, func, insert, select

from app.catalogue import read_series
from app.core.code import TAG_BYTES
from app.core.commitment import (
    Label,
    Secrets,
    beacon_digest,
    make_labels,
    seed_commitment,
    shuffle_key,
)
from app.core.errors import UserError
from app.core.manifest import manifest_digest, manifest_text, parse_manifest
from app.core.plan import NO_PREVIOUS, Beacon, KitCount, Plan, check_beacon_value
from app.ledger import Run, TreePart
from app.runs import Station, find_run, require_state
from app.runs.boxes import DrawnRun, Progress, draw_boxes, label_tree, processes_for, quiet
from app.runs.log import record, require_logged
from app.workspace import printable_host

ROWS_AT_ONCE = 10_000
"""So many boxes are stored between two steps of a progress bar."""


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


def commit_run(
    station: Station,
    run_id: str,
    *,
    entropy: bytes,
    now: datetime,
    progress: Progress = quiet,
    processes: int | None = None,
) -> Run:
    """Fix a planned run for good: make its secret and labels and publish its manifest.

    Args:
        station: where the vault is.
        run_id: a planned run.
        entropy: 32 random bytes, the run secret unless the vault already holds one from a commit cut off.
        now: aware.
        progress: told labels made and labels in all.
        processes: that make labels at once; as many as are worth it without it.

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
    at_once = processes or processes_for(run.boxes)
    labels_root = label_tree(secrets, planned, processes=at_once, progress=progress).root
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


def seal_run(
    station: Station,
    run_id: str,
    *,
    beacon_value: str,
    now: datetime,
    progress: Progress = quiet,
    processes: int | None = None,
) -> Run:
    """Draw the kits of a committed run with the beacon's value and store its sealed boxes, all or none.

    Args:
        station: where the vault is.
        run_id: a committed run.
        beacon_value: exactly as announced; "" for a run without a beacon.
        now: aware.
        progress: told steps done and steps in all, two for every box: it is drawn, it is stored.
        processes: that draw at once; as many as are worth it without it.

    Raises:
        WrongStateError, RunMissingError: the run is not committed, or is sealed already.
        LogError: the manifest is not the one that the log says was committed.
        BeaconValueError: the value is off the committed pattern.
        VaultError, VaultMismatchError: the vault does not hold the committed secret.
        LedgerError: the ledger cannot be written; nothing of the seal is kept.
    """
    with station.ledger.reading() as session:
        run = find_run(session, run_id)
        require_state(run, "sealed", "committed")
        require_logged(session, run)  # a manifest that was changed since would be drawn with as it is now
    text = run.manifest or ""
    manifest = parse_manifest(text)
    plan = manifest.plan
    check_beacon_value(plan.beacon, beacon_value)
    secrets = Secrets.from_run_secret(station.vault.open(run_id))
    digest = manifest_digest(text)
    drawn = draw_boxes(
        secrets,
        plan,
        shuffle_key(beacon_digest(plan.beacon.kind, beacon_value), secrets.seed, digest),
        digest,
        processes=processes or processes_for(plan.boxes),
        progress=lambda done, whole: progress(done, 2 * whole),
    )
    if drawn.labels.root != manifest.labels_root:
        raise VaultMismatchError(
            f"the vault's secret of {run_id} is not the one that was committed",
            where=str(station.vault.folder),
            mend="Work at the print station that committed the run, or restore its vault",
        )
    with station.ledger.writing() as session:
        run = find_run(session, run_id)
        require_state(run, "sealed", "committed")
        _store(session, run, drawn, progress)
        run.beacon_value = beacon_value
        run.contents_root = drawn.contents.root
        run.sealed_at = now
        session.add(run)
        record(session, run_id, "sealed", now, root=drawn.contents.root.hex())
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


def _store(session: Session, run: Run, drawn: DrawnRun, progress: Progress) -> None:
    """Put a run's sealed boxes and trees into the ledger, within the writing block that is open."""
    # A million rows straight to the driver take less than half the time.
    connection, stored = session.connection(), 0
    rows = iter(drawn.rows)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        boxes = [(row[:TAG_BYTES], run.id, row[TAG_BYTES:]) for row in some]
        connection.exec_driver_sql("INSERT INTO sealed_box (tag, run, sealed) VALUES (?, ?, ?)", boxes)
        stored += len(some)
        progress(run.boxes + stored, 2 * run.boxes)
    for name, kept in (("contents", drawn.contents), ("labels", drawn.labels)):
        parts = [
            {"run": run.id, "tree": name, "level": level, "part": part, "hashes": hashes}
            for level, part, hashes in kept.parts()
        ]
        session.execute(insert(TreePart), parts)
