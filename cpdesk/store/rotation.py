"""Which backups stay: the newest of each of the last days, weeks and months that have one, within a bound of space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

DAYS: Final = 7
WEEKS: Final = 4
MONTHS: Final = 12
BYTES_MAX: Final = 20 * 1024**3
_ALWAYS: Final = 2
T = TypeVar("T")
_PERIODS: Final[tuple[tuple[int, Callable[[datetime], tuple[int, ...]]], ...]] = (
    (DAYS, lambda at: (at.year, at.month, at.day)),
    (WEEKS, lambda at: tuple(at.isocalendar()[:2])),
    (MONTHS, lambda at: (at.year, at.month)),
)


def to_drop(backups: Sequence[tuple[T, datetime, int]], bytes_max: int = BYTES_MAX) -> list[T]:
    """What may go of backups given as (backup, when it was made, bytes it takes up alone), oldest first.

    The last two given always stay, whatever their time says: a clock may have been wrong.
    """
    newest_first = list(reversed(backups))
    kept = set(range(min(_ALWAYS, len(newest_first))))
    for count, period_of in _PERIODS:
        seen: set[tuple[int, ...]] = set()
        for number, (_, made_at, _) in enumerate(newest_first):
            period = period_of(made_at)
            if period not in seen and len(seen) < count:
                seen.add(period)
                kept.add(number)
    total = 0
    for number in sorted(kept):
        total += newest_first[number][2]
        if total > bytes_max and number >= _ALWAYS:
            kept.discard(number)
    return [backup for number, (backup, _, _) in reversed(list(enumerate(newest_first))) if number not in kept]
