"""What a check tells."""

from collections.abc import Callable

from app.core.errors import UserError


class ContentError(UserError):
    """Something in the workspace is well-formed and still not right.

    Args:
        what: as of every UserError.
        where: too.
        mend: too.
        key: by which name pages know it, "" if only the command line tells of it.
        quote: how the words begin that it is about, as they stand in the text.
        values: what stands in the sentence.
    """

    def __init__(
        self, what: str, *, where: str = "", mend: str = "", key: str = "", quote: str = "",
        **values: str | int,
    ) -> None:  # fmt: skip
        super().__init__(what, where=where, mend=mend)
        self.key = key
        self.quote = quote
        self.values = values


def told(check: Callable[[], object]) -> list[UserError]:
    """Return what `check` raises, as a list of at most one."""
    try:
        check()
    except UserError as error:
        return [error]
    return []
