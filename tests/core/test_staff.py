"""Names and passwords: what is taken, what is refused, and whether the reason helps."""

import unicodedata
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.staff import (
    DEEDS,
    LONGEST_PASSWORD,
    ROLES,
    PasswordError,
    Person,
    RolesError,
    StaffNameError,
    check_password,
    may,
    name_key,
    sorted_roles,
    tidy_name,
)

GOOD = (
    "mưa rơi trên mái ngói",
    "correct horse battery",
    "Zq8!pL0vRt2x",
    "雨が降る屋根の上で猫が寝る",
    "😀🐢🎋🏮🧱🥁🎏🪷🐉🌾🍵🛶",
)


# Names


@pytest.mark.parametrize(
    "name", ["Lan Anh", "Nguyễn Thị Hồng", "bo", "Mr. X.", "anh-tu_2", "田中さくら", "김하늘", "a" * 32, "Đỗ"]
)
def test_a_name_that_people_have_is_taken_as_it_is(name: str) -> None:
    assert tidy_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x",
        "a" * 33,
        "lan@example.org",
        "lan/anh",
        "<b>lan</b>",
        "lan\u200banh",
        "-lan",
        "lan-",
        ".",
        "  ",
        "lan\x00",
    ],
)
def test_a_name_that_could_not_be_typed_or_shown_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(StaffNameError) as caught:
        tidy_name(name)
    assert caught.value.where == "name"
    assert caught.value.mend


def test_a_name_is_the_same_however_it_is_composed_spaced_and_cased() -> None:
    apart = unicodedata.normalize("NFD", "  Nguyễn   Thị Hồng ")
    assert tidy_name(apart) == "Nguyễn Thị Hồng"
    assert name_key(apart) == name_key("NGUYỄN THỊ HỒNG")
    assert name_key("Lan Anh") != name_key("Lân Anh")


@given(st.text(max_size=40))
def test_whatever_is_typed_a_kept_name_is_kept_unchanged(typed: str) -> None:
    try:
        name = tidy_name(typed)
    except StaffNameError:
        return
    assert tidy_name(name) == name
    assert name_key(name) == name_key(name.upper()) or len(name.upper()) != len(name)


# Passwords


@pytest.mark.parametrize("password", GOOD)
def test_a_long_password_is_taken_whatever_it_is_made_of(password: str) -> None:
    assert check_password(password, "Lan Anh") == password


@pytest.mark.parametrize(
    ("fault", "password"),
    [
        ("short", "11 signs abc"[:11]),
        ("short", ""),
        ("long", "bốn chữ không ai đoán " * 6),
        ("named", "lananh123456"),
        ("named", "Lan Anh Lan Anh"),
        ("named", "2026 LAN ANH 2026"),
        ("simple", "aaaaaaaaaaaaaaa"),
        ("simple", "abcabcabcabcabc"),
        ("simple", "12345678901234"),
        ("simple", "987654321098"),
        ("simple", "abcdefghijklmnop"),
        ("simple", "qwertyuiopasdf"),
        ("simple", "1212 1212 1212"),
    ],
)
def test_a_password_that_others_try_first_is_refused_with_the_reason(fault: str, password: str) -> None:
    with pytest.raises(PasswordError) as caught:
        check_password(password, "Lan Anh")
    assert caught.value.fault == fault
    assert caught.value.where == "password"
    assert caught.value.mend
    assert not password or password not in str(caught.value)


def test_the_bounds_of_a_password_are_exact() -> None:
    assert check_password("cỏ xanh rì r", "Lan Anh")
    longest = ("mưa rơi trên mái ngói " * 6)[: LONGEST_PASSWORD - 3] + "xyz"
    assert len(check_password(longest, "Lan Anh")) == LONGEST_PASSWORD
    with pytest.raises(PasswordError, match="at most 128"):
        check_password(longest + "!", "Lan Anh")


def test_a_password_is_the_same_however_a_keyboard_composes_it() -> None:
    assert check_password(unicodedata.normalize("NFD", GOOD[0]), "Lan Anh") == GOOD[0]


# Roles


def test_roles_are_kept_once_and_in_their_order() -> None:
    assert sorted_roles(["reviewer", "maker", "reviewer"]) == ("maker", "reviewer")


@pytest.mark.parametrize("roles", [[], ["king"], ["maker", "admin"]])
def test_nobody_has_no_role_or_one_that_is_none(roles: list[str]) -> None:
    with pytest.raises(RolesError) as caught:
        sorted_roles(roles)
    assert "maker, curator, reviewer" in caught.value.mend


def test_a_person_may_what_any_of_their_roles_may() -> None:
    for role, other in product(ROLES, ROLES):
        person = Person(1, "Lan Anh", sorted_roles([role, other]))
        for deed in DEEDS:
            assert person.may(deed) == (may([role], deed) or may([other], deed))
    assert not may([], "look")
