"""Finds the recordings of stories that a curator has supplied."""

from pathlib import Path

from app.albums import Site
from app.albums.stories import PageMissingError, story_place
from app.library import audio_path


def recorded_sound(site: Site, kit_id: str, language: str) -> Path:
    """Return where the recording of a story lies.

    Raises:
        PageMissingError: there is no such kit or language, or nobody has recorded it; a path never comes
            from an address.
    """
    _, known = story_place(site, kit_id)
    path = audio_path(site.workspace, known, language) if language in site.workspace.languages else None
    if path is None:
        raise PageMissingError("there is no such recording")
    return path
