"""Rounding of printed figures: half away from zero, and parts that are made to sum.

A reader with a pencil must be able to add a column. So rounded parts share what rounding left over by the largest
remainder, and every figure that is a sum or a difference of printed ones is computed from the printed ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal


def rounded(value: float, decimals: int = 0) -> int:
    """`value` in units of 10^-decimals, half away from zero: `rounded(9.25, 1)` is 93.

    Raises:
        ValueError: when the value is not finite.
    """
    if not math.isfinite(value):
        raise ValueError(f"cannot print {value}")
    scaled = Decimal(repr(float(value))).scaleb(decimals)
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_step(value: float, step: int) -> int:
    """The nearest multiple of `step`, half away from zero."""
    return rounded(value / step) * step


def money_step(value: float) -> int:
    """Money is printed in whole yuan, in tens from 1,000 yuan on."""
    return 10 if abs(value) >= 1000 else 1


def parts_of(total: int, values: Sequence[float], step: int = 1) -> list[int]:
    """Multiples of `step` that sum to `total`, as near to `values` as that allows (largest remainder).

    When `total` is the rounded sum of `values`, each part differs from its value by less than one step.

    Raises:
        ValueError: when `total` is not a multiple of `step`, or there are no values to share it.
    """
    if total % step:
        raise ValueError(f"{total} is not a multiple of {step}")
    if not values:
        if total:
            raise ValueError(f"nothing to share {total} among")
        return []
    floors = [math.floor(value / step) for value in values]
    left = total // step - sum(floors)
    whole, extra = divmod(left, len(values))
    order = sorted(range(len(values)), key=lambda index: (floors[index] - values[index] / step, index))
    raised = set(order[:extra])
    return [(floor + whole + (index in raised)) * step for index, floor in enumerate(floors)]
