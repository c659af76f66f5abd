"""What the sync page shows: how things stand, what went and came, conflicts, what the server did not take. In displayed
words."""

from __future__ import annotations

from dataclasses import dataclass, field

from cpdesk.ui.survey_views import PanelView
from cpdesk.ui.views import Fact, OptionView, StatusView, Tone


@dataclass(frozen=True, slots=True)
class SyncView:
    """How things stand with the district server: is everything handed in?

    Attributes:
        headline: the answer to that, in the colour of `tone` with `icon` before it; `sentence` says the rest.
        waiting: what is still to be sent; `rounds`: what went and came.
        stuck: how many values the server did not take. unsubmitted: surveys that are filled and not handed in.
    """

    pill: StatusView
    headline: str
    sentence: str
    facts: tuple[Fact, ...] = ()
    can_sync: bool = True
    why_not: str = ""
    tone: Tone = "mute"
    icon: str = "cloud"
    waiting: PanelView = field(default_factory=PanelView)
    rounds: PanelView = field(default_factory=PanelView)
    stuck: int = 0
    unsubmitted: int = 0


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a conflict: the value in words and who, when, how."""

    value: str
    who: str
    known: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A third value that settles a conflict; nothing takes the answer away."""

    value: str


@dataclass(frozen=True, slots=True)
class ConflictFieldView:
    """One field two people changed. `can_write` allows a third value, one of `options` where there are any."""

    id: str
    label: str
    place: str
    original: str
    here: SideView
    there: SideView
    can_write: bool = False
    options: tuple[OptionView, ...] = ()


@dataclass(frozen=True, slots=True)
class ConflictView:
    """All conflicts of one record."""

    record: str
    title: str
    people: str
    fields: tuple[ConflictFieldView, ...]
