"""A run's life: the order of steps, the chain of manifests, what recomputes, and what no file ever holds."""

import hashlib
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select

from app.albums import open_site
from app.albums.proving import prove_box
from app.core.allocation import allocate
from app.core.commitment import Label, Secrets, beacon_digest, contents_salt, shuffle_key
from app.core.errors import UserError
from app.core.manifest import manifest_digest, parse_manifest
from app.core.merkle import tree, tree_from_hashes
from app.core.plan import NO_PREVIOUS, Beacon, BeaconValueError
from app.core.proof import Proof, SealedContent, check_proof
from app.core.reveal import check_reveal, reveal_text
from app.ledger import Run, SealedBox, TreePart
from app.runs import RunMissingError, Station, WrongStateError, next_step, open_station
from app.runs.life import (
    PlanOutdatedError,
    VaultMismatchError,
    commit_run,
    list_runs,
    seal_run,
    secret_labels,
    show_run,
)
from app.runs.orders import Order
from app.runs.planning import plan_run
from app.runs.printing import print_run
from app.sealing import OpenError, open_row
from app.vault import Vault, VaultError
from app.workspace import BaseUrlError, find_workspace
from tests.conftest import CEREMONY, DICE, NOW, SECRET, seal_tiny

Write = Callable[[str, str, str], Path]
Step = Callable[[Station, str], object]
LATER = NOW.replace(year=2027)
OTHER_SECRET = bytes(range(32, 64))


def plan(station: Station, run_id: str = "TY-1") -> None:
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY, run_id=run_id)


def commit(station: Station, run_id: str = "TY-1") -> None:
    commit_run(station, run_id, entropy=SECRET, now=NOW)


def seal(station: Station, run_id: str = "TY-1") -> None:
    seal_run(station, run_id, beacon_value=DICE, now=NOW)


def print_(station: Station, run_id: str = "TY-1") -> None:
    print_run(
        station,
        run_id,
        Order(things=("insert", "packing-sheet")),
        now=NOW,
        progress=lambda _done, _whole: None,
    )


def state(station: Station) -> tuple[list[Run], list[SealedBox], list[TreePart]]:
    """Return everything that the ledger holds of runs, to be compared."""
    with station.ledger.reading() as session:
        return (
            [Run(**run.model_dump()) for run in session.exec(select(Run).order_by(Run.id))],
            list(session.exec(select(SealedBox).order_by(col(SealedBox.tag)))),
            list(session.exec(select(TreePart))),
        )


def opened(station: Station, run_id: str = "TY-1") -> list[tuple[Label, SealedContent]]:
    """Return every label of a run with what its code opens, by slot."""
    labels = secret_labels(station, show_run(station, run_id))
    with station.ledger.reading() as session:
        rows = {box.tag: box.sealed for box in session.exec(select(SealedBox).where(SealedBox.run == run_id))}
    return [(label, open_row(label.code, run_id, rows[label.tag])) for label in labels]


# The order of steps


def test_a_run_goes_from_planned_to_sealed_and_remembers_when(station: Station) -> None:
    plan(station)
    assert show_run(station, "TY-1").state == "planned"
    commit(station)
    run = show_run(station, "TY-1")
    assert (run.state, run.committed_at, run.base_url) == ("committed", NOW, "https://h.example")
    seal_run(station, "TY-1", beacon_value=DICE, now=LATER)
    run = show_run(station, "TY-1")
    assert (run.state, run.committed_at, run.sealed_at) == ("sealed", NOW, LATER)
    assert (run.beacon_value, run.printed_at) == (DICE, None)


@pytest.mark.parametrize(
    ("done", "step", "next_command"),
    [
        ((), seal, "hopke run commit TY-1"),
        ((), print_, "hopke run commit TY-1"),
        ((commit,), commit, "hopke run seal TY-1"),
        ((commit,), print_, "hopke run seal TY-1"),
        ((commit, seal), commit, "hopke run print TY-1"),
        ((commit, seal), seal, "hopke run print TY-1"),
    ],
    ids=["seal a plan", "print a plan", "commit twice", "print unsealed", "commit a seal", "seal twice"],
)
def test_a_step_out_of_order_is_refused_names_the_next_command_and_changes_nothing(
    station: Station, done: tuple[Step, ...], step: Step, next_command: str
) -> None:
    plan(station)
    for earlier in done:
        earlier(station, "TY-1")
    before = state(station)
    with pytest.raises(WrongStateError) as refused:
        step(station, "TY-1")
    assert next_command in str(refused.value)
    assert "nothing was changed" in str(refused.value)
    assert state(station) == before


@pytest.mark.parametrize("step", [commit, seal, print_, show_run])
def test_a_run_that_does_not_exist_is_refused_with_where_to_look(station: Station, step: Step) -> None:
    with pytest.raises(RunMissingError, match="hopke run list"):
        step(station, "TY-9")


def test_runs_are_listed_with_the_newest_first(station: Station) -> None:
    plan(station)
    plan_run(station, "tiny", boxes=8, now=LATER)
    assert [run.id for run in list_runs(station)] == ["TY-2", "TY-1"]


def test_a_run_without_a_beacon_is_told_to_seal_without_a_value(station: Station) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW)
    commit(station)
    assert next_step(show_run(station, "TY-1")).endswith("hopke run seal TY-1")
    seal_run(station, "TY-1", beacon_value="", now=NOW)
    assert show_run(station, "TY-1").state == "sealed"


# The beacon's value


@pytest.mark.parametrize("value", ["12345", "1234567", "123450", " 123456", "123456\n", "12 34 56", ""])
def test_a_beacon_value_off_its_pattern_is_refused_and_changes_nothing(station: Station, value: str) -> None:
    plan(station)
    commit(station)
    before = state(station)
    with pytest.raises(BeaconValueError) as refused:
        seal_run(station, "TY-1", beacon_value=value, now=NOW)
    assert "[1-6]{6}" in str(refused.value)
    assert "exactly" in str(refused.value)
    assert state(station) == before


def test_a_run_without_a_beacon_takes_no_value(station: Station) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW)
    commit(station)
    with pytest.raises(BeaconValueError, match="no beacon"):
        seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    assert show_run(station, "TY-1").state == "committed"


def test_another_beacon_value_puts_other_kits_into_the_same_boxes(station: Station, tmp_path: Path) -> None:
    plan_run(station, "tiny", boxes=800, now=NOW, beacon=CEREMONY)
    commit(station)
    station.ledger.close()
    shutil.copytree(station.workspace.root, tmp_path / "other")
    other = open_station(find_workspace(str(tmp_path / "other")))
    seal_run(station, "TY-1", beacon_value="123456", now=NOW)
    seal_run(other, "TY-1", beacon_value="123455", now=NOW)
    first, second = opened(station), opened(other)
    other.ledger.close()
    assert [label for label, _ in first] == [label for label, _ in second]
    one, two = ([content.kit for _, content in boxes] for boxes in (first, second))
    assert sorted(one) == sorted(two)
    assert sum(kit != other_kit for kit, other_kit in zip(one, two, strict=True)) > 200


# The vault


def test_a_commit_cut_off_after_the_vault_was_written_finds_its_secret_again(station: Station) -> None:
    plan(station)
    with station.ledger.writing() as session:
        session.connection().exec_driver_sql(
            "CREATE TRIGGER cut BEFORE UPDATE ON run BEGIN SELECT RAISE(ABORT, 'cut off'); END"
        )
    with pytest.raises(DatabaseError, match="cut off"):
        commit(station)
    assert show_run(station, "TY-1").state == "planned"
    assert station.vault.open("TY-1") == SECRET
    with station.ledger.writing() as session:
        session.connection().exec_driver_sql("DROP TRIGGER cut")
    commit_run(station, "TY-1", entropy=OTHER_SECRET, now=NOW)
    assert station.vault.open("TY-1") == SECRET
    seal(station)
    assert show_run(station, "TY-1").state == "sealed"


def test_the_secret_of_another_run_does_not_seal_this_one(station: Station) -> None:
    plan(station)
    commit(station)
    (station.vault.folder / "TY-1.secret").write_text(OTHER_SECRET.hex() + "\n")
    before = state(station)
    with pytest.raises(VaultMismatchError) as refused:
        seal(station)
    assert str(station.vault.folder) in str(refused.value)
    assert "print station that committed" in str(refused.value)
    assert state(station) == before


@pytest.mark.parametrize("damage", ["", "00ff", "not hex at all", SECRET.hex() + "00", "đ" * 64, None])
def test_a_missing_or_damaged_secret_is_told_and_nothing_is_sealed(
    station: Station, damage: str | None
) -> None:
    plan(station)
    commit(station)
    path = station.vault.folder / "TY-1.secret"
    path.unlink() if damage is None else path.write_text(damage, "utf-8")
    before = state(station)
    with pytest.raises(VaultError, match="backup") as refused:
        seal(station)
    assert SECRET.hex()[:8] not in str(refused.value)
    assert state(station) == before


def test_a_run_cannot_be_sealed_at_a_station_with_another_vault(station: Station, tmp_path: Path) -> None:
    plan(station)
    commit(station)
    with pytest.raises(VaultError, match="print station"):
        seal(replace(station, vault=Vault(tmp_path / "elsewhere")))


def test_the_vault_is_readable_by_its_maker_alone(sealed: Station) -> None:
    secret = sealed.vault.folder / "TY-1.secret"
    assert sealed.vault.folder.stat().st_mode & 0o777 == 0o700
    assert secret.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in sealed.vault.folder.iterdir()] == ["TY-1.secret"]


def test_a_vault_that_cannot_be_written_is_told_and_the_run_stays_planned(station: Station) -> None:
    plan(station)
    station.vault.folder.write_text("in the way")
    with pytest.raises(VaultError) as refused:
        commit(station)
    assert str(station.vault.folder) in str(refused.value)
    assert show_run(station, "TY-1").state == "planned"


# Together, and cut off


def raced(works: list[Callable[[], object]]) -> list[BaseException | None]:
    """Do all `works` at the same time and return what each was refused with."""
    start = threading.Barrier(len(works))
    ends: list[BaseException | None] = [None] * len(works)

    def run(number: int) -> None:
        start.wait()
        try:
            works[number]()
        except UserError as error:
            ends[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def test_of_commits_at_the_same_time_one_wins_and_its_secret_is_the_one_in_the_vault(
    station: Station,
) -> None:
    plan(station)
    secrets = [bytes([number]) * 32 for number in range(6)]
    ends = raced(
        [
            lambda secret=secret: commit_run(station, "TY-1", entropy=secret, now=NOW)  # type: ignore[misc]
            for secret in secrets
        ]
    )
    assert [type(end) for end in ends].count(type(None)) == 1
    assert sum(isinstance(end, WrongStateError) for end in ends) == len(secrets) - 1
    assert station.vault.open("TY-1") in secrets
    seal(station)


def test_of_seals_at_the_same_time_one_wins_and_every_box_is_stored_once(station: Station) -> None:
    plan(station)
    commit(station)
    ends = raced([lambda: seal(station)] * 6)
    assert [type(end) for end in ends].count(type(None)) == 1
    assert sum(isinstance(end, WrongStateError) for end in ends) == 5
    assert len(state(station)[1]) == 16


@pytest.mark.parametrize("row", [1, 9, 16])
def test_a_seal_cut_off_at_any_row_keeps_none_of_them(station: Station, row: int) -> None:
    plan(station)
    commit(station)
    before = state(station)
    with station.ledger.writing() as session:
        connection = session.connection()
        connection.exec_driver_sql("CREATE TABLE cut_at AS SELECT ? AS rows", (row - 1,))
        connection.exec_driver_sql(
            "CREATE TRIGGER cut BEFORE INSERT ON sealed_box"
            " WHEN (SELECT count(*) FROM sealed_box) = (SELECT rows FROM cut_at)"
            " BEGIN SELECT RAISE(ABORT, 'cut off'); END"
        )
    with pytest.raises(DatabaseError, match="cut off"):
        seal(station)
    assert state(station) == before
    with station.ledger.writing() as session:
        session.connection().exec_driver_sql("DROP TRIGGER cut")
    seal(station)
    assert len(state(station)[1]) == 16


# What is published


def test_manifests_are_chained_by_number_and_by_the_hash_of_the_one_before(station: Station) -> None:
    for run_id in ("TY-1", "TY-2", "TY-3"):
        plan(station, run_id)
    for run_id in ("TY-2", "TY-1", "TY-3"):  # the order of commits counts, not that of plans
        commit_run(station, run_id, entropy=hashlib.sha256(run_id.encode()).digest(), now=NOW)
    texts = [show_run(station, run_id).manifest or "" for run_id in ("TY-2", "TY-1", "TY-3")]
    plans = [parse_manifest(text).plan for text in texts]
    assert [plan.number for plan in plans] == [1, 2, 3]
    assert [plan.previous for plan in plans] == [
        NO_PREVIOUS,
        *(hashlib.sha256(text.encode()).hexdigest() for text in texts[:2]),
    ]


def test_the_manifest_says_what_was_planned(station: Station) -> None:
    plan(station)
    commit(station)
    plan_kept = parse_manifest(show_run(station, "TY-1").manifest or "").plan
    assert (plan_kept.maker, plan_kept.series, plan_kept.run) == ("tiny-maker", "tiny", "TY-1")
    assert (plan_kept.boxes, plan_kept.case_size, plan_kept.beacon) == (16, 4, CEREMONY)
    assert [(kit.id, kit.count) for kit in plan_kept.kits] == [("lantern", 6), ("bridge", 8), ("fish", 2)]


def test_the_manifest_does_not_change_when_the_run_is_sealed(station: Station) -> None:
    plan(station)
    commit(station)
    before = show_run(station, "TY-1").manifest
    seal(station)
    assert show_run(station, "TY-1").manifest == before


def test_a_sealed_run_recomputes_from_its_secret_manifest_and_beacon(sealed: Station) -> None:
    run = show_run(sealed, "TY-1")
    manifest = parse_manifest(run.manifest or "")
    boxes = opened(sealed)
    assert tree(label.commitment for label, _ in boxes).root == manifest.labels_root
    digest = manifest_digest(run.manifest or "")
    key = shuffle_key(beacon_digest("ceremony", DICE), Secrets.from_run_secret(SECRET).seed, digest)
    assert [content.kit for _, content in boxes] == allocate(key, (6, 8, 2), 4)
    for label, content in boxes:
        assert content == SealedContent(
            slot=label.slot,
            kit=content.kit,
            salt=contents_salt(key, label.slot),
            edition=label.edition,
            case=label.case,
            lsalt=label.lsalt,
        )
    assert sorted(label.edition for label, _ in boxes) == list(range(1, 17))
    assert sorted(label.case for label, _ in boxes) == [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4
    with sealed.ledger.reading() as session:
        kept = session.exec(select(TreePart).where(TreePart.run == "TY-1")).all()
    levels = {(part.tree, part.level): part.hashes for part in kept}
    for name, root in (("contents", run.contents_root), ("labels", manifest.labels_root)):
        whole = tree_from_hashes(levels[name, 0])
        assert whole.root == root
        assert whole.levels == tuple(levels[name, level] for level in range(5))


def test_every_box_has_a_proof_from_the_stored_trees_that_holds_for_its_code_alone(sealed: Station) -> None:
    run = show_run(sealed, "TY-1")
    site = open_site(sealed.workspace)
    boxes = opened(sealed)
    for label, content in boxes:
        proven = prove_box(site, label.code)
        proof = Proof.from_bytes(proven.proof)
        assert (proven.run, proof.slot, proof.kit) == ("TY-1", label.slot, content.kit)
        assert (proof.edition, proof.case) == (label.edition, label.case)
        assert check_proof(proven.proof, proven.manifest, proven.contents_root, label.code) == proof
        other_kit = replace(proof, kit=(proof.kit + 1) % 3)
        with pytest.raises(UserError):
            check_proof(other_kit.to_bytes(), run.manifest or "", run.contents_root or b"", label.code)
        other_code = boxes[(label.slot + 1) % 16][0].code
        with pytest.raises(UserError):
            check_proof(proof.to_bytes(), run.manifest or "", run.contents_root or b"", other_code)


def test_the_whole_run_holds_when_it_is_revealed(sealed: Station) -> None:
    run = show_run(sealed, "TY-1")
    boxes = opened(sealed)
    text = reveal_text(
        run.manifest or "",
        run.beacon_value or "",
        Secrets.from_run_secret(sealed.vault.open("TY-1")).seed,
        [label.commitment for label, _ in boxes],
        run.contents_root or b"",
    )
    assert check_reveal(text).kits == tuple(content.kit for _, content in boxes)


# What the ledger holds, and what it never holds


def test_every_row_opens_with_its_own_code_and_with_no_other(sealed: Station) -> None:
    boxes = opened(sealed)
    with sealed.ledger.reading() as session:
        rows = {box.tag: box.sealed for box in session.exec(select(SealedBox))}
    assert set(rows) == {label.tag for label, _ in boxes}
    for label, _ in boxes:
        for other, _ in boxes:
            if other.code != label.code:
                with pytest.raises(OpenError):
                    open_row(other.code, "TY-1", rows[label.tag])


def test_rows_lie_in_the_order_of_their_tags_and_look_all_alike(station: Station) -> None:
    plan_run(station, "tiny", boxes=800, now=NOW, beacon=CEREMONY)
    commit(station)
    seal(station)
    with station.ledger.reading() as session:
        rows = (
            session.connection()
            .exec_driver_sql("SELECT rowid, tag, sealed FROM sealed_box ORDER BY rowid")
            .all()
        )
    tags = [tag for _, tag, _ in rows]
    assert len(tags) == 800
    assert tags == sorted(tags)
    assert tags != [label.tag for label in secret_labels(station, show_run(station, "TY-1"))]
    assert {len(tag) for tag in tags} == {16}
    assert {len(content) for _, _, content in rows} == {62}


def test_no_file_outside_the_vault_holds_a_code_or_a_secret(station: Station) -> None:
    seal_tiny(station)  # drawn here, not copied: the write-ahead log is looked through too
    labels = secret_labels(station, show_run(station, "TY-1"))
    derived = Secrets.from_run_secret(SECRET)
    secrets = [SECRET, derived.seed, derived.label_key, derived.code_key]
    forbidden = [spelling for label in labels for spelling in _spellings(label.code)]
    forbidden += [form for secret in secrets for form in (secret, secret.hex().encode())]
    state_folder = station.workspace.state
    files = {
        path: path.read_bytes()
        for path in state_folder.rglob("*")
        if path.is_file() and station.vault.folder not in path.parents
    }
    wal = state_folder / "ledger.sqlite3-wal"
    assert files[wal], "the write-ahead log is still there to be looked through"
    kept = files[wal] + files[state_folder / "ledger.sqlite3"]
    assert all(label.tag in kept for label in labels), "what is stored can be found by looking for its bytes"
    found = [path for path, content in files.items() for secret in forbidden if secret in content]
    assert not found


def _spellings(code: str) -> list[bytes]:
    spaced = f"{code[:6]} {code[6:12]} {code[12:]}"
    return [form.encode() for form in (code, code.lower(), spaced, code[:12], code[6:])]


# What may have changed between a plan and its commit


def test_a_kit_that_left_the_series_after_the_plan_stops_the_commit(station: Station, write: Write) -> None:
    plan(station)
    write("kits/tiny/series.toml", '[[kits]]\nid = "fish"\nshare = 1\ndigit = "9"\nchase = true\n', "")
    with pytest.raises(PlanOutdatedError, match=r"fish.*--replace"):
        commit(station)
    assert show_run(station, "TY-1").state == "planned"
    assert not station.vault.has("TY-1")


@pytest.mark.parametrize("base_url", ["http://h.example", "https://localhost"])
def test_a_base_url_that_became_unprintable_after_the_plan_stops_the_commit(
    station: Station, base_url: str
) -> None:
    plan(station)
    moved = replace(station, workspace=replace(station.workspace, base_url=base_url))
    with pytest.raises(BaseUrlError):
        commit(moved)
    assert show_run(station, "TY-1").state == "planned"
    assert not station.vault.has("TY-1")


def test_a_plan_that_was_replaced_is_committed_as_it_stands_last(station: Station) -> None:
    plan(station)
    plan_run(
        station, "tiny", boxes=8, now=NOW, run_id="TY-1", replace=True, beacon=Beacon("ceremony", "", "[01]")
    )
    commit(station)
    seal_run(station, "TY-1", beacon_value="1", now=NOW)
    assert len(state(station)[1]) == 8
