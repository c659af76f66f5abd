"""What pages show: frozen facts in the language of the window, made by the presenters.

Pages know nothing of records, forms or calculations; presenters know nothing of widgets. Texts are ready to be shown;
figures stay figures so that painters can draw them to scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from cpdesk.ui.figure_views import ChoicesView, SureView, YearView

Tone = Literal["mute", "info", "ok", "warn", "bad"]
Control = Literal[
    "choice", "multi", "combo", "lookup", "checklist", "likert", "rank", "range", "rating",
    "number", "text", "long", "masked", "barcode",
    "date", "month", "year", "time", "moment",
    "point", "trace", "shape",
    "photo", "signature", "drawing", "annotation", "attachment",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatusView:
    """A status as pill: word, tone, icon."""

    words: str
    tone: Tone = "mute"
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole: words and a share 0–1. `figure` names what opens its proof."""

    words: str
    share: float
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A label, its value, and the tone of the value. `figure` names what opens its proof."""

    label: str
    value: str
    tone: Tone = "mute"
    figure: str = ""


# survey -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SectionView:
    """One line of the section list. `depth` 1 stands for an item of a repeat."""

    path: str
    number: str
    title: str
    answered: int
    asked: int
    problems: int = 0
    depth: int = 0


@dataclass(frozen=True, slots=True)
class OptionView:
    """One choice. `also` are its words in the form's other languages, `image` names its picture in the form's files."""

    code: str
    words: str
    also: tuple[str, ...] = ()
    image: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a range runs over. `ticks` is False where the form wants none."""

    start: float
    end: float
    step: float
    vertical: bool = False
    ticks: bool = True


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A known place on the map: WGS 84 degrees, its words, and whether it is the site of this survey."""

    latitude: float
    longitude: float
    words: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class MediaView:
    """A picture, sound or film beside a label: its kind and its name among the form's files. `big` names the larger
    picture that opens when this one is pressed."""

    kind: Literal["image", "audio", "video"]
    name: str
    big: str = ""


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question as it stands.

    Attributes:
        problem: the sentence of a fault.
        assumed: what the calculation takes for an answer that is missing or not known, and why.
        default: the sentence on a value that the form filled in and nobody agreed with; empty for all others.
        mark: how the answer is known, one of `marks`; empty where nobody said.
        marks: what a person may say of it.
    """

    path: str
    number: str
    control: Control
    label: str
    hint: str = ""
    value: str | None = None
    options: tuple[OptionView, ...] = ()
    required: bool = False
    readonly: bool = False
    unit: str = ""
    problem: str = ""
    soft: bool = False
    assumed: str = ""
    default: str = ""
    mark: str = ""
    marks: tuple[str, ...] = ()
    whole: bool = False
    short: bool = False
    guidance: str = ""
    media: tuple[MediaView, ...] = ()
    columns: int = 0
    """Options under each other in so many columns; 0 lets them flow, in one row as long as they fit."""
    quick: bool = False
    """Choosing moves on."""
    grouped: bool = False
    """Digits in groups of three while the field is not typed in."""
    bounds: Bounds | None = None
    places: tuple[PlaceView, ...] = ()
    map: bool = False
    """The map is open at once."""
    cascades: bool = False
    """Which choices there are depends on other answers."""
    file_kind: str = ""
    """Media type of the files an attachment takes, such as `audio/*`."""


@dataclass(frozen=True, slots=True)
class HeadingView:
    """A subheading inside a section, or a note; a cross-check of the form stands out in its tone."""

    path: str
    title: str
    help: str = ""
    media: tuple[MediaView, ...] = ()
    guidance: str = ""
    tone: Tone = "mute"


@dataclass(frozen=True, slots=True)
class FigureView:
    """What the form worked out, to be read only: label, value, unit."""

    path: str
    label: str
    value: str
    unit: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class MatrixView:
    """Several questions with the same choices: the options are columns, each question is a row."""

    path: str
    number: str
    label: str
    options: tuple[OptionView, ...]
    rows: tuple[QuestionView, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class GridView:
    """All items of a repeat as one grid: the columns are questions, each row holds the questions of one item."""

    path: str
    number: str
    label: str
    columns: tuple[QuestionView, ...]
    rows: tuple[tuple[str, Sequence[QuestionView | None]], ...]
    hint: str = ""
    add_words: str = ""
    problem: str = ""
    names: tuple[str, ...] = ()
    """The questions' names below an item, in the order of the columns."""
    can_change: bool = True
    """Whether rows may be inserted, moved and taken away."""
    notes: str = ""
    """What the form says of single rows, one line each."""
    wrong: tuple[int, ...] = ()
    """Places of the rows in which something is to be mended."""
    least: int = 0
    most: int | None = None
    """How many rows there must and may be."""
    words: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    """Of each column whose choices depend on other answers: folded words → codes of all choices, offered now or not.
    Empty of other columns, and where the form does not hold the list."""
    widths: tuple[int, ...] = ()
    """Widths that a person gave the columns, px; empty as long as nobody did."""


@dataclass(frozen=True, slots=True)
class RepeatView:
    """A repeat whose items are sections of their own: a button that adds one."""

    path: str
    title: str
    add_words: str


Item = QuestionView | HeadingView | FigureView | MatrixView | GridView | RepeatView


@dataclass(frozen=True, slots=True)
class ContentView:
    """A file of an answer as it is shown: picture (null where it is none or has not come here yet), size, what the
    camera wrote into it, and the name it was chosen under."""

    image: QImage
    size_bytes: int = 0
    facts: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class CameraPicture:
    """A picture that arrived while a question waited; the image is null when the file cannot be opened."""

    key: str
    image: QImage = field(default_factory=QImage)


@dataclass(frozen=True, slots=True)
class CameraView:
    """How waiting for a photo stands.

    Attributes:
        pictures: what arrived, the newest last.
        kept: key of the picture that was taken into the survey.
        fault, remedy: why the camera program did not start; pictures are waited for all the same.
        folder: the person's own folder that is watched too, in words.
    """

    pictures: tuple[CameraPicture, ...] = ()
    kept: str = ""
    fault: str = ""
    remedy: str = ""
    folder: str = ""

    def newest(self) -> str:
        """The key of the newest picture that can be opened; empty when there is none."""
        return next((each.key for each in reversed(self.pictures) if not each.image.isNull()), "")


@dataclass(frozen=True, slots=True)
class SectionPage:
    """The middle of the survey page."""

    path: str
    number: str
    title: str
    note: str
    items: tuple[Item, ...]
    item: str = ""
    """Path of the repeat item that may be taken away here."""


@dataclass(frozen=True, slots=True)
class SurveyView:
    """The frame of the survey page."""

    record: str
    crumbs: tuple[str, ...]
    title: str
    status: StatusView
    sections: tuple[SectionView, ...]
    answered: int
    asked: int
    problems: int = 0
    can_complete: bool = True


@dataclass(frozen=True, slots=True)
class NowAfter:
    """A pair of bars. `shown_now` and `shown_after` are the figures as words; `figures` name what opens their proof."""

    title: str
    unit: str
    now: float
    after: float
    shown_now: str
    shown_after: str
    change: str
    figures: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class PackageView:
    """One package. `low`, `middle`, `high` are P10, best estimate and P90 of the yearly saving, yuan."""

    id: str
    letter: str
    title: str
    note: str
    low: float
    middle: float
    high: float
    own_cost_yuan: float = 0.0
    co2_saved_t: float = 0.0
    figures: tuple[Fact, ...] = ()
    measures: tuple[str, ...] = ()
    figure: str = ""
    """What opens the proof of its saving."""


@dataclass(frozen=True, slots=True)
class ResultView:
    """The live result panel. `missing` says which answers it still waits for; then the rest may be empty."""

    quality: StatusView | None = None
    bars: tuple[NowAfter, ...] = ()
    heat_note: str = ""
    shares: tuple[Share, ...] = ()
    packages: tuple[PackageView, ...] = ()
    missing: str = ""
    left_out: str = ""
    notes: tuple[str, ...] = ()
    frontier: tuple[tuple[float, float], ...] = ()
    cloud: tuple[tuple[float, float], ...] = ()
    monthly: tuple[tuple[str, float, float], ...] = ()
    combinations: int = 0
    heat_figure: str = ""
    """What opens the heat of the season; of the months `month_figures`."""
    month_figures: tuple[str, ...] = ()
    sure: SureView | None = None
    choices: ChoicesView | None = None
    year: YearView | None = None


# reports, unlock, settings ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One household in the list of reports; `why_not` says what is still missing."""

    id: str
    title: str
    status: StatusView
    ready: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class UnlockView:
    """The daily unlock page."""

    person: str
    role: str
    facts: tuple[tuple[str, str], ...] = field(default=())
    """(icon, sentence) pairs below the boxes."""
