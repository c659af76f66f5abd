"""The detailed hourly model of a building: `assess`."""

from __future__ import annotations

from typing import Final

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.multizone.assembly import course, first_guess_c, modal, plant, seen_nodes
from cpdesk.energy.multizone.control import Control
from cpdesk.energy.multizone.layout import lay_out
from cpdesk.energy.multizone.links import make_links
from cpdesk.energy.multizone.march import march
from cpdesk.energy.multizone.results import Result
from cpdesk.energy.multizone.spec import Building
from cpdesk.energy.multizone.summary import summarise
from cpdesk.energy.multizone.sun import sunshine
from cpdesk.energy.weather.climate import Weather
from cpdesk.energy.weather.longwave import sky_temperature_c

_IMPLAUSIBLE_C: Final = 200.0


def assess(building: Building, weather: Weather) -> Result:
    """One year of a building, hour by hour (docs/method.md, "The detailed model").

    Raises:
        InputFault: CP-1320 when ideal heating and cooling of the zones cannot be made to fit together, CP-1321 when
            a zone's air comes out beyond 200 °C.
    """
    net, behind = lay_out(building, weather.temperature_c)
    links = make_links(net, weather)
    sun = sunshine(net, weather)
    seen = seen_nodes(net, links)
    known = [weather.temperature_c, sky_temperature_c(weather), *behind]
    year = course(net, sun, known, seen)
    step = modal(net, links, seen)
    start = first_guess_c(net, float(weather.temperature_c[-1]), year.low_c, year.high_c)
    trace, rounds = march(step, links, year, Control(plant(building)), start, building.options.warm_up_days)
    result = summarise(net, links, step, year, sun, trace, rounds)
    for zone in result.zones:
        odd = ~(np.abs(zone.air_c) < _IMPLAUSIBLE_C)
        if odd.any():
            hour = int(np.argmax(odd))
            raise InputFault("CP-1321", hour=hour + 1, zone=zone.name, value=round(float(zone.air_c[hour]), 1))
    return result
