"""What the OpenRosa tests share: a real server process on loopback, a form, and requests as phones write them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cpdesk.forms.publish import compile_xlsform
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.openrosa.admin import OpenRosaAdmin
from cpdesk.server.openrosa.users import NewAppUser
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.transport import Transport

NANKOU = "110114104"
YANSHOU = "110114110"
WELL = "0192f000-0000-7000-8000-000000000001"

FORM_MD = """
| survey | type | name | label::中文 (zh) | save_to | calculation |
| | text | w_code | 井号 | w_code | |
| | text | w_name | 名称 | w_name | |
| | integer | depth | 深度 | | |
| | select_one_from_file wells.csv | near | 邻近的井 | | |
| | calculate | near_kind | | | pulldata('wells', 'w_kind', 'name', ${near}) |
| | image | photo | 照片 | | |
| | begin_repeat | defect | 缺陷 | | |
| | text | what | 什么 | | |
| | image | shot | 照片 | | |
| | end_repeat | | | | |
| settings | form_title | form_id | version |
| | 热力井巡查（样例） | wells_quick | 3 |
| entities | list_name | label |
| | well | ${w_code} |
"""


def form_xml() -> str:
    return compile_xlsform(FORM_MD, name="wells_quick")


@dataclass
class Server:
    """A server process, its configuration and app users."""

    config: ServerConfig
    url: str = ""
    process: subprocess.Popen[str] | None = None
    desks: list[Transport] = field(default_factory=list)

    def start(self) -> None:
        command = [sys.executable, "-m", "cpdesk", "serve", "--data", str(self.config.folder), "--port", "0"]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://[0-9.]+:[0-9]+", line)
        if found is None:
            self.kill()
            raise AssertionError(f"the server did not start: {line}")
        self.url = found[0]

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None

    def admin(self) -> Admin:
        return Admin(self.config)

    def app_user(self, *streams: str, person: str = "样例手机") -> NewAppUser:
        with OpenRosaAdmin(self.config) as admin:
            return admin.new_user(person=person, streams=streams or (NANKOU,))

    def publish(self, xml: str, form: str, version: str, title: str = "样例") -> None:
        with self.admin() as admin:
            admin.publish_form(form=form, version=version, title=title, content=xml.encode())

    def desk(self, *streams: str) -> tuple[MemoryReplica, Transport]:
        with self.admin() as admin:
            code = admin.new_enrolment_code(role="surveyor", streams=streams or (NANKOU,), person="样例甲")
        transport = Transport(self.url, sleep=lambda seconds: None)
        self.desks.append(transport)
        replica = MemoryReplica(self.config.clock)
        enrol(replica, transport, code)
        return replica, transport

    def pulled(self, *streams: str) -> MemoryReplica:
        """What a fresh desk has after one round."""
        replica, transport = self.desk(*streams)
        sync_once(replica, transport)
        return replica


@contextmanager
def running(folder: Path, database_url: str) -> Iterator[Server]:
    config = ServerConfig(folder / "server", database_url, port=0)
    create_database(config)
    server = Server(config)
    server.start()
    try:
        yield server
    finally:
        for transport in server.desks:
            transport.close()
        if server.process is not None:
            server.kill()


def submission(
    instance: str,
    *,
    code: str = "W-1",
    depth: str = "3",
    photo: str = "",
    extra: str = "",
    entity: str = "",
    form: str = "wells_quick",
    version: str = "3",
    replaces: str = "",
) -> bytes:
    """The XML of a filled form as Collect writes it."""
    deprecated = f"<deprecatedID>uuid:{replaces}</deprecatedID>" if replaces else ""
    return (
        "<?xml version='1.0' ?>"
        '<data xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms" '
        f'id="{form}" version="{version}"><w_code>{code}</w_code><w_name>样例井</w_name><depth>{depth}</depth>'
        f"<near/><near_kind/><photo>{photo}</photo>{extra}"
        f"<meta><instanceID>uuid:{instance}</instanceID>{deprecated}{entity}</meta></data>"
    ).encode()
