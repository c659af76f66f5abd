"""Opening a printed figure: what it is called, how it came about, and what of it opens further."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.energy.audit.explain import explain
from cpdesk.model.assessment import Audit, FactorUse, MonthBalance, Quantity
from cpdesk.model.building import Input
from cpdesk.model.explanation import Explanation, Operand
from cpdesk.ui.figure_views import ExplanationView
from cpdesk.ui.language import language, tr
from cpdesk.ui.presenters.words import in_a_row, number, unit_words
from cpdesk.ui.survey_views import PanelLine
from cpdesk.ui.views import Tone

LOSS_SHARE: Final = "losses"
MONTH: Final = "months"
_MARKS: Final[Mapping[str, Tone]] = {"to_confirm": "warn", "own_rule": "info"}
_QUALITIES: Final = ("M", "B", "E", "D")
_UNITS: Final = {
    "degC": "℃", "m2": "m²", "m3": "m³", "W/m2": "W/m²", "kW": "kW", "kw": "kWp", "kg/a": "kg", "m2_floor": "m²",
    "m2_glazing": "m²", "m_perimeter": "m", "household": "",
}  # fmt: skip


def proof(audit: Audit, name: str) -> Explanation:
    """The proof of a figure of the audit, or of a share or a month that the panel draws; for a worker thread.

    Raises:
        InputFault: CP-1379 no figure of the audit has this name.
    """
    kind, _, which = name.partition(".")
    figure = None
    if kind == LOSS_SHARE and which in audit.baseline.losses_kwh:
        figure = _share(audit, which)
    elif kind == MONTH:
        month = next((one for one in audit.baseline.months if str(one.month) == which), None)
        figure = _month(month) if month is not None else None
    if figure is None:
        return explain(audit, name)
    operands = tuple(Operand(key, value, unit) for key, value, unit in figure.inputs)
    season = explain(audit, "baseline.heat_need_kwh")
    return Explanation(name, figure, figure.formula, figure.source, figure.status, operands, (), season.answers,
                       audit.quality_counts)  # fmt: skip


def _share(audit: Audit, part: str) -> Quantity:
    """Share of the heat lost, whole percent; all parts sum to 100."""
    inputs = tuple((f"ui.part.{each}", kwh, "kWh") for each, kwh in audit.baseline.losses_kwh.items())
    need = audit.baseline.heat_need_kwh
    return Quantity(float(audit.baseline.loss_shares_pct[part]), "%", formula="ui.formula.loss_share", inputs=inputs,
                    source=need.source, status=need.status)  # fmt: skip


def _month(month: MonthBalance) -> Quantity:
    """Heat that the heating gives in a month."""
    lost = tuple((f"ui.part.{each}", kwh, "kWh") for each, kwh in month.losses_kwh.items())
    gained = (
        ("ui.term.sun", month.sun_kwh, "kWh"),
        ("ui.term.people", month.internal_kwh, "kWh"),
        ("ui.term.stored", month.stored_kwh, "kWh"),
    )
    return Quantity(month.heating_kwh, "kWh", formula="ui.formula.month", inputs=(*lost, *gained),
                    source="ISO 13790:2008 annex C")  # fmt: skip


def explanation_view(audit: Audit, found: Explanation, questions: Mapping[str, str]) -> ExplanationView:
    """The proof in words. `questions`: key of an input → path of its question."""
    figure = found.figure
    place, title = figure_words(audit, found.name)
    return ExplanationView(
        name=found.name,
        place=place,
        title=title,
        whole=in_a_row(place, title),
        value=shown(figure.value, figure.unit),
        range=range_words(figure),
        mark=tr(f"ui.explain.{found.status}") if found.status in _MARKS else "",
        tone=_MARKS.get(found.status, "mute"),
        formula=_said(found.formula),
        source=tr("ui.explain.source", source=_source(found.source)) if found.source else "",
        operands=tuple(_operand(operand, str(at)) for at, operand in enumerate(found.operands)),
        answers=tuple(_answer(entry, questions.get(entry.key, "")) for entry in found.answers),
        factors=tuple(_factor(factor) for factor in found.factors),
        qualities=tr("ui.explain.qualities", **{one: found.qualities.get(one, 0) for one in _QUALITIES}),
    )


def figure_words(audit: Audit, name: str) -> tuple[str, str]:
    """What a figure is a figure of, and what it is called: (`方案 A · 改造后`, `采暖费用`)."""
    parts = name.split(".")
    if parts[0] == LOSS_SHARE:
        return tr("ui.explain.now"), tr("ui.explain.share", part=tr(f"ui.part.{parts[1]}"))
    if parts[0] == MONTH:
        return tr("ui.explain.now"), tr("ui.explain.month", month=tr("ui.month", n=int(parts[1])))
    named = {offer.code: tr(offer.name) for offer in audit.offers}
    named |= {best.code: tr(best.name) for best in audit.by_criterion}
    named |= {level.code: tr(level.name) for level in audit.levels}
    named |= {act.code: tr(act.name) for act in audit.free_acts}
    where: list[str] = []
    for holder, part in zip(("", *parts), parts[:-1], strict=False):
        if holder == "packages":
            where.append(tr("ui.explain.package", letter=part))
        elif holder == "carriers":
            where.append(tr(f"report.carrier.{part}"))
        elif holder == "uses" or part == "sun":
            where.append(tr(f"energy.use.{part}"))
        elif part == "year":
            where.append(tr("ui.explain.year_of"))
        elif holder == "year" and part == "now":
            where.append(tr("ui.explain.now"))
        elif part in ("baseline", "after", "hand_check"):
            where.append(tr({"baseline": "ui.explain.now"}.get(part, f"ui.explain.{part}")))
        elif part == "share":
            where.append(tr("ui.packages.share"))
        elif holder == "checks":
            level = next(one for one in audit.levels if one.code == parts[1])
            where.append(_said(level.checks[int(part)].name))
        elif part in named:
            where.append(named[part])
    leaf = f"ui.figure.{parts[-1]}"
    of_year = f"ui.figure.year.{parts[-1]}"
    if parts[0] == "year" and Translator(language()).has(of_year):
        leaf = of_year
    return in_a_row(*where), _said(leaf)


def range_words(figure: Quantity) -> str:
    """P10 to P90 as a household reads it."""
    if figure.low is None and figure.high is None:
        return ""
    if figure.high is None:
        return tr("ui.explain.range_open", low=shown(figure.low or 0.0, figure.unit))
    low = figure.value if figure.low is None else figure.low
    return tr("ui.explain.range", low=shown(low, ""), high=shown(figure.high, figure.unit))


def shown(value: float | str, unit: str) -> str:
    """A value with three figures at least, and its unit."""
    if isinstance(value, str):
        return _said(value)
    size = abs(value)
    digits = 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 0.1 else 3 if size >= 0.01 else 5
    figures = number(value, digits)
    figures = figures.rstrip("0").rstrip(".") if "." in figures else figures
    figures = "0" if figures == "−0" else figures
    sign = unit_sign(unit)
    return f"{figures}{sign}" if sign == "%" else f"{figures} {sign}".strip()


def unit_sign(unit: str) -> str:
    """A unit as people write it: `CNY/a` 元/年, `t/a` t/年, `a` 年."""
    if unit == "a":
        return tr("ui.unit.year")
    if unit in _UNITS:
        return _UNITS[unit]
    translator = Translator(language())
    if translator.has(f"report.unit.{unit}"):
        return translator(f"report.unit.{unit}")
    year = tr("ui.explain.a_year")
    plain = unit.replace("m2a", f"(m²·{year})").replace("m2", "m²").replace("m3", "m³").replace("CO2", "CO₂")
    plain = f"{plain.removesuffix('/a')}/{year}" if plain.endswith("/a") else plain
    return unit_words(plain.replace("CNY", tr("ui.unit.yuan")))


def _source(source: str) -> str:
    """A clause as it is; a table of the program by what it holds."""
    table, _, row = source.partition(" ")
    translator = Translator(language())
    key = f"ui.explain.table.{table.removesuffix('.csv')}"
    return f"{translator(key)} {row}".strip() if translator.has(key) else source


def _operand(operand: Operand, key: str) -> PanelLine:
    words = shown(operand.value, operand.unit)
    return PanelLine(key, operand.opens, _said(operand.name), words, icon="function" if operand.opens else "")


def answer_words(entry: Input) -> str:
    """What an input is called, with its place."""
    between = "" if language() == "zh" else " "
    return between.join([*(_said(key) for key in entry.place.split()), _said(entry.name)])


def _answer(entry: Input, path: str) -> PanelLine:
    value = _said(f"energy.code.{entry.value}") if isinstance(entry.value, str) else shown(entry.value, entry.unit)
    kind = tr(f"ui.explain.quality.{entry.quality.value}")
    return PanelLine(entry.key, path, answer_words(entry), in_a_row(value, kind), icon="pencil" if path else "",
                     tone="warn" if entry.quality.value == "D" else "mute")  # fmt: skip


def _factor(factor: FactorUse) -> PanelLine:
    """A factor with its year; where it comes from is a table's own words."""
    translator = Translator(language())
    of = factor.code.split(".", 1)[0]
    fuel = translator(f"report.fuel.{of}") if translator.has(f"report.fuel.{of}") else ""
    named = f"report.tariff.{factor.code}"
    title = translator(named) if translator.has(named) else f"{fuel}{_said(factor.name)}"
    words = f"report.source.{factor.code}"
    source = translator(words) if translator.has(words) else factor.source
    mark = tr(f"ui.explain.{factor.status}") if factor.status in _MARKS else ""
    value = shown(factor.value, factor.unit)
    return PanelLine(factor.code, "", title, in_a_row(value, tr("ui.explain.year", year=factor.year), mark), source,
                     tone=_MARKS.get(factor.status, "mute"))  # fmt: skip


def _said(key: str) -> str:
    """The text of a key built from data; one that nobody declared is shown itself."""
    translator = Translator(language())
    return translator(key) if translator.has(key) else key
