"""Words of a household's report that depend on what was found: names of measures, units, amounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.model.assessment import Audit
from cpdesk.model.certainty import Advice
from cpdesk.reports.household_content import MINUS, Figure
from cpdesk.reports.rounding import rounded, to_step

_SIGNS: Final = (("degC", "℃"), ("CO2", "CO₂"), ("SO2", "SO₂"), ("m2", "m²"), ("m3", "m³"))
_WORTH_SHARE: Final = 0.05
_WITHOUT_UNIT: Final = frozenset({"", "-", "household"})


def groups_of(audit: Audit) -> dict[str, str]:
    """Group of each measure by its code, e.g. `roof_wool200` → `roof`."""
    return {offer.code: offer.group for offer in audit.offers}


def worded(translate: Translator, family: str, *names: str, default: str = "") -> str:
    """The text `report.<family>.<name>` of the first name that has one."""
    for name in names:
        if translate.has(f"report.{family}.{name}"):
            return translate(f"report.{family}.{name}")
    return default


def short_name(translate: Translator, groups: dict[str, str], code: str, name: str) -> str:
    """One or two words for a measure: 吊顶, 后窗; its full name when its group has no short one."""
    return worded(translate, "short", code, groups.get(code, ""), default=said(translate, name))


def said(translate: Translator, key: str) -> str:
    """The text of a key; a key nobody declared is shown itself, so that a report never fails over a word."""
    return translate(key) if translate.has(key) else key


def unique(words: Iterable[str]) -> list[str]:
    """Each word once, in order."""
    return list(dict.fromkeys(words))


def unit(name: str, translate: Translator) -> str:
    """A unit as it is printed: m2 → m², CNY/a → 元/年, piece → 樘."""
    if name in _WITHOUT_UNIT:
        return ""
    if translate.has(f"report.unit.{name}"):
        return translate(f"report.unit.{name}")
    for plain, sign in _SIGNS:
        name = name.replace(plain, sign)
    return name.replace("CNY", translate("report.yuan"))


def a_season(name: str) -> str:
    """The unit of an amount without its "a year": `kg/a` → `kg`."""
    return name.removesuffix("/a")


def with_unit(value: float, unit_name: str, translate: Translator) -> str:
    """A value with three figures at least and its unit: `71.3 m²`, `0.9 次/h`, `3,420 kWh`."""
    text = three_figures(value)
    sign = unit(unit_name, translate)
    return f"{text} {sign}".rstrip() if sign != "%" else f"{text}%"


def three_figures(value: float) -> str:
    """A number with about three figures and no trailing zeros after the point."""
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3
    text = Figure(rounded(value, decimals), decimals).text
    return text.rstrip("0").rstrip(".") if "." in text else text


def advised(advice: Advice, translate: Translator) -> str:
    """What to measure, look at, ask for or find: 量准外墙厚度, 问准冬天白天温度, 找出一冬的型煤账单."""
    way = advice.text.rpartition(".")[2].removesuffix("_halves")
    places = " ".join(said(translate, key) for key in advice.place.split() if not key.startswith("energy.block."))
    name = said(translate, advice.name)
    return " ".join(translate(f"report.advice.{way}", place=places, name=name).split())


def worth_measuring(audit: Audit) -> tuple[Advice, ...]:
    """The answers that make the range of the saving visibly smaller; for a few yuan nobody need go there again."""
    told = audit.certainty.advice if audit.certainty is not None and audit.recommended else ()
    return tuple(one for one in told if one.half_after_yuan <= (1.0 - _WORTH_SHARE) * one.half_yuan)


def whole(value: float) -> str:
    """Yuan of a range in tens: `1,240`."""
    return f"{to_step(value, 10):,}"


def signed(value: int) -> str:
    """`+110`, `−80`, `0`."""
    return f"+{value:,}" if value > 0 else f"{MINUS}{-value:,}" if value < 0 else "0"
