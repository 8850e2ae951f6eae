"""A run that is printed once for all tests that look at what was printed."""

from collections.abc import Iterator

import pytest

from tests.conftest import DICE
from tests.press.ordered import OUTSIDE, Ordered, committed, drawn, files_in, folder_of, order_of


@pytest.fixture(scope="session")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ordered]:
    """TY-1 of 16 boxes, everything printed; and the same secret with another draw."""
    folder = tmp_path_factory.mktemp("orders")
    station, other = committed(folder / "tiny"), committed(folder / "other")
    order_of(station, *OUTSIDE)
    before = files_in(folder_of(station))
    drawn(station, DICE)
    drawn(other, "654321")
    order_of(other, *OUTSIDE, "insert")
    yield Ordered(station, other, order_of(station), before)
    station.ledger.close()
    other.ledger.close()
