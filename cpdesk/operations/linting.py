"""Looking an XLSForm file over before it is published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cpdesk.base import tables
from cpdesk.base.resources import resource_path
from cpdesk.forms.form import Form
from cpdesk.forms.lint.run import LintReport, lint_xlsform
from cpdesk.forms.lint.workbook import Sheet, markdown_sheets, workbook_sheets
from cpdesk.interop.workbook import workbook_sheets as read_workbook
from cpdesk.operations.publishing import read_source


def lint_file(file: Path, *, previous: Form | None = None) -> LintReport:
    """All findings of the lint over an .xlsx workbook or a markdown XLSForm.

    Args:
        previous: the version that surveys are made with now; without it nothing is said of older answers.

    Raises:
        InputFault: CP-1101 to CP-1104 when the file is no workbook that can be read, CP-1232 markdown in no known
            encoding. EnvironmentFault: CP-20xx when it cannot be read.
    """
    source = read_source(file)
    sheets = markdown_sheets(source) if isinstance(source, str) else _sheets(file, source)
    return lint_xlsform(source, sheets, name=file.stem, quantities=known_quantities(), previous=previous)


def _sheets(file: Path, content: bytes) -> dict[str, Sheet]:
    raw = read_workbook(file, content, hidden=True)  # the compiler reads hidden sheets too
    return workbook_sheets((sheet.name, sheet.rows) for sheet in raw)


def known_quantities() -> Mapping[str, str]:
    """Unit of each quantity that calculations know, by name; "" for those without one."""
    columns = {"name": tables.text, "unit": tables.maybe_text}
    files = sorted(resource_path("tables").glob("quantities*.csv"))
    return {row["name"]: row["unit"] or "" for file in files for row in tables.read_table(file, columns)}
