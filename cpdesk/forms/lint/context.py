"""What every rule of the lint gets to see."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from cpdesk.base.nearest import nearest_name
from cpdesk.forms.form import Form
from cpdesk.forms.lint.findings import Finding, Place, Severity
from cpdesk.forms.lint.survey import Question, Survey, codes_by_list, read_survey
from cpdesk.forms.lint.workbook import Row, Sheet

_GUESSED_CHARACTERS_MAX: Final = 64
_COMPARISONS_MAX: Final = 100_000
"""Of names with names: about two seconds. A form with more names wrong than that has one cause, not many."""


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
    _comparisons: int = 0
    _guessed: dict[tuple[str, int], str] = field(default_factory=dict)

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

    def nearest(self, name: str, names: Collection[str], likeness: float = 0.6) -> str:
        """The name most like a wrong one, `NOTHING_NEAR` without any; `names` must stay as long as the look does."""
        key = (name, id(names))
        if key not in self._guessed:
            short: list[str] = []
            if len(name) <= _GUESSED_CHARACTERS_MAX and self._comparisons < _COMPARISONS_MAX:
                self._comparisons += len(names)
                short = [one for one in names if len(one) <= _GUESSED_CHARACTERS_MAX]
            self._guessed[key] = nearest_name(name, short, likeness)
        return self._guessed[key]

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]
