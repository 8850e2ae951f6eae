"""Merkle trees: RFC 6962's own definition, and paths that end only where they should."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.merkle import PathError, leaf_hash, root_from_path, tree, tree_from_hashes

# The leaves and roots of the certificate-transparency project's reference tests.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        *("", "00", "10", "2021", "3031", "40414243"),
        *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

leaves_lists = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def rfc_root(leaves: list[bytes]) -> bytes:
    """Hash a list exactly as RFC 6962, section 2.1, words it."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + rfc_root(leaves[:half]) + rfc_root(leaves[half:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_of_certificate_transparency_are_reproduced(size: int) -> None:
    assert tree(CT_LEAVES[:size]).root.hex() == CT_ROOTS[size - 1]


@pytest.mark.parametrize("size", range(40))
def test_the_root_is_the_one_the_rfc_words(size: int) -> None:
    leaves = [bytes([number]) for number in range(size)]
    assert tree(leaves).root == rfc_root(leaves)
    assert tree(leaves).size == size


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 100])
def test_every_path_ends_in_the_root_and_from_no_other_place(size: int) -> None:
    leaves = [bytes([number]) for number in range(size)]
    whole = tree(leaves)
    for index, leaf in enumerate(leaves):
        path = whole.path(index)
        assert len(path) <= (size - 1).bit_length()
        assert root_from_path(leaf, index, size, path) == whole.root
        for other in range(size):
            if other != index:
                try:
                    reached = root_from_path(leaf, other, size, path)
                except PathError:
                    continue
                assert reached != whole.root


@given(leaves_lists, st.data())
@settings(deadline=None)
def test_a_changed_leaf_or_sibling_ends_elsewhere(leaves: list[bytes], data: st.DataObject) -> None:
    whole = tree(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = whole.path(index)
    assert root_from_path(leaves[index] + b"x", index, len(leaves), path) != whole.root
    for place, sibling in enumerate(path):
        changed = (*path[:place], bytes([sibling[0] ^ 1]) + sibling[1:], *path[place + 1 :])
        assert root_from_path(leaves[index], index, len(leaves), changed) != whole.root


@given(leaves_lists, st.data())
@settings(deadline=None)
def test_a_path_of_another_length_is_refused(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = tree(leaves).path(index)
    with pytest.raises(PathError, match="above the root"):
        root_from_path(leaves[index], index, len(leaves), (*path, bytes(32)))
    if path:
        with pytest.raises(PathError, match="before the root"):
            root_from_path(leaves[index], index, len(leaves), path[:-1])


@pytest.mark.parametrize("index", [-1, 3, 4])
def test_a_place_outside_the_tree_is_refused(index: int) -> None:
    with pytest.raises(PathError):
        tree([b"a", b"b", b"c"]).path(index)
    with pytest.raises(PathError):
        root_from_path(b"a", index, 3, ())


@given(leaves_lists)
@settings(deadline=None)
def test_a_tree_grows_again_from_its_stored_leaf_hashes(leaves: list[bytes]) -> None:
    assert tree_from_hashes(b"".join(leaf_hash(leaf) for leaf in leaves)) == tree(leaves)


def test_half_a_stored_hash_is_refused() -> None:
    with pytest.raises(PathError):
        tree_from_hashes(bytes(33))
