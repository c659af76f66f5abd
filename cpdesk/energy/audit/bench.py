"""Work for measuring the engine; the clock is the caller's."""

from __future__ import annotations

from collections.abc import Callable

from cpdesk.energy.retrofit.grid import set_points
from cpdesk.energy.systems.plants import limit_w
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.envelope import layout, row
from cpdesk.energy.zone.hourly import Trace, make_drivers, trace
from cpdesk.model.building import Building


def house_year(building: Building, tables: EnergyTables) -> Callable[[], Trace]:
    """A call that solves the 8,760 hours of a year of the house as it is.

    Weather, sun on the faces and conductances are made beforehand, as they are in an audit.

    Raises:
        InputFault: CP-1307 no climate for the terrain.
    """
    columns = layout(building)
    weather = make_weather(tables, building.terrain, building.height_m)
    drivers = make_drivers(weather, building.schedule, columns, whole_year=True)
    house = row(building, columns)
    day_c, night_c = set_points(building.schedule, wish=False)
    limit = limit_w(building.systems, tables)
    return lambda: trace(house, drivers, day_c, night_c, limit)
