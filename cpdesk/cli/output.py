"""How a command speaks: tables and sentences for people, one JSON document for programs, and exit codes.

Exit 0: it holds. 1: it ran and the answer is no (a check failed, some rows were wrong). 2: a declared error, with code
and remedy. 70: a fault of the program; a report without personal data was written.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn, ParamSpec

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cpdesk.base.crash import write_crash_report
from cpdesk.base.errors import CpdeskError
from cpdesk.base.i18n import Translator
from cpdesk.base.paths import Paths
from cpdesk.base.progress import Step
from cpdesk.base.settings import Settings

_FIGURE: Final = re.compile(r"[-−+]?[\d,.]*\s?%?$")
EXIT_NO: Final = 1
EXIT_DECLARED: Final = 2
EXIT_BUG: Final = 70

P = ParamSpec("P")


class Output:
    """Where one command's words go. People's words go to the console, a program's document to standard output."""

    def __init__(self, *, as_json: bool, language: str | None = None) -> None:
        self.as_json = as_json
        self.text = Translator(language or language_of_user())
        self.console = Console(stderr=as_json)

    def say(self, key: str, /, **fields: object) -> None:
        """One sentence from the catalogue; silent in JSON mode."""
        if not self.as_json:
            self.console.print(self.text(key, **fields), highlight=False, markup=False)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
        """A short table; columns of figures, written out or not, are set right."""
        if self.as_json:
            return
        table = Table(title=title or None, title_justify="left", header_style="bold")
        for index, name in enumerate(head):
            numeric = bool(rows) and all(_is_figure(row[index]) for row in rows)
            table.add_column(name, justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        self.console.print(table)

    def document(self, content: Mapping[str, Any]) -> None:
        """The command's result for programs; silent for people."""
        if self.as_json:
            sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2, default=_plain) + "\n")

    @contextmanager
    def progress(self, key: str) -> Iterator[Step]:
        """A bar while long work goes on; with JSON, or where nobody watches, only the steps are taken."""
        if self.as_json or not self.console.is_terminal:
            yield lambda done, total: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.console, transient=True) as bar:
            task = bar.add_task(self.text(key), total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    def fail(self, error: CpdeskError) -> NoReturn:
        """Show a declared error and leave with code 2."""
        message, remedy = error.message(self.text.language), error.remedy(self.text.language)
        if self.as_json:
            self.document({"error": {"code": error.code, "message": message, "remedy": remedy}})
        else:
            self.console.print(
                f"{message}\n{remedy}（{error.code}）" if remedy else f"{message}（{error.code}）", markup=False
            )
        raise typer.Exit(EXIT_DECLARED)


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Wrap a command so that no traceback ever reaches a person."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        out = Output(as_json=bool(kwargs.get("json_", False)))
        try:
            function(*args, **kwargs)
        except CpdeskError as error:
            out.fail(error)
        except (typer.Exit, typer.Abort, SystemExit):
            raise
        except KeyboardInterrupt:
            out.say("cli.cancelled")
            raise typer.Exit(130) from None
        except Exception as error:
            report = write_crash_report(error)
            if out.as_json:
                out.document({"error": {"code": "CP-9000", "message": type(error).__name__, "report": str(report)}})
            else:
                out.say("cli.bug", report=report)
            raise typer.Exit(EXIT_BUG) from error

    return wrapped


def language_of_user() -> str:
    """The interface language this person chose."""
    return str(Settings(Paths.of_user().config / "settings.json").get("language"))


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot go into a document")


def _is_figure(cell: object) -> bool:
    """A number, a figure written out (`1,066`, `19%`, `−3.2` with what stands below it), or an empty cell."""
    return isinstance(cell, int | float) or bool(_FIGURE.match(str(cell).split("\n", 1)[0]))
