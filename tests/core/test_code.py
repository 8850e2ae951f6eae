"""Codes: their check character, and what keyboards and fingers do to them."""

import json
import random
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.code import (
    ALPHABET,
    KeyboardCodeError,
    MistypedCodeError,
    check_character,
    code_tag,
    parse_code,
    spell,
)
from tests.telex import Telex

VECTORS = json.loads((Path(__file__).parent / "fairness-vectors.json").read_text("utf-8"))

codes = st.text(ALPHABET, min_size=17, max_size=17).map(lambda body: body + check_character(body))


def random_code(chance: random.Random) -> str:
    body = "".join(chance.choices(ALPHABET, k=17))
    return body + check_character(body)


def test_every_check_character_of_the_vectors_is_reproduced() -> None:
    assert {body: check_character(body) for body in VECTORS["check_characters"]} == VECTORS[
        "check_characters"
    ]


@pytest.mark.parametrize("body", ["0" * 16, "0" * 18, "0" * 16 + "U", "0" * 16 + "a"])
def test_a_check_character_is_refused_for_what_is_not_a_body(body: str) -> None:
    with pytest.raises(MistypedCodeError):
        check_character(body)


@given(codes)
@settings(deadline=None)
def test_a_code_reads_back_from_its_printed_groups_in_either_case(code: str) -> None:
    assert len(spell(code)) == 20
    assert parse_code(spell(code)) == parse_code(spell(code).lower()) == parse_code(code) == code


@given(codes, st.sampled_from(["-", " ", "\u2011", "\u2013", "\t", "\u00a0"]))
@settings(deadline=None)
def test_hyphens_and_spaces_of_any_kind_are_read_over(code: str, separator: str) -> None:
    assert parse_code(separator.join([code[:4], code[4:11], code[11:]]) + separator) == code


@given(codes)
@settings(deadline=None)
def test_letters_that_look_like_digits_are_read_as_digits(code: str) -> None:
    assert parse_code(code.replace("0", "o").replace("1", "L")) == code
    assert parse_code(code.replace("0", "O").replace("1", "i")) == code


def test_every_wrong_character_and_every_swap_of_two_is_caught() -> None:
    chance = random.Random(20260101)
    tried = 0
    for _ in range(60):
        code = random_code(chance)
        slips = [code[:at] + c + code[at + 1 :] for at in range(18) for c in ALPHABET if c != code[at]]
        for left, right in combinations(range(18), 2):
            if code[left] != code[right]:
                swapped = list(code)
                swapped[left], swapped[right] = code[right], code[left]
                slips.append("".join(swapped))
        for slip in slips:
            tried += 1
            with pytest.raises(MistypedCodeError, match="slip"):
                parse_code(slip)
    assert tried > 60 * (18 * 31 + 130)


@pytest.mark.parametrize("typed", ["", "   ", "0" * 17, "0" * 19, "0" * 10_000, "á" * 10_000, "\u0301" * 64])
def test_a_text_of_another_length_is_not_a_code(typed: str) -> None:
    with pytest.raises((MistypedCodeError, KeyboardCodeError)):
        parse_code(typed)


@pytest.mark.parametrize(
    "sign", ["U", "*", "ñ", "ç", "\u0301", "ú", "ö", "０", "ſ", "ı", "a\u0301\u0300", "ơ\u0302"]
)
def test_a_sign_that_neither_codes_nor_telex_have_is_named(sign: str) -> None:
    with pytest.raises(MistypedCodeError, match="No code has the character"):
        parse_code(sign + "0" * 17)


def test_an_error_never_repeats_the_code() -> None:
    with pytest.raises(MistypedCodeError) as slip:
        parse_code("0123456789ABCDEFGA")
    assert "0123456789" not in str(slip.value)


@given(st.text(st.sampled_from("AEOaeoYyĐđươăâêôáàảãạấầẩẫậýỳSFRXJW0123 -"), max_size=80))
@settings(deadline=None)
def test_no_text_takes_long_or_gives_anything_but_a_right_code(typed: str) -> None:
    try:
        code = parse_code(typed)
    except (MistypedCodeError, KeyboardCodeError):
        return
    assert check_character(code[:17]) == code[17]


def test_the_worst_marks_end_the_search_soon() -> None:
    with pytest.raises(KeyboardCodeError, match="Vietnamese keyboard"):
        parse_code("ấấấấấấ")
    with pytest.raises(KeyboardCodeError):
        parse_code("á" * 9)


@pytest.mark.parametrize(
    ("letters", "composed"),
    [
        *(("DD", "Đ"), ("AA", "Â"), ("EE", "ê"), ("00", "Ô"), ("AW", "Ă"), ("W", "Ư")),
        *(("0W", "Ơ"), ("AS", "á"), ("EF", "è"), ("YR", "Ỷ"), ("AX", "ã"), ("EJ", "ẹ")),
        *(("AAS", "ấ"), ("WJ", "ự"), ("1S", "í"), ("0R", "ỏ")),
    ],
)
def test_each_mark_of_telex_is_undone(letters: str, composed: str) -> None:
    # At the end of the body the mark's key has few places to go, and among digits only one passes the check.
    recovered = 0
    for start in range(200):
        body = f"{start * 7919:0{17 - len(letters)}d}" + letters
        code = body + check_character(body)
        try:
            recovered += parse_code(body[: -len(letters)] + composed + code[-1]) == code
        except KeyboardCodeError:
            continue
    assert recovered > 150


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        *(
            ("DDAAT", "ĐÂT"),
            ("VIEETJ", "VIỆT"),
            ("TRUOWNGF", "TRUỜNG"),
            ("WA", "ƯA"),
            ("ASS", "AS"),
            ("HOAF", "HÒA"),
        ),
        *(("ASZ", "A"), ("YSA", "ÝA"), ("YSAT", "YÁT"), ("DATAD", "ĐÂT"), ("A5S", "A5S"), ("ASF", "À")),
    ],
)
def test_the_telex_of_this_test_types_like_a_telex(keys: str, shown: str) -> None:
    assert Telex(digits_end_words=True, only_syllables=False).type(keys) == shown


@pytest.mark.parametrize(
    ("digits_end_words", "only_syllables", "share_undamaged", "share_recovered"),
    [(True, True, 0.59, 0.74), (True, False, 0.35, 0.67), (False, False, 0.27, 0.56)],
)
def test_what_telex_made_of_a_code_is_recovered_or_refused_but_never_misread(
    *, digits_end_words: bool, only_syllables: bool, share_undamaged: float, share_recovered: float
) -> None:
    chance = random.Random(1_000)
    rounds, untouched, recovered, refused = 3_000, 0, 0, 0
    for _ in range(rounds):
        code = random_code(chance)
        typed = Telex(digits_end_words=digits_end_words, only_syllables=only_syllables).type(spell(code))
        try:
            read = parse_code(typed)
        except (KeyboardCodeError, MistypedCodeError):
            refused += 1
            continue
        assert read == code
        untouched += typed == spell(code)
        recovered += typed != spell(code)
    assert untouched + recovered + refused == rounds
    assert untouched / rounds > share_undamaged
    assert recovered / (rounds - untouched) > share_recovered


@pytest.mark.parametrize("seed", range(3))
def test_a_code_typed_without_separators_is_never_misread_either(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(700):
        code = random_code(chance)
        for digits_end_words in (True, False):
            typed = Telex(digits_end_words=digits_end_words, only_syllables=False).type(
                code.replace("0", "O") if seed else code
            )
            try:
                assert parse_code(typed) == code
            except (KeyboardCodeError, MistypedCodeError):
                continue


def test_every_tag_of_the_vectors_is_reproduced() -> None:
    labels = [label for run in VECTORS["runs"] for label in run["first_labels"]]
    assert [code_tag(label["code"]).hex() for label in labels] == [label["tag"] for label in labels]
    assert [parse_code(label["code"]) for label in labels] == [label["code"] for label in labels]
