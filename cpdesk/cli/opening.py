"""Opening the desk of the person at the command line, and finding one household by what is typed."""

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
from cpdesk.operations.desk import desk_state, unlock
from cpdesk.operations.households import HouseholdQuery, household_ids, household_lines
from cpdesk.operations.surveys import survey_of

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


def newest_survey(ctx: Context, text: str) -> str:
    """The newest survey of the one household a text means; none is begun for it.

    Raises:
        InputFault: CP-1704 none, CP-1705 several households; CP-1706 nobody has been there.
    """
    survey = survey_of(ctx, one_household(ctx, text))
    if survey is None:
        raise InputFault("CP-1706", text=text)
    return survey


def one_household(ctx: Context, text: str) -> str:
    """The one household a text means: its id, its number, or any search that finds one.

    Raises:
        InputFault: CP-1704 none; CP-1705 several.
    """
    found = household_ids(ctx, HouseholdQuery(text=text))
    lines = household_lines(ctx, found[:200])
    exact = [line for line in lines if text in (line.id, line.number, f"{line.village}{line.number}")]
    chosen = exact if len(exact) == 1 else lines
    if not chosen:
        direct = household_lines(ctx, [text])
        if not direct:
            raise InputFault("CP-1704", text=text)
        return direct[0].id
    if len(chosen) > 1:
        examples = "、".join(f"{line.village} {line.number}" for line in chosen[:_SHOWN_MAX])
        raise InputFault("CP-1705", text=text, count=len(found), examples=examples)
    return chosen[0].id
