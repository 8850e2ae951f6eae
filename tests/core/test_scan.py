"""What a scanner types through the keyboards that Vietnamese makers have: whole addresses."""

import random
from collections.abc import Callable

import pytest

from app.core.code import ALPHABET, MistypedCodeError, check_character, spell
from app.core.editions import BeyondRunError
from app.core.errors import UserError
from app.core.scan import (
    Insert,
    KeyboardScanError,
    NeitherError,
    OtherRunError,
    OuterLabel,
    Reader,
    same_keys,
)
from tests.telex import US_SHIFTED, VIETNAMESE, Telex, Vni

HOST = "HTTPS://HOPKE.VN"
RUNS = ("TL-1", "TY-XUAN-1", "AS-2", "DD-7", "R-B-12")
Keyboard = Callable[[str], str]


def telex(keys: str, *, digits_end_words: bool = True, only_syllables: bool = False) -> str:
    return Telex(digits_end_words=digits_end_words, only_syllables=only_syllables).type(keys)


KEYBOARDS: dict[str, Keyboard] = {
    "English (US)": str,
    "Caps Lock": str.lower,
    "Shift held the other way round": lambda keys: keys.lower().translate(US_SHIFTED),
    "the Vietnamese layout": lambda keys: keys.translate(VIETNAMESE),
    "the Vietnamese layout with Caps Lock": lambda keys: keys.lower().translate(VIETNAMESE),
    "Telex": telex,
    "Telex with Caps Lock": lambda keys: telex(keys).lower(),
    "Telex through digits": lambda keys: telex(keys, digits_end_words=False),
    "Telex in syllables": lambda keys: telex(keys, only_syllables=True),
    "VNI": lambda keys: Vni(only_syllables=False).type(keys),
    "VNI in syllables": lambda keys: Vni(only_syllables=True).type(keys),
}


def codes_of(seed: int, number: int = 400) -> dict[str, int]:
    """Return random codes with their edition numbers."""
    chance = random.Random(seed)
    bodies = ("".join(chance.choices(ALPHABET, k=17)) for _ in range(number))
    return {body + check_character(body): edition for edition, body in enumerate(bodies, start=1)}


OURS = codes_of(1)
READER = Reader("TL-1", OURS)


@pytest.mark.parametrize("keyboard", KEYBOARDS)
def test_every_insert_is_read_through_every_keyboard(keyboard: str) -> None:
    typed = {edition: KEYBOARDS[keyboard](f"{HOST}/B/{code}") for code, edition in OURS.items()}
    if "Telex" in keyboard or "VNI" in keyboard:
        assert any(not text.isascii() for text in typed.values())
    read = {edition: READER.read(text) for edition, text in typed.items()}
    assert read == {edition: Insert(edition) for edition in OURS.values()}


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("keyboard", KEYBOARDS)
def test_every_label_is_read_through_every_keyboard(keyboard: str, run: str) -> None:
    reader = Reader(run, OURS)
    for edition in range(1, 401, 7):
        typed = KEYBOARDS[keyboard](f"{HOST}/R/{run}/{edition:03}")
        assert reader.read(typed) == OuterLabel(edition), typed


@pytest.mark.parametrize("keyboard", KEYBOARDS)
def test_nothing_of_another_run_is_ever_taken_for_one_of_this(keyboard: str) -> None:
    for code in codes_of(2, 200):
        with pytest.raises((OtherRunError, KeyboardScanError, MistypedCodeError, NeitherError)):
            READER.read(KEYBOARDS[keyboard](f"{HOST}/B/{code}"))
    for run in ("TL-2", "LT-1", "TL-11", "T-L1", "TL", "AS-1", "TÁ"):
        with pytest.raises(UserError):
            READER.read(KEYBOARDS[keyboard](f"{HOST}/R/{run}/007"))


def test_an_anagram_of_a_run_is_another_run() -> None:
    assert Reader("AS-1", OURS).read(telex(f"{HOST}/R/AS-1/7")) == OuterLabel(7)
    with pytest.raises(KeyboardScanError):
        Reader("SA-1", OURS).read(telex(f"{HOST}/R/AS-1/7"))


def test_codes_and_numbers_typed_by_hand_are_read_too() -> None:
    code, edition = next(iter(OURS.items()))
    for typed in (code, code.lower(), spell(code), spell(code).replace(" ", "-"), f"hopke.vn/b/{code}"):
        assert READER.read(typed) == Insert(edition)
    for typed in ("7", " 007 ", "hopke.vn/r/tl-1/7", "&", "̃"):
        assert READER.read(typed) == OuterLabel(7)


def test_a_scanner_may_tell_what_symbol_it_read() -> None:
    code, edition = next(iter(OURS.items()))
    assert READER.read(f"]Q1{HOST}/B/{code}") == Insert(edition)
    assert READER.read(f"]Q1{HOST}/R/TL-1/007") == OuterLabel(7)


@pytest.mark.parametrize(
    "typed", ["hello", "8931234567890", "https://example.org/", "]C1", "xin chào", "<>", "x" * 900]
)
def test_what_is_neither_is_called_so(typed: str) -> None:
    with pytest.raises(NeitherError):
        READER.read(typed)


def test_other_runs_and_boxes_that_are_not_there_are_told_apart() -> None:
    with pytest.raises(OtherRunError, match="TL-2"):
        READER.read(f"{HOST}/R/TL-2/7")
    with pytest.raises(OtherRunError, match="tells no box"):
        READER.read(f"{HOST}/R/TL-1")
    with pytest.raises(OtherRunError, match="not one of TL-1"):
        READER.read(f"{HOST}/B/{next(iter(codes_of(3)))}")
    with pytest.raises(BeyondRunError, match="401"):
        READER.read(f"{HOST}/R/TL-1/401")


def test_a_code_with_a_slip_is_not_guessed_at() -> None:
    for code in list(OURS)[:60]:
        slip = "9" if code[5] != "9" else "8"
        with pytest.raises(MistypedCodeError):
            READER.read(code[:5] + slip + code[6:])


def test_what_a_keyboard_made_alike_is_refused_and_the_keyboard_named() -> None:
    """Two codes that differ only in what Telex takes for marks: neither is guessed."""
    alike = {"BA" + "S" * 3 + "0" * 13: 1, "BA" + "F" * 3 + "0" * 13: 2}
    with pytest.raises(KeyboardScanError) as refused:
        Reader("TL-1", alike).read(f"{HOST}/B/BÀÁ0000000000000")
    assert "English (US)" in str(refused.value)


def test_no_refusal_repeats_a_code() -> None:
    for code in list(codes_of(4))[:100]:
        for keyboard in KEYBOARDS.values():
            with pytest.raises(UserError) as refused:
                READER.read(keyboard(f"{HOST}/B/{code}"))
            assert not [part for part in (code[:4], code[6:10], code[12:16]) if part in str(refused.value)]


@pytest.mark.parametrize("word", ["end", "short", "status", "case", "undo", "help"])
def test_a_command_is_known_through_a_vietnamese_keyboard(word: str) -> None:
    assert same_keys(word, word)
    assert same_keys(telex(word.upper()).lower(), word)
    assert not same_keys("ending", word)
