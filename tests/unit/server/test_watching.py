"""What the administrator looks at: readiness and metrics."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from cpdesk.server.admin import Admin, create_database
from cpdesk.server.backup import back_up
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.server.watching import Meters, logging_to
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.transport import Transport

NANKOU = "110114104"


def sample(text: str, name: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith(name + " ")]
    return line.split()[1]


def test_metrics_count_what_happened_and_name_nobody(tmp_path: Path, database_url: str) -> None:
    config = ServerConfig(tmp_path / "server", database_url, port=0)
    create_database(config)
    desk = MemoryReplica(config.clock)
    with running_server(config) as url, Admin(config) as admin, Transport(url) as transport:
        enrol(desk, transport, admin.new_enrolment_code(role="surveyor", streams=(NANKOU,), person="样例甲"))
        desk.change(desk.new_id(), {"name": "张三（样例）"}, stream=NANKOU)
        sync_once(desk, transport)
        text = httpx.get(f"{url}/v1/metrics").text
        assert sample(text, "cpdesk_streams_revisions") == "1"
        assert sample(text, "cpdesk_operations_without_backup") == "1"
        assert 'cpdesk_requests_total{route="push",method="POST",status="200"} 1' in text
        assert not any(word in text for word in ("样例", "张三", desk.identity().device, NANKOU))
        back_up(config, tmp_path / "backups")
        assert sample(httpx.get(f"{url}/v1/metrics").text, "cpdesk_operations_without_backup") == "0"
        assert httpx.get(f"{url}/v1/ready").json() == {"ready": True}


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_metrics_are_not_passed_on_by_a_proxy(tmp_path: Path, header: str) -> None:
    config = ServerConfig(tmp_path / "server", port=0)
    create_database(config)
    with running_server(config) as url:
        assert httpx.get(f"{url}/v1/metrics", headers={header: "203.0.113.9"}).status_code == 404


def test_a_server_without_its_database_is_not_ready(tmp_path: Path, postgres: Callable[[], str]) -> None:
    config = ServerConfig(tmp_path / "server", postgres(), port=0)
    create_database(config)
    with running_server(config) as url:
        assert httpx.get(f"{url}/v1/ready").status_code == 200
        name = str(make_url(config.url).database)
        with psycopg.connect(postgres(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        answer = httpx.get(f"{url}/v1/ready")
        assert (answer.status_code, httpx.get(f"{url}/v1/health").status_code) == (503, 200)


def test_the_log_is_one_object_a_line(tmp_path: Path) -> None:
    config = ServerConfig(tmp_path / "server", port=0)
    create_database(config)
    written = io.StringIO()
    with logging_to(written), running_server(config) as url:
        httpx.get(f"{url}/v1/health")
    (line,) = [json.loads(line) for line in written.getvalue().splitlines()]
    assert (line["route"], line["status"], line["logger"]) == ("health", 200, "cpdesk.server.access")
    assert {"time", "level", "method", "ms", "device"} < set(line)


def test_the_histogram_counts_upwards() -> None:
    meters = Meters()
    for seconds in (0.005, 0.2, 30.0):
        meters.note("push", "POST", 200, seconds)
    lines = meters.lines()
    assert 'cpdesk_request_seconds_bucket{le="0.01"} 1' in lines
    assert 'cpdesk_request_seconds_bucket{le="0.5"} 2' in lines
    assert 'cpdesk_request_seconds_bucket{le="+Inf"} 3' in lines
