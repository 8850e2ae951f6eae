"""What a series needs to be worth collecting: our own is, and each thing that is taken from it is missed.

The rules are tried on two of our kits, the gate and the steps, so that a case takes a third of a second.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.catalogue import read_catalogue
from app.checking.strict import strict_problems
from app.checking.wording import FINGERPRINTS_FILE, keep_fingerprints
from app.workspace import Workspace
from tests.flows.changing import Changes, Try, changing, cut_out, gone, more, of_text, swap
from tests.workspaces import copy_own

SERIES = "kits/thang-long/series.toml"
KIT = "kits/thang-long/north-gate/kit.toml"
ART = "kits/thang-long/north-gate/art.svg"
VI, EN = "stories/north-gate/vi.md", "stories/north-gate/en.md"
EASY, ADULT = "stories/north-gate/en.easy.md", "stories/north-gate/en.adult.md"
CLASS, VI_CLASS = "stories/north-gate/en.class.md", "stories/north-gate/vi.class.md"
CHASE, EN_CHASE = "stories/one-line/vi.chase.md", "stories/one-line/en.chase.md"
AGAIN = "  - of: tablet\n    title: Ba chữ\n    text: Ba chữ trên đá.\n    source: S40\n"
SOURCE = "Nobody who came by the north road in those days forgot the two iron lamps that burned on its wall."


def copied(folder: Path, *kept: str) -> Workspace:
    """Return a copy of our own kits and stories; of these kits alone if some are named."""
    workspace = copy_own(folder, designs=False)
    if kept:
        path = folder / SERIES
        head, *kits = path.read_text("utf-8").split("[[kits]]\n")
        kits = [kit for kit in kits if any(f'id = "{name}"' in kit for name in kept)]
        path.write_text("[[kits]]\n".join([head, *kits]), "utf-8")
    return workspace


def problems(workspace: Workspace) -> list[str]:
    """Return what `hopke check --strict` says beside the plain check."""
    return [str(problem) for problem in strict_problems(workspace, read_catalogue(workspace))]


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Our series cut down to two kits; the wording of one source is known."""
    workspace = copied(tmp_path_factory.mktemp("cut"), "north-gate", "dragon-steps")
    sources = tmp_path_factory.mktemp("sources")
    (sources / "road.txt").write_text(SOURCE, "utf-8")
    keep_fingerprints(workspace, sources)
    return workspace


@pytest.fixture
def attempt(cut: Workspace) -> Iterator[Try]:
    """Change files, return what is told of them, and put everything back."""
    with changing(cut.root, lambda: problems(cut)) as told:
        yield told


def in_five_steps(text: str) -> str:
    """Let the fifth step place what the sixth and the seventh did."""
    head, *steps = text.split("[[steps]]\n")
    tail = steps[-1][steps[-1].index("[sale]") :]
    parts = re.findall(r'"NG-[A-Z0-9]+"', "".join(steps[4:]))
    fifth = re.sub(r"parts = \[.*\]", f"parts = [{', '.join(parts)}]", steps[4])
    return "[[steps]]\n".join([head, *steps[:4], fifth + tail])


def two_by_two(text: str) -> str:
    """Join short sentences in pairs with a comma, as a careless writer does."""
    return re.sub(r"([^.\n]{20,45})\.\n([A-Z][^.\n]{20,40})\.", r"\1, \2.", text)


# Our own series


def test_our_own_series_is_worth_collecting(tmp_path: Path) -> None:
    workspace = copied(tmp_path)
    if not (workspace.stories / FINGERPRINTS_FILE).is_file():
        (tmp_path / "sources").mkdir()
        (tmp_path / "sources" / "road.txt").write_text(SOURCE, "utf-8")
        keep_fingerprints(workspace, tmp_path / "sources")
    assert problems(workspace) == []


def test_two_of_our_kits_are_too(attempt: Try) -> None:
    assert attempt({}) == []


# Everything that can be missing


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param(
            {EASY: gone},
            {EASY: "this layer is not written"},
            id="no easy layer",
        ),
        pytest.param(
            {VI_CLASS: gone},
            {VI_CLASS: "this layer is not written"},
            id="no page for a class",
        ),
        pytest.param(
            {"stories/one-line/en.md": gone},
            {"stories/one-line/en.md": "this layer is not written"},
            id="no bonus page in a language",
        ),
        pytest.param(
            {CHASE: gone},
            {CHASE: "this layer is not written"},
            id="no passage of the chase in a language",
        ),
        pytest.param(
            {KIT: lambda text: re.sub(r'en = "Woodcut-style[^"]*"', 'en = "A red gate."', text)},
            {KIT: "art.alt.en: “A red gate.” does not tell what the picture shows"},
            id="a picture hardly described",
        ),
        pytest.param(
            {SERIES: lambda text: re.sub(r'cover = { vi = "[^"]*"', 'cover = { vi = "Năm nơi."', text)},
            {SERIES: "cover.vi: “Năm nơi.” does not tell what the picture shows"},
            id="a cover hardly described",
        ),
        pytest.param(
            {"kits/thang-long/north-gate/icon.svg": gone},
            {"kits/thang-long/north-gate/icon.svg": "the kit has no icon"},
            id="no icon",
        ),
        pytest.param(
            {"kits/thang-long/cover.svg": gone},
            {"kits/thang-long/cover.svg": "the series has no cover"},
            id="no cover",
        ),
        pytest.param(
            {ART: swap(('id="s4"', 'id="step-4"'))},
            {ART: "the picture has no group s4, so step 4 cannot be shown"},
            id="a step that is not drawn",
        ),
        pytest.param({KIT: in_five_steps}, {KIT: "the model is built in 5 steps"}, id="too few steps"),
        pytest.param(
            {KIT: swap(('["NG-A10", "NG-A11"]', '["NG-A11"]'))},
            {KIT: "no step places the part NG-A10"},
            id="a part in no step",
        ),
        pytest.param(
            {KIT: swap(('["NG-A10", "NG-A11"]', '["NG-A10", "NG-A11", "NG-X1"]'))},
            {KIT: "step 4 places NG-X1, which is no part"},
            id="a part that is none",
        ),
        pytest.param(
            {KIT: swap(('code = "NG-A10"', 'code = "NG-A11"'), ('["NG-A10", ', "["))},
            {KIT: "the part NG-A11 is listed twice"},
            id="two parts of one code",
        ),
        pytest.param(
            {KIT: lambda text: re.sub(r'"Ban thờ và cầu hào"|"Nhẹ tay[^"]*"', '"Hoàn tất mô hình."', text)},
            {KIT: "in vi step 7 names none of its parts: ban thờ, mặt cầu và bệ qr"},
            id="a step that names no part",
        ),
        pytest.param(
            {
                VI: cut_out("  - kind: model", "  - kind: story"),
                EN: cut_out("  - kind: model", "  - kind: story"),
            },
            {VI: "there is no riddle of the kind model", EN: "there is no riddle of the kind model"},
            id="no riddle of the model",
        ),
        pytest.param(
            {EN: swap(("    in_drawing: lotus-border\n", ""))},
            {EN: "the riddle “One flower grows on this gate"},
            id="a riddle answered nowhere",
        ),
        pytest.param(
            {EN: swap(("    in_drawing: lotus-border\n", "    in_drawing: tablet\n    in_text: One gate\n"))},
            {EN: "nobody can tell where its answer is found"},
            id="a riddle answered in two places",
        ),
        pytest.param(
            {EN: swap(("in_text: The old way of writing runs", "in_text: The old way of writing ran"))},
            {EN: "the words “The old way of writing ran from right to left” do not stand in the story"},
            id="a riddle answered by words that are not there",
        ),
        pytest.param(
            {SERIES: swap(('digit = "2"', 'digit = "7"'))},
            {
                VI: "its answer is 2; the digit in series.toml is 7",
                EN: "its answer is 2; the digit in series.toml is 7",
            },
            id="a riddle of the set that gives another digit",
        ),
        pytest.param(
            {EN: swap(("[Peach blossom, Lotus, ", "[Lotus, Peach blossom, "))},
            {EN: "the riddles' answers stand at other places in en than in vi"},
            id="answers at other places in another language",
        ),
        pytest.param(
            {VI: cut_out("  - of: pavilion", "riddles:")},
            {VI: "the story looks at shell-marks, tablet, lotus-border; the picture has"},
            id="a detail that is not told",
        ),
        pytest.param(
            {VI: swap(("riddles:\n", f"{AGAIN}riddles:\n"))},
            {VI: "the story looks at shell-marks, tablet, lotus-border, pavilion, tablet; the picture has"},
            id="a detail told twice",
        ),
        pytest.param(
            {EN: cut_out("  - when: 25 April 1882", '  - when: "2010"')},
            {EN: "the timeline has 3 moments"},
            id="too short a timeline",
        ),
        pytest.param(
            {
                EN: swap(
                    (
                        "details:\n",
                        2 * '  - when: "2026"\n    what: A visit.\n    source: S1\n' + "details:\n",
                    )
                )
            },
            {EN: "the timeline has 9 moments"},
            id="too long a timeline",
        ),
        pytest.param(
            {
                CHASE: of_text(lambda _: "Bốn con rồng bước vào.\n"),
                EN_CHASE: of_text(lambda _: "Four step in.\n"),
            },
            {
                CHASE: "the text has 5 words. Tell it in 60 to 200",
                EN_CHASE: "the text has 3 words. Tell it in 60 to 200",
            },
            id="too few words",
        ),
        pytest.param(
            {EASY: more("The gate is old. " * 15)},
            {EASY: "words. Tell it in 120 to 250"},
            id="too many words",
        ),
        pytest.param(
            {
                EN: of_text(
                    lambda text: text.replace(" Now ", " Notwithstanding ").replace(
                        " the ", " incontrovertible "
                    )
                )
            },
            {EN: "a child of ten reads up to 6"},
            id="words too hard for a child",
        ),
        pytest.param(
            {
                VI: swap(
                    ("bốn mét. Rẽ qua đó, người", "bốn mét, rẽ qua đó, người"),
                    ("thành một góc. Trên", "thành một góc, trên"),
                )
            },
            {VI: "words: “Trước hết phải qua hào nước"},
            id="a sentence too long for a child",
        ),
        pytest.param(
            {EASY: of_text(two_by_two)},
            {EASY: "words on average. Bring them to 10 or fewer"},
            id="sentences too long for easy language",
        ),
        pytest.param(
            {ADULT: more("It is in truth of 1805.")},
            {ADULT: "gives a figure and no source: “It is in truth of 1805.…”"},
            id="a year without a note",
        ),
        pytest.param(
            {VI: more("Vòm cao 3,5 mét.")},
            {VI: "gives a figure and no source: “Vòm cao 3,5 mét.…”"},
            id="a measure without a note",
        ),
        pytest.param(
            {ADULT: more("It is not the Noon Gate.")},
            {ADULT: "“Noon Gate” stands for “Đoan Môn”"},
            id="a word that the glossary avoids",
        ),
        pytest.param(
            {VI: swap(("title: Hai miếng khuyết", "title: Tử Cấm thành, hai miếng khuyết"))},
            {VI: "“Tử Cấm thành” stands for “Cấm thành”", EN: "“Cấm thành / Forbidden City” stands in vi.md"},
            id="a word that the glossary avoids, beside the text",
        ),
        pytest.param(
            {CLASS: more("The Princess Pavilion is near.")},
            {VI_CLASS: "“Hậu Lâu / Princess Pavilion” stands in en.class.md and not here"},
            id="a word of the glossary in one language alone",
        ),
        pytest.param(
            {"stories/glossary.toml": gone},
            {"stories/glossary.toml": "there is no glossary"},
            id="no glossary",
        ),
        pytest.param(
            {ADULT: more(f"They say: “{SOURCE.replace(' in ', ', IN ')}”")},
            {ADULT: "it shares words with a source: “nobody who came by the north road in”"},
            id="a copied sentence",
        ),
        pytest.param(
            {EN: swap(("Follow the carved border with your eyes.", SOURCE[47:] + " Look."))},
            {EN: "it shares words with a source"},
            id="a sentence copied beside the text",
        ),
        pytest.param(
            {f"stories/{FINGERPRINTS_FILE}": gone},
            {f"stories/{FINGERPRINTS_FILE}": "nothing tells the wording of the sources"},
            id="no wording of sources",
        ),
    ],
)
def test_what_is_taken_away_is_missed_and_nothing_else(
    attempt: Try, changes: Changes, found: Mapping[str, str]
) -> None:
    said = attempt(changes)
    assert len(said) == len(found), said
    for (name, words), problem in zip(sorted(found.items()), sorted(said), strict=True):
        assert problem.startswith(name)
        assert words in problem


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({CLASS: more("Take 15 minutes.")}, id="minutes of a class"),
        pytest.param({EN: more("Can you find 2 dents?")}, id="what a child counts"),
        pytest.param({VI: more("Cổng xây năm 1805.[^S39]")}, id="a year with its note"),
        pytest.param({EN: more(f"They say: {' '.join(SOURCE.split()[:7])}.")}, id="seven words of a source"),
        pytest.param(
            {CLASS: more("The Princess Pavilion is near."), VI_CLASS: more("Gần đó là Tĩnh Bắc Lâu.")},
            id="a word of the glossary in both languages",
        ),
        pytest.param(
            {EN: swap(("runs from right to left, the opposite", "runs from right\nto left, the opposite"))},
            id="words of a riddle over two lines",
        ),
        pytest.param({KIT: swap(("Ấn hai mảnh vết đạn", "Ấn hai Mảnh Vết Đạn"))}, id="a part in capitals"),
    ],
)
def test_what_is_as_good_is_not_missed(attempt: Try, changes: Changes) -> None:
    assert attempt(changes) == []
