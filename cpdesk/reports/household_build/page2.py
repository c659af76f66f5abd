"""Content of page 2: packages side by side, the measures of the one shown, waterfall and frontier."""

from __future__ import annotations

from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.model import assessment
from cpdesk.model.assessment import Audit, FrontierPoint, Package, PackageItem
from cpdesk.reports.household_build.money import ItemMoney, PackageMoney, fold, payback, summed, years
from cpdesk.reports.household_build.page1_nothing import near_miss
from cpdesk.reports.household_build.words import groups_of, said, short_name, three_figures, unique, unit, worded
from cpdesk.reports.household_content import Bar, Choice, Choices, Figure, Frontier, MeasureRow, NearMiss, Point, Reason
from cpdesk.reports.rounding import parts_of, rounded, to_step
from cpdesk.reports.year_words import years_words

MOST_ROWS: Final = 7
_MOST_BARS: Final = 5
_LEAST_SHARED: Final = 2
_ORDER_MATTERS: Final = 0.02
"""Of the package's saving: where the order of the work moves no measure by more, its shares are not printed."""
_MOST_SINGLES: Final = 12
_MOST_SINGLES_BELOW: Final = 7


def build(audit: Audit, package: Package | None, money: PackageMoney | None, translate: Translator) -> Choices:
    """Page 2; when nothing is recommended the measures are listed one by one."""
    if package is None or money is None:
        return Choices(
            choices=tuple(_choice(choice, audit, translate) for choice in audit.packages),
            recommended="",
            shown="",
            measures=(),
            all_measures=(),
            total=None,
            bars=(),
            frontier=_frontier(audit),
            reasons=_reasons_of_nothing(audit, translate),
            singles=_singles(audit, translate),
        )
    rows = list(zip(package.items, money.items, strict=True))
    measures = _measures(rows, audit, translate)
    return Choices(
        choices=tuple(_choice(choice, audit, translate) for choice in audit.packages),
        recommended=audit.recommended,
        shown=package.code,
        measures=measures,
        all_measures=tuple(_row(item, row, translate) for item, row in rows) if len(rows) > MOST_ROWS else (),
        total=_figures("", money.all),
        bars=_bars(rows, money, audit, translate),
        frontier=_frontier(audit),
        reasons=_reasons(audit, package, rows, translate),
    )


def _choice(package: Package, audit: Audit, translate: Translator) -> Choice:
    money, groups = PackageMoney.of(package, audit).all, groups_of(audit)
    names = unique(short_name(translate, groups, item.code, item.name) for item in package.items)
    twin = next((one for one in audit.packages if one.items and _same_works(one, package)), package)
    same = translate("report.same_warmer", letter=twin.code)
    badge = "recommended" if package.code == audit.recommended else package.code
    cautions = [said(translate, notice) for notice in package.notices]
    cautions += [worded(translate, "caution", item.code, groups.get(item.code, "")) for item in package.items]
    low, high = package.saving_yuan.low, package.saving_yuan.high
    return Choice(
        letter=package.code,
        badge=worded(translate, "badge_choice", badge),
        name=" + ".join(names) if twin is package else same,
        own=Figure(money.own),
        subsidy=Figure(money.subsidy),
        saving=Figure(money.saving),
        low=Figure(None if low is None else to_step(low, 10)),
        high=Figure(None if high is None else to_step(high, 10)),
        payback_years=years(payback(money.own, money.saving), 1),
        coldest=Figure(rounded(package.coldest_days_c.value, 1), 1),
        co2_t=Figure(rounded(package.co2_saving_t.value, 1), 1),
        heating=worded(translate, "heating", package.system, default=package.system or "—"),
        caution=next((text for text in cautions if text), "—"),
    )


def _same_works(one: Package, other: Package) -> bool:
    return [item.code for item in one.items] == [item.code for item in other.items]


def _measures(rows: list[tuple[PackageItem, ItemMoney]], audit: Audit, translate: Translator) -> tuple[MeasureRow, ...]:
    shown, rest = fold(rows, MOST_ROWS)
    measures = [_row(item, row, translate) for item, row in shown]
    if rest:
        measures.append(_figures(translate("report.others", n=len(rest)), summed([row for _, row in rest])))
    return tuple(measures)


def _row(item: PackageItem, row: ItemMoney, translate: Translator) -> MeasureRow:
    sign = unit(item.amount.unit, translate)
    amount = f"{three_figures(item.amount.value)} {sign}" if sign else ""
    comma = translate("report.comma_clause")
    return _figures(f"{said(translate, item.name)}{comma}{amount}" if amount else said(translate, item.name), row)


def _figures(name: str, row: ItemMoney) -> MeasureRow:
    return MeasureRow(
        name=name,
        total=Figure(row.total),
        subsidy=Figure(row.subsidy),
        own=Figure(row.own),
        saving_same=Figure(row.same),
        saving=Figure(row.saving),
        payback_years=years(row.payback_years, 1),
    )


def _bars(
    rows: list[tuple[PackageItem, ItemMoney]], money: PackageMoney, audit: Audit, translate: Translator
) -> tuple[Bar, ...]:
    groups = groups_of(audit)
    shown, rest = fold(rows, _MOST_BARS)
    bars = [Bar(translate("report.bar.now"), Figure(money.before), "now")]
    for item, row in shown:
        full = short_name(translate, groups, item.code, item.name)
        label = worded(translate, "bar_short", groups.get(item.code, ""), default=full)  # words that fit under a bar
        bars.append(Bar(label, Figure(-row.same, signed=True), "saving"))
    if rest:
        total = summed([row for _, row in rest])
        bars.append(Bar(translate("report.bar.others", n=len(rest)), Figure(-total.same, signed=True), "saving"))
    if money.warmth:
        bars.append(Bar(translate("report.bar.warmth"), Figure(money.warmth, signed=True), "warmth"))
    bars.append(Bar(translate("report.bar.after"), Figure(money.after), "after"))
    return tuple(bars)


def _frontier(audit: Audit) -> Frontier:
    def points(source: tuple[FrontierPoint, ...]) -> tuple[Point, ...]:
        return tuple(Point(rounded(point.own_cost_yuan), rounded(point.co2_saving_t * 1000)) for point in source)

    named = tuple(
        Point(rounded(package.own_cost_yuan.value), rounded(package.co2_saving_t.value * 1000), package.code)
        for package in audit.packages
    )
    return Frontier(
        combinations=audit.combinations,
        line=points(audit.frontier),
        cloud=points(audit.cloud),
        packages=named,
        budget_yuan=None if audit.budget_yuan is None else rounded(audit.budget_yuan),
    )


def _reasons(
    audit: Audit, package: Package, rows: list[tuple[PackageItem, ItemMoney]], translate: Translator
) -> tuple[Reason, ...]:
    blank = "" if translate.language == "zh" else " "
    sentence = translate("report.reason.comfort" if audit.only_comfort else "report.reason.best")
    if audit.budget_yuan is not None and package.within_budget:
        sentence = translate("report.reason.budget", yuan=f"{rounded(audit.budget_yuan):,}") + blank + sentence
    reasons = [Reason(translate("report.reason.why", letter=package.code), sentence)]
    offered = {choice.code for choice in audit.packages}
    absent = [translate(f"report.reason.no_{code}") for code in "BC" if code not in offered]
    if absent:
        reasons.append(Reason(translate("report.reason.fewer"), _in_a_row(absent, translate), spare=True))
    paying = [(number, item, row) for number, (item, row) in enumerate(rows, 1) if row.payback_years is not None]
    if len(rows) > 1 and paying:
        groups = groups_of(audit)
        number, item, row = max(paying, key=lambda choice: choice[2].saving * choice[1].life_a - choice[2].own)
        one = translate(
            "report.reason.one",
            n=number,
            name=short_name(translate, groups, item.code, item.name),
            own=f"{row.own:,}",
            years=years_words(years(row.payback_years), translate, "about_"),
            k=Figure(rounded(item.coldest_gain_k.value, 1), 1).text,
        )
        reasons.append(Reason(translate("report.reason.only_one"), one))
    return (*reasons, *_shares(audit, package, translate), *_levels(audit, translate))


def _shares(audit: Audit, package: Package, translate: Translator) -> tuple[Reason, ...]:
    """What each measure saves whatever comes first (Shapley), where the order of the work makes a difference."""
    shares = [item.share.saving_yuan.value for item in package.items if item.share is not None]
    if len(shares) < len(package.items) or len(shares) < _LEAST_SHARED:
        return ()
    away = max(abs(share - item.saving_yuan.value) for share, item in zip(shares, package.items, strict=True))
    total = to_step(package.saving_yuan.value, 10)
    if away < _ORDER_MATTERS * abs(total):
        return ()
    groups = groups_of(audit)
    parts = [
        translate("report.reason.share", name=short_name(translate, groups, item.code, item.name), yuan=f"{yuan:,}")
        for item, yuan in zip(package.items, parts_of(total, shares, 10), strict=True)
    ]
    told = translate("report.reason.shares", parts=translate("report.comma").join(parts), total=f"{total:,}")
    return (Reason(translate("report.reason.any_order"), told, spare=True),)


def _in_a_row(sentences: list[str], translate: Translator) -> str:
    """Sentences behind each other; English wants a blank between them."""
    return ("" if translate.language == "zh" else " ").join(sentences)


def _levels(audit: Audit, translate: Translator) -> tuple[Reason, ...]:
    """How near the house comes to the levels, in one line."""
    if not audit.levels:
        return ()
    told = []
    for level in audit.levels:
        own = f"{to_step(level.combination.own_cost_yuan.value, 10):,}"
        key = "report.reason.level_reached" if level.reached else "report.reason.level_missing"
        told.append(translate(key, level=said(translate, level.name), own=own))
    return (Reason(translate("report.reason.levels"), _in_a_row(told, translate)),)


def _reasons_of_nothing(audit: Audit, translate: Translator) -> tuple[Reason, ...]:
    chart = Reason(translate("report.reason.chart"), translate("report.reason.chart_nothing"))
    if not audit.packages:
        return (chart,)
    return (chart, Reason(translate("report.reason.warmer"), translate("report.reason.warmer_only")))


def _singles(audit: Audit, translate: Translator) -> tuple[NearMiss, ...]:
    found = []
    for offer in audit.offers:
        if offer.applicable and offer.own_cost_yuan and offer.saving_alone_yuan and offer.life_a:
            miss = assessment.NearMiss(
                code=offer.code,
                name=offer.name,
                own_cost_yuan=offer.own_cost_yuan,
                saving_yuan=offer.saving_alone_yuan,
                payback_a=offer.payback_alone_a,
                life_a=offer.life_a,
            )
            found.append(near_miss(miss, translate))
    found.sort(key=lambda miss: (miss.payback_years.scaled is None, miss.payback_years.scaled or 0))
    return tuple(found[: _MOST_SINGLES if not audit.packages else _MOST_SINGLES_BELOW])
