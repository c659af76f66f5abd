"""`cpdesk sync`: one round with the district; enrolment; conflicts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cpdesk.cli.opening import opened_desk
from cpdesk.cli.output import EXIT_NO, Output, command

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("now")
@command
def now(*, json_: Json = False) -> None:
    """Send what waits, take what the district has, exchange photos."""
    from cpdesk.operations.syncing import sync_now

    out = Output(as_json=json_)
    with opened_desk(out) as ctx, out.progress("cli.sync.progress") as step:
        report, _ = sync_now(ctx, progress=lambda phase, done, total: step(done, total or max(done, 1)))
    counts = {name: getattr(report, name) for name in ("pushed", "pulled", "conflicts", "blobs_sent", "blobs_received")}
    problems = [problem.message(out.text.language) for problem in report.problems]
    out.document({**counts, "problems": problems})
    out.say("cli.sync.done", **counts)
    for problem in problems:
        out.say("cli.sync.problem", problem=problem)
    if problems:
        raise typer.Exit(EXIT_NO)


@app.command("enrol")
@command
def enrol(
    server: Annotated[str, typer.Option(help="Address of the district server.")],
    code: Annotated[str, typer.Option(help="One-time code of the administrator.")],
    *,
    json_: Json = False,
) -> None:
    """Make this desk one of the district's."""
    from cpdesk.operations.syncing import enrol_desk, sync_state

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        enrol_desk(ctx, server, code)
        state = sync_state(ctx)
    out.document(asdict(state))
    out.say("cli.sync.enrolled", person=state.person, role=state.role, streams="、".join(state.streams))


@app.command("status")
@command
def status(*, json_: Json = False) -> None:
    """What waits, and how many conflicts are open."""
    from cpdesk.operations.syncing import sync_state

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        state = sync_state(ctx)
    out.document(asdict(state))
    out.table(
        [out.text("cli.what"), out.text("cli.count")], [[name, str(value)] for name, value in asdict(state).items()]
    )


@app.command("conflicts")
@command
def conflicts(*, json_: Json = False) -> None:
    """Fields that two people changed, with both values."""
    from cpdesk.operations.syncing import open_conflicts

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        found = open_conflicts(ctx)
    out.document({"conflicts": [asdict(one) for one in found]})
    head = [out.text(f"cli.sync.{name}") for name in ("conflict", "path", "current", "proposed")]
    out.table(
        head,
        [
            [
                one.id,
                one.path,
                f"{one.current or '—'}（{one.current_actor}）",
                f"{one.proposed or '—'}（{one.proposed_actor}）",
            ]
            for one in found
        ],
    )


@app.command("resolve")
@command
def resolve(
    conflict: Annotated[str, typer.Argument(help="Id of the conflict.")],
    value: Annotated[str | None, typer.Option(help="The value that shall stand.")] = None,
    empty: Annotated[bool, typer.Option(help="Settle it with no value.")] = False,
    *,
    json_: Json = False,
) -> None:
    """Settle a conflict; the decision goes to everybody with the next sync."""
    from cpdesk.operations.syncing import resolve_conflict

    out = Output(as_json=json_)
    if (value is None) != empty:
        raise typer.BadParameter("--value or --empty")
    with opened_desk(out) as ctx:
        resolve_conflict(ctx, conflict, value)
    out.document({"resolved": conflict})
    out.say("cli.sync.resolved", conflict=conflict)
