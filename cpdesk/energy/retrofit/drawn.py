"""What heating buys in every state with every plant, and what extras change in its bill.

Heating is priced on top of the other uses: of electricity in the tiers or, with a valley meter, by window under one cap
of the subsidy; of gas in the tiers of those who heat with it. Extras move what lies below:

    shift = C(H; B_extra) - C(H; B_now)        C(H; B) = bill(H, B) - what B costs alone

All of it is array arithmetic over (states, plants).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from cpdesk.energy.money.prices import electricity_cost, fuel_cost, has_valley_tariff, other_cost
from cpdesk.energy.money.windows import OtherUse
from cpdesk.energy.retrofit.grid import Grid
from cpdesk.energy.systems.plants import Energy
from cpdesk.energy.weather.climate import Floats


class Drawn:
    """Season energy of all states with all plants between usual and wished set points, as take-back has it."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._tables = grid.setting.tables
        tariff = has_valley_tariff(self._tables)
        self.metered = np.array([plant.valley_meter and tariff for plant in grid.setting.plants])
        self._known: tuple[OtherUse, Floats] | None = None

    @cached_property
    def electricity(self) -> tuple[Floats, Floats]:
        """(states, plants) kWh, all and in valley hours."""
        kwh, valley = self._of("electricity"), np.zeros(self._grid.saving.shape)
        for at, share, usual, wish in self._plants():
            valley[:, at] = usual.valley_kwh + share * (wish.valley_kwh - usual.valley_kwh)
        return kwh, valley

    def shift(self, before: OtherUse, after: OtherUse) -> dict[str, Floats]:
        """By carrier, (states, plants): what heating costs more, CNY a year, with other uses `after` than `before`."""
        found = {}
        if before.electricity != after.electricity:
            found["electricity"] = self._bill(after) - self._now(before)
        if before.kwh.get("gas", 0.0) != after.kwh.get("gas", 0.0):
            found["gas"] = self._gas_bill(after) - self._gas_bill(before)
        return found

    def _now(self, other: OtherUse) -> Floats:
        """The bill of the house as it is, which every extra is compared with."""
        if self._known is None or self._known[0] is not other:
            self._known = other, self._bill(other)
        return self._known[1]

    def _bill(self, other: OtherUse) -> Floats:
        """(states, plants) what electricity of heating costs on top of other uses."""
        kwh, valley = self.electricity
        found = np.empty_like(kwh)
        for meter in (False, True):
            held = self.metered == meter
            if held.any():
                cost, _ = electricity_cost(
                    kwh[:, held], valley[:, held], other.electricity, self._tables, valley_meter=meter
                )
                found[:, held] = cost
        return found - other_cost("electricity", other, self._tables)[0]

    def _gas_bill(self, other: OtherUse) -> Floats:
        """(states, plants) what gas of heating costs on top of other uses; nothing where no heater burns it."""
        kwh = self._of("gas")
        held = np.array(["gas" in usual.kwh for _, _, usual, _ in self._plants()])
        alone = other.kwh.get("gas", 0.0)
        cost = fuel_cost("gas", kwh + alone, self._tables)[0] - other_cost("gas", other, self._tables)[0]
        result: Floats = np.where(held, cost, 0.0)
        return result

    def _plants(self) -> Iterator[tuple[int, Floats, Energy, Energy]]:
        """Place, take-back's share of the way, energy at usual and at wished set points."""
        grid = self._grid
        for at in range(len(grid.setting.plants)):
            yield at, grid.warmth[:, at], grid.usual[at].energy, grid.wish[at].energy

    def _of(self, carrier: str) -> Floats:
        found = np.zeros(self._grid.saving.shape)
        for at, share, usual, wish in self._plants():
            if carrier in usual.kwh:
                found[:, at] = usual.kwh[carrier] + share * (wish.kwh[carrier] - usual.kwh[carrier])
        return found
