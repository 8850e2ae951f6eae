"""Keys in addresses: whoever has the address holds the key."""

import base64


def key_text(key: bytes) -> str:
    """Return a key as it stands in an address."""
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def read_key(text: str) -> bytes:
    """Return the key that stands in an address; one that is none, or spelled otherwise, fits nothing."""
    padded = text + "=" * (-len(text) % 4)
    try:
        key = base64.b64decode(padded, altchars=b"-_", validate=True)
    except ValueError:
        return b""
    return key if key_text(key) == text else b""
