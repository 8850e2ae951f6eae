"""Who may do what in the studio."""

from collections.abc import Iterable
from typing import Literal, get_args

Role = Literal["maker", "curator", "reviewer"]
ROLES: tuple[Role, ...] = get_args(Role)

Deed = Literal["look", "write", "comment", "review", "publish", "settle"]
DEEDS: dict[Deed, frozenset[Role]] = {
    "look": frozenset(ROLES),
    "write": frozenset({"curator"}),
    "comment": frozenset({"curator", "reviewer"}),
    "review": frozenset({"reviewer"}),
    "publish": frozenset({"curator", "reviewer"}),
    "settle": frozenset({"maker", "curator"}),
}
"""Which roles may do a deed; whoever holds one of them may."""


def may(roles: Iterable[str], deed: Deed) -> bool:
    """Tell whether somebody with these roles may do a deed."""
    return not DEEDS[deed].isdisjoint(roles)
