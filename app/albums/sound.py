"""Finds the recordings of stories that a curator has supplied."""

from pathlib import Path

from app.albums import Site
from app.albums.stories import PageMissingError, story_place
from app.albums.telling import languages_told
from app.library import audio_path


def recorded_sound(site: Site, kit_id: str, language: str) -> Path:
    """Return where the recording of a story lies.

    Raises:
        PageMissingError: there is no such kit, it is not told in this language, or nobody has recorded it;
            a path never comes from an address.
    """
    _, known = story_place(site, kit_id)
    told = language in languages_told(site, known)
    path = audio_path(site.workspace, known, language) if told else None
    if path is None:
        raise PageMissingError("there is no such recording")
    return path
