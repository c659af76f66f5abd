"""`cpdesk server exchange` and `cpdesk server recovery-key`: sticks from villages, the key for forgotten PINs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.output import Output, command

exchange = typer.Typer(no_args_is_help=True)
recovery_key = typer.Typer(no_args_is_help=True)
Data = Annotated[Path, typer.Option(help="Folder of the server's database.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@exchange.callback()
@recovery_key.callback()
def _group() -> None:
    """One command each, called by its name all the same."""


@exchange.command("import")
@command
def import_(
    data: Data,
    file: Annotated[Path, typer.Argument(help="The desk's .cpdx file.")],
    answer: Annotated[Path, typer.Argument(help="Where the answer for the desk goes.")],
    *,
    json_: Json = False,
) -> None:
    """Take a desk's file in and write the answer it needs; the server may run meanwhile. Twice is harmless."""
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.exchange import take_request

    out = Output(as_json=json_)
    taken = take_request(ServerConfig(folder=data), file, answer)
    names = ("device", "received", "repeated", "blobs", "entries")
    facts = {name: getattr(taken, name) for name in names}
    out.document({**facts, "answer": str(answer)})
    out.say("exchange.taken", **facts, file=answer)


@recovery_key.command("new")
@command
def new_recovery_key(
    data: Data,
    to: Annotated[Path, typer.Option("--out", help="File for the private key: a stick that goes into the safe.")],
    *,
    json_: Json = False,
) -> None:
    """Make the district's recovery key. Desks seal their keys for it at their next sync; only the public half stays."""
    from cpdesk.operations.recovery import new_recovery_key as make
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.database import Database
    from cpdesk.server.keys import set_recovery_key

    out = Output(as_json=json_)
    database = Database.open(ServerConfig(folder=data).url)
    try:
        public = make(to)
        set_recovery_key(database, public)
    finally:
        database.close()
    out.document({"public_key": public, "private_key_file": str(to)})
    out.say("recovery.made", file=to, public=public)
