"""What every rule of the lint gets to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cpdesk.forms.form import Form
from cpdesk.forms.lint.findings import Finding, Place, Severity
from cpdesk.forms.lint.survey import Question, Survey, codes_by_list, read_survey
from cpdesk.forms.lint.workbook import Row, Sheet


@dataclass(slots=True)
class Look:
    """One XLSForm under the eyes of the rules; findings gather here.

    Attributes:
        quantities: unit of each quantity that calculations know, by name; None when nobody said which there are.
        previous: the version that surveys are made with now, None for a new form.
    """

    sheets: Mapping[str, Sheet]
    quantities: Mapping[str, str] | None = None
    previous: Form | None = None
    findings: list[Finding] = field(default_factory=list)
    survey: Survey = field(init=False)
    codes: Mapping[str, Mapping[str, Row]] = field(init=False)
    by_name: Mapping[str, list[Question]] = field(init=False)

    def __post_init__(self) -> None:
        self.survey = read_survey(self.sheets.get("survey"))
        self.codes = codes_by_list(self.sheets.get("choices"))
        self.by_name = self.survey.by_name

    def error(self, rule: str, place: Place, **fields: str) -> None:
        self.findings.append(Finding(rule, Severity.ERROR, place, fields))

    def warning(self, rule: str, place: Place, **fields: str) -> None:
        self.findings.append(Finding(rule, Severity.WARNING, place, fields))

    def note(self, rule: str, place: Place, **fields: str) -> None:
        self.findings.append(Finding(rule, Severity.NOTE, place, fields))

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]
