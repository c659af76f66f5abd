"""What a validation prints: each case with what was found and what should be."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """One thing that was checked. `found` and `expected` are shown, so that a person can judge a failure.

    Attributes:
        admitted: why a difference is known and accepted (docs/forms.md explains each reason); the case still counts as
            failed, but it does not make the validation fail.
    """

    name: str
    passed: bool
    found: str = ""
    expected: str = ""
    admitted: str = ""


@dataclass(frozen=True)
class RangeCase(Case):
    """A figure of a case and where it should lie.

    Attributes:
        low, high: criterion or range of the examples, without tolerance. `inside`: whether the value lies between.
        basis: acceptance, examples, heat balance or none.
        when: month, day and hour of a peak.
    """

    case: str = ""
    quantity: str = ""
    value: float = 0.0
    low: float | None = None
    high: float | None = None
    inside: bool | None = None
    basis: str = ""
    when: str = ""


@dataclass(frozen=True)
class Verification:
    """All cases of one validation; `left_out` says what could not be checked here, and why."""

    name: str
    cases: tuple[Case, ...]
    left_out: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> int:
        return sum(case.passed for case in self.cases)

    @property
    def failed(self) -> int:
        return len(self.cases) - self.passed

    @property
    def holds(self) -> bool:
        """Something was checked, and nothing failed that is not admitted."""
        return bool(self.cases) and all(case.passed or case.admitted for case in self.cases)
