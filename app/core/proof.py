"""Proofs of single boxes, and the row a code opens."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.code import code_tag
from app.core.commitment import contents_leaf, label_commitment
from app.core.errors import UserError
from app.core.manifest import Manifest, manifest_digest, parse_manifest
from app.core.merkle import HASH_BYTES, PathError, root_from_path

_PROOF_HEAD = struct.Struct(">4s32sIIH16sII16s16sB")
_SEALED_CONTENT = struct.Struct(">IH16sII16s")
_MAGIC = b"HB1P"


class ProofError(UserError):
    """A proof does not meet one of its demands; it says which."""


class SealedContentError(UserError):
    """What a code opened is not the content of a box."""


@dataclass(frozen=True)
class Proof:
    """The evidence that a box's content was fixed before sale.

    Attributes:
        manifest_digest: md, 32 bytes.
        boxes: boxes in the run.
        slot: 0-based.
        kit: kit index.
        salt: the contents leaf's salt, 16 bytes.
        edition: the number on the box, from 1.
        case: the number on the case, from 1.
        tag: the code's tag, 16 bytes.
        lsalt: the label's salt, 16 bytes.
        contents_path: siblings of 32 bytes in the contents tree, from the leaf upward.
        labels_path: the same in the labels tree; as long as `contents_path`.
    """

    manifest_digest: bytes
    boxes: int
    slot: int
    kit: int
    salt: bytes
    edition: int
    case: int
    tag: bytes
    lsalt: bytes
    contents_path: tuple[bytes, ...]
    labels_path: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Write the proof: 103 + 64·length bytes.

        Source: HB1, "Contents root and proof".
        """
        head = _PROOF_HEAD.pack(
            _MAGIC,
            self.manifest_digest,
            self.boxes,
            self.slot,
            self.kit,
            self.salt,
            self.edition,
            self.case,
            self.tag,
            self.lsalt,
            len(self.contents_path),
        )
        return head + b"".join(self.contents_path) + b"".join(self.labels_path)

    @classmethod
    def from_bytes(cls, proof_bytes: bytes) -> "Proof":
        """Read a proof; nothing may follow it.

        Args:
            proof_bytes: any bytes, from anyone.

        Returns:
            The proof, read but not yet checked.

        Raises:
            ProofError: the bytes are not a proof.

        Source: HB1, "Contents root and proof".
        """
        if len(proof_bytes) < _PROOF_HEAD.size or proof_bytes[: len(_MAGIC)] != _MAGIC:
            raise _refused("these bytes are not a proof")
        _, digest, boxes, slot, kit, salt, edition, case, tag, lsalt, length = _PROOF_HEAD.unpack_from(
            proof_bytes
        )
        paths = proof_bytes[_PROOF_HEAD.size :]
        if len(paths) != 2 * length * HASH_BYTES:
            raise _refused("its paths have another length than it says")
        hashes = [paths[start : start + HASH_BYTES] for start in range(0, len(paths), HASH_BYTES)]
        return cls(
            manifest_digest=digest,
            boxes=boxes,
            slot=slot,
            kit=kit,
            salt=salt,
            edition=edition,
            case=case,
            tag=tag,
            lsalt=lsalt,
            contents_path=tuple(hashes[:length]),
            labels_path=tuple(hashes[length:]),
        )


def check_proof(proof_bytes: bytes, manifest_text: str, contents_root: bytes, code: str) -> Proof:
    """Check everything a proof can prove without the box in one's hand.

    Args:
        proof_bytes: the proof.
        manifest_text: the manifest as published, byte for byte.
        contents_root: the contents root as published (not as the proof's bearer says), 32 bytes.
        code: the code proper, as `parse_code` returns it.

    Returns:
        The proof. The buyer adds: the root as printed, the edition as on the label, the kit as in the hand.

    Raises:
        ProofError: a demand failed; it says which.
        ManifestError: the manifest is not one.
        PlanError: the manifest's plan should never have been committed.

    Source: HB1, "Contents root and proof".
    """
    proof = Proof.from_bytes(proof_bytes)
    manifest = parse_manifest(manifest_text)
    for _, failure, holds in proof_demands(proof, manifest_text, manifest, code):
        if not holds:
            raise _refused(failure)
    try:
        contents, labels = reached_roots(proof)
    except PathError as fault:
        raise _refused("its paths have the wrong length") from fault
    if contents != contents_root:
        raise _refused("its path does not end in the published contents root")
    if labels != manifest.labels_root:
        raise _refused("its path does not end in the labels root of the manifest")
    return proof


def proof_demands(
    proof: Proof, manifest_text: str, manifest: Manifest, code: str | None
) -> Iterator[tuple[str, str, bool]]:
    """Yield what a proof must say besides its paths: in words, what is wrong if not, and whether it does.

    Args:
        proof: the proof.
        manifest_text: the manifest, byte for byte.
        manifest: the same, read.
        code: the code proper; None leaves out what only the code can tell.

    Source: HB1, "Contents root and proof".
    """
    plan = manifest.plan
    yield (
        "The proof belongs to this manifest",
        "it belongs to another manifest",
        proof.manifest_digest == manifest_digest(manifest_text),
    )
    yield (
        "It counts as many boxes as the manifest",
        "it counts other boxes than the manifest",
        proof.boxes == plan.boxes,
    )
    yield "Its slot is in the run", "its slot is not in the run", proof.slot < plan.boxes
    yield "Its kit is in the run", "its kit is not in the run", proof.kit < len(plan.kits)
    yield (
        "Its edition number is in the run",
        "its edition number is not in the run",
        1 <= proof.edition <= plan.boxes,
    )
    yield (
        "Its case number is in the run",
        "its case number is not in the run",
        1 <= proof.case <= plan.boxes // plan.case_size,
    )
    if code is not None:
        yield "It belongs to this code", "it belongs to another code", proof.tag == code_tag(code)


def reached_roots(proof: Proof) -> tuple[bytes, bytes]:
    """Return the roots that a proof's paths lead to: contents, labels; 32 bytes each.

    Raises:
        PathError: a path cannot belong to the proof's slot.

    Source: HB1, "Contents root and proof".
    """
    commitment = label_commitment(proof.slot, proof.edition, proof.case, proof.tag, proof.lsalt)
    leaf = contents_leaf(proof.manifest_digest, proof.slot, proof.kit, proof.salt, commitment)
    return (
        root_from_path(leaf, proof.slot, proof.boxes, proof.contents_path),
        root_from_path(commitment, proof.slot, proof.boxes, proof.labels_path),
    )


def _refused(failure: str) -> ProofError:
    return ProofError(
        f"This proof does not hold: {failure}",
        where="proof",
        mend="Fetch the proof again; if it still fails, ask the maker in public",
    )


@dataclass(frozen=True)
class SealedContent:
    """What a code opens: the box's slot, kit and numbers, and the two salts its proof needs."""

    slot: int
    kit: int
    salt: bytes
    edition: int
    case: int
    lsalt: bytes

    def pack(self) -> bytes:
        """Write the content as the 46 bytes that are sealed.

        Source: HB1, "What the server stores".
        """
        return _SEALED_CONTENT.pack(self.slot, self.kit, self.salt, self.edition, self.case, self.lsalt)

    @classmethod
    def unpack(cls, plaintext: bytes) -> "SealedContent":
        """Read the content from opened bytes.

        Args:
            plaintext: 46 bytes.

        Returns:
            The content.

        Raises:
            SealedContentError: another number of bytes.

        Source: HB1, "What the server stores".
        """
        if len(plaintext) != _SEALED_CONTENT.size:
            raise SealedContentError(
                f"An opened row has {len(plaintext)} bytes instead of {_SEALED_CONTENT.size}",
                mend="Restore the sealed boxes from a backup, or seal the run's boxes again from the vault",
            )
        return cls(*_SEALED_CONTENT.unpack(plaintext))
