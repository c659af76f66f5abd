"""Statements and advice as sentences of a language. Loads nothing heavy: the window's first page imports it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.model.certainty import Calibration

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def sentence(key: str, fields: Mapping[str, str | float], translator: Translator) -> str:
    """A text filled: numbers rounded for reading, text keys (several apart by spaces) as words, days as they are."""
    joint = "、" if translator.language == "zh" else ", "
    shown: dict[str, object] = {}
    for name, value in fields.items():
        if isinstance(value, str) and (not value or _DAY.fullmatch(value)):
            shown[name] = value
        elif isinstance(value, str):
            shown[name] = joint.join(translator(part) for part in value.split())
        else:
            shown[name] = _rounded(value)
    return " ".join(translator(key, **shown).split())


def sentences(report: Calibration, translator: Translator) -> tuple[str, ...]:
    """All that a report says of the bills: the statement, what it changes of package A, and what to ask."""
    found = [sentence(report.statement, report.fields, translator)]
    change = report.saving_change_pct
    if change is not None and abs(change) >= 1.0:
        key = "energy.calibration.saving_up" if change > 0.0 else "energy.calibration.saving_down"
        found.append(sentence(key, {"percent": abs(change)}, translator))
    found += [translator(item.text) for item in report.questions]
    return tuple(found)


def _rounded(value: float) -> str:
    """Three figures, whole from ten on: 1234 is 1230, 31.4 is 31, 4.567 is 4.57."""
    if abs(value) < 10.0:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, min(digits, 0)):.0f}"
