"""The code of a swap: short, for it lives minutes; spelled, checked and repaired as the codes on inserts."""

from app.core.code import ALPHABET, check_character, parse_code

SWAP_CODE_LENGTH = 8
SWAP_ENTROPY_BYTES = 5


def make_swap_code(entropy: bytes) -> str:
    """Return a swap's code: seven random characters and their check character.

    Args:
        entropy: 5 random bytes, of which 35 bits are used.
    """
    number = int.from_bytes(entropy)
    body = "".join(ALPHABET[number >> 5 * place & 31] for place in range(SWAP_CODE_LENGTH - 1))
    return body + check_character(body, SWAP_CODE_LENGTH)


def parse_swap_code(typed: str) -> str:
    """Read a swap's code as it was typed or scanned.

    Raises:
        MistypedCodeError, KeyboardCodeError: as in `parse_code`.
    """
    return parse_code(typed, SWAP_CODE_LENGTH)


def spell_swap_code(code: str) -> str:
    """Return a swap's code as it is shown: two groups of four characters."""
    return f"{code[:4]} {code[4:]}"
