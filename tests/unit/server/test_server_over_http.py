"""The server as a desk meets it: real HTTP on loopback, real database, real files."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from cpdesk.base.clock import FixedClock, SystemClock
from cpdesk.base.errors import AccessFault, CpdeskError, EnvironmentFault, InputFault, IntegrityFault
from cpdesk.model.oplog import SignedOperation, canonical_json
from cpdesk.server import schema
from cpdesk.server.admin import Admin, create_database, ensure_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.protocol import pull_answer_from_wire, push_answer_from_wire, push_to_wire
from cpdesk.sync.signing import token_digest
from cpdesk.sync.transport import Transport

NANKOU = "110114104"
YANSHOU = "110114110"


@dataclass
class Place:
    """A running server, its administrator and its desks."""

    config: ServerConfig
    url: str
    admin: Admin
    opened: list[Transport]

    def transport(self, **options: Any) -> Transport:
        transport = Transport(self.url, sleep=lambda seconds: None, **options)
        self.opened.append(transport)
        return transport

    def desk(self, *streams: str, clock: Any = None, device: str = "") -> tuple[MemoryReplica, Transport]:
        code = self.admin.new_enrolment_code(role="surveyor", streams=streams or (NANKOU,), person="样例甲")
        replica, transport = MemoryReplica(clock or SystemClock(), device=device), self.transport()
        enrol(replica, transport, code)
        return replica, transport


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> Iterator[Place]:
    with opened_place(ServerConfig(tmp_path / "server", database_url, port=0, requests_burst=10_000)) as found:
        yield found


@contextmanager
def opened_place(config: ServerConfig) -> Iterator[Place]:
    ensure_database(config)
    with running_server(config) as url, Admin(config) as admin:
        found = Place(config, url, admin, [])
        try:
            yield found
        finally:
            for transport in found.opened:
                transport.close()


def push(transport: Transport, batch: list[SignedOperation]) -> list[tuple[str, str]]:
    answer = push_answer_from_wire(transport.post_json("/v1/push", push_to_wire(batch)))
    return [(str(result.outcome), result.reason) for result in answer.results]


def fault_of(call: Any) -> CpdeskError:
    with pytest.raises(CpdeskError) as caught:
        call()
    return caught.value


# A day with two desks


def test_two_desks_exchange_answers_conflicts_and_photographs(place: Place) -> None:
    (first, to_first), (second, to_second) = place.desk(), place.desk()
    record, photo = first.new_id(), bytes(random.Random(1).randbytes(2_500_000))
    first.change(record, {"name": "张三（样例）", "photo": first.add_blob(photo)}, stream=NANKOU)
    report = sync_once(first, to_first)
    assert (report.pushed, report.pulled, report.blobs_sent, report.problems) == (1, 1, 1, ())
    assert sync_once(second, to_second).blobs_received == 1
    assert second.blob_content(hashlib.sha256(photo).hexdigest()) == photo

    first.change(record, {"name": "张三丰"}, stream=NANKOU)
    second.change(record, {"name": "张叁", "area": "86"}, stream=NANKOU)
    sync_once(first, to_first)
    assert sync_once(second, to_second).conflicts == 1
    ((conflict_id, conflict),) = second.open_conflicts().items()
    assert (conflict.current, conflict.proposed) == ("张三丰", "张叁")
    second.change(record, {"name": "张叁"}, stream=NANKOU, resolves=conflict_id)
    sync_once(second, to_second)
    sync_once(first, to_first)
    assert first.visible(record) == second.visible(record)
    assert first.visible(record)["name"] == "张叁"
    assert first.open_conflicts() == second.open_conflicts() == {}
    assert place.admin.status().conflicts_open == 0


def test_progress_is_told_and_a_cancelled_round_goes_on_later(place: Place) -> None:
    replica, transport = place.desk()
    for number in range(3):
        replica.change(replica.new_id(), {"n": str(number)}, stream=NANKOU)
    told: list[tuple[str, int, int]] = []
    cancelled = sync_once(replica, transport, lambda *step: told.append(step), cancel=lambda: True)
    assert cancelled.cancelled and cancelled.pushed == 0
    assert sync_once(replica, transport, lambda *step: told.append(step)).pushed == 3
    assert ("push", 3, 3) in told


# Identity and rights


def test_a_code_works_once_for_one_desk_until_it_expires(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))
    with opened_place(ServerConfig(tmp_path / "s", port=0, clock=clock)) as place:
        code = place.admin.new_enrolment_code(role="clerk", streams=(NANKOU,), person="样例乙", hours=2)
        replica, transport = MemoryReplica(clock), place.transport()
        typed = code.lower().replace("-", " ")
        assert enrol(replica, transport, typed).person == "样例乙"
        assert enrol(replica, transport, code).role == "clerk", "the answer may have been lost: ask again"
        other = MemoryReplica(clock)
        assert fault_of(lambda: enrol(other, transport, code)).code == "CP-4101"
        assert fault_of(lambda: enrol(other, transport, "AAAA-BBBB")).code == "CP-4101"
        late = place.admin.new_enrolment_code(role="clerk", streams=(NANKOU,), person="样例乙", hours=2)
        clock.advance(hours=3)
        assert fault_of(lambda: enrol(other, transport, late)).code == "CP-4101"
        assert place.admin.forget_expired_codes() == 1
        taken = MemoryReplica(clock, device=replica.identity().device)
        fresh = place.admin.new_enrolment_code(role="clerk", streams=(NANKOU,), person="样例乙")
        assert fault_of(lambda: enrol(taken, transport, fresh)).code == "CP-4105"


def test_an_ended_token_is_renewed_with_the_key_and_brings_new_rights(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))
    with opened_place(ServerConfig(tmp_path / "s", port=0, clock=clock, token_minutes=10)) as place:
        replica, transport = place.desk(clock=clock)
        before = transport.token
        clock.advance(minutes=11)
        replica.change(replica.new_id(), {"n": "1"}, stream=NANKOU)
        photo = replica.add_blob(b"sample")
        assert sync_once(replica, transport).pushed == 1
        assert transport.token != before
        enrolled = replica.enrolment()
        assert enrolled is not None and enrolled.token == transport.token
        transport.token = before
        assert fault_of(lambda: transport.send("HEAD", f"/v1/blobs/{photo}")).code == "CP-4102"


def test_a_challenge_needs_this_devices_signature(place: Place) -> None:
    (first, transport), (second, _) = place.desk(), place.desk()
    device = first.identity().device
    challenge = transport.post_json("/v1/token", {"device": device})["challenge"]
    forged = {"device": device, "challenge": challenge, "signature": second.sign(token_digest(challenge))}
    assert fault_of(lambda: transport.post_json("/v1/token", forged)).code == "CP-4106"
    other = {"device": second.identity().device, "challenge": challenge, "signature": "0" * 128}
    assert fault_of(lambda: transport.post_json("/v1/token", other)).code == "CP-4102"


def test_without_a_genuine_token_nothing_is_told(place: Place) -> None:
    _, transport = place.desk()
    good = transport.token
    for token in ("", "x", "a.b", good[:-3] + "AAA", "é" * 4):
        transport.token = token.encode("ascii", "ignore").decode()
        for path in ("/v1/forms", f"/v1/pull?stream={NANKOU}", f"/v1/blobs/{'0' * 64}", "/v1/blobs?missing="):
            assert fault_of(lambda path=path: transport.send("GET", path)).code == "CP-4102"


def test_a_revoked_desk_is_refused_at_once(place: Place) -> None:
    replica, transport = place.desk()
    device = replica.identity().device
    place.admin.revoke_device(device)
    assert fault_of(lambda: sync_once(replica, transport)).code == "CP-4103"
    assert [(row.device, row.status) for row in place.admin.devices()] == [(device, "revoked")]
    with pytest.raises(InputFault):
        place.admin.revoke_device("nobody")


def test_a_desk_reads_and_writes_its_own_townships_only(place: Place) -> None:
    (nankou, to_nankou), (yanshou, to_yanshou) = place.desk(NANKOU), place.desk(YANSHOU)
    record, secret = nankou.new_id(), nankou.add_blob(b"a face (sample)")
    nankou.change(record, {"name": "样例", "photo": secret}, stream=NANKOU)
    sync_once(nankou, to_nankou)
    asked = fault_of(lambda: to_yanshou.get_json("/v1/pull", {"stream": NANKOU}))
    assert (asked.code, asked.fields) == ("CP-4104", {"stream": NANKOU})
    assert fault_of(lambda: to_yanshou.send("GET", f"/v1/blobs/{secret}")).code == "CP-3252"
    assert to_yanshou.get_json("/v1/blobs", {"missing": secret}) == {"missing": [secret]}, "not even that it is there"

    yanshou.change(record, {"name": "改"}, stream=NANKOU)
    yanshou.change(yanshou.new_id(), {"name": "自己的"}, stream=YANSHOU)
    report = sync_once(yanshou, to_yanshou)
    assert [problem.fields["reason"] for problem in report.problems] == ["stream_forbidden"]
    assert yanshou.waiting().operations == 0, "a refused operation does not wedge the queue"
    assert place.admin.status().quarantined == 1
    sync_once(nankou, to_nankou)
    assert nankou.visible(record)["name"] == "样例"


# Operations that cannot be applied are kept


def test_a_repeated_batch_is_answered_with_duplicates_and_changes_nothing(place: Place) -> None:
    replica, transport = place.desk()
    for number in range(5):
        replica.change(replica.new_id(), {"n": str(number)}, stream=NANKOU)
    batch = replica.outbox(10)
    assert push(transport, batch) == [("applied", "")] * 5
    before = place.admin.status()
    assert push(transport, batch) == [("duplicate", "")] * 5
    assert place.admin.status() == before


def test_a_gap_is_named_and_filled_by_the_next_sync(place: Place) -> None:
    replica, transport = place.desk()
    for number in range(4):
        replica.change(replica.new_id(), {"n": str(number)}, stream=NANKOU)
    waiting = replica.outbox(10)
    fault = fault_of(lambda: push(transport, waiting[2:]))
    assert (fault.code, fault.fields) == ("CP-3202", {"expected": 1, "found": 3})
    assert push(transport, [waiting[0], waiting[2]]) == [("applied", "")], "what precedes the gap is taken"
    replica._waiting = {
        signed.operation.op_id: signed for signed in waiting[3:]
    }  # as if the rest had been acknowledged
    report = sync_once(replica, transport)
    assert report.problems == ()
    assert place.admin.status().operations == 4


def test_a_copied_laptop_shows_as_a_fork_and_both_copies_are_kept(place: Place) -> None:
    code = place.admin.new_enrolment_code(role="surveyor", streams=(NANKOU,), person="样例")
    device = MemoryReplica(SystemClock()).new_id()
    original = MemoryReplica(SystemClock(), key=b"\5" * 32, device=device)
    copy = MemoryReplica(SystemClock(), key=b"\5" * 32, device=device)
    transport = place.transport()
    enrol(original, transport, code)
    enrol(copy, place.transport(), code)
    for replica in (original, copy):
        for number in range(2):
            replica.change(replica.new_id(), {"n": str(number)}, stream=NANKOU)
    assert push(transport, original.outbox(10)) == [("applied", "")] * 2
    assert push(transport, copy.outbox(10)) == [("quarantined", "chain_fork")] * 2
    copy.change(copy.new_id(), {"n": "3"}, stream=NANKOU)
    assert push(transport, copy.outbox(10)[2:]) == [("quarantined", "chain_fork")]
    original.change(original.new_id(), {"n": "3"}, stream=NANKOU)
    assert push(transport, original.outbox(10)[2:]) == [("applied", "")]
    assert place.admin.devices()[0].flag == "chain_fork"
    assert place.admin.status().operations == 6


def test_operations_that_cannot_be_applied_are_quarantined_with_the_reason(place: Place) -> None:
    replica, transport = place.desk(NANKOU, YANSHOU)
    record = replica.new_id()
    replica.change(record, {"n": "1"}, stream=NANKOU)
    replica.change(record, {"n": "2"}, stream=YANSHOU)
    replica.change(record, {"n": "a\0b"}, stream=NANKOU)
    good = replica.outbox(10)
    assert push(transport, good) == [
        ("applied", ""),
        ("quarantined", "record_elsewhere"),
        ("quarantined", "unstorable"),
    ]

    def next_operation(**facts: Any) -> SignedOperation:
        last = good[-1].operation
        operation = replace(
            last, op_id=replica.new_id(), seq=last.seq + 1, prev_hash=last.content_hash(), set={"n": "9"}, **facts
        )
        good.append(SignedOperation(operation, replica.sign(operation.content_hash())))
        return good[-1]

    assert push(transport, [next_operation(base=99)]) == [("quarantined", "base_ahead")]
    unsigned = replace(next_operation(base=0), signature="0" * 128)
    assert push(transport, [unsigned]) == [("quarantined", "signature")]
    again = next_operation()
    reused = replace(again.operation, op_id=good[0].operation.op_id)
    signed = SignedOperation(reused, replica.sign(reused.content_hash()))
    assert push(transport, [signed]) == [("quarantined", "op_id_reused")]
    assert sync_once(replica, transport).pulled == 6
    assert replica.visible(record) == {"n": "1"}


def test_a_desk_may_carry_anothers_operations_but_not_forge_them(place: Place) -> None:
    (author, _), (carrier, transport) = place.desk(), place.desk()
    author.change(author.new_id(), {"n": "1"}, stream=NANKOU)
    batch = author.outbox(1)
    assert fault_of(lambda: push(transport, [replace(batch[0], signature="0" * 128)])).code == "CP-4106"
    assert push(transport, batch) == [("applied", "")]
    stranger = MemoryReplica(SystemClock())
    stranger.change(stranger.new_id(), {"n": "1"}, stream=NANKOU)
    assert fault_of(lambda: push(transport, stranger.outbox(1))).code == "CP-4106"
    carrier.change(carrier.new_id(), {"n": "1"}, stream=NANKOU)
    assert fault_of(lambda: push(transport, [*carrier.outbox(1), *batch])).code == "CP-3201"


# Order


def test_cursors_never_skip_while_many_push_at_once(place: Place) -> None:
    desks = [place.desk() for _ in range(4)]
    _, to_reader = place.desk()
    for replica, _ in desks:
        for number in range(60):
            replica.change(replica.new_id(), {"n": str(number)}, stream=NANKOU)
    faults: list[BaseException] = []

    def work(replica: MemoryReplica, transport: Transport) -> None:
        try:
            waiting = replica.outbox(60)
            for start in range(0, 60, 3):
                push(transport, waiting[start : start + 3])
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=desk) for desk in desks]
    for thread in threads:
        thread.start()
    read: list[int] = []
    cursor: dict[str, str] = {}
    while len(read) < 240 and not faults:
        page = pull_answer_from_wire(to_reader.get_json("/v1/pull", {"stream": NANKOU, "limit": "7", **cursor}))
        read += [entry.revision for entry in page.entries]
        cursor = {"cursor": page.cursor}
    for thread in threads:
        thread.join()
    assert faults == []
    assert read == list(range(1, 241))


def test_a_replaced_database_is_noticed_and_read_from_the_start(place: Place, tmp_path: Path) -> None:
    replica, transport = place.desk()
    replica.change(replica.new_id(), {"n": "1"}, stream=NANKOU)
    sync_once(replica, transport)
    with opened_place(ServerConfig(tmp_path / "other", port=0)) as other:
        code = other.admin.new_enrolment_code(role="surveyor", streams=(NANKOU,), person="样例")
        elsewhere = other.transport()
        enrol(replica, elsewhere, code)
        cursor = replica.cursor(NANKOU)
        assert fault_of(lambda: elsewhere.get_json("/v1/pull", {"stream": NANKOU, "cursor": cursor})).code == "CP-3203"
        replica.change(replica.new_id(), {"n": "2"}, stream=NANKOU)
        assert sync_once(replica, elsewhere).problems == ()
        assert other.admin.status().operations == 2, "what the new server lacked was sent again"


# Blobs


def test_an_upload_goes_on_at_the_servers_offset_and_checks_the_hash(place: Place) -> None:
    _, transport = place.desk()
    content = random.Random(2).randbytes(100_000)
    name = hashlib.sha256(content).hexdigest()

    def patch(offset: int, chunk: bytes, length: int | None = len(content), name: str = name) -> int:
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        if length is not None:
            headers["Upload-Length"] = str(length)
        return int(
            transport.send("PATCH", f"/v1/blobs/{name}", content=chunk, headers=headers).headers["Upload-Offset"]
        )

    assert fault_of(lambda: transport.send("HEAD", f"/v1/blobs/{name}")).code == "CP-3252"
    assert fault_of(lambda: patch(0, b"x", None)).code == "CP-3201"
    assert fault_of(lambda: patch(0, b"x", 10**12)).code == "CP-3205"
    assert patch(0, content[:40_000]) == 40_000
    assert transport.send("HEAD", f"/v1/blobs/{name}").headers["Upload-Offset"] == "40000"
    wrong = fault_of(lambda: patch(10, content[10:20]))
    assert (wrong.code, wrong.fields) == ("CP-3206", {"expected": 40_000, "found": 10})
    assert fault_of(lambda: patch(40_000, content)).code == "CP-3205"
    assert patch(40_000, content[40_000:], None) == 100_000
    assert transport.get_json("/v1/blobs", {"missing": name}) == {"missing": []}
    part = transport.send("GET", f"/v1/blobs/{name}", headers={"Range": "bytes=99990-"})
    assert (part.status_code, part.content) == (206, content[99_990:])

    other = "ab" * 32
    assert fault_of(lambda: patch(0, b"12345", 5, other)).code == "CP-3204"
    assert fault_of(lambda: transport.send("HEAD", f"/v1/blobs/{other}")).code == "CP-3252", "forgotten: from the start"


def test_a_damaged_photograph_is_a_problem_and_the_others_go_on(place: Place) -> None:
    replica, transport = place.desk()
    bad, good = replica.add_blob(b"bad"), replica.add_blob(b"good")
    replica._blobs[bad] = b"not what its name says"
    report = sync_once(replica, transport)
    assert [problem.code for problem in report.problems] == ["CP-3204"]
    assert report.blobs_sent == 1
    assert place.config.blobs.joinpath(good[:2], good).read_bytes() == b"good"
    assert list(place.config.blobs.joinpath("parts").iterdir()) == []


# Hostile input


def test_whatever_is_sent_is_answered_with_a_problem_and_never_a_500(place: Place) -> None:
    replica, transport = place.desk()
    replica.change(replica.new_id(), {"n": "1"}, stream=NANKOU)
    good = canonical_json(push_to_wire(replica.outbox(1)))
    chance = random.Random(3)
    headers = {"Authorization": f"Bearer {transport.token}", "Content-Type": "application/json"}
    with httpx.Client(base_url=place.url, headers=headers) as client:
        for _ in range(150):
            body = bytearray(good)
            for _ in range(chance.randint(1, 4)):
                place_of = chance.randrange(len(body))
                body[place_of : place_of + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
            path = chance.choice(["/v1/push", "/v1/push", "/v1/enrol", "/v1/token"])
            answer = client.post(path, content=bytes(body))
            assert answer.status_code < 500
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["code"] == answer.headers["Cpdesk-Problem"]
        for query in ("stream=1", f"stream={NANKOU}&limit=0", f"stream={NANKOU}&limit=9999", f"stream={NANKOU}&x=1"):
            assert client.get(f"/v1/pull?{query}").status_code == 400
        for cursor in ("!", "AAAA", "%00", "9" * 5000):
            assert client.get(f"/v1/pull?stream={NANKOU}&cursor={cursor}").status_code in (400, 409)
        assert client.get("/v1/blobs/../../server.db").status_code == 404
        assert client.get(f"/v1/blobs/{'A' * 64}").status_code == 400
        assert client.get("/v1/nothing").json()["code"] == "CP-3252"
        assert client.put("/v1/push").json()["code"] == "CP-3253"


def test_bodies_beyond_the_limits_are_refused(place: Place) -> None:
    _, transport = place.desk()
    headers = {"Authorization": f"Bearer {transport.token}"}
    with httpx.Client(base_url=place.url, headers=headers) as client:
        assert client.post("/v1/push", content=b" " * (4 * 1024 * 1024 + 1)).status_code == 413
        bomb = gzip.compress(b" " * 20_000_000)
        assert client.post("/v1/push", content=bomb, headers={"Content-Encoding": "gzip"}).status_code == 413
        assert client.post("/v1/push", content=b"{}", headers={"Content-Encoding": "br"}).status_code == 400
        assert client.post("/v1/enrol", content=b" " * 20_000).status_code == 413


def test_a_desk_that_asks_too_often_is_told_to_wait(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))
    config = ServerConfig(tmp_path / "s", port=0, requests_burst=5, requests_per_second=0.5, clock=clock)
    with opened_place(config) as place:
        _, transport = place.desk(clock=clock)
        clock.advance(minutes=1)  # what enrolling took has been given back
        headers = {"Authorization": f"Bearer {transport.token}"}
        answers = [httpx.get(f"{place.url}/v1/forms", headers=headers) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        assert answers[-1].headers["Retry-After"] == "2"
        clock.advance(seconds=2)
        assert httpx.get(f"{place.url}/v1/forms", headers=headers).status_code == 200


def test_the_access_log_names_no_person(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="cpdesk.server")
    replica, transport = place.desk()
    replica.change(replica.new_id(), {"name": "张三（样例）"}, stream=NANKOU)
    sync_once(replica, transport)
    lines = [record.getMessage() for record in caplog.records if record.name == "cpdesk.server.access"]
    assert {"route", "method", "status", "ms", "device"} == set(json.loads(lines[-1]))
    assert not any(word in line for line in lines for word in ("张", "样例", "127.0.0.1", transport.token))


# Forms, database, line


def test_forms_are_published_once_and_fetched_by_version(place: Place) -> None:
    _, transport = place.desk()
    assert place.admin.publish_form(form="farmhouse", version="1", title="农宅", content=b"<h/>")
    assert not place.admin.publish_form(form="farmhouse", version="1", title="农宅", content=b"<h/>")
    with pytest.raises(IntegrityFault):
        place.admin.publish_form(form="farmhouse", version="1", title="农宅", content=b"<other/>")
    (listed,) = transport.get_json("/v1/forms")["forms"]
    assert (listed["form"], listed["sha256"]) == ("farmhouse", hashlib.sha256(b"<h/>").hexdigest())
    assert transport.send("GET", "/v1/forms/farmhouse/1").content == b"<h/>"
    assert fault_of(lambda: transport.send("GET", "/v1/forms/farmhouse/2")).code == "CP-3252"


def test_a_database_of_another_version_or_not_ours_is_refused_untouched(tmp_path: Path) -> None:
    import sqlite3

    config = ServerConfig(tmp_path / "s", port=0)
    create_database(config)
    with pytest.raises(IntegrityFault) as twice:
        create_database(config)
    assert twice.value.code == "CP-3255"
    for version in (schema.OLDEST_VERSION - 1, schema.SCHEMA_VERSION + 1):
        connection = sqlite3.connect(config.database)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(version),))
        connection.commit()
        connection.close()
        with pytest.raises(IntegrityFault) as other:
            Admin(config)
        assert other.value.code == "CP-3250"
    config.database.write_bytes(b"something else entirely" * 100)
    with pytest.raises(IntegrityFault) as foreign:
        Admin(config)
    assert foreign.value.code == "CP-3251"


def test_making_a_database_that_was_interrupted_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = ServerConfig(tmp_path / "s", port=0)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(schema.metadata, "create_all", interrupted)
        create_database(config)
    assert not config.database.exists()
    create_database(config)
    with Admin(config) as admin:
        assert admin.status().devices == 0
    assert sorted(path.name for path in config.folder.iterdir()) == ["blobs", "server.db"]
    assert config.database.stat().st_mode & 0o077 == 0


def test_a_line_that_fails_is_told_in_plain_words(place: Place) -> None:
    away = Transport("http://127.0.0.1:9", sleep=lambda seconds: None)
    assert fault_of(away.check_server).code == "CP-2201"
    away.close()

    def answering(status: int, headers: dict[str, str], body: bytes = b"{}") -> Transport:
        mock = httpx.MockTransport(lambda request: httpx.Response(status, headers=headers, content=body))
        return Transport("http://sample", client=httpx.Client(transport=mock), sleep=lambda seconds: None)

    for code, status, headers in (
        ("CP-2203", 200, {}),
        ("CP-2203", 302, {"Location": "http://login"}),
        ("CP-2204", 200, {"Cpdesk-Protocol": "9"}),
        ("CP-2205", 503, {}),
        ("CP-2206", 500, {"Cpdesk-Protocol": "1"}),
    ):
        transport = answering(status, headers)
        fault = fault_of(transport.check_server)
        assert fault.code == code
        assert isinstance(fault, EnvironmentFault)
        assert fault.message("zh") and fault.remedy("zh")
        transport.close()
    with pytest.raises(AccessFault) as stranger:
        sync_once(MemoryReplica(SystemClock()), place.transport())
    assert stranger.value.code == "CP-4107"


def test_a_call_is_tried_again_until_the_line_is_back() -> None:
    tries: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if len(tries) < 2:
            raise httpx.ConnectError("no route")
        return httpx.Response(200, headers={"Cpdesk-Protocol": "1"}, json={"server": "cpdesk"})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    with Transport("http://sample", client=client, sleep=tries.append) as transport:
        transport.check_server()
    assert len(tries) == 2 and 0 < tries[0] < tries[1] < 2
