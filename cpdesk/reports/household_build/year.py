"""Content of the page on the whole year: uses now and after the works, and where the sun's power goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.model.assessment import Audit, Package
from cpdesk.model.retrofit import Best
from cpdesk.model.year import YEAR_USES, HouseYear, SunLine, UseLine
from cpdesk.reports.household_build.money import PackageMoney
from cpdesk.reports.household_build.payers import Account, payers
from cpdesk.reports.household_build.words import a_season, groups_of, said, short_name, unique, with_unit
from cpdesk.reports.household_content import Figure
from cpdesk.reports.rounding import money_step, parts_of, rounded, to_step
from cpdesk.reports.year_content import AfterRow, SunBar, YearPage, YearRow

_GOALS: Final = ("budget", "npv")
"""The choice beside the package: the best within the budget where one was said."""
_LEAST_SHOWN: Final = 0.5
_SAME_YUAN: Final = 1e-6


def build(audit: Audit, package: Package | None, money: PackageMoney | None, translate: Translator) -> YearPage | None:
    """The page; `None` for an audit that does not tell the year."""
    if audit.year is None:
        return None
    now = audit.year.now
    years, heads = [now], [translate("report.year.col_now")]
    if package is not None:
        years += [year for year in audit.year.packages if year.code == package.code]
        heads += [translate("report.year.col_package", letter=package.code)]
    best = _best(audit)
    if best is not None:
        years += [year for year in audit.year.criteria if year.code == best.code]
        heads.append(said(translate, best.name))
    printed = [] if money is None else [(years[0], money.before), (years[1], money.after)]
    yuan = [_yuan(year, printed) for year in years]
    carbon = [_whole(year, "co2_kg") for year in years]
    rows = _now(now, yuan[0], carbon[0], translate)
    less = sum(yuan[0].values()) - sum(yuan[-1].values())
    accounts = [] if package is None or money is None else [_package_account(heads[1], package, money)]
    if best is not None:
        accounts.append(_account(heads[-1], best, less))
    names = [code for code in (*YEAR_USES, "sun") if any(code in column for column in yuan)]
    after = tuple(
        AfterRow(
            translate(f"energy.use.{code}"),
            tuple(Figure(column.get(code)) for column in yuan),
            tuple(Figure(column.get(code)) for column in carbon),
        )
        for code in names
    )
    return YearPage(
        now=tuple(rows),
        total=_total(rows, translate),
        columns=tuple(heads),
        shown="" if package is None else heads[1],
        after=after,
        after_total=AfterRow(
            translate("report.year.total"),
            tuple(Figure(sum(column.values())) for column in yuan),
            tuple(Figure(sum(column.values())) for column in carbon),
        ),
        best="" if best is None else _told(best, audit, less, translate),
        suns=tuple(
            _sun_bar(head, year.sun, translate) for head, year in zip(heads, years, strict=True) if year.sun is not None
        ),
        note=translate("report.year.note"),
        payers=payers(accounts, "" if package is None else heads[1], translate),
    )


def _package_account(column: str, package: Package, money: PackageMoney) -> Account:
    return Account(column, package.views, money.all.own, money.all.subsidy, money.all.saving)


def _account(column: str, best: Best, saving: int) -> Account:
    """`saving` is that of the printed columns."""
    own, subsidy = best.combination.own_cost_yuan.value, best.combination.subsidy_yuan.value
    return Account(
        column, best.combination.views, to_step(own, money_step(own)), to_step(subsidy, money_step(subsidy)), saving
    )


def _best(audit: Audit) -> Best | None:
    found = {one.code: one for one in audit.by_criterion}
    return next((found[code] for code in _GOALS if code in found), None)


def _told(best: Best, audit: Audit, saving: int, translate: Translator) -> str:
    """What the best choice holds and brings; `saving` is that of the printed columns."""
    names, groups = {offer.code: offer.name for offer in audit.offers}, groups_of(audit)
    words = unique(short_name(translate, groups, code, names[code]) for code in best.combination.measures)
    own = best.combination.own_cost_yuan.value
    return translate(
        "report.year.best",
        goal=said(translate, best.name),
        measures=translate("report.year.between").join(words),
        own=f"{to_step(own, money_step(own)):,}",
        saving=Figure(saving).text,
    )


def _yuan(year: HouseYear, printed: Sequence[tuple[HouseYear, int]]) -> dict[str, int]:
    """Printed yuan of each line; `printed` is heating as the pages before have it, the same where it is as dear."""
    found = {line.code: to_step(line.cost_yuan.value, money_step(line.cost_yuan.value)) for line in year.uses}
    for other, heating in reversed(printed):
        if abs(other.uses[0].cost_yuan.value - year.uses[0].cost_yuan.value) < _SAME_YUAN:
            found["heating"] = heating
    if year.sun is not None:
        cost = year.sun.cost_yuan.value
        found["sun"] = to_step(cost, money_step(cost))
    return found


def _whole(year: HouseYear, name: str) -> dict[str, int]:
    """Whole numbers of each line; the same use is the same in every column, totals are made of what is printed."""
    values = {line.code: getattr(line, name).value for line in year.uses}
    if year.sun is not None:
        values["sun"] = -year.sun.used_kwh.value if name == "energy_kwh" else getattr(year.sun, name).value
    return {code: rounded(value) for code, value in values.items()}


def _now(year: HouseYear, yuan: dict[str, int], carbon: dict[str, int], translate: Translator) -> list[YearRow]:
    energy, coal = _whole(year, "energy_kwh"), _whole(year, "kgce")
    words = {line.code: _amounts(line, translate) for line in year.uses}
    if year.sun is not None:
        words["sun"] = translate(
            "report.year.sun_given",
            used=Figure(rounded(year.sun.used_kwh.value)).text,
            sold=Figure(rounded(year.sun.sold_kwh.value)).text,
        )
    return [
        YearRow(
            translate(f"energy.use.{code}"), what, Figure(energy[code]), Figure(yuan[code]), Figure(carbon[code]),
            Figure(coal[code]),
        )
        for code, what in words.items()
    ]  # fmt: skip


def _amounts(line: UseLine, translate: Translator) -> str:
    """`型煤 3,415 kg，电 119 kWh`."""
    parts = []
    for item in line.carriers:
        if item.amount.value >= _LEAST_SHOWN:
            bought = with_unit(item.amount.value, a_season(item.amount.unit), translate)
            parts.append(f"{translate(f'energy.carrier.{item.carrier}')} {bought}")
    return translate("report.year.between").join(parts)


def _total(rows: list[YearRow], translate: Translator) -> YearRow:
    def summed(name: str) -> Figure:
        return Figure(sum(getattr(row, name).scaled for row in rows))

    return YearRow(
        translate("report.year.total"), "", summed("kwh"), summed("yuan"), summed("co2_kg"), summed("coal_kg")
    )


def _sun_bar(head: str, sun: SunLine, translate: Translator) -> SunBar:
    parts = (sun.used_kwh.value - sun.heating_kwh.value, sun.heating_kwh.value, sun.sold_kwh.value,
             sun.unused_kwh.value)  # fmt: skip
    total = rounded(sun.generated_kwh.value)
    others, heating, sold, unused = (Figure(value) for value in parts_of(total, parts))
    return SunBar(
        label=translate("report.year.sun_total", column=head, generated=Figure(total).text),
        generated=Figure(total), others=others, heating=heating, sold=sold, unused=unused,
        shares=translate(
            "report.year.sun_shares", own=rounded(sun.self_consumption_pct.value),
            cover=rounded(sun.self_sufficiency_pct.value),
        ),
    )  # fmt: skip
