"""Hostile picture files are taken in clean or refused in plain words, within their bounds, and harm nobody.

These are made here. Pillow's own test images, which only its source package holds, go the same way with
`make test-all`: test_pillows_images.py.
"""

import io
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from app.library.intake import REASONS, TAKE_SECONDS, PictureRefusedError
from app.workspace import Workspace, find_workspace
from tests.hostile.taking import START_S, assert_clean, spent_s, take
from tests.web.serving import ask, serve
from tests.workspaces import copy_tiny

SCRIPT = b"<script>alert('canary')</script>"


def seen(mode: str = "RGB", size: tuple[int, int] = (400, 300)) -> Image.Image:
    chance = np.random.default_rng(3)
    return Image.fromarray(chance.integers(0, 255, (size[1], size[0], 3), dtype="uint8")).convert(mode)


def saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def exif() -> bytes:
    told = Image.Exif()
    told[0x010E] = SCRIPT.decode()
    told[0x0112] = 6
    told.get_ifd(0x8825)[2] = (21.0, 2.0, 0.0)
    told[0x8825] = {1: "N", 2: (21.0, 2.0, 0.0), 3: "E", 4: (105.0, 50.0, 0.0)}
    return told.tobytes()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *more: bytes, pixels: bytes = b"", depth: int = 8) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def bomb_png(side: int) -> bytes:
    squeeze = zlib.compressobj(9)
    pixels = b"".join(squeeze.compress(bytes(3 * side + 1)) for _ in range(side)) + squeeze.flush()
    return png(side, side, pixels=pixels)


def texts_png() -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("canary", SCRIPT.decode())
    told.add_itxt("XML:com.adobe.xmp", SCRIPT.decode())
    return saved(seen(), "PNG", pnginfo=told)


def wide_webp(width: int, height: int) -> bytes:
    """Return a WebP whose head alone is there and says how large it is."""
    said = struct.pack("<I", 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + said + saved(seen(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def grown_avif(side: int) -> bytes:
    """Return an AVIF that says another size than its pixels have."""
    small = saved(seen(), "AVIF")
    at = small.index(b"ispe") + 8
    return small[:at] + struct.pack(">II", side, side) + small[at + 8 :]


FRAMES = [Image.new("RGB", (60, 60), colour) for colour in ("red", "blue", "green")]
PNG, JPEG, WEBP, AVIF = (saved(seen(), kind) for kind in ("PNG", "JPEG", "WEBP", "AVIF"))
SRGB_BROKEN = b"\x00\x00\x01\x00lcms" + b"\xff" * 248

TAKEN: dict[str, Callable[[], bytes]] = {
    "exif with a place, a script and a turned camera": lambda: saved(seen(), "JPEG", exif=exif()),
    "exif in a PNG": lambda: saved(seen(), "PNG", exif=exif()),
    "exif in a WebP": lambda: saved(seen(), "WEBP", exif=exif()),
    "exif in an AVIF": lambda: saved(seen(), "AVIF", exif=exif()),
    "exif that is broken": lambda: saved(seen(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + SCRIPT),
    "a comment": lambda: saved(seen(), "JPEG", comment=SCRIPT),
    "XMP": lambda: saved(seen(), "JPEG", xmp=SCRIPT),
    "texts in a PNG": texts_png,
    "a colour profile that is broken": lambda: saved(seen(), "JPEG", icc_profile=SRGB_BROKEN),
    "a colour profile that is a script": lambda: saved(seen(), "PNG", icc_profile=SCRIPT * 99),
    "CMYK": lambda: saved(seen("CMYK"), "JPEG"),
    "CMYK with a broken profile": lambda: saved(seen("CMYK"), "JPEG", icc_profile=SRGB_BROKEN),
    "grey": lambda: saved(seen("L"), "JPEG"),
    "black and white": lambda: saved(seen("1"), "PNG"),
    "16 bits of grey": lambda: saved(Image.fromarray(np.full((40, 60), 40_000, "uint16")), "PNG"),
    "a palette with transparency": lambda: saved(seen("P"), "PNG", transparency=3),
    "half transparent": lambda: saved(seen("RGBA"), "WEBP"),
    "one pixel": lambda: saved(seen(size=(1, 1)), "PNG"),
    "a thread": lambda: saved(seen(size=(2, 4_000)), "PNG"),
    "as large as may be, flat": lambda: saved(Image.new("RGB", (4_000, 4_000)), "PNG"),
    "as large as may be, half transparent": lambda: saved(Image.new("RGBA", (4_000, 4_000)), "PNG"),
    "as large as may be, CMYK": lambda: saved(Image.new("CMYK", (4_000, 4_000)), "JPEG"),
    "as large as may be, full of detail": lambda: saved(seen(size=(4_000, 4_000)), "JPEG", quality=50),
    "JPEG and HTML": lambda: JPEG + b"<html>" + SCRIPT,
    "PNG and ZIP": lambda: PNG + b"PK\x03\x04" + SCRIPT,
    "JPEG with the name of a page": lambda: saved(seen(), "JPEG", comment=b"<!doctype html>" + SCRIPT),
}

REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("kind", lambda: b""),
    "a page": ("kind", lambda: b"<html>" + SCRIPT),
    "an SVG with a script": ("kind", lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT),
    "GIF and JavaScript": ("kind", lambda: b"GIF89a=1;alert('canary')//" + saved(FRAMES[0], "GIF")[10:]),
    "GIF": ("kind", lambda: saved(FRAMES[0], "GIF")),
    "TIFF": ("kind", lambda: saved(seen(), "TIFF")),
    "BMP": ("kind", lambda: saved(seen(), "BMP")),
    "ICO": ("kind", lambda: saved(seen(), "ICO")),
    "PPM": ("kind", lambda: saved(seen(), "PPM")),
    "PSD": ("kind", lambda: b"8BPS\x00\x01" + bytes(6) + struct.pack(">HIIHH", 3, 9, 9, 8, 3) + bytes(99)),
    "PDF": ("kind", lambda: saved(seen(), "PDF")),
    "EPS": ("kind", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(canary) run\n"),
    "an animated WebP": ("moving", lambda: saved(FRAMES[0], "WEBP", save_all=True, append_images=FRAMES[1:])),
    "an animated PNG": ("moving", lambda: saved(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:])),
    "an animated AVIF": ("moving", lambda: saved(FRAMES[0], "AVIF", save_all=True, append_images=FRAMES[1:])),
    "a bomb of 20,000 pixels squared in PNG": ("pixels", lambda: bomb_png(20_000)),
    "a PNG of two thousand million pixels squared": ("pixels", lambda: png(2**31 - 1, 2**31 - 1)),
    "one row too many": ("pixels", lambda: saved(Image.new("1", (4_000, 4_001)), "PNG")),
    "a WebP as large as there is": ("any", lambda: wide_webp(16_384, 16_384)),
    "a WebP of a million pixels squared": ("any", lambda: wide_webp(1 << 24, 1 << 24)),
    "an AVIF that says 20,000 pixels squared": ("any", lambda: grown_avif(20_000)),
    "a text that unpacks to a gigabyte": ("any", lambda: png(
        9, 9, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000), 9)))),
    "a profile that unpacks to a gigabyte": ("any", lambda: png(
        9, 9, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(200_000_000), 9)))),
    "a PNG without pixels": ("any", lambda: png(9, 9)),
    "a PNG of no size": ("any", lambda: png(0, 0)),
}  # fmt: skip


@pytest.fixture
def tiny(tmp_path: Path) -> Workspace:
    return find_workspace(str(copy_tiny(tmp_path / "tiny", designs=True)))


@pytest.mark.parametrize("name", TAKEN)
def test_a_strange_picture_is_taken_in_clean(tiny: Workspace, name: str) -> None:
    content, before = TAKEN[name](), spent_s()
    picture = take(tiny, content)
    assert spent_s() - before < TAKE_SECONDS
    assert_clean(tiny, picture)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_for_a_story_is_refused_in_plain_words(tiny: Workspace, name: str) -> None:
    reason, make = REFUSED[name]
    content, before = make(), spent_s()
    with pytest.raises(PictureRefusedError) as refused:
        take(tiny, content)
    assert spent_s() - before < TAKE_SECONDS + START_S
    assert refused.value.reason == reason or (reason == "any" and refused.value.reason in REASONS)
    assert "canary" not in str(refused.value)
    assert not (tiny.stories / "fish" / "images").exists()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_picture_cut_short_anywhere_is_refused(tiny: Workspace, kind: str) -> None:
    whole = {"PNG": PNG, "JPEG": JPEG, "WEBP": WEBP, "AVIF": AVIF}[kind]
    for tenth in range(1, 10):
        with pytest.raises(PictureRefusedError) as refused:
            take(tiny, whole[: len(whole) * tenth // 10])
        assert refused.value.reason in {"kind", "broken"}


@pytest.mark.long
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_picture_with_broken_bytes_is_taken_clean_or_refused(
    tiny: Workspace, kind: str, count: Callable[[str], None]
) -> None:
    whole, chance = {"PNG": PNG, "JPEG": JPEG, "WEBP": WEBP, "AVIF": AVIF}[kind], np.random.default_rng(5)
    taken = 0
    for number in range(12):
        broken = bytearray(whole)
        for at in chance.integers(0, len(whole), 8):
            broken[at] ^= int(chance.integers(1, 255))
        try:
            assert_clean(tiny, take(tiny, bytes(broken), f"gate-{number}"), f"gate-{number}")
            taken += 1
        except PictureRefusedError:
            pass
    count(f"{kind} with eight broken bytes: {taken} of 12 taken in clean, the others refused")


def test_the_site_answers_while_pictures_are_taken_in(tiny: Workspace, tmp_path: Path) -> None:
    content = saved(seen(size=(4_000, 4_000)), "JPEG", quality=50)
    with serve(tiny.root, tmp_path / "printed.txt") as served, ThreadPoolExecutor(2) as pool:
        slow = [pool.submit(take, tiny, content, f"gate-{number}") for number in range(2)]
        answered = 0
        while not all(each.done() for each in slow):
            assert ask(served, "/en/tiny/bridge")[0] == 200
            answered += 1
        assert answered > 1
        assert all(each.result().width == 1080 for each in slow)
