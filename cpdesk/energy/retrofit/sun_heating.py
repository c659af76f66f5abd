"""What heating takes of the photovoltaics' power, and what that is worth.

The sun serves the other uses of the house first; what it leaves in an hour, s_h, heating may take before it is sold:

    own = sum over the hours of min(s_h, e_h)        gain = own x (price of electricity - price of what is sold)

e_h is the plant's electricity of the hour. For a printed combination it is computed hour by hour, scaled to the
season's electricity of day and of valley hours, so that the year's balance closes. The search over all combinations
takes e_h = E_day p_h in day hours (the sun hardly shines in valley hours of the season): p_h the shape that heating
the house as it is has with such a plant, E_day the combination's own electricity in day hours. `docs/method.md` says
how far that lies from the hours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cpdesk.energy.money.indicators import Terms
from cpdesk.energy.money.prices import cost_by_carrier, rows_of, running_subsidy, tiered
from cpdesk.energy.money.windows import OtherUse
from cpdesk.energy.retrofit.drawn import Drawn
from cpdesk.energy.retrofit.extras import Extras
from cpdesk.energy.retrofit.grid import Grid
from cpdesk.energy.retrofit.other_year import feed_in_yuan
from cpdesk.energy.retrofit.solving import set_points
from cpdesk.energy.retrofit.statement import mixed_energy
from cpdesk.energy.systems.plants import Energy, Plant, in_valley
from cpdesk.energy.systems.power import heating_power_w
from cpdesk.energy.weather.calendar import season_order
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.hourly import trace

_STEPS: Final = 32  # of the table of self-use over day electricity; it is concave, linear between


@dataclass(frozen=True, slots=True)
class Taken:
    """What heating takes of the sun in a season, kWh by day and in valley hours, and what it changes in money a year.

    Attributes:
        spared_yuan: electricity of heating not bought; `unsold_yuan` sale forgone.
    """

    day_kwh: float
    valley_kwh: float
    spared_yuan: float
    unsold_yuan: float

    @property
    def kwh(self) -> float:
        """Day and valley."""
        return self.day_kwh + self.valley_kwh

    @property
    def gain_yuan(self) -> float:
        """What it is worth a year."""
        return self.spared_yuan - self.unsold_yuan


class SunHeating:
    """Self-use by heating for the combinations of a grid with extras."""

    def __init__(self, grid: Grid, extras: Extras, drawn: Drawn) -> None:
        self.grid = grid
        self._extras, self._drawn = extras, drawn
        setting = grid.setting
        self._feed_in = feed_in_yuan(setting.tables)
        self._order = season_order(setting.building.schedule.season_start, setting.building.schedule.season_end)
        hour = setting.drivers.hour[setting.drivers.counted]
        self._valley = in_valley(hour)
        self._surplus = {at: held.surplus_w for at, held in enumerate(extras.years)}
        self._heat: dict[tuple[int, bool, float], Floats] = {}
        self._exact: dict[tuple[int, int, int, float], Taken] = {}
        self._gains: dict[int, Floats] = {}
        self._prepared = False

    def gain_yuan(self, extra: int) -> Floats | float:
        """(states, plants): what the sun on heating changes in the yearly bill, as the search takes it."""
        surplus = self._surplus[extra]
        if surplus is None:
            return 0.0
        if extra not in self._gains:
            self._prepare()
            self._gains[extra] = self._gain(extra, surplus)
        return self._gains[extra]

    def near_yuan(self, state: int, plant: int) -> float:
        """What panels that stand there are worth for heating a year, as the search takes it."""
        gain = self.gain_yuan(0)
        return gain if isinstance(gain, float) else float(gain[state, plant])

    def more_yuan(self, state: int, plant: int, warmth: float) -> float:
        """What panels that stand there are worth more for heating than today, by the hour, CNY a year."""
        return self.exact(state, plant, 0, warmth).gain_yuan - self.exact(0, 0, 0, 0.0).gain_yuan

    def _gain(self, extra: int, surplus: Floats) -> Floats:
        own, bought = self._own_kwh(surplus[self._order]), self._drawn.electricity[0]
        spared = np.empty_like(own)
        spared[:, self._metered] = self._day_price * own[:, self._metered]
        if self._tiered.any():
            base = self._extras.others[extra].electricity.total_kwh
            before = bought[:, self._tiered]
            spared[:, self._tiered] = tiered(before, "electricity", self.grid.setting.tables, base) - tiered(
                before - own[:, self._tiered], "electricity", self.grid.setting.tables, base
            )
        result: Floats = spared - self._feed_in * own
        return result

    def _prepare(self) -> None:
        """Electricity of all states and plants, and the shapes of the plants' hours."""
        if self._prepared:
            return
        self._prepared = True
        grid, plants = self.grid, self.grid.setting.plants
        tables = grid.setting.tables
        bought, valley = self._drawn.electricity
        day = bought - valley
        self._metered = self._drawn.metered
        self._tiered = ~self._metered
        rows = rows_of(tables, "electricity", "heating_day")
        self._day_price = rows[0].price_yuan if rows else 0.0
        kinds = list(dict.fromkeys(_kind(plant) for plant in plants))
        place = np.array([kinds.index(_kind(plant)) for plant in plants])
        most = np.array([max(float(day[:, place == at].max()), 1e-6) for at in range(len(kinds))])
        steps = np.linspace(0.0, 1.0, _STEPS + 1)
        shapes = np.stack([self._shape(int(np.flatnonzero(place == at)[0])) for at in range(len(kinds))])
        self._wanted = (most[:, None, None] * steps[:, None] * shapes[:, None, ~self._valley]).reshape(
            len(kinds) * (_STEPS + 1), -1
        )
        on = day / most[place] * _STEPS
        below = np.minimum(on.astype(np.intp), _STEPS - 1)
        self._between = on - below
        self._at = below + place * (_STEPS + 1)

    def _shape(self, plant: int) -> Floats:
        """(hours of the season,) how a plant's day electricity lies over the hours, the house as it is; sums to one."""
        power = np.where(self._valley, 0.0, self._power_w(0, plant, 0.0))
        total = float(power.sum())
        return power / total if total > 0 else power

    def _power_w(self, state: int, plant: int, warmth: float) -> Floats:
        """(hours of the season,) electricity of a state with a plant, W."""
        grid, setting = self.grid, self.grid.setting
        kept = setting.plants[plant].code.startswith("keep")
        limit = float(grid.solved[0 if kept else 1].limit_w[state])
        if (state, kept, warmth) not in self._heat:
            low, high = (set_points(setting.building.schedule, wish=wish) for wish in (False, True))
            day, night = (one + warmth * (two - one) for one, two in zip(low, high, strict=True))
            self._heat[state, kept, warmth] = trace(grid.rows[state], setting.drivers, day, night, limit).heating_w
        return heating_power_w(
            setting.plants[plant], self._heat[state, kept, warmth], setting.drivers, setting.tables, limit=limit,
            emitter_w=setting.weights.design_w,
        )  # fmt: skip

    def _own_kwh(self, surplus_w: Floats) -> Floats:
        """(states, plants): self-use from the table of each kind of plant."""
        left = surplus_w[~self._valley] / 1000.0
        sunny = left > 0
        flat = np.minimum(self._wanted[:, sunny], left[sunny]).sum(axis=1)
        rise = np.append(np.diff(flat), 0.0)
        result: Floats = flat[self._at] + self._between * rise[self._at]
        return result

    def other(self, extra: int) -> OtherUse:
        """What is bought beside heating with some extras."""
        return self._extras.others[extra]

    def exact(self, state: int, plant: int, extra: int, warmth: float) -> Taken:
        """One combination hour by hour; `warmth` 0 at usual set points, 1 at wished ones."""
        key = (state, plant, extra, warmth)
        if key not in self._exact:
            self._exact[key] = self._hourly(*key)
        return self._exact[key]

    def _hourly(self, state: int, plant: int, extra: int, warmth: float) -> Taken:
        grid, surplus = self.grid, self._surplus[extra]
        energy = mixed_energy(grid.usual[plant], grid.wish[plant], state, warmth)
        if surplus is None or "electricity" not in energy.kwh:
            return Taken(0.0, 0.0, 0.0, 0.0)
        valley = float(energy.valley_kwh[0])
        day = float(energy.kwh["electricity"][0]) - valley
        power, left = self._power_w(state, plant, warmth), surplus[self._order]
        own = []
        for season_kwh, hours in ((day, ~self._valley), (valley, self._valley)):
            total = float(power[hours].sum())
            scaled = power[hours] * (1000.0 * season_kwh / total if total > 0 else 0.0)
            own.append(float(np.minimum(scaled, left[hours]).sum()) / 1000.0)
        spared = self._cost(plant, extra, day, valley) - self._cost(plant, extra, day - own[0], valley - own[1])
        return Taken(own[0], own[1], spared, self._feed_in * sum(own))

    def _cost(self, plant: int, extra: int, day_kwh: float, valley_kwh: float) -> float:
        """Yuan a year for electricity of heating."""
        setting = self.grid.setting
        energy = Energy({"electricity": np.array([day_kwh + valley_kwh])}, np.array([valley_kwh]))
        costs = cost_by_carrier(
            energy, setting.tables, valley_meter=setting.plants[plant].valley_meter,
            other=self._extras.others[extra],
        )  # fmt: skip
        return float(costs["electricity"][0])


def served(grid: Grid, sun: SunHeating) -> Grid:
    """The grid with what panels that stand there save more, or less, on heating than today; its costs stay as billed.

    Args:
        sun: of the same grid.
    """
    gain = sun.gain_yuan(0)
    if isinstance(gain, float):
        return grid
    more, tables = gain - gain[0, 0], grid.setting.tables
    worth = Terms.of(tables).energy_worth("electricity", tables) * more
    return replace(
        grid, saving=grid.saving + more, saving_full=grid.saving_full + more,
        present_savings=grid.present_savings + worth, present_savings_full=grid.present_savings_full + worth,
    )  # fmt: skip


def running(sun: SunHeating, place: tuple[int, int, int], warmth: float) -> tuple[dict[str, Floats], Floats]:
    """Heating of a state with a plant and extras, arrays of one: cost by carrier less what the sun is worth for it,
    and the running subsidy on what is bought, CNY a year."""
    (state, plant, extra), grid = place, sun.grid
    tables, meter = grid.setting.tables, grid.setting.plants[plant].valley_meter
    taken, other = sun.exact(state, plant, extra, warmth), sun.other(extra)
    energy = mixed_energy(grid.usual[plant], grid.wish[plant], state, warmth)
    costs = cost_by_carrier(energy, tables, valley_meter=meter, other=other)
    if taken.kwh > 0:
        costs["electricity"] = costs["electricity"] - taken.gain_yuan
        left = {**energy.kwh, "electricity": energy.kwh["electricity"] - taken.kwh}
        energy = Energy(left, energy.valley_kwh - taken.valley_kwh)
    return costs, running_subsidy(energy, tables, valley_meter=meter, other=other)


def _kind(plant: Plant) -> tuple[tuple[str, float | None, float | None], ...]:
    """Plants of one kind draw their electricity at the same hours."""
    return tuple((item.type, item.above_c, item.below_c) for item in plant.systems)
