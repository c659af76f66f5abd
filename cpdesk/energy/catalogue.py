"""Which words the catalogue of measures may use, and what a row with such a word must say.

A district adds a thickness or a price by adding a row to `measures.csv` (and its name to the texts); what a row with a
misspelt word or a missing figure would do silently is refused when the table is read, with its line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.base.tables import Convert, maybe_text, one_of
from cpdesk.energy.rows import Factor, Material, Measure, SystemType

ENVELOPE_GROUPS: Final = (
    "seal", "quilt", "curtain", "recovery", "sunspace", "roof", "wall", "window_front", "window_back", "door", "floor",
)  # fmt: skip
"""Groups whose measures change the need for heat; one of each may be chosen."""
PLANT_GROUPS: Final = ("pipe", "emitter", "control", "system")
EXTRA_GROUPS: Final = ("pv", "solar_water", "cooking", "light")
"""Groups whose measures change no heat in the rooms."""

NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "seal": (), "quilt": (), "curtain": (), "recovery": ("value",), "sunspace": ("material",),
    "insulate": ("material", "thickness_mm"), "insulate_inside": ("material", "thickness_mm"),
    "window": ("value", "g_value"), "layer": ("value", "g_value"), "door": ("value",),
    "floor": ("material", "thickness_mm"), "edge": ("material", "thickness_mm", "value"),
    "pipe": (), "emitter": ("flow_c",), "control": ("value",), "system": ("material",),
    "pv": ("value",), "solar_water": ("value",), "cooking": ("material", "value"), "light": ("value",),
}  # fmt: skip
"""What a row must say, by effect."""
EFFECTS: Final = tuple(NEEDS)
UNITS: Final = ("m2", "m2_glazing", "m2_floor", "m", "m_perimeter", "piece", "room", "kw", "household")
RULES: Final = (
    "wall_outside", "wall_back", "wall_inside", "ceiling_carries", "no_good_ceiling", "flat_roof", "pitched_repair",
    "weak", "weak_window", "weak_glass", "single_glass", "no_sunspace", "free_front", "bare_edge", "leaky", "tight",
    "no_quilt", "bare_pipe", "no_control", "heat_pump_radiators", "electric_capacity", "gas_reaches",
    "solid_fuel_allowed", "coal_allowed", "pv_roof", "no_solar_water", "bottled_gas", "bottled_gas_piped", "old_lamps",
)  # fmt: skip

COLUMNS: Final[Mapping[str, Convert]] = {
    "group": one_of(*ENVELOPE_GROUPS, *PLANT_GROUPS, *EXTRA_GROUPS),
    "effect": one_of(*EFFECTS),
    "unit": one_of(*UNITS),
    "rule": one_of(*RULES),
    "material": maybe_text,
    "emitter": maybe_text,
    "works": maybe_text,
}
_SHARES: Final = ("control", "light", "recovery", "cooking")


def check_measures(
    rows: Sequence[Measure],
    materials: Mapping[str, Material],
    systems: Mapping[str, SystemType],
    factors: Mapping[str, Factor],
    sunspaces: Mapping[str, object],
) -> None:
    """Refuse rows that name what is not there, or leave out what their effect needs.

    Raises:
        InputFault: CP-1375 a cell that its effect needs and that is empty or wrong, with line and column; CP-1376 an id
            twice; CP-1377 costs that do not rise from low to high.
    """
    seen: dict[str, int] = {}
    for line, row in enumerate(rows, 2):
        if row.id in seen:
            raise InputFault("CP-1376", id=row.id, line=line, first=seen[row.id])
        seen[row.id] = line
        for column in NEEDS[row.effect]:
            if getattr(row, column) in (None, ""):
                raise _refuse(row, line, column)
        known: Mapping[str, Mapping[str, object]] = {"system": systems, "cooking": factors, "sunspace": sunspaces}
        if "material" in NEEDS[row.effect] and row.material not in known.get(row.effect, materials):
            raise _refuse(row, line, "material")
        if row.effect in _SHARES and not 0.0 < (row.value or 0.0) < 1.0:
            raise _refuse(row, line, "value")
        for name in ("value", "thickness_mm", "g_value"):
            if (getattr(row, name) or 0.0) < 0.0:
                raise _refuse(row, line, name)
        if row.life_a <= 0.0:
            raise _refuse(row, line, "life_a")
        for part in ("fixed", "cost"):
            low, mid, high = (getattr(row, f"{part}_{side}") for side in ("low", "mid", "high"))
            if not 0.0 <= low <= mid <= high:
                raise InputFault("CP-1377", id=row.id, line=line, part=part, low=low, mid=mid, high=high)


def _refuse(row: Measure, line: int, column: str) -> InputFault:
    value = getattr(row, column)
    return InputFault(
        "CP-1375", id=row.id, line=line, column=column, value="" if value is None else value, effect=row.effect
    )
