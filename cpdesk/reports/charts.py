"""Charts of the reports. Each area has an outline and its own lightness or hatch, so a grey print says the same."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from cpdesk.reports.household_content import MINUS, Balance, Bar, BillBar, Comfort, Figure, Frontier, Month, Point
from cpdesk.reports.sheet import LEAST_PT, NOTE, Sheet, Type

_TICK = Type(9, 13, False, "ink2")
_NARROW = Type(8.2, 10.6, False, "ink2")
_LABEL = Type(10.5, 14)
_BOLD = Type(10.5, 14, True)
_SMALL_BOLD = Type(9, 12, True)


@dataclass(frozen=True, slots=True)
class Look:
    """How an area is filled: a token, and a hatch over it."""

    fill: str
    hatch: str = ""
    hatch_stroke: str = "ink"


NOW, SAVING, WARMTH, AFTER = Look("present"), Look("second"), Look("surface", "diagonal"), Look("accent")
_BARS: Final = {"now": NOW, "saving": SAVING, "warmth": WARMTH, "after": AFTER}
_BILLS: Final = {"modelled": Look("light_area"), "calibrated": Look("second"), "billed": Look("dark_area")}
_LOSSES: Final = (
    Look("accent"),
    Look("second"),
    Look("present", "diagonal", "surface"),
    Look("light_area"),
    Look("surface", "level"),
    Look("dark_area"),
)
_GAINS: Final = (Look("dark_area"), Look("sun_area", "upright"), Look("surface"), Look("light_area", "level"))


def area(sheet: Sheet, x: float, y: float, width: float, height: float, look: Look) -> None:
    """A filled and outlined rectangle."""
    if height <= 0 or width <= 0:
        return
    sheet.rect(x, y, width, height, fill=look.fill)
    if look.hatch:
        sheet.hatch(x, y, width, height, look.hatch, stroke=look.hatch_stroke, line=0.4, pitch=1.25)
    sheet.rect(x, y, width, height, stroke="ink", line=0.4)


def nice_step(span: float, most: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that parts `span` into at most `most` intervals."""
    if span <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if span / (factor * power) <= most + 1e-9)


def range_pill(
    sheet: Sheet, x: float, y: float, width: float, *, low: float, middle: float, high: float, top: float, bottom: float
) -> None:
    """P10–P90 as a pill with a tick at P50, on a scale from `bottom` to `top` shared by all rows."""
    scale = width / (top - bottom)
    left, right, tick = (x + (value - bottom) * scale for value in (low, high, middle))
    sheet.line(x, y, x + width, y, width=0.5, stroke="field")
    sheet.rect(left, y - 1.1, max(right - left, 1.0), 2.2, fill="second", radius=min(1.0, max(right - left, 1.0) / 2))
    sheet.line(tick, y - 2.1, tick, y + 2.1, width=1.6)


def comfort_scale(
    sheet: Sheet, x: float, y: float, width: float, comfort: Comfort, *, now: str, after: str, wish: str, unit: str
) -> None:
    """Bedroom on the coldest days, before and after, on a scale of degrees with its line at `y`."""
    values = [comfort.now.number or 0.0, comfort.after.number or 0.0, comfort.wish.number or 0.0]
    low = min(10, 2 * math.floor((min(values) - 0.5) / 2))
    high = max(20, 2 * math.ceil((max(values) + 0.5) / 2))
    scale = width / (high - low)
    now_x, after_x, wish_x = (x + (value - low) * scale for value in values)
    area(sheet, min(now_x, after_x), y - 3.6, abs(after_x - now_x), 3.6, Look("second", "diagonal", "surface"))
    sheet.line(x, y, x + width, y, width=0.8)
    step = 2 if high - low <= 16 else 4
    for degrees in range(low, high + 1, step):
        place = x + (degrees - low) * scale
        sheet.line(place, y, place, y + 1.2, width=0.5)
        label = f"{degrees} {unit}" if degrees + step > high else str(degrees)
        sheet.text(place - (1.5 if degrees + step > high else 0), y + 4.9, label, _TICK, align="centre")
    _comfort_labels(sheet, y, (now_x, after_x, wish_x), (now, after, wish), comfort)


def _comfort_labels(
    sheet: Sheet, y: float, places: tuple[float, float, float], words: tuple[str, str, str], comfort: Comfort
) -> None:
    now_x, after_x, wish_x = places
    texts = (f"{words[0]} {comfort.now.text}", f"{words[1]} {comfort.after.text}")
    accent = replace(_BOLD, colour="accent")
    widths = (sheet.width(texts[0], _BOLD), sheet.width(texts[1], accent))
    close = abs(after_x - now_x) < sum(widths) / 2 + 2
    now_left = now_x - widths[0] if close else now_x - widths[0] / 2
    after_left = now_x + 2 if close else after_x - widths[1] / 2
    if not close and after_x < wish_x:
        after_left = min(after_left, wish_x - 1.2 - widths[1])  # the line of the wish must not cross the figure
    now_left = max(now_left, 0.0)
    sheet.text(now_left, y - 5, texts[0], _BOLD)
    sheet.text(after_left, y - 5, texts[1], accent)
    label = f"{words[2]} {comfort.wish.text}"
    clash = wish_x < after_left + widths[1] + 2
    height = y - 9.6 if clash else y - 5
    sheet.line(wish_x, height - 2.6, wish_x, y, width=0.7, dash=(2, 1.4))
    sheet.text(wish_x + 1.2, height, label, replace(_LABEL, colour="ink2"))


def waterfall(sheet: Sheet, x: float, y: float, width: float, height: float, bars: Sequence[Bar]) -> None:
    """From the cost now to the cost after, each step with its value; between `y` and the base line below."""
    slot = width / len(bars)
    words = [word for bar in bars for word in bar.label.split()]
    whole = max(len(sheet.lines(bar.label, slot, _TICK)) for bar in bars) <= 2
    whole &= all(sheet.width(word, _TICK) <= slot for word in words)
    label_style, room = (_TICK, slot) if whole else (_NARROW, slot + 1.6)  # long words may lean over their slot
    label_mm = 1.4 + max(sheet.height(bar.label, room, label_style) for bar in bars)
    base, top = y + height - max(label_mm, 9.0), y + 6
    most = max(_level(bars, index)[1] for index in range(len(bars))) or 1.0
    scale = (base - top) / most
    bar_mm = min(11.0, slot * 0.8)
    value_style = _BOLD if slot >= 12 else Type(8.4, 12, True)
    for bar in bars:
        value_style = sheet.fitted(bar.yuan.text, value_style, slot - 0.4, smallest=LEAST_PT)
    before = 0.0
    for index, bar in enumerate(bars):
        low, high, after = _level(bars, index)
        left = x + slot * index + (slot - bar_mm) / 2
        if index:
            sheet.line(
                left - (slot - bar_mm), base - before * scale, left, base - before * scale, width=0.5, dash=(1, 1)
            )
        area(sheet, left, base - high * scale, bar_mm, (high - low) * scale, _BARS[bar.kind])
        sheet.text(left + bar_mm / 2, base - high * scale - 1.4, bar.yuan.text, value_style, align="centre")
        sheet.para(left + bar_mm / 2 - room / 2, base + 0.8, room, bar.label, label_style, align="centre")
        before = after
    sheet.line(x, base, x + width, base, width=0.8)


def _level(bars: Sequence[Bar], index: int) -> tuple[float, float, float]:
    """Lower and upper edge of a bar, and the level after it."""
    level = 0.0
    low = high = 0.0
    for bar in bars[: index + 1]:
        value = bar.yuan.number or 0.0
        if bar.kind in ("now", "after"):
            low, high, level = 0.0, value, value
        else:
            low, high = sorted((level, level + value))
            level += value
    return low, high, level


def frontier(
    sheet: Sheet, x: float, y: float, width: float, height: float, data: Frontier, *, names: tuple[str, str, str]
) -> None:
    """Cost against carbon; `names` are the upright axis, the level axis and the word for the budget."""
    sheet.text(x, y + 3, names[0], NOTE)
    left, base, top = x + 9, y + height - 9.5, y + 6.5
    most_x = _money_shown(data) / 1000
    line = _cut_at(data.line, most_x * 1000)
    levels = [point.co2_kg for point in [*line, *data.packages]]
    most_y, least_y = max([*levels, 100]) * 1.06 / 1000, min([*levels, 0]) * 1.15 / 1000
    step_x, step_y = nice_step(most_x, 5), nice_step(most_y - least_y, max(2, min(6, int((base - top) / 6))))
    plot_width = x + width - left
    scale_x, scale_y = plot_width / most_x, (base - top) / (most_y - least_y)

    def place(point: Point) -> tuple[float, float]:
        return left + point.own_yuan / 1000 * scale_x, base - (point.co2_kg / 1000 - least_y) * scale_y

    if data.budget_yuan is not None and data.budget_yuan / 1000 < most_x:
        over = left + data.budget_yuan / 1000 * scale_x
        sheet.rect(over, top, x + width - over, base - top, fill="head_ground")
        sheet.hatch(over, top, x + width - over, base - top, "diagonal", stroke="surface", line=0.8, pitch=1.4)
    for number in range(math.ceil(least_y / step_y - 1e-9), int(most_y / step_y + 1e-9) + 1):
        height_mm = base - (number * step_y - least_y) * scale_y
        sheet.line(left, height_mm, x + width, height_mm, width=0.3, stroke="row_line")
        sheet.text(left - 1.5, height_mm + 1.1, _axis(number * step_y, step_y), _TICK, align="right")
    sheet.line(left, base, x + width, base, width=0.8)
    for number in range(int(most_x / step_x + 1e-9) + 1):
        sheet.text(left + number * step_x * scale_x, base + 4.4, _axis(number * step_x, step_x), _TICK, align="centre")
    sheet.text(x + width, base + 8.6, names[1], NOTE, align="right")
    inside = [
        point for point in data.cloud if point.own_yuan / 1000 <= most_x and least_y <= point.co2_kg / 1000 <= most_y
    ]
    sheet.dots([place(point) for point in inside], radius=0.34, fill="arrow_area")
    if len(line) > 1:
        sheet.polygon([place(point) for point in line], stroke="accent", line=1.2, close=False)
    if len(line) <= 30:
        for point in line:
            sheet.circle(*place(point), 0.85, fill="surface", stroke="accent", line=0.9)
    if data.budget_yuan is not None and data.budget_yuan / 1000 < most_x:
        over = left + data.budget_yuan / 1000 * scale_x
        sheet.line(over, top, over, base, width=1.2, dash=(2, 1.6))
        word_width = sheet.width(names[2], _SMALL_BOLD)
        fits = over + 1.2 + word_width <= x + width
        sheet.text(over + 1.2 if fits else over - 1.2 - word_width, base - 2.4, names[2], _SMALL_BOLD)
    track = [place(point) for point in line]
    _packages(sheet, [(point.letter, *place(point)) for point in data.packages], track, (left, x + width, base))


def _money_shown(data: Frontier) -> float:
    """Own money at the end of the axis: what a household may think of, not the dearest of all combinations."""
    dearest = max([point.own_yuan for point in [*data.line, *data.cloud, *data.packages]] + [1000])
    thought_of = max([point.own_yuan for point in data.packages] + [data.budget_yuan or 0])
    return min(dearest * 1.05, thought_of * 1.6) if thought_of > 0 else dearest * 1.05


def _cut_at(line: Sequence[Point], most_yuan: float) -> list[Point]:
    """The line up to the end of the axis."""
    kept = [point for point in line if point.own_yuan <= most_yuan]
    beyond = [point for point in line if point.own_yuan > most_yuan]
    if kept and beyond:
        start, end = kept[-1], beyond[0]
        share = (most_yuan - start.own_yuan) / (end.own_yuan - start.own_yuan)
        kept.append(Point(int(most_yuan), round(start.co2_kg + share * (end.co2_kg - start.co2_kg))))
    return kept


def _packages(
    sheet: Sheet,
    places: list[tuple[str, float, float]],
    track: list[tuple[float, float]],
    edges: tuple[float, float, float],
) -> None:
    """The symbols with their letters, each letter where it is farthest from the line and from other symbols."""
    for letter, x, y in places:
        symbol(sheet, x, y, letter)
    for letter, x, y in places:
        spots = [(x + across, y + down) for across in (-3.6, 3.6) for down in (-2.2, 3.0)]
        inside = [spot for spot in spots if edges[0] + 2 < spot[0] < edges[1] - 2 and spot[1] < edges[2] - 2] or spots
        others = [(other_x, other_y) for other, other_x, other_y in places if other != letter]

        def room(spot: tuple[float, float], others: list[tuple[float, float]] = others) -> float:
            to_line = [_distance(spot, start, end) for start, end in itertools.pairwise(track)]
            return min([*to_line, *(math.dist(spot, other) for other in others), 99.0])

        left, middle = max(inside, key=room)
        sheet.text(left, middle + 1.4, letter, Type(11, 14, True), align="centre")


def _distance(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    """From a point to a stretch of line, in mm."""
    along = (end[0] - start[0], end[1] - start[1])
    length = along[0] ** 2 + along[1] ** 2
    share = ((point[0] - start[0]) * along[0] + (point[1] - start[1]) * along[1]) / length if length else 0.0
    share = min(1.0, max(0.0, share))
    return math.dist(point, (start[0] + share * along[0], start[1] + share * along[1]))


def symbol(sheet: Sheet, x: float, y: float, letter: str, size: float = 1.9) -> None:
    """● A, ■ B, ▲ C: shape and colour repeat the letter."""
    if letter == "A":
        sheet.circle(x, y, size, fill="series1", stroke="surface", line=0.6)
    elif letter == "B":
        sheet.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8, fill="series2", stroke="surface", line=0.6)
    else:
        points = [(x, y - size * 1.15), (x + size * 1.2, y + size), (x - size * 1.2, y + size)]
        sheet.polygon(points, fill="series3", stroke="surface", line=0.6)


def _axis(value: float, step: float) -> str:
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def months(sheet: Sheet, y: float, height: float, balance: Balance) -> None:
    """Gains upward and losses downward, month by month, in kWh; the legend carries the sums."""
    right, legend = 116.0, 119.0
    stacks = [_stacks(month) for month in balance.months]
    ups = [sum(size for size, _ in up) for up, _ in stacks]
    downs = [sum(size for size, _ in down) for _, down in stacks]
    step = nice_step(max([*ups, *downs, 1.0]), 4)
    top, bottom = y + 1, y + height - 6
    scale = (bottom - top) / (max([*ups, 1.0]) + max([*downs, 1.0]))
    zero = top + max([*ups, 1.0]) * scale
    values = [value for value in (number * step for number in range(-4, 5))
              if -max(downs) * 1.02 <= value <= max(ups) * 1.02]  # fmt: skip
    ticks = {value: Figure(round(value)).text for value in values}
    left = max(12.0, 2.0 + max(sheet.width(tick, _TICK) for tick in ticks.values()))
    for value, tick in ticks.items():
        place = zero - value * scale
        sheet.line(left, place, right, place, width=0.3, stroke="row_line")
        sheet.text(left - 1.5, place + 1.1, tick, _TICK, align="right")
    slot = (right - left) / max(len(balance.months), 1)
    bar_mm = min(13.0, slot * 0.64)
    for index, (month, (up, down)) in enumerate(zip(balance.months, stacks, strict=True)):
        bar_left = left + slot * (index + 0.5) - bar_mm / 2
        level = zero
        for size, look in up:
            level -= size * scale
            area(sheet, bar_left, level, bar_mm, size * scale, look)
        level = zero
        for size, look in down:
            area(sheet, bar_left, level, bar_mm, size * scale, look)
            level += size * scale
        sheet.text(bar_left + bar_mm / 2, y + height - 1.2, month.label, _LABEL, align="centre")
    sheet.line(left, zero, right, zero, width=0.9)
    _legend(sheet, legend, y, balance)


def _stacks(month: Month) -> tuple[list[tuple[float, Look]], list[tuple[float, Look]]]:
    """What stands above and what below the zero line. A loss below zero (a warm floor) brings heat in and stands above,
    heat that goes into the walls stands below."""
    gains = [(figure.number or 0.0, look) for figure, look in zip(month.gains_kwh, _GAINS, strict=False)]
    losses = [(figure.number or 0.0, look) for figure, look in zip(month.losses_kwh, _LOSSES, strict=False)]
    up = [one for one in gains if one[0] > 0] + [(-size, look) for size, look in losses if size < 0]
    down = [one for one in losses if one[0] > 0] + [(-size, look) for size, look in gains if size < 0]
    return up, down


def _legend(sheet: Sheet, x: float, y: float, balance: Balance) -> None:
    style, step = Type(9.75, 13), 5.7
    gains = list(zip(balance.gains, balance.gain_totals, _GAINS, strict=False))
    losses = list(zip(balance.losses, balance.loss_totals, _LOSSES, strict=False))
    for number, (name, figure, look) in enumerate([*reversed(gains), *losses]):
        row = y + number * step + (2.4 if number >= len(gains) else 0)
        area(sheet, x, row, 4.4, 3.2, look)
        sheet.text(x + 6.4, row + 2.9, name, style)
        sheet.text(170, row + 2.9, figure.text, style, align="right")
    rule = y + len(gains) * step + 0.4
    sheet.line(x, rule, 170, rule, width=0.5)


def bills(sheet: Sheet, x: float, y: float, width: float, bars: Sequence[BillBar]) -> float:
    """Use of fuel by model, after calibration and by bill, one bar each; returns where they end."""
    label_mm, value_mm = 27.0, 21.0
    most = max([bar.amount.number or 0.0 for bar in bars] + [1e-9])
    for number, bar in enumerate(bars):
        row = y + number * 6.3
        length = (width - label_mm - value_mm) * (bar.amount.number or 0.0) / most
        sheet.text(x + label_mm - 2, row + 3.8, bar.label, Type(9.75, 13), align="right", room=label_mm - 2)
        area(sheet, x + label_mm, row, length, 4.8, _BILLS[bar.kind])
        sheet.text(x + label_mm + length + 1.6, row + 3.8, f"{bar.amount.text} {bar.amount.unit}", Type(9.75, 13, True))
    return y + len(bars) * 6.3
