"""Checks pictures: how texts place them, and what the library of each kit holds."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.checking.problems import ContentError
from app.core.errors import UserError
from app.core.picture import DECORATIVE, NAME, PLACED, SHORTEST_ALT, placements
from app.library.pictures import FOLDER, digest_of, find_picture, picture_files
from app.workspace import Workspace

SHOWN = re.compile(r"(?<!\\)!\[")


def placement_problems(workspace: Workspace, kit_id: str, text: str, where: str) -> Iterator[UserError]:
    """Yield what is wrong with the pictures that a text places.

    Args:
        workspace: the workspace.
        kit_id: whose library they are of.
        text: Markdown.
        where: the text's file.
    """
    if SHOWN.search(PLACED.sub("", text)):
        yield ContentError(
            "a picture does not stand alone on its line, or is not one of the kit's own",
            where=where,
            mend="Give it a line of its own: ![what is seen](images/NAME)",
            key="picture_place",
            quote="![",
        )
    for placed in placements(text):
        if not placed.decorative and len(placed.alt) < SHORTEST_ALT:
            yield ContentError(
                f"the picture {placed.name} says nothing to a reader who does not see it",
                where=where,
                mend=f'Say what is seen in the brackets, or write ![](images/{placed.name} "{DECORATIVE}")',
                key="picture_alt",
                quote=f"(images/{placed.name}",
                name=placed.name,
            )
        if placed.decorative and placed.alt:
            yield ContentError(
                f"the picture {placed.name} only adorns and yet says what is seen",
                where=where,
                mend=f'Leave the brackets empty, or remove the word "{DECORATIVE}"',
                key="picture_adorns",
                quote=f"(images/{placed.name}",
                name=placed.name,
            )
        try:
            found = find_picture(workspace, kit_id, placed.name)
        except UserError:
            continue  # told where the library is checked
        if found is None:
            yield ContentError(
                f"the picture {placed.name} is not in the library",
                where=where,
                mend=f"Add it to stories/{kit_id}/{FOLDER}/, or remove its line",
                key="picture_missing",
                quote=f"(images/{placed.name}",
                name=placed.name,
            )


def library_problems(workspace: Workspace) -> Iterator[UserError]:
    """Yield what is wrong with the pictures of all kits."""
    for folder in sorted(workspace.stories.glob(f"*/{FOLDER}")):
        listed: set[str] = set()
        broken = False
        for path in sorted(folder.glob("*.toml")):
            try:
                yield from _picture(workspace, folder.parent.name, path, listed)
            except UserError as error:
                yield error
                broken = True
        if broken:  # whose files lie there is not known
            continue
        strays = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
        for path in strays:
            if path.name not in listed and path.suffix != ".toml":
                yield ContentError(
                    "this file belongs to no picture",
                    where=str(path),
                    mend="Add the picture again, or remove it",
                )


def _picture(workspace: Workspace, kit_id: str, path: Path, listed: set[str]) -> Iterator[UserError]:
    if not NAME.fullmatch(path.stem):
        yield ContentError(
            f"{path.stem} is no name for a picture",
            where=str(path),
            mend="Use small letters, digits and hyphens",
        )
        return
    picture = find_picture(workspace, kit_id, path.stem)
    assert picture is not None  # noqa: S101  (its file was just listed)
    listed.update(picture_files(path.stem, picture))
    for language in workspace.languages:
        if language not in picture.credit:
            yield ContentError(
                f"the credit is missing in {language}", where=str(path), mend=f"Add {language} to credit"
            )
    if digest_of(workspace, kit_id, path.stem, picture) != picture.digest:
        yield ContentError(
            "the picture's files are not those that were taken in",
            where=str(path),
            mend="Add the picture again, or take its files from a backup",
        )
