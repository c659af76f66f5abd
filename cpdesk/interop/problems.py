"""What is wrong with one cell of an imported file, said so that a clerk can go and mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cpdesk.base.errors import InputFault


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One problem at one place of a sheet.

    Attributes:
        row, column: the place as Excel shows it (1-based number, letters); the column is "" when it is missing.
        last_row: the last row concerned, for a merged range; otherwise equal to `row`.
        header: the column's name in Chinese as the register has it.
        value: what the cell holds, as shown.
        code: a declared error code (CP-11xx), which carries the sentence and the remedy.
        whole_sheet: the sheet's structure is wrong, so that no row of it can be trusted.
    """

    sheet: str
    row: int
    column: str
    header: str
    value: str
    code: str
    last_row: int
    fields: Mapping[str, object] = field(default_factory=dict)
    whole_sheet: bool = False

    def message(self, language: str = "zh") -> str:
        """What is wrong, naming place and value."""
        return self._fault().message(language)

    def remedy(self, language: str = "zh") -> str:
        """What to do about it."""
        return self._fault().remedy(language)

    def _fault(self) -> InputFault:
        place = {"sheet": self.sheet, "row": self.row, "column": self.column}
        return InputFault(self.code, **place, header=self.header, value=self.value, **self.fields)
