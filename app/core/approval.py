"""The line in a front matter that says when somebody else than its writer approved exactly these words."""

import hashlib
import re
from datetime import date

from app.core.blocks import RULE, front_of

_LINE = re.compile(r"^approved: .*\n", re.MULTILINE)


def approved_words(file: str, day: date) -> str:
    """Return a file with the line that it was approved.

    Args:
        file: front matter and text; one without front matter is given back as it is.
        day: when it was approved.
    """
    bare = without_approval(file)
    front = front_of(bare)
    if not front:
        return file
    line = f'approved: {{day: {day.isoformat()}, of: "{words_hash(bare)}"}}\n'
    return front.removesuffix(RULE) + line + RULE + bare[len(front) :]


def without_approval(file: str) -> str:
    """Return a file without that line."""
    front = front_of(file)
    return _LINE.sub("", front) + file[len(front) :]


def words_hash(file: str) -> str:
    """Return by which 16 signs the approved words are known: front matter and text, without that line."""
    return hashlib.sha256(without_approval(file).encode()).hexdigest()[:16]
