"""Walks a building file by the declared keys: types, ranges, choices, names. Every fault is kept, none is thrown."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

from cpdesk.base.errors import InputFault
from cpdesk.base.nearest import nearest_name
from cpdesk.energy.multizone.read_fields import KINDS, Field
from cpdesk.energy.multizone.spec import HOURS, Schedule

_SHOWN_MAX: Final = 60
_LIKENESS: Final = 0.6
_SIDES: Final = ("outdoors", "adiabatic", "zone:NAME")
_SIDE_OBJECTS: Final = {
    "ground": '{"kind": "ground", "exposed_perimeter_m": 26}',
    "temperature": '{"kind": "temperature", "temperature_c": 10}',
}
TABLES: Final = ("schedules", "glazings", "materials", "constructions")


def shown(value: object) -> str:
    """A value as the file has it, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"


class Walker:
    """Reads objects by `KINDS` into dictionaries that hold every declared key; what is faulty becomes None.

    Attributes:
        faults: all that is wrong, in the order of the file.
        tables: the named entries read so far, by table and name.
    """

    def __init__(self) -> None:
        self.faults: list[InputFault] = []
        self.tables: dict[str, dict[str, Any]] = {name: {} for name in TABLES}

    def fault(self, code: str, path: str, **fields: object) -> None:
        """Keep a fault at a place of the file."""
        self.faults.append(InputFault(code, path=path or "$", **fields))

    def faulty(self, *paths: str) -> bool:
        """Whether a fault was told at one of these places already."""
        return any(item.fields["path"] in paths for item in self.faults)

    def building(self, raw: object) -> dict[str, Any] | None:
        """The whole file: tables first, so that zones find what they name."""
        if isinstance(raw, dict):
            by_key = {field.key: field for field in KINDS["building"]}
            for name in TABLES:
                if name in raw:
                    self.tables[name] = self.value(by_key[name], raw[name], name) or {}
        return self.entry("building", raw, "", skip=TABLES)

    def entry(self, kind: str, raw: object, path: str, skip: tuple[str, ...] = ()) -> dict[str, Any] | None:
        """An object of a kind; keys that are missing take their default."""
        if not isinstance(raw, dict):
            self.fault("CP-1332", path, value=shown(raw), expected="{…}")
            return None
        fields = {field.key: field for field in KINDS[kind]}
        for key in raw:
            if key not in fields:
                near = nearest_name(str(key), fields, _LIKENESS)
                self.fault("CP-1333", _join(path, str(key)), key=key, nearest=near, known=", ".join(fields))
        found: dict[str, Any] = {}
        for key, field in fields.items():
            if key in skip:
                continue
            if key in raw:
                found[key] = self.value(field, raw[key], _join(path, key))
            else:
                if field.required:
                    self.fault("CP-1334", _join(path, key))
                found[key] = self._default(field)
        return found

    def value(self, field: Field, raw: object, path: str) -> Any:
        """The value of one key, or None and a fault."""
        readers: dict[str, Callable[[Field, object, str], Any]] = {
            "number": self._number,
            "whole": self._number,
            "text": self._text,
            "flag": self._flag,
            "choice": self._choice,
            "monthly": self._monthly,
            "pairs": self._pairs,
            "schedule": self.schedule,
            "object": lambda field, raw, path: self.entry(field.of, raw, path),
            "objects": self._objects,
            "named": self._named,
            "part": self._part,
        }
        return readers[field.takes](field, raw, path)

    def _text(self, field: Field, raw: object, path: str) -> str | None:
        if isinstance(raw, str) and (raw.strip() or not field.required):
            return raw.strip()
        self._wrong(path, raw, "“…”")
        return None

    def _flag(self, _field: Field, raw: object, path: str) -> bool | None:
        if isinstance(raw, bool):
            return raw
        self._wrong(path, raw, "true, false")
        return None

    def _wrong(self, path: str, raw: object, expected: str) -> None:
        self.fault("CP-1332", path, value=shown(raw), expected=expected)

    def _default(self, field: Field) -> Any:
        if field.takes == "monthly" and field.default is not None:
            return (float(field.default),) * 12
        if field.takes == "schedule" and field.default is not None:
            return Schedule((float(field.default),))
        return [] if field.takes == "objects" else field.default

    def _number(self, field: Field, raw: object, path: str) -> float | int | None:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
            self._wrong(path, raw, f"{field.low:g}–{field.high:g}")
            return None
        if field.takes == "whole" and raw != int(raw):
            self._wrong(path, raw, "1")
            return None
        if not field.low <= raw <= field.high:
            self.fault("CP-1331", path, value=shown(raw), low=f"{field.low:g}", high=f"{field.high:g}")
            return None
        return int(raw) if field.takes == "whole" else float(raw)

    def _choice(self, field: Field, raw: object, path: str) -> str | None:
        if raw in field.options:
            return str(raw)
        near = nearest_name(str(raw), field.options, _LIKENESS)
        self.fault("CP-1335", path, value=shown(raw), known=", ".join(field.options), nearest=near)
        return None

    def _numbers(self, field: Field, raw: list[object], path: str) -> tuple[float, ...] | None:
        """A list of numbers; only the first wrong one is named."""
        found = []
        for index, cell in enumerate(raw):
            if cell is None and field.off:
                found.append(math.nan)
                continue
            number = self._number(field, cell, f"{path}[{index}]")
            if number is None:
                return None
            found.append(float(number))
        return tuple(found)

    def _monthly(self, field: Field, raw: object, path: str) -> tuple[float, ...] | None:
        if isinstance(raw, list):
            if len(raw) != 12:
                self.fault("CP-1339", path, found=len(raw), expected="12")
                return None
            return self._numbers(field, raw, path)
        number = self._number(field, raw, path)
        return None if number is None else (float(number),) * 12

    def _pairs(self, _field: Field, raw: object, path: str) -> tuple[tuple[float, float], ...] | None:
        """A table by angle: from 0 to 90 degrees, rising, second column 0 … 1."""
        if not isinstance(raw, list) or len(raw) < 2:
            self._wrong(path, raw, "[[0, 0.7], …, [90, 0]]")
            return None
        pairs = []
        for index, row in enumerate(raw):
            if not isinstance(row, list) or len(row) != 2:
                self._wrong(f"{path}[{index}]", row, "[0, 0.7]")
                return None
            angle = self._number(Field("", "number", "", 0, 90), row[0], f"{path}[{index}][0]")
            share = self._number(Field("", "number", "", 0, 1), row[1], f"{path}[{index}][1]")
            if angle is None or share is None:
                return None
            pairs.append((float(angle), float(share)))
        angles = [angle for angle, _ in pairs]
        if angles[0] != 0 or angles[-1] != 90 or any(b <= a for a, b in pairwise(angles)):
            self.fault("CP-1347", path, value=shown(angles))
            return None
        return tuple(pairs)

    def schedule(self, field: Field, raw: object, path: str) -> Schedule | None:
        """A number, 24 or 8,760 of them, the name of an entry of `schedules`, or values with weekend and months."""
        if isinstance(raw, str):
            if raw not in self.tables["schedules"]:
                self._dangling(path, "schedules", raw)
                return None
            known: Schedule | None = self.tables["schedules"][raw]
            return None if known is None else self._in_range(field, known, raw, path)
        if isinstance(raw, dict):
            return self._full_schedule(field, raw, path)
        if raw is None and field.off:
            return Schedule((math.nan,))
        if not isinstance(raw, list):
            number = self._number(field, raw, path)
            return None if number is None else Schedule((float(number),))
        if len(raw) not in (1, 24, HOURS):
            self.fault("CP-1339", path, found=len(raw), expected=f"1, 24, {HOURS}")
            return None
        values = self._numbers(field, raw, path)
        return None if values is None else Schedule(values)

    def _full_schedule(self, field: Field, raw: dict[str, object], path: str) -> Schedule | None:
        unknown = [key for key in raw if key not in ("values", "weekend", "months")]
        for key in unknown:
            near = nearest_name(key, ("values", "weekend", "months"), _LIKENESS)
            self.fault("CP-1333", _join(path, key), key=key, nearest=near, known="values, weekend, months")
        if "values" not in raw:
            self.fault("CP-1334", _join(path, "values"))
            return None
        values = self.schedule(field, raw["values"], _join(path, "values"))
        weekend = self.schedule(field, raw["weekend"], _join(path, "weekend")) if "weekend" in raw else Schedule(())
        months: tuple[float, ...] | None = ()
        if "months" in raw:
            months = self._monthly(Field("", "monthly", "", 0, 100), raw["months"], _join(path, "months"))
        if values is None or weekend is None or months is None:
            return None
        if weekend.values and len(weekend.values) != 24:
            self.fault("CP-1339", _join(path, "weekend"), found=len(weekend.values), expected="24")
            return None
        return Schedule(values.values, weekend.values, months)

    def _in_range(self, field: Field, schedule: Schedule, name: str, path: str) -> Schedule | None:
        """A named schedule where it is used: within the range of that key, and "off" only where it may be."""
        for number in schedule.values + schedule.weekend:
            if math.isnan(number):
                if not field.off:
                    self.fault("CP-1332", path, value=f"{name}: null", expected=f"{field.low:g}–{field.high:g}")
                    return None
            elif not field.low <= number <= field.high:
                self.fault("CP-1331", path, value=f"{name}: {number:g}", low=f"{field.low:g}", high=f"{field.high:g}")
                return None
        return schedule

    def _objects(self, field: Field, raw: object, path: str) -> list[dict[str, Any]] | None:
        if not isinstance(raw, list):
            self._wrong(path, raw, "[…]")
            return None
        if len(raw) > field.most:
            self.fault("CP-1354", path, found=len(raw), limit=field.most)
            return None
        if field.required and not raw:
            self.fault("CP-1334", f"{path}[0]")
        found = [self.entry(field.of, one, f"{path}[{index}]") for index, one in enumerate(raw)]
        self._twice([one.get("name") if one else None for one in found], path)
        return [one if one is not None else {} for one in found]

    def _twice(self, names: list[object], path: str) -> None:
        for index, name in enumerate(names):
            if name and name in names[:index]:
                self.fault("CP-1337", f"{path}[{index}].name", name=name)

    def _named(self, field: Field, raw: object, path: str) -> dict[str, Any] | None:
        if not isinstance(raw, dict):
            self._wrong(path, raw, "{…}")
            return None
        if field.of == "schedule":
            wide = next(entry for entry in KINDS["schedule"] if entry.key == "values")
            return {name: self.schedule(wide, entry, _join(path, name)) for name, entry in raw.items()}
        return {name: self.entry(field.of, entry, _join(path, name)) for name, entry in raw.items()}

    def _part(self, field: Field, raw: object, path: str) -> Any:
        if not isinstance(raw, str):
            return self.entry(field.of, raw, path)
        if field.of == "other_side":
            if raw in ("outdoors", "adiabatic") or (raw.startswith("zone:") and len(raw) > 5):
                return raw
            near = _SIDE_OBJECTS.get(raw) or nearest_name(raw, _SIDES, _LIKENESS)
            known = ", ".join((*_SIDES, *_SIDE_OBJECTS.values()))
            self.fault("CP-1335", path, value=shown(raw), known=known, nearest=near)
            return None
        if raw not in self.tables[field.table]:
            self._dangling(path, field.table, raw)
            return None
        return self.tables[field.table][raw]

    def _dangling(self, path: str, table: str, name: str) -> None:
        names = self.tables[table]
        near, known = nearest_name(name, names, 0.5), ", ".join(names) or "—"
        self.fault("CP-1336", path, table=table, name=name, nearest=near, known=known)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
