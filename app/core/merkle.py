"""Merkle trees: one hash that commits to a list, and short paths that prove a place in it."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from app.core.errors import UserError

HASH_BYTES = 32
PART_HASHES = 1024
"""How many hashes of a level are kept together: a proof reads a few parts, not whole levels."""


class PathError(UserError):
    """A place is outside its tree, or a path cannot belong to the place."""


@dataclass(frozen=True)
class Tree:
    """A Merkle tree with all its levels, so that a path costs O(log n).

    Attributes:
        levels: from the leaves' hashes to the root; each level is its hashes joined, 32 bytes each.
    """

    levels: tuple[bytes, ...]

    @cached_property
    def size(self) -> int:
        """Return the number of leaves."""
        return len(self.levels[0]) // HASH_BYTES

    @property
    def root(self) -> bytes:
        """Return the root, 32 bytes; of no leaves, the hash of nothing (RFC 6962)."""
        return self.levels[-1] or hashlib.sha256().digest()

    def path(self, index: int) -> tuple[bytes, ...]:
        """Return the siblings that lead from a leaf to the root.

        Args:
            index: the leaf's place, 0-based.

        Returns:
            Hashes of 32 bytes, from the leaf upward.

        Raises:
            PathError: no leaf has this place.

        Source: RFC 9162, section 2.1.3.1.
        """
        return tuple(
            self.levels[level][place * HASH_BYTES : (place + 1) * HASH_BYTES]
            for level, place in siblings(index, self.size)
        )

    def parts(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield all levels in parts to be kept: level, part and up to PART_HASHES hashes joined."""
        step = PART_HASHES * HASH_BYTES
        for number, level in enumerate(self.levels):
            for part, start in enumerate(range(0, len(level), step)):
                yield number, part, level[start : start + step]


def siblings(index: int, size: int) -> list[tuple[int, int]]:
    """Return where the hashes of a path stand: (level, place), from the leaf upward.

    Args:
        index: the leaf's place, 0-based.
        size: the number of leaves.

    Raises:
        PathError: no leaf has this place.

    Source: RFC 9162, section 2.1.3.1.
    """
    if not 0 <= index < size:
        raise PathError(f"There is no leaf {index} in a tree of {size}", mend=f"Ask for 0 to {size - 1}")
    found = []
    level = 0
    while size > 1:
        # The last node of an odd level has no sibling: it rises as it is.
        if index ^ 1 < size:
            found.append((level, index ^ 1))
        index, size, level = index // 2, (size + 1) // 2, level + 1
    return found


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash under which a leaf stands in a tree.

    Args:
        leaf: the leaf's bytes, of any length.

    Returns:
        32 bytes.

    Source: RFC 6962, section 2.1.
    """
    return hashlib.sha256(b"\x00" + leaf).digest()


def tree(leaves: Iterable[bytes]) -> Tree:
    """Build the tree of some leaves.

    Args:
        leaves: each leaf's bytes, in order.

    Returns:
        The tree.

    Source: RFC 6962, section 2.1.
    """
    sha256 = hashlib.sha256
    return tree_from_hashes(b"".join([sha256(b"\x00" + leaf).digest() for leaf in leaves]))


def tree_from_hashes(leaf_hashes: bytes) -> Tree:
    """Build a tree from stored leaf hashes.

    Args:
        leaf_hashes: the leaves' hashes joined, 32 bytes each.

    Returns:
        The tree.

    Raises:
        PathError: the bytes are not whole hashes.

    Source: RFC 6962, section 2.1; pairing level by level gives the same tree as splitting by powers of two.
    """
    if len(leaf_hashes) % HASH_BYTES:
        raise PathError(
            "The stored leaf hashes end in the middle of one", mend="Restore them from the vault or a backup"
        )
    sha256 = hashlib.sha256
    pair = 2 * HASH_BYTES
    levels = [leaf_hashes]
    while len(levels[-1]) > HASH_BYTES:
        level = levels[-1]
        paired = len(level) - len(level) % pair
        nodes = [sha256(b"\x01" + level[start : start + pair]).digest() for start in range(0, paired, pair)]
        levels.append(b"".join(nodes) + level[paired:])
    return Tree(tuple(levels))


def root_from_path(leaf: bytes, index: int, size: int, path: tuple[bytes, ...]) -> bytes:
    """Return the root in which a path from a leaf ends.

    Args:
        leaf: the leaf's bytes (not its hash).
        index: the leaf's place, 0-based.
        size: the number of leaves.
        path: hashes of 32 bytes, from the leaf upward.

    Returns:
        32 bytes; compare them with the published root.

    Raises:
        PathError: the place is outside the tree, or the path has another length than its place needs.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise PathError(f"There is no leaf {index} in a tree of {size}", mend="Check the slot and the boxes")
    place, last = index, size - 1
    reached = leaf_hash(leaf)
    for sibling in path:
        if last == 0:
            raise PathError("A path goes on above the root", mend="Export the proof again")
        if place & 1 or place == last:
            reached = hashlib.sha256(b"\x01" + sibling + reached).digest()
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            reached = hashlib.sha256(b"\x01" + reached + sibling).digest()
        place >>= 1
        last >>= 1
    if last:
        raise PathError("A path ends before the root", mend="Export the proof again")
    return reached
