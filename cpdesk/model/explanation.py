"""How a printed figure came about, one step at a time: `energy.audit.explain.explain` makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cpdesk.model.assessment import FactorUse, Quantity
from cpdesk.model.building import Input


@dataclass(frozen=True, slots=True)
class Operand:
    """One value that went into a figure.

    Attributes:
        name: text key.
        opens: dotted name of the figure of the same audit that this value is; empty where it is none: a rule, an answer
            or a sum on the way.
    """

    name: str
    value: float | str
    unit: str
    opens: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One figure with its proof.

    Attributes:
        name: dotted name, as in `packages.A.saving_yuan`.
        figure: value, unit, range, source (standard and clause, or table) and status.
        formula: text key of the formula with its clause; `source` and `status` repeat those of the figure.
        operands: what went in; each that `opens` can be explained in turn.
        factors: factor and tariff versions behind it.
        answers: the survey's answers that move this house most, with their data quality.
        qualities: how many answers are measured, from bills, estimated, default.
    """

    name: str
    figure: Quantity
    formula: str
    source: str
    status: str
    operands: tuple[Operand, ...] = ()
    factors: tuple[FactorUse, ...] = ()
    answers: tuple[Input, ...] = ()
    qualities: Mapping[str, int] = field(default_factory=dict)
