"""Schema, documentation and reader of the building file say the same."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cpdesk.energy.multizone import spec
from cpdesk.energy.multizone.read import read_building, read_json
from cpdesk.energy.multizone.read_fields import KINDS
from cpdesk.energy.multizone.read_schema import markdown, schema
from cpdesk.energy.multizone.spec import Site

ROOT = Path(__file__).resolve().parents[4]
EXAMPLES = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "building-file.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_shipped_schema_is_that_of_the_reader() -> None:
    shipped = json.loads((ROOT / "resources" / "schemas" / "building.json").read_text(encoding="utf-8"))
    assert shipped == schema(), "write it anew from cpdesk.energy.multizone.read_schema.schema()"


def test_the_schema_has_every_key_of_every_kind() -> None:
    whole = schema()
    for kind, fields in KINDS.items():
        entry = whole if kind == "building" else whole["$defs"][kind]
        assert set(entry["properties"]) == {field.key for field in fields}
        assert entry["additionalProperties"] is False
        assert entry.get("required", []) == [field.key for field in fields if field.required]


def test_references_of_the_schema_lead_somewhere() -> None:
    whole = schema()
    references = re.findall(r'"#/\$defs/(\w+)"', json.dumps(whole))
    assert set(references) == set(whole["$defs"])


def test_the_documentation_ends_with_the_tables_of_the_reader() -> None:
    text = (ROOT / "docs" / "building-file.md").read_text(encoding="utf-8")
    assert text.endswith(markdown()), "write them anew from cpdesk.energy.multizone.read_schema.markdown()"


@pytest.mark.parametrize(
    ("kind", "record"),
    [("fan", spec.Fan), ("gain", spec.Gain), ("thermostat", spec.Thermostat), ("infiltration", spec.Infiltration),
     ("pane", spec.Pane), ("gap", spec.Gap), ("overhang", spec.Overhang), ("fin", spec.Fin), ("cover", spec.Cover),
     ("options", spec.Options)],
)  # fmt: skip
def test_defaults_of_the_file_are_those_of_the_engine(kind: str, record: Any) -> None:
    declared = {field.name: field.default for field in dataclasses.fields(record)}
    for field in KINDS[kind]:
        default = declared[field.key]
        if default in (dataclasses.MISSING, None, float("inf")):
            assert field.required or field.default is None
        elif isinstance(default, spec.Schedule):
            assert default.values == (field.default,)
        else:
            assert field.default == default


def test_surfaces_and_windows_have_the_engines_defaults() -> None:
    for kind, record in (("surface", spec.Surface), ("window", spec.Window), ("zone", spec.Zone)):
        declared = {field.name: field.default for field in dataclasses.fields(record)}
        for field in KINDS[kind]:
            if isinstance(field.default, float | bool):
                assert declared[field.key] == field.default, f"{kind}.{field.key}"


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_of_the_documentation_are_sound(number: int) -> None:
    building = read_building(read_json(EXAMPLES[number], "example"), place=Site(40.2, 116.2, 8.0, 100.0))
    assert building.zones


def test_the_documentation_has_a_small_and_a_large_example() -> None:
    zones = [len(json.loads(example)["zones"]) for example in EXAMPLES]
    assert zones == [1, 4]
