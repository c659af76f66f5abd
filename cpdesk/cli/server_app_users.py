"""`cpdesk server app-user`: phones of the district: who may send, what they sent and could not be taken."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.output import Output, command

app = typer.Typer(no_args_is_help=True)

Data = Annotated[Path, typer.Option(help="Folder of the server's database.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of sentences.")]


@app.command("add")
@command
def add(
    data: Data,
    person: Annotated[str, typer.Option(help="Name of the person; it stands in the history of records.")],
    township: Annotated[list[str], typer.Option(help="Nine-digit code of a township; may be repeated.")],
    server: Annotated[str, typer.Option(help="Address phones reach the server by, https://…")] = "",
    *,
    json_: Json = False,
) -> None:
    """Make an app user for one phone. Its addresses and password are shown this once."""
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.openrosa.admin import OpenRosaAdmin

    out = Output(as_json=json_)
    with OpenRosaAdmin(ServerConfig(folder=data)) as admin:
        made = admin.new_user(person=person, streams=township)
    addresses = {stream: server.rstrip("/") + path for stream, path in made.paths.items()}
    out.document({**asdict(made), "paths": addresses})
    out.say("openrosa.cli.added", person=person, login=made.login, password=made.password)
    out.table([out.text("openrosa.cli.township"), out.text("openrosa.cli.address")], list(addresses.items()))


@app.command("list")
@command
def list_users(data: Data, *, json_: Json = False) -> None:
    """All app users; revoke one by its device with `cpdesk admin revoke`."""
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.openrosa.admin import OpenRosaAdmin

    out = Output(as_json=json_)
    with OpenRosaAdmin(ServerConfig(folder=data)) as admin:
        rows = admin.users()
    out.document({"app_users": [asdict(row) for row in rows]})
    head = [out.text(f"openrosa.cli.{name}") for name in ("login", "person", "township", "status", "device")]
    out.table(head, [[row.login, row.person, " ".join(row.streams), row.status, row.device] for row in rows])


@app.command("unlock")
@command
def unlock(data: Data, login: Annotated[str, typer.Argument(help="The login.")], *, json_: Json = False) -> None:
    """Let a login that was locked by wrong passwords try again."""
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.openrosa.admin import OpenRosaAdmin

    out = Output(as_json=json_)
    with OpenRosaAdmin(ServerConfig(folder=data)) as admin:
        admin.unlock(login)
    out.document({"unlocked": login})
    out.say("openrosa.cli.unlocked", login=login)


@app.command("publish")
@command
def publish(
    data: Data,
    form: Annotated[Path, typer.Argument(help="XLSForm (.xlsx, .md) or XForm (.xml); its files lie beside it.")],
    *,
    json_: Json = False,
) -> None:
    """Offer a form with its files to phones and desks."""
    from cpdesk.operations.publishing import read_package
    from cpdesk.server.admin import Admin
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.openrosa.admin import OpenRosaAdmin

    out = Output(as_json=json_)
    package = read_package(form)
    config = ServerConfig(folder=data)
    of = package.form
    with Admin(config) as admin:
        admin.publish_form(form=of.id, version=of.version, title=of.title(), content=package.xml.encode("utf-8"))
    with OpenRosaAdmin(config) as phones:
        phones.put_form_files(of.id, of.version, package.files)
    out.document({"form": of.id, "version": of.version, "files": sorted(package.files), "missing": package.missing})
    out.say("openrosa.cli.published", form=of.id, version=of.version, count=len(package.files))


@app.command("quarantine")
@command
def quarantine(
    data: Data,
    instance: Annotated[str, typer.Argument(help="Write the XML of this submission.")] = "",
    to: Annotated[Path | None, typer.Option(help="File to write the XML to.")] = None,
    *,
    json_: Json = False,
) -> None:
    """Submissions that are kept but could not be taken; with an instance, write its XML to be repaired."""
    from cpdesk.base.files import write_atomically
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.openrosa.admin import OpenRosaAdmin

    out = Output(as_json=json_)
    with OpenRosaAdmin(ServerConfig(folder=data)) as admin:
        if instance and to is not None:
            write_atomically(to, admin.quarantined_xml(instance))
        rows = [row for row in admin.quarantine() if instance in ("", row.instance)]
    out.document({"submissions": [asdict(row) for row in rows]})
    head = [out.text(f"openrosa.cli.{name}") for name in ("instance", "township", "form", "received", "reason")]
    cells = [[row.instance, row.stream, f"{row.form} {row.version}", row.received_at, row.reason] for row in rows]
    out.table(head, cells)


@app.command("retake")
@command
def retake(
    data: Data,
    instance: Annotated[str, typer.Argument(help="The submission, as `quarantine` lists it.")],
    xml: Annotated[Path | None, typer.Option(help="Repaired XML; without it the one that is kept.")] = None,
    *,
    json_: Json = False,
) -> None:
    """Take a submission in quarantine again, once its form is published or its XML repaired."""
    from cpdesk.base.files import disk_faults
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.openrosa.admin import OpenRosaAdmin

    out = Output(as_json=json_)
    content = None
    if xml is not None:
        with disk_faults(xml):
            content = xml.read_bytes()
    with OpenRosaAdmin(ServerConfig(folder=data)) as admin:
        taken = admin.retake(instance, content)
    out.document({"instance": instance, "record": taken.record})
    out.say("openrosa.cli.retaken", instance=instance, record=taken.record)
