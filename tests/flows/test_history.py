"""A text's past: who did what, bringing a state back, files changed by others, and who may approve then."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from app.editing import Studio, Text, find_text
from app.editing.drafts import StaleSaveError, discard, open_text, save
from app.editing.files import look, look_everywhere, path_of
from app.editing.history import RevisionMissingError, compare, history, people_of, restore
from app.editing.merging import ChoiceMissingError, merged_words, save_merged, ways_with_file, ways_with_save
from app.editing.publishing import publish
from app.editing.reviewing import OwnTextError, approve, submit
from app.ledger import Revision
from app.reading import FileBrokenError
from tests.flows.desk import BOTH, CAI, NOW, REV, approved, rewritten, saved


def kinds(studio: Studio, text: Text) -> list[str]:
    return [state.kind for state in history(studio, text, NOW)]


def test_a_history_tells_what_was_done_by_whom_the_newest_first(studio: Studio, bridge: Text) -> None:
    publish(studio, bridge, REV, version=approved(studio, bridge, rewritten(studio, bridge)), now=NOW)
    states = history(studio, bridge, NOW)
    assert [(state.kind, state.who) for state in states] == [
        ("published", "Rev"), ("approved", "Rev"), ("submitted", "Cai"), ("saved", "Cai"), ("foreign", ""),
    ]  # fmt: skip
    people = people_of(studio, bridge)
    assert (people.authors, people.approvers, people.publisher) == (("Cai",), ("Rev",), "Rev")
    assert not people.foreign
    changed = [change for change in compare(studio, bridge, states[0].id).changes if change.kind != "same"]
    assert len(changed) == 1, "the line of the approval is no change of the text"


def test_a_restored_text_is_a_draft_and_loses_nothing(studio: Studio, bridge: Text) -> None:
    first = rewritten(studio, bridge, new="## A: ")
    saved(studio, bridge, first)
    version = saved(studio, bridge, rewritten(studio, bridge, new="## B: "))
    wanted = history(studio, bridge, NOW)[1]
    restore(studio, bridge, BOTH, wanted.id, version=version, now=NOW)
    assert open_text(studio, bridge, CAI, NOW).words == first
    assert kinds(studio, bridge) == ["restored", "saved", "saved", "foreign"]
    with pytest.raises(StaleSaveError):
        restore(studio, bridge, BOTH, wanted.id, version=version, now=NOW)
    with pytest.raises(RevisionMissingError):
        restore(studio, find_text(studio, "bridge", "en"), BOTH, wanted.id, version=0, now=NOW)


@pytest.mark.parametrize("given_up", [False, True])
def test_who_wrote_what_is_brought_back_by_another_does_not_approve_it(
    studio: Studio, bridge: Text, given_up: bool
) -> None:
    version = saved(studio, bridge, rewritten(studio, bridge, new="## A: "), BOTH)
    if given_up:
        discard(studio, bridge, BOTH, version=version, now=NOW)
    wanted = history(studio, bridge, NOW)[0]
    if not given_up:
        discard(studio, bridge, BOTH, version=version, now=NOW)
    publish(studio, bridge, CAI, version=approved(studio, bridge, rewritten(studio, bridge)), now=NOW)
    now = open_text(studio, bridge, CAI, NOW).version
    back = restore(studio, bridge, CAI, wanted.id, version=now, now=NOW)
    submit(studio, bridge, CAI, version=back, now=NOW)
    with pytest.raises(OwnTextError):
        approve(studio, bridge, BOTH, version=back, now=NOW)
    approve(studio, bridge, REV, version=back, now=NOW)


def test_a_file_that_was_changed_twice_is_taken_in_as_far_as_it_was_seen(
    studio: Studio, bridge: Text
) -> None:
    path = path_of(studio, bridge)
    saved(studio, bridge, rewritten(studio, bridge))
    path.write_text(path.read_text("utf-8").replace("only a test", "only a trial"), "utf-8")
    ways = ways_with_file(studio, bridge, NOW)
    assert ways is not None
    assert ways.clashes == ()
    path.write_text(path.read_text("utf-8").replace("only a trial", "nothing but a trial"), "utf-8")
    look(studio, bridge, NOW)
    words = merged_words(ways, {})
    save_merged(studio, bridge, CAI, words, version=ways.version, base=ways.base, now=NOW)
    opened = open_text(studio, bridge, CAI, NOW)
    assert "only a trial" in opened.words
    assert opened.behind, "what nobody has seen is still to be taken in"
    again = ways_with_file(studio, bridge, NOW)
    assert again is not None
    assert "nothing but a trial" in merged_words(again, {})


def test_words_that_came_too_late_are_joined_with_those_that_came_before(
    studio: Studio, bridge: Text
) -> None:
    begun = open_text(studio, bridge, CAI, NOW)
    theirs = begun.words.replace("trang này 0", "trang này không")
    mine = begun.words.replace("trang này 0", "trang này KHÔNG").replace("only a test", "a trial")
    save(studio, bridge, BOTH, theirs, version=begun.version, now=NOW)
    ways = ways_with_save(studio, bridge, mine, version=begun.version, now=NOW)
    (place,) = ways.clashes
    with pytest.raises(ChoiceMissingError):
        merged_words(ways, {})
    merged = merged_words(ways, {place: "theirs"})
    save_merged(studio, bridge, CAI, merged, version=ways.version, base=ways.base, now=NOW)
    words = open_text(studio, bridge, CAI, NOW).words
    assert "trang này không" in words
    assert "a trial" in words
    with pytest.raises(StaleSaveError):
        save_merged(studio, bridge, CAI, merged + "x", version=ways.version, base=ways.base, now=NOW)


def test_one_look_finds_every_file_that_somebody_changed(studio: Studio, bridge: Text) -> None:
    look_everywhere(studio, NOW)
    lantern, easy = find_text(studio, "lantern", "vi"), find_text(studio, "bridge", "vi.easy")
    path_of(studio, bridge).write_text(rewritten(studio, bridge), "utf-8")
    path_of(studio, easy).unlink()
    path_of(studio, lantern).write_bytes(b"\xff\xfe not a text")
    new = find_text(studio, "lantern", "fr")
    path_of(studio, new).write_text("---\ntitle: Lanterne\n---\n", "utf-8")
    broken = look_everywhere(studio, NOW)
    assert list(broken) == [lantern]
    assert [len(history(studio, text, NOW)) for text in (bridge, easy, new)] == [2, 2, 1]
    assert history(studio, easy, NOW)[0].gone
    assert open_text(studio, easy, CAI, NOW).state == "missing"
    assert look_everywhere(studio, NOW).keys() == {lantern}
    assert [len(history(studio, text, NOW)) for text in (bridge, easy, new)] == [2, 2, 1]


def test_a_draft_is_opened_and_saved_though_its_file_is_broken(studio: Studio, bridge: Text) -> None:
    version = saved(studio, bridge, rewritten(studio, bridge))
    path_of(studio, bridge).write_bytes(b"\xff")
    opened = open_text(studio, bridge, CAI, NOW)
    assert isinstance(opened.broken, FileBrokenError)
    assert "## Mới: " in opened.words
    assert save(studio, bridge, CAI, opened.words + "\nThêm.\n", version=version, now=NOW) > version


def test_a_file_that_cannot_be_read_is_not_one_that_was_taken_away(studio: Studio, bridge: Text) -> None:
    look(studio, bridge, NOW)
    path = path_of(studio, bridge)
    path.unlink()
    path.mkdir()
    with pytest.raises(FileBrokenError):
        look(studio, bridge, NOW)
    assert look_everywhere(studio, NOW).keys() == {bridge}
    with studio.ledger.reading() as session:
        rows = session.exec(select(Revision).where(Revision.kit == "bridge", Revision.name == "vi"))
        assert [row.kind for row in rows] == ["foreign"]


def test_saves_of_one_day_ago_are_thinned_and_nobody_is_forgotten(
    studio: Studio, bridge: Text, read_before: Path
) -> None:
    version = open_text(studio, bridge, CAI, NOW).version
    words = open_text(studio, bridge, CAI, NOW).words
    for number in range(60):
        at = NOW + timedelta(seconds=number)
        staff = CAI if number % 30 else BOTH
        version = save(studio, bridge, staff, f"{words}\n{number}\n", version=version, now=at)
    later = NOW + timedelta(days=2)
    for number in range(60, 110):
        version = save(studio, bridge, CAI, f"{words}\n{number}\n", version=version, now=later)
    kept = [state for state in history(studio, bridge, later) if state.at < NOW + timedelta(days=1)]
    assert len(kept) < 10
    assert {state.who for state in kept} == {"", "Cai", "Both"}
    submit(studio, bridge, CAI, version=version, now=later)
    with pytest.raises(OwnTextError):
        approve(studio, bridge, BOTH, version=version, now=later)
