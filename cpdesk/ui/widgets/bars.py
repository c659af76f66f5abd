"""Figures painted to scale: progress, now against after, shares, ranges. Each says itself to a screen reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.theme import theme
from cpdesk.ui.views import NowAfter, PackageView, Share
from cpdesk.ui.widgets.painted import Opening, Painted, Spot

_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
SECOND_TONES: Final = (1.0, 0.82, 0.66, 0.5, 0.36, 0.26)


def _put(painter: QPainter, area: QRectF, words: str, style: str, colour: str, align: Qt.AlignmentFlag) -> None:
    made = font(style.removesuffix("*"), bold=True if style.endswith("*") else None)
    painter.setFont(made)
    painter.setPen(theme().colour(colour))
    shown = QFontMetricsF(made).elidedText(words, Qt.TextElideMode.ElideRight, area.width() + 1)
    painter.drawText(area, align, shown)


def _bar(painter: QPainter, area: QRectF, colour: str, opacity: float = 1.0, radius: float = 3) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().colour(colour, opacity))
    painter.drawRoundedRect(area, radius, radius)


class ProgressBar(Painted):
    """How far something has come, as a bar."""

    def __init__(self, share: float = 0.0, height: int = 6, parent: QWidget | None = None) -> None:
        self._share, self._height = share, height
        super().__init__(parent)
        self.setFixedHeight(height)

    def show_share(self, share: float) -> None:
        self._share = min(1.0, max(0.0, share))
        self.setAccessibleName(f"{self._share:.0%}")
        self.update()

    def natural_height(self) -> int:
        return self._height

    def draw(self, painter: QPainter) -> None:
        paint_progress(painter, QRectF(self.rect()), self._share)


def paint_progress(painter: QPainter, area: QRectF, share: float, *, track: str = "sunken") -> None:
    """Draw a progress bar that fills `area`."""
    radius = area.height() / 2
    _bar(painter, area, track, radius=radius)
    if share > 0:
        filled = QRectF(area.left(), area.top(), max(area.height(), area.width() * min(1.0, share)), area.height())
        _bar(painter, filled, "accent", radius=radius)


class NowAfterBars(Opening):
    """Pairs of bars on one scale each: 现状 grey, 改造后 accent, the change beside it. Each figure opens."""

    _PAIR = 80

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: Sequence[NowAfter] = ()
        self._words = ("", "")
        self._dim = False

    def show_bars(self, bars: Sequence[NowAfter], now_words: str, after_words: str, *, dim: bool = False) -> None:
        self._bars, self._words, self._dim = bars, (now_words, after_words), dim
        spoken = [f"{bar.title} {now_words} {bar.shown_now} {after_words} {bar.shown_after} {bar.unit}" for bar in bars]
        self.setAccessibleName("; ".join(spoken))
        self.take_spots()
        self.updateGeometry()
        self.update()

    def natural_height(self) -> int:
        return self._PAIR * len(self._bars)

    def spots(self) -> list[Spot]:
        found = []
        for place, bar in enumerate(self._bars):
            shown = (bar.shown_now, bar.shown_after)
            for line, (figure, words, value) in enumerate(zip(bar.figures, self._words, shown, strict=True)):
                if figure:
                    area = QRectF(0, place * self._PAIR + 24 + 26 * line, self.width(), 26)
                    found.append(Spot(area, figure, f"{bar.title} {words} {value} {bar.unit}"))
        return found

    def draw(self, painter: QPainter) -> None:
        label = 52.0
        figure = 66.0
        room = self.width() - label - figure - 4
        for place, bar in enumerate(self._bars):
            top = place * self._PAIR
            scale = room / max(bar.now, bar.after, 1e-9)
            _put(painter, QRectF(0, top, self.width() * 0.7, 24), bar.title, "table", "text2", _LEFT)
            _put(painter, QRectF(self.width() - 90, top, 90, 24), bar.unit, "meta", "text2", _RIGHT)
            self._draw_line(painter, top + 24, (label, room), (self._words[0], bar.shown_now), bar.now * scale)
            self._draw_after(painter, top + 50, (label, room), bar, bar.after * scale)

    def _draw_line(
        self, painter: QPainter, top: float, room: tuple[float, float], words: tuple[str, str], length: float
    ) -> None:
        label, width = room
        _put(painter, QRectF(0, top, label, 26), words[0], "meta", "text2", _LEFT)
        _bar(painter, QRectF(label, top + 5, max(2.0, length), 16), "present", radius=2)
        _put(painter, QRectF(label + width, top, self.width() - label - width, 26), words[1], "body", "text", _RIGHT)

    def _draw_after(
        self, painter: QPainter, top: float, room: tuple[float, float], bar: NowAfter, length: float
    ) -> None:
        label, width = room
        _put(painter, QRectF(0, top, label, 26), self._words[1], "meta", "text2", _LEFT)
        _bar(painter, QRectF(label, top + 5, max(2.0, length), 16), "accent", 0.45 if self._dim else 1.0, radius=2)
        change = QFontMetricsF(font("meta", bold=True)).horizontalAdvance(bar.change)
        if length + change + 8 <= width:
            _put(painter, QRectF(label + length + 6, top, change + 4, 26), bar.change, "meta*", "accent", _LEFT)
        else:
            inside = QRectF(label + length - change - 10, top, change + 4, 26)
            _put(painter, inside, bar.change, "meta*", "on_accent", _LEFT)
        area = QRectF(label + width, top, self.width() - label - width, 26)
        _put(painter, area, bar.shown_after, "h2", "text", _RIGHT)


class ShareBars(Opening):
    """Where the heat goes: one bar a part, the largest in full accent."""

    _ROW = 22

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: Sequence[Share] = ()

    def show_shares(self, shares: Sequence[Share]) -> None:
        self._shares = shares
        self.setAccessibleName("; ".join(f"{part.words} {part.share:.0%}" for part in shares))
        self.take_spots()
        self.updateGeometry()
        self.update()

    def natural_height(self) -> int:
        return self._ROW * len(self._shares)

    def spots(self) -> list[Spot]:
        return [
            Spot(QRectF(0, place * self._ROW, self.width(), self._ROW), part.figure, f"{part.words} {part.share:.0%}")
            for place, part in enumerate(self._shares)
            if part.figure
        ]

    def draw(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(font("table"))
        widest = max((metrics.horizontalAdvance(part.words) for part in self._shares), default=0.0)
        label = min(max(74.0, widest + 10), self.width() * 0.42)
        track = self.width() - label - 46
        largest = max((part.share for part in self._shares), default=1.0) or 1.0
        for place, part in enumerate(self._shares):
            top = place * self._ROW
            first = part.share == largest
            _put(painter, QRectF(0, top, label - 4, self._ROW), part.words, "table", "text", _LEFT)
            bar = QRectF(label, top + 6, track, 10)
            _bar(painter, bar, "sunken", radius=3)
            bar.setWidth(max(3.0, track * 0.95 * max(0.0, part.share) / largest))
            _bar(painter, bar, "accent" if first else "second", radius=3)
            area = QRectF(self.width() - 44, top, 44, self._ROW)
            _put(painter, area, f"{part.share:.0%}", "table*" if first else "table", "text", _RIGHT)


class ShareStrip(Painted):
    """The same in one stacked bar with its labels below, for the preview."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: Sequence[Share] = ()

    def show_shares(self, shares: Sequence[Share]) -> None:
        self._shares = shares
        self.setAccessibleName("; ".join(f"{part.words} {part.share:.0%}" for part in shares))
        self.updateGeometry()
        self.update()

    def natural_height(self) -> int:
        return 56 if self._shares else 0

    def draw(self, painter: QPainter) -> None:
        if not self._shares:
            return
        least = 34.0
        gaps = 2.0 * (len(self._shares) - 1)
        free = max(0.0, self.width() - gaps - least * len(self._shares))
        total = sum(max(0.0, part.share) for part in self._shares) or 1.0
        left = 0.0
        for place, part in enumerate(self._shares):
            width = least + free * max(0.0, part.share) / total
            tone = SECOND_TONES[min(place, len(SECOND_TONES) - 1)]
            _bar(painter, QRectF(left, 0, width, 14), "accent", tone, radius=3)
            _put(painter, QRectF(left, 17, width, 19), part.words, "meta", "text2", _LEFT)
            _put(painter, QRectF(left, 35, width, 19), f"{part.share:.0%}", "meta*", "text", _LEFT)
            left += width + 2


class PackageList(Painted):
    """Three packages, each with its range P10–P90 on one common scale; ↑ ↓ walk, a press chooses; Enter, or a press on
    the saving and its range, opens them."""

    chosen = Signal(str)
    figure_wanted = Signal(str)
    _ROW = 52

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._packages: Sequence[PackageView] = ()
        self._picked = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_packages(self, packages: Sequence[PackageView], picked: str = "") -> None:
        self._packages = packages
        ids = [package.id for package in packages]
        self._picked = picked if picked in ids else self._picked if self._picked in ids else (ids[0] if ids else "")
        self._speak()
        self.updateGeometry()
        self.update()

    def picked(self) -> str:
        return self._picked

    def natural_height(self) -> int:
        return self._ROW * len(self._packages)

    def draw(self, painter: QPainter) -> None:
        high = max((package.high for package in self._packages), default=1.0)
        low = min(0.0, *(package.low for package in self._packages)) if self._packages else 0.0
        for place, package in enumerate(self._packages):
            area = QRectF(0.5, place * self._ROW + 0.5, self.width() - 1, self._ROW - 3)
            if package.id == self._picked:
                pen = painter.pen()
                pen.setStyle(Qt.PenStyle.SolidLine)
                pen.setColor(theme().colour("accent"))
                pen.setWidthF(2.0 if self.hasFocus() else 1.0)
                painter.setPen(pen)
                painter.setBrush(theme().colour("weak"))
                painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            self._draw_package(painter, area, package, (low, high))

    def _draw_package(self, painter: QPainter, area: QRectF, package: PackageView, scale: tuple[float, float]) -> None:
        picked = package.id == self._picked
        scale_width = min(96.0, self.width() * 0.28)
        inner = area.adjusted(12, 4, -12, -4)
        title = QRectF(inner.left(), inner.top(), inner.width(), 21)
        _put(painter, title, package.title, "body*" if picked else "body", "text", _LEFT)
        note = QRectF(inner.left(), inner.top() + 21, inner.width() - scale_width - 10, 20)
        _put(painter, note, package.note, "meta", "text2", _LEFT)
        axis = QRectF(inner.right() - scale_width, inner.top() + 30, scale_width, 2)
        _bar(painter, axis, "line2", radius=1)
        span = (scale[1] - scale[0]) or 1.0
        place = [
            axis.left() + scale_width * (value - scale[0]) / span
            for value in (package.low, package.middle, package.high)
        ]
        _bar(painter, QRectF(place[0], axis.top() - 3, max(6.0, place[2] - place[0]), 8), "second", radius=4)
        _bar(painter, QRectF(place[1] - 2, axis.top() - 6, 4, 14), "accent", radius=1.5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = int(event.position().y() // self._ROW)
        if 0 <= place < len(self._packages):
            self._pick(self._packages[place].id)
            if event.position().y() % self._ROW > self._ROW / 2:
                self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ids = [package.id for package in self._packages]
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and ids:
            self._open()
            return
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and ids:
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self._pick(ids[max(0, min(len(ids) - 1, ids.index(self._picked) + step))])
            return
        super().keyPressEvent(event)

    def _open(self) -> None:
        figure = next((package.figure for package in self._packages if package.id == self._picked), "")
        if figure:
            self.figure_wanted.emit(figure)

    def _pick(self, package_id: str) -> None:
        if package_id != self._picked:
            self._picked = package_id
            self._speak()
            self.update()
            self.chosen.emit(package_id)

    def _speak(self) -> None:
        self.setAccessibleName("; ".join(f"{package.title}: {package.note}" for package in self._packages))
        titles = [package.title for package in self._packages if package.id == self._picked]
        self.setAccessibleDescription(titles[0] if titles else "")
