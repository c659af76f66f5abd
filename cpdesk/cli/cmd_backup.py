"""`cpdesk backup`: this desk backed up, verified, restored."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cpdesk.base.paths import Paths
from cpdesk.cli.opening import asked_pin, opened_desk
from cpdesk.cli.output import EXIT_NO, Output, command

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("make")
@command
def make(
    to: Annotated[
        Path | None, typer.Option(help="Folder for it, such as a USB stick; without it beside the data.")
    ] = None,
    *,
    json_: Json = False,
) -> None:
    """Make a backup and read it back."""
    from cpdesk.operations.backups import back_up

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        info = back_up(ctx, to)
    out.document(asdict(info))
    out.say("cli.backup.made", records=info.records, files=info.files, path=info.path)


@app.command("daily")
@command
def daily(*, json_: Json = False) -> None:
    """The daily backup, when it is due: beside the data, and in the second folder."""
    from cpdesk.operations.backups import back_up_when_due, backup_state

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        made = back_up_when_due(ctx)
        state = backup_state(ctx)
    out.document({"made": [asdict(info) for info in made], **asdict(state)})
    for info in made:
        out.say("cli.backup.made", records=info.records, files=info.files, path=info.path)
    if not made:
        out.say("backup.not_due", newest=state.newest)
    for warning in state.warnings:
        out.say(warning)


@app.command("second")
@command
def second(
    folder: Annotated[Path | None, typer.Argument(help="Folder on another disk; without it none.")] = None,
    *,
    json_: Json = False,
) -> None:
    """Name a second folder for the daily backup, on a stick or another disk."""
    from cpdesk.operations.backups import set_second_folder

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        state = set_second_folder(ctx, folder)
    out.document(asdict(state))
    out.say("backup.second" if folder else "backup.one_disk", folder=folder)
    if "backup.second_same_disk" in state.warnings:
        out.say("backup.second_same_disk")


@app.command("check")
@command
def check(
    backup: Annotated[Path | None, typer.Argument(help="A backup; without it the desk itself is read back.")] = None,
    *,
    json_: Json = False,
) -> None:
    """Read a backup, or the desk itself, back to the last page and photo."""
    from cpdesk.operations.backups import check_backup, check_desk

    out = Output(as_json=json_)
    if backup is None:
        with opened_desk(out) as ctx:
            damaged = check_desk(ctx)
        out.document({"damaged": damaged})
        out.say("cli.backup.damaged" if damaged else "cli.backup.sound", count=len(damaged))
        if damaged:
            raise typer.Exit(EXIT_NO)
        return
    info = check_backup(Paths.of_user(), backup, asked_pin(out))
    out.document(asdict(info))
    out.say("cli.backup.verified", records=info.records, files=info.files)


@app.command("list")
@command
def list_all(*, json_: Json = False) -> None:
    """The backups beside the data, oldest first."""
    from cpdesk.operations.backups import list_backups

    out = Output(as_json=json_)
    found = [str(path) for path in list_backups(Paths.of_user())]
    out.document({"backups": found})
    out.table([out.text("cli.backup.path")], [[path] for path in found])


@app.command("restore")
@command
def restore(backup: Annotated[Path, typer.Argument(help="The backup.")], *, json_: Json = False) -> None:
    """Put a backup in the place of the desk; what stands there is moved aside whole."""
    from cpdesk.operations.backups import restore_desk

    out = Output(as_json=json_)
    info, former = restore_desk(Paths.of_user(), backup, asked_pin(out))
    out.document({**asdict(info), "former": None if former is None else str(former)})
    out.say("cli.backup.restored", records=info.records, files=info.files)
    if former is not None:
        out.say("cli.backup.former", path=former)
