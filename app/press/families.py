"""The family of the addresses of a print, with seeds that were made before."""

import json
from collections.abc import Sequence
from functools import partial

from app.press.remembering import place_of, recall, remember
from app.press.symbols import Family, Seeds, Shape, make_seeds
from app.workspace import Workspace


def family_of(workspace: Workspace, addresses: Sequence[str]) -> Family:
    """Return the family of all addresses: what they share, and the signs behind it that vary."""
    length, first, last = len(addresses[0]), min(addresses), max(addresses)
    shared = next((at for at in range(length - 1) if first[at : at + 1] != last[at : at + 1]), length - 1)
    varying = set().union(*(address[shared:] for address in addresses))
    alphabet = "".join(sorted(varying))
    return Family(first[:shared], length - shared, alphabet, seeds_of=partial(_seeds, workspace))


def _seeds(workspace: Workspace, shape: Shape) -> Seeds:
    """Return the seeds of a shape, from the cache if they are there; they tell no address.

    ISO/IEC 18004 fixes them, so that they hold for any version of qrcode.
    """
    place = place_of(workspace, "seeds", json.dumps(shape))
    remembered = recall(place)
    if remembered:
        return Seeds(*json.loads(remembered[1]))
    seeds = make_seeds(shape)
    remember(place, shape, json.dumps(seeds).encode())
    return seeds
