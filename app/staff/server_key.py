"""The server's own key, with which it signs what staff's browsers keep for it."""

import contextlib
import os
import threading

from app.core.errors import UserError
from app.workspace import Workspace

SERVER_KEY_BYTES = 32


class ServerKeyError(UserError):
    """The server's key cannot be written or read."""


def server_key(workspace: Workspace, entropy: bytes) -> bytes:
    """Return the server's key, 32 bytes; at first use it is made of `entropy` and kept in var/server.key.

    Of several servers that begin at once one makes it, and all have the same.

    Raises:
        ServerKeyError: it cannot be written or read, or is damaged.
    """
    path = workspace.state / "server.key"
    draft = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.draft")
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(entropy)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)  # unlike a rename, a link never replaces the key of another server
            draft.unlink()
        key = path.read_bytes()
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise ServerKeyError(
            f"the server's key cannot be used ({error.strerror})",
            where=str(path),
            mend="Free some space or mend the rights",
        ) from error
    if len(key) != SERVER_KEY_BYTES:
        raise ServerKeyError(
            "the server's key is damaged",
            where=str(path),
            mend="Remove it; a new one is made, and staff sign in again",
        )
    return key
