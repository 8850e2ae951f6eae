"""Reads TOML and YAML files into frozen values; a mistake is told with file, key and mend."""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import yaml
from pydantic import TypeAdapter, ValidationError

from app.core.errors import UserError

Value = TypeVar("Value")


class FileMissingError(UserError):
    """A file that the workspace needs is not there or cannot be read."""


class FileBrokenError(UserError):
    """A file is not what its ending says; `line` and `column` from 1 are where, 0 if nobody can tell."""

    line = 0
    column = 0


@dataclass(frozen=True)
class Fault:
    """One key that is not right.

    Attributes:
        key: its name, with the numbers of lists from 1: "facts.2.label".
        kind: "missing", "unknown", "wrong", or "refused" by the value's own rule.
        said: what is wrong, in a sentence.
        mend: what to do about it.
        why: what the value's own rule raised.
    """

    key: str
    kind: Literal["missing", "unknown", "wrong", "refused"]
    said: str
    mend: str
    why: ValueError | None = None


class KeyWrongError(UserError):
    """A key of a file is missing, unknown or has the wrong kind of value; `faults` are all that are so."""

    faults: tuple[Fault, ...] = ()


class _PlainLoader(yaml.SafeLoader):
    """YAML without anchors and aliases: a page of them can stand for gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not used here", mark)
        return super().compose_node(parent, index)


def read_text(path: Path) -> str:
    """Return the file's text in Unicode normal form C.

    Raises:
        FileMissingError: there is no such file, or it may not be read.
        FileBrokenError: it is not UTF-8.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileMissingError(
            f"the file cannot be read ({error.strerror})",
            where=str(path),
            mend="Add the file or mend its rights",
        ) from error
    return text_of(content, where=str(path))


def text_of(content: bytes, *, where: str) -> str:
    """Return a file's bytes as text in Unicode normal form C.

    Raises:
        FileBrokenError: they are not UTF-8.
    """
    try:
        # Windows editors begin with a mark and end lines in two signs.
        return unicodedata.normalize("NFC", content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise FileBrokenError(
            f"the file is not UTF-8 (byte {error.start})", where=where, mend="Save it again as UTF-8"
        ) from error


def read_toml(path: Path, kind: type[Value], **given: object) -> Value:
    """Return the TOML file at `path` as a `kind`; `given` are values that do not stand in the file.

    Raises:
        FileMissingError, FileBrokenError: the file is absent or is not TOML.
        KeyWrongError: a key is missing, unknown or wrong.
    """
    try:
        keys = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FileBrokenError(
            f"this is not TOML: {error}", where=str(path), mend="Mend the line; texts stand in double quotes"
        ) from error
    for key in given.keys() & keys.keys():
        raise KeyWrongError(f"the key {key} is not known here", where=str(path), mend="Remove it")
    return typed(keys | given, kind, where=str(path))


def read_yaml(text: str, kind: type[Value], *, where: str) -> Value:
    """Return the YAML `text` as a `kind`.

    Raises:
        FileBrokenError: the text is not YAML.
        KeyWrongError: a key is missing, unknown or wrong.
    """
    try:
        # _PlainLoader is a SafeLoader: it builds texts, numbers, lists and maps only.
        keys = yaml.load(text, Loader=_PlainLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a day such as 30 February is a ValueError
        raise _no_yaml(error, where) from error
    return typed(keys, kind, where=where)


def yaml_nodes(text: str, *, where: str) -> yaml.Node | None:
    """Return the YAML `text` as it is written, each value with its place and spelling; None of an empty text.

    Raises:
        FileBrokenError: the text is not YAML.
    """
    try:
        return yaml.compose(text, Loader=_PlainLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise _no_yaml(error, where) from error


_OPENED = (
    "while scanning a quoted scalar",
    "while scanning a simple key",
    "while parsing a flow sequence",
    "while parsing a flow mapping",
)
"""What the parser was about when it missed an end: where that began is the place to look at."""


def _no_yaml(error: Exception, where: str) -> FileBrokenError:
    began = getattr(error, "context_mark", None) if getattr(error, "context", None) in _OPENED else None
    mark = began or getattr(error, "problem_mark", None)
    line = f" in line {mark.line + 2}" if mark else ""
    broken = FileBrokenError(
        f"the front matter is not YAML{line}: {getattr(error, 'problem', None) or error}",
        where=where,
        mend="Put texts that hold a colon or a # into double quotes, and indent with spaces",
    )
    broken.line, broken.column = (mark.line + 2, mark.column + 1) if mark else (0, 0)
    return broken


def typed(keys: object, kind: type[Value], *, where: str) -> Value:
    """Return parsed `keys` as a frozen `kind`, or tell the first key that does not fit.

    Raises:
        KeyWrongError: a key is missing, unknown or wrong.
    """
    try:
        value: Value = _adapter(cast(Any, kind)).validate_python(keys, strict=False)
    except ValidationError as error:
        faults = tuple(_fault(each) for each in error.errors(include_url=False))
        wrong = KeyWrongError(faults[0].said, where=where, mend=faults[0].mend)
        wrong.faults = faults
        raise wrong from error
    return value


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _fault(problem: Any) -> Fault:
    key = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in problem["loc"])
    said, mend = _plain_words(key, problem)
    match problem["type"]:
        case "missing":
            return Fault(key, "missing", said, mend)
        case "unexpected_keyword_argument" | "extra_forbidden":
            return Fault(key, "unknown", said, mend)
        case "value_error":
            return Fault(key, "refused", said, mend, problem["ctx"]["error"])
    return Fault(key, "wrong", said, mend)


def _plain_words(key: str, problem: dict[str, Any]) -> tuple[str, str]:
    kind, value = problem["type"], problem.get("input")
    match kind:
        case "missing":
            return f"the key {key} is missing", f"Add {key}"
        case "unexpected_keyword_argument" | "extra_forbidden":
            return f"the key {key} is not known here", "Remove it, or look for a spelling mistake"
        case "string_type":
            return f"{key} is {value!r}, not a text", f'Put it in double quotes: "{value}"'
        case "missing_argument" | "dataclass_type" | "dict_type" | "mapping_type":
            return f"{key or 'the file'} is not a table of keys", "Compare it with another kit's file"
        case "value_error":
            sentence = str(problem["ctx"]["error"])
            return (f"{key}: {sentence}" if key else sentence), "Mend the value"
        case _:
            return f"{key} is {value!r}: {problem['msg'][0].lower()}{problem['msg'][1:]}", "Mend the value"
