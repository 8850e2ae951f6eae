"""A recording made by code: silence as a real MP3."""

HEAD = bytes([0xFF, 0xFB, 0x10, 0xC4])
"""MPEG 1 layer III, no check sum, 32 kbit/s, 44.1 kHz, mono."""
FRAME_BYTES = 144 * 32_000 // 44_100
FRAMES_PER_SECOND = 44_100 / 1152


def recording(seconds: float = 1) -> bytes:
    """Return so much silence; a frame whose side information is zero decodes to nothing but silence."""
    frame = HEAD + bytes(FRAME_BYTES - len(HEAD))
    return frame * round(seconds * FRAMES_PER_SECOND)
