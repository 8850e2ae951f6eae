"""What can go wrong, said so that a maker, a curator or a child can mend it."""


class UserError(Exception):
    """A failure that its reader can mend.

    Args:
        what: what is wrong, one sentence without a full stop.
        where: the file, key, command or page it is about; empty if plain from `what`.
        mend: what to do about it, one sentence without a full stop.
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        """Return the failure as sentences: where, what, how to mend."""
        head = f"{self.where}: {self.what}." if self.where else f"{self.what}."
        return f"{head} {self.mend}." if self.mend else head
