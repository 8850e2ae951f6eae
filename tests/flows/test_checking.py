"""The plain check of shared sources, layers, bonus pages, details and covers, in the tiny workspace."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.catalogue import read_catalogue
from app.checking.drawn import LARGEST_COVER, LARGEST_ICON, cover_problems, picture_problems
from app.checking.sound import LARGEST_BYTES, sound_problems
from app.checking.stories import story_problems, stray_problems
from app.workspace import Workspace, find_workspace
from tests.flows.changing import Changes, Try, changing, gone, more, swap
from tests.recordings import recording
from tests.workspaces import copy_tiny

SERIES, KIT = "kits/tiny/series.toml", "kits/tiny/bridge/kit.toml"
STORY, EASY = "stories/bridge/en.md", "stories/bridge/en.easy.md"
SOURCES = "stories/sources.toml"
COVER, ICON = "kits/tiny/cover.svg", "kits/tiny/bridge/icon.svg"
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
WORDS_OF_COVER = 'cover = { vi = "Ba mẫu.", en = "Three kits." }'


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory, rendered: Path) -> Workspace:
    """A copy of the tiny workspace whose texts are rendered, without print designs."""
    copy = copy_tiny(tmp_path_factory.mktemp("plain") / "tiny")
    shutil.copytree(rendered, copy / "var" / "cache")
    return find_workspace(str(copy))


def problems(workspace: Workspace) -> list[str]:
    """Return what the plain check says of stories and drawings, designs of print aside."""
    catalogue = read_catalogue(workspace)
    found = [*story_problems(workspace, catalogue), *stray_problems(workspace, catalogue)]
    for series in catalogue.values():
        found += cover_problems(workspace, series)
        for kit in series.kits:
            found += picture_problems(workspace, series, kit)
    return [str(problem) for problem in found]


@pytest.fixture
def attempt(tiny: Workspace) -> Iterator[Try]:
    with changing(tiny.root, lambda: problems(tiny)) as told:
        yield told


def test_the_tiny_workspace_is_sound_and_its_bonus_folder_is_no_stray(attempt: Try) -> None:
    assert attempt({}) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({SOURCES: more("[S4")}, {SOURCES: "this is not TOML"}),
        ({SOURCES: more("[S4]\ntext.vi = 'Một.'\ntext.en = 'One.'")}, {SOURCES: "the key S4.url is missing"}),
        ({SOURCES: swap(("url = ", "link = "))}, {SOURCES: "S2.url is missing"}),
        ({EASY: swap(("[^S2]", "[^S9]"))}, {EASY: "the note [^S9] is used but not given"}),
        ({EASY: more("[^S2]: Given twice.\n[^S2]: Given again.")}, {EASY: "is given twice"}),
        ({EASY: more("[^S5]: Somebody, 2026.")}, {EASY: "the note [^S5] is given but never used"}),
        ({EASY: more("See [the mill](/en/tiny/mill).")}, {EASY: "the link /en/tiny/mill leads nowhere"}),
        ({EASY: more("<b>Bold.</b>")}, {EASY: "the text holds HTML"}),
        ({EASY: more("![a picture](https://x.example/x.png)")}, {EASY: "a picture does not stand alone"}),
        ({EASY: swap(("## ", "# "))}, {EASY: "a heading has one #"}),
        ({EASY: swap(("title: ", "place: Hanoi\ntitle: "))}, {EASY: "the key place is not known here"}),
        ({EASY: swap(("summary: ", f"summary: {'x' * 140} "))}, {EASY: "the summary has 179 characters"}),
        ({EASY: swap(("---\n", ""))}, {EASY: "the front matter is missing"}),
        (
            {"stories/tale/vi.md": more("[^S9]")},
            {"stories/tale/vi.md": "the note [^S9] is used but not given"},
        ),
        ({"stories/tale/vi.md": gone}, {"stories/tale/vi.md": "the file cannot be read"}),
        (
            {"stories/tale/en.chase.md": more("[Here](/fr/tiny/fish)")},
            {"stories/tale/en.chase.md": "the link /fr/tiny/fish leads nowhere"},
        ),
        (
            {STORY: swap(('was painted.", source: S2', 'was painted.", source: S9'))},
            {STORY: "a fact, a moment or a detail names S9"},
        ),
        (
            {STORY: swap(('"How high is it?", source: S2', '"How high is it?", source: S8'))},
            {STORY: "a fact, a moment or a detail names S8"},
        ),
        ({STORY: swap(("of: arch", "of: door"))}, {STORY: "the story looks closely at door"}),
        (
            {STORY: lambda text: text.replace("in_drawing: arch", "in_drawing: door", 1)},
            {STORY: "the story looks closely at door, which is no detail of the picture"},
        ),
        (
            {"stories/bridge/en.grown.md": lambda _: "Text."},
            {"stories/bridge/en.grown.md": "grown is no layer"},
        ),
        (
            {"stories/bridge/fr.easy.md": lambda _: "Text."},
            {"stories/bridge/fr.easy.md": "the language fr is not"},
        ),
        (
            {KIT: swap(("[100, 180, 160]", "[201, 180, 160]"))},
            {KIT: "the detail arch lies outside the picture"},
        ),
        (
            {KIT: swap(("[100, 180, 160]", "[100, 291, 160]"))},
            {KIT: "the detail arch lies outside the picture"},
        ),
        (
            {KIT: swap(("[100, 180, 160]", "[-1, 180, 160]"))},
            {KIT: "the detail arch lies outside the picture"},
        ),
        (
            {KIT: swap(("[100, 180, 160]", "[100, 180, 0]"))},
            {KIT: "the detail arch lies outside the picture"},
        ),
        ({COVER: lambda _: SQUARE}, {"kits/tiny: ": "belong together"}),
        (
            {SERIES: swap(('bonus = "tale"', f'bonus = "tale"\n{WORDS_OF_COVER}'))},
            {"kits/tiny: ": "belong together"},
        ),
        (
            {
                COVER: lambda _: SQUARE.replace("path", "image"),
                SERIES: swap(("bonus", f"{WORDS_OF_COVER}\nbonus")),
            },
            {COVER: "the picture holds image"},
        ),
        (
            {
                COVER: lambda _: SQUARE + " " * LARGEST_COVER,
                SERIES: swap(("bonus", f"{WORDS_OF_COVER}\nbonus")),
            },
            {COVER: f"phones on a weak signal get {LARGEST_COVER}"},
        ),
        (
            {ICON: lambda _: SQUARE + " " * LARGEST_ICON},
            {ICON: f"phones on a weak signal get {LARGEST_ICON}"},
        ),
        ({ICON: lambda _: SQUARE.replace("<path", "<path onload='x()'")}, {ICON: "the picture holds onload"}),
    ],
)
def test_what_is_wrong_is_told_once_with_its_file(
    attempt: Try, changes: Changes, found: Mapping[str, str]
) -> None:
    said = attempt(changes)
    assert len(said) == len(found), said
    for (name, words), problem in zip(found.items(), said, strict=True):
        assert problem.startswith(name)
        assert words in problem


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({EASY: swap(("[^S2]", "[^S3]"))}, id="a shared source"),
        pytest.param({EASY: more("Once more.[^S2]")}, id="a shared source twice"),
        pytest.param({EASY: more("A note.[^S4]\n\n[^S4]: Somebody, 2026.")}, id="a note of its own"),
        pytest.param({EASY: more("See [the fish](/en/tiny/fish).")}, id="a link to a kit"),
        pytest.param({KIT: swap(("[100, 180, 160]", "[200, 290, 160]"))}, id="a detail in the corner"),
        pytest.param({ICON: gone}, id="no icon"),
        pytest.param(
            {COVER: lambda _: SQUARE, SERIES: swap(("bonus", f"{WORDS_OF_COVER}\nbonus"))},
            id="a cover with its words",
        ),
    ],
)
def test_what_is_right_is_not_told(attempt: Try, changes: Changes) -> None:
    assert attempt(changes) == []


def test_a_bonus_page_has_no_layers_and_a_kit_no_passage_of_the_chase(attempt: Try) -> None:
    front = "---\ntitle: A\nsummary: B\n---\nC.\n"
    said = attempt(
        {"stories/tale/en.easy.md": lambda _: front, "stories/bridge/en.chase.md": lambda _: front}
    )
    assert [problem.partition(". ")[0] for problem in said] == [
        "stories/bridge/en.chase.md: chase is no layer that this story can have",
        "stories/tale/en.easy.md: easy is no layer that this story can have",
    ]


def test_a_folder_that_is_the_bonus_of_no_series_is_a_stray(attempt: Try) -> None:
    said = attempt({SERIES: swap(('bonus = "tale"\n', ""))})
    assert "stories/tale: this story belongs to no kit. Name it after a kit, or remove it." in said


@pytest.mark.parametrize(
    ("file", "content", "found"),
    [
        ("bridge/vi.mp3", recording(), ""),
        ("bridge/vi.mp3", b"RIFF" + bytes(900), "the recording is no MP3"),
        ("bridge/vi.mp3", recording() + bytes(LARGEST_BYTES), "a phone gets at most 8,000,000"),
        ("bridge/xx.mp3", recording(), "belongs to no story that is told"),
        ("tale/vi.mp3", recording(), "belongs to no story that is told"),
    ],
)
def test_a_recording_is_an_mp3_of_a_story_and_small_enough_for_a_phone(
    tiny: Workspace, file: str, content: bytes, found: str
) -> None:
    path = tiny.stories / file
    path.write_bytes(content)
    told = [str(problem) for problem in sound_problems(tiny, read_catalogue(tiny))]
    path.unlink()
    assert len(told) == (1 if found else 0)
    assert all(found in problem and file in problem for problem in told)
