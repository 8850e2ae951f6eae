"""The run secrets, apart from the database: one file a run, readable by its maker alone."""

import contextlib
import os
import threading
from pathlib import Path

from app.core.errors import UserError

SECRET_BYTES = 32


class VaultError(UserError):
    """A run's secret cannot be kept or found."""


class Vault:
    """A folder of run secrets. Whoever holds one can tell what every box of that run contains.

    Args:
        folder: where the secrets lie; made with mode 700 at the first secret.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, run: str) -> bool:
        """Tell whether the vault holds a secret of `run`."""
        return self._path(run).exists()

    def holds_secrets(self) -> bool:
        """Tell by names alone whether anything lies here; False for a folder that may not be looked into."""
        try:
            return any(self.folder.iterdir())
        except OSError:
            return False

    def keep(self, run: str, secret: bytes) -> bytes:
        """Write the run's secret to the disk for good and return it; one already kept is returned instead.

        A commit that was cut off after this step finds its secret again.

        Raises:
            VaultError: it cannot be written; nothing is left behind.
        """
        if self.has(run):
            return self.open(run)
        path = self._path(run)
        draft = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.draft")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(secret.hex().encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)  # unlike a rename, a link never replaces the secret of another commit
            draft.unlink()
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise VaultError(
                f"the run's secret cannot be written ({error.strerror})",
                where=str(self.folder),
                mend="Free some space or mend the rights, then repeat",
            ) from error
        return self.open(run)

    def open(self, run: str) -> bytes:
        """Return the run's secret, 32 bytes.

        Raises:
            VaultError: it is not here or is damaged.
        """
        try:
            secret = bytes.fromhex(self._path(run).read_text("ascii").strip())
        except (OSError, ValueError) as error:
            raise VaultError(
                f"the vault has no readable secret of {run}",
                where=str(self.folder),
                mend="Work at the print station that committed the run, or restore its vault from a backup",
            ) from error
        if len(secret) != SECRET_BYTES:
            raise VaultError(
                f"the secret of {run} is damaged", where=str(self.folder), mend="Restore it from a backup"
            )
        return secret

    def _path(self, run: str) -> Path:
        return self.folder / f"{run}.secret"
