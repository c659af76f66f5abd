"""`cpdesk admin`: what the administrator of the district server does."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.output import Output, command

app = typer.Typer()

Data = Annotated[Path, typer.Option(help="Folder of the server's database.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of sentences.")]


@app.command("code")
@command
def new_code(
    data: Data,
    person: Annotated[str, typer.Option(help="Account name of the person the desk belongs to.")],
    township: Annotated[list[str], typer.Option(help="Nine-digit code of a township; may be repeated.")],
    role: Annotated[str, typer.Option(help="surveyor, inspector, clerk, reviewer or administrator.")] = "surveyor",
    hours: Annotated[int, typer.Option(help="How long the code is good for.")] = 72,
    *,
    json_: Json = False,
) -> None:
    """Make a one-time code with which one desk enrols. It is shown this once."""
    from cpdesk.server.admin import Admin
    from cpdesk.server.config import ServerConfig

    out = Output(as_json=json_)
    with Admin(ServerConfig(folder=data)) as admin:
        code = admin.new_enrolment_code(role=role, streams=township, person=person, hours=hours)
    out.document({"code": code, "hours": hours})
    out.say("cli.admin.code", code=code, hours=hours)


@app.command("devices")
@command
def list_devices(data: Data, *, json_: Json = False) -> None:
    """All desks that ever enrolled."""
    from cpdesk.server.admin import Admin
    from cpdesk.server.config import ServerConfig

    out = Output(as_json=json_)
    with Admin(ServerConfig(folder=data)) as admin:
        devices = admin.devices()
    out.document({"devices": [asdict(device) for device in devices]})
    head = [out.text(f"cli.admin.{name}") for name in ("device", "person", "role", "status", "operations")]
    out.table(head, [[one.device, one.person, one.role, one.status or one.flag, one.operations] for one in devices])


@app.command("revoke")
@command
def revoke(
    data: Data,
    device: Annotated[str, typer.Argument(help="Id of the device.")],
    drain_days: Annotated[
        int, typer.Option(help="Days in which it may still send what it has, before it erases it; 0 when it was lost.")
    ] = 0,
    *,
    json_: Json = False,
) -> None:
    """Refuse a desk from its next request on, or let it send what it has first; what it sent stays."""
    from cpdesk.server.admin import Admin
    from cpdesk.server.config import ServerConfig

    out = Output(as_json=json_)
    with Admin(ServerConfig(folder=data)) as admin:
        admin.revoke_device(device, drain_days)
    out.document({"revoked": device})
    out.say("cli.admin.revoked", device=device)


@app.command("status")
@command
def status(data: Data, *, json_: Json = False) -> None:
    """How much the server holds."""
    from cpdesk.server.admin import Admin
    from cpdesk.server.config import ServerConfig

    out = Output(as_json=json_)
    with Admin(ServerConfig(folder=data)) as admin:
        counts = asdict(admin.status())
    out.document(counts)
    out.table([out.text("cli.what"), out.text("cli.count")], [[name, count] for name, count in counts.items()])
