"""The manifest: what a maker publishes before the draw, in its one spelling."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from app.core.errors import UserError
from app.core.plan import Beacon, KitCount, Plan, PlanError, validate

FORMAT = "HB1"

_HASH = re.compile(r"[0-9a-f]{64}")


class ManifestError(UserError):
    """A text is not a manifest, or not in its one spelling."""


@dataclass(frozen=True)
class Manifest:
    """What a maker publishes before the draw."""

    plan: Plan
    seed_commitment: bytes
    labels_root: bytes


def canonical_json(fields: dict[str, Any]) -> str:
    """Write JSON in its one spelling: keys sorted, no spaces, nothing escaped that need not be.

    Args:
        fields: integers, NFC strings, lists and objects of them.

    Returns:
        Text whose UTF-8 bytes are what is hashed.

    Source: RFC 8785, for integers and strings.
    """
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def manifest_text(plan: Plan, seed_commitment: bytes, labels_root: bytes) -> str:
    """Write the manifest of a run.

    Args:
        plan: the plan; it is validated.
        seed_commitment: 32 bytes.
        labels_root: root of the tree of label commitments, 32 bytes.

    Returns:
        Canonical JSON.

    Raises:
        PlanError: the plan cannot be committed.

    Source: HB1, "Manifest".
    """
    validate(plan)
    commitments = {"seed_commitment": seed_commitment.hex(), "labels_root": labels_root.hex()}
    return canonical_json({"format": FORMAT, **asdict(plan), **commitments})


def parse_manifest(text: str) -> Manifest:
    """Read a manifest and demand its one spelling.

    Args:
        text: the manifest; nothing about it is trusted.

    Returns:
        The manifest.

    Raises:
        ManifestError: not JSON, a field missing, added or of the wrong type, or another spelling.
        PlanError: the plan in it should never have been committed.

    Source: HB1, "Manifest".
    """
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise _not_a_manifest("it is not JSON") from fault
    if _expect(fields, dict, "the whole").pop("format", None) != FORMAT:
        raise _not_a_manifest(f'its format is not "{FORMAT}"')
    hashes = [_expect(fields.pop(key, None), str, key) for key in ("seed_commitment", "labels_root")]
    if not all(_HASH.fullmatch(hash_hex) for hash_hex in hashes):
        raise _not_a_manifest("a hash is not 64 digits of lower-case hex")
    kits = [_build(KitCount, kit, "kits") for kit in _expect(fields.pop("kits", None), list, "kits")]
    beacon = _build(Beacon, fields.pop("beacon", None), "beacon")
    plan = _build(Plan, {**fields, "kits": tuple(kits), "beacon": beacon}, "the whole")
    manifest = Manifest(plan, bytes.fromhex(hashes[0]), bytes.fromhex(hashes[1]))
    try:
        again = manifest_text(*vars(manifest).values())
    except PlanError as refusal:
        refusal.where = f"manifest, {refusal.where}"
        raise
    if again != text:
        raise _not_a_manifest("its keys, spaces or escapes are not in the one agreed spelling")
    return manifest


def _expect(found: Any, kind: type, where: str) -> Any:
    # A bool is an int to isinstance, and never one in a manifest.
    if type(found) is not kind:
        raise _not_a_manifest(f"{where} is missing or of the wrong type")
    return found


def _build(kind: type, fields: Any, where: str) -> Any:
    """Build a frozen value from an object that must have exactly its fields, each of its type."""
    _expect(fields, dict, where)
    wanted = kind.__annotations__
    if fields.keys() != wanted.keys():
        raise _not_a_manifest(f"{where} has a field too many or too few")
    for key, found in fields.items():
        if wanted[key] in (int, str):
            _expect(found, wanted[key], key)
    return kind(**fields)


def _not_a_manifest(why: str) -> ManifestError:
    return ManifestError(
        f"This is not a manifest that can be checked: {why}",
        where="manifest",
        mend="Fetch it again from the maker or a witness, byte for byte",
    )


def manifest_digest(text: str) -> bytes:
    """Return md of HB1: the manifest's SHA-256, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()
