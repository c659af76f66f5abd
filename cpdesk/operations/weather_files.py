"""Weather files on this desk: imported by terrain, used by every audit of that terrain from then on, removed again.

A file lies with the settings (`weather/<terrain>.epw`), beside the district's own tables: it holds nothing personal. It
is read and checked before it takes the place of an older one, so a bad file changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from cpdesk.base.errors import InputFault, IntegrityFault
from cpdesk.base.files import disk_faults, write_atomically
from cpdesk.base.i18n import Translator
from cpdesk.context import Context
from cpdesk.energy.weather.climate import at_altitude, make_weather
from cpdesk.energy.weather.epw import decode, read_epw
from cpdesk.energy.weather.year import LATITUDE_DEG, LONGITUDE_DEG, Weather
from cpdesk.model.climate import WeatherNote
from cpdesk.model.records import Changes

TERRAINS: Final = ("plain", "foothill", "hill")
_FOLDER: Final = "weather"
_BYTES_MAX: Final = 32 * 1024 * 1024
_NEAR_KM: Final = 150.0
_EARTH_RADIUS_KM: Final = 6371.0


@dataclass(frozen=True, slots=True)
class ImportedWeather:
    """A weather file in use, with the figures by which a person sees whether it is the right one.

    Attributes:
        terrain: whose audits use it.
        january_c, july_c: mean outdoor temperatures at the station.
        sun_kwh_m2: global irradiation of the year on the horizontal.
    """

    terrain: str
    name: str
    source: str
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    january_c: float
    july_c: float
    sun_kwh_m2: float
    notes: tuple[WeatherNote, ...]


def import_weather(ctx: Context, file: Path, terrain: str = "") -> tuple[list[ImportedWeather], Changes]:
    """Take an EPW file into use for one terrain, or without one for all.

    Raises:
        InputFault: CP-1307 no such terrain; CP-1310 to CP-1318 what is wrong with the file; the older one stays then.
        EnvironmentFault: CP-20xx the disk.
    """
    terrains = _terrains(terrain)
    data = _bytes_of(file)
    read_epw(decode(data))
    for one in terrains:
        write_atomically(_path(ctx, one), data)
    return [described(one, _imported(_path(ctx, one))) for one in terrains], Changes(settings=True)


def weather_by_terrain(files: Sequence[str]) -> dict[str, Weather]:
    """EPW files named for one terrain each (`hill=FILE`), or one for all (`FILE`), where there is no desk.

    Raises:
        InputFault: as `import_weather`.
        EnvironmentFault: CP-20xx the disk.
    """
    found: dict[str, Weather] = {}
    for text in files:
        terrain, sign, name = text.partition("=")
        weather = read_epw(decode(_bytes_of(Path(name if sign else terrain))))
        found |= dict.fromkeys(_terrains(terrain if sign else ""), weather)
    return found


def _bytes_of(file: Path) -> bytes:
    with disk_faults(file):
        data = file.read_bytes() if file.stat().st_size <= _BYTES_MAX else b""
    if not data:
        zh, en = (Translator(language)("energy.weather.reason.size") for language in ("zh", "en"))
        raise InputFault("CP-1310", line=1, reason_zh=zh, reason_en=en)
    return data


def imported_weather(ctx: Context) -> list[ImportedWeather]:
    """The weather files in use.

    Raises:
        IntegrityFault: CP-3310 a file was changed and can no longer be read.
    """
    return [described(one, _imported(_path(ctx, one))) for one in TERRAINS if _path(ctx, one).exists()]


def remove_weather(ctx: Context, terrain: str = "") -> tuple[list[str], Changes]:
    """Go back to the monthly normals for one terrain, or without one for all; gives the terrains that had a file.

    Raises:
        InputFault: CP-1307 no such terrain. EnvironmentFault: CP-20xx the disk.
    """
    removed = [one for one in _terrains(terrain) if _path(ctx, one).exists()]
    for one in removed:
        path = _path(ctx, one)
        with disk_faults(path):
            path.unlink()
    return removed, Changes(settings=bool(removed))


def weather_for(ctx: Context, terrain: str, altitude_m: float | None) -> Weather:
    """The year audits of a terrain use, at the household's altitude: the imported one, else that of the normals.

    Raises:
        InputFault: CP-1307 the terrain has no climate.
        IntegrityFault: CP-3310 the imported file can no longer be read.
    """
    path = _path(ctx, terrain)
    if not path.exists():
        return make_weather(ctx.energy, terrain, altitude_m)
    found = _imported(path)
    return found if altitude_m is None else at_altitude(found, altitude_m, ctx.energy)


def weather_stamp(ctx: Context) -> list[str]:
    """Changes whenever the weather files in use do; part of what an audit was made of."""
    stamps = []
    for terrain in TERRAINS:
        path = _path(ctx, terrain)
        if path.exists():
            state = path.stat()
            stamps.append(f"{terrain} {state.st_mtime_ns} {state.st_size}")
    return stamps


def described(terrain: str, weather: Weather) -> ImportedWeather:
    """The figures of a year by which a person knows it."""
    return ImportedWeather(
        terrain=terrain,
        name=weather.name,
        source=weather.source,
        latitude_deg=weather.latitude_deg,
        longitude_deg=weather.longitude_deg,
        altitude_m=weather.altitude_m,
        january_c=float(weather.temperature_c[: 31 * 24].mean()),
        july_c=float(weather.temperature_c[181 * 24 : 212 * 24].mean()),
        sun_kwh_m2=float(weather.global_w_m2.sum() / 1000.0),
        notes=weather.notes,
    )


def _terrains(terrain: str) -> tuple[str, ...]:
    if terrain and terrain not in TERRAINS:
        raise InputFault("CP-1307", terrain=terrain)
    return (terrain,) if terrain else TERRAINS


def _path(ctx: Context, terrain: str) -> Path:
    return ctx.paths.config / _FOLDER / f"{terrain}.epw"


def _imported(path: Path) -> Weather:
    with disk_faults(path):
        state = path.stat()
        return _read(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=6)
def _read(path: Path, changed_ns: int, size: int) -> Weather:
    """One file, read once as long as it does not change (`changed_ns` and `size` tell)."""
    try:
        weather = read_epw(decode(path.read_bytes()))
    except InputFault as fault:
        raise IntegrityFault("CP-3310", path=str(path), reason=fault.code, line=fault.fields["line"]) from fault
    distance = _distance_km(weather)
    if distance <= _NEAR_KM:
        return weather
    far = WeatherNote("energy.weather.note.far", {"distance": round(distance)})
    return replace(weather, notes=(*weather.notes, far))


def _distance_km(weather: Weather) -> float:
    """From the station to Changping, along the earth."""
    one, two = math.radians(weather.latitude_deg), math.radians(LATITUDE_DEG)
    turn = math.radians(weather.longitude_deg - LONGITUDE_DEG)
    half = math.sin((one - two) / 2) ** 2 + math.cos(one) * math.cos(two) * math.sin(turn / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(half))
