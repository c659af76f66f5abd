"""`cpdesk exchange`: sync without a line, by files on a stick."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.opening import opened_desk
from cpdesk.cli.output import EXIT_NO, Output, command

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]
File = Annotated[Path, typer.Argument(help="A .cpdx file.")]


@app.command("export")
@command
def export(file: File, *, json_: Json = False) -> None:
    """Write what waits on this desk for the district; nothing counts as sent until its answer was taken in."""
    from cpdesk.operations.exchange import export_exchange

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        written = export_exchange(ctx, file)
    out.document({**asdict(written), "file": str(file)})
    out.say("exchange.exported", operations=written.operations, blobs=written.blobs, file=file)
    if written.blobs_left:
        out.say("exchange.blobs_left", count=written.blobs_left)


@app.command("import")
@command
def import_(file: File, *, json_: Json = False) -> None:
    """Take the district's answer in; twice is harmless."""
    from cpdesk.operations.exchange import import_exchange

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        answered = import_exchange(ctx, file)
        waiting = ctx.store.replica.waiting()
    names = ("entries", "conflicts", "refused", "blobs_confirmed", "blobs_received", "gap", "repeated")
    facts = {name: getattr(answered, name) for name in names}
    out.document({**facts, "waiting": asdict(waiting)})
    out.say("exchange.repeated" if answered.repeated else "exchange.imported", **facts)
    if answered.refused:
        out.say("exchange.refused", count=answered.refused)
    if answered.gap:
        out.say("exchange.gap")
        raise typer.Exit(EXIT_NO)


@app.command("show")
@command
def show(file: File, *, json_: Json = False) -> None:
    """Whether a file is whole, and whose it is; what is in it stays closed."""
    from cpdesk.operations.exchange import show_exchange

    out = Output(as_json=json_)
    header, size = show_exchange(file)
    out.document({**asdict(header), "size_bytes": size})
    key = "exchange.is_request" if header.kind == "request" else "exchange.is_answer"
    out.say(key, device=header.device, made_at=header.made_at, size=size)


@app.command("carry")
@command
def carry(
    file: File, answer: Annotated[Path, typer.Argument(help="Where the answer goes.")], *, json_: Json = False
) -> None:
    """Bring another desk's file to the district on this desk's line, and fetch the answer."""
    from cpdesk.operations.exchange import carry_exchange

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        size = carry_exchange(ctx, file, answer)
    out.document({"answer": str(answer), "size_bytes": size})
    out.say("exchange.carried", file=answer)
