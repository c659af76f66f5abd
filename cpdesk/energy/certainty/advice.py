"""The five answers that matter most: what a surveyor can measure, and how far the range of the saving then narrows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from cpdesk.energy.certainty.draws import Houses
from cpdesk.energy.certainty.latin import quantiles
from cpdesk.energy.certainty.response import Response, fit, regressors, response
from cpdesk.energy.certainty.statement import bill_question
from cpdesk.energy.certainty.unsure import CHOICE, Z90, Unsure
from cpdesk.energy.retrofit.grid import Setting
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.assessment import Influence
from cpdesk.model.certainty import Advice
from cpdesk.model.records import Quality

_MOST: Final = 5
_WORTH: Final = 0.01  # less than this share of the range is not worth going there again
_HALVED: Final = 0.55
_FAINT: Final = 0.01  # influences below this share of the range are noise of the draws
_ASKED: Final = ("heater.share_pct", "building.heated_rooms")  # what no instrument shows
_BILL_NOISE: Final = 0.08  # standard deviation of a bill's logarithm: its own error and the winter's weather


def advice(saving: Floats, houses: Houses, setting: Setting, amounts: dict[str, Floats]) -> tuple[Advice, ...]:
    """The strongest advice on the (draws,) saving of a package, by how much it narrows.

    Args:
        amounts: (draws,) use of the house by carrier, for the advice to get a bill where there is none.
    """
    low, high = quantiles(saving, (0.1, 0.9), houses.weights)
    half = 0.5 * (high - low)
    found = response(saving, houses)
    if half <= 0.0 or found.variance <= 0.0:
        return ()
    groups: dict[str, list[int]] = {}
    for at, item in enumerate(houses.dimensions):
        if item.question and item.measured is not None and _remaining(item) < 0.95:
            groups.setdefault(item.question, []).append(at)
    told = [_measured(question, places, found, houses, half) for question, places in groups.items()]
    carriers = {system.carrier for system in setting.building.systems}
    if amounts and not any(bill.carrier in carriers for bill in setting.building.bills):
        told.append(_billed(found, houses, setting, amounts, half))
    worth = [item for item in told if item.half_after_yuan <= (1.0 - _WORTH) * half]
    worth.sort(key=lambda item: (item.half_after_yuan, item.question))
    return tuple(worth[:_MOST])


def _remaining(item: Unsure) -> float:
    """Half-width once measured over today's."""
    if item.kind == CHOICE:
        return 0.0
    return (item.measured or 0.0) / max(item.half_width, 1e-9)


def _measured(question: str, places: Sequence[int], found: Response, houses: Houses, half: float) -> Advice:
    after = found
    for at in places:
        share = _remaining(houses.dimensions[at]) ** 2
        direction = np.zeros(len(houses.dimensions))
        direction[at] = 1.0
        after = after.knowing(direction, share / (1.0 - share))
    item = max((houses.dimensions[at] for at in places), key=lambda one: one.half_width)
    way = "look" if item.kind == CHOICE or item.unit == "" else "measure"
    if question in _ASKED:
        way = "ask"
    own = sum(found.slope[at] ** 2 * found.covariance[at, at] for at in places)
    return _advice(question, item.place, item.name, item.quality, float(own) / found.variance, found, after, half, way)


def _billed(found: Response, houses: Houses, setting: Setting, amounts: dict[str, Floats], half: float) -> Advice:
    """What the bill of the main fuel would do."""
    carrier = max(setting.building.systems, key=lambda item: item.share).carrier
    log_use = np.log(np.maximum(amounts[carrier], 1e-3))
    line = fit(regressors(houses.dimensions, houses.z), log_use[:, None], houses.weights)
    after = found.knowing(line.slope[0], _BILL_NOISE**2 + float(line.residual[0]))
    place = f"energy.carrier.{carrier}"
    return _advice(
        bill_question(carrier), place, "energy.input.bill", Quality.DEFAULT, 1.0 - after.variance / found.variance,
        found, after, half, "bill",
    )  # fmt: skip


def _advice(
    question: str,
    place: str,
    name: str,
    quality: Quality,
    share: float,
    before: Response,
    after: Response,
    half: float,
    way: str,
) -> Advice:
    left = float(np.sqrt(max(after.variance, 0.0) / before.variance))
    text = f"energy.advice.{way}_halves" if left <= _HALVED else f"energy.advice.{way}"
    fields: dict[str, str | float] = {"place": place, "name": name, "before": half, "after": half * left}
    return Advice(question, place, name, quality, 100.0 * share, half, half * left, text, fields)


def influences(saving: Floats, houses: Houses) -> tuple[Influence, ...]:
    """How far each dimension moves a saving when it is at its P10 or P90, the strongest first."""
    found = response(saving, houses)
    whole = found.variance**0.5
    told = []
    for at, item in enumerate(houses.dimensions):
        effect = float(found.slope[at]) * Z90
        if item.kind != CHOICE and abs(effect) >= _FAINT * whole * Z90:
            key = item.members[0].key if item.members else item.key
            told.append(Influence(key, item.name, -effect, effect))
    return tuple(sorted(told, key=lambda one: -abs(one.saving_high_yuan)))
