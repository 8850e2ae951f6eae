"""Whether somebody is in, and what the door says when not."""

from tests.web.cast import Phone
from tests.web.html import read_html

NEW = "gió thổi qua cánh đồng"
"""Another password."""


def is_in(desk: Phone) -> bool:
    """Tell whether somebody is signed in in a browser."""
    return desk.open("/studio/").status_code == 200


def problem(text: str) -> str:
    """Return what a page says is wrong."""
    return read_html(text).by_id("problem").text
