"""The reveal of a run after sale, and its recomputation by anyone."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.core.allocation import allocate
from app.core.commitment import beacon_digest, contents_tree, seed_commitment, shuffle_key
from app.core.errors import UserError
from app.core.manifest import Manifest, canonical_json, manifest_digest, parse_manifest
from app.core.merkle import HASH_BYTES, tree
from app.core.plan import check_beacon_value

FORMAT = "HB1-reveal"
PART_BYTES = 1024 * HASH_BYTES
"""Label commitments that are written at once."""

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


@dataclass(frozen=True)
class Bundle:
    """A reveal that was read, its hashes not yet recomputed.

    Attributes:
        manifest_text: the manifest, byte for byte.
        manifest: the same, read.
        beacon_value: as the reveal says it.
        seed: 32 bytes.
        commitments: label commitments by slot, 32 bytes each.
        contents_root: as the reveal says it, 32 bytes.
    """

    manifest_text: str
    manifest: Manifest
    beacon_value: str
    seed: bytes
    commitments: tuple[bytes, ...]
    contents_root: bytes

    @cached_property
    def key(self) -> bytes:
        """Return the key of the draw, 32 bytes."""
        beacon = beacon_digest(self.manifest.plan.beacon.kind, self.beacon_value)
        return shuffle_key(beacon, self.seed, manifest_digest(self.manifest_text))

    @cached_property
    def kits(self) -> tuple[int, ...]:
        """Return the kit index of every slot, drawn again."""
        return tuple(allocate(self.key, self.manifest.plan.counts, self.manifest.plan.case_size))


def reveal_parts(
    manifest_text: str,
    beacon_value: str,
    seed: bytes,
    label_commitments: bytes,
    contents_root: bytes,
) -> Iterator[str]:
    """Yield the reveal of a run that is sold out or withdrawn in parts, so that a million boxes can be sent.

    Args:
        manifest_text: the manifest, byte for byte.
        beacon_value: the announced value.
        seed: 32 bytes, a secret until now.
        label_commitments: by slot, 32 bytes each, joined.
        contents_root: 32 bytes.

    Yields:
        Parts that joined are canonical JSON.

    Source: HB1, "Reveal and record".
    """
    empty = canonical_json(
        {
            "format": FORMAT,
            "manifest": manifest_text,
            "beacon_value": beacon_value,
            "seed": seed.hex(),
            "label_commitments": [],
            "contents_root": contents_root.hex(),
        }
    )
    mark = '"label_commitments":['
    head, _, tail = empty.partition(mark)  # a quotation mark inside a text is escaped: the first is the key
    yield head + mark
    for start in range(0, len(label_commitments), PART_BYTES):
        part = label_commitments[start : start + PART_BYTES]
        hashes = (part[place : place + HASH_BYTES].hex() for place in range(0, len(part), HASH_BYTES))
        yield ("," if start else "") + ",".join(f'"{each}"' for each in hashes)
    yield tail


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
    joined = b"".join(label_commitments)
    return "".join(reveal_parts(manifest_text, beacon_value, seed, joined, contents_root))


def read_reveal(text: str) -> Bundle:
    """Read a reveal without recomputing anything.

    Args:
        text: the reveal; nothing about it is trusted.

    Raises:
        RevealError: it is not a reveal.
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
    commitments = tuple(_hash(commitment) for commitment in fields["label_commitments"])
    manifest = parse_manifest(fields["manifest"])
    return Bundle(fields["manifest"], manifest, fields["beacon_value"], seed, commitments, contents_root)


def reveal_demands(bundle: Bundle) -> Iterator[tuple[str, str, bool]]:
    """Recompute a run step by step: what must be so, what is wrong if it is not, and whether it is so.

    The beacon's value is checked apart, by `check_beacon_value`. Each step is computed when it is asked for.

    Source: HB1, "Reveal and record".
    """
    manifest, plan = bundle.manifest, bundle.manifest.plan
    yield (
        "The seed is the one that the manifest commits to",
        "its seed is not the one the manifest commits to",
        seed_commitment(plan.run, bundle.seed) == manifest.seed_commitment,
    )
    yield (
        "Every box has one label commitment",
        "it has not one label commitment for every box",
        len(bundle.commitments) == plan.boxes,
    )
    yield (
        "The label commitments give the labels root of the manifest",
        "its label commitments do not give the labels root of the manifest",
        tree(bundle.commitments).root == manifest.labels_root,
    )
    yield (
        "The draw, done again, gives the contents root",
        "the recomputed allocation does not give its contents root",
        len(bundle.commitments) == plan.boxes and _drawn_root(bundle) == bundle.contents_root,
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
    bundle = read_reveal(text)
    check_beacon_value(bundle.manifest.plan.beacon, bundle.beacon_value)
    for _, refusal, holds in reveal_demands(bundle):
        if not holds:
            raise _unrevealed(refusal)
    return Reveal(bundle.manifest, bundle.beacon_value, bundle.kits, bundle.contents_root)


def _drawn_root(bundle: Bundle) -> bytes:
    digest = manifest_digest(bundle.manifest_text)
    return contents_tree(bundle.key, digest, bundle.kits, bundle.commitments).root


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
