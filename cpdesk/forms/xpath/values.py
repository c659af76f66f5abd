"""The types of expressions and how they turn into each other.

Node-sets are lists in document order. Moments are a fifth type, as in JavaRosa; a `Day` is a moment that is written as
its day. As numbers they count days from 1970-01-01 00:00 UTC, as the XForms specification has it. An empty text is no
number (NaN), so comparing it is false; an empty node-set is an empty text.

Where a text without offset may mean a date, the zone of the form is passed along.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Final

from cpdesk.base.clock import BEIJING
from cpdesk.forms.tree import Node

ZONE: Final = BEIJING
"""The zone of forms unless a caller says otherwise."""
NAN: Final = math.nan
_EPSILON: Final = 1e-12
_NUMBER: Final = re.compile(r"[ \t\r\n]*-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE]-\d{1,3})?[ \t\r\n]*\Z", re.ASCII)
"""XPath 1.0 knows no exponents; negative ones are read because JavaRosa and browsers write small numbers with them."""
_DATE_MAX: Final = 40
_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z", re.ASCII)
_MOMENT: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})T(\d{1,2})(?::(\d{2}))?(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)?\Z", re.ASCII
)
_CUT: Final = 0.001
_NUMBER_TYPES: Final = ("int", "integer", "decimal")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS: Final = 86_400_000
_DAY_US: Final = 86_400_000_000
_PARTS: Final = 2**36
"""Exact in 64 bits for the years 1611 to 2328."""


class Day(datetime):
    """A moment that stands for its day: `today()` and `date(...)`, usually a midnight."""


Value = list[Node] | str | float | bool | datetime


def day_of(moment: date, zone: tzinfo) -> Day:
    """The midnight in `zone` that begins a day, or the day a moment lies in."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(zone)
    return Day(moment.year, moment.month, moment.day, 0, 0, 0, 0, zone)


def to_text(value: Value) -> str:
    """The function `string` of XPath; numbers never in exponential notation, no digit lost up to 10^15."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return value[0].text if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    return date_text(value)


def number_text(value: float) -> str:
    """A number as XPath writes it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value):
        return str(int(value))
    if value * _PARTS % 1 == 0:
        thousandths = round(value * _DAY_MS)
        if abs(value * _DAY_MS - thousandths) < _CUT:
            value = thousandths / _DAY_MS  # what `days_since_epoch` cut
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def date_text(value: datetime) -> str:
    """ISO 8601: the day alone for a `Day` and for a midnight, else with milliseconds and offset."""
    if isinstance(value, Day) or value.timetz().replace(tzinfo=None) == time():
        return value.date().isoformat()
    return moment_text(value)


def moment_text(value: datetime) -> str:
    """ISO 8601 with milliseconds and offset, as data of type dateTime are stored."""
    return value.isoformat(timespec="milliseconds")


def to_number(value: Value, zone: tzinfo = ZONE) -> float:
    """The function `number`; a text that is a date counts as one."""
    if isinstance(value, list):
        if not value:
            return NAN
        value = value[0].text
    if isinstance(value, str):
        if value[4:5] == "-" and len(value) <= _DATE_MAX:
            return _number_of_date(value, zone)
        return float(value) if _NUMBER.match(value) else NAN
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    return days_since_epoch(value)


@lru_cache(maxsize=4096)
def _number_of_date(text: str, zone: tzinfo) -> float:
    """The number of a text whose fifth character is a hyphen, as that of dates is."""
    found = date_of_text(text, zone)
    if found is not None:
        return days_since_epoch(found)
    return float(text) if _NUMBER.match(text) else NAN


def to_boolean(value: Value) -> bool:
    """The function `boolean`; a node-set is true when it holds a node with content, and a question of numbers when it
    is not 0 (JavaRosa's meaning)."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return not math.isnan(value) and abs(value) > _EPSILON
    if isinstance(value, list):
        return any(_holds(node) for node in value)
    if isinstance(value, str):
        return value != ""
    return True


def _holds(node: Node) -> bool:
    text = node.text
    if text == "" or node.definition is None or node.definition.type not in _NUMBER_TYPES:
        return text != ""
    return not _NUMBER.match(text) or float(text) != 0


def days_since_epoch(value: datetime) -> float:
    """Days from 1970-01-01 00:00 UTC, with fractions to a microsecond.

    The third of a day that UTC+8 is off has no end in binary either. Cut at `_PARTS` of a day, days can be added and
    subtracted without loss: `int(date - date)` is the number of days, never one less.
    """
    since = value - _EPOCH
    rest_us = since.seconds * 1_000_000 + since.microseconds
    return since.days + (rest_us * _PARTS + _DAY_US // 2) // _DAY_US / _PARTS


def date_of_days(days: float, zone: tzinfo = ZONE) -> datetime | None:
    """The moment that many days after 1970-01-01 00:00 UTC, to the millisecond; None where the calendar ends."""
    try:
        moment = (_EPOCH + timedelta(milliseconds=round(days * _DAY_MS))).astimezone(zone)
    except (OverflowError, ValueError):
        return None
    return moment


def date_of_text(text: str, zone: tzinfo = ZONE) -> datetime | None:
    """The `Day` or moment that an ISO 8601 text names, or None."""
    if len(text) < 8 or len(text) > _DATE_MAX or text[4] != "-":
        return None
    match = _DATE.match(text)
    try:
        if match:
            return Day(int(match[1]), int(match[2]), int(match[3]), 0, 0, 0, 0, zone)
        match = _MOMENT.match(text)
        if not match:
            return None
        fraction = ((match[7] or "") + "000000")[:6]
        clock = time(int(match[4]), int(match[5] or 0), int(match[6] or 0), int(fraction))
        day = date(int(match[1]), int(match[2]), int(match[3]))
        return datetime.combine(day, clock, _offset(match[8], zone)).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _offset(text: str | None, zone: tzinfo) -> tzinfo:
    """The zone that `Z`, `+08:00` or `+0800` means; none written means `zone`."""
    if not text:
        return zone
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
