"""Codes: their check character, and what keyboards and fingers do to them."""

import json
import random
import unicodedata
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


TONES = {"S": "\u0301", "F": "\u0300", "R": "\u0309", "X": "\u0303", "J": "\u0323"}
CIRCUMFLEX, BREVE, HORN, BAR = "\u0302", "\u0306", "\u031b", "\u0335"
SHAPES = {("A", "A"): CIRCUMFLEX, ("E", "E"): CIRCUMFLEX, ("O", "O"): CIRCUMFLEX, ("D", "D"): BAR}
SHAPES |= {("A", "W"): BREVE, ("O", "W"): HORN, ("U", "W"): HORN}


class Telex:
    """A Telex keyboard: marks are put on a letter of the word by keys typed anywhere behind it.

    Args:
        digits_end_words: whether a digit ends the word, as in UniKey, or stands in it.
        only_syllables: whether marks are put only on what can be a Vietnamese syllable.
    """

    def __init__(self, *, digits_end_words: bool, only_syllables: bool) -> None:
        self.digits_end_words, self.only_syllables = digits_end_words, only_syllables
        self.before = ""
        self.word: list[list[str]] = []  # of letter, shape, tone

    def type(self, keys: str) -> str:
        for key in keys:
            if key in " -" or (self.digits_end_words and key.isdigit()):
                self._end_word(key)
            else:
                if not self._mark(key):
                    self.word.append([key, "", ""])
                self._settle_tone()
        self._end_word("")
        return self.before

    def _end_word(self, key: str) -> None:
        word = "".join("".join(letter) for letter in self.word).replace("D" + BAR, "Đ")
        self.before += unicodedata.normalize("NFC", word) + key
        self.word = []

    def _vowels(self) -> list[int]:
        """Return the places of the word's last run of vowels."""
        places = [at for at, letter in enumerate(self.word) if letter[0] in "AEIOUY"]
        while places and places[-1] - places[0] != len(places) - 1:
            places.pop(0)
        return places

    def _syllable(self) -> bool:
        places = self._vowels()
        letters = "".join(letter[0] for letter in self.word)
        if not places:
            return letters in ("", "D")
        start = letters[: places[0]]
        end = letters[places[-1] + 1 :]
        starts = ("", *"BCDGHKLMNPQRSTVX", "CH", "GH", "KH", "NG", "NH", "PH", "TH", "TR", "GI", "QU")
        return start in starts and end in ("", *"CMNPT", "CH", "NG", "NH")

    def _mark(self, key: str) -> bool:
        """Make a key into a mark if it can be one; tell whether it was swallowed."""
        if self.only_syllables and not self._syllable():
            return False
        if key in TONES or key == "Z":
            return self._tone(TONES.get(key, ""))
        for letter in reversed(self.word):
            shape = SHAPES.get((letter[0], key))
            if shape:
                # The key a second time takes the mark off and writes itself.
                letter[1] = "" if letter[1] == shape else shape
                return bool(letter[1])
        if key == "W":
            self.word.append(["U", HORN, ""])
        return key == "W"

    def _tone(self, tone: str) -> bool:
        places = self._vowels()
        if not places or (not tone and not any(self.word[at][2] for at in places)):
            return False
        had = "".join(self.word[at][2] for at in places)
        for at in places:
            self.word[at][2] = ""
        if had == tone:
            return False
        self.word[places[0]][2] = tone
        return True

    def _settle_tone(self) -> None:
        """Move a tone to the vowel of its run that carries it in good spelling."""
        places = self._vowels()
        tone = "".join(self.word[at][2] for at in places)
        if not tone:
            return
        shaped = [at for at in places if self.word[at][1]]
        closed = places[-1] < len(self.word) - 1
        middle = places[-1] if closed or len(places) == 1 else places[-2]
        for at in places:
            self.word[at][2] = ""
        self.word[shaped[-1] if shaped else middle][2] = tone


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
