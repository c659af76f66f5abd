"""The command line. Each `cmd_*.py` of this folder holds one command or group and is imported only when it is called,
so that `cpdesk --help` does not wait for Qt, numpy and reportlab."""

from __future__ import annotations

import importlib
import sys
from typing import Final

import typer

COMMANDS: Final = {
    "desk": "Open the window.",
    "account": "This person's desk: make it, change the PIN, recover, settings.",
    "demo": "A made-up village, from the register to the second desk.",
    "import": "Bring a register, or answers edited outside, into this desk.",
    "export": "Write the ledger, an empty register, or the answers of surveys.",
    "survey": "Households and their surveys: list, add, fill, photograph, complete, hand in, undo.",
    "report": "Household reports as PDF; check a printed one.",
    "serve": "Run the district server.",
    "admin": "Enrolment codes, devices and state of the district server.",
    "server": "Phones that fill forms over OpenRosa.",
    "sync": "Enrol, sync once, settle conflicts.",
    "exchange": "Sync without a line: files on a stick.",
    "vault": "A forgotten PIN, opened with the district's recovery key.",
    "backup": "Back up, verify and restore this desk.",
    "form": "Compile and check XLSForms, bring surveys to a new version.",
    "batch": "Change or check many surveys at a time, take such a change back.",
    "district": "A village, township or city: totals, the best use of a budget, scenarios side by side.",
    "building": "A building described in JSON: check it, compute it hour by hour.",
    "verify": "The built-in validation.",
    "bench": "The budgets of the design, measured on this machine.",
    "screenshots": "Every page of the window as a picture.",
}
"""All commands with their line of help; `cmd_<name>.py` holds the Typer `app` of each."""


def build_app(wanted: str | None) -> typer.Typer:
    """The command tree with the wanted command loaded and all others by name and help alone."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
    for name, line in COMMANDS.items():
        if name != wanted:
            app.command(name, help=line)(_not_loaded)
            continue
        found: typer.Typer = importlib.import_module(f"cpdesk.cli.cmd_{name}").app
        if len(found.registered_commands) == 1 and not found.registered_groups and found.registered_callback is None:
            app.command(name, help=line)(found.registered_commands[0].callback or _not_loaded)
        else:
            app.add_typer(found, name=name, help=line, no_args_is_help=True)
    app.callback()(_root)
    return app


def main() -> None:
    """Entry point of `cpdesk` and of `python -m cpdesk`."""
    wanted = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    build_app(wanted)(prog_name="cpdesk")


def _root() -> None:
    """cpdesk: survey farmhouses offline, compute what pays, print it, sync it. Every command takes --json."""


def _not_loaded() -> None:
    raise AssertionError("a command that was not asked for was run")
