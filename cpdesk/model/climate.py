"""Which weather an assessment was computed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WeatherNote:
    """Something to know of the weather: a text key and what fills its sentence; `field` is itself a text key."""

    text_key: str
    fields: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WeatherUse:
    """The year an audit used.

    Attributes:
        origin: normals (made from monthly normals of a terrain) or file (measured or typical year of a weather file).
        name: terrain, or the name of the file's place.
        source, status: what it rests on.
        altitude_m: what temperatures are moved to.
        notes: what was left out, filled in or worked out.
    """

    origin: str
    name: str
    source: str
    status: str
    altitude_m: float
    notes: tuple[WeatherNote, ...] = ()
