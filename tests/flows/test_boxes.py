"""A run of many boxes is drawn part by part, by any number of processes, and comes out the same."""

import multiprocessing
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import col, select

from app.core.allocation import allocate
from app.core.commitment import Secrets, beacon_digest, contents_tree, make_labels, shuffle_key
from app.core.manifest import manifest_digest, parse_manifest
from app.core.merkle import tree
from app.ledger import SealedBox, TreePart
from app.processes import spread
from app.runs import Station, open_station
from app.runs.life import commit_run, seal_run, show_run
from app.runs.planning import plan_run
from app.sealing import open_row
from app.workspace import find_workspace
from tests.conftest import CEREMONY, DICE, NOW, SECRET
from tests.workspaces import copy_tiny

COUNTS = {"lantern": 6001, "bridge": 8003, "fish": 2001}
BOXES, CASE = 16_005, 3
"""An odd number of boxes, in three parts of which the last is short."""

Told = list[tuple[int, int]]


def draw(station: Station, processes: int) -> Told:
    """Plan, commit and seal a run of many boxes, and return what was told of the seal."""
    told: Told = []
    plan_run(station, "tiny", boxes=BOXES, now=NOW, case_size=CASE, counts=COUNTS, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW, processes=processes)
    seal_run(
        station,
        "TY-1",
        beacon_value=DICE,
        now=NOW,
        processes=processes,
        progress=lambda done, whole: told.append((done, whole)),
    )
    return told


def kept(station: Station) -> tuple[Any, ...]:
    """Return what is published of the run, and its rows and trees as they lie in the ledger."""
    run = show_run(station, "TY-1")
    with station.ledger.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM sealed_box ORDER BY rowid").all()
        parts = session.connection().exec_driver_sql("SELECT * FROM tree_part ORDER BY rowid").all()
    return run.manifest, run.contents_root, rows, parts


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Station, Station]]:
    """The same run, drawn by one process and by two."""
    stations = []
    for processes in (1, 2):
        folder = copy_tiny(tmp_path_factory.mktemp("drawn") / "tiny")
        stations.append(open_station(find_workspace(str(folder))))
        draw(stations[-1], processes)
    yield stations[0], stations[1]
    for station in stations:
        station.ledger.close()


def test_one_process_and_two_give_the_same_rows_trees_and_roots(drawn: tuple[Station, Station]) -> None:
    alone, together = map(kept, drawn)
    assert len(alone[2]) == BOXES
    assert alone == together


def test_a_run_drawn_in_parts_is_the_one_that_is_drawn_at_once(drawn: tuple[Station, Station]) -> None:
    station = drawn[1]
    run, secrets = show_run(station, "TY-1"), Secrets.from_run_secret(SECRET)
    digest = manifest_digest(run.manifest or "")
    key = shuffle_key(beacon_digest("ceremony", DICE), secrets.seed, digest)
    labels = make_labels(secrets, BOXES, CASE)
    commitments = [label.commitment for label in labels]
    kits = allocate(key, tuple(COUNTS.values()), CASE)
    trees = {"labels": tree(commitments), "contents": contents_tree(key, digest, kits, commitments)}
    assert parse_manifest(run.manifest or "").labels_root == trees["labels"].root
    assert run.contents_root == trees["contents"].root
    with station.ledger.reading() as session:
        for name, whole in trees.items():
            parts = session.exec(
                select(TreePart)
                .where(TreePart.tree == name)
                .order_by(col(TreePart.level), col(TreePart.part))
            )
            assert [(part.level, part.part, part.hashes) for part in parts] == list(whole.parts())
        for label in labels[:: BOXES // 50]:
            row = session.get_one(SealedBox, label.tag)
            opened = open_row(label.code, "TY-1", row.sealed)
            assert (opened.slot, opened.kit) == (label.slot, kits[label.slot])
            assert (opened.edition, opened.case) == (label.edition, label.case)


def test_a_seal_tells_how_far_it_is_while_it_draws_and_while_it_stores(station: Station) -> None:
    told = draw(station, 1)
    assert [whole for _, whole in told] == [2 * BOXES] * len(told)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1] == (2 * BOXES, 2 * BOXES)
    assert sum(done < BOXES for done, _ in told) >= 2
    assert sum(done > BOXES for done, _ in told) >= 2


def test_a_small_run_starts_no_process(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(multiprocessing, "get_context", refuse)
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    with pytest.raises(AssertionError, match="a process was started"):
        list(spread(abs, [1, 2], 2))
