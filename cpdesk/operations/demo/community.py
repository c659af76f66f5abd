"""Made-up communities: their list, and surveys of some of them, entered as a person enters them.

What is answered stands in `resources/samples/community_answers.csv`, as in that of the network; the visit is called by
the community's number, and `*` stands for every item there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

from cpdesk.base import tables
from cpdesk.base.resources import resource_path
from cpdesk.context import Context
from cpdesk.forms.session import Session
from cpdesk.interop.register_sheets import sample_site_register
from cpdesk.operations.demo.network import SampleAnswer, around, placed, worked_out
from cpdesk.operations.demo.photos import draw_photo, draw_signature
from cpdesk.operations.families import COMMUNITY, OLD_COMMUNITY
from cpdesk.operations.photos import keep_photo
from cpdesk.operations.register import RegisterImport, import_register
from cpdesk.operations.sites import SiteQuery, site_ids, site_lines
from cpdesk.operations.surveys import begin_survey, complete_survey, open_survey, save_answers, submit_survey

_EVERY: Final = "*"
_COLUMNS: Final[Mapping[str, tables.Convert]] = {
    "visit": tables.text,
    "question": tables.text,
    "item": tables.maybe_text,
    "value": tables.text,
}


def import_sample_communities(ctx: Context, workbook: Path) -> RegisterImport:
    """Write a list of made-up communities as an .xlsx and import it like any other. Their substation must be here."""
    return _imported(ctx, workbook, COMMUNITY.kind.value, family_id=OLD_COMMUNITY.id)


def import_sample_network(ctx: Context, workbook: Path) -> RegisterImport:
    """Write the ledger of a made-up network (a substation, six wells, eight segments) and import it like any other."""
    return _imported(ctx, workbook, "substation", "well", "segment", family_id="heatnet")


def _imported(ctx: Context, workbook: Path, *kinds: str, family_id: str) -> RegisterImport:
    workbook.parent.mkdir(parents=True, exist_ok=True)
    workbook.write_bytes(sample_site_register(kinds))
    return import_register(ctx, workbook, family_id=family_id, sample=True)[0]


def survey_communities(ctx: Context) -> list[str]:
    """Enter, complete and submit the made-up visits of the communities on this desk; gives the surveys' ids.

    Raises:
        ValueError: the form found the made-up answers wanting; the message says which questions.
    """
    by_number = {line.number: line.id for line in site_lines(ctx, site_ids(ctx, SiteQuery(OLD_COMMUNITY.id)))}
    return [_surveyed(ctx, by_number[number], rows) for number, rows in _visits() if number in by_number]


def _visits() -> Iterator[tuple[str, list[dict[str, str]]]]:
    rows = tables.read_table(resource_path("samples/community_answers.csv"), _COLUMNS)
    for number, visit in groupby(rows, key=lambda row: row["visit"]):
        yield str(number), list(visit)


def _surveyed(ctx: Context, community: str, rows: list[dict[str, str]]) -> str:
    survey, _ = begin_survey(ctx, community)
    session = open_survey(ctx, survey).session
    for row in rows:
        for answer in _answers(session, row):
            path, made = placed(session, answer)
            save_answers(ctx, survey, made)
            value = answer.value
            if value in ("photo", "signature"):
                value = keep_photo(ctx, _picture(value), name=value)
            save_answers(ctx, survey, session.set(path, worked_out(session, path, value)).values)
    problems, _ = complete_survey(ctx, survey)
    if problems:
        raise ValueError("; ".join(f"{problem.path}: {problem.message('en')}" for problem in problems))
    submit_survey(ctx, survey)
    return survey


def _answers(session: Session, row: Mapping[str, str]) -> list[SampleAnswer]:
    if row["item"] != _EVERY:
        return [SampleAnswer(row["question"], row["value"], int(row["item"]) if row["item"] else None)]
    items = session.children(around(session.form.by_name[row["question"]]).path)
    return [SampleAnswer(row["question"], row["value"], number) for number in range(1, len(items) + 1)]


@cache
def _picture(what: str) -> bytes:
    return draw_signature(2) if what == "signature" else draw_photo("front", 2)
