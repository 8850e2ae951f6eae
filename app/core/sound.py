"""Tells an MP3 from anything else by its frames."""

KILOBITS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
HERTZ = (44_100, 48_000, 32_000)
DIVISOR = {0b11: 1, 0b10: 2, 0b00: 4}
"""Of the sampling rate, by the version's bits: MPEG 1, 2 and 2.5."""
ID3_HEAD = 10
FRAMES = 2


def is_mp3(content: bytes) -> bool:
    """Tell whether bytes are an MP3: past an ID3 tag, two frames of MPEG layer III follow each other.

    Source: ISO/IEC 11172-3 and 13818-3, clause 2.4.2.3; ID3v2.4.0, section 3.1.
    """
    place = _past_tag(content)
    for _ in range(FRAMES):
        length = _frame_bytes(content[place : place + 4])
        if not length or place + length > len(content):
            return False
        place += length
    return True


def _past_tag(content: bytes) -> int:
    if not content.startswith(b"ID3") or len(content) < ID3_HEAD:
        return 0
    size = 0
    for seven_bits in content[6:ID3_HEAD]:
        size = size << 7 | seven_bits & 0x7F
    return ID3_HEAD + size


def _frame_bytes(head: bytes) -> int:
    """Return how long the frame is that begins with `head`, 0 if none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, sampling, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version not in DIVISOR or layer != 0b01 or rate in {0, 15} or sampling == 3:
        return 0
    first = version == 0b11
    kilobits = KILOBITS[1 if first else 2][rate]
    return (144 if first else 72) * kilobits * 1000 // (HERTZ[sampling] // DIVISOR[version]) + padding
