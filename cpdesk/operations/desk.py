"""Opening a person's desk: the first start, the daily unlock, a forgotten PIN, the lock."""

from __future__ import annotations

from dataclasses import dataclass

from cpdesk.base.clock import Clock, SystemClock
from cpdesk.base.paths import Paths
from cpdesk.base.settings import Settings
from cpdesk.context import STORE_FOLDER, Context, open_context
from cpdesk.operations.describe import describe_record
from cpdesk.store.keystores import KeyStore, key_store_here
from cpdesk.store.vault import PinCost, Vault


@dataclass(frozen=True)
class DeskState:
    """What is known before the PIN: whether there is a desk, whose it is, how long to wait after wrong PINs."""

    exists: bool
    person: str
    wait_s: int
    key_store: str


def desk_state(paths: Paths, *, clock: Clock | None = None, key_store: KeyStore | None = None) -> DeskState:
    """The facts for the unlock page."""
    vault = _vault(paths, clock, key_store)
    person = str(Settings(paths.config / "settings.json").get("person"))
    if not vault.exists:
        return DeskState(exists=False, person=person, wait_s=0, key_store="")
    return DeskState(True, person, vault.wait_s(), vault.kind_of_key_store())


def first_start(
    paths: Paths,
    *,
    pin: str,
    person: str,
    township_code: str = "",
    language: str = "zh",
    clock: Clock | None = None,
    key_store: KeyStore | None = None,
    cost: PinCost | None = None,
) -> tuple[Context, str]:
    """Make a desk. Returns it open, and the recovery code, which is shown this once.

    Raises:
        InputFault: the PIN is not six digits. EnvironmentFault: there is a desk already, or the disk.
    """
    settings = Settings(paths.config / "settings.json")
    for name, value in (("language", language), ("person", person), ("township_code", township_code)):
        settings.set(name, value)
    key, recovery_code = _vault(paths, clock, key_store).create(pin, cost)
    return open_context(paths, key, describe=describe_record, clock=clock, create=True), recovery_code


def unlock(paths: Paths, pin: str, *, clock: Clock | None = None, key_store: KeyStore | None = None) -> Context:
    """The person's desk.

    Raises:
        AccessFault: wrong PIN, with the tries left, or the seconds to wait. Others as `Store.open`.
    """
    key = _vault(paths, clock, key_store).unlock(pin)
    return open_context(paths, key, describe=describe_record, clock=clock)


def recover(
    paths: Paths, code: str, new_pin: str, *, clock: Clock | None = None, key_store: KeyStore | None = None
) -> tuple[Context, str]:
    """Open the desk with the recovery code and set a new PIN. Returns it with the next recovery code.

    Raises:
        AccessFault: the code is not this desk's. Others as `Store.open`.
    """
    key, next_code = _vault(paths, clock, key_store).recover(code, new_pin)
    return open_context(paths, key, describe=describe_record, clock=clock), next_code


def change_pin(paths: Paths, old: str, new: str, *, clock: Clock | None = None) -> None:
    """Another PIN; the recovery code stays good.

    Raises:
        AccessFault: the old PIN is wrong. InputFault: the new one is not six digits.
    """
    _vault(paths, clock, None).change_pin(old, new)


def _vault(paths: Paths, clock: Clock | None, key_store: KeyStore | None) -> Vault:
    folder = paths.data / STORE_FOLDER
    return Vault(folder, key_store or key_store_here(paths.config), clock or SystemClock())
