"""Marks tests that found a fault of the site which is not mended yet.

A mended fault turns its test red ("XPASS") until the mark goes, so that none is forgotten.
"""

import pytest


def waits_for(mend: str) -> pytest.MarkDecorator:
    """Mark a test that fails until `mend` is done."""
    return pytest.mark.xfail(strict=True, reason=mend)
