"""What is found in a public file of a run: its kind, what it says, and whether each demand holds."""

import json
from dataclasses import dataclass

from app.core.code import ALPHABET
from app.core.errors import UserError
from app.core.log import LIST_FORMAT
from app.core.manifest import FORMAT as MANIFEST_FORMAT
from app.core.reveal import FORMAT as REVEAL_FORMAT

PROOF_MAGIC = b"HB1P"
PRINTED_ROOT_SIGNS, ROOT_HEX_DIGITS = 32, 64

_READ_AS = str.maketrans("OIL", "011")


class RootFormError(UserError):
    """What was given as the root is not one."""


@dataclass(frozen=True)
class Check:
    """One thing that must be so.

    Attributes:
        says: a sentence, without its full stop.
        holds: whether it is so; None if it could not be checked.
        why: what is wrong, or why it was not checked; empty if it holds.
    """

    says: str
    holds: bool | None
    why: str = ""


@dataclass(frozen=True)
class Findings:
    """What was found in one file.

    Attributes:
        file: its name.
        kind: "reveal", "manifest", "proof" or "log".
        facts: what it says, name and value, for a person to read and compare.
        odds: kit id and its boxes, with all boxes; empty if the file tells none.
        boxes: boxes in the run, 0 if the file does not tell.
        checks: what was checked.
    """

    file: str
    kind: str
    checks: tuple[Check, ...]
    facts: tuple[tuple[str, str], ...] = ()
    odds: tuple[tuple[str, int], ...] = ()
    boxes: int = 0

    @property
    def hold(self) -> bool:
        """Tell whether nothing failed."""
        return all(check.holds is not False for check in self.checks)


def kind_of(content: bytes) -> str:
    """Return what a file is by its content: "reveal", "manifest", "proof", "log", or "" for none of them."""
    if content.startswith(PROOF_MAGIC):
        return "proof"
    try:
        fields = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return ""
    known = {REVEAL_FORMAT: "reveal", MANIFEST_FORMAT: "manifest", LIST_FORMAT: "log"}
    form = fields.get("format") if isinstance(fields, dict) else None
    return known.get(form, "") if isinstance(form, str) else ""


def parse_root(typed: str) -> bytes:
    """Read a contents root as the card shows it, or whole in hex.

    Args:
        typed: 32 signs in any grouping, O, I and L read as 0, 1 and 1; or 64 hexadecimal digits.

    Returns:
        The first 20 bytes of the root, or all 32.

    Raises:
        RootFormError: it is neither.
    """
    signs = "".join(typed.split()).replace("-", "").upper()
    if len(signs) == ROOT_HEX_DIGITS and all(sign in "0123456789ABCDEF" for sign in signs):
        return bytes.fromhex(signs)
    signs = signs.translate(_READ_AS)
    if len(signs) == PRINTED_ROOT_SIGNS and all(sign in ALPHABET for sign in signs):
        bits = 0
        for sign in signs:
            bits = bits << 5 | ALPHABET.index(sign)
        return bits.to_bytes(20, "big")
    raise RootFormError(
        "this is no contents root",
        where="--root",
        mend="Type the 32 signs from the back of the card, or the root's 64 hexadecimal digits",
    )
