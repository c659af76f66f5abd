"""What the review inbox and the bar of a survey under review show. In displayed words."""

from __future__ import annotations

from dataclasses import dataclass, field

from cpdesk.ui.survey_views import PanelLine, PanelView
from cpdesk.ui.views import Fact, OptionView, StatusView, Tone


@dataclass(frozen=True, slots=True)
class ReviewChip:
    """A status to look at, with how many there are."""

    code: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class ReviewList:
    """Surveys of one status.

    Attributes:
        townships, forms: what the filters offer; one choice needs no filter.
        submit: the word of the button that hands all of them in, "" for none.
    """

    chips: tuple[ReviewChip, ...]
    status: str
    lines: tuple[PanelLine, ...]
    headline: str
    empty: str
    townships: tuple[OptionView, ...] = ()
    forms: tuple[OptionView, ...] = ()
    submit: str = ""


@dataclass(frozen=True, slots=True)
class ReviewPreview:
    """One survey beside the list: where it stands, its remarks, what was changed since it was sent back. `submit` is
    the word of the button that hands it in."""

    survey: str
    title: str
    status: StatusView
    facts: tuple[Fact, ...]
    remarks: PanelView = field(default_factory=PanelView)
    changed: PanelView = field(default_factory=PanelView)
    open_words: str = ""
    submit: str = ""


@dataclass(frozen=True, slots=True)
class ReviewAction:
    """A button of the bar. `why_not` says why it is off."""

    code: str
    words: str
    kind: str = "secondary"
    icon: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class ReviewBarView:
    """The bar above the questions of a survey on its way through the review."""

    words: str
    tone: Tone
    icon: str
    actions: tuple[ReviewAction, ...] = ()
