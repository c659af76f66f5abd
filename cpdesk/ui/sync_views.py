"""What the sync page shows: how things stand, what went and came, conflicts, what the server did not take. In displayed
words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtGui import QImage

from cpdesk.ui.survey_views import PanelLine, PanelView
from cpdesk.ui.views import Fact, OptionView, StatusView, Tone


@dataclass(frozen=True, slots=True)
class SyncView:
    """How things stand with the district server: is everything handed in?

    Attributes:
        headline: the answer to that, in the colour of `tone` with `icon` before it; `sentence` says the rest.
        waiting: what is still to be sent; `rounds`: what went and came.
        stuck: how many values the server did not take. unsubmitted: surveys that are filled and not handed in.
        broken: rules that answers of several people break together.
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
    broken: PanelView = field(default_factory=PanelView)


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a conflict: the value in words, who and when, what the rules say against it, its picture."""

    value: str
    who: str
    against: str = ""
    picture: QImage | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A third value that settles a conflict; nothing takes the answer away."""

    value: str


@dataclass(frozen=True, slots=True)
class DecidedView:
    """What was decided and waits to be sent: the side (or "" for a third value), in words, with the comment."""

    side: str
    words: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ConflictFieldView:
    """One field two people changed.

    Attributes:
        place: the section, and the row of a grid.
        explanation: a sentence where a whole survey or row is in question, not one answer.
        can_write: whether a third value may be written, one of `options` where there are any.
        can_comment: whether a remark can stand there.
        picture: a photograph of the same thing, where the field itself is none.
        history: who answered what when, newest first.
    """

    id: str
    label: str
    place: str
    original: str
    here: SideView
    there: SideView
    can_write: bool = False
    options: tuple[OptionView, ...] = ()
    explanation: str = ""
    can_comment: bool = False
    picture: QImage | None = None
    history: tuple[str, ...] = ()
    decided: DecidedView | None = None


@dataclass(frozen=True, slots=True)
class ConflictView:
    """All conflicts of one record, those decided among them. `survey` says whether there is a page to open."""

    record: str
    title: str
    people: str
    fields: tuple[ConflictFieldView, ...]
    survey: bool = False

    @property
    def open(self) -> int:
        """How many still need a decision."""
        return sum(field.decided is None for field in self.fields)


@dataclass(frozen=True, slots=True)
class StuckView:
    """What of one record the server did not take for one reason.

    Attributes:
        key: names the card; `keys` the values in it, those that are not shown among them.
        reason, remedy: sentences.
        lines: the values, each with the word of its repair; `plain` what stands in its editor, by key of the line.
        path: the question to open, "" where there is none.
    """

    key: str
    record: str
    title: str
    reason: str
    remedy: str
    lines: tuple[PanelLine, ...]
    keys: tuple[str, ...]
    plain: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    can_open: bool = False
