"""The public record of runs: what anyone may download, keep and compute again. Nothing here opens a box."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from app.albums import Site
from app.albums.stories import PageMissingError
from app.core.commitment import printed_root
from app.core.editions import read_editions
from app.core.kit import Series
from app.core.log import log_list, read_entry
from app.core.manifest import manifest_digest, parse_manifest
from app.core.plan import NO_PREVIOUS
from app.core.print_state import INSERT, SPOILED, VOIDED
from app.core.reveal import reveal_parts
from app.core.witness import Posted, posted
from app.ledger import Claim, LogEntry, PrintMark, Revealed, Run

FORMAT = "HB1-run"
TIMES = ("committed", "sealed", "printed", "on_sale", "revealed")


class NotRevealedError(PageMissingError):
    """A run is not over yet, so its draw is still closed."""


@dataclass(frozen=True)
class Claims:
    """How many boxes of a run were in albums at the end of a day; nothing of the day after.

    Attributes:
        until: the last day that is counted, yesterday (UTC).
        days: each day on which boxes were added, and how many, the oldest first.
        kits: kit id -> boxes, only of a run that is revealed; None before.
    """

    until: date
    days: tuple[tuple[date, int], ...]
    kits: dict[str, int] | None

    @property
    def boxes(self) -> int:
        """Return all boxes that were counted."""
        return sum(boxes for _, boxes in self.days)


@dataclass(frozen=True)
class Record:
    """What is public of a run besides its plan and its seals.

    Attributes:
        posted: where its seals were posted, the first first.
        claims: boxes in albums.
        voided: boxes that the maker withdrew.
        spoiled: cards that were spoiled, whether printed again or not.
        ended: "sold out" or "withdrawn"; empty while it is not revealed.
    """

    posted: tuple[Posted, ...]
    claims: Claims
    voided: int
    spoiled: int
    ended: str


@dataclass(frozen=True)
class Listed:
    """A run in the list of all runs.

    Attributes:
        run: the run.
        series: its series; None if the catalogue has it no more.
        digest: its manifest's hash, 64 hex digits.
        ended: "sold out" or "withdrawn"; empty while it is not revealed.
        chained: whether its manifest carries the hash of the one before it.
    """

    run: Run
    series: Series | None
    digest: str
    ended: str
    chained: bool


@dataclass(frozen=True)
class Stream:
    """A file that is too long to be held at once: its parts, and a name that changes with its content."""

    parts: Iterator[str]
    version: str


def published_run(session: Session, run_id: str) -> Run:
    """Return a run whose manifest is published.

    Raises:
        PageMissingError: there is none of that name.
    """
    run = session.get(Run, run_id)
    if run is None or run.manifest is None:
        raise PageMissingError("there is no such run")
    return run


def record_of(session: Session, run: Run, today: date) -> Record:
    """Return what is public of a published run besides its plan and its seals.

    Args:
        session: a reading block's.
        run: the run.
        today: the day that is not counted yet, UTC.
    """
    texts = select(LogEntry.text).where(LogEntry.run == run.id).order_by(col(LogEntry.number))
    revealed = session.exec(select(Revealed.ended).where(Revealed.run == run.id)).first()
    return Record(
        posted=posted(read_entry(text) for text in session.exec(texts)),
        claims=_claims(session, run, today, open_kits=revealed is not None),
        voided=_marked(session, run, VOIDED),
        spoiled=_marked(session, run, SPOILED),
        ended=revealed or "",
    )


def listed_runs(site: Site) -> list[Listed]:
    """Return every run that was ever committed, the newest first, also those that came to nothing."""
    with site.ledger.reading() as session:
        runs = session.exec(select(Run).where(col(Run.number).is_not(None)).order_by(col(Run.number))).all()
        ended = dict(session.exec(select(Revealed.run, Revealed.ended)).all())
    listed, last = list[Listed](), NO_PREVIOUS
    for run in runs:
        manifest, digest = parse_manifest(run.manifest or ""), manifest_digest(run.manifest or "").hex()
        series, chained = site.catalogue.get(run.series), manifest.plan.previous == last
        listed.append(Listed(run, series, digest, ended.get(run.id, ""), chained))
        last = digest
    return listed[::-1]


def run_json(site: Site, run_id: str, today: date) -> str:
    """Return what is public of a run, for programs; its fields are those of `app/web/run.schema.json`.

    Raises:
        PageMissingError: there is no such run, or it is not committed yet.
    """
    with site.ledger.reading() as session:
        run = published_run(session, run_id)
        record = record_of(session, run, today)
    text = run.manifest or ""
    manifest = parse_manifest(text)
    plan, claims, root = manifest.plan, record.claims, run.contents_root
    below = f"/runs/{run.id}"
    fields = {
        "format": FORMAT,
        "run": run.id,
        "maker": plan.maker,
        "series": plan.series,
        "number": plan.number,
        "state": run.state,
        "ended": record.ended or None,
        "boxes": plan.boxes,
        "case_size": plan.case_size,
        "kits": [{"id": kit.id, "boxes": kit.count} for kit in plan.kits],
        "beacon": {
            "kind": plan.beacon.kind,
            "description": plan.beacon.description,
            "pattern": plan.beacon.pattern,
            "value": run.beacon_value,
        },
        "manifest_sha256": manifest_digest(text).hex(),
        "previous": plan.previous,
        "seed_commitment": manifest.seed_commitment.hex(),
        "labels_root": manifest.labels_root.hex(),
        "contents_root": root.hex() if root else None,
        "printed_root": printed_root(root) if root else None,
        **{f"{step}_at": _time(getattr(run, f"{step}_at")) for step in TIMES},
        "witnesses": [
            {"what": each.what, "where": each.where, "at": _time(each.at), "early": each.early}
            for each in record.posted
        ],
        "claimed": {
            "until": claims.until.isoformat(),
            "boxes": claims.boxes,
            "days": [{"day": day.isoformat(), "boxes": boxes} for day, boxes in claims.days],
            "kits": None
            if claims.kits is None
            else [{"id": kit.id, "boxes": claims.kits.get(kit.id, 0)} for kit in plan.kits],
        },
        "voided_boxes": record.voided,
        "spoiled_cards": record.spoiled,
        "links": {
            "page": f"/r/{run.id}",
            "manifest": f"{below}/manifest.json",
            "reveal": f"{below}/reveal.json" if record.ended else None,
            "log": "/runs/log.json",
            "schema": "/runs/schema.json",
        },
    }
    return json.dumps(fields, ensure_ascii=False, indent=1)


def manifest_of(site: Site, run_id: str) -> str:
    """Return the manifest of a run, whose UTF-8 bytes are what was committed.

    Raises:
        PageMissingError: there is no such run, or it is not committed yet.
    """
    with site.ledger.reading() as session:
        return published_run(session, run_id).manifest or ""


def reveal_stream(site: Site, run_id: str) -> Stream:
    """Return the reveal of a run that is over, in parts.

    Raises:
        PageMissingError: there is no such run, or it is not committed yet.
        NotRevealedError: it is not over.
    """
    with site.ledger.reading() as session:
        run = published_run(session, run_id)
        found = session.get(Revealed, run.id)
    if found is None or run.contents_root is None:
        raise NotRevealedError("this run is not over yet; its draw is opened then")
    parts = reveal_parts(
        run.manifest or "", run.beacon_value or "", found.seed, found.commitments, run.contents_root
    )
    return Stream(parts, run.contents_root.hex())


def log_json(site: Site) -> str:
    """Return the whole log of the maker's runs as it is published."""
    with site.ledger.reading() as session:
        return log_list(list(session.exec(select(LogEntry.text).order_by(col(LogEntry.number)))))


def _claims(session: Session, run: Run, today: date, *, open_kits: bool) -> Claims:
    # Claims of today would tell, request by request, when a box was opened.
    counted = (Claim.run == run.id, col(Claim.claimed_on) < today)
    day, kit, boxes = col(Claim.claimed_on), col(Claim.kit), func.count()
    days = session.exec(select(day, boxes).where(*counted).group_by(day).order_by(day)).all()
    kits = session.exec(select(kit, boxes).where(*counted).group_by(kit)).all() if open_kits else None
    return Claims(
        until=date.fromordinal(today.toordinal() - 1),
        days=tuple((on, number) for on, number in days),
        kits=None if kits is None else dict(kits),
    )


def _marked(session: Session, run: Run, kind: str) -> int:
    marks = select(PrintMark.editions).where(
        PrintMark.run == run.id, PrintMark.kind == kind, PrintMark.thing == INSERT
    )
    return sum(len(each) for written in session.exec(marks) for each in read_editions(written))


def _time(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None
