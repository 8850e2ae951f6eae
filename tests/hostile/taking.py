"""Pictures taken in as an upload would be, and what is then held of them; a small module, see `tried`."""

import io
import os
import re
import resource
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from app.core.picture import Picture
from app.library.encoding import THUMB_PX
from app.library.intake import REASONS, PictureRefusedError
from app.library.pictures import picture_files, take_picture
from app.workspace import Workspace, find_workspace

CANARY = re.compile(rb"canary|Exif\0|ICC_PROFILE|http://ns.adobe|<script", re.IGNORECASE)
START_S = 1.5
"""What Python takes to start, and more."""
BESIDE_PIXELS = {"exif", "icc_profile", "xmp", "XML:com.adobe.xmp", "comment", "photoshop"}
PLAIN = {f"{what}. {mend}." for what, mend in REASONS.values()}


def take(tiny: Workspace, content: bytes, name: str = "gate") -> Picture:
    return take_picture(
        tiny, "fish", name, content, credit={"vi": "Lan", "en": "Lan"}, licence="CC0", focal=(0.5, 0.5)
    )


def spent_s() -> float:
    now = os.times()
    return now.children_user + now.children_system


def assert_clean(tiny: Workspace, picture: Picture, name: str = "gate") -> None:
    heights = {width: max(1, round(picture.height * width / picture.width)) for width in picture.widths}
    for file in picture_files(name, picture):
        content = (tiny.stories / "fish" / "images" / file).read_bytes()
        assert not CANARY.search(content), file
        with Image.open(io.BytesIO(content)) as opened:
            assert opened.format == ("AVIF" if file.endswith("avif") else "JPEG"), file
            assert not opened.getexif(), file
            assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}, opened.info
            assert opened.mode == "RGB", file
            opened.load()
            width, height = opened.size
            if file.endswith("thumb.jpg"):
                assert width == height == THUMB_PX, opened.size
            else:
                assert file.startswith(f"{name}-{width}."), (file, opened.size)
                assert height == heights[width], (file, opened.size)
            for segment, _ in getattr(opened, "applist", ()):
                assert segment == "APP0", file


@dataclass(frozen=True)
class Tried:
    """What came of a file: "taken" or the reason why not, what was `wrong` with that, and what it took."""

    file: Path
    answer: str
    wrong: str
    spent_s: float
    memory_bytes: int
    """The most that any child of the process which tried it has needed so far."""


def tried(root: Path, named: tuple[Path, str]) -> Tried:
    """Take one file in, in a process that does nothing else: its children's time and memory are the file's.

    That process is small: Linux counts the memory of who starts a program as the program's.
    """
    (file, name), tiny, wrong, before = named, find_workspace(str(root)), "", spent_s()
    try:
        picture, answer = take(tiny, file.read_bytes(), name), "taken"
        assert_clean(tiny, picture, name)
    except PictureRefusedError as refused:
        answer, wrong = refused.reason, "" if str(refused) in PLAIN else str(refused)
    except Exception:
        answer, wrong = "failed", traceback.format_exc()
    unit = 1 if sys.platform == "darwin" else 1024
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    return Tried(file, answer, wrong, spent_s() - before, most)


def keeps_more_than_pixels(file: Path) -> bool:
    """Open a file as a site without our care would; tell if it has more in it than pixels."""
    with suppress(Exception), Image.open(file) as opened:
        opened.load()
        return bool(opened.getexif()) or bool(BESIDE_PIXELS & set(opened.info))
    return False
