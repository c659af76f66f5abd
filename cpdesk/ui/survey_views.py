"""What the survey page shows beside its questions: lines of its panels, the last visit, remarks. In displayed words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cpdesk.ui.views import Tone

Tab = Literal["result", "overview", "problems", "last", "remarks", "history"]


@dataclass(frozen=True, slots=True)
class PanelLine:
    """One line of a panel. Enter or a click goes to `path`; Space or a click on the word at its end does the action.

    Attributes:
        key: what tells the line from the others of its panel.
        path: the question it is about; "" where there is nothing to go to.
        title: bold; `text` wraps under it, `meta` is small: place, person, time.
        icon: in the colour of `tone`; "" leaves its place empty.
        action: the word of what can be done; "" for nothing. `action_icon` stands before it.
        faded: it is over and done: an undone change, a problem that was checked.
    """

    key: str
    path: str
    title: str
    text: str = ""
    meta: str = ""
    tone: Tone = "mute"
    icon: str = ""
    action: str = ""
    faded: bool = False

    def spoken(self) -> str:
        """The line as a screen reader says it."""
        return "，".join(part for part in (self.title, self.text, self.meta) if part)


@dataclass(frozen=True, slots=True)
class PanelView:
    """A panel: a sentence above its lines, and what stands there when there are none."""

    headline: str = ""
    lines: tuple[PanelLine, ...] = ()
    empty: str = ""
    tone: Tone = "mute"
    filter: str = ""
    """The word of a switch above the lines; "" for none. `filtered` says whether it is on."""
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class OverviewView:
    """How far a survey has come, where there are no figures to show."""

    answered: int
    asked: int
    required_open: int
    problems: int
    may_complete: bool = True
    open: PanelView = PanelView()


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """What was answered at the last visit, beside what stands now.

    Attributes:
        path: the question's; `place` names it where it is a cell of a grid.
        words: "" where nothing was answered then.
        difference: of numbers, signed and with the unit.
        value: what taking over puts in; None where that cannot be done.
    """

    path: str
    at: str
    words: str
    changed: bool
    difference: str = ""
    value: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class RemarkView:
    """A remark that stands on a question. `place` names the row of a grid; `other` says it came from another desk."""

    path: str
    place: str
    words: str
    who: str
    when: str
    other: bool = False


@dataclass(frozen=True, slots=True)
class BesideView:
    """What stands beside one question or grid.

    Attributes:
        lasts: of a question one, of a grid those of its cells that are other than then.
        check: "open" when an unusual answer may be confirmed, "checked" when it was, with `checked` in words.
    """

    path: str
    lasts: tuple[LastAnswer, ...] = ()
    remarks: tuple[RemarkView, ...] = ()
    check: Literal["", "open", "checked"] = ""
    checked: str = ""


@dataclass(frozen=True, slots=True)
class CompareView:
    """The bar above the questions while they stand beside the last visit."""

    headline: str
    only_changes: bool


@dataclass(frozen=True, slots=True)
class FrameView:
    """What the page says of the survey beyond its sections.

    Attributes:
        has_result: whether answers give figures: the panel of a farmhouse.
        complete: what the button of the top bar does now: "complete", "reopen" or "" for nothing.
        hidden: the sections that are not asked, with why, when they are wanted; `hidden_sections` how many there are.
    """

    has_result: bool
    has_last: bool
    complete: Literal["", "complete", "reopen"]
    problems: int
    unusual: int
    remarks: int
    hidden_sections: int = 0
    hidden: tuple[PanelLine, ...] = ()
