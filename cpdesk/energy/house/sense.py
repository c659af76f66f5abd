"""Answers that no house can give, or that contradict one another, told before anything is computed with them.

What a later step reads within limits of its own (`Ledger.number`, `Ledger.code`) is not looked at here.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.energy.house.ledger import fault
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import SIDES, BillFacts, BlockFacts, BuildingFacts, Number

_ZH, _EN = Translator("zh"), Translator("en")
_OLDEST, _NEWEST = 1700, 2100
_BREAKER_A: Final = (5, 200)
_SEASON_DAYS: Final = (30, 270)
_SHUT: Final = ("neighbour_heated", "neighbour_cold")
"""Behind a wall shared with a neighbour no window is possible; into a room of one's own it is."""
_HIGHEST_STOREY_M: Final = 6.0
_ROOMS_A_BAY: Final = 3
_MOST_YEAR: Final = 1e9


def check_facts(facts: BuildingFacts, tables: EnergyTables) -> None:
    """Look at all answers once.

    Raises:
        InputFault: CP-1301 a number out of its range, CP-1304 a code that does not exist, CP-1309 a window in a wall
            that has none.
    """
    newest = facts.survey_year or _NEWEST
    known = {code for archetype in tables.archetypes.values() for code in archetype.structures}
    for block in facts.blocks:
        place = (f"energy.block.{block.kind.value}",) if block.kind is not None else ()
        if block.structure is not None and block.structure.value not in (*known, "unknown"):
            expected = "、".join(sorted(known))
            raise fault("CP-1304", place=place, name="energy.input.structure", value=block.structure.value,
                        expected=expected)  # fmt: skip
        _within("build_year", block.build_year, (_OLDEST, newest), place=place)
        built = int(block.build_year.value) if block.build_year is not None else _OLDEST
        _within("rebuild_year", block.rebuild_year, (built, newest), place=place)
        _within("ridge_rise_m", block.ridge_rise_m, (0, 4), "m", place=place)
        _within("floor_insul_mm", block.floor_insul_mm, (0, 200), "mm", place=place)
        if block.bays is not None and block.bays.value > 0:
            storeys = block.storeys.value if block.storeys is not None else 1.0
            most = _ROOMS_A_BAY * block.bays.value * storeys
            _within("heated_rooms", block.heated_rooms, (0, max(most, 1.0)), place=place)
        _windows(block, place)
    for heater in facts.heaters:
        _within("heater_year", heater.year, (1950, newest), place=(f"energy.heater.{heater.type.value}",))
    _within("main_breaker_a", facts.main_breaker_a, _BREAKER_A, "A")
    _season(facts)
    _bills(facts.bills)


def _within(
    name: str, answer: Number | None, limits: tuple[float, float], unit: str = "", *, place: tuple[str, ...] = ()
) -> None:
    if answer is not None and not limits[0] <= answer.value <= limits[1]:
        raise fault("CP-1301", place=place, name=f"energy.input.{name}", value=f"{answer.value:g}", unit=unit,
                    low=f"{limits[0]:g}", high=f"{limits[1]:g}")  # fmt: skip


def _windows(block: BlockFacts, place: tuple[str, ...]) -> None:
    """Windows are no higher than the storey, and there is none where the wall is shared or in the ground."""
    storey = block.storey_height_m.value if block.storey_height_m is not None else _HIGHEST_STOREY_M
    for side in SIDES:
        own = block.windows.get(side)
        if own is None or own.count is None or own.count.value <= 0:
            continue
        here = (*place, f"energy.side.{side}")
        if own.height_m is not None and own.height_m.value > storey > 0:
            _within("height_m", own.height_m, (0.2, storey), "m", place=here)
        answer = getattr(block, f"{side}_adjacent", None)
        if answer is not None and answer.value in _SHUT:
            behind = f"energy.code.{answer.value}"
            raise fault("CP-1309", place=here, count=f"{own.count.value:g}", behind_zh=_ZH(behind),
                        behind_en=_EN(behind))  # fmt: skip


def _season(facts: BuildingFacts) -> None:
    """The season begins and ends on days that exist, and is as long as a heating season can be."""
    begins = _day(facts.season_start.value if facts.season_start else (11, 15))
    ends = _day(facts.season_end.value if facts.season_end else (3, 15))
    days = -1 if begins is None or ends is None else (ends - begins) // timedelta(days=1) % 365
    if not _SEASON_DAYS[0] <= days <= _SEASON_DAYS[1]:
        said = [answer.value if answer else None for answer in (facts.season_start, facts.season_end)]
        shown = " – ".join("—" if one is None else f"{one[0]}-{one[1]}" for one in said) if days < 0 else f"{days}"
        raise fault("CP-1301", name="energy.input.season_days", value=shown, unit="d", low=_SEASON_DAYS[0],
                    high=_SEASON_DAYS[1])  # fmt: skip


def _day(month_day: tuple[int, int]) -> date | None:
    try:
        return date(2023, *month_day)
    except ValueError:
        return None


def _bills(bills: BillFacts) -> None:
    """A season is part of its year, the valley part of its season."""
    for part, whole in (
        ("elec_season_kwh", "elec_year_kwh"), ("elec_valley_kwh", "elec_season_kwh"),
        ("elec_valley_kwh", "elec_year_kwh"), ("gas_season_m3", "gas_year_m3"),
    ):  # fmt: skip
        answer: Number | None = getattr(bills, whole)
        most = _MOST_YEAR if answer is None else answer.value
        _within(part, getattr(bills, part), (0, most), "kWh" if part.startswith("elec") else "m3")
