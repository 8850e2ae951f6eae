"""Our runs before verify.mjs, which knows HB1.md alone.

It was written in another language, in a folder that held only the page and three revealed runs.
"""

import hashlib
import json
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.core.allocation import allocate
from app.core.commitment import (
    Label,
    Secrets,
    beacon_digest,
    contents_salt,
    contents_tree,
    make_labels,
    printed_root,
    seed_commitment,
    shuffle_key,
)
from app.core.digest_words import words_of_digest
from app.core.log import FIRST_PREVIOUS, entry_digest, log_list, write_entry
from app.core.manifest import manifest_digest, manifest_text
from app.core.merkle import Tree, tree
from app.core.plan import NO_PREVIOUS, Beacon, KitCount, Plan
from app.core.proof import Proof
from app.core.reveal import reveal_text
from tests.conftest import NOW, REPOSITORY

VERIFIER = Path(__file__).parent / "verify.mjs"
PAGE = REPOSITORY / "app" / "core" / "HB1.md"
ROUND = "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce/12345"
DRAND = Beacon("drand", ROUND, "[0-9a-f]{64}")
DICE = Beacon("ceremony", "Ba mươi viên xúc xắc", "[1-6]{30}")
RUNS = {
    # boxes, case size, kits, beacon, value
    "TL-24": (24, 12, (6, 6, 5, 6, 1), Beacon("none", "", ""), ""),
    "TL-144": (144, 12, (36, 35, 33, 33, 7), DICE, "31425" * 6),
    "TL-100K": (100_000, 20, (24_000, 24_001, 25_999, 25_000, 1_000), DRAND, "5a" * 32),
}  # fmt: skip


@dataclass(frozen=True)
class Sealed:
    """A run that the core has drawn, with all that is secret of it."""

    plan: Plan
    manifest: str
    labels: list[Label]
    kits: list[int]
    salts: bytes
    contents: Tree
    label_tree: Tree
    reveal: str

    def proof_of(self, slot: int) -> bytes:
        label = self.labels[slot]
        return Proof(
            manifest_digest=manifest_digest(self.manifest),
            boxes=self.plan.boxes,
            slot=slot,
            kit=self.kits[slot],
            salt=contents_salt(self.salts, slot),
            edition=label.edition,
            case=label.case,
            tag=label.tag,
            lsalt=label.lsalt,
            contents_path=self.contents.path(slot),
            labels_path=self.label_tree.path(slot),
        ).to_bytes()


@cache
def drawn(name: str) -> Sealed:
    """Draw a run; each is the first of a maker of its own, so that any can be judged alone."""
    boxes, case_size, counts, beacon, value = RUNS[name]
    secrets = Secrets.from_run_secret(hashlib.sha256(name.encode()).digest())
    labels = make_labels(secrets, boxes, case_size)
    commitments = [label.commitment for label in labels]
    kits = tuple(KitCount(f"kit-{number}", count) for number, count in enumerate(counts))
    plan = Plan(name.lower(), "thang-long", name, 1, NO_PREVIOUS, boxes, case_size, kits, beacon)
    label_tree = tree(commitments)
    manifest = manifest_text(plan, seed_commitment(name, secrets.seed), label_tree.root)
    digest = manifest_digest(manifest)
    key = shuffle_key(beacon_digest(beacon.kind, value), secrets.seed, digest)
    allocation = allocate(key, counts, case_size)
    contents = contents_tree(key, digest, allocation, commitments)
    reveal = reveal_text(manifest, value, secrets.seed, commitments, contents.root)
    return Sealed(plan, manifest, labels, allocation, key, contents, label_tree, reveal)


def verified(*words: str | Path) -> tuple[int, dict[str, Any]]:
    """Run the independent verifier and return its exit code and its verdict."""
    done = subprocess.run(
        ["node", VERIFIER, *words], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode in (0, 1), done.stderr
    verdict: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) == verdict["holds"]
    return done.returncode, verdict


@pytest.mark.parametrize("name", RUNS)
def test_an_independent_verifier_draws_our_run_again_and_agrees(name: str, tmp_path: Path) -> None:
    run, path = drawn(name), tmp_path / "reveal.json"
    path.write_text(run.reveal, "utf-8")
    assert verified(path) == (
        0,
        {
            "run": name,
            "holds": True,
            "why": "",
            "manifest": manifest_digest(run.manifest).hex(),
            "contents_root": run.contents.root.hex(),
            "printed_root": printed_root(run.contents.root),
            "words": list(words_of_digest(manifest_digest(run.manifest))),
            "kits": {kit.id: kit.count for kit in run.plan.kits},
            "first_kits": run.kits[:24],
            "allocation_sha256": hashlib.sha256(
                b"".join(kit.to_bytes(2, "big") for kit in run.kits)
            ).hexdigest(),
        },
    )


def other(text: str, place: int) -> str:
    return text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]


@pytest.mark.parametrize(
    "field", ["manifest", "beacon_value", "seed", "label_commitments", "contents_root", "format"]
)
def test_it_refuses_a_reveal_in_which_anything_was_changed(field: str, tmp_path: Path) -> None:
    fields = json.loads(drawn("TL-144").reveal)
    if field == "manifest":
        fields[field] = (
            fields[field]
            .replace('"count":36', '"count":35')
            .replace('"count":35,"id":"kit-1"', '"count":36,"id":"kit-1"')
        )
    elif field == "label_commitments":
        fields[field][7] = other(fields[field][7], 5)
    elif field == "beacon_value":
        fields[field] = "2" + fields[field][1:]
    else:
        fields[field] = other(fields[field], 5)
    path = tmp_path / "reveal.json"
    path.write_text(json.dumps(fields), "utf-8")
    code, verdict = verified(path)
    assert (code, bool(verdict["why"])) == (1, True)


@pytest.mark.parametrize("slot", [0, 77, 143])
def test_it_agrees_about_the_proof_of_a_box_and_refuses_one_with_a_changed_bit(
    slot: int, tmp_path: Path
) -> None:
    run = drawn("TL-144")
    (tmp_path / "manifest.json").write_text(run.manifest, "utf-8")
    proof, label = run.proof_of(slot), run.labels[slot]
    given = (
        "--manifest",
        tmp_path / "manifest.json",
        "--root",
        run.contents.root.hex(),
        "--code",
        label.code,
    )
    (tmp_path / "proof.bin").write_bytes(proof)
    _, verdict = verified(tmp_path / "proof.bin", *given)
    assert (verdict["holds"], verdict["edition"], verdict["slot"]) == (True, label.edition, slot)
    assert verdict["kit"] in (run.kits[slot], f"kit-{run.kits[slot]}")
    for place in (5, 44, 63, 90, len(proof) - 1):
        (tmp_path / "proof.bin").write_bytes(proof[:place] + bytes([proof[place] ^ 1]) + proof[place + 1 :])
        assert verified(tmp_path / "proof.bin", *given)[0] == 1


def test_it_follows_our_log_and_misses_an_entry_that_was_taken_out(tmp_path: Path) -> None:
    texts: list[str] = []
    for did, told in (
        ("planned", {"boxes": 24}),
        ("committed", {"manifest": "0a" * 32}),
        ("witnessed", {"what": "manifest", "where": "Bảng tin Đoan Môn"}),
        ("sealed", {"root": "0b" * 32}),
    ):
        previous = entry_digest(texts[-1]).hex() if texts else FIRST_PREVIOUS
        texts.append(write_entry(len(texts) + 1, previous, NOW, "TL-24", did, told))
    path = tmp_path / "log.json"
    path.write_text(log_list(texts), "utf-8")
    code, verdict = verified(path)
    assert (code, verdict["entries"], verdict["head"]) == (0, 4, entry_digest(texts[-1]).hex())
    path.write_text(log_list([*texts[:1], *texts[2:]]), "utf-8")
    assert verified(path)[0] == 1


def test_it_finds_every_value_of_the_page_s_own_example() -> None:
    done = subprocess.run(
        ["node", VERIFIER, "--example", PAGE], capture_output=True, text=True, check=False, timeout=60
    )
    told = json.loads(done.stdout)
    assert (done.returncode, told["differ"]) == (0, [])
    assert told["values"] == told["reproduced"] >= 60
