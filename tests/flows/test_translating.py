"""A translation beside its source: what no longer agrees is seen, and nothing is changed by it."""

from dataclasses import replace

import pytest
from sqlmodel import select

from app.core.alignment import Row
from app.editing import Studio, Text, find_text
from app.editing.behind import stale_counts
from app.editing.drafts import StaleSaveError, discard, open_text, save
from app.editing.files import path_of
from app.editing.translating import (
    ALL,
    NoSourceError,
    Sides,
    SourceChangedError,
    Written,
    name_of,
    save_translation,
    sides_of,
)
from app.ledger import TranslatedBlock
from app.library import parse_story
from tests.flows.desk import BOTH, CAI, NOW, publish_with, words_in, write

FIRST, SECOND = "thử trang này 0.", "thử trang này 8."


@pytest.fixture
def vi(studio: Studio) -> Text:
    return find_text(studio, "bridge", "vi")


@pytest.fixture
def en(studio: Studio) -> Text:
    return find_text(studio, "bridge", "en")


def look_at(studio: Studio, text: Text) -> Sides:
    return sides_of(studio, text, BOTH, NOW)


def unlike(sides: Sides) -> list[Row]:
    return [row for row in sides.rows if row.state != "agrees"]


def typed(sides: Sides, old: str, new: str) -> dict[int, str]:
    """Return what a form says when words in one field are changed."""
    for field, _, row in sides.named:
        if row.target and old in row.target.text:
            return {int(field[2:]): row.target.text.replace(old, new)}
    raise AssertionError(old)


def agree(studio: Studio, text: Text, *names: str) -> None:
    version = look_at(studio, text).opened.version
    save_translation(studio, text, BOTH, Written({}, {}, frozenset(names)), version=version, now=NOW)


def test_texts_that_exist_already_agree_as_they_stand(studio: Studio, en: Text) -> None:
    sides = look_at(studio, en)
    assert len(sides.rows) > 30
    assert unlike(sides) == []
    assert set(stale_counts(studio).values()) == {0}


def test_a_changed_paragraph_makes_its_translation_stale_and_shows_the_words_it_was_made_from(
    studio: Studio, vi: Text, en: Text
) -> None:
    before = words_in(studio, en)
    publish_with(studio, vi, FIRST, "thử trang này số không.")
    (row,) = unlike(look_at(studio, en))
    assert row.state == "stale"
    assert row.target is not None
    assert "this page 0." in row.target.text
    assert row.source is not None
    assert "số không" in row.source.text
    assert FIRST in row.before
    assert stale_counts(studio)["bridge", "en"] == 1
    assert words_in(studio, en) == before


def test_a_draft_of_the_source_makes_nothing_stale_but_is_told(studio: Studio, vi: Text, en: Text) -> None:
    look_at(studio, en)
    write(studio, vi, FIRST, "khác.")
    sides = look_at(studio, en)
    assert unlike(sides) == []
    assert sides.ahead


def test_a_source_changed_on_disk_before_anyone_looked_at_the_translation_makes_it_stale(
    studio: Studio, vi: Text, en: Text
) -> None:
    open_text(studio, vi, CAI, NOW)
    path_of(studio, vi).write_text(words_in(studio, vi).replace(FIRST, "khác."), "utf-8")
    assert [row.state for row in unlike(look_at(studio, en))] == ["stale"]


def test_a_published_change_makes_translations_stale_that_nobody_had_looked_at(
    studio: Studio, vi: Text
) -> None:
    publish_with(studio, vi, FIRST, "khác.")
    assert stale_counts(studio)["bridge", "en"] == 1


def test_whole_paragraphs_that_are_new_or_gone_are_told(studio: Studio, vi: Text, en: Text) -> None:
    look_at(studio, en)
    publish_with(studio, vi, "Một câu kể ngắn để thử trang này 8.", "Đoạn mới.\n\nMột câu kể ngắn 8.")
    new, *rest = unlike(look_at(studio, en))
    assert (new.state, new.target) == ("new", None)
    assert [row.state for row in rest] == ["stale"]
    agree(studio, en, ALL)
    publish_with(studio, vi, "Đoạn mới.\n\n", "")
    assert unlike(look_at(studio, en)) == []
    publish_with(studio, vi, '!!! legend "Tương truyền"\n    It is told that this is only a test.\n\n', "")
    (gone,) = unlike(look_at(studio, en))
    assert (gone.state, gone.source) == ("gone", None)
    assert gone.target is not None
    assert gone.target.text.startswith("!!!")


def test_a_line_of_the_front_matter_goes_stale_alone(studio: Studio, vi: Text, en: Text) -> None:
    look_at(studio, en)
    publish_with(studio, vi, "Nó được sơn lại.", "Nó được sơn lại màu đỏ.")
    (row,) = unlike(look_at(studio, en))
    assert row.target is not None
    assert row.target.place == ("timeline", 1, "what")


def test_of_several_places_with_the_same_words_the_one_that_changed_is_stale(
    studio: Studio, vi: Text, en: Text
) -> None:
    look_at(studio, en)
    publish_with(studio, vi, "hint: Look at the picture.", "hint: Nhìn kỹ tranh.")
    (row,) = unlike(look_at(studio, en))
    assert row.target is not None
    assert row.target.place == ("riddles", 1, "hint")


def test_agreeing_now_ends_it_for_one_paragraph_or_all(studio: Studio, vi: Text, en: Text) -> None:
    look_at(studio, en)
    publish_with(studio, vi, FIRST, "khác.")
    publish_with(studio, vi, SECOND, "khác nữa.")
    one, other = unlike(look_at(studio, en))
    before = words_in(studio, en)
    agree(studio, en, name_of(one))
    (rest,) = unlike(look_at(studio, en))
    assert name_of(rest) == name_of(other)
    agree(studio, en, ALL)
    assert unlike(look_at(studio, en)) == []
    assert words_in(studio, en) == before
    assert open_text(studio, en, BOTH, NOW).state == "published"


def test_a_translation_that_is_polished_keeps_its_pair(studio: Studio, en: Text) -> None:
    sides = look_at(studio, en)
    changed = typed(sides, "this page 0.", "this lovely page 0.")
    save_translation(studio, en, BOTH, Written(changed, {}), version=sides.opened.version, now=NOW)
    assert unlike(look_at(studio, en)) == []
    write(studio, en, "Wooden Bridge – a short sentence told to try this page.", "Wood!", BOTH)
    assert unlike(look_at(studio, en)) == []


def test_a_stale_paragraph_that_is_rewritten_stays_stale_until_somebody_says_that_it_agrees(
    studio: Studio, vi: Text, en: Text
) -> None:
    look_at(studio, en)
    publish_with(studio, vi, FIRST, "khác.")
    sides = look_at(studio, en)
    (row,) = unlike(sides)
    changed = typed(sides, "this page 0.", "another.")
    version = save_translation(studio, en, BOTH, Written(changed, {}), version=sides.opened.version, now=NOW)
    assert [row.state for row in unlike(look_at(studio, en))] == ["stale"]
    changed = typed(look_at(studio, en), "another.", "another one.")
    done = Written(changed, {}, frozenset({name_of(row)}))
    save_translation(studio, en, BOTH, done, version=version, now=NOW)
    assert unlike(look_at(studio, en)) == []


def test_a_draft_that_is_given_up_leaves_the_pairs_of_what_is_published(studio: Studio, en: Text) -> None:
    look_at(studio, en)
    version = write(studio, en, "this page 0.", "something else.", BOTH)
    discard(studio, en, BOTH, version=version, now=NOW)
    assert unlike(look_at(studio, en)) == []


def test_a_new_paragraph_is_translated_at_its_place_and_agrees(studio: Studio, vi: Text, en: Text) -> None:
    look_at(studio, en)
    publish_with(
        studio, vi, "Một câu kể ngắn để thử trang này 8.", "Đoạn mới.\n\nMột câu kể ngắn để thử trang này 8."
    )
    sides = look_at(studio, en)
    (row,) = unlike(sides)
    written = Written({}, {name_of(row): "A new paragraph.\r\n"})
    save_translation(studio, en, BOTH, written, version=sides.opened.version, now=NOW)
    assert unlike(look_at(studio, en)) == []
    words = open_text(studio, en, BOTH, NOW).words
    assert "\n\nA new paragraph.\n\nA short sentence told to try this page 8." in words
    assert words.replace("A new paragraph.\n\n", "") == words_in(studio, en)


def test_a_new_moment_of_the_timeline_takes_its_source_along_and_no_words(
    studio: Studio, vi: Text, en: Text
) -> None:
    look_at(studio, en)
    moment = '  - { when: "1920", what: "Nó bị ngập.", source: S2 }\n'
    publish_with(studio, vi, '  - { when: "1950"', moment + '  - { when: "1950"')
    sides = look_at(studio, en)
    new = {row.source.kind: name_of(row) for row in unlike(sides) if row.source}
    assert new.keys() == {"timeline.when", "timeline.what"}
    written = Written({}, {new["timeline.when"]: "1920", new["timeline.what"]: "It was flooded."})
    save_translation(studio, en, BOTH, written, version=sides.opened.version, now=NOW)
    words = open_text(studio, en, BOTH, NOW).words
    story = parse_story(words, "bridge", "en", where="")
    assert [(moment.when, moment.what, moment.source) for moment in story.front.timeline] == [
        ("1900", "Somebody built it.", "S1"),
        ("1920", "It was flooded.", "S2"),
        ("1950", "It was painted.", "S2"),
    ]
    assert 'facts:\n  - { value: "1900", label: a year, source: S1 }\n' in words  # as it was


def test_an_answer_follows_its_choice(studio: Studio, en: Text) -> None:
    sides = look_at(studio, en)
    changed = typed(sides, "Red\n", "Crimson\n")
    save_translation(studio, en, BOTH, Written(changed, {}), version=sides.opened.version, now=NOW)
    story = parse_story(open_text(studio, en, BOTH, NOW).words, "bridge", "en", where="")
    assert story.front.riddle.choices[0] == story.front.riddle.answer == "Crimson"


def test_a_missing_translation_is_begun_with_the_structure_of_its_source_and_none_of_its_words(
    studio: Studio, vi: Text
) -> None:
    fr = find_text(studio, "bridge", "fr")
    sides = look_at(studio, fr)
    assert {row.state for row in sides.rows} == {"new"}
    assert sides.opened.version == 0
    title = next(field for field, _, row in sides.named if row.source and row.source.kind == "title")
    written = Written({int(title[2:]): "Le pont de bois"}, {})
    save_translation(studio, fr, BOTH, written, version=0, now=NOW)
    words = open_text(studio, fr, BOTH, NOW).words
    assert words.startswith("---\ntitle: Le pont de bois\nsummary: ''\n")
    assert "in_drawing: arch" in words
    assert "câu kể" not in words
    assert "Cầu" not in words
    assert words.endswith("---\n##\n")
    states = [row.state for row in look_at(studio, fr).rows]
    assert (states.count("agrees"), set(states)) == (1, {"agrees", "new"})
    assert not path_of(studio, fr).exists()


def test_a_whole_translation_written_beside_its_source_can_be_read(studio: Studio) -> None:
    fr = find_text(studio, "bridge", "fr")
    sides = look_at(studio, fr)
    changed = {
        int(field[2:]): row.source.text for field, _, row in sides.named if field[0] == "t" and row.source
    }
    added = {name: row.source.text for field, name, row in sides.named if field[0] == "n" and row.source}
    save_translation(studio, fr, BOTH, Written(changed, added), version=0, now=NOW)
    theirs = parse_story(open_text(studio, fr, BOTH, NOW).words, "bridge", "fr", where="")
    ours = parse_story(words_in(studio, replace(fr, language="vi")), "bridge", "vi", where="")
    assert (theirs.front, theirs.text) == (ours.front, ours.text)
    assert unlike(look_at(studio, fr)) == []


def test_a_save_over_somebody_elses_is_refused(studio: Studio, en: Text) -> None:
    sides = look_at(studio, en)
    write(studio, en, "this page 0.", "theirs.", CAI)
    with pytest.raises(StaleSaveError):
        save_translation(
            studio,
            en,
            BOTH,
            Written(typed(sides, "page 8.", "mine."), {}),
            version=sides.opened.version,
            now=NOW,
        )
    assert "theirs." in open_text(studio, en, BOTH, NOW).words


def test_words_for_a_paragraph_that_left_the_source_meanwhile_are_not_put_anywhere(
    studio: Studio, vi: Text, en: Text
) -> None:
    look_at(studio, en)
    publish_with(studio, vi, "## Cầu gỗ\n", "## Cầu gỗ\n\nĐoạn mới.\n")
    sides = look_at(studio, en)
    (row,) = unlike(sides)
    publish_with(studio, vi, "Đoạn mới.", "Không phải nó.")
    with pytest.raises(SourceChangedError):
        save_translation(
            studio, en, BOTH, Written({}, {name_of(row): "New."}), version=sides.opened.version, now=NOW
        )
    assert open_text(studio, en, BOTH, NOW).state == "published"


def test_what_is_left_out_on_purpose_or_stands_in_the_translation_alone_is_no_longer_asked_for(
    studio: Studio, vi: Text, en: Text
) -> None:
    look_at(studio, en)
    publish_with(studio, vi, "## Cầu gỗ\n", "## Cầu gỗ\n\nChỉ dành cho người Việt.\n")
    write(studio, en, "## Wooden Bridge\n", "## Wooden Bridge\n\n- For guests only.\n", BOTH)
    assert {row.state for row in unlike(look_at(studio, en))} == {"new", "extra"}
    assert stale_counts(studio)["bridge", "en"] == 1
    agree(studio, en, ALL)
    assert unlike(look_at(studio, en)) == []
    assert stale_counts(studio)["bridge", "en"] == 0


def test_a_half_typed_front_matter_loses_no_pairs(studio: Studio, en: Text) -> None:
    look_at(studio, en)
    with studio.ledger.reading() as session:
        before = len(session.exec(select(TranslatedBlock)).all())
    whole = open_text(studio, en, BOTH, NOW).words
    version = write(studio, en, "title: Wooden", 'title: "Wooden', BOTH)
    save(studio, en, BOTH, whole + "\nMore.\n", version=version, now=NOW)
    assert [row.state for row in unlike(look_at(studio, en))] == ["extra"]
    with studio.ledger.reading() as session:
        assert len(session.exec(select(TranslatedBlock)).all()) == before


def test_the_first_language_is_no_translation(studio: Studio, vi: Text) -> None:
    with pytest.raises(NoSourceError):
        look_at(studio, vi)


def test_easy_language_translates_easy_language(studio: Studio) -> None:
    sides = look_at(studio, find_text(studio, "bridge", "en.easy"))
    assert sides.source == find_text(studio, "bridge", "vi.easy")
