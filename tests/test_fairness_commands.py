"""`hopke run sell|witness|reveal|log` and `hopke verify`, as a maker and a stranger type them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
import zxingcpp
from click.testing import CliRunner, Result

from app.albums import open_site
from app.albums.proving import prove_box
from app.albums.record import log_json, manifest_of, reveal_stream
from app.cli import main
from app.core.commitment import printed_root
from app.core.digest_words import words_of_digest
from app.core.manifest import canonical_json, manifest_digest
from app.runs import Station
from app.runs.life import secret_labels, show_run
from app.runs.marks import record_mark
from app.runs.planning import plan_run
from app.runs.public_life import reveal_run, sell_run
from tests.conftest import CEREMONY, NOW

Hopke = Callable[..., Result]
Verify = Callable[..., Result]


@pytest.fixture
def printed(sealed: Station) -> Station:
    with sealed.ledger.writing() as session:
        run = show_run(sealed, "TY-1")
        record_mark(session, run, "printed", range(1, 17), NOW)
        run.printed_at = NOW
        session.add(run)
    return sealed


@pytest.fixture
def hopke(printed: Station) -> Hopke:
    root = str(printed.workspace.root)
    return lambda *words, typed="": CliRunner().invoke(main, ["--workspace", root, *words], input=typed)


def said(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def refused(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert result.stderr.splitlines()[-1].startswith("✗ ")
    return result.stderr


# The maker


def test_a_run_is_witnessed_sold_revealed_and_its_log_shown(hopke: Hopke) -> None:
    posted = said(hopke("run", "witness", "TY-1", "--what", "root", "--where", "Notice board"))
    assert "It is public and stays for ever. Next: pack it" in posted
    sold = said(hopke("run", "sell", "TY-1"))
    assert "TY-1 is on sale. · the log names nobody who kept the manifest's hash before the draw" in sold
    assert "Next: when it is sold out or withdrawn, open the draw with: hopke run reveal TY-1" in sold
    revealed = said(hopke("run", "reveal", "TY-1", "--sold-out", "--yes"))
    assert "Boxes that still lie in shops are exposed" in revealed
    assert "TY-1 is revealed (sold out)." in revealed
    assert "https://h.example/runs/TY-1/reveal.json" in revealed
    log = said(hopke("run", "log", "TY-1", "--verify"))
    for deed in ("planned 16", "committed", "sealed", "printed 16, insert", "witnessed root, Notice board"):
        assert deed in log
    assert re.search(r"✓ 7 entries, unbroken, in agreement with the ledger; head( [0-9a-f]{4}){16}$", log)
    assert "planned" in said(hopke("run", "log"))


def test_a_commit_shows_the_hash_in_words_and_as_a_symbol_that_a_telephone_reads(station: Station) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    shown = CliRunner().invoke(main, ["--workspace", str(station.workspace.root), "run", "commit", "TY-1"])
    told, digest = said(shown), manifest_digest(show_run(station, "TY-1").manifest or "")
    assert " ".join(words_of_digest(digest)) in told
    assert "hopke run witness TY-1 --what manifest --where PLACE" in told
    lines = [line for line in shown.stdout.splitlines() if set(line) <= set(" ▀▄█") and line]
    halves = [[sign in above for sign in line] for line in lines for above in ("▀█", "▄█")]
    modules = numpy.where(numpy.array(halves), 0, 255).astype(numpy.uint8)
    (symbol,) = zxingcpp.read_barcodes(modules.repeat(8, axis=0).repeat(8, axis=1))
    assert symbol.text == f"HB1 TY-1 {digest.hex()}"


def test_a_reveal_is_asked_for_twice_and_can_be_left(hopke: Hopke) -> None:
    said(hopke("run", "sell", "TY-1"))
    left = hopke("run", "reveal", "TY-1", "--withdrawn", typed="n\n")
    assert left.exit_code == 1
    assert "on sale" in said(hopke("run", "show", "TY-1"))
    assert "revealed (withdrawn)" in said(hopke("run", "reveal", "TY-1", "--withdrawn", typed="y\n"))


def test_a_reveal_says_why_the_run_is_over(hopke: Hopke) -> None:
    said(hopke("run", "sell", "TY-1"))
    unsaid = hopke("run", "reveal", "TY-1", "--yes")
    assert unsaid.exit_code == 2
    assert "--sold-out or --withdrawn" in unsaid.stderr


def test_steps_out_of_turn_name_the_command_that_comes_next(hopke: Hopke) -> None:
    assert "hopke run sell TY-1" in refused(hopke("run", "reveal", "TY-1", "--sold-out", "--yes"))
    assert "hopke run list" in refused(hopke("run", "sell", "TY-9"))
    assert "telephone" in refused(
        hopke("run", "witness", "TY-1", "--what", "root", "--where", "An, 0912 345 678")
    )


def test_a_log_that_was_changed_is_told_and_leaves_with_2(hopke: Hopke, printed: Station) -> None:
    with printed.ledger.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM log_entry WHERE number = 2")
    assert "one is missing" in refused(hopke("run", "log", "--verify"))


# The stranger


@pytest.fixture
def files(printed: Station, tmp_path: Path) -> Path:
    """What anyone has of TY-1 after its reveal, and what the buyer of the first box has."""
    sell_run(printed, "TY-1", NOW)
    reveal_run(printed, "TY-1", "sold out", NOW)
    folder = tmp_path / "downloads"
    folder.mkdir()
    site = open_site(printed.workspace)
    code = secret_labels(printed, show_run(printed, "TY-1"))[0].code
    (folder / "reveal.json").write_text("".join(reveal_stream(site, "TY-1").parts), "utf-8")
    (folder / "manifest.json").write_text(manifest_of(site, "TY-1"), "utf-8")
    (folder / "log.json").write_text(log_json(site), "utf-8")
    (folder / "proof.bin").write_bytes(prove_box(site, code).proof)
    (folder / "code").write_text(code)
    site.ledger.close()
    return folder


@pytest.fixture
def verify(files: Path, monkeypatch: pytest.MonkeyPatch) -> Verify:
    """Verify files in a folder without a workspace."""
    monkeypatch.chdir(files)
    return lambda *words, typed="\n": CliRunner().invoke(main, ["verify", *words], input=typed)


def change(path: Path, **fields: object) -> None:
    path.write_text(canonical_json(json.loads(path.read_text("utf-8")) | fields), "utf-8")


def failing(result: Result) -> list[str]:
    """Return the checks that failed, of a verification that says so and leaves with 2."""
    assert result.exit_code == 2, result.output
    failed = [line.strip() for line in result.stdout.splitlines() if line.strip().startswith("✗")]
    assert "This does not hold:" in failed[-1]
    return failed[:-1]


def test_a_run_is_recomputed_from_its_reveal_alone(verify: Verify, files: Path, printed: Station) -> None:
    told = said(verify("reveal.json"))
    run = show_run(printed, "TY-1")
    for line in (
        "run: TY-1, 16 boxes of tiny in cases of 4",
        "beacon: ceremony Six dice thrown before the class [1-6]{6}",
        "beacon's value: 123456",
        "lantern 6 of 16",
        "✓ The seed is the one that the manifest commits to",
        "✓ The draw, done again, gives the contents root",
        "✓ Everything holds, all 6 checks.",
    ):
        assert line in told
    spaceless = told.replace(" ", "")
    assert printed_root(run.contents_root or b"") in spaceless
    assert manifest_digest(run.manifest or "").hex() in spaceless


def test_all_public_files_are_held_against_each_other(verify: Verify, files: Path) -> None:
    code = (files / "code").read_text()
    told = said(verify("log.json", "reveal.json", "proof.bin", "manifest.json", typed=f"{code}\n"))
    assert "✓ Its manifest is manifest.json, byte for byte" in told
    for what, file in (("manifest", "manifest.json"), ("root", "reveal.json"), ("seed", "reveal.json")):
        assert f"✓ The log tells the {what} of TY-1 that is in {file}" in told
    assert "✓ It belongs to this code" in told
    assert "✓ Everything holds" in told
    assert code not in told


def other_kits(reveal: Path) -> None:
    found = json.loads(reveal.read_text("utf-8"))
    manifest = json.loads(found["manifest"])
    manifest["kits"][0]["count"] += 1
    manifest["kits"][1]["count"] -= 1
    change(reveal, manifest=canonical_json(manifest))


def one_count(reveal: Path) -> None:
    found = json.loads(reveal.read_text("utf-8"))
    manifest = json.loads(found["manifest"])
    manifest["kits"][0]["count"] += 1
    change(reveal, manifest=canonical_json(manifest))


def one_leaf(reveal: Path) -> None:
    found = json.loads(reveal.read_text("utf-8"))
    leaves = found["label_commitments"]
    change(reveal, label_commitments=["0" * 64, *leaves[1:]])


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (one_count, ["The bundle is whole, and its manifest is in its one spelling"]),
        (other_kits, ["The draw, done again"]),
        (one_leaf, ["The label commitments give", "The draw, done again"]),
        (lambda path: change(path, seed="0" * 64), ["The seed is the one", "The draw, done again"]),
        (lambda path: change(path, beacon_value="654321"), ["The draw, done again"]),
        (lambda path: change(path, beacon_value="7"), ["The beacon's value", "The draw, done again"]),
        (lambda path: change(path, contents_root="0" * 64), ["The draw, done again"]),
    ],
    ids=["count", "counts", "leaf", "seed", "beacon", "pattern", "root"],
)
def test_every_tampering_with_a_reveal_is_told_in_words(
    verify: Verify, files: Path, tamper: Callable[[Path], None], told: list[str]
) -> None:
    tamper(files / "reveal.json")
    failed = failing(verify("reveal.json"))
    assert [line.removeprefix("✗ ").startswith(words) for line, words in zip(failed, told, strict=True)] == [
        True
    ] * len(told)
    assert all(": " in line for line in failed)


def test_a_manifest_changed_after_its_commit_is_told_by_the_copy_that_a_witness_kept(
    verify: Verify, files: Path
) -> None:
    kept = files / "manifest.json"
    change(kept, maker="somebody-else")
    assert failing(verify("reveal.json", "manifest.json")) == [
        "✗ Its manifest is manifest.json, byte for byte: the manifest was changed after it had been published"
    ]
    assert any(
        "The log tells the manifest of TY-1" in line for line in failing(verify("log.json", "manifest.json"))
    )


def test_a_manifest_in_another_spelling_is_refused(verify: Verify, files: Path) -> None:
    path = files / "manifest.json"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert "one agreed spelling" in failing(verify("manifest.json"))[0]


def test_a_log_with_an_entry_changed_taken_out_or_cut_off_is_told(verify: Verify, files: Path) -> None:
    path = files / "log.json"
    whole = json.loads(path.read_text("utf-8"))
    texts = whole["entries"]
    for entries, why in (
        ([*texts[:2], *texts[3:]], "one is missing"),
        ([texts[0].replace("16", "17"), *texts[1:]], "that one was changed"),
        (texts[:-1], "another head"),
    ):
        change(path, entries=entries)
        assert why in failing(verify("log.json"))[0]


# A proof


def test_a_proof_holds_with_the_code_and_the_root_of_the_card(
    verify: Verify, files: Path, printed: Station
) -> None:
    root = show_run(printed, "TY-1").contents_root or b""
    signs = printed_root(root).lower()
    spaced = " ".join(signs[start : start + 4] for start in range(0, 32, 4))
    code = (files / "code").read_text()
    for given in (spaced, root.hex()):
        told = said(verify("proof.bin", "manifest.json", "--root", given, typed=f"{code}\n"))
        assert "✓ Its path leads to the contents root" in told
        assert "kit that must be in the box: " in told
        assert re.search(r"number that must stand outside the box and on its card: \d+ of 16", told)
        assert "✓ Everything holds" in told


def test_what_was_not_given_is_told_to_be_unchecked(verify: Verify) -> None:
    told = said(verify("proof.bin", "manifest.json"))
    assert "· It belongs to this code: no code was given" in told
    assert "· Its path leads to the contents root: no root was given" in told
    assert "What could be checked holds, but 2 of" in told
    assert "Everything holds" not in told


def test_a_proof_for_another_code_or_root_does_not_hold(verify: Verify, printed: Station) -> None:
    other = secret_labels(printed, show_run(printed, "TY-1"))[1].code
    assert failing(verify("proof.bin", "manifest.json", typed=f"{other}\n")) == [
        "✗ It belongs to this code: it belongs to another code"
    ]
    assert failing(verify("proof.bin", "manifest.json", "--root", "0" * 32)) == [
        "✗ Its path leads to the contents root: it leads to another root"
    ]
    assert "18 characters" in refused(verify("proof.bin", "manifest.json", typed="ABC\n"))


def test_no_bit_of_a_proof_can_be_flipped(verify: Verify, files: Path) -> None:
    path = files / "proof.bin"
    whole = path.read_bytes()
    root = json.loads((files / "reveal.json").read_text("utf-8"))["contents_root"]
    code = (files / "code").read_text()
    for place in range(4, len(whole), 37):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert failing(verify("proof.bin", "manifest.json", "--root", root, typed=f"{code}\n")), place
    for cut in (whole[:-1], whole + b"\0"):
        path.write_bytes(cut)
        assert failing(verify("proof.bin", "manifest.json")) == [
            "✗ The proof is whole: its paths have another length than it says"
        ]


@pytest.mark.parametrize("root", ["0", "0" * 31, "0" * 33, "U" * 32, "0" * 63, "g" * 64])
def test_what_is_no_root_is_refused(verify: Verify, root: str) -> None:
    assert "no contents root" in refused(verify("proof.bin", "manifest.json", "--root", root))


def test_files_that_cannot_be_verified_are_told(verify: Verify, files: Path) -> None:
    (files / "photo.jpg").write_bytes(b"\xff\xd8")
    (files / "other.json").write_text('{"format": ["HB1"]}')
    (files / "deep.json").write_text("[" * 100_000)
    for name in ("photo.jpg", "other.json", "deep.json"):
        assert "no reveal, manifest, proof or log" in refused(verify(name))
    assert "cannot be read" in refused(verify("missing.json"))
    assert "cannot be read" in refused(verify("."))
    alone = refused(verify("proof.bin"))
    assert "manifest of its run" in alone
    assert "Code on the card" not in alone  # which is asked for only once it can be of use
