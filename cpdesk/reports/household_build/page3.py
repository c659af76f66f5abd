"""Content of page 3: inputs, monthly balance, factors, bills, the check by hand."""

from __future__ import annotations

from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.energy.certainty.words import sentences
from cpdesk.energy.weather.words import weather_sentence
from cpdesk.model.assessment import Audit, FactorUse, Influence
from cpdesk.model.building import Input
from cpdesk.reports.household_build.page1 import agrees
from cpdesk.reports.household_build.page1_nothing import grade
from cpdesk.reports.household_build.words import (
    advised,
    said,
    signed,
    three_figures,
    unit,
    whole,
    with_unit,
    worded,
    worth_measuring,
)
from cpdesk.reports.household_content import Balance, BillBar, FactorRow, Figure, InputRow, Method, Month
from cpdesk.reports.rounding import parts_of, rounded, to_step

_MOST_INPUTS: Final = 8
_MOST_ADVICE: Final = 3
_MOST_FACTORS: Final = 8
_NOT_PRINTED: Final = (".standard_coal", "electricity.calorific_value", "elec_tier_2", "elec_tier_3")
_FACTOR_ORDER: Final = {"calorific_value": 0, "carbon": 1, "subsidy": 2, "price": 3}
_BLOCK: Final = "energy.block."
_STORED_SHARE: Final = 0.01
_STATUS: Final = {"to_confirm": "{U}", "own_rule": " †"}


def build(audit: Audit, translate: Translator, *, program: str) -> Method:
    """Page 3."""
    counts = audit.quality_counts
    bars, note = _bills(audit, translate)
    return Method(
        inputs=_inputs(audit, translate),
        counts=(counts.get("M", 0), counts.get("B", 0), counts.get("E", 0), counts.get("D", 0)),
        grade=grade(audit),
        advice=_advice(audit, translate),
        balance=balance(audit, translate),
        factors=_factors(audit, translate),
        bills=bars,
        bill_note=note,
        check=_check(audit, translate, program),
        notes=(
            *([weather_sentence(audit.weather, translate)] if audit.weather else []),
            translate("report.note.unconfirmed"),
            translate("report.note.own_rule"),
            translate("report.note.grade"),
        ),
    )


def _inputs(audit: Audit, translate: Translator) -> tuple[InputRow, ...]:
    """The inputs that move the saving most, each with what stood in for it."""
    by_key = {entry.key: entry for entry in audit.inputs}
    moving = sorted(audit.influences, key=lambda moved: -abs(moved.saving_high_yuan - moved.saving_low_yuan))
    many = len({key for entry in audit.inputs for key in entry.place.split() if key.startswith(_BLOCK)}) > 1
    rows = [_influence(moved, by_key.get(moved.key), many, translate) for moved in moving[:_MOST_INPUTS]]
    shown = {moved.key for moved in moving[:_MOST_INPUTS]}
    rest = [entry for entry in audit.inputs if entry.key not in shown and not isinstance(entry.value, str)]
    rest.sort(key=lambda entry: ("MBED".index(entry.quality.value), entry.key))
    rows += [_input(entry, "—", many, translate) for entry in rest[: _MOST_INPUTS - len(rows)]]
    return tuple(rows)


def _advice(audit: Audit, translate: Translator) -> str:
    """The answers worth measuring, each with what is left of the saving's range."""
    told = worth_measuring(audit)[:_MOST_ADVICE]
    if not told:
        return ""
    parts = [translate("report.advice.part", what=advised(one, translate), after=whole(one.half_after_yuan))
             for one in told]  # fmt: skip
    return translate("report.advice", before=whole(told[0].half_yuan), parts=translate("report.comma").join(parts))


def _influence(moved: Influence, entry: Input | None, many_blocks: bool, translate: Translator) -> InputRow:
    low, high = sorted((to_step(moved.saving_low_yuan, 10), to_step(moved.saving_high_yuan, 10)))
    effect = translate("report.effect", low=signed(low), high=signed(high))
    if entry is None:
        return InputRow(said(translate, moved.name), "—", "—", effect)
    return _input(entry, effect, many_blocks, translate)


def _input(entry: Input, effect: str, many_blocks: bool, translate: Translator) -> InputRow:
    places = [key for key in entry.place.split() if many_blocks or not key.startswith(_BLOCK)]
    name = " ".join([*(said(translate, key) for key in places), said(translate, entry.name)])
    value = (
        said(translate, f"energy.code.{entry.value}")
        if isinstance(entry.value, str)
        else with_unit(entry.value, entry.unit, translate)
    )
    basis = "—"
    if entry.reason:
        fields = {
            key: field if isinstance(field, str) else three_figures(field) for key, field in entry.reason_fields.items()
        }
        basis = translate(entry.reason, **fields) if translate.has(entry.reason) else entry.reason
        mark = _STATUS.get(entry.status, "")
        basis += mark if not basis.endswith(mark.strip()) else ""
    return InputRow(f"{name}{{{entry.quality.value}}}", value, basis, effect)


def balance(audit: Audit, translate: Translator) -> Balance:
    """Heat of the months with totals; every row of parts sums to its total."""
    months = audit.baseline.months
    losses: dict[str, list[float]] = {}
    for number, month in enumerate(months):
        for part, kwh in month.losses_kwh.items():
            name = "window" if part == "door" else part
            losses.setdefault(name, [0.0] * len(months))[number] += kwh
    ranked = sorted(losses.items(), key=lambda row: -sum(row[1]))
    gains = {
        "heating": [month.heating_kwh for month in months],
        "sun": [month.sun_kwh for month in months],
        "internal": [month.internal_kwh for month in months],
    }
    stored = [month.stored_kwh for month in months]
    if max((abs(kwh) for kwh in stored), default=0.0) > _STORED_SHARE * sum(map(sum, losses.values())):
        gains["stored"] = stored
    gain_rows = [_row(values) for values in gains.values()]
    loss_rows = [_row(values) for _, values in ranked]
    return Balance(
        gains=tuple(translate(f"report.gain.{name}") for name in gains),
        losses=tuple(translate(f"report.part.{name}") for name, _ in ranked),
        gain_totals=tuple(Figure(sum(row)) for row in gain_rows),
        loss_totals=tuple(Figure(sum(row)) for row in loss_rows),
        months=tuple(
            Month(
                translate("report.month_label", month=translate(f"report.month_short.{month.month}")),
                tuple(Figure(row[number]) for row in gain_rows),
                tuple(Figure(row[number]) for row in loss_rows),
            )
            for number, month in enumerate(months)
        ),
    )


def _row(values: list[float]) -> list[int]:
    return parts_of(rounded(sum(values)), values)


def _factors(audit: Audit, translate: Translator) -> tuple[FactorRow, ...]:
    """Factors and prices that the figures rest on most; standard coal is not printed and left out."""
    printed = [factor for factor in audit.factors if not factor.code.endswith(_NOT_PRINTED)]
    printed.sort(key=lambda factor: _FACTOR_ORDER.get(factor.name.rpartition(".")[2], len(_FACTOR_ORDER)))
    return tuple(_factor(factor, translate) for factor in printed[:_MOST_FACTORS])


def _factor(factor: FactorUse, translate: Translator) -> FactorRow:
    carrier = worded(translate, "fuel", factor.code.partition(".")[0])
    name = worded(translate, "tariff", factor.code, default=f"{carrier}{said(translate, factor.name)}")
    is_share = not factor.unit and factor.name.endswith(".subsidy")
    value = f"{three_figures(100 * factor.value)}%" if is_share else three_figures(factor.value)
    return FactorRow(
        name=name + _STATUS.get(factor.status, ""),
        value=f"{value} {unit(factor.unit, translate)}".rstrip(),
        year=factor.year,
        source=worded(translate, "source", factor.code, default=factor.source),
    )


def _bills(audit: Audit, translate: Translator) -> tuple[tuple[BillBar, ...], str]:
    report = audit.calibration
    if not audit.bill_checks:
        return (), translate("report.bills.none") if report is None else sentences(report, translate)[0]
    order = {use.carrier: use.cost_yuan.value for use in audit.baseline.carriers}
    check = max(audit.bill_checks, key=lambda one: order.get(one.carrier, 0.0))
    scale, sign = (1000.0, "t") if check.unit == "kg" and check.billed >= 1000 else (1.0, unit(check.unit, translate))
    decimals = 2 if check.billed / scale < 100 else 0
    carrier = worded(translate, "carrier", check.carrier, default=check.carrier)
    bars: tuple[BillBar, ...] = (
        BillBar(
            translate("report.bills.modelled"),
            Figure(rounded(check.modelled / scale, decimals), decimals, sign),
            "modelled",
        ),
        BillBar(
            translate("report.bills.billed") + "{B}",
            Figure(rounded(check.billed / scale, decimals), decimals, sign),
            "billed",
        ),
    )
    if report is not None:
        after = next((fit.after for fit in report.carriers if fit.carrier == check.carrier), None)
        if after is not None:
            figure = Figure(rounded(after.p50 / scale, decimals), decimals, sign)
            bars = (*bars, BillBar(translate("report.bills.calibrated"), figure, "calibrated"))
        return bars, sentences(report, translate)[0]
    percent = rounded((check.ratio - 1) * 100)
    key = "report.bills.agrees" if agrees(check) else "report.bills.differs"
    return bars, translate(key, carrier=carrier, percent=signed(percent))


def _check(audit: Audit, translate: Translator, program: str) -> str:
    hand = audit.hand_check
    loss, need, hourly = (rounded(one.value) for one in (hand.loss_kwh, hand.need_kwh, hand.hourly_need_kwh))
    gains = rounded(hand.sun_kwh.value) + rounded(hand.internal_kwh.value)
    used = loss - need
    return translate(
        "report.check.agrees" if hand.agrees else "report.check.differs",
        loss=f"{loss:,}",
        used=Figure(used).text,
        gains=Figure(gains).text,
        share=rounded(100 * used / gains) if gains > 0 else 0,
        need=Figure(need).text,
        hourly=Figure(hourly).text,
        percent=signed(rounded(100 * (need - hourly) / hourly)) if hourly > 0 else "0",
        program=program,
    )
