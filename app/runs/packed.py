"""What was packed of a run: a file at the station that is only added to, and the count of short parts.

Neither is in the ledger: a public server has that too, and the order of packing could tell kits. The file of
boxes holds edition numbers alone. Short parts are counts in a file of their own, so that no line of theirs
stands beside a box.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.catalogue import read_series
from app.core.errors import UserError
from app.core.kit import Words
from app.ledger import Run
from app.runs import Station
from app.writing import write_whole


class PackedFileError(UserError):
    """The file of what was packed cannot be read or written."""


@dataclass(frozen=True)
class CaseCount:
    """How far a case is. What is withdrawn counts nowhere."""

    case: int
    packed: int
    due: int


@dataclass(frozen=True)
class Tally:
    """How far the packing of a run is.

    Attributes:
        run: the run's id.
        cases: by number.
        withdrawn: editions that were packed and withdrawn since, ascending.
        spoiled: editions whose card is spoiled, ascending.
    """

    run: str
    cases: tuple[CaseCount, ...]
    withdrawn: tuple[int, ...]
    spoiled: tuple[int, ...]

    @property
    def packed(self) -> int:
        """Return the boxes that are packed."""
        return sum(case.packed for case in self.cases)

    @property
    def due(self) -> int:
        """Return the boxes that are still to be packed."""
        return sum(case.due for case in self.cases)


class Packed:
    """The boxes of a run that were packed, kept beside the vault; several may write to it at once.

    Args:
        folder: made with mode 700 at the first box.
        run: the run's id.
        boxes: boxes in the run.
    """

    def __init__(self, folder: Path, run: str, boxes: int) -> None:
        self.path = folder / f"{run}.jsonl"
        self._shorts = folder / f"{run}.short.json"
        self._boxes = boxes
        self._packed: set[int] = set()
        self._read_upto = self._lines = 0

    def read(self) -> frozenset[int]:
        """Return the editions that are packed. A last line that was cut off counts as never written.

        Raises:
            PackedFileError: the file cannot be read, or a line of it is damaged.
        """
        try:
            with self.path.open("rb") as file:
                if os.fstat(file.fileno()).st_size < self._read_upto:
                    self._packed, self._read_upto, self._lines = set(), 0, 0
                file.seek(self._read_upto)
                content = file.read()
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise self._unusable(error) from error
        for line in content.split(b"\n")[:-1]:
            did, edition = self._line(line, self._lines + 1)
            (self._packed.add if did == "packed" else self._packed.discard)(edition)
            self._read_upto += len(line) + 1
            self._lines += 1
        return frozenset(self._packed)

    def pack(self, edition: int) -> bool:
        """Write a box down as packed, for good; tell whether it was not so before.

        Raises:
            PackedFileError: it cannot be written; the box does not count as packed.
        """
        return self._write("packed", edition)

    def undo(self, edition: int) -> bool:
        """Write a box down as not packed after all; tell whether it was packed.

        Raises:
            PackedFileError: it cannot be written; the box still counts as packed.
        """
        return self._write("undone", edition)

    def shorts(self) -> Mapping[str, int]:
        """Return how many of each part are short, by "kit/code", in the order of the names.

        Raises:
            PackedFileError: the file cannot be read.
        """
        try:
            counts = json.loads(self._shorts.read_bytes())
            return {str(part): int(counts[part]) for part in sorted(counts)}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as error:
            raise self._unusable(error, self._shorts) from error

    def add_short(self, part: str, number: int) -> int:
        """Add to the count of a short part, or take from it; return the count, never below none.

        Raises:
            PackedFileError: it cannot be written; nothing was changed.
        """
        try:
            with self._alone():
                counts = dict(self.shorts())
                counts[part] = max(0, counts.get(part, 0) + number)
                kept = {name: counts[name] for name in sorted(counts) if counts[name]}
                write_whole(self._shorts, json.dumps(kept, indent=1).encode() + b"\n")
        except OSError as error:
            raise self._unusable(error, self._shorts) from error
        return counts[part]

    def _write(self, did: str, edition: int) -> bool:
        try:
            with self._alone() as file:
                if (edition in self.read()) == (did == "packed"):
                    return False
                # What a kill left of a line goes away before the next one is written behind it.
                os.ftruncate(file, self._read_upto)
                os.lseek(file, 0, os.SEEK_END)
                line = json.dumps({did: edition}).encode() + b"\n"
                if os.write(file, line) != len(line):
                    raise OSError("the disk took only a part")
                os.fsync(file)
        except OSError as error:
            raise self._unusable(error) from error
        return True

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """Open the file, made if there is none, and keep others from writing meanwhile."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_new = not self.path.exists()
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            # Not lockf: its lock would end as soon as the file is read and closed under it.
            fcntl.flock(file, fcntl.LOCK_EX)
            if is_new:
                _sync_folder(self.path.parent)
            yield file
        finally:
            os.close(file)

    def _line(self, line: bytes, number: int) -> tuple[str, int]:
        try:
            ((did, edition),) = json.loads(line).items()
            if did in ("packed", "undone") and type(edition) is int and 1 <= edition <= self._boxes:
                return did, edition
        except (ValueError, AttributeError):
            pass
        raise PackedFileError(
            f"line {number} is not a box of the run",
            where=str(self.path),
            mend="Take that line out, and pack its box again",
        )

    def _unusable(self, error: Exception, path: Path | None = None) -> PackedFileError:
        why = getattr(error, "strerror", None) or str(error)
        return PackedFileError(
            f"what was packed cannot be read or written ({why})",
            where=str(path or self.path),
            mend="Free some space or mend the rights, then repeat; the box at hand is not counted",
        )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True)
class ShortPart:
    """How many of a part are short; names in the maker's languages."""

    kit: str
    code: str
    name: str
    count: int


def short_parts(station: Station, run: Run, packed: Packed) -> list[ShortPart]:
    """Return the parts that are short, by kit and code; those of a kit that is gone by its id alone.

    Raises:
        PackedFileError: the list cannot be read.
        UserError: the catalogue cannot be read.
    """
    counts = packed.shorts()
    if not counts:
        return []
    kits = {kit.id: kit for kit in read_series(station.workspace, run.series).kits}
    found = []
    for which, count in counts.items():
        kit_id, _, code = which.partition("/")
        kit = kits.get(kit_id)
        part = kit.parts.get(code) if kit else None
        found.append(
            ShortPart(in_words(kit.name) if kit else kit_id, code, in_words(part.name) if part else "", count)
        )
    return found


def in_words(name: Words) -> str:
    """Return a name in all its languages, each wording once."""
    return " / ".join(dict.fromkeys(name.values()))
