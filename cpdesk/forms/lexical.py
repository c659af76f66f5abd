"""Lexical values by data type: making what people type into what XForms stores, and saying what does not fit."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final

from cpdesk.forms.xpath.values import Value, date_of_days, date_of_text, moment_text, number_text, to_number, to_text

LENGTH_MAX: Final = 200_000
_WIDE: Final = str.maketrans("０１２３４５６７８９．，－＋：／　", "0123456789.,-+:/ ")
_WHOLE: Final = re.compile(r"[+-]?\d+\Z", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)\Z", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?\Z", re.ASCII)
_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\Z", re.ASCII)
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?\Z", re.ASCII)
_LOCAL_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\Z", re.ASCII)
_SPACES: Final = re.compile(r"[\s,、，;]+")


_UNWRITABLE: Final = re.compile("[\x00\ud800-\udfff]")
_LINES: Final = frozenset(("geotrace", "geoshape"))


def normalise(kind: str, text: str) -> str:
    """A typed text as the data type writes it; a text that cannot be read as the type is left as it is.

    Full-width digits and signs become plain ones, thousands separators go, `2026/3/5` and `2026年3月5日` become
    `2026-03-05`. Texts of type string are never altered.
    """
    change = _NORMALISE.get(kind)
    return text if change is None or not text else change(text)


def unwritable(text: str) -> int | None:
    """The place of the first character that cannot be stored: NUL, or half a surrogate pair. Emoji, combining marks and
    signs of writing from right to left are all right; other control characters are a matter of what writes XML."""
    match = _UNWRITABLE.search(text)
    return None if match is None else match.start()


def fits(kind: str, text: str) -> bool:
    """Whether a non-empty text is a value of the data type. Unknown types take anything."""
    check = _FITS.get(kind)
    return check is None or check(text)


def accepted(kind: str, text: str) -> str:
    """What the form reads of a text: the text itself where it fits its data type, what is certain of it (the whole part
    of a number in a question of whole numbers, the day of a moment in a question of dates), else nothing."""
    check = _FITS.get(kind)
    if check is None or not text:
        return text
    if check(text):
        return _line(text) if kind in _LINES else text
    if kind in ("int", "integer"):
        return _whole_part(text)
    if kind == "date":
        day, sign, clock = text.partition("T")
        return day if sign and _LOCAL_CLOCK.match(clock) and _is_day(day) else ""
    return ""


def calculated(value: Value, kind: str, zone: tzinfo) -> str:
    """A worked-out value as the data type writes it: NaN is no answer, day counts become dates, whole numbers whole."""
    if isinstance(value, float) and kind in ("date", "dateTime") and not math.isnan(value):
        value = date_of_days(value, zone) or ""
    if isinstance(value, datetime) and kind in ("date", "dateTime"):
        return value.date().isoformat() if kind == "date" else moment_text(value)
    if isinstance(value, bool):
        return ("1" if value else "0") if kind in ("int", "decimal") else to_text(value)
    if isinstance(value, float) and math.isnan(value):
        return ""
    if kind == "int" and not isinstance(value, datetime):
        number = to_number(value)
        if not math.isnan(number) and abs(number) < 1e18:
            return number_text(float(int(number)))
        return "" if isinstance(value, float) else to_text(value)
    return to_text(value)


def _whole_part(text: str) -> str:
    if not _DECIMAL.match(text):
        return ""
    whole = text.partition(".")[0]
    if whole in ("", "+", "-"):
        return "0"
    return str(int(whole)) if _is_whole(whole) else ""


def _is_whole(text: str) -> bool:
    """A whole number of 32 bits, which is what phones hold."""
    return _WHOLE.match(text) is not None and len(text) < 20 and -(2**31) <= int(text) < 2**31


def _plain(text: str) -> str:
    return text.translate(_WIDE).strip()


def _number(text: str) -> str:
    plain = _plain(text)
    if _GROUPED.match(plain):
        plain = plain.replace(",", "")
    if not _DECIMAL.match(plain):
        return text
    return _tidy(plain)


def _int(text: str) -> str:
    plain = _number(text)
    whole, dot, rest = plain.partition(".")
    return whole if dot and whole and not rest.strip("0") and _WHOLE.match(whole) else plain


def _tidy(plain: str) -> str:
    """No plus sign, no needless leading zeros, a digit on both sides of the point."""
    sign = "-" if plain[0] == "-" else ""
    whole, dot, rest = plain.lstrip("+-").partition(".")
    whole = whole.lstrip("0") or "0"
    number = f"{whole}.{rest}" if dot and rest else whole
    return number if number.strip("0.") == "" else sign + number


def _date(text: str) -> str:
    plain = _plain(text)
    match = _DAY.match(plain)
    if match:
        plain = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    return plain if date_of_text(plain) is not None else text


def _moment(text: str) -> str:
    plain = _plain(text)
    day, _, clock = plain.replace(" ", "T", 1).partition("T")
    if not clock:
        return text
    whole = f"{_date(day)}T{clock.strip()}"
    return whole if date_of_text(whole) is not None else text


def _time(text: str) -> str:
    plain = _plain(text)
    match = _TIME.match(plain)
    return text if match is None else plain.rjust(len(plain) + (2 - len(match[1])), "0")


def _geopoint(text: str) -> str:
    """Latitude, longitude, height, accuracy, separated by spaces."""
    plain = _SPACES.sub(" ", _plain(text)).strip()
    return plain if _is_geopoint(plain) else text


def _is_geopoint(text: str) -> bool:
    parts = text.split()
    if not 2 <= len(parts) <= 4 or not all(_DECIMAL.match(part) for part in parts):
        return False
    return abs(float(parts[0])) <= 90 and abs(float(parts[1])) <= 180


def _points(text: str) -> list[str]:
    return [" ".join(point.split()) for point in text.split(";") if point.strip()]


def _line(text: str) -> str:
    return ";".join(_points(text))


def _is_line(text: str) -> bool:
    points = _points(text)
    return len(points) >= 2 and all(_is_geopoint(point) for point in points)


def _is_shape(text: str) -> bool:
    """Three points at least, and the first again as the last."""
    points = _points(text)
    return len(points) >= 4 and points[0] == points[-1] and _is_line(text)


def _geotrace(text: str) -> str:
    plain = ";".join(_geopoint(point) for point in _plain(text).replace("；", ";").split(";") if point.strip())
    return plain if _is_line(plain) else text


def _geoshape(text: str) -> str:
    """Who gives three corners means the way back to the first as well."""
    plain = _geotrace(text)
    points = _points(plain)
    if len(points) >= 3 and points[0] != points[-1] and _is_line(plain):
        plain = ";".join([*points, points[0]])
    return plain if _is_shape(plain) else text


def _is_day(text: str) -> bool:
    return len(text) == 10 and date_of_text(text) is not None


_NORMALISE: Final[dict[str, Callable[[str], str]]] = {
    "int": _int,
    "integer": _int,
    "decimal": _number,
    "date": _date,
    "dateTime": _moment,
    "time": _time,
    "geopoint": _geopoint,
    "geotrace": _geotrace,
    "geoshape": _geoshape,
    "boolean": lambda text: _plain(text).lower(),
}
_FITS: Final[dict[str, Callable[[str], bool]]] = {
    "int": _is_whole,
    "integer": _is_whole,
    "decimal": lambda text: _DECIMAL.match(text) is not None,
    "date": _is_day,
    "dateTime": lambda text: "T" in text and date_of_text(text) is not None,
    "time": lambda text: _TIME.match(text) is not None,
    "geopoint": _is_geopoint,
    "geotrace": _is_line,
    "geoshape": _is_shape,
    "boolean": lambda text: text in ("true", "false", "1", "0"),
}
