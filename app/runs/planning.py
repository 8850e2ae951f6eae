"""Plan a run: counts, case size, beacon, and what they mean for buyers. Nothing is published yet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.catalogue import read_series
from app.core.errors import UserError
from app.core.forecast import Forecast, forecast
from app.core.kit import Series
from app.core.plan import NO_PREVIOUS, Beacon, KitCount, Plan, validate
from app.ledger import Run
from app.library import read_story
from app.pictures import art_path, parse_svg, read_silhouette
from app.runs import Station
from app.runs.life import plan_of
from app.runs.log import record
from app.workspace import printable_host

NO_BEACON = Beacon("none", "", "")


class SharesError(UserError):
    """The shares of a series do not give whole boxes."""


class RunTakenError(UserError):
    """A run's name is in use."""


@dataclass(frozen=True)
class Outlook:
    """What a run means for buyers: boxes of each kit, and boxes opened to complete the series."""

    run: Run
    counts: tuple[tuple[str, int], ...]
    standard: Forecast
    everything: Forecast | None


def plan_run(
    station: Station,
    series_id: str,
    *,
    boxes: int,
    now: datetime,
    run_id: str | None = None,
    case_size: int | None = None,
    counts: Mapping[str, int] | None = None,
    beacon: Beacon = NO_BEACON,
    replace: bool = False,
) -> Outlook:
    """Write down a run. It can be planned again until it is committed.

    Args:
        station: where the run is kept.
        series_id: a series of kits/.
        boxes: boxes in the run.
        now: aware.
        run_id: its name; None takes the series' prefix and the next free number.
        case_size: boxes in a case; None takes the series'.
        counts: boxes of each kit; None follows the series' shares. A kit left out is not in the run.
        beacon: where the chance will come from.
        replace: plan anew a run that is planned but not committed.

    Raises:
        SeriesMissingError, SharesError, RunTakenError, PlanError: what cannot be planned, and why.
        BaseUrlError: the base URL must not be printed.
        UserError: a story or picture of the series is missing or broken.
    """
    series = read_series(station.workspace, series_id)
    _require_content(station, series)
    printable_host(station.workspace.base_url)
    shared = _known(series, counts) if counts else _by_share(series, boxes)
    kits = tuple(KitCount(kit.id, shared[kit.id]) for kit in series.kits if kit.id in shared)
    with station.ledger.writing() as session:
        name = _free_name(session, series.prefix) if run_id is None else run_id
        plan = Plan(
            maker=station.workspace.maker,
            series=series.id,
            run=name,
            number=1,
            previous=NO_PREVIOUS,
            boxes=boxes,
            case_size=series.case_size if case_size is None else case_size,
            kits=kits,
            beacon=beacon,
        )
        validate(plan)
        _require_free(station, session, name, replace=replace)
        run = session.merge(_row(plan, station.workspace.base_url, now))
        record(session, run.id, "planned", now, boxes=run.boxes)
    return outlook(station, run)


def outlook(station: Station, run: Run) -> Outlook:
    """Return what a run means for buyers."""
    series = read_series(station.workspace, run.series)
    counts = tuple((kit.id, kit.count) for kit in plan_of(run, 1, NO_PREVIOUS).kits)
    standard = {kit.id for kit in series.standard_kits}
    wanted = tuple(count for kit_id, count in counts if kit_id in standard)
    every = tuple(count for _, count in counts)
    return Outlook(
        run,
        counts,
        standard=forecast(wanted, run.boxes),
        everything=forecast(every, run.boxes) if len(every) > len(wanted) else None,
    )


def _by_share(series: Series, boxes: int) -> dict[str, int]:
    whole = sum(entry.share for entry in series.entries)
    if boxes < 1 or boxes % whole:
        below, above = boxes // whole * whole, max(boxes // whole + 1, 1) * whole
        near = f"{below} or {above}" if below > 0 else f"{above}"
        raise SharesError(
            f"the shares of {series.id} sum to {whole}, so {boxes} boxes do not give every kit whole boxes",
            where="--boxes",
            mend=f"Plan {near} boxes, or give every kit's boxes with --count KIT=BOXES",
        )
    return {entry.kit.id: entry.share * boxes // whole for entry in series.entries}


def _known(series: Series, counts: Mapping[str, int]) -> dict[str, int]:
    unknown = sorted(set(counts) - {kit.id for kit in series.kits})
    if unknown:
        raise SharesError(
            f"the series {series.id} has no kit {unknown[0]}",
            where="--count",
            mend=f"Its kits: {', '.join(kit.id for kit in series.kits)}",
        )
    if not any(kit.id in counts for kit in series.standard_kits):
        raise SharesError("no standard kit is in the run", where="--count", mend="Give at least one a count")
    return dict(counts)


def _require_content(station: Station, series: Series) -> None:
    """Refuse to plan boxes whose code would open nothing."""
    for kit in series.kits:
        parse_svg(art_path(station.workspace, series.id, kit.id))
        read_silhouette(station.workspace, series.id, kit.id)
        for language in station.workspace.languages:
            read_story(station.workspace, kit.id, language)


def _free_name(session: Session, prefix: str) -> str:
    taken = set(session.exec(select(Run.id).where(col(Run.id).startswith(f"{prefix}-"))))
    number = 1
    while f"{prefix}-{number}" in taken:
        number += 1
    return f"{prefix}-{number}"


def _require_free(station: Station, session: Session, name: str, *, replace: bool) -> None:
    found = session.get(Run, name)
    if found is None and station.vault.has(name):
        raise RunTakenError(
            f"the vault holds a secret of an earlier run {name}",
            where=str(station.vault.folder),
            mend="Choose another name with --run: a run's name is never used twice",
        )
    if found is not None and not (replace and found.state == "planned"):
        mend = "Choose another name with --run"
        if found.state == "planned":
            mend += ", or change this plan with --replace"
        raise RunTakenError(
            f"there is a run {name} already, and it is {found.state}", where="--run", mend=mend
        )


def _row(plan: Plan, base_url: str, now: datetime) -> Run:
    return Run(
        id=plan.run,
        maker=plan.maker,
        series=plan.series,
        boxes=plan.boxes,
        case_size=plan.case_size,
        kits=json.dumps([{"id": kit.id, "count": kit.count} for kit in plan.kits]),
        beacon_kind=plan.beacon.kind,
        beacon_description=plan.beacon.description,
        beacon_pattern=plan.beacon.pattern,
        base_url=base_url,
        planned_at=now,
    )
