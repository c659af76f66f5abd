"""How the household heats: set points, hours and season, from answers and defaults."""

from __future__ import annotations

from cpdesk.energy.house.ledger import Ledger
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, BuildingFacts, Schedule


def schedule(facts: BuildingFacts, tables: EnergyTables, ledger: Ledger) -> Schedule:
    """Set points in degC, hours, season and days of absence of a household.

    Raises:
        InputFault: CP-1301 implausible number, CP-1304 unknown code.
    """
    rules = tables.rules

    def temperature(
        key: str, answer: Answer[float] | None, rule: str, default: float, limits: tuple[float, float]
    ) -> float:
        row = rules[rule]
        spread = (1.0, 1.0) if rule == "wish_c" else ((default - 2.0) / default, (default + 2.0) / default)
        return ledger.number(
            key, answer, default, "degC", limits=limits, spread=spread, source=row.source, status=row.status
        )

    day = temperature("day_c", facts.temp_usual_day_c, "day_c", rules["day_c"].value, (5, 30))
    wish = temperature("wish_c", facts.temp_wish_c, "wish_c", max(day, rules["wish_c"].value), (10, 28))
    main = facts.heaters[0] if facts.heaters else None
    setback = ledger.code("night_setback", main.night_setback if main else None, "lower", ("same", "lower", "off"))
    hours = ledger.number("hours_day", main.hours_day if main else None, rules["hours_day"].value, "h", limits=(0, 24))
    night: float | None = day
    if setback == "lower":
        usual = max(2.0, day - rules["night_drop_k"].value)
        night = ledger.number("night_c", facts.temp_usual_night_c, usual, "degC", limits=(0, 30))
        night = min(night, day)
    elif setback == "off":
        night = None
    length = min(24, max(4, round(hours))) if setback == "off" else 15
    start = facts.season_start.value if facts.season_start else (11, 15)
    end = facts.season_end.value if facts.season_end else (3, 15)
    first = 6 if length <= 18 else 24 - length
    away = ledger.number("absence_days", facts.winter_absence_days, 0.0, "d", limits=(0, 181))
    frost = ledger.number(
        "absence_c", None, rules["absence_c"].value, "degC", limits=(0, 20), source=rules["absence_c"].source,
        status=rules["absence_c"].status,
    ) if away else rules["absence_c"].value  # fmt: skip
    return Schedule(
        day_c=day, night_c=night, wish_c=max(wish, day), day_start_h=first, day_end_h=min(24, first + length),
        season_start=start, season_end=end, absence_days=round(away), absence_c=frost,
        sunspace_rise_m2k_w=rules["sunspace_rise_m2k_w"].value,
    )  # fmt: skip
