"""How many boxes of a run have a mark."""

from sqlmodel import Session, select

from app.core.editions import read_editions
from app.core.print_state import INSERT, Kind
from app.ledger.tables import PrintMark, Run


def marked_boxes(session: Session, run: Run, kind: Kind) -> int:
    """Return how often inserts of a run were printed, spoiled or voided, box by box."""
    marks = select(PrintMark.editions).where(
        PrintMark.run == run.id, PrintMark.kind == kind, PrintMark.thing == INSERT
    )
    return sum(len(each) for written in session.exec(marks) for each in read_editions(written))
