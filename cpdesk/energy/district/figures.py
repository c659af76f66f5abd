"""The district's own figures: how unsure a stock is, and what the plan counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cpdesk.base.tables import Convert, maybe_number, maybe_whole, number, one_of, status, text, words
from cpdesk.model.district import LEVELS

Read = Callable[[str, Mapping[str, Convert]], Sequence[Mapping[str, Any]]]
_TARGETS: Final = ("energy_saving", *LEVELS, "pv", "solar_water", "heat_pump_hills", "no_bottled_gas", "carbon")


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target of the plan that farmhouse records can count; `townships` are codes, empty for all; article and year
    are empty where the plan names none."""

    key: str
    article: int | None
    target: float | None
    unit: str
    by_year: int | None
    townships: tuple[str, ...]
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class DistrictFigures:
    """`values` by key of `district.csv`, the plan's targets, and what registers' words for heating mean, in order."""

    values: Mapping[str, float]
    targets: tuple[TargetRow, ...]
    heaters: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, key: str) -> float:
        return self.values[key]

    @classmethod
    def load(cls, read: Read) -> DistrictFigures:
        """Read the tables through `read(relative_path, columns)`.

        Raises:
            InputFault: CP-1001 to CP-1003.
        """
        values = read(
            "tables/energy/district.csv",
            {"key": text, "value": number, "unit": text, "status": status, "source": text},
        )
        columns: dict[str, Convert] = {"key": one_of(*_TARGETS), "article": maybe_whole, "target": maybe_number}
        columns |= {"unit": text, "by_year": maybe_whole, "townships": words, "status": status, "source": text}
        targets = read("tables/energy/plan_targets.csv", columns)
        heaters = read(
            "tables/energy/register_heaters.csv", {"word": text, "heater": text, "status": status, "source": text}
        )
        return cls(
            values={row["key"]: row["value"] for row in values},
            targets=tuple(TargetRow(**row) for row in targets),
            heaters=tuple((row["word"], row["heater"]) for row in heaters),
        )

    def heater(self, words: str) -> str:
        """Code of the heater that a register's words name; of several the first of the table, empty where none is."""
        return next((code for word, code in self.heaters if word in words or words == code), "")
