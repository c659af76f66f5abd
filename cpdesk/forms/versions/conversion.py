"""Taking an answer from one question to another: other types, other choices, another unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from cpdesk.forms.form import Form, NodeDef
from cpdesk.forms.lexical import fits, normalise
from cpdesk.forms.versions.choice_lists import Choices, listed_choices

_UNITS: Final[Mapping[str, tuple[str, Decimal]]] = {
    "mm": ("m", Decimal("0.001")),
    "cm": ("m", Decimal("0.01")),
    "m": ("m", Decimal(1)),
    "km": ("m", Decimal(1000)),
    "g": ("kg", Decimal("0.001")),
    "kg": ("kg", Decimal(1)),
    "t": ("kg", Decimal(1000)),
    "W": ("W", Decimal(1)),
    "kW": ("W", Decimal(1000)),
    "MW": ("W", Decimal(1_000_000)),
    "Wh": ("Wh", Decimal(1)),
    "kWh": ("Wh", Decimal(1000)),
    "MWh": ("Wh", Decimal(1_000_000)),
    "MJ": ("J", Decimal(1_000_000)),
    "GJ": ("J", Decimal(1_000_000_000)),
    "kPa": ("Pa", Decimal(1000)),
    "MPa": ("Pa", Decimal(1_000_000)),
    "L": ("m3", Decimal("0.001")),
    "m3": ("m3", Decimal(1)),
    "m³": ("m3", Decimal(1)),
    "L/h": ("m3/h", Decimal("0.001")),
    "m3/h": ("m3/h", Decimal(1)),
    "m³/h": ("m3/h", Decimal(1)),
    "yuan": ("yuan", Decimal(1)),
    "元": ("yuan", Decimal(1)),
    "万元": ("yuan", Decimal(10_000)),
    "h": ("s", Decimal(3600)),
    "min": ("s", Decimal(60)),
    "s": ("s", Decimal(1)),
}
"""Unit → base unit and how many of it. Units that are not here are never converted, only left aside."""
_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Conversion:
    """What happens to a value on its way.

    Attributes:
        type: data type it must fit afterwards; "" when any text does.
        factor: to multiply a number by.
        codes: choice codes that are called otherwise now.
        known: choice codes there are now; None when choices are not fixed or there are none.
        words: choice codes → words, for a select that became a text.
        single: only one choice may be left.
    """

    type: str = ""
    factor: Decimal = Decimal(1)
    codes: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] | None = None
    words: Mapping[str, str] | None = None
    single: bool = False

    def convert(self, value: str) -> tuple[str, bool]:
        """The value as the new question has it, and whether it fits there; one that does not is left as it was."""
        if self.words is not None:
            return "、".join(self.words.get(code, code) for code in value.split()), True
        if self.known is not None or self.codes:
            return self._chosen(value)
        text = value if self.factor == 1 else _scaled(value, self.factor)
        text = normalise(self.type, text)
        if fits(self.type, text):
            return text, True
        return value, False

    def _chosen(self, value: str) -> tuple[str, bool]:
        codes = [self.codes.get(code, code) for code in value.split()]
        codes = list(dict.fromkeys(codes))
        fit = (self.known is None or self.known.issuperset(codes)) and not (self.single and len(codes) > 1)
        return " ".join(codes), fit


def conversion_between(old: Form, old_node: NodeDef, new: Form, new_node: NodeDef) -> Conversion | None:
    """How answers of a question of `old` become answers of one of `new`; None when the unit changed in a way nobody can
    work out."""
    if new_node.is_select:
        choices = listed_choices(new, new_node)
        return Conversion(
            codes=_renamed(old, listed_choices(old, old_node), new, choices),
            known=None if choices is None else frozenset(choices),
            single=new_node.control == "select1" and old_node.control != "select1",
        )
    if old_node.is_select:
        choices = listed_choices(old, old_node)
        if new_node.type == "string" and choices is not None:
            name = old.default_language
            return Conversion(words={code: choice.label(name) or code for code, choice in choices.items()})
        return Conversion(type=new_node.type)
    factor = _factor(old_node.unit, new_node.unit)
    return None if factor is None else Conversion(type=new_node.type, factor=factor)


def _renamed(old: Form, before: Choices | None, new: Form, after: Choices | None) -> dict[str, str]:
    """Codes that are gone → the code that says it took their place, or the one that alone has the same words now."""
    if after is None:
        return {}
    renamed = {gone: code for code, choice in after.items() for gone in choice.formerly if gone not in after}
    for code, choice in (before or {}).items():
        words = choice.label(old.default_language)
        if code in after or code in renamed or not words:
            continue
        fresh = [one for one in after if one not in (before or {})]
        same = [one for one in fresh if after[one].label(new.default_language) == words]
        if len(same) == 1:
            renamed[code] = same[0]
    return renamed


def _factor(old: str, new: str) -> Decimal | None:
    """1 when the unit stays or one of the two forms names none."""
    if old == new or not old or not new:
        return Decimal(1)
    before, after = _UNITS.get(_SPACES.sub("", old)), _UNITS.get(_SPACES.sub("", new))
    if before is None or after is None or before[0] != after[0]:
        return None
    return before[1] / after[1]


def _scaled(value: str, factor: Decimal) -> str:
    try:
        number = Decimal(value) * factor
    except InvalidOperation:
        return value
    if not number.is_finite():
        return value
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
