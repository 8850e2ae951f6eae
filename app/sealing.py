"""Sealing a box's content under its code, and opening it: only who holds the code can read a row."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.code import code_tag
from app.core.commitment import expand
from app.core.errors import UserError
from app.core.mac import prepare_mac
from app.core.proof import SealedContent

# Every key seals exactly one row, so that one fixed nonce never repeats under a key.
_NONCE = bytes(12)

_extract = prepare_mac(b"")
"""The first half of HKDF (RFC 5869, section 2.2) with an empty salt."""

ROW_BYTES = 62
"""A sealed row: 46 bytes of content and 16 of their tag."""


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
    return expand(_extract(code.encode("ascii")), b"HB1/seal" + run.encode())


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
