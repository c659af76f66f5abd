"""A laptop that is gone, a stick from the village, a PIN that was forgotten: from the command line, start to end."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cpdesk.base.paths import Paths
from cpdesk.base.resources import resource_path
from cpdesk.interop.samples import sample_register
from cpdesk.operations.desk import first_start, recover
from cpdesk.operations.digest import desk_digest
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.store.vault import PinCost

PIN = "135790"


def cpdesk(home: Path, *words: str) -> Any:
    """One command in a process of its own; gives its document."""
    surroundings = {**os.environ, "CPDESK_HOME": str(home), "CPDESK_PIN": PIN}
    ran = subprocess.run(
        [sys.executable, "-m", "cpdesk", *words, "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=surroundings,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


def new_desk(home: Path) -> None:
    ctx, _ = first_start(
        Paths.under(home),
        pin=PIN,
        person="sample",
        cost=PinCost(passes=1, memory_kib=64, lanes=1),
    )
    ctx.close()


@contextmanager
def enrolled(config: ServerConfig, *homes: Path) -> Iterator[str]:
    table = resource_path("tables/townships.csv").read_text(encoding="utf-8")
    townships = sorted(set(re.findall(r"^(\d{9}),", table, re.M)))
    with running_server(config) as url, Admin(config) as admin:
        for home in homes:
            new_desk(home)
            code = admin.new_enrolment_code(role="surveyor", streams=townships, person="sample")
            cpdesk(home, "sync", "enrol", "--server", url, "--code", code)
        yield url


def test_what_was_sent_survives_the_laptop_and_what_was_not_goes_by_stick(tmp_path: Path) -> None:
    config = ServerConfig(tmp_path / "server", port=0)
    create_database(config)
    safe = tmp_path / "safe.key"
    cpdesk(tmp_path / "none", "server", "recovery-key", "new", "--data", str(config.folder), "--out", str(safe))
    lost, fresh = tmp_path / "lost", tmp_path / "fresh"
    register = tmp_path / "register.xlsx"
    register.write_bytes(sample_register(12))
    with enrolled(config, lost, fresh):
        cpdesk(lost, "import", str(register), "--sample")
        first = cpdesk(lost, "sync", "now")
        assert first["pushed"] >= 12 and first["problems"] == []
        assert cpdesk(fresh, "sync", "now")["pulled"] == 0  # the snapshot had all of it
        assert cpdesk(fresh, "survey", "list")["total"] == 12

    who = cpdesk(lost, "survey", "list")["households"][0]["id"]
    cpdesk(lost, "survey", "set", who, "b_bays", "5")
    request, answer = str(tmp_path / "lost.cpdx"), str(tmp_path / "answer.cpdx")
    assert cpdesk(lost, "exchange", "export", request)["operations"] >= 1
    assert cpdesk(lost, "exchange", "show", request)["kind"] == "request"
    assert cpdesk(lost, "server", "exchange", "import", "--data", str(config.folder), request, answer)["received"] >= 1
    cpdesk(lost, "exchange", "import", answer)
    assert cpdesk(lost, "exchange", "import", answer)["repeated"]
    assert cpdesk(lost, "sync", "status")["operations"] == 0

    code = cpdesk(lost, "vault", "recover", "--key", str(safe))["recovery_code"]
    ctx, _ = recover(Paths.under(lost), code, "246802")
    try:
        with Admin(config) as admin:
            assert desk_digest(ctx) == admin.content_digest()
    finally:
        ctx.close()
