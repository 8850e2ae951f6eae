"""QR symbols by the batch against qrcode: how much faster, and how many differ.

A run has one family: its tables, some 120 symbols made by qrcode itself, are worked out once. So the ratio
depends on how many codes share them; it is told for one run, its tables included. Other addresses, modes and
levels are compared on fewer codes, and their tables would take most of such a small run's time.
"""

import random
import time
from collections.abc import Sequence

import qrcode

from app.core.code import ALPHABET, CODE_LENGTH
from app.press.symbols import LEVELS, Family
from tests.bench.press.card import ADDRESS
from tests.bench.press.plan import SYMBOLS_GOAL
from tests.bench.press.table import say, yes

OTHERS = [
    # prefix, alphabet, level; a code's length follows
    ("HTTPS://HOPKE.EXAMPLE/B/", ALPHABET, "M"),
    ("HTTPS://HOPKE.EXAMPLE/B/", ALPHABET, "Q"),
    ("HTTPS://HOPKE.EXAMPLE/B/", ALPHABET, "H"),
    ("http://192.168.1.20:8000/b/", ALPHABET, None),
    ("https://hopke.example/b/", ALPHABET.lower(), "M"),
    ("https://hopke.example/b/", ALPHABET.lower(), "Q"),
    ("https://hopke.example/b/", ALPHABET.lower(), "H"),
]
OF_EACH_OTHER = 300


def compare(codes: int) -> None:
    """Print the ratio for one run of so many codes, and the symbols that differ in it and in others."""
    say(f"{codes:,} QR symbols of one run")
    tails = _tails(ALPHABET, codes)
    start = time.process_time()
    family = Family(ADDRESS, CODE_LENGTH, ALPHABET)
    begun = time.process_time()
    made = family.symbols(tails).tolist()
    between = time.process_time()
    expected = [_rows(ADDRESS + tail, family.level) for tail in tails]
    theirs, ours, tables = time.process_time() - between, between - begun, begun - start
    differ = sum(one != two for one, two in zip(made, expected, strict=True))
    ratio = theirs / (ours + tables)
    print(
        f"\n{codes:,} QR symbols of one run, {family.version}-{family.level}: all compared, {differ} differ\n"
        f"    qrcode {theirs:.1f} s, ours {ours + tables:.3f} s with the run's tables: ratio {ratio:.0f}, "
        f"goal ≥ {SYMBOLS_GOAL}, {yes(ratio >= SYMBOLS_GOAL)}\n"
        f"    tables {tables:.3f} s; without them {ours:.3f} s, ratio {theirs / ours:.0f}"
    )
    for prefix, alphabet, level in OTHERS:
        say(f"QR symbols of {prefix}, level {level or 'as printed'}")
        family, tails = Family(prefix, CODE_LENGTH, alphabet, level=level), _tails(alphabet, OF_EACH_OTHER)
        expected = [_rows(prefix + tail, family.level) for tail in tails]
        differ = sum(one != two for one, two in zip(family.symbols(tails).tolist(), expected, strict=True))
        print(f"    {prefix} {family.version}-{family.level}: {len(tails)} compared, {differ} differ")


def _tails(alphabet: str, number: int) -> list[str]:
    chance = random.Random(18004)
    return ["".join(chance.choices(alphabet, k=CODE_LENGTH)) for _ in range(number)]


def _rows(text: str, level: str) -> Sequence[int]:
    """Return a symbol's rows as numbers, bit x for the module in column x."""
    code = qrcode.QRCode(error_correction=LEVELS[level], border=0)
    code.add_data(text, optimize=0)
    code.make()
    return [int("".join("01"[bool(dark)] for dark in reversed(row)), 2) for row in code.modules]
