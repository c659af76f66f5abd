"""What every page of a household's report is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cpdesk.base.i18n import Translator
from cpdesk.reports.household_content import HouseholdContent


@dataclass(frozen=True, slots=True)
class Copy:
    """The content with its photos, its language and its hash.

    `damaged` says for pictures that cannot be printed the code of the error.
    """

    content: HouseholdContent
    photos: Mapping[str, bytes]
    translate: Translator
    digest: str
    damaged: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown_digest(self) -> str:
        """The hash in two groups, as people read it out, with a no-break space between."""
        return f"{self.digest[:4]}\u00a0{self.digest[4:]}"


def long_date(iso: str, translate: Translator) -> str:
    """`2026 年 11 月 23 日` or `23 November 2026`."""
    day = date.fromisoformat(iso)
    month = translate(f"report.month.{day.month}")
    return translate("report.date", year=day.year, month=month, day=day.day)
