"""The demo: a real run of 24 boxes in this workspace, made once and kept."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from sqlmodel import col, select

from app.core.plan import Beacon
from app.ledger import Claim, Run
from app.runs import Station
from app.runs.committing import commit_printable
from app.runs.life import seal_run, secret_labels, show_run
from app.runs.planning import plan_run

DEMO_RUN, DEMO_SERIES, DEMO_BOXES = "TL-DEMO-24", "thang-long", 24
DEMO_BEACON = Beacon(
    "ceremony", "Thirty dice, thrown by this computer because it is only a demo", "[1-6]{30}"
)


def ready_demo(station: Station, say: Callable[[str], None], print_it: Callable[[], None]) -> str:
    """Bring the demo run to printed, from wherever it stands, and return a code nobody has claimed.

    Args:
        station: the workspace's station.
        say: told each step in words.
        print_it: prints the run and shows its progress.

    Raises:
        UserError: a step cannot be done.
    """
    now = datetime.now(UTC)
    with station.ledger.reading() as session:
        found = session.get(Run, DEMO_RUN)
    state = found.state if found else None
    if state is None:
        plan_run(station, DEMO_SERIES, boxes=DEMO_BOXES, now=now, run_id=DEMO_RUN, beacon=DEMO_BEACON)
        say(f"Planned {DEMO_RUN}: {DEMO_BOXES} boxes of {DEMO_SERIES}.")
    if state in {None, "planned"}:
        commit_printable(
            station, DEMO_RUN, entropy=secrets.token_bytes(32), now=now, progress=lambda _done, _of: None
        )
        say("Committed: the manifest is fixed, before any dice are thrown.")
    if state in {None, "planned", "committed"}:
        dice = "".join(str(secrets.randbelow(6) + 1) for _ in range(30))
        seal_run(station, DEMO_RUN, beacon_value=dice, now=now)
        say(f"Thirty dice (thrown by this computer, for the demo): {dice}. Sealed: every box is drawn.")
    out = station.workspace.state / "out" / DEMO_RUN
    if state not in {"printed", "on sale", "revealed"} or not (out / "inserts.pdf").exists():
        print_it()
    else:
        say(f"{DEMO_RUN} is printed already: {out}")
    return _free_code(station)


def _free_code(station: Station) -> str:
    run = show_run(station, DEMO_RUN)
    with station.ledger.reading() as session:
        claimed = set(session.exec(select(Claim.tag).where(col(Claim.run) == DEMO_RUN)))
    labels = secret_labels(station, run)
    return next((label.code for label in labels if label.tag not in claimed), labels[0].code)
