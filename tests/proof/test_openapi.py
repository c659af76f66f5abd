"""The server against its own OpenAPI document: every route described, every answer as it says, no 5xx."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cpdesk.base.clock import SystemClock
from cpdesk.model.oplog import Operation
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.transport import Transport

STREAM = "110114104"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Address of a live server and a desk's token; one record and one photograph are there."""
    config = ServerConfig(
        tmp_path / "server", port=0, requests_per_second=10**6, requests_burst=10**6, enrolments_per_minute=10**6
    )
    create_database(config)
    with running_server(config) as url, Admin(config) as admin, Transport(url) as transport:
        replica = MemoryReplica(SystemClock())
        enrol(replica, transport, admin.new_enrolment_code(role="surveyor", streams=(STREAM,), person="样例"))
        yield url, transport.token


def test_the_document_names_every_field_and_route(served: tuple[str, str]) -> None:
    document = httpx.get(served[0] + "/v1/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    assert set(document["components"]["schemas"]["Operation"]["required"]) == set(Operation.__dataclass_fields__)
    assert {"get", "head", "patch"} <= set(document["paths"]["/v1/blobs/{sha256}"])
    assert document["paths"]["/v1/push"]["post"]["security"] == [{"token": []}]
    assert document["paths"]["/v1/enrol"]["post"]["security"] == []


@pytest.mark.skipif(importlib.util.find_spec("schemathesis") is None, reason="needs schemathesis")
@pytest.mark.parametrize(
    ("phases", "examples"),
    [("fuzzing", 5), pytest.param("coverage,fuzzing,stateful", 300, marks=pytest.mark.slow)],
)
def test_no_generated_request_breaks_the_server(
    served: tuple[str, str], tmp_path: Path, phases: str, examples: int
) -> None:
    url, token = served
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/v1/openapi.json"]
    command += ["--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--phases", phases]
    command += ["--max-examples", str(examples), "--seed", "20261123", "--no-color"]
    hooks = {
        "SCHEMATHESIS_HOOKS": "openapi_hooks",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **hooks}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
