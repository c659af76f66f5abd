"""Dates: whole days of UTC+8 wherever the machine stands; moments for `now` and `date-time`."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.xpath import values
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Function
from cpdesk.forms.xpath.values import NAN, Value, date_of_days, date_of_text, days_since_epoch, to_text

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKDAYS_ZH: Final = "一二三四五六日"


def as_date(function: str, value: Value) -> date | None:
    """What an argument means as a date or moment; None for nothing entered.

    Raises:
        InputFault: CP-1218 for anything that is no date.
    """
    if isinstance(value, list):
        value = to_text(value)
    if isinstance(value, str):
        if value == "":
            return None
        found = date_of_text(value)
        if found is None and not math.isnan(values.to_number(value)):
            found = date_of_days(values.to_number(value))
    elif isinstance(value, float):
        if math.isnan(value):
            return None
        found = None if math.isinf(value) else date_of_days(value)
    else:
        found = None if isinstance(value, bool) else value
    if found is None:
        raise InputFault("CP-1218", function=function, value=to_text(value), expected=" 2026-11-22")
    return found


def day_of(found: date) -> date:
    """The whole day that a date or moment lies in."""
    return found.astimezone(values.ZONE).date() if isinstance(found, datetime) else found


def moment_of(found: date) -> datetime:
    """The moment itself, midnight for a whole day."""
    return found if isinstance(found, datetime) else datetime.combine(found, time(), values.ZONE)


def _today(context: Context) -> Value:
    return context.environment.now().astimezone(values.ZONE).date()


def _now(context: Context) -> Value:
    return context.environment.now().astimezone(values.ZONE)


def _date(_context: Context, value: Value) -> Value:
    found = as_date("date", value)
    return "" if found is None else day_of(found)


def _date_time(_context: Context, value: Value) -> Value:
    found = as_date("date-time", value)
    return "" if found is None else moment_of(found)


def _decimal_date_time(_context: Context, value: Value) -> Value:
    found = as_date("decimal-date-time", value)
    return NAN if found is None else days_since_epoch(found)


def _decimal_time(_context: Context, value: Value) -> Value:
    text = to_text(value)
    is_time = len(text) > 4 and text[2] == ":"
    found = date_of_text(f"1970-01-02T{text}") if is_time else as_date("decimal-time", value)
    if found is None:
        return NAN
    moment = moment_of(found).astimezone(values.ZONE)
    midnight = datetime.combine(moment.date(), time(), values.ZONE)
    return (moment - midnight) / timedelta(days=1)


def _format(name: str) -> Callable[..., Value]:
    def format_date(context: Context, value: Value, pattern: Value) -> Value:
        found = as_date(name, value)
        if found is None:
            return ""
        return _formatted(moment_of(found), to_text(pattern), context.environment.language, name)

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
    return "".join(parts)


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
