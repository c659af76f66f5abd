"""Dates: days of the form's zone wherever the machine stands; moments for `now` and `date-time`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Function
from cpdesk.forms.xpath.functions_core import bounded
from cpdesk.forms.xpath.values import (
    NAN,
    Day,
    Value,
    date_of_days,
    date_of_text,
    day_of,
    days_since_epoch,
    to_number,
    to_text,
)

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKDAYS_ZH: Final = "一二三四五六日"
_BROWSER_DATE: Final = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT([+-]\d{4})(?: \(.*\))?\Z", re.ASCII
)
"""How web forms filled in a browser may have stored a date."""


def as_date(context: Context, function: str, value: Value) -> datetime | None:
    """What an argument means as a day or moment; None for nothing entered.

    Raises:
        InputFault: CP-1218 for anything that is no date.
    """
    zone = context.environment.zone
    if isinstance(value, list):
        value = to_text(value)
    if isinstance(value, datetime):
        return value
    found: datetime | None = None
    if isinstance(value, str):
        if value == "":
            return None
        found = date_of_text(value, zone) or _browser_date(value)
        if found is None and not math.isnan(to_number(value, zone)):
            found = date_of_days(to_number(value, zone), zone)
    elif isinstance(value, float):
        if math.isnan(value):
            return None
        found = None if math.isinf(value) else date_of_days(value, zone)
    if found is None:
        raise InputFault("CP-1218", function=function, value=to_text(value), expected=" 2026-11-22")
    return found


def _browser_date(text: str) -> datetime | None:
    match = _BROWSER_DATE.match(text)
    if match is None or match[1] not in _MONTHS:
        return None
    return date_of_text(f"{match[3]}-{_MONTHS.index(match[1]) + 1:02}-{match[2]}T{match[4]}{match[5]}")


def _today(context: Context) -> Value:
    return day_of(context.environment.now(), context.environment.zone)


def _now(context: Context) -> Value:
    return context.environment.now().astimezone(context.environment.zone)


def _date(context: Context, value: Value) -> Value:
    """The day. Of a moment in an answer or from `now()` it is the midnight; a text or number keeps its time of day for
    arithmetic, as in JavaRosa."""
    found = as_date(context, "date", value)
    if found is None:
        return NAN if isinstance(value, float) else ""
    if isinstance(value, str | float):
        return Day.combine(found.date(), found.timetz())
    return day_of(found, context.environment.zone)


def _date_time(context: Context, value: Value) -> Value:
    found = as_date(context, "date-time", value)
    if found is None:
        return NAN if isinstance(value, float) else ""
    return datetime.combine(found.date(), found.timetz())


def _decimal_date_time(context: Context, value: Value) -> Value:
    found = as_date(context, "decimal-date-time", value)
    return NAN if found is None else days_since_epoch(found)


def _decimal_time(context: Context, value: Value) -> Value:
    """The part of the day that has gone by, in the form's zone; of a number its fraction."""
    if isinstance(value, float):
        return value - math.floor(value) if math.isfinite(value) else NAN
    text = to_text(value)
    is_time = len(text) > 4 and text[2] == ":"
    zone = context.environment.zone
    found = date_of_text(f"1970-01-02T{text}", zone) if is_time else as_date(context, "decimal-time", value)
    if found is None:
        return NAN
    moment = found.astimezone(zone)
    return (moment - day_of(moment, zone)) / timedelta(days=1)


def _format(name: str) -> Callable[..., Value]:
    def format_date(context: Context, value: Value, pattern: Value) -> Value:
        found = as_date(context, name, value)
        if found is None:
            return ""
        moment = found.astimezone(context.environment.zone)
        return _formatted(moment, to_text(pattern), context.environment.language, name)

    return format_date


def _formatted(moment: datetime, pattern: str, language: str, function: str) -> str:
    parts: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character != "%":
            parts.append(character)
            continue
        letter = next(characters, "")
        written = _part(moment, letter, language)
        if written is None:
            raise InputFault("CP-1218", function=function, value=f"%{letter}", expected=" %Y %y %m %n %b %d %e %a ...")
        parts.append(written)
    return bounded(function, "".join(parts))


def _part(moment: datetime, letter: str, language: str) -> str | None:
    chinese = language.startswith("zh")
    weekday = moment.weekday()
    table = {
        "%": "%",
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "m": f"{moment.month:02}",
        "n": str(moment.month),
        "b": f"{moment.month}月" if chinese else _MONTHS[moment.month - 1],
        "d": f"{moment.day:02}",
        "e": str(moment.day),
        "H": f"{moment.hour:02}",
        "h": str(moment.hour),
        "M": f"{moment.minute:02}",
        "S": f"{moment.second:02}",
        "3": f"{moment.microsecond // 1000:03}",
        "W": f"{moment.isocalendar().week:02}",
        "a": f"周{_WEEKDAYS_ZH[weekday]}" if chinese else _WEEKDAYS[weekday],
    }
    return table.get(letter)


FUNCTIONS: Final = (
    Function("today", 0, 0, _today),
    Function("now", 0, 0, _now),
    Function("date", 1, 1, _date),
    Function("date-time", 1, 1, _date_time),
    Function("decimal-date-time", 1, 1, _decimal_date_time),
    Function("decimal-time", 1, 1, _decimal_time),
    Function("format-date", 2, 2, _format("format-date")),
    Function("format-date-time", 2, 2, _format("format-date-time")),
)
