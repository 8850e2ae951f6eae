"""Tampering, each caught: what is changed afterwards, and who notices.

Elsewhere: every bit of a proof, and every kind of junk, in core/test_proof.py; the log's own entries changed,
taken out or contradicted by the ledger in test_log.py; cards whose codes or QR were exchanged on paper, which
`hopke print proof` names, in test_proving.py; a sealed row of which a bit was changed in test_sealing.py.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from app.albums import open_site
from app.albums.proving import ProvenBox, prove_box
from app.core.allocation import allocate
from app.core.commitment import Secrets, beacon_digest, contents_tree, seed_commitment, shuffle_key
from app.core.digest_words import words_of_digest
from app.core.errors import UserError
from app.core.log import FIRST_PREVIOUS, LogError, check_log, entry_digest, write_entry
from app.core.manifest import canonical_json, manifest_digest
from app.core.merkle import tree
from app.core.plan import BeaconValueError
from app.core.proof import Proof, ProofError, check_proof
from app.core.reveal import RevealError, check_reveal, reveal_text
from app.ledger import Run, TreePart
from app.runs import Station
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.log import read_log, verify_log
from app.runs.marks import spoil
from app.runs.orders import Order
from app.runs.planning import plan_run
from app.runs.printing import print_run
from app.web import create_app
from tests.conftest import CEREMONY, DICE, NOW, SECRET
from tests.web.cast import Phone
from tests.web.html import read_html

Fields = dict[str, object]
OTHER_SEED = bytes(range(32, 64))


def revealed(station: Station) -> str:
    """Return the reveal of TY-1 as its maker would publish it."""
    run = show_run(station, "TY-1")
    return reveal_text(
        run.manifest or "",
        run.beacon_value or "",
        Secrets.from_run_secret(SECRET).seed,
        [label.commitment for label in secret_labels(station, run)],
        run.contents_root or b"",
    )


def proven(station: Station, code: str) -> ProvenBox:
    """Return what the server gives to who holds a code."""
    site = open_site(station.workspace)
    box = prove_box(site, code)
    site.ledger.close()
    return box


def edited(manifest: str, **changes: object) -> str:
    """Return a manifest with some members changed, in its one spelling."""
    return canonical_json({**json.loads(manifest), **changes})


def edit_run(station: Station, **changes: object) -> None:
    """Change the manifest of TY-1 in the ledger, past the program."""
    with station.ledger.writing() as session:
        run = session.get(Run, "TY-1")
        assert run is not None
        run.manifest = edited(run.manifest or "", **changes)
        session.add(run)


def flipped(text: str) -> str:
    """Return hex with one bit changed."""
    return f"{int(text, 16) ^ 1:0{len(text)}x}"


MORE_LANTERNS = [
    {"count": 7, "id": "lantern"},
    {"count": 7, "id": "bridge"},
    {"count": 2, "id": "fish"},
]


# The reveal: anyone who recomputes it notices


def in_manifest(**changes: object) -> Callable[[Fields], Fields]:
    return lambda fields: {**fields, "manifest": edited(str(fields["manifest"]), **changes)}


def in_labels(change: Callable[[list[str]], list[str]]) -> Callable[[Fields], Fields]:
    return lambda fields: {**fields, "label_commitments": change(list(fields["label_commitments"]))}  # type: ignore[call-overload]


def with_another_seed(fields: Fields) -> Fields:
    """Exchange the seed, and what was committed to with it."""
    committed = in_manifest(seed_commitment=seed_commitment("TY-1", OTHER_SEED).hex())(fields)
    return {**committed, "seed": OTHER_SEED.hex()}


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        (in_manifest(kits=MORE_LANTERNS), "allocation does not give its contents root"),
        (in_manifest(case_size=8), "allocation does not give its contents root"),
        (in_manifest(maker="another"), "allocation does not give its contents root"),
        (in_manifest(run="TY-2"), "seed is not the one"),
        (lambda fields: {**fields, "seed": flipped(fields["seed"])}, "seed is not the one"),
        (with_another_seed, "allocation does not give its contents root"),
        (lambda fields: {**fields, "beacon_value": "123455"}, "allocation does not give its contents root"),
        (in_labels(lambda labels: [flipped(labels[0]), *labels[1:]]), "labels root"),
        (in_labels(lambda labels: [labels[1], labels[0], *labels[2:]]), "labels root"),
        (
            lambda fields: {**fields, "contents_root": flipped(fields["contents_root"])},
            "allocation does not give its contents root",
        ),
    ],
    ids=["count", "case size", "maker", "run", "seed", "seed and its commitment", "beacon", "label",
         "labels swapped", "root"],
)  # fmt: skip
def test_a_reveal_with_one_thing_changed_is_refused_by_whoever_recomputes_it(
    sealed: Station, change: Callable[[Fields], Fields], failure: str
) -> None:
    fields = json.loads(revealed(sealed))
    assert check_reveal(canonical_json(fields))
    with pytest.raises(RevealError, match=failure):
        check_reveal(canonical_json(change(fields)))


def test_a_beacon_value_that_was_not_possible_is_refused(sealed: Station) -> None:
    with pytest.raises(BeaconValueError):
        check_reveal(canonical_json({**json.loads(revealed(sealed)), "beacon_value": "000000"}))


def test_a_run_that_is_made_up_anew_as_a_whole_is_told_by_every_card_witness_and_log(
    sealed: Station, codes: list[str]
) -> None:
    run, fields = show_run(sealed, "TY-1"), json.loads(revealed(sealed))
    text = edited(run.manifest or "", kits=MORE_LANTERNS)
    commitments = [bytes.fromhex(label) for label in fields["label_commitments"]]
    seed, digest = bytes.fromhex(fields["seed"]), manifest_digest(text)
    key = shuffle_key(beacon_digest("ceremony", DICE), seed, digest)
    root = contents_tree(key, digest, allocate(key, (7, 7, 2), 4), commitments).root
    assert check_reveal(reveal_text(text, DICE, seed, commitments, root)), "by itself it holds"
    assert words_of_digest(digest) != words_of_digest(manifest_digest(run.manifest or "")), "a witness"
    box = proven(sealed, codes[0])
    for published in (root, box.contents_root):
        with pytest.raises(ProofError, match="another manifest"):
            check_proof(box.proof, text, published, codes[0])
    with sealed.ledger.writing() as session:
        kept = session.get(Run, "TY-1")
        assert kept is not None
        kept.manifest, kept.contents_root = text, root
        session.add(kept)
    with pytest.raises(LogError, match="its manifest is another"):
        verify_log(sealed)


# The manifest, edited in the ledger after it was published


@pytest.mark.parametrize("sealed_first", [False, True])
def test_a_manifest_that_is_edited_after_the_commit_is_told_by_the_log(
    station: Station, sealed_first: bool
) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    if sealed_first:
        seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
    verify_log(station)
    edit_run(station, kits=MORE_LANTERNS)
    with pytest.raises(LogError, match="its manifest is another"):
        verify_log(station)
    if not sealed_first:
        with pytest.raises(LogError, match="its manifest is another"):
            seal_run(station, "TY-1", beacon_value=DICE, now=NOW)
        assert show_run(station, "TY-1").state == "committed"


def test_a_manifest_that_is_edited_after_the_seal_breaks_the_check_of_every_box(
    sealed: Station, codes: list[str]
) -> None:
    kept = show_run(sealed, "TY-1").manifest or ""
    edit_run(sealed, kits=MORE_LANTERNS)
    for code in codes:
        box = proven(sealed, code)
        with pytest.raises(ProofError, match="published contents root"):
            check_proof(box.proof, box.manifest, box.contents_root, code)
        with pytest.raises(ProofError, match="another manifest"):
            check_proof(box.proof, kept, box.contents_root, code)


# The stored trees: the box's page fails its own check


@pytest.mark.parametrize(
    ("name", "failure"), [("contents", "published contents root"), ("labels", "labels root of the manifest")]
)
@pytest.mark.parametrize(("level", "place"), [(0, 0), (0, 31), (0, 511), (1, 40), (2, 0), (3, 63)])
def test_a_byte_of_a_leaf_or_node_that_was_changed_fails_exactly_the_proofs_that_pass_it(
    sealed: Station, codes: list[str], name: str, failure: str, level: int, place: int
) -> None:
    with sealed.ledger.writing() as session:
        part = session.exec(
            select(TreePart).where(TreePart.tree == name, TreePart.level == level, TreePart.part == 0)
        ).one()
        changed = bytes([part.hashes[place] ^ 1])
        part.hashes = part.hashes[:place] + changed + part.hashes[place + 1 :]
        session.add(part)
    told = set()
    for slot, code in enumerate(codes):
        box = proven(sealed, code)
        with suppress(ProofError):
            check_proof(box.proof, box.manifest, box.contents_root, code)
            continue
        told.add(slot)
        with pytest.raises(ProofError, match=failure):
            check_proof(box.proof, box.manifest, box.contents_root, code)
    beside = place // 32 ^ 1
    assert told == {slot for slot in range(16) if slot >> level == beside}


# The log: a witness notices what the log itself cannot


def test_a_log_written_anew_without_an_entry_is_whole_but_lacks_the_hash_that_a_witness_kept(
    sealed: Station,
) -> None:
    print_run(sealed, "TY-1", Order(things=("insert",)), now=NOW, progress=lambda *_: None)
    spoil(sealed, "TY-1", "2,5", NOW)
    head = verify_log(sealed).head
    with sealed.ledger.reading() as session:
        texts = read_log(session)
    anew: list[str] = []
    for entry in check_log(texts):
        if entry.did != "sealed":
            previous = entry_digest(anew[-1]).hex() if anew else FIRST_PREVIOUS
            anew.append(write_entry(len(anew) + 1, previous, entry.at, entry.run, entry.did, entry.told))
    assert len(anew) == len(texts) - 1
    assert head not in {entry.digest.hex() for entry in check_log(anew)}
    assert head in {entry.digest.hex() for entry in check_log(texts)}


# Paper: the buyer notices


@pytest.fixture
def two_boxes(sealed: Station, codes: list[str]) -> tuple[ProvenBox, ProvenBox]:
    """Two boxes with different kits, as their own cards tell of them."""
    boxes = [proven(sealed, code) for code in codes]
    return boxes[0], next(box for box in boxes if box.kit.id != boxes[0].kit.id)


@pytest.mark.parametrize("swapped", ["insert", "label"])
def test_on_the_page_of_a_swapped_insert_or_label_the_number_or_the_kit_is_another(
    read_before: Path, sealed: Station, two_boxes: tuple[ProvenBox, ProvenBox], swapped: str
) -> None:
    mine, others = two_boxes
    # In the hand: the kit of `mine`, with the other's card, or with its own and the other's label outside.
    card, outside = (others, mine) if swapped == "insert" else (mine, others)
    site = create_app(sealed.workspace)
    own = read_html(Phone(site, "en").open(f"/b/{card.code}/check").text).one("ol", "own").text
    site.extensions["hopke"].ledger.close()
    assert f"No. {card.edition} of 16." in own
    assert f"No. {outside.edition} of 16." not in own
    assert (mine.kit.name["en"] in own) == (swapped == "label")


@pytest.mark.parametrize("change", ["edition", "kit", "tag", "all"])
def test_no_proof_can_be_bent_so_that_a_swapped_insert_or_label_fits(
    two_boxes: tuple[ProvenBox, ProvenBox], change: str
) -> None:
    mine, others = two_boxes
    box, card = Proof.from_bytes(mine.proof), Proof.from_bytes(others.proof)
    check_proof(others.proof, others.manifest, others.contents_root, others.code)
    bent = {
        "edition": replace(card, edition=box.edition),  # so that the other's card fits the label outside
        "kit": replace(card, kit=box.kit),  # so that it fits the kit in the hand
        "tag": replace(box, tag=card.tag),  # so that the box's own proof fits the other's card
        "all": replace(card, edition=box.edition, kit=box.kit, case=box.case),
    }[change]
    with pytest.raises(UserError, match="root"):
        check_proof(bent.to_bytes(), others.manifest, others.contents_root, others.code)


def test_a_label_exchanged_in_the_commitments_gives_another_labels_root(sealed: Station) -> None:
    run = show_run(sealed, "TY-1")
    labels = secret_labels(sealed, run)
    committed = json.loads(run.manifest or "")["labels_root"]
    assert tree(label.commitment for label in labels).root.hex() == committed
    labels[3], labels[9] = labels[9], labels[3]
    assert tree(label.commitment for label in labels).root.hex() != committed
