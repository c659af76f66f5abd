"""Dates, statuses and figures as a person reads them, in the language of the window."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from cpdesk.base.clock import BEIJING, Clock
from cpdesk.base.errors import CpdeskError
from cpdesk.model.records import Status
from cpdesk.ui.language import language, tr
from cpdesk.ui.views import StatusView, Tone

_STATUS: Final[dict[Status, tuple[Tone, str]]] = {
    Status.NONE: ("mute", ""),
    Status.DRAFT: ("info", "pencil"),
    Status.COMPLETE: ("ok", "check"),
    Status.SUBMITTED: ("warn", "clock"),
    Status.RETURNED: ("bad", "alert"),
    Status.ACCEPTED: ("ok", "check"),
}

_UNITS: Final = {"1": "", "m2": "m²", "m3": "m³", "m3/h": "m³/h", "mg/m3": "mg/m³", "°C": "℃", "degC": "℃"}
_UNIT_WORDS: Final = ("year", "h", "min", "d", "yuan")


def status_view(status: Status) -> StatusView:
    """A status as pill."""
    tone, icon = _STATUS[status]
    return StatusView(tr(f"status.{status}"), tone, icon)


def moment(at: str, clock: Clock) -> str:
    """An ISO 8601 time in a table: the hour today, 昨天, else the day `11-20`, with the year when it is another one."""
    local = _local(at)
    if local is None:
        return ""
    today = clock.now().astimezone(BEIJING).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today - timedelta(days=1):
        return tr("ui.yesterday")
    return f"{local:%m-%d}" if local.year == today.year else f"{local:%Y-%m-%d}"


def moment_long(at: str, clock: Clock) -> str:
    """The same in a sentence: 今天 14:32, 昨天 14:32, 11-20 14:32."""
    local = _local(at)
    if local is None:
        return ""
    today = clock.now().astimezone(BEIJING).date()
    if local.date() == today:
        return tr("ui.today_at", time=f"{local:%H:%M}")
    if local.date() == today - timedelta(days=1):
        return tr("ui.yesterday_at", time=f"{local:%H:%M}")
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d}"


def duration(seconds: int) -> str:
    """A waiting time: seconds below a minute, else whole minutes, rounded up."""
    return tr("ui.seconds", n=seconds) if seconds < 60 else tr("ui.minutes", n=-(-seconds // 60))


def number(value: float | None, digits: int = 0) -> str:
    """A figure with thousands and the true minus; — when nobody knows it."""
    return "—" if value is None else f"{value:,.{digits}f}".replace("-", "−")


def unit_words(unit: str) -> str:
    """A unit as people write it; the dimensionless 1 is nothing."""
    return tr(f"ui.unit.{unit}") if unit in _UNIT_WORDS else _UNITS.get(unit, unit)


def in_a_row(*parts: str) -> str:
    """Short facts behind each other, the empty ones left out; English wants blanks around the dot."""
    return ("·" if language() == "zh" else " · ").join(part for part in parts if part)


def fault_words(error: Exception) -> str:
    """What went wrong and what to do; anything undeclared is said to be the program's fault."""
    if isinstance(error, CpdeskError):
        mark = tr("ui.fault.code", code=error.code)
        return f"{error.message(language())} {error.remedy(language())} {mark}".replace("  ", " ")
    return tr("ui.fault.bug", kind=type(error).__name__)


def _local(at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(at.replace("Z", "+00:00").split("-0000")[0]).astimezone(BEIJING)
    except ValueError:
        try:  # hybrid logical time carries a counter after the Z
            return datetime.fromisoformat(at[: at.index("Z")] + "+00:00").astimezone(BEIJING)
        except ValueError:
            return None
