"""HMAC-SHA256 of many short messages (RFC 2104), several times as fast as making an object for each."""

import hashlib
from collections.abc import Callable

_BLOCK_BYTES = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))

Mac = Callable[[bytes], bytes]
"""Returns the 32 bytes of a message under the key it was prepared for."""


def prepare_mac(key: bytes) -> Mac:
    """Prepare HMAC-SHA256 for many messages under one key.

    Args:
        key: at most 64 bytes.

    Source: RFC 2104, section 4.
    """
    block = key.ljust(_BLOCK_BYTES, b"\x00")
    inner, outer = hashlib.sha256(block.translate(_INNER)), hashlib.sha256(block.translate(_OUTER))

    def mac(message: bytes) -> bytes:
        inside, outside = inner.copy(), outer.copy()
        inside.update(message)
        outside.update(inside.digest())
        return outside.digest()

    return mac


def mac_once(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA256 of one message under a key that is not used again, 32 bytes.

    Args:
        key: at most 64 bytes.
        message: of any length.

    Source: RFC 2104, section 2.
    """
    block = key.ljust(_BLOCK_BYTES, b"\x00")
    inside = hashlib.sha256(block.translate(_INNER) + message).digest()
    return hashlib.sha256(block.translate(_OUTER) + inside).digest()
