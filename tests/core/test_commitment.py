"""Commitments: every value of the vectors from secrets to roots, and manifests with one spelling."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.allocation import Stream
from app.core.code import ALPHABET, check_character, code_tag
from app.core.commitment import (
    SecretError,
    Secrets,
    beacon_digest,
    contents_leaf,
    contents_salt,
    contents_tree,
    expand,
    label_commitment,
    make_labels,
    printed_root,
    seed_commitment,
    shuffle_key,
)
from app.core.manifest import ManifestError, manifest_digest, manifest_text, parse_manifest
from app.core.merkle import tree
from app.core.plan import Beacon, CaseSizeError, KitCount, Plan, PlanError

VECTORS = json.loads((Path(__file__).parent / "fairness-vectors.json").read_text("utf-8"))
EVERY_RUN = pytest.mark.parametrize("run", VECTORS["runs"], ids=lambda run: run["plan"]["run"])
MANIFEST = VECTORS["runs"][0]["manifest"]


def plan_of(run: dict[str, Any]) -> Plan:
    plan = run["plan"]
    kits = tuple(KitCount(**kit) for kit in plan["kits"])
    return Plan(**{**plan, "kits": kits, "beacon": Beacon(**plan["beacon"])})


def test_the_vectors_have_only_what_these_tests_check() -> None:
    checked = {
        "run_secret",
        "plan",
        "beacon_value",
        "manifest",
        "manifest_digest",
        "seed",
        "beta",
        "shuffle_key",
    }
    checked |= {
        "allocation",
        "first_labels",
        "contents_root",
        "printed_root",
        "sealed_slot_0",
        "proofs",
        "reveal",
    }
    assert set(VECTORS) == {"runs", "stream", "check_characters"}
    for run in VECTORS["runs"]:
        assert set(run) <= checked
        assert all(
            set(label) == {"edition", "case", "code", "tag", "lsalt", "commitment"}
            for label in run["first_labels"]
        )


@EVERY_RUN
def test_every_value_of_a_run_is_reproduced(run: dict[str, Any]) -> None:
    plan = plan_of(run)
    secrets = Secrets.from_run_secret(bytes.fromhex(run["run_secret"]))
    assert secrets.seed.hex() == run["seed"]
    labels = make_labels(secrets, plan.boxes, plan.case_size)
    for label, vector in zip(labels, run["first_labels"], strict=False):
        assert (label.edition, label.case, label.code) == (vector["edition"], vector["case"], vector["code"])
        assert (label.tag.hex(), label.lsalt.hex()) == (vector["tag"], vector["lsalt"])
        assert label.commitment.hex() == vector["commitment"]
    commitments = [label.commitment for label in labels]
    text = manifest_text(plan, seed_commitment(plan.run, secrets.seed), tree(commitments).root)
    assert text == run["manifest"]
    digest = manifest_digest(text)
    assert digest.hex() == run["manifest_digest"]
    beta = beacon_digest(plan.beacon.kind, run["beacon_value"])
    assert beta.hex() == run["beta"]
    key = shuffle_key(beta, secrets.seed, digest)
    assert key.hex() == run["shuffle_key"]
    root = contents_tree(key, digest, run["allocation"], commitments).root
    assert root.hex() == run["contents_root"]
    assert printed_root(root) == run["printed_root"]


def test_the_contents_tree_has_the_leaves_and_salts_of_single_boxes() -> None:
    key, digest, commitments = bytes(range(32)), bytes(32), [bytes([slot]) * 32 for slot in range(5)]
    leaves = [
        contents_leaf(digest, slot, 300, contents_salt(key, slot), commitment)
        for slot, commitment in enumerate(commitments)
    ]
    assert contents_tree(key, digest, [300] * 5, commitments) == tree(leaves)
    assert len(leaves[0]) == 94
    assert len(set(leaves)) == 5


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40))
@settings(deadline=None)
def test_expand_is_the_first_block_of_the_rfc(key: bytes, info: bytes) -> None:
    assert expand(key, info) == hmac.new(key, info + b"\x01", hashlib.sha256).digest()


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_run_secret_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(SecretError):
        Secrets.from_run_secret(bytes(length))


@given(st.binary(min_size=32, max_size=32), st.integers(1, 12), st.integers(1, 12))
@settings(deadline=None)
def test_labels_number_every_box_once_and_every_case_together(
    secret: bytes, case_size: int, cases: int
) -> None:
    secrets = Secrets.from_run_secret(secret)
    labels = make_labels(secrets, case_size * cases, case_size)
    assert sorted(label.edition for label in labels) == list(range(1, len(labels) + 1))
    assert [label.slot for label in labels] == list(range(len(labels)))
    by_case = [labels[first : first + case_size] for first in range(0, len(labels), case_size)]
    assert sorted({label.case for label in case}.pop() for case in by_case) == list(range(1, cases + 1))
    assert all(len({label.case for label in case}) == 1 for case in by_case)
    assert len({label.code for label in labels}) == len(labels)
    for label in labels:
        stream = Stream(secrets.code_key, b"code" + label.slot.to_bytes(4, "big"))
        body = "".join(ALPHABET[stream.below(32)] for _ in range(17))
        assert label.code == body + check_character(body)
        assert label.tag == code_tag(label.code)
        commitment = label_commitment(label.slot, label.edition, label.case, label.tag, label.lsalt)
        assert label.commitment == commitment


def test_a_plan_that_cannot_be_kept_gets_no_manifest() -> None:
    plan = plan_of(VECTORS["runs"][0])
    with pytest.raises(CaseSizeError):
        manifest_text(Plan(**{**vars(plan), "case_size": 7}), bytes(32), bytes(32))


@EVERY_RUN
def test_a_manifest_reads_back_as_its_plan(run: dict[str, Any]) -> None:
    manifest = parse_manifest(run["manifest"])
    assert manifest.plan == plan_of(run)
    assert manifest_text(manifest.plan, manifest.seed_commitment, manifest.labels_root) == run["manifest"]


def spelled(**changes: Any) -> str:
    fields = {**json.loads(MANIFEST), **changes}
    kept = {key: value for key, value in fields.items() if value is not ...}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"HB1"',
        "[" * 100_000,
        "9" * 5_000,
        MANIFEST + "\n",
        MANIFEST.replace(",", ", ", 1),
        "\ufeff" + MANIFEST,
        MANIFEST.replace("example.vn", "ex\\u0061mple.vn"),
        MANIFEST.replace('"boxes":24', '"boxes":24,"boxes":24'),
        MANIFEST.replace('"boxes":24', '"boxes":24.0'),
        MANIFEST.replace('"boxes":24', '"boxes":2.4e1'),
        MANIFEST.replace('"boxes":24', '"boxes":NaN'),
        MANIFEST.replace('"boxes":24', '"boxes":024'),
        json.dumps(json.loads(MANIFEST), separators=(",", ":")).replace('{"beacon"', '{"z":1,"beacon"'),
        json.dumps(dict(reversed(json.loads(MANIFEST).items())), separators=(",", ":")),
        spelled(format="HB2"),
        spelled(format=...),
        spelled(maker=...),
        spelled(note="added"),
        spelled(number=True),
        spelled(number="1"),
        spelled(maker=7),
        spelled(maker=None),
        spelled(kits={}),
        spelled(kits=[["flag-tower", 24]]),
        spelled(kits=[{"id": "flag-tower", "count": 24, "colour": "red"}]),
        spelled(kits=[{"id": "flag-tower", "count": True}]),
        spelled(beacon="none"),
        spelled(beacon={"kind": "none", "pattern": ""}),
        spelled(seed_commitment="AB" * 32),
        spelled(seed_commitment="ab" * 31),
        spelled(labels_root=None),
        spelled(labels_root="ab" * 32 + "\n"),
    ],
)
def test_a_text_that_is_not_a_manifest_in_its_one_spelling_is_refused(text: str) -> None:
    with pytest.raises(ManifestError):
        parse_manifest(text)


def test_a_manifest_of_a_plan_that_could_not_be_kept_is_refused_and_says_where() -> None:
    with pytest.raises(PlanError) as refused:
        parse_manifest(spelled(case_size=7))
    assert refused.value.where == "manifest, case_size"


@pytest.mark.parametrize("where", ["maker", "series"])
def test_a_manifest_with_half_a_character_is_refused(where: str) -> None:
    with pytest.raises(PlanError):
        parse_manifest(MANIFEST.replace(json.loads(MANIFEST)[where], "\\ud800"))


def test_signs_that_json_may_escape_have_one_spelling() -> None:
    text = spelled(maker='"\\/\b\n\x1f\x7f\u2028😀é')
    assert '"maker":"\\"\\\\/\\b\\n\\u001f\x7f\u2028😀é"' in text
    assert parse_manifest(text).plan.maker == '"\\/\b\n\x1f\x7f\u2028😀é'


def test_a_printed_root_is_the_first_160_bits_most_significant_first() -> None:
    assert printed_root(bytes([0x80]) + bytes(31)) == "G" + "0" * 31
    assert printed_root(bytes(19) + b"\x01" + b"\xff" * 12) == "0" * 31 + "1"
