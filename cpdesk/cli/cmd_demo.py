"""`cpdesk demo`: a made-up village end to end, in a folder of its own; nothing of the person's own desk is touched."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cpdesk.base.paths import Paths
from cpdesk.cli.output import Output, command
from cpdesk.context import Context

app = typer.Typer()
_PIN: Final = "246810"
_PEOPLE: Final = ("周敏", "李强")
_TOWN: Final = "110114002"
"""The township whose network is taken down from nothing; the ledger and the communities are of another."""


@dataclass
class Story:
    """What the demonstration did, step by step: (text key, what came of it, seconds)."""

    steps: list[tuple[str, str, float]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def tell(self, key: str, result: str, **facts: Any) -> None:
        """Note one finished step."""
        now = time.monotonic()
        self.steps.append((key, result, round(now - self.began, 1)))
        self.facts.update(facts)
        self.began = now


@app.command()
@command
def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything the demonstration writes.")] = Path("demo-out"),
    households: Annotated[int, typer.Option(help="Households in the register.", min=20, max=2000)] = 300,
    surveys: Annotated[int, typer.Option(help="How many of them are surveyed.", min=2, max=100)] = 20,
    *,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Register, surveys, savings, reports, server, second desk: prints what it did and where the files lie."""
    output = Output(as_json=json_)
    folder = _fresh(out)
    story = Story()
    start = time.monotonic()
    with ExitStack() as stack, output.progress("cli.demo.progress") as step:
        first, second = (_desk(stack, folder / f"desk-{n}", person) for n, person in enumerate(_PEOPLE, 1))
        first.settings.set("office_name", output.text("cli.demo.office"))
        first.settings.set("office_phone", "010-00000000")
        made = _survey_village(first, folder, households, surveys, story, step)
        _survey_town(first, folder, story)
        _write_papers(first, folder, made, story)
        _meet(stack, first, second, folder, made[0], story, output)
    seconds = round(time.monotonic() - start, 1)
    output.document({"folder": str(folder), "seconds": seconds, **story.facts})
    head = [output.text(f"cli.demo.{name}") for name in ("step", "result", "seconds")]
    output.table(head, [[output.text(key), result, spent] for key, result, spent in story.steps])
    output.say("cli.demo.done", folder=folder, seconds=seconds)


def _fresh(out: Path) -> Path:
    """A folder inside `out` that nothing stands in yet: an earlier demonstration is kept."""
    number = 1
    while (folder := out.resolve() / f"village-{number}").exists():
        number += 1
    folder.mkdir(parents=True)
    return folder


def _desk(stack: ExitStack, folder: Path, person: str) -> Context:
    from cpdesk.operations.desk import first_start
    from cpdesk.store.keystores import FileKeyStore

    paths = Paths.under(folder)
    ctx, _ = first_start(paths, pin=_PIN, person=person, key_store=FileKeyStore(paths.config))
    stack.callback(ctx.close)
    return ctx


def _survey_village(desk: Context, folder: Path, households: int, surveys: int, story: Story, step: Any) -> list[str]:
    from cpdesk.operations.demo.village import import_sample_village, survey_some
    from cpdesk.operations.households import HouseholdQuery, household_ids

    register = folder / "register.xlsx"
    result, _ = import_sample_village(desk, register, households=households)
    story.tell("cli.demo.register", f"{result.added}", households=result.added, problems=len(result.problems))
    ids = household_ids(desk, HouseholdQuery())
    made = survey_some(desk, ids[:surveys], step=step)
    photos = desk.store.replica.waiting().blobs
    story.tell("cli.demo.surveys", f"{len(made)}", surveys=len(made), photos=photos)
    return made


def _survey_town(desk: Context, folder: Path, story: Story) -> None:
    """Three communities and a piece of heating network, imported as ledgers, then visited."""
    from cpdesk.operations.demo.community import import_sample_communities, import_sample_network, survey_communities
    from cpdesk.operations.demo.network import survey_network

    network = import_sample_network(desk, folder / "network.xlsx").added
    communities = import_sample_communities(desk, folder / "communities.xlsx").added
    visits = len(survey_communities(desk)) + len(survey_network(desk, _TOWN))
    shown = f"{communities} / {network} / {visits}"
    story.tell("cli.demo.town", shown, communities=communities, network=network, visits=visits)


def _write_papers(desk: Context, folder: Path, surveys: list[str], story: Story) -> None:
    from cpdesk.operations.reporting import print_households, write_ledger_of

    batch = print_households(desk, surveys, folder / "reports")
    story.tell("cli.demo.reports", f"{len(batch.files)}", reports=len(batch.files), pages=batch.pages)
    totals = write_ledger_of(desk, surveys, folder / "ledger.xlsx")
    story.tell(
        "cli.demo.ledger",
        f"{totals.own_cost_yuan:,.0f} / {totals.saving_yuan:,.0f} / {totals.co2_saving_t:.1f}",
        totals=asdict(totals),
    )


def _meet(
    stack: ExitStack, first: Context, second: Context, folder: Path, survey: str, story: Story, output: Output
) -> None:
    from cpdesk.operations.demo.twodesks import clash, meet
    from cpdesk.operations.digest import desk_digest
    from cpdesk.operations.syncing import enrol_desk
    from cpdesk.server.admin import Admin, create_database
    from cpdesk.server.config import ServerConfig
    from cpdesk.server.run import running_server

    config = ServerConfig(folder=folder / "server", port=0)
    create_database(config)
    url = stack.enter_context(running_server(config))
    streams = sorted({row.stream for row in first.store.records.rows(first.store.records.page(_everything()))})
    with Admin(config) as admin:
        for desk, person in zip((first, second), _PEOPLE, strict=True):
            enrol_desk(desk, url, admin.new_enrolment_code(role="surveyor", streams=streams, person=person))
    operations, photos = meet(first, second)
    story.tell("cli.demo.sync", f"{operations} / {photos}", operations=operations, photos_synced=photos)
    found = clash(first, second, survey)
    shown = output.text("cli.demo.clash_shown", **asdict(found))
    story.tell("cli.demo.clash", shown, conflict=asdict(found))
    with Admin(config) as admin:
        digests = [desk_digest(first), desk_digest(second), admin.content_digest()]
    equal = len(set(digests)) == 1
    story.tell("cli.demo.equal", output.text("cli.yes" if equal else "cli.no"), equal=equal, digest=digests[0])
    if not equal:
        raise AssertionError("the two desks and the server differ")


def _everything() -> Any:
    from cpdesk.store.lists import Query

    return Query()
