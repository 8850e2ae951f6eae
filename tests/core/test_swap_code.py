"""Swap codes: short, checked and repaired as the codes on inserts are."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.code import ALPHABET, KeyboardCodeError, MistypedCodeError, check_character
from app.core.swap_code import SWAP_CODE_LENGTH, make_swap_code, parse_swap_code, spell_swap_code
from tests.telex import Telex

entropies = st.binary(min_size=5, max_size=5)


@given(entropies)
@settings(deadline=None)
def test_a_code_has_eight_signs_the_last_of_which_checks_the_others(entropy: bytes) -> None:
    code = make_swap_code(entropy)
    assert len(code) == SWAP_CODE_LENGTH == 8
    assert set(code) <= set(ALPHABET)
    assert check_character(code[:-1], SWAP_CODE_LENGTH) == code[-1]


def test_thirty_five_of_the_forty_bits_make_the_code_and_each_matters() -> None:
    zero = make_swap_code(bytes(5))
    codes = [make_swap_code((1 << bit).to_bytes(5)) for bit in range(40)]
    assert len({zero, *codes[:35]}) == 36
    assert set(codes[35:]) == {zero}


@given(entropies)
@settings(deadline=None)
def test_a_code_reads_back_however_it_is_spelled(entropy: bytes) -> None:
    code = make_swap_code(entropy)
    spelled = spell_swap_code(code)
    assert len(spelled) == 9
    loose = spelled.lower().replace("0", "o").replace("1", "L").replace(" ", "-")
    assert {parse_swap_code(typed) for typed in (code, spelled, loose, f" {code}\n")} == {code}


def test_every_wrong_sign_and_every_swap_of_neighbours_is_caught() -> None:
    chance = random.Random(20260101)
    for _ in range(60):
        code = make_swap_code(chance.randbytes(5))
        slips = [code[:at] + c + code[at + 1 :] for at in range(8) for c in ALPHABET if c != code[at]]
        slips += [
            code[:at] + code[at + 1] + code[at] + code[at + 2 :]
            for at in range(7)
            if code[at] != code[at + 1]
        ]
        for slip in slips:
            with pytest.raises(MistypedCodeError):
                parse_swap_code(slip)


@pytest.mark.parametrize("typed", ["", "0" * 7, "0" * 9, "0" * 18, "0" * 10_000, "ABCDEFGU"])
def test_what_cannot_be_a_code_is_mistyped(typed: str) -> None:
    with pytest.raises(MistypedCodeError):
        parse_swap_code(typed)


@pytest.mark.parametrize(
    ("digits_end_words", "only_syllables"), [(True, True), (True, False), (False, False)]
)
def test_what_telex_made_of_a_code_is_recovered_or_refused_but_never_misread(
    *, digits_end_words: bool, only_syllables: bool
) -> None:
    chance, changed, recovered = random.Random(7), 0, 0
    for _ in range(3_000):
        code = make_swap_code(chance.randbytes(5))
        typed = Telex(digits_end_words=digits_end_words, only_syllables=only_syllables).type(
            spell_swap_code(code)
        )
        changed += typed != spell_swap_code(code)
        try:
            assert parse_swap_code(typed) == code
        except (KeyboardCodeError, MistypedCodeError):
            continue
        recovered += typed != spell_swap_code(code)
    assert changed > 300
    assert recovered / changed > 0.5
