"""How `make test` shares the tests out: a worker takes whole files, and some files together.

Each worker pays for every fixture of a session that it needs. Folders whose files take long come first: at
the end, when one worker may have to wait for the other, only short files are left.
"""

import zlib

from xdist.scheduler import LoadScopeScheduling

ORDERED = tuple(
    f"tests/flows/test_{name}.py" for name in ("killed_print", "orders", "press_orders", "proving")
)
"""Files that look at the run which the fixture `ordered` prints."""

SCENES = ("tests/browser/test_axe.py", "tests/browser/test_layout.py")
"""Files that measure every scene, each of which is to be visited by one worker for both."""

PORTIONS = 8
"""Into how many parts the scenes are parted."""

LONG_FIRST = ("tests/browser", "tests/flows", "tests/press", "tests/web", "tests/content", "tests")
"""Folders, those with the longest files first; `tests` is its own files, and all others follow."""


def scope_of(nodeid: str) -> str:
    """Return what a test is kept with: its file, the files of `ORDERED`, or a portion of the scenes."""
    file, _, name = nodeid.partition("::")
    if file in ORDERED:
        return "ordered"
    if file in SCENES and "[" in name:
        return f"scenes {zlib.crc32(name.partition('[')[2].encode()) % PORTIONS}"
    return file


def place_of(nodeid: str) -> int:
    """Return the place of a test's folder in the order in which folders are begun."""
    folder = nodeid.partition("::")[0].rpartition("/")[0]
    return LONG_FIRST.index(folder) if folder in LONG_FIRST else len(LONG_FIRST)


class WholeFiles(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives what belongs together to one worker, in the order in which it was collected."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
