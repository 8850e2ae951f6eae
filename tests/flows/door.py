"""Links, sessions and passwords of those who come in, and who is in."""

from datetime import datetime, timedelta

from app.staff import People
from app.staff.sessions import session_of
from tests.conftest import NOW

LINK, OTHER_LINK = b"l" * 32, b"m" * 32
HERE, THERE, ELSEWHERE = b"h" * 32, b"t" * 32, b"e" * 32
OLD, NEW = "mưa rơi trên mái ngói", "gió thổi qua cánh đồng"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def who(people: People, key: bytes, now: datetime = NOW) -> str | None:
    """Return the name under which a session is open."""
    found = session_of(people, key, now)
    return found.name if found else None
