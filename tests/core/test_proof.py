"""Proofs of single boxes, the row a code opens, and the reveal of a run."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.commitment import Secrets, contents_salt, contents_tree, make_labels
from app.core.manifest import ManifestError, parse_manifest
from app.core.merkle import tree
from app.core.plan import BeaconValueError
from app.core.proof import Proof, ProofError, SealedContent, SealedContentError, check_proof
from app.core.reveal import RevealError, check_reveal, reveal_text

VECTORS = json.loads((Path(__file__).parent / "fairness-vectors.json").read_text("utf-8"))
RUNS = VECTORS["runs"]
EVERY_RUN = pytest.mark.parametrize("run", RUNS, ids=lambda run: run["plan"]["run"])
REVEALED = pytest.mark.parametrize(
    "run", [run for run in RUNS if "reveal" in run], ids=lambda run: run["plan"]["run"]
)
RUN = RUNS[0]
ROOT = bytes.fromhex(RUN["contents_root"])
PROOF = bytes.fromhex(RUN["proofs"]["0"])
CODE = RUN["first_labels"][0]["code"]


@EVERY_RUN
def test_every_proof_of_the_vectors_is_reproduced_and_holds(run: dict[str, Any]) -> None:
    plan = run["plan"]
    secrets = Secrets.from_run_secret(bytes.fromhex(run["run_secret"]))
    labels = make_labels(secrets, plan["boxes"], plan["case_size"])
    commitments = [label.commitment for label in labels]
    digest, key = bytes.fromhex(run["manifest_digest"]), bytes.fromhex(run["shuffle_key"])
    contents, outside = contents_tree(key, digest, run["allocation"], commitments), tree(commitments)
    assert run["proofs"].keys() >= {"0", "7"}
    for slot_text, proof_hex in run["proofs"].items():
        slot = int(slot_text)
        label = labels[slot]
        proof = Proof(
            manifest_digest=digest,
            boxes=plan["boxes"],
            slot=slot,
            kit=run["allocation"][slot],
            salt=contents_salt(key, slot),
            edition=label.edition,
            case=label.case,
            tag=label.tag,
            lsalt=label.lsalt,
            contents_path=contents.path(slot),
            labels_path=outside.path(slot),
        )
        assert proof.to_bytes().hex() == proof_hex
        assert len(proof.to_bytes()) == 103 + 64 * len(proof.contents_path)
        assert Proof.from_bytes(proof.to_bytes()) == proof
        assert check_proof(proof.to_bytes(), run["manifest"], contents.root, label.code) == proof


@EVERY_RUN
def test_a_proof_with_any_bit_flipped_is_refused(run: dict[str, Any]) -> None:
    proof = bytes.fromhex(run["proofs"]["0"])
    root, code = bytes.fromhex(run["contents_root"]), run["first_labels"][0]["code"]
    check_proof(proof, run["manifest"], root, code)
    refused = 0
    for place in range(len(proof)):
        for bit in range(8):
            flipped = proof[:place] + bytes([proof[place] ^ 1 << bit]) + proof[place + 1 :]
            with pytest.raises(ProofError):
                check_proof(flipped, run["manifest"], root, code)
            refused += 1
    assert refused == 8 * len(proof)


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        (lambda proof: replace(proof, manifest_digest=bytes(32)), "another manifest"),
        (lambda proof: replace(proof, boxes=25), "other boxes"),
        (lambda proof: replace(proof, slot=24), "slot is not in"),
        (lambda proof: replace(proof, kit=4), "kit is not in"),
        (lambda proof: replace(proof, edition=0), "edition number"),
        (lambda proof: replace(proof, edition=25), "edition number"),
        (lambda proof: replace(proof, case=0), "case number"),
        (lambda proof: replace(proof, case=5), "case number"),
        (lambda proof: replace(proof, tag=bytes(16)), "another code"),
        (lambda proof: replace(proof, kit=proof.kit ^ 1), "published contents root"),
        (lambda proof: replace(proof, salt=bytes(16)), "published contents root"),
        (lambda proof: replace(proof, slot=3), "published contents root"),
        (lambda proof: replace(proof, contents_path=proof.labels_path), "published contents root"),
        (lambda proof: replace(proof, labels_path=proof.contents_path), "labels root of the manifest"),
        (
            lambda proof: replace(
                proof, contents_path=proof.contents_path[:-1], labels_path=proof.labels_path[:-1]
            ),
            "its paths have the wrong length",
        ),
        (
            lambda proof: replace(
                proof,
                contents_path=(*proof.contents_path, bytes(32)),
                labels_path=(*proof.labels_path, bytes(32)),
            ),
            "its paths have the wrong length",
        ),
    ],
)
def test_a_failed_demand_is_named(change: Callable[[Proof], Proof], failure: str) -> None:
    changed = change(Proof.from_bytes(PROOF)).to_bytes()
    with pytest.raises(ProofError, match=failure):
        check_proof(changed, RUN["manifest"], ROOT, CODE)


def test_a_proof_fails_under_another_code_root_or_manifest() -> None:
    with pytest.raises(ProofError, match="another code"):
        check_proof(PROOF, RUN["manifest"], ROOT, RUN["first_labels"][1]["code"])
    with pytest.raises(ProofError, match="published contents root"):
        check_proof(PROOF, RUN["manifest"], bytes(32), CODE)
    with pytest.raises(ProofError, match="another manifest"):
        check_proof(PROOF, RUNS[1]["manifest"], ROOT, CODE)
    with pytest.raises(ManifestError):
        check_proof(PROOF, RUN["manifest"] + " ", ROOT, CODE)


@pytest.mark.parametrize(
    "junk", [b"", b"HB1P", PROOF[:-1], PROOF + b"\x00", PROOF[:102], b"HB2P" + PROOF[4:]]
)
def test_bytes_that_are_not_one_whole_proof_are_refused(junk: bytes) -> None:
    with pytest.raises(ProofError):
        Proof.from_bytes(junk)


@EVERY_RUN
def test_the_plaintext_of_the_vectors_packs_and_unpacks(run: dict[str, Any]) -> None:
    label, key = run["first_labels"][0], bytes.fromhex(run["shuffle_key"])
    content = SealedContent(
        slot=0,
        kit=run["allocation"][0],
        salt=contents_salt(key, 0),
        edition=label["edition"],
        case=label["case"],
        lsalt=bytes.fromhex(label["lsalt"]),
    )
    assert content.pack().hex() == run["sealed_slot_0"]["plaintext"]
    assert SealedContent.unpack(content.pack()) == content


@given(st.binary(max_size=60).filter(lambda plaintext: len(plaintext) != 46))
@settings(deadline=None)
def test_a_plaintext_of_another_length_is_refused(plaintext: bytes) -> None:
    with pytest.raises(SealedContentError):
        SealedContent.unpack(plaintext)


@REVEALED
def test_every_reveal_of_the_vectors_is_reproduced_and_holds(run: dict[str, Any]) -> None:
    reveal = run["reveal"]
    assert set(reveal) == {"format", "manifest", "beacon_value", "seed", "label_commitments", "contents_root"}
    assert reveal["seed"] == run["seed"]
    text = reveal_text(
        run["manifest"],
        run["beacon_value"],
        bytes.fromhex(run["seed"]),
        [bytes.fromhex(commitment) for commitment in reveal["label_commitments"]],
        bytes.fromhex(run["contents_root"]),
    )
    assert json.loads(text) == reveal
    recomputed = check_reveal(text)
    assert list(recomputed.kits) == run["allocation"]
    assert recomputed.contents_root.hex() == run["contents_root"]
    assert recomputed.manifest == parse_manifest(run["manifest"])
    assert recomputed.beacon_value == run["beacon_value"]
    secrets = Secrets.from_run_secret(bytes.fromhex(run["run_secret"]))
    labels = make_labels(secrets, run["plan"]["boxes"], run["plan"]["case_size"])
    assert [label.commitment.hex() for label in labels] == reveal["label_commitments"]


COMMITMENTS = RUN["reveal"]["label_commitments"]


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"seed": "00" * 32}, "seed is not the one"),
        ({"contents_root": "00" * 32}, "contents root"),
        ({"label_commitments": COMMITMENTS[:-1]}, "one label commitment for every box"),
        ({"label_commitments": COMMITMENTS[::-1]}, "labels root"),
        ({"label_commitments": "00"}, "not a list"),
        ({"label_commitments": [7] * 24}, "64 digits"),
        ({"format": "HB1"}, "fields"),
        ({"note": ""}, "fields"),
        ({"manifest": 7}, "not a text"),
        ({"beacon_value": None}, "not a text"),
        ({"seed": "AB" * 32}, "64 digits"),
    ],
)
def test_a_reveal_that_does_not_lead_to_what_was_published_is_refused(
    changes: dict[str, Any], failure: str
) -> None:
    with pytest.raises(RevealError, match=failure):
        check_reveal(json.dumps({**RUN["reveal"], **changes}))


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "[" * 100_000, '{"format":"HB1-reveal","format":"HB1-reveal"}']
)
def test_a_text_that_is_no_reveal_is_refused(text: str) -> None:
    with pytest.raises(RevealError):
        check_reveal(text)


def test_a_field_named_twice_is_refused_though_both_readings_would_hold() -> None:
    text = json.dumps(RUN["reveal"])
    check_reveal(text)
    with pytest.raises(RevealError, match="twice"):
        check_reveal(text.replace('"seed"', '"seed": "", "seed"'))


def test_another_beacon_value_is_refused() -> None:
    with pytest.raises(BeaconValueError):
        check_reveal(json.dumps({**RUN["reveal"], "beacon_value": "7" * 30}))
    with pytest.raises(RevealError, match="contents root"):
        check_reveal(json.dumps({**RUN["reveal"], "beacon_value": "1" * 30}))
