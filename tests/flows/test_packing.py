"""The packing table: right pairs are kept for good, everything else is refused and loses nothing."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.core.scan import NeitherError
from app.runs import Station, WrongStateError, find_run
from app.runs.log import log_of, verify_log
from app.runs.marks import spoil, void
from app.runs.packed import PackedFileError, short_parts
from app.runs.packing import (
    Bench,
    BoxPacked,
    InsertRead,
    NoCaseError,
    NoInsertError,
    NoPartError,
    NotPackableError,
    OtherCaseError,
    WrongPairError,
    open_bench,
)
from tests.conftest import NOW
from tests.packing import Pile, mark_printed, pile_of


@pytest.fixture
def pile(sealed: Station) -> Pile:
    mark_printed(sealed)
    return pile_of(sealed)


@pytest.fixture
def bench(sealed: Station, pile: Pile) -> Bench:
    return open_bench(sealed, "TY-1", now=NOW)


def folder(station: Station) -> Path:
    return station.workspace.state / "packing"


def pack(bench: Bench, pile: Pile, edition: int) -> BoxPacked:
    bench.read(pile.card(edition))
    seen = bench.read(pile.label(edition))
    assert isinstance(seen, BoxPacked)
    return seen


def test_the_kit_that_belongs_into_a_box_is_told_when_its_insert_is_scanned(bench: Bench, pile: Pile) -> None:
    kits = {}
    for edition in pile.case(1):
        seen = bench.read(pile.card(edition))
        assert isinstance(seen, InsertRead)
        assert seen.edition == edition
        assert seen.kit is not None
        kits[edition] = seen.kit.id
    assert set(kits.values()) <= {"lantern", "bridge", "fish"}


def test_a_whole_run_is_packed_case_by_case_and_counts_down(bench: Bench, pile: Pile) -> None:
    left = 16
    for case in range(1, 5):
        assert bench.case == case
        for place, edition in enumerate(pile.case(case), start=1):
            left -= 1
            seen = pack(bench, pile, edition)
            assert (seen.case, seen.left_in_case, seen.left_in_run) == (case, 4 - place, left)
            assert seen.next_case == (case + 1 if place == 4 and case < 4 else None)
    tally = bench.tally()
    assert (tally.packed, tally.due) == (16, 0)


def test_a_wrong_pair_is_refused_and_told_which_label_belongs_to_the_insert(bench: Bench, pile: Pile) -> None:
    mine, other = pile.case(1)[:2]
    bench.read(pile.card(mine))
    with pytest.raises(WrongPairError) as refused:
        bench.read(pile.label(other))
    assert f"No. {other}" in str(refused.value)
    assert f"belongs to label No. {mine}" in str(refused.value)
    assert not pile.leaks(str(refused.value))
    assert bench.tally().packed == 0
    assert isinstance(bench.read(pile.label(mine)), BoxPacked)


def test_a_box_of_another_case_is_refused_with_its_case(bench: Bench, pile: Pile) -> None:
    edition = pile.case(3)[0]
    with pytest.raises(OtherCaseError, match=f"No. {edition} belongs into case 3; this is case 1"):
        bench.read(pile.card(edition))
    bench.go_to("3")
    assert pack(bench, pile, edition).case == 3


def test_packing_begins_with_the_case_that_is_asked_for_or_the_first_that_is_not_full(
    sealed: Station, bench: Bench, pile: Pile
) -> None:
    assert open_bench(sealed, "TY-1", now=NOW, case="3").case == 3
    for edition in pile.case(1):
        pack(bench, pile, edition)
    assert open_bench(sealed, "TY-1", now=NOW).case == 2
    for wrong in ("0", "5", "x", "²", "-1"):
        with pytest.raises(NoCaseError):
            open_bench(sealed, "TY-1", now=NOW, case=wrong)


def test_a_packed_a_withdrawn_and_a_spoiled_box_are_each_told(
    sealed: Station, bench: Bench, pile: Pile
) -> None:
    first, second, third, fourth = pile.case(1)
    pack(bench, pile, first)
    with pytest.raises(NotPackableError, match="packed already, in case 1"):
        bench.read(pile.card(first))
    void(sealed, "TY-1", str(second), NOW)
    with pytest.raises(NotPackableError, match="withdrawn"):
        bench.read(pile.card(second))
    spoil(sealed, "TY-1", str(third), NOW)
    with pytest.raises(NotPackableError, match=f"--editions {third}"):
        bench.read(pile.card(third))
    bench.read(pile.card(fourth))
    void(sealed, "TY-1", str(fourth), NOW)
    with pytest.raises(NotPackableError, match="withdrawn"):
        bench.read(pile.label(fourth))
    count = bench.tally().cases[0]
    assert (count.packed, count.due) == (1, 1)
    assert bench.tally().spoiled == (third,)


def test_a_packed_box_that_is_withdrawn_counts_nowhere_and_is_named(
    sealed: Station, bench: Bench, pile: Pile
) -> None:
    edition = pile.case(1)[0]
    pack(bench, pile, edition)
    void(sealed, "TY-1", str(edition), NOW)
    tally = bench.tally()
    assert (tally.packed, tally.due, tally.withdrawn) == (0, 15, (edition,))


def test_a_read_that_is_neither_loses_nothing(bench: Bench, pile: Pile) -> None:
    edition, other = pile.case(1)[:2]
    bench.read(pile.card(edition))
    with pytest.raises(NeitherError):
        bench.read("8931234567890")
    assert bench.at_hand == edition
    again = bench.read(pile.card(edition))
    assert isinstance(again, InsertRead)
    assert again.again
    changed = bench.read(pile.card(other))
    assert isinstance(changed, InsertRead)
    assert changed.instead_of == edition


def test_a_label_scanned_twice_is_no_alarm_and_one_without_an_insert_is(bench: Bench, pile: Pile) -> None:
    edition, other = pile.case(1)[:2]
    seen = pack(bench, pile, edition)
    again = bench.read(pile.label(edition))
    assert isinstance(again, BoxPacked)
    assert again.again
    assert (again.edition, again.left_in_run) == (edition, seen.left_in_run)
    with pytest.raises(NoInsertError):
        bench.read(pile.label(other))


# What is kept


def test_what_is_kept_lies_at_the_station_alone_and_tells_editions_only(
    sealed: Station, bench: Bench, pile: Pile
) -> None:
    editions = pile.case(1)
    for edition in editions:
        pack(bench, pile, edition)
    bench.undo(str(editions[0]))
    path = folder(sealed) / "TY-1.jsonl"
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        *({"packed": edition} for edition in editions),
        {"undone": editions[0]},
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_ledger_tells_of_packing_that_it_was_begun_and_nothing_else(sealed: Station, pile: Pile) -> None:
    before = len(log_of(sealed, "TY-1"))
    bench = open_bench(sealed, "TY-1", now=NOW)
    with sealed.ledger.reading() as session:
        state = find_run(session, "TY-1").model_dump()
    for edition in pile.case(1):
        pack(bench, pile, edition)
    bench.undo(str(pile.case(1)[0]))
    entries = log_of(sealed, "TY-1")[before:]
    assert [(entry.did, dict(entry.told)) for entry in entries] == [("viewed", {"why": "packing"})]
    verify_log(sealed)
    with sealed.ledger.reading() as session:
        assert find_run(session, "TY-1").model_dump() == state


def test_the_second_person_learns_no_kit_and_is_no_viewer(sealed: Station, pile: Pile) -> None:
    before = len(log_of(sealed, "TY-1"))
    bench = open_bench(sealed, "TY-1", now=None)
    seen = bench.read(pile.card(pile.case(1)[0]))
    assert isinstance(seen, InsertRead)
    assert (seen.kit, bench.kit) == (None, None)
    with pytest.raises(NoPartError):
        bench.short("A1")
    assert len(log_of(sealed, "TY-1")) == before


def test_two_people_pack_at_once_and_no_box_is_packed_twice(
    sealed: Station, bench: Bench, pile: Pile
) -> None:
    edition, other = pile.case(1)[:2]
    second = open_bench(sealed, "TY-1", now=None)
    bench.read(pile.card(edition))
    second.read(pile.card(edition))
    assert isinstance(second.read(pile.label(edition)), BoxPacked)
    with pytest.raises(NotPackableError, match="already"):
        bench.read(pile.label(edition))
    assert pack(bench, pile, other).left_in_run == 14


def test_an_undone_box_is_packed_again(bench: Bench, pile: Pile) -> None:
    edition = pile.case(1)[0]
    with pytest.raises(NotPackableError, match="not packed"):
        bench.undo(str(edition))
    pack(bench, pile, edition)
    assert bench.undo(f"0{edition}") == edition
    assert bench.tally().packed == 0
    assert pack(bench, pile, edition).left_in_run == 15
    with pytest.raises(UserError, match=r"no box No\. 99"):
        bench.undo("99")


@pytest.mark.parametrize("torn", [b'{"packed": 1', b"{", b'{"packed": 16}'])
def test_a_last_line_that_was_cut_off_counts_as_never_written(
    sealed: Station, bench: Bench, pile: Pile, torn: bytes
) -> None:
    first, second = pile.case(1)[:2]
    pack(bench, pile, first)
    path = folder(sealed) / "TY-1.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    again = open_bench(sealed, "TY-1", now=NOW)
    assert again.tally().packed == 1
    pack(again, pile, second)
    assert path.read_bytes() == whole + json.dumps({"packed": second}).encode() + b"\n"


def test_a_damaged_line_in_the_midst_is_named(sealed: Station, bench: Bench, pile: Pile) -> None:
    pack(bench, pile, pile.case(1)[0])
    path = folder(sealed) / "TY-1.jsonl"
    for damaged in (b"x\n", b'{"packed": 17}\n', b'{"packed": true}\n', b"[1]\n", b'{"kit": 1}\n'):
        path.write_bytes(damaged)
        with pytest.raises(PackedFileError, match="line 1"):
            open_bench(sealed, "TY-1", now=None)


def test_what_cannot_be_written_is_not_packed(
    sealed: Station, bench: Bench, pile: Pile, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = pile.case(1)[0]
    bench.read(pile.card(edition))

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda _file, _line: full(_file))
        with pytest.raises(PackedFileError, match="No space left"):
            bench.read(pile.label(edition))
    assert bench.tally().packed == 0
    assert isinstance(bench.read(pile.label(edition)), BoxPacked)


def test_a_station_killed_between_boxes_has_kept_every_pair_that_it_told(sealed: Station, pile: Pile) -> None:
    """Kill -9 at many moments: what was told as right is packed afterwards."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    words = ("--workspace", str(sealed.workspace.root), "run", "pack", "TY-1")
    program = [sys.executable, "-u", "-c", "from app.cli import main; main()", *words]
    told: list[int] = []
    for _ in range(4):
        with subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=env
        ) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            case = open_bench(sealed, "TY-1", now=None).case
            child.stdin.write("\n".join(pile.pairs(*range(case, 5))) + "\n")
            child.stdin.flush()
            kept = 0
            while kept < 3:
                line = child.stdout.readline()
                assert line, "it ended before it was killed"
                if "RIGHT" in line:
                    kept += 1
                    told.append(int(line.split("No. ")[1].split()[0]))
            time.sleep(0.001 * len(told))
            child.send_signal(signal.SIGKILL)
        packed = open_bench(sealed, "TY-1", now=None).packed.read()
        assert set(told) <= packed
        if len(packed) > 12:
            break
    bench = open_bench(sealed, "TY-1", now=NOW)
    for edition in sorted(set(pile.codes) - bench.packed.read(), key=lambda each: pile.cases[each]):
        bench.go_to(str(pile.cases[edition]))
        pack(bench, pile, edition)
    assert bench.tally().due == 0


# Short parts


def test_short_parts_are_counted_by_kit_and_part_and_no_box_is_told(
    sealed: Station, bench: Bench, pile: Pile
) -> None:
    with pytest.raises(NoPartError, match="no box is at hand"):
        bench.short("A1")
    seen = bench.read(pile.card(pile.case(1)[0]))
    assert isinstance(seen, InsertRead)
    assert seen.kit is not None
    assert [bench.short("b1"), bench.short("B1"), bench.short("A1")] == [1, 2, 1]
    assert bench.short("A1", -1) == 0
    assert bench.short("A1", -1) == 0
    with pytest.raises(NoPartError, match="A1, B1"):
        bench.short("Z9")
    again = open_bench(sealed, "TY-1", now=None)
    (part,) = short_parts(sealed, again.run, again.packed)
    assert (part.code, part.count) == ("B1", 2)
    assert seen.kit.name["vi"] in part.kit
    kept = (folder(sealed) / "TY-1.short.json").read_text()
    assert json.loads(kept) == {f"{seen.kit.id}/B1": 2}
    assert stat.S_IMODE((folder(sealed) / "TY-1.short.json").stat().st_mode) == 0o600


# When


def test_only_a_printed_run_is_packed(sealed: Station) -> None:
    with pytest.raises(WrongStateError, match="TY-1 is sealed"):
        open_bench(sealed, "TY-1", now=NOW)
    assert not folder(sealed).exists()


def test_a_run_on_sale_is_packed_too(sealed: Station, pile: Pile) -> None:
    with sealed.ledger.writing() as session:
        run = find_run(session, "TY-1")
        run.on_sale_at = NOW
        session.add(run)
    assert open_bench(sealed, "TY-1", now=NOW).tally().due == 16
