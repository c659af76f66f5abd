"""`cpdesk bench`: the budgets of the design, measured on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Final

import typer

from cpdesk.base.errors import InputFault
from cpdesk.cli.output import Output, command

app = typer.Typer()

BUDGETS: Final[Mapping[str, Mapping[str, float]]] = {
    "start": {"window_ms": 1000, "rss_mb": 300},
    "search": {"p95_ms": 5},
    "save": {"p95_ms": 10},
    "form": {
        "answer_ms_median": 0.5,
        "answer_ms_p95": 5,
        "load_ms": 50,
        "cascade_20000_ms": 2,
        "cascade_file_20000_ms": 2,
    },
    "energy": {"village_1000_s": 180, "house_year_ms": 20, "audit_ms": 1000, "uncertainty_ms": 2000},
    "report": {"batch_200_s": 60},
    "sync": {"push_10000_sqlite_s": 10, "push_10000_postgresql_s": 10, "desks_200_p99_ms": 1000, "desks_200_errors": 0},
}
"""Name of each bench → metric → the most the design allows."""


@app.command()
@command
def bench(
    name: Annotated[str, typer.Argument(help="start, search, save, form, energy, report or sync.")],
    records: Annotated[
        int, typer.Option(help="Records of the store, where the bench has one; 0 = as the design says.")
    ] = 0,
    database: Annotated[
        str, typer.Option(help="For sync: postgresql://… of an empty database, to measure that one.")
    ] = "",
    *,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Measure one promise of the design; prints metrics, machine and versions beside the budgets."""
    from cpdesk.operations.bench import search_save, work

    out = Output(as_json=json_)
    if name not in BUDGETS:
        raise InputFault("CP-1703", what="bench", name=name, known="、".join(BUDGETS))
    with out.progress("cli.bench.progress") as step:
        if name == "start":
            from cpdesk.ui.bench import measure_start

            result = measure_start(records=records or 100_000, step=step)
        elif name == "sync":
            from cpdesk.server.bench import measure_sync

            result = measure_sync(step=step, database_url=database)
        elif name in ("search", "save"):
            result = search_save.MEASURES[name](records=records or search_save.RECORDS[name], step=step)
        else:
            result = work.MEASURES[name](step=step)
    out.document({**asdict(result), "budgets": BUDGETS[name]})
    head = [out.text(f"cli.bench.{column}") for column in ("metric", "value", "budget")]
    out.table(
        head, [[metric, round(value, 3), BUDGETS[name].get(metric, "—")] for metric, value in result.metrics.items()]
    )
    for key, missing in result.notes.items():
        out.say(key, missing=missing)
