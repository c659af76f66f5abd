"""Content of page 1 when something is recommended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.energy.audit.notes import note_text
from cpdesk.model.assessment import Audit, BillCheck, CarrierUse, Package, PackageItem
from cpdesk.reports.household_build.money import ItemMoney, PackageMoney, fold, payback, summed, years
from cpdesk.reports.household_build.words import a_season, groups_of, said, short_name, unique, unit, worded
from cpdesk.reports.household_content import Comfort, Figure, Loss, Step, Tile
from cpdesk.reports.rounding import rounded, to_step
from cpdesk.reports.year_words import years_words

BILL_TOLERANCE: Final = 0.1
_MOST_STEPS: Final = 3
_NOTED: Final = frozenset({"wall", "roof", "window"})
"""Parts that have room for a note beside their arrow."""
STANDARD_C: Final = 18.0
"""What is asked of a heated room where nobody stated a wish (room temperature of Beijing's heating rules)."""


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What page 1 says."""

    answer: str
    tiles: tuple[Tile, ...]
    losses: tuple[Loss, ...]
    steps: tuple[Step, ...]
    comfort: Comfort
    notes: tuple[str, ...]
    steps_note: str


def build(
    audit: Audit, wish_c: float | None, package: Package, money: PackageMoney, translate: Translator
) -> FirstPage:
    """Page 1 for the package that is recommended."""
    now, after = audit.baseline.coldest_days_c.value, package.coldest_days_c.value
    comfort = Comfort(
        now=Figure(rounded(now, 1), 1),
        after=Figure(rounded(after, 1), 1),
        wish=_degrees(wish_c if wish_c is not None else STANDARD_C),
        wish_label=translate("report.comfort.wish" if wish_c is not None else "report.comfort.standard"),
        note=_comfort_note(audit, package, money, translate),
    )
    return FirstPage(
        answer=_answer(audit, package, money, comfort, translate),
        tiles=(
            now_tile(audit, translate),
            _own_tile(money, translate),
            *_result_tiles(package, money, comfort, translate),
        ),
        losses=losses(audit, translate),
        steps=_steps(audit, package, money, translate),
        comfort=comfort,
        notes=(translate("report.note.range"), *_bill_note(audit, translate)),
        steps_note=translate("report.step.largest") if len(package.items) > _MOST_STEPS else "",
    )


def _answer(audit: Audit, package: Package, money: PackageMoney, comfort: Comfort, translate: Translator) -> str:
    groups = groups_of(audit)
    doing = unique(_verb(item, groups, translate) for item in package.items)
    if len(doing) > _MOST_STEPS:
        largest = sorted(package.items, key=lambda item: -item.saving_same_yuan.value)[:2]
        named = {_verb(item, groups, translate) for item in largest}
        kept = [verb for verb in doing if verb in named]
        doing = [*kept[:-1], kept[-1] + translate("report.and_more", n=len(package.items))]
    work = (
        doing[0]
        if len(doing) == 1
        else translate("report.first_then", first=doing[0], rest=translate("report.comma").join(doing[1:]))
    )
    key = "report.answer.saves" if money.all.saving > 0 else "report.answer.comfort"
    return translate(
        key,
        work=work[:1].upper() + work[1:],
        own=f"{money.all.own:,}",
        saving=f"{abs(money.all.saving):,}",
        now=comfort.now.text,
        after=comfort.after.text,
    )


def _verb(item: PackageItem, groups: dict[str, str], translate: Translator) -> str:
    return worded(translate, "do", item.code, groups.get(item.code, ""), default=said(translate, item.name))


def now_tile(audit: Audit, translate: Translator) -> Tile:
    """What a winter costs now, and what was burnt."""
    uses = sorted(audit.baseline.carriers, key=lambda use: -use.cost_yuan.value)
    billed = {check.carrier for check in audit.bill_checks if calibrated(audit) or agrees(check)}
    lines = [_use(use, billed, translate) for use in uses[:2]]
    if len(uses) == 1 and uses[0].amount.value > 0:
        amount, sign = _bought(uses[0], translate)
        lines.append(translate("report.per_unit", unit=sign, yuan=_price(uses[0].cost_yuan.value / amount)))
    cost = Figure(to_step(audit.baseline.cost_yuan.value, 10))
    return Tile(translate("report.tile.now"), cost, translate("report.yuan"), tuple(lines))


def _use(use: CarrierUse, billed: set[str], translate: Translator) -> str:
    name = worded(translate, "carrier", use.carrier, default=use.carrier)
    mark = "B" if use.carrier in billed else "E"
    return f"{name} {'{} {}'.format(*_amount(use, translate))}{{{mark}}}"


def _amount(use: CarrierUse, translate: Translator) -> tuple[str, str]:
    value, sign = _bought(use, translate)
    figure = Figure(rounded(value, 2), 2) if value < 10 else Figure(to_step(value, 10 if value >= 1000 else 1))
    return figure.text, sign


def _bought(use: CarrierUse, translate: Translator) -> tuple[float, str]:
    """Amount and unit as it is bought; kilograms in thousands are tonnes."""
    value, sign = use.amount.value, unit(a_season(use.amount.unit), translate)
    return (value / 1000, "t") if sign == "kg" and value >= 1000 else (value, sign)


def calibrated(audit: Audit) -> bool:
    """Whether the figures are calibrated to the household's own bills: then they cannot contradict them."""
    report = audit.calibration
    return report is not None and report.used and not report.village


def agrees(check: BillCheck) -> bool:
    """Whether the model and a bill are within a tenth of each other."""
    return abs(check.ratio - 1) <= BILL_TOLERANCE


def _bill_note(audit: Audit, translate: Translator) -> tuple[str, ...]:
    """A warning on page 1 when a bill says something else than the figures above it."""
    off = [check for check in audit.bill_checks if not calibrated(audit) and not agrees(check)]
    if not off:
        return ()
    worst = max(off, key=lambda check: abs(check.ratio - 1))
    carrier = worded(translate, "carrier", worst.carrier, default=worst.carrier)
    key = "report.note.bill_less" if worst.ratio > 1 else "report.note.bill_more"
    return (translate(key, carrier=carrier, percent=abs(rounded((1 - 1 / worst.ratio) * 100))),)


def _price(yuan: float) -> str:
    return f"{rounded(yuan):,}" if yuan >= 10 else Figure(rounded(yuan, 2), 2).text


def _own_tile(money: PackageMoney, translate: Translator) -> Tile:
    lines = (
        translate("report.tile.total", yuan=f"{money.all.total:,}"),
        translate("report.tile.subsidy", yuan=f"{money.all.subsidy:,}") + "{U}"
        if money.all.subsidy
        else translate("report.tile.no_subsidy"),
    )
    return Tile(translate("report.tile.own"), Figure(money.all.own), translate("report.yuan"), lines)


def _result_tiles(package: Package, money: PackageMoney, comfort: Comfort, translate: Translator) -> tuple[Tile, Tile]:
    low, high = package.saving_yuan.low, package.saving_yuan.high
    saving = money.all.saving
    if saving <= 0:
        warmer = Figure((comfort.after.scaled or 0) - (comfort.now.scaled or 0), 1)
        return (
            Tile(
                translate("report.tile.costs_more"),
                Figure(-saving),
                translate("report.yuan"),
                _range(low, high, translate),
            ),
            Tile(translate("report.tile.warmer"), warmer, "℃", (translate("report.tile.coldest_days"),), strong=True),
        )
    return (
        Tile(
            translate("report.tile.saving"),
            Figure(saving),
            translate("report.yuan"),
            _range(low, high, translate),
            strong=True,
        ),
        Tile(
            translate("report.tile.payback"),
            *_years_tile(payback(money.all.own, saving), translate),
            (_payback_range(money.all.own, low, high, translate), translate("report.tile.prices_fixed")),
        ),
    )


def _years_tile(value: float | None, translate: Translator) -> tuple[Figure, str]:
    """The figure and the unit behind it: what is back within half a year is not "0 years"."""
    figure = years(value)
    if figure.scaled == 0:
        return Figure(1), translate("report.tile.within_year")
    return figure, translate("report.tile.year" if figure.scaled == 1 else "report.tile.years")


def _range(low: float | None, high: float | None, translate: Translator) -> tuple[str, ...]:
    if low is None or high is None:
        return ()
    return (
        translate("report.tile.from", yuan=Figure(to_step(low, 10)).text),
        translate("report.tile.to", yuan=Figure(to_step(high, 10)).text),
    )


def _payback_range(own: int, low: float | None, high: float | None, translate: Translator) -> str:
    if low is None or high is None:
        return ""
    fast, slow = payback(own, to_step(high, 10)), payback(own, to_step(low, 10))
    if slow is None or slow > 99 or fast is None:
        return translate("report.tile.maybe_never", fast=years_words(years(fast), translate))
    shortest, longest = years(fast), years(slow)
    if (longest.scaled or 0) <= 1:
        return translate("report.tile.slow_year")
    key = "fast_slow" if shortest.scaled else "fast_year"
    return translate(f"report.tile.{key}", fast=shortest.text, slow=longest.text)


def losses(audit: Audit, translate: Translator) -> tuple[Loss, ...]:
    """Shares of the heat lost, doors with windows, the largest first; they sum to 100. Walls, roof and windows say what
    they are made of."""
    notes = {note.part: f"{note_text(note, translate)}{{{note.quality.value}}}" for note in audit.loss_notes}
    shares = dict(audit.baseline.loss_shares_pct)
    shares["window"] = shares.get("window", 0) + shares.pop("door", 0)
    ranked = sorted(shares.items(), key=lambda share: (-share[1], share[0]))
    return tuple(Loss(part, Figure(share), notes.get(part, "") if part in _NOTED else "") for part, share in ranked)


def _steps(audit: Audit, package: Package, money: PackageMoney, translate: Translator) -> tuple[Step, ...]:
    groups = groups_of(audit)
    shown, rest = fold(list(zip(package.items, money.items, strict=True)), _MOST_STEPS)
    steps = [_step(item, row, groups, translate) for item, row in shown]
    if rest:
        names = unique(short_name(translate, groups, item.code, item.name) for item, _ in rest)
        total = summed([row for _, row in rest])
        listed = translate("report.comma").join(names[:3])
        note = translate("report.step.see_page2", names=listed)
        steps.append(_figures(translate("report.step.others", n=len(rest)), note, total))
    return tuple(steps)


def _step(item: PackageItem, row: ItemMoney, groups: dict[str, str], translate: Translator) -> Step:
    note = worded(translate, "work", item.code, groups.get(item.code, ""))
    return _figures(said(translate, item.name), note, row)


def _figures(title: str, note: str, row: ItemMoney) -> Step:
    return Step(title, note, Figure(row.own), Figure(row.saving), years(row.payback_years))


def _degrees(value: float) -> Figure:
    return Figure(rounded(value)) if value == round(value) else Figure(rounded(value, 1), 1)


def _comfort_note(audit: Audit, package: Package, money: PackageMoney, translate: Translator) -> str:
    warmest = max(audit.packages, key=lambda choice: choice.coldest_days_c.value)
    gain = rounded(warmest.coldest_days_c.value, 1) - rounded(package.coldest_days_c.value, 1)
    if warmest.code == package.code or gain < 5:
        return ""
    other = PackageMoney.of(warmest, audit).all
    more, dearer = other.own - money.all.own, money.all.saving - other.saving
    if more == 0 and dearer > 0:
        return translate("report.comfort.warmer_same", letter=warmest.code, k=Figure(gain, 1).text, yuan=f"{dearer:,}")
    key = "report.comfort.warmer_more" if more > 0 else "report.comfort.warmer_less"
    return translate(key, letter=warmest.code, k=Figure(gain, 1).text, yuan=f"{abs(more):,}")
