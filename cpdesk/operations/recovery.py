"""A forgotten PIN and a lost recovery code: the district's recovery key opens the vault, nobody else's.

The private half is made and kept away from the server, on paper or a stick in a safe. Desks learn the public half when
they enrol or sync, and keep the key of their data sealed for it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cpdesk.base.errors import AccessFault, EnvironmentFault
from cpdesk.base.files import disk_faults, flush_folder
from cpdesk.context import Context
from cpdesk.store.keystores import FileKeyStore
from cpdesk.store.sealing import public_of
from cpdesk.store.vault import Vault

_HEAD: Final = "cpdesk recovery key 1"


def new_recovery_key(path: Path) -> str:
    """Write a new private key into a file only this account may read; an existing file is never overwritten.

    Returns:
        The public half, 64 hex digits.

    Raises:
        EnvironmentFault: CP-2107 there is a file already; CP-20xx the disk.
    """
    private = X25519PrivateKey.generate().private_bytes_raw()
    with disk_faults(path):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise EnvironmentFault("CP-2107", path=str(path)) from None
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(f"{_HEAD}\n{private.hex()}\n")
            stream.flush()
            os.fsync(stream.fileno())
        flush_folder(path.absolute().parent)
    return public_of(private).hex()


def read_recovery_key(path: Path) -> bytes:
    """The private key in such a file.

    Raises:
        AccessFault: CP-4009 no recovery key. EnvironmentFault: CP-20xx the disk.
    """
    with disk_faults(path):
        content = path.read_bytes()[:200]
    try:
        head, text = content.decode("ascii").splitlines()
        private = bytes.fromhex(text)
    except ValueError:
        raise AccessFault("CP-4009", path=str(path)) from None
    if head != _HEAD or len(private) != 32:
        raise AccessFault("CP-4009", path=str(path))
    return private


def open_vault(folder: Path, recovery_key: Path) -> str:
    """Give the vault in a folder a new recovery code, with the district's private key.

    Raises:
        AccessFault: CP-4007, CP-4008, CP-4009. EnvironmentFault: CP-2103 no vault there.
    """
    # Nothing of an account's key store is needed for it: the vault may lie on the administrator's computer.
    return Vault(folder, FileKeyStore(folder)).open_for_district(read_recovery_key(recovery_key))


def seal_for_district(ctx: Context) -> bool:
    """Seal this desk's key for the district's recovery key, when it has one that it was not sealed for yet.

    Returns:
        Whether it is sealed for the present one.
    """
    enrolment = ctx.store.replica.enrolment()
    public = dict(enrolment.extra).get("recovery_key") if enrolment else None
    if enrolment is None or public is None:
        return False
    vault = Vault(ctx.store.folder, FileKeyStore(ctx.store.folder))
    if not vault.exists:
        return False
    if vault.sealed_for() != public:
        vault.set_district_wrap(ctx.store.key_sealed_for(bytes.fromhex(public)), public)
    return True
