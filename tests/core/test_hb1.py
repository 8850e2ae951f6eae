"""The format's own page: its worked example holds to the last digit, and what the code cites is there."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.allocation import Stream, allocate, deal
from app.core.code import ALPHABET, TIMES_ALPHA, check_character
from app.core.commitment import (
    Secrets,
    beacon_digest,
    contents_leaf,
    contents_salt,
    contents_tree,
    make_labels,
    printed_root,
    seed_commitment,
    shuffle_key,
)
from app.core.digest_words import words_of_digest
from app.core.log import DEEDS, check_log, entry_digest
from app.core.manifest import manifest_digest, manifest_text, parse_manifest
from app.core.merkle import leaf_hash, root_from_path, tree
from app.core.plan import Beacon, KitCount, Plan
from app.core.proof import Proof, SealedContent, check_proof
from app.core.reveal import check_reveal, reveal_text
from app.sealing import row_key, seal_row

APP = Path(__file__).parents[2] / "app"
PAGE = (APP / "core" / "HB1.md").read_text("utf-8")
HEADINGS = set(re.findall(r"^## (.+)$", PAGE, re.MULTILINE))
CITED = re.compile(r'HB1, ((?:"[^"]+"(?: and )?)+)')
INPUTS = ("run secret", "maker", "series and run", "kits", "boxes and case size", "beacon", "beacon value")
VECTOR = re.compile(r"^\| ([^|`]+?) \| `(.*)` \|$", re.MULTILINE)


def part(heading: str) -> str:
    """Return the part of the page under a heading."""
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def told() -> dict[str, str]:
    """Return the example's values as the page has them, by name."""
    found = VECTOR.findall(part("Worked example"))
    assert len(dict(found)) == len(found)
    return dict(found)


def listed(values: object) -> str:
    return " ".join(map(str, values))  # type: ignore[call-overload]


def worked_out(given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield every value of the example, computed from its inputs as they stand on the page."""
    yield from ((name, given[name]) for name in INPUTS)
    (series, run), (boxes, case_size) = given["series and run"].split(), given["boxes and case size"].split()
    kits = [pair.split("=") for pair in given["kits"].split()]
    kind, pattern, description = given["beacon"].split(" ", 2)
    secrets = Secrets.from_run_secret(bytes.fromhex(given["run secret"]))
    plan = Plan(
        maker=given["maker"],
        series=series,
        run=run,
        number=1,
        previous="0" * 64,
        boxes=int(boxes),
        case_size=int(case_size),
        kits=tuple(KitCount(kit, int(count)) for kit, count in kits),
        beacon=Beacon(kind, description, pattern),
    )
    yield "seed", secrets.seed.hex()
    yield "kL", secrets.label_key.hex()
    yield "kC", secrets.code_key.hex()
    labels = make_labels(secrets, plan.boxes, plan.case_size)
    yield "U", listed(label.edition for label in labels)
    yield "V", listed(label.case for label in labels[:: plan.case_size])
    for label in labels:
        yield f"slot {label.slot} code", label.code
    yield "slot 3 tag", labels[3].tag.hex()
    yield "slot 3 lsalt", labels[3].lsalt.hex()
    for label in labels:
        yield f"slot {label.slot} C", label.commitment.hex()
    outside = tree(label.commitment for label in labels)
    yield "labels root", outside.root.hex()
    committed = seed_commitment(run, secrets.seed)
    yield "seed commitment", committed.hex()
    text = manifest_text(plan, committed, outside.root)
    yield "manifest", text
    digest = manifest_digest(text)
    yield "md", digest.hex()
    yield "md in words", listed(words_of_digest(digest))
    beta = beacon_digest(kind, given["beacon value"])
    yield "beta", beta.hex()
    yield "HMAC(beta, seed)", hmac.digest(beta, secrets.seed, hashlib.sha256).hex()
    key = shuffle_key(beta, secrets.seed, digest)
    yield "S", key.hex()
    rows = list(deal(plan.counts, plan.boxes // plan.case_size, Stream(key, b"deal")))
    yield "rows as dealt", ", ".join(map(listed, rows))
    Stream(key, b"rows").shuffle(rows)
    yield "rows shuffled", ", ".join(map(listed, rows))
    content = allocate(key, plan.counts, plan.case_size)
    yield "kit by slot", listed(content)
    commitments = [label.commitment for label in labels]
    salts = [contents_salt(key, slot) for slot in range(plan.boxes)]
    leaves = [
        contents_leaf(digest, *leaf) for leaf in zip(range(8), content, salts, commitments, strict=True)
    ]
    yield "slot 3 salt", salts[3].hex()
    yield "slot 3 leaf", leaves[3].hex()
    for slot, leaf in enumerate(leaves):
        yield f"slot {slot} leaf hash", leaf_hash(leaf).hex()
    inside = contents_tree(key, digest, content, commitments)
    yield "contents root", inside.root.hex()
    yield "printed root", printed_root(inside.root)
    label = labels[3]
    proof = Proof(
        manifest_digest=digest,
        boxes=plan.boxes,
        slot=3,
        kit=content[3],
        salt=salts[3],
        edition=label.edition,
        case=label.case,
        tag=label.tag,
        lsalt=label.lsalt,
        contents_path=inside.path(3),
        labels_path=outside.path(3),
    )
    assert check_proof(proof.to_bytes(), text, inside.root, label.code) == proof
    yield "slot 3 proof", proof.to_bytes().hex()
    row = SealedContent(3, content[3], salts[3], label.edition, label.case, label.lsalt)
    yield "slot 3 sealing key", row_key(label.code, run).hex()
    yield "slot 3 plaintext", row.pack().hex()
    yield "slot 3 sealed", seal_row(label.code, run, row).hex()
    reveal = reveal_text(text, given["beacon value"], secrets.seed, commitments, inside.root)
    assert check_reveal(reveal).kits == tuple(content)
    yield "SHA256 of our reveal", hashlib.sha256(reveal.encode()).hexdigest()
    yield from small_steps()


def small_steps() -> Iterator[tuple[str, str]]:
    """Yield what the run of 8 boxes does not show: odd trees, numbers that are rejected, odd cases."""
    key = bytes(range(32))
    yield "Stream(key 00..1f, test) 40 bytes", Stream(key, b"test").take(40).hex()
    stream = Stream(key, b"test")
    yield "anew, ten below(12)", listed(stream.below(12) for _ in range(10))
    yield "then five below(1000003)", listed(stream.below(1_000_003) for _ in range(5))
    yield "deal 5 4 3 to 6 cases, S 00..1f", listed(allocate(key, (5, 4, 3), 2))
    odd = tree(str(number).encode() for number in range(5))
    yield "root of leaves 0 1 2 3 4", odd.root.hex()
    yield "path of leaf 2", listed(each.hex() for each in odd.path(2))
    yield "path of leaf 4", listed(each.hex() for each in odd.path(4))
    first = (
        '{"at":"2026-11-21T09:30:00Z","boxes":8,"did":"planned","format":"HB1-log","number":1,'
        f'"previous":"{"0" * 64}","run":"DEMO-8"}}'
    )
    check_log([first])
    yield "a first log entry", first
    yield "its hash", entry_digest(first).hex()


def test_every_value_of_the_example_follows_from_its_inputs() -> None:
    values = told()
    assert list(worked_out(values)) == list(values.items())


def test_the_example_shows_what_is_easily_got_wrong() -> None:
    values = told()
    counts = parse_manifest(values["manifest"]).plan.counts
    assert '\\"' in values["manifest"]
    assert not values["manifest"].isascii()
    assert any(count % 2 for count in counts)  # something is rounded
    assert values["rows as dealt"] != values["rows shuffled"]
    assert values["V"] != "1 2"
    assert len(values["path of leaf 4"]) == 64 < len(values["path of leaf 2"])


def test_an_odd_tree_is_climbed_as_the_page_says() -> None:
    values = told()
    for leaf in (2, 4):
        path = tuple(map(bytes.fromhex, values[f"path of leaf {leaf}"].split()))
        assert root_from_path(str(leaf).encode(), leaf, 5, path).hex() == values["root of leaves 0 1 2 3 4"]


def test_every_part_that_the_code_cites_is_a_heading_of_the_page() -> None:
    cited = {
        name
        for path in APP.rglob("*.py")
        for found in CITED.findall(path.read_text("utf-8"))
        for name in re.findall(r'"([^"]+)"', found)
    }
    assert len(cited) >= 9
    assert cited <= HEADINGS


def test_the_members_of_the_manifest_the_reveal_and_the_log_are_those_of_the_code() -> None:
    values = told()
    assert set(first_cells("Manifest")) == set(json.loads(values["manifest"]))
    reveal = reveal_text("", "", b"", [], b"")
    assert set(first_cells("Reveal and record")) == set(json.loads(reveal))
    members = first_cells("The log")
    assert members == ["format", "number", "previous", "at", "run", "did", *DEEDS]
    for did, fields in DEEDS.items():
        (row,) = re.findall(rf"^\| `{did}` \| (.*) \|$", part("The log"), re.MULTILINE)
        named = re.sub(r"\([^)]*\)", "", row.partition(":")[0])
        assert re.findall(r"`(\w+)`", named) == list(fields), did


def first_cells(heading: str) -> list[str]:
    return re.findall(r"^\| `([\w ]+)` \|", part(heading), re.MULTILINE)


def test_the_offsets_of_a_proof_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| (\d+) \| (\d+) \|", part("Contents root and proof"), re.MULTILINE)
    places = [(int(offset), int(size)) for offset, size in rows]
    assert [offset for offset, _ in places] == [
        sum(size for _, size in places[:n]) for n in range(len(places))
    ]
    assert sum(size for _, size in places) == 103


def test_the_check_character_is_reckoned_as_the_page_says() -> None:
    assert [2 * x if x < 16 else (2 * x) ^ 37 for x in range(32)] == list(TIMES_ALPHA)
    assert ALPHABET in part("Codes and labels")
    for slot in range(8):
        code = told()[f"slot {slot} code"]
        assert check_character(code[:-1]) == code[-1]


@pytest.mark.parametrize("name", INPUTS)
def test_the_inputs_come_first(name: str) -> None:
    assert list(told())[: len(INPUTS)].index(name) == INPUTS.index(name)
