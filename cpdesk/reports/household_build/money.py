"""The money of a package, rounded so that rows, columns and the waterfall add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cpdesk.model.assessment import Audit, Package, PackageItem
from cpdesk.reports.household_content import Figure
from cpdesk.reports.rounding import money_step, parts_of, rounded, to_step

SAVING_STEP = 10


@dataclass(frozen=True, slots=True)
class ItemMoney:
    """Printed yuan of one measure: price − subsidy = own; yearly savings `same` before and `saving` after warmth."""

    total: int
    subsidy: int
    same: int
    saving: int

    @property
    def own(self) -> int:
        return self.total - self.subsidy

    @property
    def payback_years(self) -> float | None:
        return payback(self.own, self.saving)


@dataclass(frozen=True, slots=True)
class PackageMoney:
    """Printed yuan of a package and its measures. `before` is the heating of a season now."""

    before: int
    items: tuple[ItemMoney, ...]

    @classmethod
    def of(cls, package: Package, audit: Audit) -> PackageMoney:
        """Rounds a package; each column of the items sums to its rounded total."""
        total, subsidy = package.investment_yuan.value, package.subsidy_yuan.value
        step = money_step(total)
        columns = (
            parts_of(to_step(total, step), [item.investment_yuan.value for item in package.items], step),
            parts_of(to_step(subsidy, step), [item.subsidy_yuan.value for item in package.items], step),
            parts_of(_saving(package.saving_same_yuan.value), [i.saving_same_yuan.value for i in package.items], 10),
            parts_of(_saving(package.saving_yuan.value), [item.saving_yuan.value for item in package.items], 10),
        )
        return cls(
            before=_saving(audit.baseline.cost_yuan.value),
            items=tuple(ItemMoney(*row) for row in zip(*columns, strict=True)),
        )

    @property
    def all(self) -> ItemMoney:
        """The sums."""
        return summed(self.items)

    @property
    def warmth(self) -> int:
        """What was turned into warmer rooms, in yuan a year."""
        return self.all.same - self.all.saving

    @property
    def after(self) -> int:
        """Heating of a season after the package."""
        return self.before - self.all.saving


def summed(items: Sequence[ItemMoney]) -> ItemMoney:
    """The sum of several measures."""
    return ItemMoney(
        total=sum(item.total for item in items),
        subsidy=sum(item.subsidy for item in items),
        same=sum(item.same for item in items),
        saving=sum(item.saving for item in items),
    )


def fold(
    items: Sequence[tuple[PackageItem, ItemMoney]], most: int
) -> tuple[list[tuple[PackageItem, ItemMoney]], list[tuple[PackageItem, ItemMoney]]]:
    """Splits off the measures that save least when there are more than `most`; both lists keep the order of work."""
    if len(items) <= most:
        return list(items), []
    ranked = sorted(range(len(items)), key=lambda index: -items[index][1].same)
    kept = set(ranked[: most - 1])
    return [row for n, row in enumerate(items) if n in kept], [row for n, row in enumerate(items) if n not in kept]


def payback(own: int, saving: int) -> float | None:
    """Printed own money over printed saving; `None` when nothing is saved."""
    return own / saving if saving > 0 else None


def years(value: float | None, decimals: int = 0) -> Figure:
    """Years as a figure; a payback of more than 99 years is no payback."""
    if value is None or value > 99:
        return Figure(None, decimals)
    return Figure(rounded(value, decimals), decimals)


def _saving(value: float) -> int:
    return to_step(value, SAVING_STEP)
