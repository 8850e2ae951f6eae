"""Keys in addresses come back as they were, and in one spelling only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.address_key import key_text, read_key


@given(st.binary(max_size=40))
def test_a_key_comes_back_from_its_address(key: bytes) -> None:
    assert read_key(key_text(key)) == key


@pytest.mark.parametrize(
    "text",
    ["", "x", "é", "_" * 43 + "=", "_" * 42 + "9", " " + "A" * 43, "A" * 43 + "\n", "/" * 43, "A.B" * 14],
)
def test_what_is_no_key_or_another_spelling_of_one_fits_nothing(text: str) -> None:
    assert read_key(text) == b""
