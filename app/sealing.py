"""Sealing a box's content under its code, and opening it: only who holds the code can read a row."""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.code import code_tag
from app.core.commitment import expand
from app.core.errors import UserError
from app.core.proof import SealedContent

# Every key seals exactly one row, so that one fixed nonce never repeats under a key.
_NONCE = bytes(12)


class OpenError(UserError):
    """A sealed row does not open with a code."""


def row_key(code: str, run: str) -> bytes:
    """Derive the key that seals the row of one code.

    Args:
        code: the code proper, 18 characters.
        run: the run's id.

    Returns:
        32 bytes.

    Source: HB1, "What the server stores": HKDF-SHA256 (RFC 5869), empty salt.
    """
    extracted = hmac.digest(b"", code.encode("ascii"), hashlib.sha256)
    return expand(extracted, b"HB1/seal" + run.encode())


def seal_row(code: str, run: str, content: SealedContent) -> bytes:
    """Seal the content of one box, once.

    Args:
        code: the code proper of the box.
        run: the run's id.
        content: what the code shall open.

    Returns:
        Ciphertext and its tag, 62 bytes.

    Source: HB1, "What the server stores": AES-256-GCM.
    """
    return AESGCM(row_key(code, run)).encrypt(_NONCE, content.pack(), code_tag(code))


def open_row(code: str, run: str, sealed: bytes) -> SealedContent:
    """Open a sealed row with its code.

    Args:
        code: the code proper, as typed by whoever holds the insert.
        run: the run's id.
        sealed: the row's bytes.

    Returns:
        The box's content.

    Raises:
        OpenError: another code or run, or a byte of the row has changed.
        SealedContentError: the row opens to something that is not a box's content.

    Source: HB1, "What the server stores": AES-256-GCM.
    """
    try:
        plaintext = AESGCM(row_key(code, run)).decrypt(_NONCE, sealed, code_tag(code))
    except InvalidTag as fault:
        raise OpenError(
            "This code does not open its box's record",
            where=f"run {run}",
            mend="Type the code again; if it still fails, restore the sealed boxes from a backup",
        ) from fault
    return SealedContent.unpack(plaintext)
