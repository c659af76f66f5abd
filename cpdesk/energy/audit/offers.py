"""What stands beside the packages: every measure with its verdict, near misses, the frontier and its cloud."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from cpdesk.energy.catalogue import EXTRA_GROUPS
from cpdesk.energy.retrofit.criteria import Place, Search
from cpdesk.energy.retrofit.measures import Option, Verdict
from cpdesk.energy.retrofit.packages import paid, payback
from cpdesk.energy.retrofit.statement import quantity
from cpdesk.model.assessment import FrontierPoint, NearMiss, Offer, Quantity, Wishes

_CLOUD: Final = 400
_MISSES: Final = 3


def _saving_alone(search: Search, option: Option) -> float:
    """Yearly saving of a measure done by itself."""
    grid, setting, code = search.grid, search.grid.setting, option.id
    for at, options in enumerate(search.extras.options):
        if [one.id for one in options] == [code]:
            return float(search.side(at).saving[0, 0])
    saving = search.side(0).saving
    for at, options in enumerate(setting.plant_options):
        if [one.id for one in options] == [code]:
            return float(saving[0, at])
    digits = [0] * len(setting.groups)
    for at, group in enumerate(setting.groups):
        for number, one in enumerate(group, 1):
            if one.id == code:
                digits[at] = number
    return float(saving[grid.place(digits), 0])


def offer(search: Search, verdict: Verdict, wishes: Wishes) -> Offer:
    """A measure of the catalogue for this house: what it would be by itself, or why not."""
    measure, option = verdict.measure, verdict.option
    name = f"energy.measure.{measure.id}"
    wanted = measure.works in wishes.wanted
    if option is None:
        return Offer(measure.id, name, measure.group, False, verdict.reasons, wanted=wanted)
    money = paid(search.grid, [option])
    own, saving = money.own(measure.id), _saving_alone(search, option)
    low, mid, high = option.cost_yuan
    spent = Quantity(
        mid, "CNY", low, high, "energy.formula.investment", (("energy.term.amount", option.amount, option.unit),),
        source=measure.source, status=measure.status,
    )  # fmt: skip
    return Offer(
        code=measure.id,
        name=name,
        group=measure.group,
        applicable=True,
        reasons=(),
        amount=quantity(option.amount, option.unit, "amount_of_work", source="measures.csv"),
        investment_yuan=spent,
        subsidy_yuan=quantity(money.subsidy[measure.id], "CNY", "subsidy", source="subsidies.csv", status="to_confirm"),
        own_cost_yuan=quantity(own, "CNY", "own_cost", ("investment", mid, "CNY"),
                               ("subsidy", money.subsidy[measure.id], "CNY"), source="measures.csv",
                               status="to_confirm"),
        saving_alone_yuan=quantity(saving, "CNY/a", "saving", source="tariffs.csv", status="to_confirm"),
        payback_alone_a=payback(own, saving),
        life_a=measure.life_a,
        wanted=wanted,
    )  # fmt: skip


def near_misses(offers: Sequence[Offer]) -> tuple[NearMiss, ...]:
    """The single measures that come nearest to paying: payback over life, the smallest first."""
    found: list[tuple[float, NearMiss]] = []
    for one in offers:
        if one.own_cost_yuan is None or one.saving_alone_yuan is None or one.saving_alone_yuan.value <= 0:
            continue
        if one.group in EXTRA_GROUPS:
            continue  # they may pay where no heating works do
        assert one.life_a is not None  # every offered measure has a life
        back = one.payback_alone_a
        ratio = back.value / one.life_a if back is not None else np.inf
        miss = NearMiss(one.code, one.name, one.own_cost_yuan, one.saving_alone_yuan, back, one.life_a)
        found.append((float(ratio), miss))
    found.sort(key=lambda item: (item[0], item[1].code))
    return tuple(miss for _, miss in found[:_MISSES])


def points(search: Search, seed: int) -> tuple[tuple[FrontierPoint, ...], tuple[FrontierPoint, ...]]:
    """The frontier in order of own money, and a sample of the solved combinations that it beats."""
    best = search.frontier()
    draw, shape = np.random.default_rng(seed), search.grid.saving.shape
    many = min(_CLOUD, search.grid.saving.size)
    states, plants = np.unravel_index(draw.choice(search.grid.saving.size, size=many, replace=False), shape)
    extras = draw.integers(0, len(search.extras.options), size=many)
    sample = sorted(zip(states.tolist(), plants.tolist(), extras.tolist(), strict=True))
    beaten = [place for place in sample if place not in set(best)]
    return tuple(_point(search, place) for place in best), tuple(_point(search, place) for place in beaten)


def _point(search: Search, place: Place) -> FrontierPoint:
    state, plant, extra = place
    grid, extras = search.grid, search.extras
    return FrontierPoint(
        own_cost_yuan=float(grid.own_cost[state, plant] + extras.own_cost[extra]),
        co2_saving_t=float(grid.co2_saving_kg[state, plant] + extras.co2_saving_kg[extra]) / 1000.0,
        measures=search.measures(place),
    )
