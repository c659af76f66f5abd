"""`cpdesk serve`: the district server in the foreground."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.output import Output, command

app = typer.Typer()


@app.command()
@command
def serve(
    data: Annotated[Path, typer.Option(help="Folder of the server's database and photos; made when missing.")],
    database: Annotated[
        str,
        typer.Option(help="postgresql://user@host/name; without it SQLite in the folder, or what was given before."),
    ] = "",
    partitions: Annotated[
        int, typer.Option(help="Parts of the growing tables in a new PostgreSQL; 0 for Citus.", min=0, max=256)
    ] = 16,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8440,
    certificate: Annotated[Path | None, typer.Option(help="PEM certificate, for TLS without a proxy.")] = None,
    private_key: Annotated[Path | None, typer.Option(help="PEM key of the certificate.")] = None,
    *,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document when it listens.")] = False,
) -> None:
    """Serve until Ctrl C or SIGTERM; requests under way are finished first."""
    from cpdesk.server.admin import ensure_database
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.run import serve as run_server
    from cpdesk.server.watching import logging_to

    out = Output(as_json=json_)
    config = ServerConfig(
        folder=data,
        database_url=database,
        partitions=partitions,
        host=host,
        port=port,
        certificate=certificate,
        private_key=private_key,
    )
    ensure_database(config)

    def ready(url: str) -> None:
        out.document({"url": url})
        out.say("cli.serve.ready", url=url)

    with logging_to(sys.stderr):
        run_server(config, ready)
