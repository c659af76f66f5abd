"""`cpdesk batch`: changes of many records that were made together, and taking them back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cpdesk.cli.opening import opened_desk
from cpdesk.cli.output import EXIT_NO, Output, command

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("list")
@command
def list_(*, json_: Json = False) -> None:
    """Migrations, bulk edits and imports of answers made on this desk, newest first."""
    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        batches = ctx.store.batches.newest()
    out.document({"batches": [asdict(batch) for batch in batches]})
    head = [out.text(f"cli.batch.{column}") for column in ("id", "kind", "title", "records", "actor", "at", "state")]
    rows = [
        [
            batch.id,
            out.text(f"batch.{batch.kind}"),
            batch.title,
            batch.records,
            batch.actor,
            batch.at,
            out.text("batch.stands" if batch.reverted_at is None else "batch.reverted"),
        ]
        for batch in batches
    ]
    if rows:
        out.table(head, rows)
    else:
        out.say("cli.batch.none")


@app.command("revert")
@command
def revert(batch: Annotated[str, typer.Argument(help="Its id, from `list`.")], *, json_: Json = False) -> None:
    """Take a batch back. What somebody changed since stays; exit 1 when there was such a record."""
    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        result, _ = ctx.store.batches.revert(batch, ctx.actor)
    out.document({"reverted": list(result.changed), "left": list(result.left)})
    out.say("cli.batch.reverted", records=len(result.changed))
    if result.left:
        out.say("cli.batch.left", records=len(result.left))
        raise typer.Exit(EXIT_NO)
