"""One thing a surveyor said of a house, and how it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from cpdesk.model.records import Quality

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """One thing the surveyor said, and how it is known. A field that was not answered is `None`, not an `Answer`."""

    value: T_co
    quality: Quality = Quality.ESTIMATED


Number = Answer[float]
Code = Answer[str]
