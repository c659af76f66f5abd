"""The vault: PIN, delays, recovery."""

from __future__ import annotations

import json
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import AccessFault, EnvironmentFault, IntegrityFault
from cpdesk.store import recovery_code
from cpdesk.store.keystores import FileKeyStore, SystemKeyStore, key_store_here
from cpdesk.store.vault import DELAY_MAX_S, FREE_TRIES, PinCost, Vault, delay_s

QUICK = PinCost(passes=1, memory_kib=64, lanes=1)


class Drawer:
    """A key store in memory."""

    name_of_kind = "system"

    def __init__(self) -> None:
        self.secrets: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self.secrets.get(name)

    def set(self, name: str, secret: bytes) -> None:
        self.secrets[name] = secret


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 6, tzinfo=UTC))


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


@pytest.fixture
def vault(tmp_path: Path, drawer: Drawer, clock: FixedClock) -> Vault:
    return Vault(tmp_path, drawer, clock)


def test_the_right_pin_opens_and_no_other(vault: Vault, tmp_path: Path, drawer: Drawer) -> None:
    key, code = vault.create("204816", QUICK)
    assert vault.unlock("204816") == key and len(key) == 32
    with pytest.raises(AccessFault, match="CP-4001"):
        vault.unlock("204817")
    written = (tmp_path / "vault.json").read_text()
    for secret in (key.hex(), "204816", code, code.replace("-", ""), *(one.hex() for one in drawer.secrets.values())):
        assert secret not in written
    with pytest.raises(EnvironmentFault, match="CP-2104"):
        vault.create("204816", QUICK)


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "１２３４５６", "12 456"])
def test_a_pin_is_six_digits(vault: Vault, pin: str) -> None:
    with pytest.raises(AccessFault, match="CP-4003"):
        vault.create(pin, QUICK)
    assert not vault.exists


def test_without_the_account_s_secret_the_pin_opens_nothing(vault: Vault, drawer: Drawer) -> None:
    _, code = vault.create("204816", QUICK)
    (name,) = drawer.secrets
    drawer.secrets[name] = bytes(32)
    with pytest.raises(AccessFault, match="CP-4001"):
        vault.unlock("204816")
    del drawer.secrets[name]
    with pytest.raises(AccessFault, match="CP-4006"):
        vault.unlock("204816")
    key, _ = vault.recover(code, "111222")
    assert vault.unlock("111222") == key


def test_wrong_pins_cost_time_also_after_a_restart(
    vault: Vault, tmp_path: Path, drawer: Drawer, clock: FixedClock
) -> None:
    key, _ = vault.create("204816", QUICK)
    for _ in range(FREE_TRIES):
        with pytest.raises(AccessFault, match="CP-4001"):
            vault.unlock("000000")
    again = Vault(tmp_path, drawer, clock)
    assert again.wait_s() == 15
    with pytest.raises(AccessFault, match="CP-4002"):
        again.unlock("204816")
    clock.advance(seconds=14)
    assert again.wait_s() == 1
    clock.advance(seconds=1)
    with pytest.raises(AccessFault, match="CP-4001"):
        again.unlock("000000")
    assert again.wait_s() == 30
    clock.advance(seconds=30)
    assert again.unlock("204816") == key and again.wait_s() == 0


def test_a_clock_set_back_waits_the_delay_once_and_not_for_years(vault: Vault, clock: FixedClock) -> None:
    vault.create("204816", QUICK)
    for _ in range(FREE_TRIES):
        with pytest.raises(AccessFault):
            vault.unlock("000000")
    clock.advance(days=-400)
    assert vault.wait_s() == 15
    clock.advance(seconds=10)
    assert vault.wait_s() == 5
    clock.advance(seconds=5)
    assert vault.unlock("204816")


def test_the_delay_grows_to_an_hour() -> None:
    assert [delay_s(wrong) for wrong in (1, 3, 4, 5, 6, 11, 12, 99)] == [
        0,
        0,
        15,
        30,
        60,
        1920,
        DELAY_MAX_S,
        DELAY_MAX_S,
    ]


def test_changing_the_pin_keeps_the_recovery_code(vault: Vault) -> None:
    key, code = vault.create("204816", QUICK)
    vault.change_pin("204816", "777888")
    assert vault.unlock("777888") == key
    with pytest.raises(AccessFault, match="CP-4001"):
        vault.unlock("204816")
    assert vault.recover(code, "204816")[0] == key


def test_the_recovery_code_opens_once_on_a_new_computer(vault: Vault, tmp_path: Path) -> None:
    key, code = vault.create("204816", QUICK)
    elsewhere = Vault(tmp_path, Drawer())
    found, fresh = elsewhere.recover(" " + code.lower().replace("-", " ").replace("1", "l").replace("0", "o"), "333444")
    assert found == key == elsewhere.unlock("333444")
    with pytest.raises(AccessFault, match="CP-4005"):
        elsewhere.recover(code, "333444")
    assert elsewhere.recover(fresh, "555666")[0] == key
    newest = elsewhere.new_recovery_code("555666")
    assert elsewhere.recover(newest, "555666")[0] == key


def test_a_mistyped_code_is_told_from_a_wrong_one(vault: Vault) -> None:
    _, code = vault.create("204816", QUICK)
    swapped = ("3" if code[0] != "3" else "4") + code[1:]
    for typed in ("", code[:-1], code + "0", swapped):
        with pytest.raises(AccessFault, match="CP-4004"):
            vault.recover(typed, "111222")
    with pytest.raises(AccessFault, match="CP-4005"):
        vault.recover(recovery_code.new_code(), "111222")


def test_the_code_is_eight_groups_of_four() -> None:
    code = recovery_code.new_code()
    assert [len(group) for group in code.split("-")] == [4] * 8
    assert not set(code) & set("ILOU") and recovery_code.secret_of_code(code) != recovery_code.secret_of_code(
        recovery_code.new_code()
    )


def test_a_damaged_vault_is_told(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="CP-2103"):
        vault.unlock("204816")
    vault.create("204816", QUICK)
    for content in (b"{", b"[]", b"{}", json.dumps({"format": 9}).encode()):
        (tmp_path / "vault.json").write_bytes(content)
        with pytest.raises(IntegrityFault, match="CP-3107"):
            vault.unlock("204816")


def test_the_district_s_wrap_is_kept(vault: Vault) -> None:
    vault.create("204816", QUICK)
    assert vault.district_wrap() is None
    vault.set_district_wrap(b"\x00opaque")
    vault.change_pin("204816", "777888")
    assert vault.district_wrap() == b"\x00opaque" and vault.kind_of_key_store() == "system"


def test_the_file_key_store_is_for_this_account_alone(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path / "secrets")
    assert store.get("one") is None
    store.set("one", b"secret")
    store.set("one", b"another")
    assert store.get("one") == b"another"
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "secrets" / "one.secret").stat().st_mode) == 0o600


def test_the_system_s_key_store_is_used_where_it_keeps_what_it_is_given(tmp_path: Path) -> None:
    before = keyring.get_keyring()  # before our classes are known: keyring would choose among them

    class Kept(KeyringBackend):
        priority = 5.0  # type: ignore[assignment]

        def __init__(self) -> None:
            super().__init__()
            self.kept: dict[tuple[str, str], str] = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            del self.kept[service, username]

    class Forgetful(Kept):
        def get_password(self, service: str, username: str) -> str | None:
            return None

    try:
        for backend, kind in ((Kept(), "system"), (Forgetful(), "file"), (keyring.backends.fail.Keyring(), "file")):
            keyring.set_keyring(backend)
            found = key_store_here(tmp_path)
            assert found.name_of_kind == kind
            found.set("one", b"\x00secret")
            assert found.get("one") == b"\x00secret" and found.get("two") is None
        keyring.set_keyring(keyring.backends.fail.Keyring())
        assert SystemKeyStore().get("one") is None
    finally:
        keyring.set_keyring(before)


def test_the_default_cost_is_rfc_9106_s() -> None:
    assert PinCost() == PinCost(passes=3, memory_kib=64 * 1024, lanes=4)
