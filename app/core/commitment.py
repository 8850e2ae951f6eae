"""What is fixed before the draw (secrets and labels) and what the draw fixes (shuffle key and contents)."""

import hashlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.core.allocation import Stream
from app.core.code import ALPHABET, TAG_BYTES, TIMES_ALPHA
from app.core.errors import UserError
from app.core.mac import mac_once, prepare_mac
from app.core.merkle import Tree, tree

SECRET_BYTES = 32
SALT_BYTES = 16

_SALT_HEAD = b"HB1/salt"
_LOW_FIVE_BITS = bytes(byte & 0b11111 for byte in range(256))
_TO_ALPHABET = bytes(ord(ALPHABET[byte & 0b11111]) for byte in range(256))


class SecretError(UserError):
    """A run secret is not 32 bytes."""


@dataclass(frozen=True)
class Secrets:
    """What one run secret gives; revealing the seed reveals neither the others nor the run secret."""

    seed: bytes
    label_key: bytes
    code_key: bytes

    @classmethod
    def from_run_secret(cls, run_secret: bytes) -> "Secrets":
        """Derive the three secrets of a run.

        Args:
            run_secret: R of HB1, 32 random bytes.

        Returns:
            Three secrets of 32 bytes.

        Raises:
            SecretError: `run_secret` has another length.

        Source: HB1, "Secrets".
        """
        if len(run_secret) != SECRET_BYTES:
            raise SecretError(
                f"The run secret has {len(run_secret)} bytes instead of {SECRET_BYTES}",
                where="vault",
                mend="Restore it from the vault's backup",
            )
        return cls(
            seed=expand(run_secret, b"HB1/seed"),
            label_key=expand(run_secret, b"HB1/labels"),
            code_key=expand(run_secret, b"HB1/codes"),
        )


class Label(NamedTuple):
    """What is printed for one slot before the draw: numbers outside, a code inside; and their commitment."""

    slot: int
    edition: int
    case: int
    code: str
    tag: bytes
    lsalt: bytes
    commitment: bytes


def expand(key: bytes, info: bytes) -> bytes:
    """Derive 32 bytes from a key for one purpose.

    Args:
        key: 32 uniform bytes.
        info: the purpose.

    Returns:
        32 bytes.

    Source: RFC 5869, section 2.3, for one block.
    """
    return mac_once(key, info + b"\x01")


def make_labels(secrets: Secrets, boxes: int, case_size: int) -> list[Label]:
    """Make the label of every slot.

    Args:
        secrets: the run's secrets.
        boxes: boxes in the run; a multiple of `case_size`.
        case_size: boxes in a case.

    Returns:
        The labels by slot, shape (boxes,); about a third of a kilobyte of memory each.

    Source: HB1, "Codes and labels".
    """
    return list(labels_of(secrets, number_labels(secrets, boxes, case_size), range(boxes)))


class Numbers(NamedTuple):
    """What stands outside the boxes of a run.

    Attributes:
        editions: numbers of the boxes by slot, shape (boxes,).
        cases: numbers of the cases, shape (cases,).
    """

    editions: Sequence[int]
    cases: Sequence[int]


def number_labels(secrets: Secrets, boxes: int, case_size: int) -> Numbers:
    """Shuffle the numbers that stand outside the boxes of a run.

    Args:
        secrets: the run's secrets.
        boxes: boxes in the run; a multiple of `case_size`.
        case_size: boxes in a case.

    Source: HB1, "Codes and labels".
    """
    editions = list(range(1, boxes + 1))
    Stream(secrets.label_key, b"edition").shuffle(editions)
    cases = list(range(1, boxes // case_size + 1))
    Stream(secrets.label_key, b"carton").shuffle(cases)
    return Numbers(array("I", editions), array("I", cases))


def labels_of(secrets: Secrets, numbers: Numbers, slots: range) -> Iterator[Label]:
    """Yield the labels of some slots, so that those of a million boxes need not be held at once.

    Args:
        secrets: the run's secrets.
        numbers: of the whole run.
        slots: 0-based.

    Source: HB1, "Codes and labels".
    """
    sha256 = hashlib.sha256
    editions, cases = numbers
    case_size = len(editions) // len(cases)
    code_mac, label_mac = prepare_mac(secrets.code_key), prepare_mac(secrets.label_key)
    # The first block of Stream(code_key, "code" ‖ u32 slot): 32 divides 256, so no byte is ever rejected
    # and the code is the low five bits of the first 17 bytes.
    code_head = b"HB1/stream" + bytes([len(b"code") + 4]) + b"code"
    for slot in slots:
        slot_bytes = slot.to_bytes(4, "big")
        block = code_mac(code_head + slot_bytes + bytes(8))[:17]
        check = 0
        for value in block.translate(_LOW_FIVE_BITS):
            check = TIMES_ALPHA[check ^ value]
        code = (block + bytes([check])).translate(_TO_ALPHABET)
        tag = sha256(b"HB1/tag" + code).digest()[:TAG_BYTES]
        lsalt = label_mac(b"HB1/lsalt" + slot_bytes)[:SALT_BYTES]
        edition, case = editions[slot], cases[slot // case_size]
        commitment = label_commitment(slot, edition, case, tag, lsalt)
        yield Label(slot, edition, case, code.decode("ascii"), tag, lsalt, commitment)


def label_commitment(slot: int, edition: int, case: int, tag: bytes, lsalt: bytes) -> bytes:
    """Commit to what is printed for one slot.

    Args:
        slot: 0-based.
        edition: the number on the box, from 1.
        case: the number on the case, from 1.
        tag: the code's tag, 16 bytes.
        lsalt: the label's salt, 16 bytes.

    Returns:
        C_j of HB1, 32 bytes.

    Source: HB1, "Codes and labels".
    """
    numbers = (slot << 64 | edition << 32 | case).to_bytes(12, "big")
    return hashlib.sha256(b"HB1/label" + numbers + tag + lsalt).digest()


def seed_commitment(run: str, seed: bytes) -> bytes:
    """Commit to the seed of a run.

    Args:
        run: the run's id.
        seed: 32 bytes.

    Returns:
        32 bytes for the manifest.

    Source: HB1, "Manifest".
    """
    return hashlib.sha256(b"HB1/seed-commitment" + run.encode() + b"\x00" + seed).digest()


def beacon_digest(kind: str, value: str) -> bytes:
    """Return β of HB1 for a beacon's kind and announced value, 32 bytes."""
    return hashlib.sha256(b"HB1/beacon" + kind.encode() + b"\x00" + value.encode()).digest()


def shuffle_key(beacon_digest: bytes, seed: bytes, manifest_digest: bytes) -> bytes:
    """Return S of HB1, which decides the allocation and salts the contents.

    Args:
        beacon_digest: β, 32 bytes.
        seed: the run's seed, 32 bytes.
        manifest_digest: md, 32 bytes.

    Returns:
        32 bytes.

    Source: HB1, "Allocation": HKDF (RFC 5869) with salt β and input seed.
    """
    return expand(mac_once(beacon_digest, seed), b"HB1/shuffle" + manifest_digest)


def contents_salt(shuffle_key: bytes, slot: int) -> bytes:
    """Return the 16 bytes that keep a slot's leaf from being guessed."""
    return salts(shuffle_key)(slot)


def salts(shuffle_key: bytes) -> Callable[[int], bytes]:
    """Prepare `contents_salt` for many slots of one run."""
    mac = prepare_mac(shuffle_key)
    return lambda slot: mac(_SALT_HEAD + slot.to_bytes(4, "big"))[:SALT_BYTES]


def contents_leaf(manifest_digest: bytes, slot: int, kit: int, salt: bytes, commitment: bytes) -> bytes:
    """Return the leaf that ties a slot to its kit and its label.

    Args:
        manifest_digest: md, 32 bytes.
        slot: 0-based.
        kit: kit index.
        salt: from `contents_salt`, 16 bytes.
        commitment: the label's commitment, 32 bytes.

    Returns:
        94 bytes: the leaf itself, not yet its hash.

    Source: HB1, "Contents root and proof".
    """
    return b"HB1/leaf" + manifest_digest + (slot << 16 | kit).to_bytes(6, "big") + salt + commitment


def contents_tree(
    shuffle_key: bytes, manifest_digest: bytes, kits: Sequence[int], commitments: Sequence[bytes]
) -> Tree:
    """Build the tree whose root is published when a run is sealed.

    Args:
        shuffle_key: S, 32 bytes.
        manifest_digest: md, 32 bytes.
        kits: kit index by slot, shape (boxes,).
        commitments: label commitments by slot, shape (boxes,), 32 bytes each.

    Returns:
        The tree with all its levels.

    Source: HB1, "Contents root and proof".
    """
    salt = salts(shuffle_key)
    pairs = enumerate(zip(kits, commitments, strict=True))
    return tree(
        contents_leaf(manifest_digest, slot, kit, salt(slot), commitment) for slot, (kit, commitment) in pairs
    )


def printed_root(contents_root: bytes) -> str:
    """Return the contents root as it stands on every insert: its first 160 bits, 32 characters."""
    bits = int.from_bytes(contents_root[:20], "big")
    return "".join(ALPHABET[bits >> shift & 0b11111] for shift in range(155, -5, -5))
