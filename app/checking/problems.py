"""What a check tells."""

from collections.abc import Callable

from app.core.errors import UserError


class ContentError(UserError):
    """Something in the workspace is well-formed and still not right."""


def told(check: Callable[[], object]) -> list[UserError]:
    """Return what `check` raises, as a list of at most one."""
    try:
        check()
    except UserError as error:
        return [error]
    return []
