"""`cpdesk desk`: the window."""

from __future__ import annotations

from typing import Annotated

import typer

from cpdesk.cli.output import command

app = typer.Typer()


@app.command()
@command
def desk(
    *, json_: Annotated[bool, typer.Option("--json", help="Accepted like everywhere; the window says it.")] = False
) -> None:
    """Open the window."""
    from cpdesk.ui.app import run

    raise typer.Exit(run())
