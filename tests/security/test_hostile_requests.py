"""A server under attack: each request is refused in plain words, nothing leaks, and the server goes on answering."""

from __future__ import annotations

import dataclasses
import gzip
import json
import socket
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from cpdesk.base.clock import SystemClock
from cpdesk.model.oplog import SignedOperation, canonical_json
from cpdesk.server import schema
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.server.run import running_server
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.protocol import push_to_wire
from cpdesk.sync.transport import Transport

HERE, THERE = "110114104", "110114118"
SQL = "'; DROP TABLE operations; --"


@dataclasses.dataclass
class Desk:
    replica: MemoryReplica
    client: httpx.Client

    def push(self, batch: list[SignedOperation]) -> httpx.Response:
        return self.client.post("/v1/push", content=canonical_json(push_to_wire(batch)))

    def outcomes(self, batch: list[SignedOperation]) -> list[tuple[str, str]]:
        return [(result["outcome"], result["reason"]) for result in self.push(batch).json()["results"]]


@dataclasses.dataclass
class Server:
    config: ServerConfig
    url: str
    here: Desk
    there: Desk


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Server]:
    config = ServerConfig(tmp_path / "server", database_url, port=0, requests_burst=10**6, enrolments_per_minute=10**6)
    create_database(config)
    with running_server(config) as url, Admin(config) as admin:
        desks = []
        for stream in (HERE, THERE):
            replica = MemoryReplica(SystemClock())
            with Transport(url) as transport:
                code = admin.new_enrolment_code(role="surveyor", streams=(stream,), person="样例")
                enrol(replica, transport, code)
                headers = {"Authorization": f"Bearer {transport.token}"}
            desks.append(Desk(replica, httpx.Client(base_url=url, headers=headers, timeout=30)))
        yield Server(config, url, *desks)
        for desk in desks:
            desk.client.close()


def one(desk: Desk, **values: str) -> list[SignedOperation]:
    desk.replica.change(desk.replica.new_id(), dict(values) or {"name": "张三（样例）"}, stream=HERE)
    return desk.replica.outbox(500)


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def is_well(server: Server) -> bool:
    return httpx.get(server.url + "/v1/health").status_code == 200


def test_a_forged_signature_is_kept_apart_and_seen_by_nobody_as_an_answer(server: Server) -> None:
    (signed,) = one(server.here)
    forged = dataclasses.replace(signed, signature="0" * 128)
    assert server.here.outcomes([forged]) == [("quarantined", "signature")]
    (entry,) = server.here.client.get(f"/v1/pull?stream={HERE}").json()["entries"]
    assert (entry["outcome"], entry["applied"]) == ("quarantined", {})


def test_an_operation_changed_on_its_way_does_not_fit_its_signature(server: Server) -> None:
    (signed,) = one(server.here)
    changed = dataclasses.replace(signed.operation, set={"name": "another"})
    assert server.here.outcomes([dataclasses.replace(signed, operation=changed)]) == [("quarantined", "signature")]


def test_another_desk_cannot_replay_operations_into_a_township_that_is_not_its_own(server: Server) -> None:
    batch = one(server.here)
    assert server.here.outcomes(batch) == [("applied", "")]
    assert server.here.outcomes(batch) == [("duplicate", "")], "repeating is harmless"
    assert server.there.outcomes(batch) == [("duplicate", "")], "and tells who carries it nothing it did not bring"
    second = one(server.here)[1:]
    assert server.there.outcomes(second) == [("quarantined", "stream_forbidden")]
    assert len(server.here.client.get(f"/v1/pull?stream={HERE}").json()["entries"]) == 1


def test_a_desk_signs_for_nobody_else(server: Server) -> None:
    (signed,) = one(server.here)
    forged = dataclasses.replace(signed, signature="0" * 128)
    assert problem_of(server.there.push([forged])) == (403, "CP-4106")


def test_records_and_photographs_of_another_township_stay_hidden_though_their_ids_are_known(server: Server) -> None:
    (signed,) = one(server.here)
    server.here.push([signed])
    assert problem_of(server.there.client.get(f"/v1/pull?stream={HERE}")) == (403, "CP-4104")
    record = signed.operation.record
    server.there.replica.change(record, {"name": "taken over"}, stream=THERE)
    assert server.there.outcomes(server.there.replica.outbox(1)) == [("quarantined", "record_elsewhere")]
    (mine,) = server.here.client.get(f"/v1/pull?stream={HERE}").json()["entries"]
    assert mine["applied"] == {"name": "张三（样例）"}
    (theirs,) = server.there.client.get(f"/v1/pull?stream={THERE}").json()["entries"]
    assert "张三" not in json.dumps(theirs, ensure_ascii=False)
    name = server.here.replica.add_blob(b"sample photograph")
    headers = {"Upload-Offset": "0", "Upload-Length": "17", "Content-Type": "application/offset+octet-stream"}
    server.here.client.patch(f"/v1/blobs/{name}", content=b"sample photograph", headers=headers)
    assert server.here.client.get(f"/v1/blobs/{name}").content == b"sample photograph"
    assert server.there.client.get(f"/v1/blobs/{name}").status_code == 404
    assert server.there.client.head(f"/v1/blobs/{name}").status_code == 404
    assert server.there.client.get(f"/v1/blobs?missing={name}").json() == {"missing": [name]}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/blobs/../../server.db",
        "/v1/blobs/..%2f..%2fserver.db",
        "/v1/blobs/%2e%2e%2fserver.db",
        "/v1/forms/../../server.db",
        "/v1/forms/..%2f..%2f/..%2fserver.db",
        "/v1/forms/a%00b/1",
        "/v1/blobs/" + "a" * 63 + "%0a",
        "//etc/passwd",
    ],
)
def test_no_name_leads_out_of_the_folder(server: Server, path: str) -> None:
    with socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1])), timeout=10) as line:
        token = server.here.client.headers["Authorization"]
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while got := line.recv(65536):
            answer += got
    status = int(answer.split()[1])
    assert status in (400, 404)
    assert b"SQLite format" not in answer
    assert str(server.config.folder).encode() not in answer


def gzip_of_zeros(size_bytes: int) -> bytes:
    """The beginning of a gzip of so many zeros: one packed MiB again and again, so that making it takes no time."""
    machine, block = zlib.compressobj(9, wbits=31), bytes(1 << 20)
    first, again = (machine.compress(block) + machine.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * ((size_bytes >> 20) - 1)


def test_a_small_body_that_unpacks_to_gigabytes_is_refused_before_it_does(server: Server) -> None:
    bomb = gzip_of_zeros(3 << 30)
    assert len(bomb) < 4 << 20
    answer = server.here.client.post("/v1/push", content=bomb, headers={"Content-Encoding": "gzip"})
    assert problem_of(answer) == (413, "CP-3205")
    nested = gzip.compress(gzip.compress(bytes(1 << 20)))
    answer = server.here.client.post("/v1/push", content=nested, headers={"Content-Encoding": "gzip"})
    assert problem_of(answer) == (400, "CP-3201")
    assert is_well(server)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"x" * (4 * 1024 * 1024 + 1), (413, "CP-3205")),
        (b"[" * 1_000_000, (400, "CP-3201")),
        (b'{"operations":' + b"[" * 20 + b"]" * 20 + b"}", (400, "CP-3201")),
        (b'{"operations":' + b"9" * 1_000_000 + b"}", (400, "CP-3201")),
        (b'{"operations":1e999999999}', (400, "CP-3201")),
        (b'{"operations":NaN}', (400, "CP-3201")),
        (b'{"operations":[],"operations":[]}', (400, "CP-3201")),
        (b'{"operations":["\\ud800"]}', (400, "CP-3201")),
        (b"\xff\xfe", (400, "CP-3201")),
        (b"", (400, "CP-3201")),
    ],
)
def test_a_body_that_is_no_message_is_refused(server: Server, body: bytes, expected: tuple[int, str]) -> None:
    assert problem_of(server.here.client.post("/v1/push", content=body)) == expected
    assert is_well(server)


@pytest.mark.parametrize("headers", [{"Content-Encoding": "br"}, {"Content-Encoding": "gzip, gzip"}])
def test_an_unknown_packing_is_refused(server: Server, headers: dict[str, str]) -> None:
    answer = server.here.client.post("/v1/push", content=b"{}", headers=headers)
    assert problem_of(answer) == (400, "CP-3201")


def test_an_upload_of_another_content_type_is_refused(server: Server) -> None:
    headers = {"Upload-Offset": "0", "Upload-Length": "1", "Content-Type": "text/html"}
    answer = server.here.client.patch("/v1/blobs/" + "a" * 64, content=b"x", headers=headers)
    assert problem_of(answer) == (400, "CP-3201")


def test_what_looks_like_sql_is_a_text_in_every_field(server: Server) -> None:
    desk = server.here
    desk.replica.change(desk.replica.new_id(), {"name": SQL, "a#note": SQL}, stream=HERE, form=SQL)
    assert desk.outcomes(desk.replica.outbox(1)) == [("applied", "")]
    for query in (f"stream={SQL}", f"stream={HERE}&cursor={SQL}", f"stream={HERE}&limit={SQL}"):
        assert problem_of(desk.client.get(f"/v1/pull?{query}"))[0] == 400
    assert problem_of(desk.client.get(f"/v1/blobs?missing={SQL}"))[0] == 400
    assert problem_of(desk.client.get(f"/v1/forms/{SQL}/{SQL}"))[0] == 404
    for path, body in (
        ("/v1/enrol", {"code": SQL, "device": SQL, "public_key": SQL, "signature": SQL}),
        ("/v1/token", {"device": SQL}),
    ):
        assert problem_of(httpx.post(server.url + path, json=body))[0] == 400
    with Admin(server.config) as admin:
        assert admin.status().operations == 1
    (entry,) = desk.client.get(f"/v1/pull?stream={HERE}").json()["entries"]
    assert entry["applied"] == {"name": SQL, "a#note": SQL}


@pytest.mark.parametrize(
    "token", ["x", "a.b", "é", "a" * 500, "a" * 5000, "..", "AAAA.AAAA", "bm90IG91cnM.bm90IG91cnM"]
)
def test_a_made_up_token_opens_nothing(server: Server, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    answer = httpx.get(f"{server.url}/v1/pull?stream={HERE}", headers=headers)
    assert problem_of(answer) == (401, "CP-4102")


def test_a_challenge_is_no_token_and_a_token_no_challenge(server: Server) -> None:
    device = server.here.replica.identity().device
    challenge = httpx.post(f"{server.url}/v1/token", json={"device": device}).json()["challenge"]
    answer = httpx.get(f"{server.url}/v1/forms", headers={"Authorization": f"Bearer {challenge}"})
    assert problem_of(answer) == (401, "CP-4102")
    token = server.here.client.headers["Authorization"].removeprefix("Bearer ")
    body = {"device": device, "challenge": token, "signature": "0" * 128}
    assert problem_of(httpx.post(f"{server.url}/v1/token", json=body)) == (401, "CP-4102")


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Content-Length: -1\r\n",
        "Content-Length : 5\r\n",
        "X: " + "a" * 200_000 + "\r\n",
    ],
)
def test_two_readings_of_one_request_are_not_possible(server: Server, head: str) -> None:
    """The request behind an ambiguous one must not be answered: that is how one is smuggled past a proxy."""
    smuggled = "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1])), timeout=10) as line:
        answer = b""
        with suppress(OSError):  # a server that has heard enough may hang up while we speak
            line.sendall(f"POST /v1/token HTTP/1.1\r\nHost: x\r\n{head}\r\n0\r\n\r\n{smuggled}".encode())
            line.shutdown(socket.SHUT_WR)
            while got := line.recv(65536):
                answer += got
    assert b'"server":"cpdesk"' not in answer
    assert is_well(server)


def test_a_photograph_that_the_disk_has_lost_is_said_to_be_missing(server: Server) -> None:
    name = server.here.replica.add_blob(b"sample photograph")
    headers = {"Upload-Offset": "0", "Upload-Length": "17", "Content-Type": "application/offset+octet-stream"}
    server.here.client.patch(f"/v1/blobs/{name}", content=b"sample photograph", headers=headers)
    (server.config.blobs / name[:2] / name).unlink()
    assert problem_of(server.here.client.get(f"/v1/blobs/{name}")) == (404, "CP-3252")


def test_a_page_of_entries_crosses_the_line_packed_for_who_takes_it(server: Server) -> None:
    desk = server.here
    for number in range(50):
        desk.replica.change(desk.replica.new_id(), {"name": f"张三（样例 {number}）"}, stream=HERE)
    desk.push(desk.replica.outbox(50))
    packed, plain = (
        desk.client.get(f"/v1/pull?stream={HERE}", headers={"Accept-Encoding": taken}) for taken in ("gzip", "identity")
    )
    assert packed.json()["entries"] == plain.json()["entries"]
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 3


def test_refusals_leave_nothing_in_the_database(server: Server) -> None:
    for body in (b"{}", b"[", b'{"operations":[]}'):
        server.here.client.post("/v1/push", content=body)
    database = Database.open(server.config.url)
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(schema.operations)).scalar_one() == 0
    database.close()


def test_answers_tell_no_version_of_the_web_server(server: Server) -> None:
    headers: Any = httpx.get(server.url + "/v1/health").headers
    assert "server" not in headers
    assert headers["cache-control"] == "no-store"
