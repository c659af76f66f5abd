"""Weather files of EnergyPlus (EPW): a year by the hour, checked before anything is computed with it.

Layout: "EnergyPlus Auxiliary Programs", EPW CSV format: eight header lines, then a line an hour of at least 22
columns. Hour 1 of a day ends at 1 o'clock; radiation is the sum over the hour that ends then, Wh/m2, which is its mean
in W/m2. Everything else was read at the end of the hour ("EnergyPlus Tips and Tricks", output does not match EPW
values; so the manuals of TMY2 and TMY3 too); the hour's mean is that of both its ends.
What stands for "missing" differs by column (99.9, 999, 9999, 999999).

The year of the dates is not looked at: a typical year is put together from months of many years.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.energy.weather.calendar import HOURS, MONTH_DAYS, Floats
from cpdesk.energy.weather.climate import ground_wave, split_irradiance
from cpdesk.energy.weather.gaps import fill_gaps
from cpdesk.energy.weather.longwave import dew_point_c, humidity_pct, sky_radiation_w_m2
from cpdesk.energy.weather.sun import SunPath, sun_path
from cpdesk.energy.weather.year import Weather
from cpdesk.model.climate import WeatherNote

_COLUMNS_MIN: Final = 22
_SUN_BELOW_HORIZON_SHARE_MAX: Final = 0.02


@dataclass(frozen=True, slots=True)
class Field:
    """A column that is read: its place, the number from which on it says "missing", and what is plausible."""

    name: str
    column: int
    missing_from: float
    low: float
    high: float
    unit: str


TEMPERATURE: Final = Field("temperature", 6, 99.9, -60.0, 60.0, "°C")
DEW_POINT: Final = Field("dew_point", 7, 99.9, -80.0, 50.0, "°C")
HUMIDITY: Final = Field("humidity", 8, 999.0, 0.0, 110.0, "%")
PRESSURE: Final = Field("pressure", 9, 999999.0, 31_000.0, 120_000.0, "Pa")
SKY_IR: Final = Field("sky_ir", 12, 9999.0, 50.0, 700.0, "W/m²")
GLOBAL: Final = Field("global", 13, 9999.0, 0.0, 1500.0, "W/m²")
DIRECT: Final = Field("direct", 14, 9999.0, 0.0, 1500.0, "W/m²")
DIFFUSE: Final = Field("diffuse", 15, 9999.0, 0.0, 1500.0, "W/m²")
WIND: Final = Field("wind", 21, 999.0, 0.0, 60.0, "m/s")
SKY_COVER: Final = Field("sky_cover", 23, 99.0, 0.0, 10.0, "1/10")
FIELDS: Final = (
    TEMPERATURE, DEW_POINT, HUMIDITY, PRESSURE, SKY_IR, GLOBAL, DIRECT, DIFFUSE, WIND, SKY_COVER,
)  # fmt: skip
_ZERO_IN_SKY_IR: Final = 0.0  # some makers of files write 0 for "not worked out"

Columns = dict[str, Floats]
_ZH, _EN = Translator("zh"), Translator("en")


def decode(data: bytes) -> str:
    """The text of a weather file, whatever program wrote it: UTF-8 or UTF-16 with or without a mark, or GB 18030."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def read_epw(text: str, *, name: str = "") -> Weather:
    """The year of an EPW file.

    Args:
        text: of the file; `decode` makes it from bytes. Columns may be parted by commas or semicolons.
        name: what to call it; the city of the file when empty.

    29 February is dropped. Gaps of up to six hours are filled and counted in `notes`. Where direct and diffuse
    irradiance are missing but global is there, it is split.

    Raises:
        InputFault: CP-1310 not an EPW; CP-1311 its place cannot be; CP-1312 a cell that is not a number; CP-1313 a
            value that cannot be; CP-1314 a gap of more than six hours; CP-1315 hours missing, doubled or in another
            order; CP-1316 more than one value an hour; CP-1317 a needed column that is empty; CP-1318 sun at night.
            Each names the line.
    """
    lines, separator = _split(text)
    first, place = _heads(lines, separator)
    numbers, rows = _data(lines, separator, first)
    kept, leap = _order(numbers, rows)
    numbers = numbers[kept]
    columns = {field.name: _column(field, [rows[at] for at in kept], numbers, separator) for field in FIELDS}
    path = sun_path(place.latitude_deg, place.longitude_deg, place.time_zone_h)
    notes = [WeatherNote("energy.weather.note.leap_day")] if leap else []
    sun = _sunlight(columns, path, numbers, notes)
    temperature = _needed(TEMPERATURE, columns, numbers, notes)
    wind = _needed(WIND, columns, numbers, notes)
    humidity, dew_point = _moisture(columns, temperature, notes)
    sky_ir = _sky_ir(columns, temperature, dew_point, notes)
    return Weather(
        name=name or place.city,
        temperature_c=_mean_of_ends(temperature),
        wind_m_s=_mean_of_ends(wind),
        global_w_m2=sun[0],
        direct_w_m2=sun[1],
        diffuse_w_m2=sun[2],
        zenith_deg=path.zenith_deg,
        azimuth_deg=path.azimuth_deg,
        ground_c=ground_wave(temperature),
        status="confirmed",
        source=" ".join(part for part in ("EPW", place.city, place.data, place.station) if part),
        latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg,
        time_zone_h=place.time_zone_h,
        altitude_m=place.altitude_m,
        humidity_pct=None if humidity is None else _mean_of_ends(humidity),
        sky_ir_w_m2=None if sky_ir is None else _mean_of_ends(sky_ir),
        notes=tuple(notes),
        origin="file",
    )


def _mean_of_ends(values: Floats) -> Floats:
    """Means of the hours from readings at their ends, linear between these; December's last stands before January."""
    result: Floats = 0.5 * (values + np.roll(values, 1))
    return result


def _fault(code: str, line: int, **fields: object) -> InputFault:
    """A fault that names the line; `field` is told in both languages."""
    known = fields.pop("field", None)
    if isinstance(known, Field):
        key = f"energy.weather.field.{known.name}"
        fields |= {"field_zh": _ZH(key), "field_en": _EN(key), "unit": known.unit}
        fields |= {"low": f"{known.low:g}", "high": f"{known.high:g}", "column": known.column + 1}
    return InputFault(code, line=line, **fields)


def _split(text: str) -> tuple[list[str], str]:
    lines = text.removeprefix("\ufeff").splitlines()
    start = next((line for line in lines if line.strip()), "")
    return lines, ";" if start.count(";") > start.count(",") else ","


@dataclass(frozen=True, slots=True)
class _Place:
    city: str
    data: str
    station: str
    latitude_deg: float
    longitude_deg: float
    time_zone_h: float
    altitude_m: float


_PLACE_LIMITS: Final = (
    ("latitude", 6, -90.0, 90.0, "°"),
    ("longitude", 7, -180.0, 180.0, "°"),
    ("time_zone", 8, -12.0, 14.0, "h"),
    ("altitude", 9, -500.0, 6000.0, "m"),
)


def _heads(lines: list[str], separator: str) -> tuple[int, _Place]:
    """Index of the first line of data and the place; other heads are passed over."""
    place = None
    for index, line in enumerate(lines):
        cells = [cell.strip().strip('"') for cell in line.split(separator)]
        if len(cells) >= _COLUMNS_MIN and all(_is_number(cell, separator) for cell in cells[:4]):
            if place is None:
                raise _fault("CP-1310", index + 1, reason_zh=_ZH(_NO_PLACE), reason_en=_EN(_NO_PLACE))
            return index, place
        head = cells[0].upper()
        if head == "LOCATION":
            place = _place(cells, index + 1, separator)
        elif head == "DATA PERIODS" and len(cells) > 2 and _is_number(cells[2], separator):
            per_hour = _number(cells[2], separator)
            if per_hour != 1:
                raise _fault("CP-1316", index + 1, records=f"{per_hour:g}")
    raise _fault("CP-1310", max(len(lines), 1), reason_zh=_ZH(_NO_DATA), reason_en=_EN(_NO_DATA))


_NO_PLACE: Final = "energy.weather.reason.no_place"
_NO_DATA: Final = "energy.weather.reason.no_data"
_LINE: Final = "energy.weather.field.line"


def _place(cells: list[str], line: int, separator: str) -> _Place:
    values = []
    for name, at, low, high, unit in _PLACE_LIMITS:
        cell = cells[at] if at < len(cells) else ""
        value = _number(cell, separator) if _is_number(cell, separator) else np.nan
        if not low <= value <= high:
            raise _place_fault(line, name, cell, f"{low:g}", f"{high:g}", unit)
        values.append(value)
    if abs(values[1] / 15.0 - values[2]) > 3.5:
        middle = values[1] / 15.0
        raise _place_fault(line, "time_zone", f"{values[2]:g}", f"{middle - 3.5:.1f}", f"{middle + 3.5:.1f}", "h")
    return _Place(cells[1], cells[4], cells[5], *values)


def _place_fault(line: int, name: str, value: str, low: str, high: str, unit: str) -> InputFault:
    key = f"energy.weather.field.{name}"
    return InputFault(
        "CP-1311", line=line, field_zh=_ZH(key), field_en=_EN(key), value=value, low=low, high=high, unit=unit
    )


def _is_number(cell: str, separator: str) -> bool:
    try:
        _number(cell, separator)
    except ValueError:
        return False
    return True


def _number(cell: str, separator: str) -> float:
    """A finite number; in a file parted by semicolons the decimal sign may be a comma."""
    text = cell.strip().strip('"')
    value = float(text.replace(",", ".") if separator == ";" else text)
    if not np.isfinite(value):
        raise ValueError(text)
    return value


def _data(lines: list[str], separator: str, first: int) -> tuple[NDArray[np.int64], list[list[str]]]:
    """Line numbers and cells of the lines of data; empty lines are passed over."""
    numbers, rows = [], []
    for index in range(first, len(lines)):
        if not lines[index].strip().strip(separator):
            continue
        cells = lines[index].split(separator)
        if len(cells) < _COLUMNS_MIN:
            raise _fault(
                "CP-1312", index + 1, place="—", field_zh=_ZH(_LINE), field_en=_EN(_LINE), value=lines[index][:40]
            )
        numbers.append(index + 1)
        rows.append(cells)
    return np.array(numbers, dtype=np.int64), rows


def _expected() -> list[tuple[int, int, int]]:
    days = [(month, day + 1) for month, many in enumerate(MONTH_DAYS, 1) for day in range(many)]
    return [(month, day, hour) for month, day in days for hour in range(1, 25)]


def _order(numbers: NDArray[np.int64], rows: list[list[str]]) -> tuple[list[int], bool]:
    """Indices of the 8,760 rows that count, in order, and whether a 29 February was dropped."""
    expected = _expected()
    kept: list[int] = []
    leap_hours = 0
    before = None
    for at, cells in enumerate(rows):
        line = int(numbers[at])
        date = _date(cells, line)
        if date == before:
            raise _fault("CP-1316" if cells[4].strip() != rows[at - 1][4].strip() else "CP-1315", line,
                         records="2", found=_say(date), expected=_say(_next(expected, len(kept))))  # fmt: skip
        before = date
        if date[:2] == (2, 29) and len(kept) == 59 * 24 and date[2] == leap_hours + 1:
            leap_hours += 1
            continue
        wanted = _next(expected, len(kept))
        if date != wanted or leap_hours not in (0, 24):
            raise _fault("CP-1315", line, found=_say(date), expected=_say(wanted))
        kept.append(at)
    if len(kept) < HOURS:
        raise _fault("CP-1315", int(numbers[-1]) + 1, found="—", expected=_say(expected[len(kept)]))
    return kept, leap_hours > 0


def _next(expected: list[tuple[int, int, int]], at: int) -> tuple[int, int, int] | None:
    return expected[at] if at < len(expected) else None


def _date(cells: list[str], line: int) -> tuple[int, int, int]:
    try:
        month, day, hour = (int(float(cells[at])) for at in (1, 2, 3))
    except (ValueError, OverflowError):
        raise _fault("CP-1315", line, found="-".join(cells[1:4])[:40], expected="M-D H") from None
    return month, day, hour


def _say(date: tuple[int, int, int] | None) -> str:
    return "—" if date is None else f"{date[0]:02d}-{date[1]:02d} {date[2]:02d}:00"


def _column(field: Field, rows: list[list[str]], numbers: NDArray[np.int64], separator: str) -> Floats:
    """One column with `nan` where it says "missing"; a value that cannot be is refused."""
    found = np.full(HOURS, np.nan)
    for at, cells in enumerate(rows):
        cell = cells[field.column].strip().strip('"') if field.column < len(cells) else ""
        if cell:
            try:
                found[at] = _number(cell, separator)
            except ValueError:
                raise _fault("CP-1312", int(numbers[at]), place=_say(_expected()[at]), value=cell[:40],
                             field=field) from None  # fmt: skip
    absent = np.isnan(found) | (found >= field.missing_from)
    if field is SKY_IR:
        absent |= found == _ZERO_IN_SKY_IR
    # Pyranometers show a few watts below zero at night.
    low = field.low - (10.0 if field in (GLOBAL, DIRECT, DIFFUSE) else 0.0)
    wrong = np.flatnonzero(~absent & ((found < low) | (found > field.high)))
    if len(wrong):
        at = int(wrong[0])
        raise _fault("CP-1313", int(numbers[at]), place=_say(_expected()[at]), value=f"{found[at]:g}", field=field)
    found[absent] = np.nan
    result: Floats = np.maximum(found, field.low)
    return result


def _needed(field: Field, columns: Columns, numbers: NDArray[np.int64], notes: list[WeatherNote],
            shape: Floats | None = None) -> Floats:  # fmt: skip
    """A column whose gaps are filled, or a fault that names where it cannot be."""
    values = columns[field.name]
    if np.isnan(values).all():
        raise _fault("CP-1317", int(numbers[0]), field=field)
    filled, count, long = fill_gaps(values, shape)
    if long is not None:
        start, hours = long
        raise _fault("CP-1314", int(numbers[start]), place=_say(_expected()[start]), hours=hours, field=field)
    if count:
        notes.append(WeatherNote("energy.weather.note.filled", {"field": _key(field), "hours": count}))
    return filled


def _key(field: Field) -> str:
    return f"energy.weather.field.{field.name}"


def _sunlight(
    columns: Columns, path: SunPath, numbers: NDArray[np.int64], notes: list[WeatherNote]
) -> tuple[Floats, Floats, Floats]:
    """Global, direct and diffuse irradiance."""
    dark = path.up_share == 0.0
    for field in (GLOBAL, DIRECT, DIFFUSE):
        values = columns[field.name]
        if not np.nansum(values) > 0.0:
            values[:] = np.nan  # a year without sun was not measured
        else:
            values[dark & np.isnan(values)] = 0.0
    here = {field.name: not bool(np.isnan(columns[field.name]).all()) for field in (GLOBAL, DIRECT, DIFFUSE)}
    outside = np.maximum(path.up_share * path.cosine, 0.02)
    beam_shape = np.maximum(path.up_share, 0.02)

    def of(field: Field) -> Floats:
        return _needed(field, columns, numbers, notes, beam_shape if field is DIRECT else outside)

    if here["global"]:
        whole = of(GLOBAL)
        _refuse_sun_at_night(whole, path, numbers)
        if here["direct"] and here["diffuse"]:
            return whole, of(DIRECT), of(DIFFUSE)
        notes.append(WeatherNote("energy.weather.note.split"))
        return whole, *_parts(whole, of(DIFFUSE) if here["diffuse"] else None, path)
    if not here["direct"] or not here["diffuse"]:
        raise _fault("CP-1317", int(numbers[0]), field=GLOBAL)
    direct, diffuse = of(DIRECT), of(DIFFUSE)
    notes.append(WeatherNote("energy.weather.note.summed"))
    whole = direct * path.cosine + diffuse
    _refuse_sun_at_night(whole, path, numbers)
    return whole, direct, diffuse


def _parts(whole: Floats, diffuse: Floats | None, path: SunPath) -> tuple[Floats, Floats]:
    """Direct and diffuse of a file that has global irradiance and at most the diffuse."""
    if diffuse is None:
        return split_irradiance(whole, path)
    diffuse = np.minimum(diffuse, whole)
    low = path.cosine < 0.07
    direct: Floats = np.divide(whole - diffuse, path.cosine, out=np.zeros(HOURS), where=~low)
    return np.minimum(direct, DIRECT.high), np.where(low, whole, diffuse)


def _refuse_sun_at_night(whole: Floats, path: SunPath, numbers: NDArray[np.int64]) -> None:
    """A clock that does not fit the place shows in sunshine while the sun is below the horizon."""
    at_night = np.where(path.up_share == 0.0, whole, 0.0)
    share = at_night.sum() / whole.sum()
    if share > _SUN_BELOW_HORIZON_SHARE_MAX:
        at = int(np.argmax(at_night))
        raise _fault("CP-1318", int(numbers[at]), place=_say(_expected()[at]), value=f"{at_night[at]:.0f}",
                     share_pct=f"{share * 100:.0f}", field=GLOBAL)  # fmt: skip


def _optional(field: Field, columns: Columns, notes: list[WeatherNote]) -> Floats | None:
    """A column that can be done without; None when it is empty or has a long gap."""
    values = columns[field.name]
    if np.isnan(values).all():
        return None
    filled, count, long = fill_gaps(values)
    if long is not None:
        notes.append(WeatherNote("energy.weather.note.left_out", {"field": _key(field), "hours": long[1]}))
        return None
    if count:
        notes.append(WeatherNote("energy.weather.note.filled", {"field": _key(field), "hours": count}))
    return filled


def _moisture(columns: Columns, temperature: Floats, notes: list[WeatherNote]) -> tuple[Floats | None, Floats | None]:
    """Relative humidity and dew point; either is worked out from the other."""
    humidity = _optional(HUMIDITY, columns, notes)
    dew_point = _optional(DEW_POINT, columns, notes)
    if humidity is None and dew_point is not None:
        humidity = humidity_pct(temperature, dew_point)
    if dew_point is None and humidity is not None:
        dew_point = dew_point_c(temperature, humidity)
    return None if humidity is None else np.minimum(humidity, 100.0), dew_point


def _sky_ir(columns: Columns, temperature: Floats, dew_point: Floats | None, notes: list[WeatherNote]) -> Floats | None:
    """The sky's long-wave radiation: of the file, or from dew point and clouds."""
    found = _optional(SKY_IR, columns, notes)
    if found is not None or dew_point is None:
        return found
    cover = _optional(SKY_COVER, columns, notes)
    if cover is None:
        return None
    notes.append(WeatherNote("energy.weather.note.sky_from_clouds"))
    return sky_radiation_w_m2(temperature, dew_point, cover / 10.0)
