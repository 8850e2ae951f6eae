"""Entries of the log that no honest log holds: refused by name, whatever stands in them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.log import FIRST_PREVIOUS, LogError, check_log, write_entry
from app.core.manifest import canonical_json

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ENTRY: dict[str, Any] = json.loads(write_entry(1, FIRST_PREVIOUS, NOW, "TY-1", "planned", {"boxes": 16}))


def test_an_entry_is_read_as_it_was_written() -> None:
    (entry,) = check_log([canonical_json(ENTRY)])
    assert (entry.number, entry.at, entry.run, entry.did, entry.told) == (
        1, NOW, "TY-1", "planned", {"boxes": 16},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"at": "2026-13-01T00:00:00Z"}, "spelling"),
        ({"at": "2026-02-30T00:00:00Z"}, "spelling"),
        ({"at": "0000-01-01T00:00:00Z"}, "spelling"),
        ({"at": "2026-11-21T09:30:60Z"}, "spelling"),
        ({"at": 7}, "wrong type"),
        ({"boxes": -1}, "fewer than none"),
        ({"boxes": 2**53}, "more than a browser can"),
        ({"boxes": True}, "wrong type"),
        ({"run": "\ud800"}, "spelling"),
        ({"did": []}, "too many or too few"),
        ({"number": 2}, "number 2"),
        ({"previous": "1" * 64}, "hash of the one before"),
    ],
)
def test_an_entry_that_could_not_have_been_written_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(LogError, match=why):
        check_log([canonical_json(ENTRY | change)])
