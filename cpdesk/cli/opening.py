"""Opening the desk of the person at the command line, and finding one site by what is typed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from cpdesk.base.errors import InputFault
from cpdesk.base.paths import Paths
from cpdesk.cli.output import Output
from cpdesk.context import Context
from cpdesk.model.records import RecordKind
from cpdesk.operations.desk import desk_state, unlock
from cpdesk.operations.families import FAMILIES, SITE_KINDS
from cpdesk.operations.sites import SiteQuery, site_ids, site_lines, survey_of
from cpdesk.operations.surveys import begin_survey

_SHOWN_MAX = 5


@contextmanager
def opened_desk(out: Output) -> Iterator[Context]:
    """The desk, with the PIN from `CPDESK_PIN` or typed; never from an argument, which other accounts could read.

    Raises:
        InputFault: CP-1702 there is no desk; CP-1701 nobody can be asked for the PIN.
    """
    paths = Paths.of_user()
    if not desk_state(paths).exists:
        raise InputFault("CP-1702")
    ctx = unlock(paths, asked_pin(out))
    try:
        yield ctx
    finally:
        ctx.close()


def asked_pin(out: Output) -> str:
    """The PIN from `CPDESK_PIN`, or typed.

    Raises:
        InputFault: CP-1701 nobody can be asked for it.
    """
    pin = os.environ.get("CPDESK_PIN", "")
    if pin:
        return pin
    if not sys.stdin.isatty():
        raise InputFault("CP-1701")
    return str(typer.prompt(out.text("cli.pin"), hide_input=True))


def survey_to_fill(ctx: Context, text: str) -> str:
    """The survey whose id a text is, else that of the one site it means; begun when there is none.

    Raises:
        InputFault: as `one_site`.
    """
    rows = ctx.store.records.rows([text])
    if rows and rows[0].kind is RecordKind.SURVEY:
        return rows[0].id
    return begin_survey(ctx, one_site(ctx, text))[0]


def newest_survey(ctx: Context, text: str, *, family: str = "") -> str:
    """The newest survey of the one site a text means, or the survey whose id it is; none is begun for it.

    Raises:
        InputFault: CP-1704 none, CP-1705 several sites; CP-1706 nobody has been there.
    """
    rows = ctx.store.records.rows([text])
    if rows and rows[0].kind is RecordKind.SURVEY:
        return rows[0].id
    survey = survey_of(ctx, one_site(ctx, text, family=family))
    if survey is None:
        raise InputFault("CP-1706", text=text)
    return survey


def one_site(ctx: Context, text: str, *, family: str = "") -> str:
    """The one site a text means: its id, its number, or any search that finds one.

    Args:
        family: looked for in this family only; without it in all.

    Raises:
        InputFault: CP-1704 none; CP-1705 several; CP-1518 there is no such family.
    """
    families = [family] if family else [each.id for each in FAMILIES]
    found = [site for each in families for site in site_ids(ctx, SiteQuery(each, text=text))]
    lines = site_lines(ctx, found[:200])
    exact = [line for line in lines if text in (line.id, line.number, f"{line.place}{line.number}")]
    chosen = exact if len(exact) == 1 else lines
    if not chosen:
        direct = site_lines(ctx, [text])
        if not direct or direct[0].kind not in SITE_KINDS:
            raise InputFault("CP-1704", text=text)
        return direct[0].id
    if len(chosen) > 1:
        examples = "、".join(f"{line.place} {line.number}".strip() for line in chosen[:_SHOWN_MAX])
        raise InputFault("CP-1705", text=text, count=len(found), examples=examples)
    return chosen[0].id
