"""Planning a run: what is accepted, what is refused, in which words, and that a refusal leaves nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.checking import check_workspace
from app.core.errors import UserError
from app.core.plan import Beacon
from app.runs import Station, open_station
from app.runs.life import commit_run, list_runs
from app.runs.planning import plan_run
from app.web.languages import known_languages
from app.workspace import BaseUrlError, find_workspace, printable_host
from tests.conftest import CEREMONY, NOW, SECRET

Write = Callable[[str, str, str], Path]

KIT = "kits/tiny/bridge/kit.toml"
SERIES = "kits/tiny/series.toml"
STORY = "stories/bridge/en.md"
SETTINGS = "hopke.toml"
SENTENCE = "A short sentence told to try this page 3."
DRAND = "a" * 64 + "/1"


pytestmark = pytest.mark.usefixtures("read_before")


def refusal(station: Station, series: str = "tiny", **changed: Any) -> str:
    """Try to plan, and return the words of the refusal after making sure that the ledger is as before."""
    before = [run.model_dump() for run in list_runs(station)]
    plan: dict[str, Any] = {"boxes": 16, "now": NOW} | changed
    with pytest.raises(UserError) as refused:
        plan_run(station, series, **plan)
    assert [run.model_dump() for run in list_runs(station)] == before
    assert refused.value.mend, "a refusal says what to do"
    return str(refused.value)


def problems(folder: Path) -> str:
    """Return everything that `hopke check` says about a workspace."""
    return "\n".join(map(str, check_workspace(find_workspace(str(folder)), known_languages())))


# Boxes, counts and cases


@pytest.mark.parametrize(
    ("boxes", "lantern", "bridge", "fish"), [(8, 3, 4, 1), (16, 6, 8, 2), (800, 300, 400, 100)]
)
def test_shares_give_every_kit_its_boxes(
    station: Station, boxes: int, lantern: int, bridge: int, fish: int
) -> None:
    outlook = plan_run(station, "tiny", boxes=boxes, now=NOW)
    assert outlook.counts == (("lantern", lantern), ("bridge", bridge), ("fish", fish))
    assert outlook.run.state == "planned"
    assert outlook.run.case_size == 4


def test_the_forecast_of_all_standard_kits_leaves_the_chase_out(station: Station) -> None:
    outlook = plan_run(station, "tiny", boxes=16, now=NOW)
    # Two kits with chances 6/16 and 8/16: 1/p + 1/q - 1/(p + q), from inclusion and exclusion.
    assert outlook.standard.mean == pytest.approx(16 / 6 + 16 / 8 - 16 / 14)
    assert outlook.everything is not None
    assert outlook.everything.mean > outlook.standard.mean


@pytest.mark.parametrize(
    ("boxes", "near"),
    [(20, (16, 24)), (17, (16, 24)), (23, (16, 24)), (7, (8,)), (1, (8,)), (0, (8,)), (-8, (8,)), (-1, (8,))],
)
def test_boxes_that_the_shares_do_not_divide_are_refused_with_the_nearest_numbers_that_work(
    station: Station, boxes: int, near: tuple[int, ...]
) -> None:
    words = refusal(station, boxes=boxes)
    assert "--boxes" in words
    assert "sum to 8" in words
    assert f"Plan {' or '.join(map(str, near))} boxes" in words
    for number in near:
        plan_run(station, "tiny", boxes=number, now=NOW, replace=True, run_id="TY-1")


def test_counts_replace_the_shares_and_a_kit_without_a_count_is_not_in_the_run(station: Station) -> None:
    outlook = plan_run(station, "tiny", boxes=12, now=NOW, counts={"bridge": 5, "lantern": 7})
    assert outlook.counts == (("lantern", 7), ("bridge", 5))
    assert outlook.everything is None


def test_counts_that_do_not_sum_to_the_boxes_are_refused_with_both_sums(station: Station) -> None:
    words = refusal(station, counts={"lantern": 6, "bridge": 8, "fish": 1})
    assert "15" in words
    assert "16 boxes" in words


@pytest.mark.parametrize("count", [0, -2])
def test_a_kit_with_no_box_is_refused_by_its_name(station: Station, count: int) -> None:
    words = refusal(station, counts={"lantern": 16 - count, "fish": count})
    assert "fish has no box" in words
    assert "leave the kit out" in words


def test_a_count_for_a_kit_that_the_series_lacks_is_refused_with_the_kits_it_has(station: Station) -> None:
    words = refusal(station, counts={"lantern": 8, "temple": 8})
    assert "--count" in words
    assert "temple" in words
    assert "lantern, bridge, fish" in words


def test_a_run_of_chase_kits_alone_is_refused(station: Station) -> None:
    assert "no standard kit" in refusal(station, counts={"fish": 16})


@pytest.mark.parametrize("case_size", [5, 32, 0, -4])
def test_a_case_size_that_does_not_divide_the_boxes_is_refused(station: Station, case_size: int) -> None:
    words = refusal(station, case_size=case_size)
    assert f"cases of {case_size}" in words
    assert "divides" in words


def test_an_own_case_size_is_kept(station: Station) -> None:
    assert plan_run(station, "tiny", boxes=16, now=NOW, case_size=8).run.case_size == 8


def test_a_series_that_does_not_exist_is_refused_with_those_that_do(station: Station) -> None:
    words = refusal(station, series="thang-short")
    assert "thang-short" in words
    assert "Known series: tiny" in words


# Names


def test_runs_without_a_name_are_numbered_and_a_taken_number_is_stepped_over(station: Station) -> None:
    plan_run(station, "tiny", boxes=8, now=NOW, run_id="TY-2")
    names = [plan_run(station, "tiny", boxes=8, now=NOW).run.id for _ in range(2)]
    assert names == ["TY-1", "TY-3"]


def test_a_name_in_use_is_refused_and_the_first_plan_stays(station: Station) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW, run_id="TY-7")
    words = refusal(station, boxes=24, run_id="TY-7")
    assert "TY-7" in words
    assert "--run" in words
    assert "--replace" in words


def test_replace_plans_anew_until_the_commit_and_never_after_it(station: Station) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW)
    outlook = plan_run(station, "tiny", boxes=24, now=NOW, run_id="TY-1", replace=True, beacon=CEREMONY)
    assert (outlook.run.boxes, outlook.run.beacon_kind) == (24, "ceremony")
    assert [run.boxes for run in list_runs(station)] == [24]
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    words = refusal(station, run_id="TY-1", replace=True)
    assert "committed" in words
    assert "--run" in words
    assert "--replace" not in words


def test_a_name_whose_secret_lies_in_the_vault_is_never_used_for_another_run(station: Station) -> None:
    station.vault.keep("TY-1", SECRET)
    words = refusal(station, run_id="TY-1")
    assert "vault" in words
    assert "never used twice" in words


@pytest.mark.parametrize("name", ["ty-1", "TY 1", "../TY", "TY/1", "Đ-1", "X" * 33, ""])
def test_a_name_that_a_label_an_address_or_a_file_cannot_carry_is_refused(
    station: Station, name: str
) -> None:
    assert "name" in refusal(station, run_id=name).lower()


# The beacon


@pytest.mark.parametrize(
    ("beacon", "word"),
    [
        (Beacon("horoscope", "", ""), "kind"),
        (Beacon("none", "", "[1-6]{6}"), "pattern"),
        (Beacon("ceremony", "Dice", "[1-6]*"), "pattern"),
        (Beacon("drand", DRAND, "[1-6]{6}"), "drand"),
        (Beacon("drand", "tonight", "[0-9a-f]{64}"), "round"),
    ],
)
def test_a_beacon_that_nobody_could_check_is_refused(station: Station, beacon: Beacon, word: str) -> None:
    assert word in refusal(station, beacon=beacon)


@pytest.mark.parametrize("beacon", [CEREMONY, Beacon("drand", DRAND, "[0-9a-f]{64}")])
def test_a_beacon_is_kept_as_it_was_announced(station: Station, beacon: Beacon) -> None:
    run = plan_run(station, "tiny", boxes=16, now=NOW, beacon=beacon).run
    assert Beacon(run.beacon_kind, run.beacon_description, run.beacon_pattern) == beacon


# What the boxes would hold and open


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        (KIT, 'en = "Wooden Bridge"\n', "", "name.en"),
        (
            KIT,
            'text = { vi = "Ghép thân.", en = "Join the body." }',
            'text = { vi = "A" }',
            "steps.1.text.en",
        ),
        (KIT, 'vi = "Hình Cầu gỗ."', 'vi = " "', "art.alt.vi"),
        (SERIES, ', en = "Three kits to test with."', "", "summary.en"),
    ],
)
def test_a_text_that_is_not_translated_is_named_with_its_file(
    station: Station, write: Write, name: str, old: str, new: str, key: str
) -> None:
    path = write(name, old, new)
    words = refusal(station)
    assert str(path) in words
    assert f"Add {key}" in words


def test_a_text_in_a_language_that_the_workspace_does_not_speak_is_named(
    station: Station, write: Write
) -> None:
    path = write(KIT, 'en = "Wooden Bridge"\n', 'en = "Wooden Bridge"\nfr = "Pont de bois"\n')
    words = refusal(station)
    assert str(path) in words
    assert "fr" in words
    assert "hopke.toml" in words


@pytest.mark.parametrize(
    "name",
    [STORY, "kits/tiny/fish/art.svg", "kits/tiny/fish/silhouette.svg", KIT, "kits/tiny/lantern/kit.toml"],
)
def test_a_missing_file_is_named(station: Station, folder: Path, name: str) -> None:
    (folder / name).unlink()
    words = refusal(station)
    assert str(folder / name) in words
    assert "Add the file" in words


@pytest.mark.parametrize(
    ("name", "old", "new", "what"),
    [
        (KIT, 'vi = "Cầu gỗ"\n', "vi = Cầu gỗ\n", "not TOML"),
        (SERIES, "case_size = 4", "case_size = ", "not TOML"),
        (STORY, "title: Wooden Bridge", "title: Bridge: wooden", "not YAML in line 2"),
        (STORY, "choices: [Red, Gold", "choices: &all [*all, Red, Gold", "aliases"),
        (STORY, "---\ntitle", "title", "front matter is missing"),
        ("kits/tiny/bridge/art.svg", "</svg>", "", "not a plain SVG"),
        ("kits/tiny/bridge/art.svg", "<svg", '<!DOCTYPE svg [<!ENTITY a "a">]><svg', "entities"),
        ("kits/tiny/bridge/art.svg", 'viewBox="0 0 360 450"', "", "viewBox"),
        ("kits/tiny/bridge/silhouette.svg", "<path", "<image", "silhouette"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(
    station: Station, write: Write, name: str, old: str, new: str, what: str
) -> None:
    path = write(name, old, new)
    words = refusal(station)
    assert str(path) in words
    assert what in words


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("uncertain:", "reviewed: 2026-02-30\nuncertain:"),
        ("uncertain:", f"reviewed: {'9' * 5000}\nuncertain:"),
        ("choices: [Red, Gold, Green, White]", f"choices: {'[' * 5000}"),
    ],
    ids=["a day that does not exist", "a number of 5,000 digits", "5,000 brackets"],
)
def test_front_matter_that_no_yaml_reader_can_take_in_is_refused_like_any_other_slip(
    station: Station, write: Write, old: str, new: str
) -> None:
    path = write(STORY, old, new)
    assert str(path) in refusal(station)


def test_a_file_that_is_not_utf_8_is_named(station: Station, folder: Path) -> None:
    path = folder / STORY
    path.write_bytes(path.read_bytes() + "Cầu gỗ".encode("utf-16"))
    words = refusal(station)
    assert str(path) in words
    assert "UTF-8" in words


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        (KIT, "pieces = 9", 'pieces = "nine"', "assembly.1.parts.1.pieces"),
        (KIT, "pieces = 9", "pieces = 0", "pieces"),
        (KIT, "latitude = 21.03", "latitude = 121.03", "latitude"),
        (KIT, 'scale = "1:50"', 'scale = "50"', "scale"),
        (KIT, 'certificate = "TEST-1"', "certificate = 1", "sale.certificate"),
        (KIT, 'certificate = "TEST-1"', 'certificate = "TEST-1"\ngtin = "4006381333932"', "gtin"),
        (KIT, "weight_g = 120", "weight_g = 120\nweight_kg = 1", "model.weight_kg"),
        (KIT, "weight_g = 120\n", "", "model.weight_g"),
        (KIT, "[name]", 'id = "lantern"\n[name]', "id"),
        (SERIES, "share = 3", 'share = "three"', "kits.1.share"),
        (SERIES, "share = 3", "share = 0", "share"),
        (SERIES, 'prefix = "TY"', 'prefix = "ty"', "prefix"),
        (SERIES, "case_size = 4", "case_size = 0", "case_size"),
        (SERIES, "case_size = 4", "case_size = 4\ncasesize = 4", "casesize"),
        (STORY, "title: Wooden Bridge", "title: 1805", "title"),
        (STORY, "title: Wooden Bridge", "title: Wooden Bridge\ntitel: Wooden Bridge", "titel"),
        (STORY, "summary: Wooden Bridge", f"summary: {'x' * 140}", "summary"),
        (STORY, '  - { value: "1", label: step, source: S1 }\n', "", "facts"),
        (STORY, "answer: Red", "answer: red", "answer"),
        (STORY, "uncertain:\n  - Nothing of this is certain.\n", "", "uncertain"),
    ],
)
def test_a_key_that_is_missing_unknown_or_wrong_is_named_with_its_file(
    station: Station, write: Write, name: str, old: str, new: str, key: str
) -> None:
    path = write(name, old, new)
    words = refusal(station)
    assert str(path) in words
    assert key in words.removeprefix(str(path))


def test_a_kit_listed_twice_is_refused(station: Station, write: Write) -> None:
    path = write(SERIES, 'id = "lantern"', 'id = "bridge"')
    words = refusal(station)
    assert str(path) in words
    assert "listed twice" in words


def test_a_series_that_nobody_could_complete_is_refused(station: Station, write: Write) -> None:
    write(SERIES, "share = 3", "share = 3\nchase = true")
    path = write(SERIES, "share = 4", "share = 4\nchase = true")
    words = refusal(station)
    assert str(path) in words
    assert "counts towards completeness" in words


# Settings


@pytest.mark.parametrize(
    "base_url",
    [
        "http://h.example",
        "h.example",
        "https://localhost",
        "https://shop.localhost",
        "https://printer.local",
        "https://intranet",
        "https://192.168.1.20",
        "https://8.8.8.8",
        "https://127.1",
        "https://[2001:db8::1]",
        "https://[2001:db8::1",
        "https://h.example:8443",
        "https://h.example:port",
        "https://h.example:99999",
        "https://h.example/shop",
        "https://h.example?x=1",
        "https://h.example#x",
        "https://maker@h.example",
        "https://h .example",
        "https://h.example\n",
        "https://hộp.example",
        "https://",
        "",
    ],
)
def test_a_base_url_that_must_not_stand_on_a_card_is_refused(base_url: str) -> None:
    with pytest.raises(BaseUrlError) as refused:
        printable_host(base_url)
    assert refused.value.where == "base_url"
    assert "https://your-host" in refused.value.mend or "--practice" in refused.value.mend


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://h.example", "h.example"),
        ("https://h.example/", "h.example"),
        ("https://H.Example", "h.example"),
        ("https://a-b.c1.vn", "a-b.c1.vn"),
        ("https://xn--hp-kia.example", "xn--hp-kia.example"),
    ],
)
def test_a_base_url_that_is_a_public_host_may_be_printed(base_url: str, host: str) -> None:
    assert printable_host(base_url) == host


def test_neither_plan_nor_check_accepts_a_base_url_that_must_not_be_printed(
    folder: Path, write: Write
) -> None:
    write(SETTINGS, "https://h.example", "http://h.example")
    station = open_station(find_workspace(str(folder)))
    try:
        assert "base_url: http://h.example is not an https address" in refusal(station)
    finally:
        station.ledger.close()
    assert "base_url: http://h.example is not an https address" in problems(folder)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('maker = "tiny-maker"', 'maker = ""', "maker"),
        ('maker = "tiny-maker"', "maker = 1", "maker"),
        ('maker = "tiny-maker"\n', "", "maker"),
        ('languages = ["vi", "en"]', 'languages = "vi"', "languages"),
        ('languages = ["vi", "en"]', "languages = []", "languages"),
        ('languages = ["vi", "en"]', 'languages = ["vi", "english"]', "languages"),
        ('languages = ["vi", "en"]', 'languages = ["vi", "en"]\ncolour = "red"', "colour"),
        ('languages = ["vi", "en"]', 'languages = ["vi", "en"]\nroot = "/etc"', "root"),
        ('languages = ["vi", "en"]', 'languages = ["vi", "en"]\n[paper]\ngutter_mm = 60', "gutter_mm"),
        ('languages = ["vi", "en"]', 'languages = ["vi", "en"]\n[paper]\nbleed_mm = 9', "bleed_mm"),
        ('languages = ["vi", "en"]', 'languages = ["vi", "en"]\n[paper]\nbleed = 3', "bleed"),
        ('languages = ["vi", "en"]', 'languages = ["vi", "en"]\n[site]\nproxies = -1', "proxies"),
        ('languages = ["vi", "en"]', "languages = [", "not TOML"),
    ],
)
def test_a_setting_that_is_missing_unknown_or_wrong_is_named(
    folder: Path, write: Write, old: str, new: str, key: str
) -> None:
    path = write(SETTINGS, old, new)
    with pytest.raises(UserError) as refused:
        find_workspace(str(folder))
    assert str(path) in str(refused.value)
    assert key in str(refused.value)
    assert refused.value.mend


# Checking everything at once


def test_a_workspace_that_is_ready_has_no_problem(folder: Path) -> None:
    assert problems(folder) == ""


def test_a_story_in_a_language_that_the_workspace_does_not_speak_is_told_by_check(folder: Path) -> None:
    path = folder / "stories" / "fish" / "de.md"
    path.write_text((folder / "stories" / "fish" / "en.md").read_text("utf-8"), "utf-8")
    told = problems(folder)
    assert str(path) in told
    assert "the language de is not one of" in told


def test_a_language_that_the_pages_do_not_speak_is_told_by_check(folder: Path, write: Write) -> None:
    path = write(SETTINGS, '["vi", "en"]', '["vi", "en", "de"]')
    told = problems(folder)
    assert f"{path}: languages: the pages do not speak de" in told
    assert "Use some of en, fr, ja, ko, vi, zh" in told


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (
            STORY,
            "A short sentence told to try this page 3.",
            "See [the mill](/en/tiny/mill).",
            "leads nowhere",
        ),
        (STORY, "A short sentence told to try this page 3.", "<b>Bold.</b>", "holds HTML"),
        (STORY, "A short sentence told to try this page 3.", "![x](https://x.example/x.png)", "picture"),
        (STORY, "## Wooden Bridge", "# Wooden Bridge", "one #"),
        (STORY, "Nguồn.[^S1]", "Nguồn.[^S9]", "[^S9] is used but not given"),
        (STORY, "[^S1]: A", "[^S5]: Another.\n[^S1]: A", "[^S5] is given but never used"),
        (STORY, 'value: "12", label: pieces, source: S1', 'value: "12", label: pieces, source: S7', "S7"),
        (STORY, "A short sentence told to try this page", "", "at least 200"),
        ("kits/tiny/bridge/art.svg", "</svg>", "<script>1</script></svg>", "script"),
        ("kits/tiny/bridge/art.svg", "<path", '<path onclick="x()"', "onclick"),
        ("kits/tiny/bridge/art.svg", "</svg>", '<use href="https://x.example/a.svg#b"/></svg>', "use"),
        ("kits/tiny/bridge/art.svg", "</title>", f"{' ' * 8192}</title>", "8192"),
        ("kits/tiny/bridge/silhouette.svg", "</title>", f"{' ' * 2048}</title>", "2048"),
        ("print/insert/back.html", "{{ leaf.host }}", "{{ leaf.host", "line"),
        ("print/insert/design.toml", "width_mm = 105", 'width_mm = "wide"', "width_mm"),
        ("print/insert/design.toml", '"back.html"', '"rear.html"', "rear.html"),
    ],
)
def test_what_is_well_formed_and_still_wrong_is_told_by_check(
    folder: Path, write: Write, name: str, old: str, new: str, told: str
) -> None:
    path = write(name, old, new)
    said = problems(folder)
    assert told in said
    assert str(path) in said or str(path.parent) in said


def test_check_tells_every_problem_and_not_only_the_first(folder: Path, write: Write) -> None:
    first = write("stories/fish/vi.md", "## Cá chép", "# Cá chép")
    second = write("kits/tiny/bridge/art.svg", "</svg>", "<script>1</script></svg>")
    (folder / "stories" / "stray").mkdir()
    said = problems(folder)
    for part in (str(first), str(second), str(folder / "stories" / "stray"), "belongs to no kit"):
        assert part in said


def test_check_refuses_to_lose_a_kit_that_stands_in_a_manifest(
    folder: Path, station: Station, write: Write
) -> None:
    plan_run(station, "tiny", boxes=16, now=NOW)
    commit_run(station, "TY-1", entropy=SECRET, now=NOW)
    assert problems(folder) == ""
    write(SERIES, '[[kits]]\nid = "fish"\nshare = 1\ndigit = "9"\nchase = true\n', "")
    for path in (*(folder / "stories" / "fish").glob("*"), folder / "stories" / "fish"):
        path.unlink() if path.is_file() else path.rmdir()
    assert "fish" in problems(folder)
