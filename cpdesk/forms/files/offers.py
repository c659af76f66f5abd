"""Values a select offers with their places, counted only where somebody wants them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping


def places(values: Iterable[str]) -> dict[str, int]:
    """Values with their places, the first place of a value that comes twice."""
    found: dict[str, int] = {}
    for place, value in enumerate(values):
        found.setdefault(value, place)
    return found


class Offers(Mapping[str, int]):
    """Offered values with their places. Whether a value is offered is looked up (`__contains__`); all values are gone
    through once, when a place, their number or their order is asked for."""

    def __init__(self) -> None:
        self._places: dict[str, int] | None = None

    @abstractmethod
    def __contains__(self, value: object) -> bool: ...

    @abstractmethod
    def _values(self) -> Iterable[str]:
        """All values in their order; one may come twice."""

    def _counted(self) -> dict[str, int]:
        if self._places is None:
            self._places = places(self._values())
        return self._places

    def __getitem__(self, value: str) -> int:
        return self._counted()[value]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counted())

    def __len__(self) -> int:
        return len(self._counted())
