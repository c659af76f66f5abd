"""What lists and search show of a record, made from its answers at every save: quick, and without loading a form.

Names of fields are those of the village register and of the farmhouse form's first section, which carry the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cpdesk.model.records import Record, RecordKind
from cpdesk.store.shelf import Cell, Description

_SHOWN: Final = ("household_no", "householder_name", "village", "township_code", "door_no", "householder_phone")


def describe_record(record: Record) -> Description:
    """Title, search words and list columns of a household or a survey."""
    fields = _first_section(record.answers)
    number, name = fields.get("household_no", ""), fields.get("householder_name", "")
    columns: dict[str, Cell] = {
        "number": number,
        "name": name,
        "village": fields.get("village", ""),
        "township": fields.get("township_code", record.stream),
        "door": fields.get("door_no", ""),
    }
    if record.kind is RecordKind.HOUSEHOLD:
        columns["heating"] = record.answers.get("heating_last", "")
        columns["residents"] = _whole(record.answers.get("residents"))
        columns["build_year"] = _whole(record.answers.get("build_year"))
    words = (number, name, fields.get("village", ""), fields.get("door_no", ""), fields.get("householder_phone", ""))
    return Description(title=f"{number} {name}".strip() or record.id, search_texts=words, columns=columns)


def _first_section(answers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name in _SHOWN if (value := answers.get(name) or answers.get(f"household/{name}")) is not None
    }


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
