"""Energy of a household beside heating, as bills see it: electricity by the windows of the valley tariff, fuels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cpdesk.energy.weather.climate import Floats


@dataclass(frozen=True, slots=True)
class Windows:
    """Electricity of a year in kWh by the windows of the valley tariff; arrays of N or without dimension."""

    season_day_kwh: Floats
    season_valley_kwh: Floats
    rest_kwh: Floats

    @property
    def season_kwh(self) -> Floats:
        """Day and valley of the season."""
        return self.season_day_kwh + self.season_valley_kwh

    @property
    def total_kwh(self) -> Floats:
        """Sum of the three."""
        return self.season_day_kwh + self.season_valley_kwh + self.rest_kwh

    def __sub__(self, own: Windows) -> Windows:
        """Less own solar power, window by window."""
        return Windows(
            self.season_day_kwh - own.season_day_kwh,
            self.season_valley_kwh - own.season_valley_kwh,
            self.rest_kwh - own.rest_kwh,
        )


NOTHING: Final = Windows(np.zeros(()), np.zeros(()), np.zeros(()))


@dataclass(frozen=True, slots=True)
class OtherUse:
    """What a household buys beside heating, on top of which heating is priced.

    Attributes:
        electricity: less what own panels give; `kwh` of the other carriers (its `electricity` is not read).
        metered: whether it is priced by a valley meter as the house is, without any works.
    """

    electricity: Windows = NOTHING
    metered: bool = False
    kwh: Mapping[str, float] = field(default_factory=dict)


NO_OTHER: Final = OtherUse()
