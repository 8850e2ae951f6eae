"""MP3s are told from everything else by their frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.sound import is_mp3
from tests.recordings import FRAME_BYTES, recording

TAG = b"ID3\x04\x00\x00" + bytes([0, 0, 1, 2]) + bytes(130)


def test_frames_that_follow_each_other_are_an_mp3_also_behind_a_tag() -> None:
    assert is_mp3(recording())
    assert is_mp3(TAG + recording())


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (b"\xff\xf3\x40\xc4", 72 * 32_000 // 22_050),  # MPEG 2, 32 kbit/s at 22.05 kHz
        (b"\xff\xe3\x18\xc4", 72 * 8_000 // 8_000),  # MPEG 2.5, 8 kbit/s at 8 kHz
    ],
)
def test_lower_sampling_rates_are_known(head: bytes, size: int) -> None:
    assert is_mp3((head + bytes(size - 4)) * 3)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"ID3", TAG, b"RIFF0000WAVEfmt ", b"<!doctype html>", b"OggS" + bytes(500),
        recording()[:FRAME_BYTES],
        recording()[:-1][: 2 * FRAME_BYTES - 1], b"\xff\xfb\x10\xc4" + bytes(2000), b"\xff\xf1\x50\x80" * 400,
    ],
)  # fmt: skip
def test_anything_else_is_not(content: bytes) -> None:
    assert not is_mp3(content)


@given(st.binary(max_size=300))
def test_no_bytes_break_it(content: bytes) -> None:
    is_mp3(content)
    is_mp3(b"ID3" + content)
    is_mp3(b"\xff\xfb" + content)
