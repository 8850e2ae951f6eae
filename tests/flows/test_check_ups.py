"""Published texts are looked at again: when, by whom, and which are due."""

from datetime import date, timedelta

import pytest

from app.editing import Studio, find_text
from app.editing.check_ups import (
    DueDayError,
    NothingToCheckError,
    check_ups,
    in_a_year,
    note_checked,
)
from app.editing.reviewing import OwnTextError
from tests.flows.desk import CAI, NOW, REV, write

TODAY = NOW.date()


def test_a_text_that_was_checked_says_when_by_whom_and_when_again(studio: Studio) -> None:
    vi = find_text(studio, "bridge", "vi")
    assert check_ups(studio) == {}
    note_checked(studio, vi, REV, due_on=in_a_year(TODAY), now=NOW)
    checked = check_ups(studio)["bridge", "vi"]
    assert (checked.checked_on, checked.by, checked.due_on) == (TODAY, "Rev", date(2027, 11, 22))


@pytest.mark.parametrize("due_on", [TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=3650)])
def test_the_next_look_is_ahead_and_not_too_far(studio: Studio, due_on: date) -> None:
    with pytest.raises(DueDayError):
        note_checked(studio, find_text(studio, "bridge", "vi"), REV, due_on=due_on, now=NOW)


def test_nobody_checks_what_is_not_published_or_what_they_wrote(studio: Studio) -> None:
    with pytest.raises(NothingToCheckError):
        note_checked(studio, find_text(studio, "bridge", "fr"), REV, due_on=in_a_year(TODAY), now=NOW)
    vi = find_text(studio, "bridge", "vi")
    write(studio, vi, "trang này 8.", "tám.", CAI)
    with pytest.raises(OwnTextError):
        note_checked(studio, vi, CAI, due_on=in_a_year(TODAY), now=NOW)
    assert check_ups(studio) == {}


def test_a_year_after_a_leap_day_is_a_day_too() -> None:
    assert in_a_year(date(2028, 2, 29)) == date(2029, 3, 1)
