"""`cpdesk verify`: the built-in validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from cpdesk.base.errors import InputFault
from cpdesk.base.progress import Step
from cpdesk.cli.output import EXIT_NO, Output, command
from cpdesk.operations.verification.cases import RangeCase, Verification

app = typer.Typer()
NAMES: Final = ("forms", "tabula", "bestest", "sync")
_SHOWN_MAX: Final = 20
_DATA: Final = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@app.command()
@command
def verify(
    name: Annotated[str, typer.Argument(help="forms, tabula, bestest or sync.")],
    data: Annotated[Path, typer.Option(help="Folder of the reference data.")] = _DATA,
    case: Annotated[list[str] | None, typer.Option(help="bestest: only these cases; may stand several times.")] = None,
    write: Annotated[Path | None, typer.Option(help="bestest: write the cases as building files, run none.")] = None,
    *,
    seeds: Annotated[int, typer.Option(min=1, help="sync: how many histories to simulate.")] = 20,
    ops: Annotated[int, typer.Option(min=1, help="sync: operations in each history.")] = 60,
    seed: Annotated[int | None, typer.Option(min=0, help="sync: only this one, with its trace.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="sync: processes side by side; one a processor if not told.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Hold the program against published figures and its own promises; failures are listed case by case."""
    out = Output(as_json=json_)
    if name not in NAMES:
        raise InputFault("CP-1703", what="verify", name=name, known="、".join(NAMES))
    if name == "bestest" and write is not None:
        _write_cases(out, write)
        return
    with out.progress("cli.verify.progress") as step:
        found = _run_sync(seeds, ops, seed, jobs, step) if name == "sync" else _run(name, data, case or [], step)
    out.document({"passed": found.passed, "failed": found.failed, **asdict(found)})
    _show_cases(out, found)
    for reason in found.left_out:
        out.say("cli.verify.left_out", reason=reason)
    out.say("cli.verify.done", name=name, passed=found.passed, failed=found.failed)
    admitted = sum(bool(case.admitted) for case in found.cases)
    if admitted:
        out.say("cli.verify.admitted", admitted=admitted)
    ranged = [case.inside for case in found.cases if isinstance(case, RangeCase)]
    if ranged:
        out.say("cli.verify.ranged", inside=sum(map(bool, ranged)), outside=sum(not inside for inside in ranged))
    if not found.holds:
        raise typer.Exit(EXIT_NO)


def _show_cases(out: Output, found: Verification) -> None:
    """What failed; of a validation with criteria also what met them."""
    failed = [case for case in found.cases if not case.passed and not case.admitted]
    met = [case for case in found.cases if isinstance(case, RangeCase) and case.basis == "acceptance" and case.passed]
    if failed or met:
        head = [out.text(f"cli.verify.{column}") for column in ("case", "found", "expected")]
        out.table(head, [[case.name, case.found, case.expected] for case in [*met, *failed[:_SHOWN_MAX]]])


def _write_cases(out: Output, folder: Path) -> None:
    from cpdesk.operations.verification.bestest_cases import write_documents

    paths = write_documents(folder)
    out.document({"files": [str(path) for path in paths]})
    out.say("cli.verify.written", count=len(paths), folder=folder)


def _run_sync(seeds: int, operations: int, seed: int | None, jobs: int | None, step: Step) -> Verification:
    from cpdesk.server.simulation.many import verify_sync

    if seed is not None:
        return verify_sync(1, operations, first=seed, step=step)
    return verify_sync(seeds, operations, workers=jobs, step=step)


def _run(name: str, data: Path, cases: Sequence[str], step: Step) -> Verification:
    if name == "bestest":
        from cpdesk.operations.verification.bestest import verify_bestest
        from cpdesk.operations.verification.bestest_cases import case_names

        unknown = [case for case in cases if case not in case_names()]
        if unknown:
            raise InputFault("CP-1703", what="verify bestest --case", name=unknown[0], known="、".join(case_names()))
        return verify_bestest(data, only=cases, step=step)
    if name == "tabula":
        from cpdesk.operations.verification.tabula import verify_tabula

        return verify_tabula(data)
    from cpdesk.operations.verification.forms import verify_forms

    return verify_forms(data)
