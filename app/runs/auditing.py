"""The leak audit of a run: holds what can be known outside its boxes against what is inside."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from sqlmodel import col, select

from app.catalogue import read_series
from app.core.audit import Audit, Progress, audit, draw_keys, draws_for, honest_run
from app.core.editions import EditionsError, parse_edition
from app.core.errors import UserError
from app.core.measures import Feature
from app.ledger import PrintMark, SealedBox
from app.processes import cores, spread
from app.runs import Station, find_run, require_state
from app.runs.decks import packed_boxes
from app.runs.log import record
from app.runs.orders import BY_EDITION, WORDS, Order
from app.runs.outside import Outside, features_of, printed_features, stored_rows

ORDERS = (Order(), Order(target="press"), Order(editions="1"), Order(editions="1", target="press"))
"""The files of a thing: the whole for the office and for a print shop, and what was printed again of both."""

MANY, MOST_PROCESSES = 144, 2
"""From so many boxes on a second process is worth its start; more would starve what else runs."""


class WeightsError(UserError):
    """A file of weights cannot be read."""


@dataclass(frozen=True)
class Audited:
    """What an audit found, and what it could not look at.

    Attributes:
        run: the run's id.
        boxes: in the run.
        cases: in the run.
        chases: boxes that hold one.
        audit: feature by feature.
        faults: what gives something away whatever the statistics say, in sentences without a full stop.
        missing: what was not there to be looked at, in words.
    """

    run: str
    boxes: int
    cases: int
    chases: int
    audit: Audit
    faults: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def leaks(self) -> bool:
        """Tell whether the run must not be sold as it is."""
        return bool(self.faults or self.audit.leaks)


def audit_run(
    station: Station, run_id: str, *, weights: Path | None = None, now: datetime, progress: Progress
) -> Audited:
    """Look for anything outside the boxes of a run that predicts what is inside, and write down the look.

    Args:
        station: where the vault is.
        run_id: a run that is sealed, or further.
        weights: a file of lines "edition,grams", of all boxes or some.
        now: aware.
        progress: told runs compared and runs in all.

    Raises:
        RunMissingError, WrongStateError: there is no such run, or it is not sealed.
        WeightsError: the weights cannot be read.
        LedgerIncompleteError: the ledger or the catalogue no longer holds what was sealed.
        UserError: the vault or the disk stands in the way.
    """
    with station.ledger.reading() as session:
        run = find_run(session, run_id)
        require_state(run, "audited", "sealed", "printed", "on sale", "revealed")
        sealed = {
            row.tag: row.sealed for row in session.exec(select(SealedBox).where(SealedBox.run == run_id))
        }
        rows = stored_rows(session, run_id)
        marks = session.exec(
            select(PrintMark.editions).where(PrintMark.run == run_id).order_by(col(PrintMark.id))
        ).all()
    weighed = read_weights(weights, run.boxes) if weights else {}
    series = read_series(station.workspace, run.series)
    with station.ledger.writing() as session:
        record(session, run_id, "viewed", now, why="audit")
    outside = Outside(run, packed_boxes(station, run, series, sealed), rows, marks)
    features = features_of(outside)
    missing = []
    for thing in (*BY_EDITION, "case-label"):
        of_thing = [
            feature for order in ORDERS for feature in printed_features(station, outside, thing, order)
        ]
        features += of_thing
        missing += [] if of_thing else [f"the file of {WORDS[thing]}"]
    if weighed:
        features.append(Feature("weight", "measure", outside.by_edition(weighed)))
    else:
        missing.append("weights")
    counts = tuple(kit["count"] for kit in json.loads(run.kits))
    ids = [kit["id"] for kit in json.loads(run.kits)]
    chase_ids = {entry.kit.id for entry in series.entries if entry.chase}
    chases = frozenset(place for place, kit in enumerate(ids) if kit in chase_ids)
    kits = np.zeros(run.boxes, dtype=np.uint16)
    for box in outside.boxes:
        kits[box.label.slot] = box.content.kit
    draws = draws_for(run.boxes)
    honest = spread(
        lambda key: honest_run(key, counts, run.case_size),
        draw_keys(b"hopke run audit " + run_id.encode(), draws),
        min(MOST_PROCESSES, cores()) if run.boxes >= MANY else 1,
    )
    found = audit(
        kits,
        honest,
        features,
        counts,
        case_size=run.case_size,
        chases=chases,
        draws=draws,
        progress=progress,
    )
    in_order = [tag for tag, _ in rows] == sorted(tag for tag, _ in rows)
    faults = () if in_order else ("the sealed rows do not lie in the order of their tags",)
    return Audited(
        run_id,
        run.boxes,
        run.boxes // run.case_size,
        sum(counts[kit] for kit in chases),
        found,
        faults,
        tuple(missing),
    )


def read_weights(path: Path, boxes: int) -> dict[int, float]:
    """Read what boxes weigh.

    Args:
        path: a file of lines "edition,grams"; a first line of words is passed over.
        boxes: boxes in the run.

    Returns:
        Grams by edition.

    Raises:
        WeightsError: naming the line that cannot be read.
    """
    try:
        lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WeightsError(
            "the weights cannot be read", where=str(path), mend="Save them as a CSV file of UTF-8"
        ) from error
    weights: dict[int, float] = {}
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line]
        if not any(cells) or (number == 1 and not any(cell[:1].isdecimal() for cell in cells)):
            continue
        try:
            edition, grams = parse_edition(cells[0], boxes), float(cells[1])
        except (EditionsError, ValueError, IndexError) as error:
            raise _unreadable(path, number, "is not an edition number and grams") from error
        if len(cells) != 2 or not 0 < grams < float("inf"):
            raise _unreadable(path, number, "is not an edition number and grams")
        if edition in weights:
            raise _unreadable(path, number, f"weighs box No. {edition} a second time")
        weights[edition] = grams
    if not weights:
        raise WeightsError("no box is weighed", where=str(path), mend="Write lines such as 17,142.5")
    return weights


def _unreadable(path: Path, number: int, why: str) -> WeightsError:
    return WeightsError(
        f"line {number} {why}",
        where=str(path),
        mend="Write each box once, as in 17,142.5, grams with a point",
    )
