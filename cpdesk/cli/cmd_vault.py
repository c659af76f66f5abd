"""`cpdesk vault`: a forgotten PIN, opened by the district."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpdesk.base.paths import Paths
from cpdesk.cli.output import Output, command
from cpdesk.context import STORE_FOLDER

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """One command, called by its name all the same."""


@app.command("recover")
@command
def recover(
    key: Annotated[Path, typer.Option(help="The district's private recovery key.")],
    folder: Annotated[
        Path | None, typer.Option(help="Folder with the desk's vault.json; without it this computer's desk.")
    ] = None,
    *,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Give a desk whose PIN and recovery code are lost a new recovery code; its person sets a new PIN with it."""
    from cpdesk.operations.recovery import open_vault

    out = Output(as_json=json_)
    code = open_vault(folder or Paths.of_user().data / STORE_FOLDER, key)
    out.document({"recovery_code": code})
    out.say("recovery.opened", code=code)
