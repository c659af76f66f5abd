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
from typing import Final

from cpdesk.base.clock import BEIJING
from cpdesk.forms.tree import Node

ZONE: Final = BEIJING
"""The zone of forms unless a caller says otherwise."""
NAN: Final = math.nan
_EPSILON: Final = 1e-12
_NUMBER: Final = re.compile(r"[ \t\r\n]*-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE]-\d{1,3})?[ \t\r\n]*\Z", re.ASCII)
"""XPath 1.0 knows no exponents; negative ones are read because JavaRosa and browsers write small numbers with them."""
_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z", re.ASCII)
_MOMENT: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})T(\d{1,2})(?::(\d{2}))?(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)?\Z", re.ASCII
)
_NUMBER_TYPES: Final = ("int", "integer", "decimal")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)


class Day(datetime):
    """A moment that stands for its day: `today()` and `date(...)`, usually a midnight."""


Value = list[Node] | str | float | bool | datetime


def day_of(moment: date, zone: tzinfo) -> Day:
    """The midnight in `zone` that begins a day, or the day a moment lies in."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(zone)
    return Day(moment.year, moment.month, moment.day, tzinfo=zone)


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
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, float):
        return value
    if isinstance(value, list):
        if not value:
            return NAN
        value = value[0].text
    if isinstance(value, str):
        if _NUMBER.match(value):
            return float(value)
        found = date_of_text(value, zone)
        return NAN if found is None else days_since_epoch(found)
    return days_since_epoch(value)


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
    """Days from 1970-01-01 00:00 UTC, with fractions."""
    return (value - _EPOCH) / _DAY


def date_of_days(days: float, zone: tzinfo = ZONE) -> datetime | None:
    """The moment that many days after 1970-01-01 00:00 UTC, to the millisecond; None where the calendar ends."""
    try:
        moment = (_EPOCH + timedelta(milliseconds=round(days * 86_400_000))).astimezone(zone)
    except (OverflowError, ValueError):
        return None
    return moment


def date_of_text(text: str, zone: tzinfo = ZONE) -> datetime | None:
    """The `Day` or moment that an ISO 8601 text names, or None."""
    if len(text) < 8 or len(text) > 40 or text[4] != "-":
        return None
    match = _DATE.match(text)
    try:
        if match:
            return Day(int(match[1]), int(match[2]), int(match[3]), tzinfo=zone)
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
