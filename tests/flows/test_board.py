"""Where every text stands, seen at once, and what waits for whoever looks."""

from datetime import timedelta

from app.core.staff import Person
from app.editing import Studio, Text, find_text
from app.editing.board import Cell, board
from app.editing.check_ups import note_checked
from app.editing.drafts import discard, open_text
from app.editing.files import path_of
from app.editing.history import history, restore
from app.editing.publishing import publish
from app.editing.remarks import add_remark, settle_remark
from app.editing.reviewing import submit
from tests.flows.desk import BOTH, CAI, NOW, REV, approved, rewritten, saved

TODAY = NOW.date()


def cell_of(studio: Studio, text: Text, staff: int = REV) -> Cell:
    shown = board(studio, Person(staff, "", ("curator", "reviewer")), NOW)
    (found,) = [cell for line in shown.lines for cell in line.cells if cell.text == text]
    return found


def test_who_wrote_what_another_brought_back_is_not_asked_to_review_it(studio: Studio, bridge: Text) -> None:
    version = saved(studio, bridge, rewritten(studio, bridge, new="## A: "), BOTH)
    wanted = history(studio, bridge, NOW)[0]
    discard(studio, bridge, BOTH, version=version, now=NOW)
    publish(studio, bridge, REV, version=approved(studio, bridge, rewritten(studio, bridge)), now=NOW)
    version = open_text(studio, bridge, CAI, NOW).version
    restored = restore(studio, bridge, CAI, wanted.id, version=version, now=NOW)
    submit(studio, bridge, CAI, version=restored, now=NOW)
    asked = {staff: cell_of(studio, bridge, staff).waits for staff in (CAI, REV, BOTH)}
    assert asked == {CAI: "", REV: "review", BOTH: ""}


def test_a_file_that_cannot_be_read_is_marked_and_every_other_text_is_there(
    studio: Studio, bridge: Text
) -> None:
    assert not cell_of(studio, bridge).disk
    path_of(studio, bridge).write_bytes(b"\xff")
    broken = cell_of(studio, bridge)
    assert (broken.state, broken.disk) == ("published", True)
    other = cell_of(studio, find_text(studio, "lantern", "vi"))
    assert (other.state, other.disk) == ("published", False)


def test_a_file_that_is_as_the_draft_found_it_again_is_marked_as_the_desk_does(
    studio: Studio, bridge: Text
) -> None:
    saved(studio, bridge, rewritten(studio, bridge))
    before = path_of(studio, bridge).read_bytes()
    for content in (b"other", before):
        path_of(studio, bridge).write_bytes(content)
        assert cell_of(studio, bridge).disk


def test_a_text_says_how_many_remarks_on_it_are_open(studio: Studio, bridge: Text) -> None:
    first, _ = (add_remark(studio, bridge, REV, said, block="", now=NOW) for said in ("Sai.", "Dài."))
    assert cell_of(studio, bridge).remarks == 2
    settle_remark(studio, first, settled=True, now=NOW)
    assert cell_of(studio, bridge).remarks == 1
    assert cell_of(studio, find_text(studio, "bridge", "en")).remarks == 0


def test_what_has_been_due_for_longest_waits_first(studio: Studio) -> None:
    for kit, days in (("bridge", 20), ("fish", 10), ("lantern", 40)):
        due_on = TODAY + timedelta(days=days)
        note_checked(studio, find_text(studio, kit, "vi"), REV, due_on=due_on, now=NOW)
    reviewer = Person(REV, "Rev", ("reviewer",))
    assert board(studio, reviewer, NOW).waiting == ()
    due = board(studio, reviewer, NOW + timedelta(days=20)).waiting
    assert [(cell.text.kit, cell.waits) for _, cell in due] == [("fish", "check"), ("bridge", "check")]
