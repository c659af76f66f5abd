"""What lists and search show of a record, made from its answers at every save: quick, and without loading a form.

Which fields those are is declared in `families`; a survey repeats them under the same names, in whatever section.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from cpdesk.model.records import Answers, Record, RecordKind
from cpdesk.operations.families import Family, SiteKind, family_of, site_kind
from cpdesk.store.shelf import Cell, Description

_FIGURES: Final = frozenset({"residents", "build_year", "households", "floor_area_m2", "length_m", "depth_m", "grade"})
_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


def describe_record(record: Record) -> Description:
    """Title, search words and list columns of a site or a survey."""
    family = family_of(record)
    if family is None:
        return Description(title=record.id)
    if record.kind is RecordKind.SURVEY:
        return _survey(record, family)
    kind = site_kind(record.kind)
    assert kind is not None  # a family was found by it
    return _site(record, kind)


def _site(record: Record, kind: SiteKind) -> Description:
    of = record.answers
    number, name, place = of.get(kind.number, ""), of.get(kind.name, ""), of.get(kind.place, "")
    columns: dict[str, Cell] = {
        "number": number,
        "name": name,
        "village": place,
        "township": of.get("township_code", record.stream),
        **{column: _cell(column, of.get(field)) for column, field in kind.columns.items()},
    }
    words = (number, name, place, *(of.get(field, "") for field in kind.searched))
    return Description(title=f"{number} {name}".strip() or record.id, search_texts=words, columns=columns)


def _survey(record: Record, family: Family) -> Description:
    of = _outside_repeats(record.answers)
    number, name, place = (
        _first(of, names) for names in (family.survey_number, family.survey_name, family.survey_place)
    )
    columns: dict[str, Cell] = {
        "number": number,
        "name": name,
        "village": place,
        "township": of.get("township_code", record.stream),
    }
    words = (number, name, place, *(of.get(field, "") for site in family.sites for field in site.searched))
    return Description(title=f"{number} {name}".strip() or record.id, search_texts=words, columns=columns)


def _outside_repeats(answers: Answers) -> dict[str, str]:
    """Answers by the name of their question; the form's sections do not matter."""
    return {path[path.rfind("/") + 1 :]: value for path, value in answers.items() if "[" not in path}


def _first(answers: Mapping[str, str], names: Iterable[str]) -> str:
    return next((value for name in names if (value := answers.get(name))), "")


def _cell(column: str, text: str | None) -> Cell:
    """Figures as numbers, so that lists sort by them, None where there is none; texts as they are."""
    if column not in _FIGURES:
        return text or ""
    if not text or not _DECIMAL.fullmatch(text):
        return None
    number = float(text)
    return int(number) if number.is_integer() else number
