"""A text's way: written by one, approved by another, published as a file."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.editing import Studio, Text
from app.editing.drafts import StaleSaveError, open_text, save
from app.editing.files import look, path_of
from app.editing.publishing import FileChangedError, GateError, publish
from app.editing.reviewing import OwnTextError, WrongStateError, approve, submit
from app.ledger import Revision
from app.library import read_story
from tests.flows.desk import BOTH, CAI, NOW, REV, approved, rewritten


def test_an_approved_draft_becomes_the_file_and_says_that_it_was_approved(
    studio: Studio, bridge: Text
) -> None:
    words = rewritten(studio, bridge)
    published = publish(studio, bridge, CAI, version=approved(studio, bridge, words), now=NOW)
    story = read_story(studio.workspace, "bridge", "vi")
    assert "## Mới: " in story.text
    assert story.front.approved is not None
    assert story.front.approved.day == NOW.date()
    opened = open_text(studio, bridge, CAI, NOW)
    assert (opened.state, opened.published) == ("published", path_of(studio, bridge).read_text("utf-8"))
    assert look(studio, bridge, NOW + timedelta(days=1)).id == published.revision  # type: ignore[union-attr]


def test_words_changed_on_disk_after_the_approval_are_not_called_approved(
    studio: Studio, bridge: Text
) -> None:
    publish(studio, bridge, CAI, version=approved(studio, bridge, rewritten(studio, bridge)), now=NOW)
    path = path_of(studio, bridge)
    path.write_text(path.read_text("utf-8").replace("Mới", "Khác"), "utf-8")
    assert read_story(studio.workspace, "bridge", "vi").front.approved is None


def test_nobody_approves_what_they_wrote_themselves(studio: Studio, bridge: Text) -> None:
    first = (
        save(studio, bridge, BOTH, rewritten(studio, bridge), version=1, now=NOW)
        if look(studio, bridge, NOW)
        else 0
    )
    again = save(studio, bridge, CAI, rewritten(studio, bridge, new="## Khác: "), version=first, now=NOW)
    submit(studio, bridge, CAI, version=again, now=NOW)
    with pytest.raises(OwnTextError):
        approve(studio, bridge, BOTH, version=again, now=NOW)
    approve(studio, bridge, REV, version=again, now=NOW)


def test_a_save_after_the_approval_needs_another_approval(studio: Studio, bridge: Text) -> None:
    version = approved(studio, bridge, rewritten(studio, bridge))
    later = save(studio, bridge, CAI, rewritten(studio, bridge, new="## X: "), version=version, now=NOW)
    with pytest.raises(WrongStateError):
        publish(studio, bridge, CAI, version=later, now=NOW)


def test_a_save_over_somebody_elses_is_refused_and_nothing_is_lost(studio: Studio, bridge: Text) -> None:
    version = open_text(studio, bridge, CAI, NOW).version
    mine = save(studio, bridge, CAI, rewritten(studio, bridge, new="## A: "), version=version, now=NOW)
    with pytest.raises(StaleSaveError) as refused:
        save(studio, bridge, BOTH, rewritten(studio, bridge, new="## B: "), version=version, now=NOW)
    assert refused.value.version == mine
    assert "## A: " in open_text(studio, bridge, BOTH, NOW).words


def test_a_file_changed_on_disk_is_a_foreign_revision_and_stops_the_publication(
    studio: Studio, bridge: Text
) -> None:
    version = approved(studio, bridge, rewritten(studio, bridge))
    path = path_of(studio, bridge)
    foreign = path.read_text("utf-8").replace("## ", "## Git: ", 1)
    path.write_text(foreign, "utf-8")
    with pytest.raises(FileChangedError):
        publish(studio, bridge, CAI, version=version, now=NOW)
    assert path.read_text("utf-8") == foreign
    with studio.ledger.reading() as session:
        kinds = [row.kind for row in session.exec(select(Revision).order_by(Revision.id))]  # type: ignore[arg-type]
    assert kinds == ["foreign", "saved", "submitted", "approved", "foreign"]
    assert open_text(studio, bridge, CAI, NOW).behind


def test_a_text_with_something_to_mend_is_not_published(studio: Studio, bridge: Text) -> None:
    before = path_of(studio, bridge).read_bytes()
    version = approved(studio, bridge, rewritten(studio, bridge) + "\nMột [đường dẫn](/vi/nowhere/at/all).\n")
    with pytest.raises(GateError, match="leads nowhere"):
        publish(studio, bridge, CAI, version=version, now=NOW)
    assert path_of(studio, bridge).read_bytes() == before
