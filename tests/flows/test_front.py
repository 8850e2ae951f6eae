"""A file's front matter as a form: what nobody touched stays as it was, what is typed comes back as typed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.story import RIDDLES, Layer, Story
from app.editing import Studio, find_text, open_studio
from app.editing.forms import entered, keys_of, pressed
from app.editing.front import CHOICES, COLUMNS, KEYS, LAYER_KEYS, RIDDLE, TEXTS, Fields, compose, fields, tidy
from app.editing.gate import parse
from app.editing.lenient import BLANK, lenient_story
from app.editing.measuring import measure
from app.web.languages import known_languages
from app.workspace import Workspace
from tests.conftest import REPOSITORY

STORIES = sorted(
    path
    for root in (REPOSITORY / "stories", REPOSITORY / "tests" / "workspaces")
    for path in root.rglob("*.md")
    if path.read_text("utf-8").startswith("---\n")
)
WHOLE = (REPOSITORY / "stories" / "doan-mon" / "vi.md").read_text("utf-8")


@pytest.fixture
def studio(workspace: Workspace) -> Iterator[Studio]:
    opened = open_studio(workspace, known_languages())
    yield opened
    opened.ledger.close()


def is_long(path: Path) -> bool:
    return "\nfacts:\n" in path.read_text("utf-8")


@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_form_that_is_saved_unchanged_gives_the_same_bytes(path: Path) -> None:
    words = path.read_text("utf-8")
    shown = fields(words)
    assert shown.fault is None
    assert shown.texts["title"]
    assert compose(words, shown, KEYS if is_long(path) else LAYER_KEYS).encode() == path.read_bytes()


def test_there_are_stories_to_test() -> None:
    assert len([path for path in STORIES if is_long(path)]) >= 10
    assert len([path for path in STORIES if not is_long(path)]) >= 30


def changed_lines(old: str, new: str) -> tuple[set[str], set[str]]:
    before, after = old.splitlines(), new.splitlines()
    return set(before) - set(after), set(after) - set(before)


def test_one_changed_field_changes_its_own_line_and_no_other() -> None:
    shown = fields(WHOLE)
    rows = [dict(row) for row in shown.rows["timeline"]]
    rows[2]["what"] = "Đội cấm vệ: đi qua # đây."
    new = compose(WHOLE, replace(shown, rows={**shown.rows, "timeline": tuple(rows)}))
    assert changed_lines(WHOLE, new) == (
        {"    what: Quân cấm vệ diễu hành ở đây."},
        {'    what: "Đội cấm vệ: đi qua # đây."'},
    )


def test_comments_unknown_keys_and_odd_spellings_stay() -> None:
    words = (
        "# Lan writes here\ntitle:   'Cổng'  # the short name\n\nmine: {a: [1,  2]}\n"
        "uncertain:\n  # why\n  - Một.\n  - Hai.  # ask Minh\n# the end\n"
    )
    file = f"---\n{words}---\nText.\n"
    shown = fields(file)
    assert compose(file, shown, LAYER_KEYS) == file
    new = replace(shown, texts={**shown.texts, "summary": "Ngắn."}, rows={**shown.rows, "uncertain": (
        *shown.rows["uncertain"], {"text": "Ba."})})  # fmt: skip
    told = compose(file, new, LAYER_KEYS)
    assert changed_lines(file, told) == (set(), {"summary: Ngắn.", "  - Ba."})
    assert told.index("title:") < told.index("summary:") < told.index("uncertain:")


@pytest.mark.parametrize(
    "value", ["1812", "yes", "on", "~", "null", "1,5", "a: b", "# c", "'", '"', " before", "x ", "😀 “ạ”",
    "- a", "[a", "{", "*a",
    "&a", "!t", "|", "%", "@", "2026-11-22", "0x1f", "1:30", "=", "<<", "---", "...", "\\n"],
)  # fmt: skip
def test_what_looks_like_something_else_stays_a_text(studio: Studio, value: str) -> None:
    shown = fields(WHOLE)
    rows = ({"value": value, "label": value, "source": "S1"}, *shown.rows["facts"][1:])
    story = {**shown.riddles["story"], "choice0": value}
    new = replace(
        shown, texts={**shown.texts, "title": value, "place": value},
        rows={**shown.rows, "facts": rows}, riddles={**shown.riddles, "story": story},
    )  # fmt: skip
    told = parse(studio, find_text(studio, "bridge", "vi"), compose(WHOLE, new))
    assert isinstance(told, Story)
    assert (told.front.title, told.front.place) == (value, value)
    assert (told.front.facts[0].value, told.front.facts[0].label) == (value, value)
    assert told.front.riddle.choices[0] == value
    assert fields(compose(compose(WHOLE, new), shown)) == shown


def test_a_number_that_somebody_wrote_by_hand_is_shown_as_written_and_mended_by_saving(
    studio: Studio,
) -> None:
    words = WHOLE.replace('value: "1121"', "value: 1121").replace('when: "1999"', "when: 1999-01-01")
    shown = fields(words)
    assert shown.rows["facts"][2]["value"] == "1121"
    mended = compose(words, shown)
    assert 'value: "1121"' in mended
    assert 'when: "1999-01-01"' in mended
    parse(studio, find_text(studio, "bridge", "vi"), mended)


TYPED = st.text(st.characters(exclude_categories=["Cs"]), max_size=24)


def rows_of(key: str) -> st.SearchStrategy[tuple[dict[str, str], ...]]:
    row = st.fixed_dictionaries(dict.fromkeys(COLUMNS[key], TYPED))
    return st.lists(row, max_size=5).map(tuple)


RIDDLES_TYPED = st.fixed_dictionaries(
    dict.fromkeys((name for name in RIDDLE if name != "right"), TYPED) | {"right": st.sampled_from("0123")}
)
FORMS = st.builds(
    Fields,
    st.fixed_dictionaries(dict.fromkeys(TEXTS, TYPED)),
    st.fixed_dictionaries({key: rows_of(key) for key in COLUMNS}),
    st.fixed_dictionaries(dict.fromkeys(RIDDLES, RIDDLES_TYPED)),
    st.just("## Chữ\n\nText.\n"),
)


def settled(typed: Fields) -> Fields:
    """Return a form as it is kept; which of two choices that are the same is right nobody can tell."""
    told = tidy(typed)
    riddles = {}
    for kind, row in told.riddles.items():
        choices = [row[name] for name in CHOICES]
        right = choices[int(row["right"])] if row["right"] else ""
        riddles[kind] = {**row, "right": str(choices.index(right)) if right else ""}
    return replace(told, riddles=riddles)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FORMS, st.sampled_from(["", WHOLE]))
def test_whatever_is_typed_comes_back_as_it_was_typed(typed: Fields, before: str) -> None:
    told = compose(before, typed)
    shown = fields(told)
    assert shown.fault is None
    assert shown == settled(typed)
    assert compose(told, shown) == told


def test_a_front_matter_that_is_no_list_of_keys_is_told_and_never_touched() -> None:
    for front in ("title: [a\n", "- a\n", "facts: 5\n", "a: &x 1\nb: *x\n", "title: a\ntitle: b\n"):
        file = f"---\n{front}---\nText.\n"
        shown = fields(file)
        assert shown.fault is not None, front
        assert (shown.texts["title"], shown.body) == ("", "Text.\n")
    open_end = fields("---\ntitle: a\n")
    assert open_end.fault is not None


@pytest.mark.parametrize(
    ("front", "line", "column"),
    [
        ("title: a\nsummary: A bridge: wooden\n", 3, 18),
        ('title: a\nsummary: "never ends\nplace: b\n', 3, 10),
        ("place: [never ends\nsummary: x\n", 2, 8),
        ("title: a\n\tplace: b\n", 3, 1),
        ("title: a\nfacts: 5\n", 3, 8),
        ("title: a\nplace: b\ntitle: c\n", 4, 1),
        ("a: &x 1\nb: *x\n", 3, 4),
    ],
)
def test_a_fault_of_a_front_matter_is_told_with_its_place(front: str, line: int, column: int) -> None:
    fault = fields(f"---\n{front}---\nText.\n").fault
    assert fault is not None
    assert (fault.line, fault.column) == (line, column)


def test_a_text_without_front_matter_is_all_text_and_gets_one() -> None:
    shown = fields("Chỉ có chữ.\n")
    assert shown.body == "Chỉ có chữ.\n"
    told = compose("Chỉ có chữ.\n", replace(shown, texts={**shown.texts, "title": "Cầu"}))
    assert told == "---\ntitle: Cầu\nuncertain: []\n---\nChỉ có chữ.\n"


def test_rows_are_added_and_taken_away_by_buttons_and_everything_typed_stays(studio: Studio) -> None:
    old = fields(WHOLE)
    form = {"title": "Tên mới", "timeline.0.when": "1010", "timeline.0.what": "a", "timeline.7.what": "b",
            "riddles.story.question": "Gì?", "riddles.story.right": "2", "body": "x\r\ny\r\n",
            "facts.0.nothing": "x", "secrets.0.a": "x", "timeline.99999.what": "x"}  # fmt: skip
    typed = entered(form, {"timeline"}, old)
    assert typed.body == "x\ny\n"
    assert [row["what"] for row in typed.rows["timeline"]] == ["a", "b"]
    assert typed.rows["facts"] == old.rows["facts"]  # the form did not hold them
    assert typed.riddles["model"] == old.riddles["model"]
    more = pressed(typed, "add.timeline")
    assert len(more.rows["timeline"]) == 3
    assert more.texts["title"] == "Tên mới"
    assert [row["what"] for row in pressed(more, "drop.timeline.0").rows["timeline"]] == ["b", ""]
    for nonsense in ("drop.timeline.9", "add.nothing", "drop.x", "", "save"):
        assert pressed(typed, nonsense) == typed


def test_a_form_of_a_layer_holds_three_things(studio: Studio) -> None:
    assert keys_of(find_text(studio, "bridge", "vi")) == KEYS
    assert keys_of(find_text(studio, "bridge", "vi.easy")) == LAYER_KEYS


def test_an_unfinished_draft_can_be_shown(studio: Studio) -> None:
    story = lenient_story(studio, find_text(studio, "bridge", "vi"), "")
    assert isinstance(story, Story)
    assert (story.front.title, story.front.facts[3].value, story.front.riddle.hint) == (BLANK, BLANK, BLANK)
    layer = lenient_story(studio, find_text(studio, "bridge", "en.easy"), "Only text.\n")
    assert isinstance(layer, Layer)
    assert (layer.front.title, layer.text) == (BLANK, "Only text.\n")
    long = compose("", replace(fields(""), texts={"title": "a", "summary": "x" * 200, "place": ""}))
    assert len(lenient_story(studio, find_text(studio, "bridge", "vi"), long).front.summary) == 140


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(typed=FORMS)
def test_any_form_can_be_shown_as_a_page(studio: Studio, typed: Fields) -> None:
    story = lenient_story(studio, find_text(studio, "bridge", "vi"), compose("", typed))
    assert story.text == "## Chữ\n\nText.\n"


def test_a_text_is_measured_in_the_words_of_its_language() -> None:
    told = measure("## Tên\n\nMột hai ba. Bốn năm sáu bảy tám.[^S1]\n", "vi")
    assert (told.words, told.sentence, told.school_year) == (8, 4, None)
    assert told.longest.startswith("Bốn")
    assert measure("The cat sat. The dog ran away.", "en").school_year is not None
    assert measure("红色的塔。它很高！", "zh").words == 7
    assert measure("", "en").words == 0
