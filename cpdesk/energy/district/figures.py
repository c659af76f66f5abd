"""The district's own figures: how unsure a stock is, and what the plan counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cpdesk.base.tables import Convert, maybe_number, number, one_of, status, text, whole, words

Read = Callable[[str, Mapping[str, Convert]], Sequence[Mapping[str, Any]]]
_TARGETS: Final = ("energy_saving", "pv", "solar_water", "heat_pump_hills", "no_bottled_gas", "carbon")


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target of the plan that farmhouse records can count; `townships` are codes, empty for all."""

    key: str
    article: int
    target: float | None
    unit: str
    by_year: int
    townships: tuple[str, ...]
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class DistrictFigures:
    """`values` by key of `district.csv`, and the plan's targets."""

    values: Mapping[str, float]
    targets: tuple[TargetRow, ...]

    def __getitem__(self, key: str) -> float:
        return self.values[key]

    @classmethod
    def load(cls, read: Read) -> DistrictFigures:
        """Read both tables through `read(relative_path, columns)`.

        Raises:
            InputFault: CP-1001 to CP-1003.
        """
        values = read(
            "tables/energy/district.csv",
            {"key": text, "value": number, "unit": text, "status": status, "source": text},
        )
        columns: dict[str, Convert] = {"key": one_of(*_TARGETS), "article": whole, "target": maybe_number}
        columns |= {"unit": text, "by_year": whole, "townships": words, "status": status, "source": text}
        targets = read("tables/energy/plan_targets.csv", columns)
        return cls({row["key"]: row["value"] for row in values}, tuple(TargetRow(**row) for row in targets))
