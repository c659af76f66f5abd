"""All rules over one XLSForm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cpdesk.forms.form import Form
from cpdesk.forms.lint.bindings import look_at_bindings
from cpdesk.forms.lint.context import Look
from cpdesk.forms.lint.expressions import look_at_expressions
from cpdesk.forms.lint.findings import Finding, Severity
from cpdesk.forms.lint.languages import look_at_languages
from cpdesk.forms.lint.running import look_at_running
from cpdesk.forms.lint.structure import (
    look_at_choices,
    look_at_names,
    look_at_settings,
    look_at_sheets,
    look_at_types,
)
from cpdesk.forms.lint.workbook import Sheet

_ORDER: Final = {"survey": 0, "choices": 1, "settings": 2}


@dataclass(frozen=True, slots=True)
class LintReport:
    """All findings, those that keep the form from being published first, then by sheet and row. `form` is None when it
    does not run."""

    findings: tuple[Finding, ...]
    form: Form | None

    @property
    def errors(self) -> int:
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def sound(self) -> bool:
        """Whether the form may be published."""
        return self.form is not None and not self.errors


def lint_xlsform(
    source: bytes | str,
    sheets: Mapping[str, Sheet],
    *,
    name: str,
    quantities: Mapping[str, str] | None = None,
    previous: Form | None = None,
) -> LintReport:
    """Look an XLSForm over.

    Args:
        source: the bytes of an .xlsx workbook, or the text of a markdown XLSForm.
        sheets: what stands in it (`workbook.markdown_sheets`, `workbook.workbook_sheets`).
        quantities: unit of each quantity that calculations know, by name.
        previous: the version that surveys are made with now.
    """
    look = Look(sheets, quantities, previous)
    for rule in (
        look_at_sheets,
        look_at_settings,
        look_at_names,
        look_at_types,
        look_at_choices,
        look_at_expressions,
        look_at_languages,
        look_at_bindings,
    ):
        rule(look)
    form = look_at_running(look, source, name)
    return LintReport(tuple(sorted(look.findings, key=_rank)), form)


def _rank(finding: Finding) -> tuple[int, int, int, str]:
    severity = list(Severity).index(finding.severity)
    return severity, _ORDER.get(finding.place.sheet, 9), finding.place.row, finding.rule
