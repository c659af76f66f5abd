"""What a household's report says, as data.

The content is frozen, holds whole numbers and texts only, and has one canonical JSON form; its hash stands on every
page. Layouts of any edition are made from it and add no figure of their own. Inline marks in texts: `{M}` measured,
`{B}` bill or plate, `{E}` estimated by eye, `{D}` default, `{U}` not confirmed; `**bold**`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

from cpdesk.model.oplog import canonical_json
from cpdesk.reports.year_content import YearPage

MINUS: Final = "\u2212"
MISSING: Final = "—"
SCHEMA: Final = 1

RETROFIT, COMFORT, NOTHING = "retrofit", "comfort", "nothing"


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed number: `scaled` in units of 10^-decimals, so that sums are exact.

    Attributes:
        scaled: `None` is missing or not applicable and prints as a dash; 0 prints as 0.
        mark: M, B, E, D or empty. unconfirmed: carries the mark 待核.
        signed: prints a plus in front of a gain.
    """

    scaled: int | None
    decimals: int = 0
    unit: str = ""
    mark: str = ""
    unconfirmed: bool = False
    signed: bool = False

    @property
    def text(self) -> str:
        """Digits as printed, in both languages: `12,400`, `−3.5`, `—`."""
        if self.scaled is None:
            return MISSING
        sign = MINUS if self.scaled < 0 else "+" if self.signed and self.scaled > 0 else ""
        whole, part = divmod(abs(self.scaled), 10**self.decimals)
        return f"{sign}{whole:,}" + (f".{part:0{self.decimals}}" if self.decimals else "")

    @property
    def number(self) -> float | None:
        """The printed value."""
        return None if self.scaled is None else self.scaled / 10**self.decimals

    @property
    def marked(self) -> str:
        """Digits with the inline marks behind them."""
        return self.text + (f"{{{self.mark}}}" if self.mark else "") + ("{U}" if self.unconfirmed else "")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose report it is, and which visit it rests on. `visited_on` is an ISO date; `site` the id a person reads."""

    site: str
    record: str
    household: str
    address: str
    visited_on: str
    visit: int
    surveyor: str
    phone: str
    form: str
    form_version: str
    program: str
    sample: bool = False
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the four figures of page 1, with two lines under it."""

    title: str
    figure: Figure
    unit: str
    lines: tuple[str, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """Where heat goes: `part` is wall, roof, window, air or floor; yuan out of 100."""

    part: str
    yuan: Figure
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first things to do."""

    title: str
    note: str
    own: Figure
    saving: Figure
    payback_years: Figure


@dataclass(frozen=True, slots=True)
class Comfort:
    """Rooms on the coldest days, in ℃ with one decimal; `wish_label` says whose wish or rule the third one is."""

    now: Figure
    after: Figure
    wish: Figure
    wish_label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class FreeAct:
    """Something that costs nothing."""

    title: str
    note: str
    saving: Figure


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A measure that does not pay: payback beside life."""

    name: str
    own: Figure
    saving: Figure
    payback_years: Figure
    life_years: Figure


@dataclass(frozen=True, slots=True)
class Occasion:
    """When to look again, and what it would then be worth."""

    when: str
    what: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the packages A, B, C."""

    letter: str
    badge: str
    name: str
    own: Figure
    subsidy: Figure
    saving: Figure
    low: Figure
    high: Figure
    payback_years: Figure
    coldest: Figure
    co2_t: Figure
    heating: str
    caution: str


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure of the package shown, in the order of the work. `saving_same`: with rooms as warm as before."""

    name: str
    total: Figure
    subsidy: Figure
    own: Figure
    saving_same: Figure
    saving: Figure
    payback_years: Figure


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the waterfall: `kind` is now, saving, warmth or after; `yuan` is the step, or the level at both ends."""

    label: str
    yuan: Figure
    kind: str


@dataclass(frozen=True, slots=True)
class Point:
    """Own money in yuan and carbon saved in kg a year; `letter` on the packages."""

    own_yuan: int
    co2_kg: int
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Frontier:
    """Cost against carbon of all combinations: the line, a sample of those under it, the packages."""

    combinations: int
    line: tuple[Point, ...]
    cloud: tuple[Point, ...]
    packages: tuple[Point, ...]
    budget_yuan: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A bold head and its sentence; one that is `spare` is printed where the page has room for it."""

    head: str
    sentence: str
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """Page 2. `recommended` is a letter or empty; `shown` the package whose measures are listed, empty when none.

    `measures` has seven rows at most; when more were folded into its last one, `all_measures` lists each. `singles` are
    the measures done alone, listed when no package is shown.
    """

    choices: tuple[Choice, ...]
    recommended: str
    shown: str
    measures: tuple[MeasureRow, ...]
    all_measures: tuple[MeasureRow, ...]
    total: MeasureRow | None
    bars: tuple[Bar, ...]
    frontier: Frontier
    reasons: tuple[Reason, ...]
    singles: tuple[NearMiss, ...] = ()


@dataclass(frozen=True, slots=True)
class InputRow:
    """A value that was used, what stood in for it, and how far the saving moves if it is wrong."""

    name: str
    value: str
    basis: str
    effect: str


@dataclass(frozen=True, slots=True)
class Month:
    """Heat of one month in kWh: gains by sun, people, heating; losses by part."""

    label: str
    gains_kwh: tuple[Figure, ...]
    losses_kwh: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """Heat of the season. Names and totals in the order in which the months hold them."""

    gains: tuple[str, ...]
    losses: tuple[str, ...]
    gain_totals: tuple[Figure, ...]
    loss_totals: tuple[Figure, ...]
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A factor or tariff."""

    name: str
    value: str
    year: str
    source: str


@dataclass(frozen=True, slots=True)
class BillBar:
    """One use of fuel beside another: `kind` is modelled, calibrated or billed."""

    label: str
    amount: Figure
    kind: str


@dataclass(frozen=True, slots=True)
class Method:
    """Page 3. `advice` says which answers are worth measuring, and how far the range of the saving then narrows."""

    inputs: tuple[InputRow, ...]
    counts: tuple[int, int, int, int]
    grade: str
    balance: Balance
    factors: tuple[FactorRow, ...]
    bills: tuple[BillBar, ...]
    bill_note: str
    check: str
    notes: tuple[str, ...]
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo by its SHA-256, or the reason why there is none (then `sha256` is empty).

    Whether its bytes have reached this computer is no content: a reprint elsewhere must have the same hash.
    """

    caption: str
    sha256: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature taken on the screen: `role` is householder or surveyor, `signed_on` an ISO date."""

    role: str
    sha256: str
    signed_on: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed: `kind` is do, leave or open; `who` acts."""

    kind: str
    text: str
    who: str


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent and whether it was given."""

    text: str
    given: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What could change the result, and by how much."""

    what: str
    effect: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask: the office that seals, its telephone and hours; what nobody set is empty and not printed."""

    seal: str
    office: str
    phone: str
    hours: str


@dataclass(frozen=True, slots=True)
class Closing:
    """Page 4."""

    photos: tuple[Photo, ...]
    photos_note: str
    agreements: tuple[Agreement, ...]
    consents: tuple[Consent, ...]
    data_note: str
    changes: tuple[Change, ...]
    contact: Contact
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class HouseholdContent:
    """The report of one household. `kind` is retrofit, comfort (no saving, but warmer) or nothing (none pays).

    `steps_note` stands beside the head of the steps when they are not all shown in the order of the work; `warning` is
    a danger to life that is printed before everything else; `year` stands on a page of its own.
    """

    identity: Identity
    kind: str
    answer: str
    tiles: tuple[Tile, ...]
    losses: tuple[Loss, ...]
    steps: tuple[Step, ...]
    comfort: Comfort | None
    free_acts: tuple[FreeAct, ...]
    near_misses: tuple[NearMiss, ...]
    occasions: tuple[Occasion, ...]
    notes: tuple[str, ...]
    choices: Choices
    method: Method
    closing: Closing
    steps_note: str = ""
    warning: str = ""
    year: YearPage | None = None
    schema: int = SCHEMA

    def as_json(self) -> bytes:
        """Canonical JSON of all content."""
        return canonical_json(_data(self))

    def hash(self) -> str:
        """First 8 hex digits of the SHA-256 of the canonical JSON, as printed on every page."""
        return hashlib.sha256(self.as_json()).hexdigest()[:8]


def _data(value: Any) -> Any:
    """As `dataclasses.asdict`, without its deep copies."""
    if isinstance(value, tuple):
        return [_data(item) for item in value]
    if is_dataclass(value):
        return {field.name: _data(getattr(value, field.name)) for field in fields(value)}
    return value


def texts_of(value: Any) -> Iterator[str]:
    """All texts of a content, for the check of glyphs before printing."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_of(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts_of(getattr(value, field.name))


def plain(text: str) -> str:
    """A text somebody typed, made safe to stand among inline marks."""
    return " ".join(text.split()).replace("{", "｛").replace("}", "｝").replace("**", "＊＊")
