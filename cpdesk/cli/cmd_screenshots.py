"""`cpdesk screenshots`: every page of the window as a picture, with made-up data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.output import Output, command

app = typer.Typer()


@app.command()
@command
def screenshots(
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("screenshots"),
    *,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Draw every page in Chinese and English; needs no display."""
    from cpdesk.ui.screens import save_screens

    output = Output(as_json=json_)
    files = save_screens(out)
    output.document({"files": [str(file) for file in files]})
    output.say("cli.screenshots.done", count=len(files), folder=out)
