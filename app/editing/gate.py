"""What keeps a text from being published."""

from collections.abc import Iterator

from app.checking.stories import text_problems
from app.core.errors import UserError
from app.core.story import Layer, Story
from app.editing import Studio, Text
from app.editing.files import path_of
from app.library import parse_layer, parse_story


def parse(studio: Studio, text: Text, words: str) -> Story | Layer:
    """Return a whole file's words as what they will be when they are published.

    Raises:
        FileBrokenError, KeyWrongError: the front matter is not right.
    """
    where = str(path_of(studio, text))
    if text.layer or text.bonus:
        return parse_layer(words, text.kit, text.language, text.layer, where=where)
    return parse_story(words, text.kit, text.language, where=where)


def gate(studio: Studio, text: Text, words: str) -> tuple[UserError, ...]:
    """Return everything that keeps words from being published as this text; nothing if they may be."""
    return tuple(_problems(studio, text, words))


def _problems(studio: Studio, text: Text, words: str) -> Iterator[UserError]:
    try:
        story = parse(studio, text, words)
    except UserError as error:
        yield error
        return
    yield from text_problems(studio.workspace, story, studio.catalogue)
