"""From a cell of a register to the lexical value an answer has, or to what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from cpdesk.interop.register_tables import REFERENCES, RegisterField, choice_codes, choice_words, word_key

_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_IDEOGRAPHS: Final = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PADDING: Final = re.compile(f"(?<=[{_IDEOGRAPHS}])\\s+(?=[{_IDEOGRAPHS}])")
_INVISIBLE: Final = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0x20), 0x7F])
_LATITUDES: Final = (39.9, 40.6)
_LONGITUDES: Final = (115.8, 116.6)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that cannot be taken: the code of the complaint and what its sentence needs beyond the place."""

    code: str
    fields: Mapping[str, object] = field(default_factory=dict)


def lexical(value: object, column: RegisterField, *, this_year: int) -> str | Wrong:
    """The answer a cell gives for its column.

    Args:
        value: what `workbook` read; neither None nor an error value.
        this_year: the last year a house can have been built in.
    """
    return _CONVERT.get(column.kind, _choice)(value, column, this_year)


def shown(value: object) -> str:
    """A cell's value as a clerk sees it, for messages."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return " ".join(str(value).split())


def _folded(value: object) -> str:
    return "".join(unicodedata.normalize("NFKC", shown(value)).translate(_INVISIBLE).split())


def _text(value: object, column: RegisterField, this_year: int) -> str | Wrong:
    # Width is folded only where digits matter: normalising a name would replace rare ideographs by their look-alikes.
    text = _PADDING.sub("", shown(value).translate(_INVISIBLE).strip())
    limit = int(column.rule.rpartition(",")[2].rstrip("}"))
    return text if len(text) <= limit else Wrong("CP-1121", {"found": len(text), "limit": limit})


def _code(value: object, column: RegisterField, this_year: int) -> str | Wrong:
    number = _folded(value)
    return number if re.fullmatch(column.rule, number) else Wrong("CP-1120")


def _reference(value: object, column: RegisterField, this_year: int) -> str | Wrong:
    """As written; whether there is such a site is for the register to say."""
    return shown(value).translate(_INVISIBLE).strip()


def _number(value: object, column: RegisterField, this_year: int) -> str | Wrong:
    if isinstance(value, bool | datetime | date):
        return Wrong("CP-1112")
    text = _folded(value)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _DECIMAL.fullmatch(text):
        return Wrong("CP-1112")
    number = float(text)
    low, high = column.limits
    if not low <= number <= high:
        return Wrong("CP-1113", {"expected": f"{low:g}–{high:g}"})
    return str(int(number)) if number.is_integer() else repr(number)


def _whole(value: object, column: RegisterField, this_year: int) -> str | Wrong:
    number = _number(value, column, this_year)
    if isinstance(number, str) and "." in number:
        return Wrong("CP-1113", {"expected": "{:g}–{:g}".format(*column.limits)})
    return number


def _year(value: object, column: RegisterField, this_year: int) -> str | Wrong:
    low = int(column.limits[0])
    year = value.year if isinstance(value, datetime | date) else None
    if year is None:
        match = re.fullmatch(r"(\d{4})\D?", _folded(value)) or re.fullmatch(
            r"(\d{4})[-/.]\d{1,2}([-/.]\d{1,2})?", _folded(value)
        )
        year = int(match[1]) if match else 0
    return str(year) if low <= year <= this_year else Wrong("CP-1119", {"expected": f"{low}–{this_year}"})


def _phone(value: object, column: RegisterField, this_year: int) -> str | Wrong:
    number = re.sub(r"^\+?86-?(?=1\d{10}$)", "", _folded(value).replace("(", "").replace(")", "-"))
    mobile = number.replace("-", "")
    if re.fullmatch(r"1\d{10}", mobile):
        return mobile
    return number if re.fullmatch(column.rule, number) else Wrong("CP-1114")


def _choice(value: object, column: RegisterField, this_year: int) -> str | Wrong:
    code = choice_codes(column.kind).get(word_key(shown(value)))
    if code is not None:
        return code
    if column.kind == "township":
        return Wrong("CP-1117")
    return Wrong("CP-1118", {"expected": choice_words(column.kind)})


def _position(value: object, column: RegisterField, this_year: int) -> str | Wrong:
    numbers = [float(part) for part in re.findall(r"\d+\.\d+|\d+", unicodedata.normalize("NFKC", shown(value)))]
    if len(numbers) in (2, 3, 4):
        latitude, longitude = sorted(numbers[:2])  # in Changping the smaller is always the latitude
        if _LATITUDES[0] <= latitude <= _LATITUDES[1] and _LONGITUDES[0] <= longitude <= _LONGITUDES[1]:
            return f"{latitude} {longitude} 0 0"
    return Wrong("CP-1122")


_CONVERT: Final[dict[str, Callable[[object, RegisterField, int], str | Wrong]]] = {
    "text": _text,
    "code": _code,
    "number": _number,
    "whole": _whole,
    "year": _year,
    "phone": _phone,
    "position": _position,
    **dict.fromkeys(REFERENCES, _reference),
}
"""All other kinds are lists of choices."""
