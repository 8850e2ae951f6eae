"""Remarks on paragraphs: kept, settled, taken away by their writers, not lost when a paragraph changes."""

import pytest
from sqlmodel import select

from app.editing import Studio, Text, find_text
from app.editing.drafts import open_text
from app.editing.remarks import (
    LONGEST_REMARK,
    NotYourRemarkError,
    Paragraph,
    RemarkError,
    RemarkMissingError,
    add_remark,
    open_remarks,
    remarks_of,
    remove_remark,
    review,
    settle_remark,
)
from app.ledger import Comment
from tests.flows.desk import CAI, NOW, REV, write


@pytest.fixture
def vi(studio: Studio) -> Text:
    return find_text(studio, "bridge", "vi")


def paragraph(studio: Studio, text: Text, words: str) -> Paragraph:
    return next(each for each in review(studio, text, REV, NOW)[1] if words in each.piece.text)


def test_a_remark_stands_at_its_paragraph(studio: Studio, vi: Text) -> None:
    place = paragraph(studio, vi, "trang này 8.").key
    add_remark(studio, vi, REV, "  Số này ở đâu ra?\r\n ", block=place, now=NOW)
    (remark,) = paragraph(studio, vi, "trang này 8.").remarks
    assert (remark.text, remark.writer, remark.own, remark.changed) == (
        "Số này ở đâu ra?",
        "Rev",
        True,
        False,
    )
    assert paragraph(studio, vi, "trang này 0.").remarks == ()
    assert open_remarks(studio) == {("bridge", "vi"): 1}


def test_a_line_of_the_front_matter_and_the_text_as_a_whole_are_remarked_on_too(
    studio: Studio, vi: Text
) -> None:
    add_remark(studio, vi, REV, "Năm nào?", block=paragraph(studio, vi, "1950").key, now=NOW)
    add_remark(studio, vi, CAI, "Hay!", block="", now=NOW)
    words = open_text(studio, vi, CAI, NOW).words
    found = remarks_of(studio, vi, words, CAI)
    assert [(remark.text, remark.own) for remark in found.whole] == [("Hay!", True)]
    assert paragraph(studio, vi, "1950").remarks[0].text == "Năm nào?"
    assert found.open == 2


def test_a_remark_stays_at_its_paragraph_when_that_changes_and_shows_the_words_it_had(
    studio: Studio, vi: Text
) -> None:
    one = paragraph(studio, vi, "trang này 8.")
    add_remark(studio, vi, REV, "Sai.", block=one.key, now=NOW)
    write(studio, vi, "trang này 8.", "trang này tám.")
    write(studio, vi, "trang này tám.", "trang này chín.")
    (remark,) = paragraph(studio, vi, "trang này chín.").remarks
    assert (remark.changed, remark.gone) == (True, False)
    assert remark.quote == one.piece.text
    assert review(studio, vi, CAI, NOW)[2].gone == ()


def test_a_remark_whose_paragraph_is_gone_shows_what_it_said(studio: Studio, vi: Text) -> None:
    one = paragraph(studio, vi, "It is told")
    add_remark(studio, vi, REV, "Sai.", block=one.key, now=NOW)
    write(studio, vi, one.piece.text + "\n\n", "")
    (remark,) = review(studio, vi, CAI, NOW)[2].gone
    assert (remark.changed, remark.gone, remark.quote) == (True, True, one.piece.text)


def test_a_remark_whose_paragraph_no_history_has_any_more_shows_how_it_began(
    studio: Studio, vi: Text
) -> None:
    add_remark(studio, vi, REV, "Sai.", block=paragraph(studio, vi, "trang này 8.").key, now=NOW)
    with studio.ledger.writing() as session:
        session.exec(select(Comment)).one().block = "0" * 16
    (remark,) = review(studio, vi, CAI, NOW)[2].gone
    assert remark.quote.startswith("Một câu kể ngắn để thử trang này 8.")
    assert len(remark.quote) <= 121


def test_a_remark_on_a_paragraph_that_changed_while_it_was_written_is_kept(studio: Studio, vi: Text) -> None:
    place = paragraph(studio, vi, "trang này 8.").key
    write(studio, vi, "trang này 8.", "trang này tám.")
    add_remark(studio, vi, REV, "Sai.", block=place, now=NOW)
    assert [remark.text for remark in paragraph(studio, vi, "trang này tám.").remarks] == ["Sai."]


def test_what_says_nothing_or_too_much_or_of_no_paragraph_is_not_kept(studio: Studio, vi: Text) -> None:
    for words, block in ((" \n", ""), ("x" * (LONGEST_REMARK + 1), ""), ("Sai.", "0" * 16)):
        with pytest.raises(RemarkError):
            add_remark(studio, vi, REV, words, block=block, now=NOW)
    assert open_remarks(studio) == {}


def test_anyone_settles_a_remark_and_opens_it_again(studio: Studio, vi: Text) -> None:
    number = add_remark(studio, vi, REV, "Sai.", block="", now=NOW)
    assert settle_remark(studio, number, settled=True, now=NOW) == ("bridge", "vi")
    assert review(studio, vi, CAI, NOW)[2].open == 0
    settle_remark(studio, number, settled=False, now=NOW)
    assert review(studio, vi, CAI, NOW)[2].open == 1


def test_only_its_writer_takes_a_remark_away(studio: Studio, vi: Text) -> None:
    number = add_remark(studio, vi, REV, "Sai.", block="", now=NOW)
    with pytest.raises(NotYourRemarkError):
        remove_remark(studio, number, CAI)
    assert remove_remark(studio, number, REV) == ("bridge", "vi")
    with pytest.raises(RemarkMissingError):
        remove_remark(studio, number, REV)


def test_a_reviewer_reads_each_paragraph_as_a_page_with_its_own_sources(studio: Studio, vi: Text) -> None:
    one = paragraph(studio, vi, "trang này 0.")
    assert one.body is not None
    assert one.notes is not None
    assert one.body.text.startswith("<p>Một câu")
    assert "https://example.org/source" in one.notes.text
    assert f'href="#fn:{one.key}-S1"' in one.body.text
    assert f'id="fn:{one.key}-S1"' in one.notes.text


def test_a_text_that_cannot_be_rendered_is_read_as_it_is_written(studio: Studio, vi: Text) -> None:
    write(studio, vi, "## Cầu gỗ\n", "## Cầu gỗ\n\n" + "[" * 60_000 + "\n")
    assert paragraph(studio, vi, "[[[[").body is None
    assert paragraph(studio, vi, "trang này 8.").body is None
