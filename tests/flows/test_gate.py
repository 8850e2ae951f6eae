"""What keeps a text from being published, each thing with its place; and what prints have told already."""

from collections.abc import Callable

import pytest

from app.checking.wording import FINGERPRINTS_FILE, GLOSSARY_FILE
from app.core.wording import fingerprints, prose
from app.editing import Studio, Text, find_text
from app.editing.files import path_of
from app.editing.gate import Problem, advice, gate
from app.editing.prints import PrintedRunsError, printed_runs
from app.editing.publishing import GateError, publish
from app.runs import Station, find_run
from app.runs.marks import record_mark
from app.web.languages import Tongue, known_languages, phrases
from app.web.studio_steps import SAID
from tests.flows.desk import CAI, NOW, approved, rewritten

Edit = Callable[[str], str]


def swap(old: str, new: str) -> Edit:
    def edit(words: str) -> str:
        assert old in words, old
        return words.replace(old, new, 1)

    return edit


def add(paragraph: str) -> Edit:
    return lambda words: words.replace("!!! legend", f"{paragraph}\n\n!!! legend")


BROKEN: list[tuple[str, Edit, str]] = [
    ("front_missing", lambda words: words.partition("\n---\n")[2], ""),
    ("front_broken", swap("place: Hà Nội", "place: [Hà Nội"), ""),
    ("field_missing", swap("title: Cầu gỗ\n", ""), ""),
    ("field_missing", swap("title: Cầu gỗ", 'title: " "'), ""),
    ("field_missing", swap('  - { value: "1", label: step, source: S1 }\n', ""), ""),
    ("field_missing", swap('hint: "Nhìn tranh."', 'hint: ""'), ""),
    ("field_unknown", swap("place:", "plase: x\nplace:"), ""),
    ("summary_long", swap("summary: Cầu gỗ", "summary: " + "Cầu gỗ " * 30), ""),
    ("answer_no_choice", swap('answer: "Không"', "answer: Có lẽ"), ""),
    ("choices_same", swap("[Đỏ, Vàng, Xanh, Trắng]", "[Đỏ, Đỏ, Xanh, Trắng]"), ""),
    ("riddles_order", swap("kind: set", "kind: model"), ""),
    ("riddle_nowhere", swap("    in_text: Một câu kể ngắn\n", ""), ""),
    ("riddle_words", swap("in_text: Một câu kể ngắn", "in_text: Không có trong bài"), ""),
    ("source_unknown", swap("label: a year, source: S1", "label: a year, source: S9"), ""),
    ("detail_unknown", swap("of: arch", "of: roof"), ""),
    ("text_missing", lambda words: words.partition("\n---\n")[0] + "\n---\n", ""),
    ("html", add("Một <b>chữ</b> đậm."), "Một <b>chữ</b> đậm."),
    ("heading", add("# To quá"), "# To quá"),
    ("link", add("Một [lối](/vi/no/where)."), "Một [lối](/vi/no/where)."),
    ("note_unknown", add("Một câu.[^ZZ]"), "Một câu.[^ZZ]"),
    ("note_unused", lambda words: words + "[^ZZ]: Ai đó\n", "[^S1]: A source, 2026."),
    ("note_twice", lambda words: words + "[^S1]: Ai đó\n", "[^S1]: A source, 2026."),
    ("unsourced", add("Năm 1010 có rồng."), "Năm 1010 có rồng."),
    ("picture_place", add("![hình](https://evil.example/a.png)"), "![hình]"),
    ("picture_missing", add("![Một cây cầu gỗ cong](images/none)"), ""),
]


@pytest.mark.parametrize(
    ("key", "edit", "quote"), BROKEN, ids=[f"{key}-{n}" for n, (key, *_) in enumerate(BROKEN)]
)
def test_each_thing_is_told_by_its_name_with_its_place(
    studio: Studio, bridge: Text, key: str, edit: Edit, quote: str
) -> None:
    words = edit(path_of(studio, bridge).read_text("utf-8"))
    found = {problem.key: problem for problem in gate(studio, bridge, words)}
    assert key in found
    problem = found[key]
    assert problem.what
    assert problem.mend
    if quote:
        assert problem.quote.startswith(quote)
        line = words.splitlines()[problem.line - 1]
        assert line[:5] in problem.quote or problem.quote[:5] in line
        assert words.partition("\n---\n")[2].splitlines()[problem.text_line - 1] == line
    if problem.front and key != "field_missing":
        assert words.splitlines()[problem.line - 1].startswith(problem.front.partition(".")[0])


def test_a_text_as_it_is_published_passes_and_says_how_it_reads(studio: Studio, bridge: Text) -> None:
    words = path_of(studio, bridge).read_text("utf-8")
    assert gate(studio, bridge, words) == ()
    told = advice(studio, bridge, words)
    assert told.reading.words > 200
    assert told.reading.index is None
    assert "length" in {problem.key for problem in told.problems}
    english = find_text(studio, "bridge", "en")
    assert advice(studio, english, path_of(studio, english).read_text("utf-8")).reading.index is not None


def test_a_glossary_and_sources_that_change_are_seen_at_once(studio: Studio, bridge: Text) -> None:
    words = path_of(studio, bridge).read_text("utf-8")
    glossary, marks = (studio.workspace.stories / name for name in (GLOSSARY_FILE, FINGERPRINTS_FILE))

    def told(key: str) -> bool:
        return key in {problem.key for problem in advice(studio, bridge, words).problems}

    term = '[[term]]\nvi = ["{}"]\nen = ["bridge"]\nnote = {{vi = "x", en = "x"}}\navoid_vi = ["{}"]\n'
    for avoid, expected in (("con voi", False), ("trang này", True), ("con voi", False)):
        glossary.write_text(term.format("cầu", avoid), "utf-8")
        assert told("glossary") is expected
    for source, expected in (("", False), (prose(words), True), ("", False)):
        marks.write_bytes(b"".join(fingerprints(source)))
        assert told("shared") is expected


def test_a_text_waits_for_the_workspaces_other_languages_or_a_reason(studio: Studio, bridge: Text) -> None:
    english = find_text(studio, "bridge", "en")
    words = path_of(studio, english).read_text("utf-8")
    path_of(studio, english).unlink()
    version = approved(studio, bridge, rewritten(studio, bridge))
    with pytest.raises(GateError) as refused:
        publish(studio, bridge, CAI, version=version, now=NOW)
    assert [problem.key for problem in refused.value.problems] == ["alone"]
    approved(studio, english, words)
    publish(studio, bridge, CAI, version=version, now=NOW)


@pytest.mark.parametrize(
    ("key", "edit"), [(key, edit) for key, edit, _ in BROKEN[:3]], ids=["missing", "broken", "fields"]
)
def test_everything_is_told_at_once_though_the_front_matter_is_not_right(
    studio: Studio, bridge: Text, key: str, edit: Edit
) -> None:
    path_of(studio, find_text(studio, "bridge", "en")).unlink()
    words = edit(add("Năm 1010 có <b>rồng</b>.")(path_of(studio, bridge).read_text("utf-8")))
    keys = {problem.key for problem in gate(studio, bridge, words)}
    assert keys == {key, "html", "unsourced", "alone"}
    assert "alone" not in {each.key for each in gate(studio, bridge, words, alone_because="Bản kia chờ.")}


def test_every_problem_has_its_words_in_every_language() -> None:
    values = dict.fromkeys(
        ("line", "part", "n", "most", "fewest", "name", "target", "question", "words", "language", "what",
         "mend", "index", "mean", "word", "instead"), "x",
    )  # fmt: skip
    assert {f"gate.{key}" for key, *_ in BROKEN} <= set(SAID)
    for language in known_languages():
        assert set(SAID) <= set(phrases(language))
        for key in SAID:
            assert Tongue(language).say(key, **values)


def test_a_problem_says_line_words_and_mend_on_the_command_line() -> None:
    problem = Problem("html", "the text holds HTML", "Write Markdown only", line=37, quote="Một <b>")
    assert str(problem) == "line 37: the text holds HTML (“Một <b>”). Write Markdown only."


QUESTION = swap("question: Which colour is the bridge?", "question: Cầu màu gì?")


def test_a_change_of_what_is_printed_names_the_runs_and_must_be_confirmed(
    studio: Studio, bridge: Text, sealed: Station
) -> None:
    old = path_of(studio, bridge).read_text("utf-8")
    asked = QUESTION(old)
    assert printed_runs(studio, bridge, old, asked) == ()
    with sealed.ledger.writing() as session:
        record_mark(session, find_run(session, "TY-1"), "printed", range(1, 17), NOW)
    (run,) = printed_runs(studio, bridge, old, asked)
    assert (run.run, [thing for thing, _ in run.carried]) == ("TY-1", ["insert"])
    told_otherwise = old.replace("trang này 0", "trang này không")
    assert printed_runs(studio, bridge, old, told_otherwise) == (), "a card does not carry the text"
    version = approved(studio, bridge, asked)
    with pytest.raises(PrintedRunsError, match="TY-1"):
        publish(studio, bridge, CAI, version=version, now=NOW)
    publish(studio, bridge, CAI, version=version, now=NOW, confirmed_runs=True)
