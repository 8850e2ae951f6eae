"""How often a password may be tried: counted by address, and by name and address, before it is worked out."""

from hashlib import sha256
from math import ceil
from time import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app.core.staff import name_key

WINDOW_MINUTES = 10
FROM_ONE_ADDRESS = RateLimitItemPerMinute(40, WINDOW_MINUTES)
FOR_ONE_NAME = RateLimitItemPerMinute(8, WINDOW_MINUTES)
"""The right password begins the count of its name anew."""


class Tries:
    """The count of one server; names are kept in it as hashes."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def refused_for(self, name: str, address: str) -> int:
        """Count a try, and return for how many seconds more of them are refused, 0 if this one is not."""
        for item, marks in ((FROM_ONE_ADDRESS, (address,)), (FOR_ONE_NAME, self._marks(name, address))):
            if not self._limiter.hit(item, *marks):
                return self._seconds(item, *marks)
        return 0

    def forget(self, name: str, address: str) -> None:
        """Begin the count of a name and an address anew: it was the right password."""
        self._limiter.clear(FOR_ONE_NAME, *self._marks(name, address))

    def _marks(self, name: str, address: str) -> tuple[str, str]:
        return sha256(name_key(name).encode()).hexdigest(), address

    def _seconds(self, item: RateLimitItem, *marks: str) -> int:
        return max(1, ceil(self._limiter.get_window_stats(item, *marks).reset_time - time()))
