"""Papers beside the cards: every word, part and source is on them; a ruler finds what they promise."""

import dataclasses
import html
import io
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from app.catalogue import read_series
from app.core.commitment import printed_root
from app.core.kit import Assembly, Entry, Kit, Part, Series, Step
from app.core.manifest import manifest_digest, parse_manifest
from app.core.plan import Beacon
from app.library import read_story, render
from app.press.job import Job
from app.press.pages import print_pages
from app.runs import Station, papers
from app.runs.life import commit_run, seal_run, secret_labels, show_run
from app.runs.planning import NO_BEACON, plan_run
from app.workspace import Workspace
from tests.conftest import CEREMONY, DICE, NOW, SECRET
from tests.press.paper import (
    MM,
    Word,
    count_pages,
    cut_out,
    dark_runs,
    image,
    inked,
    page_size,
    run,
    words,
)
from tests.workspaces import copy_own

Write = Callable[[str, str, str], Path]
LONG_VI = "Khu khảo cổ học số 18 đường Hoàng Diệu và nền móng các cung điện thời Lý, Trần và Lê sơ ở Hà Nội"
LONG_EN = (
    "Archaeological Site of 18 Hoàng Diệu Street with the Palace Foundations of the Lý, Trần and Early Lê"
)
DPI = 600
PAPERS = [(210.0, 297.0), (148.0, 210.0), (297.0, 210.0), (215.9, 279.4)]


def quiet(_done: int, _whole: int) -> None:
    """Stand where a command shows its progress."""


def squeeze(words_: str) -> str:
    """Return a text without spaces, as `text` gives a file's."""
    return "".join(words_.split())


def print_values(
    workspace: Workspace,
    name: str,
    values: Sequence[Mapping[str, object]],
    path: Path,
    *,
    practice: bool = False,
) -> Path:
    """Print some values of a design and return the file."""
    job = Job(title="test", made_at=NOW, practice=practice)
    print_pages(workspace, name, values, job, path, progress=quiet)
    return path


VALUES = {
    "leaflet": papers.leaflet_values,
    "classroom-sheet": papers.classroom_values,
    "certificate": papers.certificate_values,
}


def of_series(workspace: Workspace, name: str, series: str, path: Path, *, practice: bool = False) -> Path:
    """Print a paper of a series and return the file."""
    values = VALUES[name](workspace, read_series(workspace, series))
    return print_values(workspace, name, values, path, practice=practice)


def page_text(pdf: Path, first: int, last: int) -> str:
    """Return the words of some pages as they were set, without spaces."""
    return squeeze(run("pdftotext", "-raw", "-f", str(first), "-l", str(last), str(pdf), "-").decode())


def text(pdf: Path) -> str:
    """Return the words of a file as they were set, without spaces."""
    return page_text(pdf, 1, count_pages(pdf))


def plain(markup: str) -> list[str]:
    """Return the paragraphs of a story as they stand on paper, without their note numbers and spaces."""
    blocks = re.findall(r"<(?:p|h2|h3)[^>]*>(.*?)</(?:p|h2|h3)>", markup, re.DOTALL)
    bare = [re.sub(r"<sup.*?</sup>", "\0", block) for block in blocks]
    return [
        squeeze(html.unescape(re.sub(r"<[^>]+>", "", part)))
        for block in bare
        for part in block.split("\0")
        if part.strip()
    ]


def runs_over(part: str, first: str, both: str) -> bool:
    """Tell whether a paragraph stands on a sheet, whole or begun on its first page and ended on the next."""
    ways = range(len(part) + 1)
    return any(part[:cut] in first and part[cut:] in both.removeprefix(first) for cut in ways) or part in both


def with_kits(series: Series, kits: Sequence[Kit]) -> Series:
    """Return the series with these kits, all of them standard."""
    return dataclasses.replace(series, entries=tuple(Entry(kit=kit, share=1, chase=False) for kit in kits))


def draw(workspace: Workspace, name: str, values: Sequence[dict[str, object]], folder: Path) -> Path:
    """Print values that no catalogue holds."""
    return print_values(workspace, name, values, folder / "paper.pdf")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of our own catalogue."""
    return copy_own(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def leaflets(own: Workspace) -> Path:
    """The leaflets of our own series."""
    return of_series(own, "leaflet", "thang-long", own.root / "leaflets.pdf")


@pytest.fixture(scope="module")
def sheets(own: Workspace) -> Path:
    """The classroom sheets of our own series."""
    return of_series(own, "classroom-sheet", "thang-long", own.root / "sheets.pdf")


def test_a_leaflet_is_one_sheet_with_every_part_and_step_in_both_languages(
    own: Workspace, leaflets: Path
) -> None:
    kits = read_series(own, "thang-long").kits
    assert count_pages(leaflets) == 2 * len(kits)
    assert page_size(leaflets) == pytest.approx((297, 210), abs=0.1)
    for number, kit in enumerate(kits):
        said = page_text(leaflets, 2 * number + 1, 2 * number + 2)
        inside = page_text(leaflets, 2 * number + 2, 2 * number + 2)
        for group in kit.assembly:
            assert all(squeeze(group.name[language]) in inside for language in ("vi", "en"))
        counts = [str(group.pieces) for group in kit.assembly] + [str(kit.pieces)]
        right = [word.text for word in words(leaflets, 2 * number + 2) if 125 < word.right < 137]
        printed = [said for said in right if said.isdecimal()]
        assert printed[: len(counts)] == counts
        for step in kit.steps:
            for words_ in (step.title, step.text):
                assert all(squeeze(words_[language]) in inside for language in ("vi", "en"))
        for told in (f"{kit.name['vi']}", kit.name["en"], f"từ {kit.sale.age_from} tuổi", "36 months"):
            assert squeeze(told) in said
        for told in ("Thiếu mảnh?", "Missing a part?", "Không cần ghi tên", "We need no name", "36 tháng"):
            assert squeeze(told) in said
        scale = kit.model.scale
        assert (f"{scale}tỉlệscale" in said) if scale else ("tỉlệ" not in said)


def test_a_leaflet_checks_after_every_third_step_and_at_the_end(own: Workspace, leaflets: Path) -> None:
    for number, kit in enumerate(read_series(own, "thang-long").kits):
        steps = len(kit.steps)
        inside = page_text(leaflets, 2 * number + 2, 2 * number + 2)
        expected = [*range(3, steps, 3), steps]
        assert re.findall(rf"·Check(\d+)/{steps}", inside) == [str(done) for done in expected]
        assert squeeze("; ".join(step.title["vi"] for step in kit.steps[3:6]) + ".") in inside
        assert squeeze("; ".join(step.title["en"] for step in kit.steps[:3]) + ".") in inside


def test_a_leaflet_names_a_certificate_only_where_there_is_one(
    workspace: Workspace, leaflets: Path, tmp_path: Path
) -> None:
    printed = of_series(workspace, "leaflet", "tiny", tmp_path / "paper.pdf", practice=True)
    assert text(printed).count("Toy-safetycertificateTEST-1") == 3
    assert "certificate" not in text(leaflets)
    assert count_pages(printed) == 6
    assert all("PRACTICE" in page_text(printed, page, page) for page in range(1, 7))


def test_a_long_leaflet_loses_no_step_and_a_long_name_moves_nothing(own: Workspace, tmp_path: Path) -> None:
    series = read_series(own, "thang-long")
    steps = tuple(
        Step(
            title={"vi": f"Bước thứ {number}", "en": f"Step number {number}"},
            text={"vi": f"Ghép mảnh {number} thật chậm. " * 6, "en": f"Join piece {number} slowly. " * 6},
        )
        for number in range(1, 25)
    )
    groups = tuple(
        Assembly(
            name={"vi": f"Nhóm mảnh có cái tên rất dài số {n}", "en": f"A group of long name {n}"},
            parts=(Part(code=f"P{n}", name={"vi": "mảnh", "en": "piece"}, pieces=n),),
        )
        for n in range(1, 7)
    )
    kit = dataclasses.replace(
        series.kits[0],
        name={"vi": LONG_VI, "en": LONG_EN},
        assembly=groups,
        sale=dataclasses.replace(series.kits[0].sale, certificate="QCVN-3-2019-000000001"),
    )
    short = with_kits(series, [kit])
    printed = draw(own, "leaflet", papers.leaflet_values(own, short), tmp_path)
    assert count_pages(printed) == 2
    front = words(printed, 1)
    assert squeeze(LONG_VI) in page_text(printed, 1, 1)
    above = max(word.bottom for word in front if word.text == "adult.")
    below = min(word.top for word in front if word.text == "QCVN-3-2019-000000001")
    assert above < below
    last_name = max(word.bottom for word in front if word.left > 150 and word.text == "demo)")
    assert last_name < 10 + 133.2 + 37.8
    long = with_kits(series, [dataclasses.replace(kit, steps=steps)])
    printed = draw(own, "leaflet", papers.leaflet_values(own, long), tmp_path)
    assert count_pages(printed) > 2
    for step in steps:
        assert squeeze(step.text["vi"]) in text(printed)
        assert squeeze(step.text["en"]) in text(printed)


def test_a_classroom_sheet_tells_the_whole_story_on_two_pages(own: Workspace, sheets: Path) -> None:
    kits = read_series(own, "thang-long").kits
    assert count_pages(sheets) == 2 * 2 * len(kits)
    for number, (kit, language) in enumerate((kit, language) for kit in kits for language in ("vi", "en")):
        story = read_story(own, kit.id, language)
        front, rendered = story.front, render(own, story)
        first = page_text(sheets, 2 * number + 1, 2 * number + 1)
        both = page_text(sheets, 2 * number + 1, 2 * number + 2)
        for told in (front.title, front.summary, front.place, kit.name["vi"], kit.name["en"]):
            assert squeeze(told) in first
        for part in plain(rendered.body.text):
            assert runs_over(part, first, both), f"{kit.id} {language}: {part[:40]}"
        for fact in front.facts:
            assert squeeze(fact.value) in first
        riddle = front.riddle
        for told in (riddle.question, *riddle.choices, riddle.hint, riddle.answer, *front.uncertain):
            assert squeeze(told) in both
        for part in plain(rendered.notes.text):
            assert part.replace("↩", "") in both
        assert ("chưaduyệt" if language == "vi" else "Notyetreviewed") in first
        assert "↩" not in both


def test_note_numbers_of_facts_and_text_are_those_of_the_sources(own: Workspace, sheets: Path) -> None:
    series = read_series(own, "thang-long")
    for number, kit in enumerate(series.kits):
        for place, language in enumerate(("vi", "en")):
            story = read_story(own, kit.id, language)
            page = 4 * number + 2 * place + 1
            both = page_text(sheets, page, page + 1)
            notes = render(own, story).notes.text
            labels = re.findall(r'id="fn:([^"]+)"', notes)
            sources = [
                squeeze(html.unescape(re.sub(r"<[^>]+>", "", note))) for note in notes.split("<li")[1:]
            ]
            for fact in story.front.facts:
                at = labels.index(fact.source) + 1
                assert squeeze(f"{fact.label}{at}") in both
            for at, source in enumerate(sources, start=1):
                assert f"{at}{source.partition('>')[2][:25]}" in both


def test_notes_that_stand_together_are_told_apart_and_lead_nowhere(own: Workspace, sheets: Path) -> None:
    assert "1812.3,4,5" in page_text(sheets, 1, 1)
    with pikepdf.open(sheets) as pdf:
        assert not any("/Annots" in page.obj and len(page.obj.Annots) for page in pdf.pages)


def test_a_classroom_sheet_says_who_reviewed_it_and_marks_a_legend(
    workspace: Workspace, write: Write, tmp_path: Path
) -> None:
    write("stories/bridge/vi.md", "place: Hà Nội", "place: Hà Nội\nreviewed: Cô Cúc, 2026-11-20")
    printed = of_series(workspace, "classroom-sheet", "tiny", tmp_path / "paper.pdf", practice=True)
    told = {}
    starts = [page for page in range(1, count_pages(printed) + 1) if "1900" in page_text(printed, page, page)]
    for start, (kit, language) in zip(
        starts,
        [(kit, language) for kit in ("lantern", "bridge", "fish") for language in ("vi", "en")],
        strict=True,
    ):
        told[kit, language] = page_text(printed, start, start)
        assert "PRACTICE" in told[kit, language]
    assert "Đãduyệt:CôCúc,2026-11-20" in told["bridge", "vi"]
    assert "chưaduyệt" not in told["bridge", "vi"]
    assert "chưaduyệt" in told["lantern", "vi"]
    assert "Notyetreviewed" in told["bridge", "en"]
    page = starts[0]
    title = next(word for word in words(printed, page) if word.text == "Tương")
    bar = dark_runs(
        cut_out(
            image(printed, page, 300), 300, (title.left - 6, title.top, title.left - 0.5, title.top + 0.2)
        ),
        300,
    )
    assert [right - left for left, right in bar] == [pytest.approx(1.6, abs=0.15)]
    heading = next(word for word in words(printed, page) if word.text == "Một" and word.top < title.top)
    beside = (heading.left - 6, heading.top, heading.left - 0.5, heading.top + 0.2)
    assert dark_runs(cut_out(image(printed, page, 300), 300, beside), 300) == []


def test_the_answer_stands_on_its_head(own: Workspace, sheets: Path) -> None:
    answer = [word for word in words(sheets, 2) if word.text in {"Bắc.", "bắc."}]
    assert [word.text for word in answer] == ["Bắc.", "bắc."]
    assert answer[0].left > answer[1].left + 50
    assert (
        answer[0].top > max(word.bottom for word in words(sheets, 2) if word.text.startswith("https://")) - 20
    )


@pytest.mark.parametrize("count", [3, 4, 7, 8, 12])
def test_a_certificate_is_one_page_with_every_kit_and_a_white_margin(
    own: Workspace, tmp_path: Path, count: int
) -> None:
    series = read_series(own, "thang-long")
    kits = [
        dataclasses.replace(
            series.kits[at % 5], name={"vi": f"Ngôi đình số{at:02}", "en": f"Old house no{at:02}"}
        )
        for at in range(count)
    ]
    many = dataclasses.replace(
        with_kits(series, kits), name={"vi": LONG_VI[:60], "en": "What Remained of the Citadel"}
    )
    printed = draw(own, "certificate", papers.certificate_values(own, many), tmp_path)
    assert count_pages(printed) == 1
    assert page_size(printed) == pytest.approx((297, 210), abs=0.1)
    said = words(printed, 1)
    labels = [word for word in said if re.fullmatch(r"(số|no)\d\d", word.text)]
    assert len(labels) == 2 * count
    pixels = image(printed, 1, 100)
    for word in labels:  # a name that a silhouette or the ground hides cannot be read
        around = cut_out(pixels, 100, (word.left - 1, word.top, word.right + 1, word.bottom))
        bright = sorted(around.tobytes())
        assert bright[len(bright) // 2] > 200
    assert not any(_overlap(one, other) for one in labels for other in labels if one is not other)
    line = next(word for word in said if word.text == "Tên")
    assert max(word.bottom for word in labels) < line.top - 12  # room for a hand
    left, top, right, bottom = inked(pixels, 100)
    assert (left, top) >= (9.9, 9.9)
    assert right <= 287.1
    assert bottom <= 200.1


def test_a_certificate_counts_standard_kits_and_promises_in_both_languages(
    workspace: Workspace, tmp_path: Path
) -> None:
    pdf = of_series(workspace, "certificate", "tiny", tmp_path / "paper.pdf")
    said = text(pdf)
    for told in (
        "Giấy chứng nhận trọn bộ", "Certificate of a complete series", "Bộ nhỏ", "Tiny set", "Đèn lồng",
        "Lantern", "Cầu gỗ", "Wooden Bridge", "Đủ 2 mẫu", "all 2 kits", "Không máy tính nào giữ tên bạn",
        "No computer keeps it", "Tên bạn", "Your name", "Ngày", "Date", "Tiny Maker",
    ):  # fmt: skip
        assert squeeze(told) in said
    assert "Carp" not in said  # a chase never counts


def _overlap(one: Word, other: Word) -> bool:
    """Tell whether two words stand in each other; their boxes are taller than their letters."""
    middle = (one.top + one.bottom) / 2
    return one.left < other.right and other.left < one.right and other.top + 0.6 < middle < other.bottom - 0.6


def run_sheet(station: Station, folder: Path, run_id: str = "TY-1") -> Path:
    """Print the record of a run."""
    values = papers.run_sheet_values(station, show_run(station, run_id))
    return print_values(station.workspace, "run-sheet", values, folder / "run-sheet.pdf")


def test_a_run_sheet_of_a_committed_run_says_what_is_fixed_and_that_nothing_is_drawn(
    station: Station, tmp_path: Path
) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=CEREMONY)
    assert squeeze("chưa chốt · not committed yet") in text(run_sheet(station, tmp_path))
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    found = show_run(station, "TY-1")
    manifest = parse_manifest(found.manifest or "")
    said = text(run_sheet(station, tmp_path))
    assert manifest_digest(found.manifest or "").hex() in said
    assert manifest.seed_commitment.hex() in said
    assert manifest.labels_root.hex() in said
    for told in (
        "TY-1", "Bộ nhỏ", "Tiny set", "Tiny Maker", "Six dice thrown before the class", "[1-6]{6}",
        "chưa bốc thăm · not drawn yet", "chưa có · not drawn yet", "https://h.example", "16 hộp boxes",
        "4 thùng cases", "4 hộp một thùng", "Chốt · Committed 2026-11-21 09:00 UTC",
        "In · Printed chưa · not yet",
        "Người làm chứng", "Witnesses", "Chữ ký · Signature", "Ai cũng kiểm được", "Anyone can check",
    ):  # fmt: skip
        assert squeeze(told) in said


def test_a_run_sheet_shows_odds_as_whole_numbers_and_the_seal_that_stands_on_the_cards(
    sealed: Station, tmp_path: Path
) -> None:
    printed = run_sheet(sealed, tmp_path)
    said = text(printed)
    root = printed_root(show_run(sealed, "TY-1").contents_root or b"")
    assert root in said
    assert f"Value{DICE}" in said
    for told in (
        "Đèn lồng Lantern 6 / 16",
        "Cầu gỗ Wooden Bridge 8 / 16",
        "Cá chép Carp mẫu hiếm · chase 2 / 16",
    ):
        assert squeeze(told) in said
    half = _expected([Fraction(6, 16), Fraction(8, 16)])
    assert f"{float(half):.1f}boxesonaverage" in said
    assert f"trungbìnhcần{float(half):.1f}hộp".replace(".", ",") in said
    assert count_pages(printed) <= 2


def _expected(odds: Sequence[Fraction]) -> Fraction:
    """Return the mean boxes until two kits are found: 1/(a+b) and then the other one."""
    first, second = odds
    both = first + second
    return 1 / both + first / both / second + second / both / first


def test_a_run_sheet_tells_no_code_and_needs_no_secret(
    sealed: Station, codes: list[str], tmp_path: Path
) -> None:
    before = run_sheet(sealed, tmp_path).read_bytes()
    shutil.rmtree(sealed.vault.folder)
    with sealed.ledger.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM sealed_box")
    printed = run_sheet(sealed, tmp_path)
    assert printed.read_bytes() == before
    said = text(printed)
    assert not any(code in said or code[:6] in said for code in codes)
    assert not any(label in said for label in ("edition", "Sốhộp", "Edition"))


@pytest.mark.parametrize(
    ("beacon", "value", "told"),
    [
        (NO_BEACON, "", ("có thể bốc thăm lại nhiều lần", "could draw again and again, unseen")),
        (
            Beacon(
                "drand", "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce/42", "[0-9a-f]{64}"
            ),
            "ab" * 32,
            ("drand", "172e51b2ce/42", "ab" * 32, "public random number"),
        ),
    ],
)
def test_a_run_sheet_says_in_words_where_the_chance_came_from(
    station: Station, tmp_path: Path, beacon: Beacon, value: str, told: Sequence[str]
) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW, beacon=beacon)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    seal_run(station, "TY-1", beacon_value=value, now=NOW)
    said = text(run_sheet(station, tmp_path))
    assert all(squeeze(words_) in said for words_ in told)
    assert ("again and again".replace(" ", "") in said) == (beacon.kind == "none")
    assert secret_labels(station, show_run(station, "TY-1"))[0].code not in said


@pytest.fixture(params=PAPERS, ids=lambda size: f"{size[0]:g}x{size[1]:g}")
def calibration(
    request: pytest.FixtureRequest, workspace: Workspace, tmp_path: Path
) -> tuple[Path, float, float]:
    """A calibration sheet for each paper."""
    width, height = request.param
    values = papers.calibration_values(width, height)
    return print_values(workspace, "calibration", values, tmp_path / "page.pdf"), width, height


Bars = list[tuple[float, float, float]]


def bars(pixels: Image.Image, *, least: float, upright: bool) -> Bars:
    """Return straight dark lines of at least `least` mm as (place across, middle along, length)."""
    dark = np.asarray(pixels) < 128
    dark = dark if not upright else dark.T
    dot = MM / DPI
    found: Bars = []
    for row in np.flatnonzero(dark.sum(axis=1) >= least / dot):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], dark[row].astype(np.int8), [0]))))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            if (end - start) * dot >= least:
                found.append(((row + 0.5) * dot, (start + end) / 2 * dot, (end - start) * dot))
    return found


def crosses(pixels: Image.Image, length: float) -> list[tuple[float, float]]:
    """Return where lines of `length` mm cross in their middles, each once."""
    upright = [bar for bar in bars(pixels, least=length - 1, upright=True) if bar[2] < length + 1]
    level = [bar for bar in bars(pixels, least=length - 1, upright=False) if bar[2] < length + 1]
    met: list[tuple[float, float]] = []
    for x in _thick(upright):
        for y in _thick(level):
            if abs(x[0] - y[1]) < 0.1 and abs(x[1] - y[0]) < 0.1:
                met.append((x[0], y[0]))
    return sorted(met)


def _thick(lines: Bars) -> list[tuple[float, float]]:
    """Return (across, along) of each line, whose rows of dots lie side by side."""
    merged: list[list[tuple[float, float, float]]] = []
    for line in sorted(lines, key=lambda line: (round(line[1]), line[0])):
        last = merged[-1][-1] if merged else None
        if last and abs(last[0] - line[0]) < 0.1 and abs(last[1] - line[1]) < 1:
            merged[-1].append(line)
        else:
            merged.append([line])
    return [(sum(row[0] for row in rows) / len(rows), rows[0][1]) for rows in merged]


def test_the_back_crosses_lie_behind_the_front_rulers(calibration: tuple[Path, float, float]) -> None:
    printed, width, height = calibration
    assert count_pages(printed) == 2
    assert page_size(printed) == pytest.approx((width, height), abs=0.1)
    front = crosses(image(printed, 1, DPI), 20)
    behind = sorted((width - x, y) for x, y in crosses(image(printed, 2, DPI), 28))
    assert len(front) == len(behind) == 5
    for seen, through in zip(front, behind, strict=True):
        assert seen == pytest.approx(through, abs=0.06)
    assert any((x, y) == pytest.approx((width / 2, height / 2), abs=0.06) for x, y in front)
    assert min(x for x, _ in front) < 25
    assert max(y for _, y in front) > height - 25


def test_rulers_have_a_tick_for_every_millimetre(calibration: tuple[Path, float, float]) -> None:
    printed, width, height = calibration
    strip = crop(printed, DPI, (width / 2 - 11, height / 2 + 0.35, width / 2 + 11, height / 2 + 0.45))
    ticks = [(start + end) / 2 - 11 for start, end in dark_runs(strip, DPI)]
    assert ticks == pytest.approx(range(-10, 11), abs=0.06)
    numbers = [word.text.replace("−", "-") for word in words(printed, 1)]
    assert all(numbers.count(label) >= 10 for label in ("-10", "-5", "5", "10"))


def test_control_bars_are_a_hundred_millimetres_long(calibration: tuple[Path, float, float]) -> None:
    printed, _, _ = calibration
    pixels = image(printed, 1, DPI)
    for upright in (False, True):
        lengths = [bar[2] for bar in bars(pixels, least=60, upright=upright)]
        assert len(lengths) > 4
        assert lengths == pytest.approx([100] * len(lengths), abs=0.06)


def crop(pdf: Path, dpi: int, box: tuple[float, float, float, float]) -> Image.Image:
    """Return a part of the first page between left, top, right and bottom as grey pixels."""
    left, top, right, bottom = (round(side / MM * dpi) for side in box)
    place = ("-x", str(left), "-y", str(top), "-W", str(right - left), "-H", str(bottom - top))
    drawn = run("pdftoppm", "-gray", "-r", str(dpi), *place, "-f", "1", "-l", "1", str(pdf))
    return Image.open(io.BytesIO(drawn))


def test_chessboards_have_modules_of_the_size_they_name(workspace: Workspace, tmp_path: Path) -> None:
    page = print_values(workspace, "calibration", papers.calibration_values(210, 297), tmp_path / "page.pdf")
    for side in (0.25, 0.30, 0.35, 0.42, 0.50):
        name = next(word for word in words(page, 1) if word.text == f"{side:.2f}".replace(".", ","))
        centre = name.right + 0.5
        box = (centre - 8, name.top - 13.4, centre + 8, name.top)
        pixels = crop(page, 1200, box)
        left, top, right, _ = inked(pixels, 1200)
        assert right - left == pytest.approx(25 * side, abs=0.06)
        row = dark_runs(cut_out(pixels, 1200, (0, top + side * 0.4, 15.5, top + side * 0.6)), 1200)
        assert len(row) == 13
        assert [end - start for start, end in row] == pytest.approx([side] * 13, abs=0.05)


def test_a_calibration_page_uses_black_alone_and_explains_itself_twice(
    calibration: tuple[Path, float, float],
) -> None:
    printed, _, _ = calibration
    for page in ("1", "2"):
        with Image.open(_coloured(printed, page)) as pixels:
            red, green, blue = (np.asarray(part) for part in pixels.convert("RGB").split())
        assert (red == green).all()
        assert (green == blue).all()
    said = text(printed)
    assert said.count("hopkeprintcalibrate--right0.5--down-1") == 2
    for told in (
        "đúng 100 mm",
        "exactly 100 mm",
        "Mặt trước · Front",
        "Mặt sau",
        "Back",
        "Right and down are plus",
    ):
        assert squeeze(told) in said
    assert not any(
        _overlap(one, other)
        for page in (1, 2)
        for found in [words(printed, page)]
        for at, one in enumerate(found)
        for other in found[:at]
    )


def _coloured(pdf: Path, page: str) -> Path:
    drawn = pdf.with_suffix(".ppm")
    drawn.write_bytes(run("pdftoppm", "-r", "60", "-f", page, "-l", page, str(pdf)))
    return drawn


def test_paper_too_small_for_the_rulers_is_refused() -> None:
    with pytest.raises(papers.PaperTooSmallError, match="105 × 148 mm has no room"):
        papers.calibration_values(105, 148)


def test_no_text_is_smaller_than_six_and_a_half_points(
    leaflets: Path, sheets: Path, sealed: Station, tmp_path: Path
) -> None:
    certificate = of_series(sealed.workspace, "certificate", "tiny", tmp_path / "certificate.pdf")
    for printed in (leaflets, sheets, certificate, run_sheet(sealed, tmp_path)):
        with pikepdf.open(printed) as opened:
            sizes = [
                float(size) * 0.75
                for page in opened.pages
                for size in re.findall(rb"/\S+ ([0-9.]+) Tf", page.Contents.read_bytes())
            ]
        assert sizes
        assert min(sizes) >= 6.49, printed.name
