"""`cpdesk form`: XLSForms compiled and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.output import Output, command

app = typer.Typer()
File = Annotated[Path, typer.Argument(help="The XLSForm: .xlsx, .xls or .md.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("convert")
@command
def convert(
    file: File, out: Annotated[Path, typer.Option(help="The XForm to write, .xml.")], *, json_: Json = False
) -> None:
    """Compile an XLSForm to an XForm and load it; what is wrong is named with sheet and row."""
    from cpdesk.operations.publishing import convert_form

    output = Output(as_json=json_)
    form = convert_form(file, out)
    output.document({"form": form.id, "version": form.version, "questions": len(form.nodes), "file": str(out)})
    output.say("cli.form.converted", form=form.id, version=form.version, count=len(form.nodes), file=out)


@app.command("lint")
@command
def lint(file: File, *, json_: Json = False) -> None:
    """Whether an XLSForm compiles and every expression in it can be run."""
    from cpdesk.operations.publishing import convert_form

    output = Output(as_json=json_)
    form = convert_form(file)
    output.document({"form": form.id, "version": form.version, "questions": len(form.nodes), "problems": []})
    output.say("cli.form.sound", form=form.id, version=form.version, count=len(form.nodes))
