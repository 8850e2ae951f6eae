"""Passwords as argon2id hashes: 19 MiB, two passes, and never more than two worked out at once."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.staff import plain_password

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Source: OWASP Password Storage Cheat Sheet (argon2id, 19 MiB, t=2, p=1)."""

AT_ONCE = 2
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$CIAZIM7GPloDRqzh7dpiLQ$GAmVXI6JCijv3iRTiUMwg0E6x/A/fpAier3zn1COp9Y"
"""The hash of 32 random bytes that nobody kept: with it an unknown name takes as long as a known one."""

_turns = threading.BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    """Return what the ledger keeps of a password."""
    with _turns:
        return HASHER.hash(plain_password(password))


def is_password(kept: str | None, typed: str) -> bool:
    """Tell whether what was typed is the password of which `kept` is the hash.

    Args:
        kept: as `hash_password` gave it; None where there is none, which takes as long and is always False.
        typed: what was typed.
    """
    with _turns:
        try:
            HASHER.verify(kept or NOBODYS, plain_password(typed))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(kept)
