"""Changes files of a workspace for one test, and puts them back."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

Change = Callable[[str], str | None]
"""A file's text ("" if there is none yet) -> its new text, or None if the file goes."""
Changes = Mapping[str, Change]
"""Changes by the file's path in the workspace."""
Try = Callable[[Changes], list[str]]
"""Change files -> what is told of them, paths beginning at the workspace."""


@contextlib.contextmanager
def changing(root: Path, problems: Callable[[], list[str]]) -> Iterator[Try]:
    """Give what changes files and returns what is then told; put everything back."""
    before: dict[Path, bytes | None] = {}

    def told(changes: Changes) -> list[str]:
        for name, change in changes.items():
            path = root / name
            before[path] = path.read_bytes() if path.is_file() else None
            text = change((before[path] or b"").decode(errors="replace"))
            path.unlink() if text is None else path.write_text(text, "utf-8")
        return [problem.removeprefix(f"{root}/") for problem in problems()]

    try:
        yield told
    finally:
        for path, content in before.items():
            path.unlink() if content is None else path.write_bytes(content)


def gone(_: str) -> None:
    """Remove the file."""


def swap(*pairs: tuple[str, str]) -> Change:
    """Replace each first text by the second."""

    def change(text: str) -> str:
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        return text

    return change


def cut_out(begin: str, end: str) -> Change:
    """Remove what stands from one text up to another."""

    def change(text: str) -> str:
        head, found, rest = text.partition(begin)
        _, again, tail = rest.partition(end)
        assert found, begin
        assert again, end
        return head + again + tail

    return change


def more(text: str) -> Change:
    """Add a paragraph at the end."""
    return lambda before: f"{before.rstrip()}\n\n{text}\n"


def of_text(change: Callable[[str], str]) -> Change:
    """Change the text and not the front matter."""

    def below(whole: str) -> str:
        front, rule, text = whole.rpartition("\n---\n")
        return front + rule + change(text)

    return below
