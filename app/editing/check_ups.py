"""When a published text was last looked at by somebody who knows, and when somebody shall look again."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from app.core.errors import UserError
from app.editing import Studio, Text
from app.editing.files import look
from app.editing.reviewing import OwnTextError, writers
from app.ledger import CheckUp, Staff

LATEST_YEARS = 5


class DueDayError(UserError):
    """A text would be due for another look on a day that is past, or years away."""


class NothingToCheckError(UserError):
    """Nothing of a text is published."""


@dataclass(frozen=True)
class Checked:
    """When a text was last checked.

    Attributes:
        checked_on: the day, None if never.
        by: who did it, by name, "" if never.
        due_on: when it shall be looked at again, None if nobody has said so.
    """

    checked_on: date | None
    by: str
    due_on: date | None

    def is_due(self, today: date) -> bool:
        """Tell whether it is time to look again."""
        return self.due_on is not None and self.due_on <= today


NEVER = Checked(None, "", None)


def in_a_year(day: date) -> date:
    """Return the same day a year later; the 29th of February becomes the 1st of March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def note_checked(studio: Studio, text: Text, staff: int, *, due_on: date, now: datetime) -> None:
    """Note that somebody has checked what is published of a text today.

    Args:
        studio: the studio.
        text: the text.
        staff: who has.
        due_on: when somebody shall look again.
        now: the time.

    Raises:
        NothingToCheckError: nothing is published.
        OwnTextError: whoever checks wrote in it since it was last published.
        DueDayError: `due_on` is not after today, or more than `LATEST_YEARS` years away.
    """
    today = now.date()
    if not today < due_on <= today.replace(year=today.year + LATEST_YEARS, day=min(today.day, 28)):
        raise DueDayError(
            f"{due_on} is past, today, or more than {LATEST_YEARS} years away", mend="Choose another day"
        )
    state = look(studio, text, now)
    if state is None or not state.digest:
        raise NothingToCheckError("nothing is published of this text", mend="Publish it first")
    with studio.ledger.writing() as session:
        if staff in writers(session, text):
            raise OwnTextError("you wrote in this text yourself", mend="Let somebody else check it")
        session.merge(CheckUp(kit=text.kit, name=text.name, checked_on=today, by=staff, due_on=due_on))


def check_ups(studio: Studio) -> dict[tuple[str, str], Checked]:
    """Return when each text was last checked, by kit and name, of those that ever were."""
    wanted = select(CheckUp, Staff.name).join(Staff, col(Staff.id) == col(CheckUp.by), isouter=True)
    with studio.ledger.reading() as session:
        return {
            (row.kit, row.name): Checked(row.checked_on, name or "", row.due_on)
            for row, name in session.exec(wanted)
        }
