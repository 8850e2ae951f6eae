"""The reveal of a run after sale, and its recomputation by anyone."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.core.allocation import allocate
from app.core.commitment import beacon_digest, contents_tree, seed_commitment, shuffle_key
from app.core.errors import UserError
from app.core.manifest import Manifest, canonical_json, manifest_digest, parse_manifest
from app.core.merkle import tree
from app.core.plan import check_beacon_value

FORMAT = "HB1-reveal"

_FIELDS = frozenset(("format", "manifest", "beacon_value", "seed", "label_commitments", "contents_root"))
_HASH = re.compile(r"[0-9a-f]{64}")


class RevealError(UserError):
    """A reveal does not lead to what was published."""


@dataclass(frozen=True)
class Reveal:
    """A run that anyone has recomputed.

    Attributes:
        manifest: the run's manifest; compare its digest with what the witnesses kept.
        beacon_value: the announced value.
        kits: kit index by slot, shape (boxes,).
        contents_root: recomputed, 32 bytes; compare it with what stands on the inserts.
    """

    manifest: Manifest
    beacon_value: str
    kits: tuple[int, ...]
    contents_root: bytes


def reveal_text(
    manifest_text: str,
    beacon_value: str,
    seed: bytes,
    label_commitments: Sequence[bytes],
    contents_root: bytes,
) -> str:
    """Write the reveal of a run that is sold out or withdrawn.

    Args:
        manifest_text: the manifest, byte for byte.
        beacon_value: the announced value.
        seed: 32 bytes, a secret until now.
        label_commitments: by slot, shape (boxes,), 32 bytes each.
        contents_root: 32 bytes.

    Returns:
        Canonical JSON.

    Source: HB1, "Reveal and record".
    """
    return canonical_json(
        {
            "format": FORMAT,
            "manifest": manifest_text,
            "beacon_value": beacon_value,
            "seed": seed.hex(),
            "label_commitments": [commitment.hex() for commitment in label_commitments],
            "contents_root": contents_root.hex(),
        }
    )


def check_reveal(text: str) -> Reveal:
    """Recompute a whole run from its reveal.

    Codes and edition numbers stay secret: of the labels only their commitments can be checked.

    Args:
        text: the reveal; nothing about it is trusted.

    Returns:
        The recomputed run.

    Raises:
        RevealError: not a reveal, or something in it does not lead to what the manifest or the root says.
        BeaconValueError: the beacon value is off its pattern.
        ManifestError: the manifest is not one.
        PlanError: the manifest's plan should never have been committed.

    Source: HB1, "Reveal and record".
    """
    try:
        fields = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as fault:
        raise _unrevealed("it is not JSON, or names a field twice") from fault
    if not isinstance(fields, dict) or fields.keys() != _FIELDS or fields["format"] != FORMAT:
        raise _unrevealed(f"it has not exactly the fields of {FORMAT}")
    if not isinstance(fields["manifest"], str) or not isinstance(fields["beacon_value"], str):
        raise _unrevealed("its manifest or beacon value is not a text")
    if not isinstance(fields["label_commitments"], list):
        raise _unrevealed("its label commitments are not a list")
    seed, contents_root = _hash(fields["seed"]), _hash(fields["contents_root"])
    commitments = [_hash(commitment) for commitment in fields["label_commitments"]]
    manifest, beacon_value = parse_manifest(fields["manifest"]), fields["beacon_value"]
    plan = manifest.plan
    check_beacon_value(plan.beacon, beacon_value)
    if seed_commitment(plan.run, seed) != manifest.seed_commitment:
        raise _unrevealed("its seed is not the one the manifest commits to")
    if len(commitments) != plan.boxes:
        raise _unrevealed("it has not one label commitment for every box")
    if tree(commitments).root != manifest.labels_root:
        raise _unrevealed("its label commitments do not give the labels root of the manifest")
    digest = manifest_digest(fields["manifest"])
    key = shuffle_key(beacon_digest(plan.beacon.kind, beacon_value), seed, digest)
    kits = allocate(key, plan.counts, plan.case_size)
    if contents_tree(key, digest, kits, commitments).root != contents_root:
        raise _unrevealed("the recomputed allocation does not give its contents root")
    return Reveal(manifest, beacon_value, tuple(kits), contents_root)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Two readers could each take another of two values with one name.
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("repeated name")
    return fields


def _hash(found: Any) -> bytes:
    if not isinstance(found, str) or not _HASH.fullmatch(found):
        raise _unrevealed("a hash is not 64 digits of lower-case hex")
    return bytes.fromhex(found)


def _unrevealed(why: str) -> RevealError:
    return RevealError(
        f"This reveal does not hold: {why}",
        where="reveal",
        mend="Fetch it again; if it still fails, ask the maker in public",
    )
