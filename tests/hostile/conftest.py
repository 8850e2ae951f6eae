"""Counts of hostile inputs, printed when the tests are over."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.conftest import COUNTED


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Keep a line for the end of the report, also when a worker runs the test."""
    return partial(record_property, COUNTED)
