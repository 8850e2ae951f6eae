"""HMAC-SHA256 prepared for many messages is the standard library's."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from app.core.mac import mac_once, prepare_mac

KEYS, MESSAGES = st.binary(max_size=64), st.binary(max_size=200)


@given(key=KEYS, messages=st.lists(MESSAGES, min_size=1, max_size=4))
def test_every_message_gets_the_code_that_the_standard_library_gives_it(
    key: bytes, messages: list[bytes]
) -> None:
    mac = prepare_mac(key)
    for message in messages:
        expected = hmac.digest(key, message, hashlib.sha256)
        assert mac(message) == expected
        assert mac_once(key, message) == expected
