"""The JSON Schema and the reference tables of the building file, made from the declared keys."""

from __future__ import annotations

from typing import Any, Final

from cpdesk.energy.multizone.read_fields import KINDS, Field
from cpdesk.energy.multizone.spec import HOURS

_TITLES: Final = {
    "building": "The file",
    "site": "site",
    "options": "options",
    "material": "materials: NAME",
    "layer": "layers[]",
    "construction": "constructions: NAME, or in place of the name",
    "pane": "panes[]",
    "gap": "gaps[]",
    "glazing": "glazings: NAME, or in place of the name",
    "schedule": "schedules: NAME, or in place of a schedule",
    "overhang": "overhang",
    "fin": "fin_left, fin_right",
    "cover": "cover",
    "window": "windows[]",
    "door": "doors[]",
    "other_side": "other_side",
    "surface": "surfaces[]",
    "thermostat": "thermostat",
    "infiltration": "infiltration",
    "fan": "fans[]",
    "gain": "gains[]",
    "zone": "zones[]",
    "air_exchange": "air_exchanges[]",
}


def schema() -> dict[str, Any]:
    """The schema, JSON Schema 2020-12. It says keys, types and ranges; what must fit together the reader checks."""
    kinds = {kind: _object(fields) for kind, fields in KINDS.items() if kind != "building"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cpdesk building file",
        **_object(KINDS["building"]),
        "$defs": kinds,
    }


def _object(fields: tuple[Field, ...]) -> dict[str, Any]:
    required = [field.key for field in fields if field.required]
    found: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.key: {"description": field.meaning, **_value(field)} for field in fields},
    }
    return {**found, "required": required} if required else found


def _value(field: Field) -> dict[str, Any]:
    number = {"type": "number", "minimum": field.low, "maximum": field.high}
    reference = {"$ref": f"#/$defs/{field.of}"}
    simple: dict[str, dict[str, Any]] = {
        "number": number,
        "whole": {**number, "type": "integer"},
        "text": {"type": "string"},
        "flag": {"type": "boolean"},
        "choice": {"enum": list(field.options)},
        "monthly": {"oneOf": [number, {"type": "array", "items": number, "minItems": 12, "maxItems": 12}]},
        "pairs": {
            "type": "array",
            "minItems": 2,
            "items": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        },
        "schedule": _schedule(field, number),
        "object": reference,
        "objects": {"type": "array", "items": reference, "maxItems": field.most},
        "part": {"oneOf": [{"type": "string"}, reference]},
    }
    if field.takes == "named":
        entry = _schedule(Field("", "schedule", "", -1e6, 1e6, off=True), {"type": "number"})
        return {"type": "object", "additionalProperties": entry if field.of == "schedule" else reference}
    found = simple[field.takes]
    return found if field.default is None else {**found, "default": field.default}


def _schedule(field: Field, number: dict[str, Any]) -> dict[str, Any]:
    cell = {"oneOf": [number, {"type": "null"}]} if field.off else number
    lists = [{"type": "array", "items": cell, "minItems": n, "maxItems": n} for n in (1, 24, HOURS)]
    return {"anyOf": [cell, *lists, {"type": "string"}, {"$ref": "#/$defs/schedule"}]}


def markdown() -> str:
    """The tables of docs/building-file.md: every key with what it takes, its range, default and meaning."""
    parts = []
    for kind, fields in KINDS.items():
        rows = [f"| `{field.key}` | {_takes(field)} | {_range(field)} | {_default(field)} | {field.meaning} |"
                for field in fields]  # fmt: skip
        parts.append("\n".join([f"### {_TITLES[kind]}", "", "| key | takes | range | default | meaning |",
                                "|---|---|---|---|---|", *rows]))  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _takes(field: Field) -> str:
    words = {
        "whole": "whole number",
        "flag": "true, false",
        "choice": ", ".join(field.options),
        "monthly": "number or 12",
        "pairs": "list of pairs",
        "schedule": "schedule",
        "object": f"{field.of}",
        "objects": f"list of {field.of}",
        "named": f"{field.of} by name",
        "part": f"text or {field.of}",
    }
    return words.get(field.takes, field.takes)


def _range(field: Field) -> str:
    if field.takes in ("number", "whole", "monthly", "schedule") and (field.low, field.high) != (-1e6, 1e6):
        return f"{field.low:,.10g} … {field.high:,.10g}"
    return f"at most {field.most}" if field.takes == "objects" else ""


def _default(field: Field) -> str:
    if field.required:
        return "**needed**"
    return "" if field.default in (None, "") else str(field.default).lower()
