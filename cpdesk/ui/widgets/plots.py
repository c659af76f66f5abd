"""Charts by pyqtgraph, dressed from tokens. Import late: it costs 0.3 s. Each chart has a table as its twin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.language import tr
from cpdesk.ui.theme import theme
from cpdesk.ui.views import PackageView

_SYMBOLS: Final = (("o", "series1"), ("s", "series2"), ("t1", "series3"))

pg.setConfigOptions(antialias=True)


class _Plot(pg.PlotWidget):  # type: ignore[misc]
    """A plot without menu, buttons and mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, enableMenu=False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setMinimumHeight(120)
        self.getPlotItem().setMenuEnabled(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        return QSize(320, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 120)

    def wheelEvent(self, event: Any) -> None:
        event.ignore()

    def dress(self, bottom: str, left: str) -> None:
        """Ground, axes and tick fonts of the theme in use."""
        self.clear()
        self.setBackground(theme().colour("surface"))
        for name, words in (("bottom", bottom), ("left", left)):
            axis = self.getAxis(name)
            axis.setStyle(tickLength=0, tickFont=font("meta"))
            axis.setTextPen(theme().colour("text2"))
            axis.setPen(theme().colour("line2") if name == "bottom" else pg.mkPen(None))
            axis.setLabel(words, color=theme().hex("text2"))
            axis.label.setFont(font("meta"))
            axis.enableAutoSIPrefix(False)
        self.showGrid(x=False, y=True, alpha=0.1)


class FrontierPlot(_Plot):
    """Own money against carbon saved: dominated combinations grey, the frontier a line, A, B, C by shape and letter."""

    def show_points(
        self,
        cloud: Sequence[tuple[float, float]],
        frontier: Sequence[tuple[float, float]],
        packages: Sequence[PackageView],
    ) -> None:
        self.dress(tr("ui.packages.axis_own"), tr("ui.packages.axis_co2"))
        grey = theme().colour("line2")
        if cloud:
            self.plot(
                [own / 1000 for own, _saved in cloud],
                [saved for _own, saved in cloud],
                pen=None,
                symbol="o",
                symbolSize=4,
                symbolPen=None,
                symbolBrush=grey,
            )
        if frontier:
            ordered = sorted(frontier)
            self.plot(
                [own / 1000 for own, _saved in ordered],
                [saved for _own, saved in ordered],
                pen=pg.mkPen(theme().colour("accent"), width=2),
                symbol="o",
                symbolSize=7,
                symbolPen=pg.mkPen(theme().colour("accent"), width=1.5),
                symbolBrush=theme().colour("surface"),
            )
        for (symbol, colour), package in zip(_SYMBOLS, packages, strict=False):
            self._mark(package, symbol, colour)
        said = [f"{package.letter} {package.note}" for package in packages]
        self.setAccessibleName("; ".join([tr("ui.packages.frontier"), *said]))

    def _mark(self, package: PackageView, symbol: str, colour: str) -> None:
        own, saved = package.own_cost_yuan / 1000, package.co2_saved_t
        ink = theme().colour(colour)
        halo = pg.mkPen(theme().colour("surface"), width=2)
        self.plot([own], [saved], pen=None, symbol=symbol, symbolSize=15, symbolPen=halo, symbolBrush=ink)
        label = pg.TextItem(package.letter, color=theme().colour("text"), anchor=(1.2, 1.1))
        label.setFont(font("h3"))
        label.setPos(own, saved)
        self.addItem(label)


class MonthPlot(_Plot):
    """Heat of each month of the season: what the heating gives and what sun and people give. A press on a month, or ← →
    and Enter, opens what its heating is made of."""

    figure_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures: Sequence[str] = ()
        self._said: list[str] = []
        self._at = 0
        self._here = pg.LinearRegionItem(movable=False, brush=theme().colour("weak"))

    def mouseReleaseEvent(self, event: Any) -> None:
        place = round(self.getPlotItem().vb.mapSceneToView(event.position()).x())
        if 0 <= place < len(self._figures):
            self._walk_to(place)
            self.figure_wanted.emit(self._figures[place])

    def keyPressEvent(self, event: Any) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key(), 0)
        if step and 0 <= self._at + step < len(self._figures):
            self._walk_to(self._at + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._figures:
            self.figure_wanted.emit(self._figures[self._at])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self._walk_to(self._at)

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self._here.hide()

    def _walk_to(self, place: int) -> None:
        self._at = place
        self._here.setRegion((place - 0.45, place + 0.45))
        self._here.setVisible(self.hasFocus())
        if place < len(self._said):
            self.setAccessibleDescription(self._said[place])

    def show_months(self, months: Sequence[tuple[str, float, float]], figures: Sequence[str] = ()) -> None:
        self._figures = figures
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if figures else Qt.FocusPolicy.NoFocus)
        self.dress("", "kWh")
        places = list(range(len(months)))
        self.getAxis("bottom").setTicks([[(place, months[place][0]) for place in places]])
        heating = [month[1] for month in months]
        gains = [month[2] for month in months]
        nothing = pg.mkPen(None)
        self.addItem(pg.BarGraphItem(x=places, height=heating, width=0.55, pen=nothing, brush=theme().colour("accent")))
        self.addItem(
            pg.BarGraphItem(x=places, y0=heating, height=gains, width=0.55, pen=nothing, brush=theme().colour("second"))
        )
        said = [f"{name} {heat:,.0f} {gain:,.0f}" for name, heat, gain in months]
        self._said, self._at = said, min(self._at, max(0, len(months) - 1))
        self._here = pg.LinearRegionItem(movable=False, pen=pg.mkPen(None), brush=theme().colour("weak"))
        self._here.setZValue(-10)
        self._here.hide()
        self.addItem(self._here)
        self.setYRange(0, max((heat + gain for _name, heat, gain in months), default=1.0) * 1.05, padding=0)
        self.setXRange(-0.6, len(months) - 0.4, padding=0)
        self.setAccessibleName("; ".join([tr("ui.packages.months"), *said]))
