"""`cpdesk server person`, `retention`, `audit`: what is held of a person, for how long, and what was done."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cpdesk.base.errors import InputFault
from cpdesk.cli.output import Output, command

person = typer.Typer(no_args_is_help=True)
retention = typer.Typer(no_args_is_help=True)
audit = typer.Typer(no_args_is_help=True)

Data = Annotated[Path, typer.Option(help="Folder of the server's database.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of sentences.")]
Record = Annotated[str, typer.Argument(help="Id of the household's record, as `find` shows it.")]


@person.command("find")
@command
def find(
    data: Data,
    text: Annotated[str, typer.Argument(help="A name, telephone or number, exactly as it was answered.")],
    *,
    json_: Json = False,
) -> None:
    """Records in which some answer is exactly this."""
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.people.administration import PeopleAdmin

    out = Output(as_json=json_)
    with PeopleAdmin(ServerConfig(folder=data)) as admin:
        found = admin.find(text)
    out.document({"found": [{**asdict(held), "path": path} for held, path in found]})
    head = [out.text(f"cli.people.{name}") for name in ("record", "township", "kind", "path")]
    out.table(head, [[held.record, held.stream, held.kind, path] for held, path in found])


@person.command("export")
@command
def export(
    data: Data, record: Record, to: Annotated[Path, typer.Option(help="The zip to write.")], *, json_: Json = False
) -> None:
    """Write everything that is held about a household, its history and photographs included, as a zip."""
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.people.administration import PeopleAdmin

    out = Output(as_json=json_)
    with PeopleAdmin(ServerConfig(folder=data)) as admin:
        count = admin.export(record, to)
    out.document({"record": record, "records": count, "file": str(to)})
    out.say("cli.people.exported", count=count, file=str(to))


@person.command("erase")
@command
def erase(
    data: Data,
    record: Record,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it only what would go is shown.")] = False,
    *,
    json_: Json = False,
) -> None:
    """Erase a household with its surveys and photographs for good, here and on every desk."""
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.people.administration import PeopleAdmin

    out = Output(as_json=json_)
    with PeopleAdmin(ServerConfig(folder=data)) as admin:
        if not yes:
            about = admin.about(record)
            out.document({"would_erase": [asdict(held) for held in about]})
            out.say("cli.people.would_erase", count=len(about))
            return
        erased = admin.erase(record)
    out.document(asdict(erased))
    out.say("cli.people.erased", count=len(erased.records), photos=erased.blobs)


@retention.command("set")
@command
def set_retention(
    data: Data,
    drafts: Annotated[int | None, typer.Option(help="Days after which a survey that stayed a draft is erased.")] = None,
    codes: Annotated[int | None, typer.Option(help="Days an enrolment code is kept after its end.")] = None,
    uploads: Annotated[int | None, typer.Option(help="Days an upload that stopped is kept.")] = None,
    *,
    json_: Json = False,
) -> None:
    """Say after how many days what ends; 0 is never. Without an option the settings are shown."""
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.people.administration import PeopleAdmin

    out = Output(as_json=json_)
    given = {"drafts": drafts, "codes": codes, "uploads": uploads}
    days = {kind: count for kind, count in given.items() if count is not None}
    with PeopleAdmin(ServerConfig(folder=data)) as admin:
        if days:
            admin.set_retention(days)
        kept = admin.retention()
    out.document(kept)
    head = [out.text("cli.what"), out.text("cli.people.days")]
    out.table(head, [[out.text(f"cli.people.{kind}"), count] for kind, count in kept.items()])


@retention.command("run")
@command
def run_retention(
    data: Data,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is due.")] = False,
    *,
    json_: Json = False,
) -> None:
    """Erase what is due by the settings."""
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.people.administration import PeopleAdmin

    out = Output(as_json=json_)
    with PeopleAdmin(ServerConfig(folder=data)) as admin:
        due = admin.due() if dry_run else admin.end_what_is_due()
    out.document({**asdict(due), "dry_run": dry_run})
    key = "cli.people.due" if dry_run else "cli.people.ended"
    out.say(key, drafts=len(due.drafts), codes=due.codes, uploads=due.uploads)


@audit.command("show")
@command
def show(
    data: Data, last: Annotated[int, typer.Option(help="So many lines from the end.")] = 50, *, json_: Json = False
) -> None:
    """The audit trail, after its chain of hashes was checked.

    Raises:
        InputFault: CP-1004 fewer than one line is asked for.
    """
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.people.administration import PeopleAdmin

    out = Output(as_json=json_)
    if last < 1:
        raise InputFault("CP-1004", setting="last", value=last, expected="1-")
    with PeopleAdmin(ServerConfig(folder=data)) as admin:
        trail, broken = admin.audit_trail()
    out.document({"lines": [asdict(line) for line in trail[-last:]], "first_break": broken, "count": len(trail)})
    head = [out.text(f"cli.people.{name}") for name in ("at", "event", "device", "detail")]
    out.table(head, [[line.at, line.what, line.device, line.detail] for line in trail[-last:]])
    if broken is not None:
        out.say("cli.people.broken", id=broken)
        raise typer.Exit(1)
    out.say("cli.people.chained", count=len(trail), hash=trail[-1].hash if trail else "—")
