"""Fast QR symbols are those of the qrcode package: every module of every code, and the mask that chose them.

The suite compares 1,500 codes; `python -m tests.press.test_symbols 10000` compares more and prints the times.
"""

import random
import string
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from statistics import median

import numpy as np
import pytest
import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode import util

from app.core.code import ALPHABET
from app.press import symbols
from app.press.penalty import Penalty
from app.press.symbols import (
    LEVELS,
    Family,
    FamilyError,
    ForeignCharacterError,
    NumpyMissingError,
    Seeds,
    Shape,
    TailLengthError,
    TextTooLongError,
    dark_runs,
    make_seeds,
    runs_of_one,
)

PAIRED = string.digits + string.ascii_uppercase + " $%*+-./:"
LOWER = ALPHABET.lower()
ANY = "".join(map(chr, range(32, 127)))

USUAL = [
    # prefix, length of the tail, its alphabet, level (None: the best for the version), modules a side
    ("HTTPS://HOPKE.VN/B/", 18, ALPHABET, None, 25),
    ("HTTPS://BOX.VN/B/", 12, ALPHABET, "Q", 25),
    ("HTTPS://A.VN/", 7, PAIRED, "H", 25),
    ("HTTPS://HOPKE.EXAMPLE/B/", 18, ALPHABET, None, 29),
    ("HTTPS://HOP-KE.ORG/B/", 18, ALPHABET, "M", 29),
    ("HTTPS://HOPKE.VN/", 18, PAIRED, "H", 29),
    ("HTTPS://HOPKE.MUSEUM.EXAMPLE/B/", 18, ALPHABET, "H", 33),
    ("HTTPS://HOPKE.MUSEUM.EXAMPLE/BOX/", 21, ALPHABET, "Q", 33),
    ("https://a.vn/", 13, LOWER, None, 25),
    ("https://hopke.vn/b/", 18, LOWER, None, 29),
    ("https://a.vn/b/", 13, ANY, "Q", 29),
    ("https://a.vn/b/", 9, ANY, "H", 29),
    ("https://hopke.example/b/", 20, LOWER, None, 33),
    ("https://kể.vn/b/", 18, LOWER, "Q", 33),
    ("https://a.vn/b/", 18, ALPHABET, "H", 33),
]
EXTREME = [
    ("AB", 1, "XYZ", None, 21),
    ("", 9, string.ascii_uppercase, None, 21),
    ("", 5, string.ascii_lowercase, "H", 21),
    ("HTTPS://" + 110 * "A", 18, ALPHABET, None, 41),
    ("HTTPS://" + 140 * "A", 18, ALPHABET, "M", 45),
    ("https://" + 180 * "a", 19, LOWER, "M", 57),
    ("HTTPS://" + 300 * "A", 18, PAIRED, None, 61),
]


@dataclass(frozen=True)
class Reference:
    """What the qrcode package makes of one text."""

    rows: tuple[int, ...]
    mask: int


@dataclass(frozen=True)
class Sample:
    """Codes of one family, and what qrcode makes of them."""

    family: Family
    tails: list[str]
    references: list[Reference]


def single(text: str, level: str) -> qrcode.QRCode:
    made = qrcode.QRCode(error_correction=LEVELS[level])
    made.add_data(text, optimize=0)
    made.make(fit=True)
    return made


def reference(text: str, level: str) -> Reference:
    made = qrcode.QRCode(error_correction=LEVELS[level])
    made.add_data(text, optimize=0)
    mask = made.best_mask_pattern()
    made.best_mask_pattern = lambda: mask  # what make calls, without working it out again
    made.make(fit=True)
    return Reference(tuple(sum(dark << x for x, dark in enumerate(row)) for row in made.modules), mask)


def sample(
    prefix: str, tail_length: int, alphabet: str, level: str | None, modules: int, *, codes: int
) -> Sample:
    family = Family(prefix, tail_length, alphabet, level=level)
    assert family.modules == modules
    rng = random.Random(f"{prefix} {tail_length}")
    tails = ["".join(rng.choices(alphabet, k=tail_length)) for _ in range(codes)]
    return Sample(family, tails, [reference(prefix + tail, family.level) for tail in tails])


@cache
def samples(codes: int) -> list[Sample]:
    """Return at least so many codes, nearly all in the usual families; qrcode takes its time."""
    return [sample(*usual, codes=-(-codes // len(USUAL))) for usual in USUAL] + [
        sample(*extreme, codes=max(3, codes // 500)) for extreme in EXTREME
    ]


def printed_mask(rows: tuple[int, ...]) -> int:
    """Read a symbol's mask where ISO/IEC 18004, section 7.9.1, prints it: row 8, columns 2 to 4."""
    bits = [rows[8] >> x & 1 for x in (2, 3, 4)]
    return int("".join(map(str, bits)), 2) ^ 0b101


def differences(found: Sample) -> int:
    fast = [tuple(rows) for rows in found.family.symbols(found.tails).tolist()]
    return sum(rows != made.rows for rows, made in zip(fast, found.references, strict=True))


def redrawn(runs: list[list[int]], modules: int) -> tuple[int, ...]:
    rows = [0] * modules
    for x, y, width in runs:
        drawn = (1 << width) - 1 << x
        assert not rows[y] & (drawn | drawn << 1 | drawn >> 1), "runs touch or overlap"
        rows[y] |= drawn
    return tuple(rows)


def tails_of(family: Family) -> st.SearchStrategy[str]:
    return st.text(family.alphabet, min_size=family.tail_length, max_size=family.tail_length)


def family(at: int) -> Family:
    return samples(1500)[at].family


def test_every_module_of_every_code_is_the_one_that_qrcode_makes() -> None:
    assert sum(len(each.tails) for each in samples(1500)) >= 1500
    assert {each.family.level for each in samples(1500)} == set("MQH")
    assert {each.family.mode for each in samples(1500)} == {util.MODE_ALPHA_NUM, util.MODE_8BIT_BYTE}
    assert [differences(each) for each in samples(1500)] == [0] * len(samples(1500))


def test_integers_make_the_same_symbols() -> None:
    for each in samples(1500):
        for tail, made in zip(each.tails[:40], each.references[:40], strict=True):
            assert each.family.symbol(tail) == made.rows, (each.family.prefix, tail)


def test_the_mask_is_the_one_that_qrcode_chooses_and_each_of_the_eight_is_chosen() -> None:
    chosen = set()
    for each in samples(1500):
        for rows, made in zip(each.family.symbols(each.tails).tolist(), each.references, strict=True):
            assert printed_mask(rows) == made.mask
            chosen.add(made.mask)
    assert chosen == set(range(8))


@given(st.integers(0, len(USUAL) - 1).flatmap(lambda at: st.tuples(st.just(at), tails_of(family(at)))))
@settings(deadline=None)
def test_any_tail_gives_one_symbol_by_arrays_and_by_integers(choice: tuple[int, str]) -> None:
    at, tail = choice
    assert tuple(family(at).symbols([tail])[0].tolist()) == family(at).symbol(tail)


# Without zeros and control characters: qrcode 8.2 fails at a block of data that is zero throughout.
PAIRS = st.sampled_from(PAIRED[1:])
ADDRESSES = st.one_of(
    st.tuples(st.text(PAIRS, max_size=40).map("HTTPS://".__add__), st.text(PAIRS, min_size=1)),
    st.tuples(
        st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=20).map("https://".__add__),
        st.text(ANY, min_size=1),
    ),
)


@pytest.mark.parametrize(("prefix", "tail_length", "alphabet", "level", "modules"), USUAL)
def test_the_seeds_of_one_text_serve_all_texts_of_its_shape(
    prefix: str, tail_length: int, alphabet: str, level: str | None, modules: int
) -> None:
    """So what is remembered of a print tells nothing of its codes."""
    rng = random.Random(prefix)
    seeds: dict[Shape, Seeds] = {}
    Family(
        prefix[::-1],
        tail_length,
        alphabet,
        level=level,
        seeds_of=lambda shape: seeds.setdefault(shape, make_seeds(shape)),
    )
    made = Family(prefix, tail_length, alphabet, level=level, seeds_of=seeds.__getitem__)
    tail = "".join(rng.choices(alphabet, k=tail_length))
    assert made.symbol(tail) == reference(prefix + tail, made.level).rows
    assert made.modules == modules


@given(ADDRESSES, st.integers(1, 12), st.sampled_from(["M", "Q", "H", None]), st.randoms())
@settings(deadline=None, max_examples=20)
def test_any_address_and_alphabet_give_the_symbols_of_qrcode(
    address: tuple[str, str], tail_length: int, level: str | None, rng: random.Random
) -> None:
    prefix, alphabet = address
    made = Family(prefix, tail_length, alphabet, level=level)
    tail = "".join(rng.choices(alphabet, k=tail_length))
    rows = reference(prefix + tail, made.level).rows
    assert made.symbol(tail) == rows
    assert tuple(made.symbols([tail])[0].tolist()) == rows


@pytest.mark.parametrize(
    ("characters", "modules", "level"),
    [
        # What a version holds at each level: ISO/IEC 18004, table 7, alphanumeric mode.
        (10, 21, "H"), (11, 21, "Q"), (16, 21, "Q"), (17, 21, "M"), (20, 21, "M"),
        (21, 25, "Q"), (29, 25, "Q"), (30, 25, "M"), (38, 25, "M"),
        (39, 29, "Q"), (47, 29, "Q"), (48, 29, "M"), (61, 29, "M"),
    ],
)  # fmt: skip
def test_the_smallest_symbol_is_taken_at_the_best_level_that_fits_it(
    characters: int, modules: int, level: str
) -> None:
    chosen = Family(("HTTPS://" + "0123456789ABCDEFGH" * 3)[: characters - 7], 7, ALPHABET)
    assert (chosen.modules, chosen.level) == (modules, level)


def test_the_address_of_a_short_host_takes_the_25_modules_that_the_readme_promises() -> None:
    assert Family("HTTPS://H.EXAMPLE/B/", 18, ALPHABET).modules == 25


def test_a_batch_is_the_same_however_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(8)
    tails = ["".join(rng.choices(ALPHABET, k=18)) for _ in range(2 * symbols.AT_ONCE + 3)]
    whole = family(0).symbols(tails)
    monkeypatch.setattr(symbols, "AT_ONCE", 100)
    assert (family(0).symbols(tuple(tails)) == whole).all()
    assert whole.shape == (len(tails), 25)
    assert whole.dtype == np.uint32
    assert family(6).symbols([18 * "0"]).dtype == np.uint64


def test_a_batch_may_be_empty() -> None:
    none = family(0).symbols([])
    runs, counts = dark_runs(none)
    assert (none.shape, runs.shape, counts.shape) == ((0, 25), (0, 3), (0,))


@pytest.mark.parametrize("modules", [21, 25, 29, 33, 45, 57, 61])
def test_penalties_of_any_pattern_are_those_of_qrcode(modules: int) -> None:
    """Long runs, finder-like rows at every edge and lop-sided balance, which real symbols rarely have."""
    rng = random.Random(modules)
    pieces = ["10111010000", "00001011101", "1011101", "0000", "00000", "11111", "1", "0", "01", "110"]
    patterns = [[bytes(modules)] * modules, [b"\1" * modules] * modules]
    for at in range(30):
        length, dark = modules * modules, rng.random()
        if at % 3:
            text = "".join(rng.choices(pieces, k=length))[:length]
        else:
            text = "".join("01"[rng.random() < dark] for _ in range(length))
        rows = [bytes(map(int, text[y * modules : (y + 1) * modules])) for y in range(modules)]
        patterns.append([bytes(row) for row in zip(*rows, strict=True)] if at % 2 else rows)
    expected = [util.lost_point([[octet == 1 for octet in row] for row in rows]) for rows in patterns]
    lines = [
        [sum(dark << k for k, dark in enumerate(line)) for line in (*rows, *zip(*rows, strict=True))]
        for rows in patterns
    ]
    penalty = Penalty(modules)
    assert penalty.of_many(np.array(lines, np.uint64).T).tolist() == expected
    whole = [sum(line << modules * at for at, line in enumerate(each)) for each in lines]
    assert [penalty.of_one(each) for each in whole] == expected


def test_runs_redraw_every_symbol_exactly() -> None:
    for each in samples(1500):
        runs, counts = dark_runs(each.family.symbols(each.tails))
        assert len(counts) == len(each.tails)
        parts = np.split(runs, np.cumsum(counts)[:-1])
        for part, made in zip(parts, each.references, strict=True):
            assert redrawn(part.tolist(), each.family.modules) == made.rows


@given(st.lists(st.lists(st.integers(0, 2**61 - 1), min_size=61, max_size=61), min_size=1, max_size=4))
@settings(deadline=None, max_examples=30)
def test_runs_are_in_reading_order_and_the_same_by_integers(patterns: list[list[int]]) -> None:
    runs, counts = dark_runs(np.array(patterns, np.uint64))
    single = [list(runs_of_one(rows)) for rows in patterns]
    assert counts.tolist() == [len(each) for each in single]
    assert [tuple(run) for run in runs.tolist()] == [run for each in single for run in each]
    assert all(each == sorted(each, key=lambda run: (run[1], run[0])) for each in single)


@pytest.mark.parametrize("wrong", ["", 17 * "0", 19 * "0"])
def test_a_tail_of_another_length_is_refused(wrong: str) -> None:
    with pytest.raises(TailLengthError, match=rf"'{wrong}' has {len(wrong)} characters, not 18"):
        family(0).symbol(wrong)
    with pytest.raises(TailLengthError):
        family(0).symbols([18 * "0", wrong])
    with pytest.raises(TailLengthError):
        family(0).symbols([wrong, (36 - len(wrong)) * "0"])


@pytest.mark.parametrize("strange", ["U", "a", "é", "\0", "\ud800"])
def test_a_character_outside_the_alphabet_is_refused(strange: str) -> None:
    tail = 9 * "0" + strange + 8 * "0"
    with pytest.raises(ForeignCharacterError, match="which is in no code") as refused:
        family(0).symbol(tail)
    assert refused.value.mend.endswith(ALPHABET)
    with pytest.raises(ForeignCharacterError):
        family(0).symbols([18 * "0", tail])


@pytest.mark.parametrize(
    ("prefix", "tail_length", "alphabet"),
    [
        ("HTTPS://A.VN/B/", 18, "AaBb"),
        ("12", 4, string.digits),
        ("", 4, ALPHABET),
        ("HTTPS://A.VN/B/", 0, ALPHABET),
        ("HTTPS://A.VN/B/", 18, ""),
        ("https://a.vn/b/", 18, "ăâ"),
    ],
)
def test_texts_without_one_common_mode_make_no_family(prefix: str, tail_length: int, alphabet: str) -> None:
    with pytest.raises(FamilyError, match=f"{tail_length} characters of"):
        Family(prefix, tail_length, alphabet)


@pytest.mark.parametrize("letters", [349, 5000])
def test_a_text_that_needs_more_than_61_modules_is_refused(letters: int) -> None:
    with pytest.raises(TextTooLongError, match=f"{letters + 18} characters need"):
        Family(letters * "A", 18, ALPHABET)
    assert Family(348 * "A", 18, ALPHABET, level="M").modules == 61


def test_without_numpy_single_symbols_are_still_made() -> None:
    script = f"""
import sys
sys.modules["numpy"] = None
from app.press.symbols import Family, NumpyMissingError
family = Family("HTTPS://HOPKE.VN/B/", 18, {ALPHABET!r})
print(family.symbol(18 * "7"))
try:
    family.symbols([18 * "7"])
except NumpyMissingError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    rows, refusal = ran.stdout.splitlines()
    assert rows == str(reference("HTTPS://HOPKE.VN/B/" + 18 * "7", family(0).level).rows)
    assert refusal == str(
        NumpyMissingError("QR symbols by the batch need numpy", mend="Run pip install numpy")
    )


def microseconds(make: Callable[[], object], codes: int, rounds: int = 9) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        make()
        times.append(time.process_time() - start)
    return median(times) / codes * 1e6


def compared(each: Sample) -> int:
    """Print one family's comparison and times, and return the differences."""
    made, by_arrays = each.family, differences(each)
    pairs = list(zip(each.tails, each.references, strict=True))
    by_integers = sum(made.symbol(tail) != real.rows for tail, real in pairs)
    many = (each.tails * (20_000 // len(each.tails) + 1))[:20_000]
    fast = microseconds(lambda: made.symbols(many), len(many))
    plain = microseconds(lambda: [made.symbol(tail) for tail in many[:200]], 200)
    slow = microseconds(lambda: [single(made.prefix + tail, made.level) for tail in many[:10]], 10)
    runs = microseconds(lambda: dark_runs(made.symbols(many[:4000])), 4000) - fast
    mode = "byte" if made.mode == util.MODE_8BIT_BYTE else "alphanumeric"
    print(
        f"{made.modules:7} {made.level:5} {mode:12} {len(pairs):5} {by_arrays:6} {by_integers:8} |"
        f" {fast:6.1f} {runs:6.1f} {plain:8.0f} {slow:8.0f} {slow / fast:6.0f}",
        flush=True,
    )
    return by_arrays + by_integers


def main() -> None:
    found = samples(int(sys.argv[1]) if len(sys.argv) > 1 else 1500)
    print("                                   differences by    | µs a code, median processor time")
    print("modules level mode         codes arrays integers | arrays   runs integers   qrcode  ratio")
    wrong = sum(compared(each) for each in found)
    print(f"{sum(len(each.tails) for each in found)} codes compared, {wrong} differences")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
