"""The log of everything a maker does to runs: entries that each carry the hash of the one before."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.core.errors import UserError
from app.core.manifest import canonical_json
from app.core.plan import GREATEST_NUMBER

FORMAT = "HB1-log"
LIST_FORMAT = "HB1-log-list"
FIRST_PREVIOUS = "0" * 64

DEEDS: Mapping[str, tuple[str, ...]] = {
    "adopted": ("manifest", "root", "state"),
    "planned": ("boxes",),
    "committed": ("manifest",),
    "witnessed": ("what", "where"),
    "sealed": ("root",),
    "printed": ("boxes", "thing"),
    "spoiled": ("boxes", "thing"),
    "voided": ("boxes",),
    "on sale": (),
    "viewed": ("why",),
    "revealed": ("ended", "seed"),
}
"""What can be done to a run, and what its entry tells besides. `boxes` is how many, never which."""

_FIELDS = ("at", "did", "format", "number", "previous", "run")
_NUMBERS = ("boxes",)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)


class LogError(UserError):
    """An entry of the log is not what was written, or one is missing."""


@dataclass(frozen=True)
class Entry:
    """One thing that was done to a run.

    Attributes:
        number: from 1, without gaps, over all runs of the maker.
        at: when, to the second, UTC.
        run: the run's id.
        did: one of DEEDS.
        told: what is told besides, by name.
        digest: SHA-256 of the entry's text, 32 bytes: what the next entry carries.
    """

    number: int
    at: datetime
    run: str
    did: str
    told: Mapping[str, str | int]
    digest: bytes


def write_entry(
    number: int, previous: str, at: datetime, run: str, did: str, told: Mapping[str, str | int]
) -> str:
    """Write an entry.

    Args:
        number: one more than the last entry's, 1 for the first.
        previous: SHA-256 of the last entry's text in lower-case hex, 64 zeros for the first.
        at: aware.
        run: the run's id.
        did: one of DEEDS.
        told: exactly the fields of that deed.

    Returns:
        Canonical JSON.

    Raises:
        LogError: the deed is none, or its fields are others.
    """
    fields: dict[str, Any] = {
        "format": FORMAT,
        "number": number,
        "previous": previous,
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "run": run,
        "did": did,
        **told,
    }
    text = canonical_json(fields)
    _read(text, number, previous)
    return text


def entry_digest(text: str) -> bytes:
    """Return the hash by which the next entry holds an entry, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def check_log(texts: Iterable[str]) -> list[Entry]:
    """Read a whole log and check that nothing in it was changed, taken out or put in between.

    Cut off at its end a log is still one: compare the last entry's hash with what witnesses kept.

    Args:
        texts: the entries' texts, the first first; nothing about them is trusted.

    Returns:
        The entries.

    Raises:
        LogError: the first entry that is not what it should be.

    Source: HB1, "The log".
    """
    entries: list[Entry] = []
    previous = FIRST_PREVIOUS
    for number, text in enumerate(texts, start=1):
        entries.append(_read(text, number, previous))
        previous = entries[-1].digest.hex()
    return entries


def read_entry(text: str) -> Entry:
    """Read one entry alone; only `check_log` tells whether it stands where it was written.

    Raises:
        LogError: it is not an entry.
    """
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise _broken(0, "is not JSON") from fault
    found = fields if isinstance(fields, dict) else {}
    return _read(text, found.get("number", 0), found.get("previous", ""))


def log_list(texts: Sequence[str]) -> str:
    """Write a whole log as it is published: the exact texts of its entries, and the last one's hash."""
    head = entry_digest(texts[-1]).hex() if texts else FIRST_PREVIOUS
    return canonical_json({"format": LIST_FORMAT, "entries": list(texts), "head": head})


def check_log_list(text: str) -> list[Entry]:
    """Read a published log and check that it is unbroken and ends in the head it names.

    Args:
        text: JSON by `log_list`, or spelled otherwise; nothing about it is trusted.

    Returns:
        The entries.

    Raises:
        LogError: it is no log, an entry is not what it should be, or the head is another.

    Source: HB1, "The log".
    """
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise _unlisted("is not JSON") from fault
    if not isinstance(fields, dict) or fields.get("format") != LIST_FORMAT:
        raise _unlisted(f"is no {LIST_FORMAT}")
    texts = fields.get("entries")
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise _unlisted("has no list of texts as its entries")
    entries = check_log(texts)
    if fields.get("head") != (entries[-1].digest.hex() if entries else FIRST_PREVIOUS):
        raise _unlisted("ends in another head than it names")
    return entries


def _read(text: str, number: int, previous: str) -> Entry:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise _broken(number, "is not JSON") from fault
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise _broken(number, "is not an entry")
    if type(fields.get("number")) is not int or fields["number"] != number:
        raise _broken(number, f"carries the number {fields.get('number')}: one is missing, or was put in")
    if fields.get("previous") != previous:
        raise _broken(number, "does not carry the hash of the one before: that one was changed")
    deed = DEEDS.get(fields["did"]) if isinstance(fields.get("did"), str) else None
    if deed is None or fields.keys() != {*_FIELDS, *deed}:
        raise _broken(number, "has a field too many or too few")
    if any(type(fields[name]) is not (int if name in _NUMBERS else str) for name in ("run", "at", *deed)):
        raise _broken(number, "has a field of the wrong type")
    if any(not 0 <= fields[name] <= GREATEST_NUMBER for name in _NUMBERS if name in deed):
        raise _broken(number, "counts fewer than none, or more than a browser can")
    at = _time(fields["at"])
    # A surrogate by itself has no UTF-8, so that nothing could be hashed.
    if at is None or canonical_json(fields) != text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise _broken(number, "is not in its one spelling")
    return Entry(
        number=number,
        at=at,
        run=fields["run"],
        did=fields["did"],
        told={name: fields[name] for name in deed},
        digest=entry_digest(text),
    )


def _unlisted(why: str) -> LogError:
    return LogError(f"This log {why}", where="log", mend="Fetch it again from the maker or a witness")


def _time(text: str) -> datetime | None:
    """Return a time that is written as entries write it, None for anything else."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _broken(number: int, why: str) -> LogError:
    return LogError(
        f"Entry {number} of the log {why}",
        where="log",
        mend="Compare it with a copy that a witness or a backup kept",
    )
