"""`cpdesk server backup` and `cpdesk server restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.output import Output, command

Data = Annotated[Path, typer.Option(help="Folder of the server.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@command
def back_up(
    data: Data,
    to: Annotated[Path, typer.Option(help="Folder of backups, on another disk; each gets a folder of its own there.")],
    *,
    json_: Json = False,
) -> None:
    """Back the server up while it runs, read the backup again, and let the desks know how far it goes."""
    from cpdesk.server.backup import back_up as make
    from cpdesk.server.config import ServerConfig

    out = Output(as_json=json_)
    info = make(ServerConfig(folder=data), to)
    out.document({**asdict(info), "path": str(info.path)})
    out.say("cli.server.backed_up", path=info.path, operations=info.operations, blobs=info.blobs, lost=info.blobs_lost)


@command
def restore(
    backup: Annotated[Path, typer.Argument(help="The backup: a folder server-… with its server.db.")],
    data: Annotated[Path, typer.Option(help="Folder for the server; there must be no database yet.")],
    database: Annotated[str, typer.Option(help="postgresql://… of an empty database; without it SQLite.")] = "",
    *,
    json_: Json = False,
) -> None:
    """Make a server of a backup. Desks bring again, by themselves, what it does not hold."""
    from cpdesk.server.backup import restore as make
    from cpdesk.server.config import ServerConfig

    out = Output(as_json=json_)
    info = make(ServerConfig(folder=data, database_url=database), backup)
    out.document({**asdict(info), "path": str(info.path)})
    out.say("cli.server.restored", path=info.path, operations=info.operations, blobs=info.blobs, lost=info.blobs_lost)
