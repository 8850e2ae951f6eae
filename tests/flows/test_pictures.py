"""A kit's library of pictures: taken in whole or not, shown as figures, kept while a text needs them."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.checking import check_workspace
from app.core.errors import UserError
from app.core.picture import Picture, Placement, placement_line, placements
from app.library import pictures, read_layer, render
from app.library.intake import PictureRefusedError
from app.library.pictures import (
    PictureInUseError,
    PictureMissingError,
    change_picture,
    find_picture,
    list_pictures,
    picture_file,
    remove_picture,
    take_picture,
)
from app.web.languages import known_languages
from app.workspace import Workspace, find_workspace
from app.writing import write_whole
from tests.workspaces import copy_tiny

CREDIT = {"vi": "Ảnh: Lan <b>", "en": 'Photo: Lan "x"', "fr": "Photo : Lan"}
GATE = "![The gate](images/gate)"
PHOTO_720_BYTES = 120_000


@pytest.fixture
def tiny(tmp_path: Path) -> Workspace:
    return find_workspace(str(copy_tiny(tmp_path / "tiny", designs=True)))


def photo(width: int, height: int) -> Image.Image:
    """Return a picture with as much in it as a photograph: detail of every size."""
    chance, seen = np.random.default_rng(7), np.zeros((height, width, 3))
    for size in (2, 4, 8, 16, 32, 64, 128):
        for colour in range(3):
            coarse = chance.normal(size=(max(2, height // size), max(2, width // size))) * size**0.7
            seen[..., colour] += np.asarray(
                Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
            )
    return Image.fromarray(((seen - seen.min()) / (seen.max() - seen.min()) * 255).astype("uint8"))


def saved(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def take(
    tiny: Workspace, content: bytes, name: str = "gate", focal: tuple[float, float] = (0.5, 0.5)
) -> Picture:
    return take_picture(tiny, "bridge", name, content, credit=CREDIT, licence="CC BY 4.0", focal=focal)


@pytest.fixture
def gate(tiny: Workspace) -> Picture:
    return take(tiny, saved(Image.new("RGB", (800, 600), "red")))


def files(tiny: Workspace) -> set[str]:
    return {path.name for path in (tiny.stories / "bridge" / "images").glob("*")}


def opened(tiny: Workspace, file: str) -> Image.Image:
    return Image.open(tiny.stories / "bridge" / "images" / file)


def place(tiny: Workspace, line: str, text: str = "en.easy") -> None:
    with (tiny.stories / "bridge" / f"{text}.md").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def page(tiny: Workspace, line: str) -> str:
    place(tiny, line)
    return render(tiny, read_layer(tiny, "bridge", "en", "easy")).body.text


def problems(tiny: Workspace) -> list[str]:
    return [problem.what for problem in check_workspace(tiny, known_languages())]


# Taking in


@pytest.mark.parametrize(
    ("size", "widths"),
    [((2000, 500), (360, 720, 1080)), ((1080, 10), (360, 720, 1080)), ((800, 600), (360, 720, 800)),
     ((360, 360), (360,)), ((20, 90), (20,))],
)  # fmt: skip
def test_a_picture_is_kept_in_no_width_beyond_its_own(
    tiny: Workspace, size: tuple[int, int], widths: tuple[int, ...]
) -> None:
    picture = take(tiny, saved(Image.new("RGB", size)))
    assert picture.widths == widths
    for width in widths:
        for kind in ("avif", "jpg"):
            assert opened(tiny, f"gate-{width}.{kind}").width == width
    assert opened(tiny, f"gate-{widths[-1]}.jpg").size == (picture.width, picture.height)
    assert files(tiny) == {*pictures.picture_files("gate", picture), "gate.toml"}
    assert find_picture(tiny, "bridge", "gate") == picture
    assert problems(tiny) == []


def test_a_photograph_is_light_and_its_jpeg_is_one_that_every_browser_reads(tiny: Workspace) -> None:
    take(tiny, saved(photo(2400, 1800), "JPEG", quality=92))
    folder = tiny.stories / "bridge" / "images"
    assert (folder / "gate-720.jpg").stat().st_size <= PHOTO_720_BYTES
    assert (folder / "gate-720.avif").stat().st_size < (folder / "gate-720.jpg").stat().st_size
    assert b"\xff\xc0" in (folder / "gate-720.jpg").read_bytes()  # SOF0: baseline
    assert b"\xff\xc2" not in (folder / "gate-720.jpg").read_bytes()[:600]


def test_a_large_photograph_of_a_turned_camera_looks_as_if_made_smaller_in_one_go(tiny: Workspace) -> None:
    large, turned = photo(800, 734).resize((2401, 2203)), Image.Exif()
    turned[0x0112] = 6
    picture = take(tiny, saved(large, "JPEG", quality=95, exif=turned))
    assert (picture.width, picture.height) == (1080, 1177)
    wanted = large.transpose(Image.Transpose.ROTATE_270).resize((1080, 1177), Image.Resampling.LANCZOS)
    for kind in ("avif", "jpg"):
        seen = opened(tiny, f"gate-1080.{kind}")
        assert np.abs(np.asarray(seen, float) - np.asarray(wanted, float)).mean() < 4


def test_the_square_is_cut_around_what_must_be_seen_and_anew_when_that_changes(tiny: Workspace) -> None:
    wide = Image.new("RGB", (1200, 300), "blue")
    wide.paste("red", (0, 0, 300, 300))
    take(tiny, saved(wide), focal=(0.1, 0.5))
    assert opened(tiny, "gate-thumb.jpg").size == (240, 240)
    red, _, blue = opened(tiny, "gate-thumb.jpg").getpixel((120, 120))  # type: ignore[misc]
    assert red > 200 > blue
    before = find_picture(tiny, "bridge", "gate")
    change_picture(tiny, "bridge", "gate", credit=CREDIT, licence="CC0", focal=(0.9, 0.5))
    red, _, blue = opened(tiny, "gate-thumb.jpg").getpixel((120, 120))  # type: ignore[misc]
    assert blue > 200 > red
    after = find_picture(tiny, "bridge", "gate")
    assert before
    assert after
    assert (after.licence, after.focal, after.widths) == ("CC0", (0.9, 0.5), before.widths)
    assert problems(tiny) == []


@pytest.mark.parametrize(
    ("reason", "attempt"),
    [
        ("name", lambda tiny: take(tiny, b"", name="../gate")),
        ("name", lambda tiny: take(tiny, b"", name="Cổng")),
        ("there", lambda tiny: take(tiny, saved(Image.new("RGB", (9, 9))))),
        ("bytes", lambda tiny: take(tiny, bytes(12 * 1024 * 1024 + 1), name="other")),
        ("kind", lambda tiny: take(tiny, b"<svg xmlns='http://www.w3.org/2000/svg'/>", name="other")),
        ("words", lambda tiny: take_picture(tiny, "bridge", "o", b"", credit={}, licence="CC0")),
        ("words", lambda tiny: take_picture(tiny, "bridge", "o", b"", credit={"en": "  "}, licence="CC0")),
        ("words", lambda tiny: take_picture(tiny, "bridge", "o", b"", credit=CREDIT, licence=" ")),
        ("words", lambda tiny: take_picture(
            tiny, "bridge", "o", b"", credit=CREDIT, licence="CC0", source="javascript:alert(1)")),
        ("words", lambda tiny: change_picture(
            tiny, "bridge", "gate", credit=CREDIT, licence="CC0", focal=(2, 0))),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("gate")
def test_what_is_refused_says_why_and_changes_nothing(
    tiny: Workspace, reason: str, attempt: Callable[[Workspace], object]
) -> None:
    before = files(tiny)
    with pytest.raises(PictureRefusedError) as refused:
        attempt(tiny)
    assert refused.value.reason == reason
    assert refused.value.mend
    assert files(tiny) == before


def test_a_disk_that_fails_half_way_leaves_nothing(tiny: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    write = write_whole

    def full(path: Path, content: bytes) -> None:
        if path.name.endswith("-360.jpg"):
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(pictures, "write_whole", full)
    with pytest.raises(OSError, match="No space"):
        take(tiny, saved(Image.new("RGB", (800, 600))))
    assert files(tiny) == set()
    assert find_picture(tiny, "bridge", "gate") is None


# In a text


@pytest.mark.usefixtures("gate")
def test_a_picture_on_its_line_becomes_a_figure_with_its_credit(tiny: Workspace) -> None:
    shown = page(tiny, 'Before.\n![A "red" gate & more](images/gate)\nAfter.')
    assert "<p>Before.</p>" in shown
    assert "<p>After.</p>" in shown
    assert shown.count("<figure") == 1
    assert 'alt="A &quot;red&quot; gate &amp; more"' in shown
    assert 'width="800" height="600" loading="lazy" decoding="async"' in shown
    assert "/stories/bridge/images/gate-360.avif?v=" in shown
    assert "<figcaption>Photo: Lan &quot;x&quot; · CC BY 4.0</figcaption>" in shown
    assert 'src="/stories/bridge/images/gate-720.jpg?v=' in shown


@pytest.mark.usefixtures("gate")
def test_what_is_told_about_a_picture_changes_on_the_page_though_the_text_does_not(tiny: Workspace) -> None:
    assert "CC BY 4.0" in page(tiny, GATE)
    change_picture(
        tiny,
        "bridge",
        "gate",
        credit=CREDIT,
        licence="CC0",
        focal=(0.5, 0.5),
        source="https://x.example/1?a&b",
    )
    shown = render(tiny, read_layer(tiny, "bridge", "en", "easy")).body.text
    assert '<a href="https://x.example/1?a&amp;b">Photo: Lan &quot;x&quot;</a> · CC0' in shown


@pytest.mark.usefixtures("gate")
@pytest.mark.parametrize(
    "line",
    [
        "![a b c](images/mill)", "Text ![a b c](images/gate) text", "- ![a b c](images/gate)",
        "[![a b c](images/gate)](https://x.example)", "| a |\n|---|\n| ![a b c](images/gate) |",
        "![a b c](https://x.example/a.png)", "![a b c](images/../gate)",
        "![a b c](/stories/bridge/images/gate)",
        "![a b c](images/gate?x)", "![a b c][r]\n\n[r]: images/mill",
    ],
)  # fmt: skip
def test_a_picture_anywhere_else_is_shown_as_nothing_and_told_by_the_check(
    tiny: Workspace, line: str
) -> None:
    assert "<img" not in page(tiny, line)
    assert any("picture" in problem for problem in problems(tiny))


@pytest.mark.usefixtures("gate")
@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (GATE, None),
        ('![](images/gate "decorative")', None),
        ("![](images/gate)", "says nothing to a reader who does not see it"),
        ('![The gate](images/gate "decorative")', "only adorns and yet says"),
        ('![The gate](images/gate "A title")', "does not stand alone"),
        ("![The gate](images/mill)", "is not in the library"),
    ],
)
def test_a_placement_says_what_is_seen_or_that_it_adorns(
    tiny: Workspace, line: str, problem: str | None
) -> None:
    place(tiny, line)
    told = problems(tiny)
    assert len(told) == (1 if problem else 0)
    assert (problem or "") in "".join(told)


def test_the_line_that_the_studio_writes_is_read_back_as_it_was_meant() -> None:
    for placed in (
        Placement("old-gate", "Cổng [cũ] \\ ở\nHà Nội", decorative=False),
        Placement("old-gate", "", decorative=True),
    ):
        (read,) = placements(f"a\n{placement_line(placed)}\nb")
        assert read.name == placed.name
        assert read.decorative == placed.decorative
        assert read.alt in {"Cổng cũ ở Hà Nội", ""}


# The library


@pytest.mark.usefixtures("gate")
def test_the_library_tells_which_texts_place_a_picture_and_keeps_it_while_they_do(tiny: Workspace) -> None:
    place(tiny, GATE)
    place(tiny, GATE, "vi.easy")
    (listed,) = list_pictures(tiny, "bridge")
    assert (listed.name, listed.texts) == ("gate", ("en.easy", "vi.easy"))
    with pytest.raises(PictureInUseError, match=r"en\.easy, vi\.easy") as used:
        remove_picture(tiny, "bridge", "gate")
    assert used.value.texts == ("en.easy", "vi.easy")


@pytest.mark.usefixtures("gate")
def test_a_picture_of_a_draft_is_kept_and_one_of_no_text_is_removed_with_all_its_files(
    tiny: Workspace,
) -> None:
    with pytest.raises(PictureInUseError, match="the draft of vi"):
        remove_picture(tiny, "bridge", "gate", drafts={"the draft of vi": GATE})
    remove_picture(tiny, "bridge", "gate", drafts={"the draft of vi": "No picture."})
    assert files(tiny) == set()
    for attempt in (
        lambda: remove_picture(tiny, "bridge", "gate"),
        lambda: change_picture(tiny, "bridge", "gate", credit=CREDIT, licence="CC0", focal=(0, 0)),
    ):
        with pytest.raises(PictureMissingError):
            attempt()


@pytest.mark.usefixtures("gate")
def test_only_files_that_a_picture_lists_are_given_out(tiny: Workspace) -> None:
    assert picture_file(tiny, "bridge", "gate-360.avif")
    assert picture_file(tiny, "bridge", "gate-thumb.jpg")
    (tiny.stories / "bridge" / "images" / "gate-99.jpg").write_bytes(b"x")
    for other in ("gate-99.jpg", "gate-1080.jpg", "gate.toml", "../vi.md", "gate-360.png", "mill-360.jpg"):
        assert picture_file(tiny, "bridge", other) is None


@pytest.mark.usefixtures("gate")
@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("gate-360.jpg", b"other", "not those that were taken in"),
        ("gate-360.jpg", None, "not those that were taken in"),
        ("stray.png", b"x", "belongs to no picture"),
        ("Gate 2.toml", b"", "no name for a picture"),
        ("gate.toml", b"credit = 1", "credit is not a table"),
    ],
)
def test_the_check_tells_what_is_wrong_with_the_library(
    tiny: Workspace, file: str, content: bytes | None, problem: str
) -> None:
    path = tiny.stories / "bridge" / "images" / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert any(problem in told for told in problems(tiny)), problems(tiny)


def test_a_credit_is_owed_in_each_language_of_the_workspace(tiny: Workspace) -> None:
    take_picture(tiny, "bridge", "o", saved(Image.new("L", (9, 9))), credit={"vi": "Lan"}, licence="CC0")
    assert problems(tiny) == ["the credit is missing in en"]


def test_a_page_goes_on_without_a_picture_whose_facts_are_broken(tiny: Workspace, gate: Picture) -> None:
    assert gate
    (tiny.stories / "bridge" / "images" / "gate.toml").write_text("nonsense")
    assert "<img" not in page(tiny, GATE)
    with pytest.raises(UserError):
        list_pictures(tiny, "bridge")
