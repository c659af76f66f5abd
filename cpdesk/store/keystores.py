"""Where a secret of this computer's account is kept: the system's key store, or a file where there is none."""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from cpdesk.base.files import disk_faults, flush_folder

_SERVICE: Final = "cpdesk"


class KeyStore(Protocol):
    """Keeps small secrets under a name. `name_of_kind` is written into the vault, so that it knows where to look."""

    @property
    def name_of_kind(self) -> str: ...
    def get(self, name: str) -> bytes | None: ...
    def set(self, name: str, secret: bytes) -> None: ...


class SystemKeyStore:
    """Windows Credential Manager, macOS Keychain, GNOME Keyring or KWallet, through the package keyring.

    Protects against whoever has the disk and the PIN but cannot log in as this person.
    """

    name_of_kind = "system"

    @staticmethod
    def available() -> bool:
        """Whether this computer has a key store that keeps what it is given."""
        import keyring

        try:
            if keyring.get_keyring().priority < 1:
                return False
            probe, said = f"probe-{secrets.token_hex(8)}", secrets.token_hex(8)
            keyring.set_password(_SERVICE, probe, said)
            kept = keyring.get_password(_SERVICE, probe)
            keyring.delete_password(_SERVICE, probe)
        except Exception:  # a key store that is locked, or whose service is not running, fails in ways of its own
            return False
        return kept == said

    def get(self, name: str) -> bytes | None:
        import keyring

        try:
            kept = keyring.get_password(_SERVICE, name)
        except Exception:  # as in `available`
            return None
        return None if kept is None else bytes.fromhex(kept)

    def set(self, name: str, secret: bytes) -> None:
        import keyring

        keyring.set_password(_SERVICE, name, secret.hex())


class FileKeyStore:
    """A file that only this account may read, where the system has no key store.

    Protects against another account of the same computer. Does **not** protect against whoever takes the disk: then the
    PIN alone stands before the data, and six digits do not stand long. Full-disk encryption closes that gap.
    """

    name_of_kind = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> bytes | None:
        path = self._path(name)
        if not path.exists():
            return None
        with disk_faults(path):
            return path.read_bytes()

    def set(self, name: str, secret: bytes) -> None:
        path = self._path(name)
        with disk_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(secret)
                stream.flush()
                os.fsync(stream.fileno())
            flush_folder(path.parent)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.secret"


class KeyStoreHere:
    """The system's key store where there is one, else a file. Secrets are found where they were put, also after a
    computer has got a key store or lost it."""

    def __init__(self, folder: Path) -> None:
        self._file = FileKeyStore(folder)
        self._system = SystemKeyStore()

    @cached_property
    def _best(self) -> KeyStore:
        return self._system if self._system.available() else self._file

    @property
    def name_of_kind(self) -> str:
        return self._best.name_of_kind

    def get(self, name: str) -> bytes | None:
        return self._file.get(name) or self._system.get(name)

    def set(self, name: str, secret: bytes) -> None:
        self._best.set(name, secret)


def key_store_here(folder: Path) -> KeyStore:
    """The best key store of this computer; `folder` is for the file where there is no other."""
    return KeyStoreHere(folder)
