"""Getting in without a right: guessed, stolen and raced codes, forged proofs, challenges of others and old ones."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.signing import code_hash, enrolment_digest, token_digest
from cpdesk.sync.transport import Transport

STREAM = "110114104"


class Door:
    def __init__(self, config: ServerConfig, url: str, admin: Admin, clock: FixedClock) -> None:
        self.config, self.url, self.admin, self.clock = config, url, admin, clock

    def code(self, **of: Any) -> str:
        return self.admin.new_enrolment_code(role="surveyor", streams=[STREAM], person="样例", **of)

    def knock(self, desk: MemoryReplica, code: str, signer: MemoryReplica | None = None) -> str:
        """The problem's code, or the role that was given."""
        identity = desk.identity()
        digest = enrolment_digest(code_hash(code), identity.device, identity.public_key_hex)
        facts = {"code": code, "device": identity.device, "public_key": identity.public_key_hex}
        return self._said("/v1/enrol", {**facts, "signature": (signer or desk).sign(digest)})

    def challenge(self, device: str) -> str:
        return str(httpx.post(self.url + "/v1/token", json={"device": device}).json()["challenge"])

    def answer(self, device: str, challenge: str, signer: MemoryReplica) -> str:
        signature = signer.sign(token_digest(challenge))
        return self._said("/v1/token", {"device": device, "challenge": challenge, "signature": signature})

    def _said(self, path: str, body: dict[str, str]) -> str:
        answer = httpx.post(self.url + path, json=body, timeout=60).json()
        return str(answer.get("code") or answer["role"])


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))
    config = ServerConfig(tmp_path / "server", port=0, clock=clock)
    create_database(config)
    with ExitStack() as stack:
        url = stack.enter_context(running_server(config))
        yield Door(config, url, stack.enter_context(Admin(config)), clock)


def test_a_code_lies_nowhere_on_the_server(door: Door) -> None:
    code = door.code()
    files = b"".join(path.read_bytes() for path in door.config.folder.rglob("*") if path.is_file())
    assert code.encode() not in files and code.replace("-", "").encode() not in files
    assert code_hash(code).encode() in files


def test_a_forged_proof_does_not_use_the_code_up(door: Door) -> None:
    code, desk, thief = door.code(), MemoryReplica(door.clock), MemoryReplica(door.clock)
    assert door.knock(desk, code, signer=thief) == "CP-4106"
    assert door.knock(desk, code) == "surveyor"
    assert door.knock(thief, code) == "CP-4101", "used"


def test_of_many_who_come_with_one_code_at_once_one_gets_in(door: Door) -> None:
    code, desks = door.code(), [MemoryReplica(door.clock) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda desk: door.knock(desk, code), desks))
    assert sorted(said) == ["CP-4101"] * 7 + ["surveyor"]
    assert len(door.admin.devices()) == 1


def test_a_code_ends_with_its_hours(door: Door) -> None:
    code = door.code(hours=1)
    door.clock.advance(hours=1, seconds=1)
    assert door.knock(MemoryReplica(door.clock), code) == "CP-4101"


def test_who_guesses_has_to_wait_before_it_helps(door: Door) -> None:
    thief = MemoryReplica(door.clock)
    said = [door.knock(thief, f"AAAA-BBBB-CCCC-DDDD-{number:04}") for number in range(70)]
    assert said == ["CP-4101"] * 60 + ["CP-2250"] * 10


def test_a_challenge_is_answered_by_its_own_desk_within_its_time(door: Door) -> None:
    desk, thief = MemoryReplica(door.clock), MemoryReplica(door.clock)
    with Transport(door.url) as line:
        for one in (desk, thief):
            enrol(one, line, door.code())
    device, other = desk.identity().device, thief.identity().device
    challenge = door.challenge(device)
    assert door.answer(device, challenge, thief) == "CP-4106", "another key"
    assert door.answer(other, challenge, thief) == "CP-4102", "another desk's challenge"
    assert door.answer(device, challenge[:-2] + "AA", desk) == "CP-4102", "changed"
    assert door.answer(device, challenge, desk) == "surveyor"
    door.clock.advance(seconds=door.config.challenge_seconds + 1)
    assert door.answer(device, challenge, desk) == "CP-4102", "old"
    assert door.answer(MemoryReplica(door.clock).identity().device, challenge, desk) == "CP-4102", "nobody's"
