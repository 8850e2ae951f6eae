"""Counts of hostile inputs, printed when the tests are over."""

from collections.abc import Callable

import pytest

COUNTS: list[str] = []


@pytest.fixture
def count() -> Callable[[str], None]:
    """Keep a line for the end of the report."""
    return COUNTS.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if COUNTS:
        terminalreporter.section("hostile inputs")
        for line in COUNTS:
            terminalreporter.write_line(line)
