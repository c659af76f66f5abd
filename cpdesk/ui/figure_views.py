"""What the pages show of figures: how sure they are, what else could be chosen, and the proof of one. In displayed
words; a `figure` is a dotted name of the audit that opens the proof."""

from __future__ import annotations

from dataclasses import dataclass

from cpdesk.ui.survey_views import PanelLine
from cpdesk.ui.views import Fact, Tone


@dataclass(frozen=True, slots=True)
class SureView:
    """What the figures rest on, and what would make them surer.

    Attributes:
        bills: how bills and survey stand to each other; `bills_tone` bad where they contradict each other.
        questions: what to ask then.
        advice: answers worth measuring; each goes to its question.
        more: warmth instead of money, peak power and the like; each opens its figure.
        notices: what the household must know of the package, each with its tone.
    """

    bills: str = ""
    bills_tone: Tone = "mute"
    questions: tuple[PanelLine, ...] = ()
    advice: tuple[PanelLine, ...] = ()
    more: tuple[PanelLine, ...] = ()
    notices: tuple[tuple[Tone, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """A combination or a measure: its title, what it is made of, and its figures in the order of the heads."""

    title: str
    note: str
    figures: tuple[Fact, ...]
    tone: Tone = "mute"
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class MoneyView:
    """Who pays for a package and who gains: `code` and `title` of the package.

    Attributes:
        heads: household, government, society.
        rows: a label and a figure for each of these.
        account: more figures of the household alone.
    """

    code: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Fact, ...]], ...]
    account: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ChoicesView:
    """Beside the three packages: the best by each criterion, the levels, the shares of measures.

    Attributes:
        levels: one row a level with its requirements as figures (label: requirement, value against limit).
        shares: of each package its title and rows of measures.
        money: who pays for each package and who gains.
    """

    criteria: tuple[ChoiceRow, ...] = ()
    levels: tuple[ChoiceRow, ...] = ()
    shares: tuple[tuple[str, tuple[ChoiceRow, ...]], ...] = ()
    money: tuple[MoneyView, ...] = ()


@dataclass(frozen=True, slots=True)
class YearRow:
    """One use of the year, the sun, or the total; `strong` the total."""

    title: str
    figures: tuple[Fact, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class YearView:
    """The whole year of the house as it is: kWh, yuan and CO2 of every use; `lines` tell of the sun and of what a
    choice would make of the year, each opens its figure."""

    rows: tuple[YearRow, ...] = ()
    lines: tuple[PanelLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplanationView:
    """The proof of one figure.

    Attributes:
        place: what it is a figure of: 现状, 方案 A; `title` its name; `whole` both.
        value: with its unit; `range` in words, "" where none was computed.
        mark: 待核 or the like; `tone` its tone.
        operands: what went in; those with a `path` open further.
        answers: the answers behind it with their data quality; those with a `path` jump to their question.
        factors: versions of factors and tariffs.
        qualities: how many answers are measured, from bills, by eye, default.
    """

    name: str
    place: str
    title: str
    whole: str
    value: str
    range: str
    mark: str
    tone: Tone
    formula: str
    source: str
    operands: tuple[PanelLine, ...]
    answers: tuple[PanelLine, ...]
    factors: tuple[PanelLine, ...]
    qualities: str

    def as_text(self) -> str:
        """All of it as plain text, for the clipboard."""
        head = f"{self.whole}: {self.value}"
        lines = [head, self.range, self.mark, self.formula, self.source]
        for part in (self.operands, self.factors, self.answers):
            lines += [f"  {' · '.join(word for word in (line.title, line.text, line.meta) if word)}" for line in part]
        return "\n".join(line for line in [*lines, self.qualities] if line)
