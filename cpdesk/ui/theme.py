"""Colours and sizes from `resources/theme/tokens.json`: palette, the one style sheet, and what painters ask for.

No colour stands anywhere else in the window. Fonts are never set here: type has one owner, `cpdesk.ui.fonts`.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from cpdesk.base.resources import resource_path

MODES: Final = ("light", "dark")
RAIL: Final = 72
BAR: Final = 56
CONTROL: Final = 36
CHIP: Final = 30
PILL: Final = 22
ROW: Final = 44
RADIUS_CONTROL: Final = 6
RADIUS_CARD: Final = 8
MARGIN: Final = 24


@cache
def tokens() -> dict[str, Any]:
    """The tokens file as it was read."""
    content: dict[str, Any] = json.loads(resource_path("theme/tokens.json").read_text(encoding="utf-8"))
    return content


class Theme:
    """One mode's colours, looked up by token name; names of the unlock picture are prefixed `scene.`."""

    def __init__(self, mode: str) -> None:
        if mode not in MODES:
            raise ValueError(f"theme must be one of {MODES}, not {mode!r}")
        self.mode = mode
        self._hex: dict[str, str] = dict(tokens()[mode])
        self._hex.update({f"scene.{name}": value for name, value in tokens()["scene"].items()})
        self._colours = {name: QColor(value) for name, value in self._hex.items()}

    def hex(self, name: str) -> str:
        return self._hex[name]

    def colour(self, name: str, opacity: float = 1.0) -> QColor:
        colour = QColor(self._colours[name])
        if opacity < 1.0:
            colour.setAlphaF(opacity)
        return colour

    def palette(self) -> QPalette:
        role = QPalette.ColorRole
        palette = QPalette()
        pairs = {
            role.Window: "bg",
            role.Base: "surface",
            role.AlternateBase: "subtle",
            role.Button: "surface",
            role.ToolTipBase: "surface",
            role.Text: "text",
            role.WindowText: "text",
            role.ButtonText: "text",
            role.ToolTipText: "text",
            role.PlaceholderText: "text3",
            role.Highlight: "accent",
            role.HighlightedText: "on_accent",
            role.Link: "accent",
            role.Light: "surface",
            role.Midlight: "line",
            role.Mid: "line2",
            role.Dark: "field",
            role.Shadow: "text3",
        }
        for which, name in pairs.items():
            palette.setColor(which, self.colour(name))
        for which in (role.Text, role.WindowText, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, which, self.colour("text3"))
        return palette

    def style_sheet(self) -> str:
        """The application's one style sheet; `@name` stands for a token."""
        names = sorted(self._hex, key=len, reverse=True)  # longest first: @text2 before @text
        pattern = re.compile("@(" + "|".join(re.escape(name) for name in names) + ")")
        return pattern.sub(lambda found: self._hex[found.group(1)], _SHEET)


class _Current:
    theme: Theme | None = None


def theme() -> Theme:
    """The theme in use; light until one is applied."""
    if _Current.theme is None:
        _Current.theme = Theme("light")
    return _Current.theme


def apply_theme(app: QApplication, mode: str) -> Theme:
    """Dress the whole application; painted widgets follow because a new style sheet repaints every widget."""
    _Current.theme = chosen = Theme(mode)
    if app.style().objectName().lower() != "fusion":
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(chosen.palette())
    app.setStyleSheet(chosen.style_sheet())
    return chosen


_SHEET: Final = """
QWidget { color: @text; }
QMainWindow, QWidget[k="page"] { background: @bg; }
QWidget[k="surface"] { background: @surface; }
QWidget[k="bar"] { background: @surface; border: none; border-bottom: 1px solid @line; }
QWidget[k="foot"] { background: @surface; border: none; border-top: 1px solid @line; }
QWidget[k="rail"] { background: @surface; border: none; border-right: 1px solid @line; }
QWidget[k="pane-left"] { background: @surface; border: none; border-right: 1px solid @line; }
QWidget[k="pane-right"] { background: @surface; border: none; border-left: 1px solid @line; }
QWidget[k="card"] { background: @surface; border: 1px solid @line; border-radius: 8px; }
QWidget[k="grid"] { background: @surface; border: 1px solid @line2; border-radius: 4px; }
QWidget[k="drop"] { background: @surface; border: 1px dashed @field; border-radius: 6px; }
QWidget[k="drop"][over="true"] { background: @weak; border: 2px dashed @accent; }
QWidget[k="drop"][bad="true"] { background: @bad_weak; border: 2px solid @bad; }
QWidget[k="inset"] { background: @subtle; border: 1px solid @line; border-radius: 8px; }
QWidget[k="desk"] { background: @line; }
QFrame[k="line"] { background: @line; border: none; }
QLabel { background: transparent; border: none; }
QLabel[c="text2"] { color: @text2; }
QLabel[c="text3"] { color: @text3; }
QLabel[c="accent"] { color: @accent; }
QLabel[c="ok"] { color: @ok; }
QLabel[c="warn"] { color: @warn; }
QLabel[c="bad"] { color: @bad; }
QLabel[c="scene.ink"] { color: @scene.ink; }
QLabel[c="scene.ink2"] { color: @scene.ink2; }

QScrollArea, QScrollArea > QWidget > QWidget[k="scroll"] { background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: @line2; border-radius: 3px; min-height: 32px; }
QScrollBar::handle:vertical:hover { background: @field; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle:horizontal { background: @line2; border-radius: 3px; min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QPushButton { border: 1px solid @line2; border-radius: 6px; padding: 0 15px; background: @surface; color: @text;
  min-height: 34px; max-height: 34px; }
QPushButton:hover { background: @subtle; border-color: @field; }
QPushButton:pressed { background: @sunken; }
QPushButton:focus { border: 2px solid @accent; padding: 0 14px; min-height: 32px; max-height: 32px; }
QPushButton:disabled { background: @sunken; border-color: @line; color: @text3; }
QPushButton[k="primary"] { background: @accent; border-color: @accent; color: @on_accent; }
QPushButton[k="primary"]:hover { background: @accent_hover; border-color: @accent_hover; }
QPushButton[k="primary"]:focus { border: 2px solid @text; padding: 0 14px; }
QPushButton[k="primary"]:disabled { background: @sunken; border-color: @line; color: @text3; }
QPushButton[k="quiet"] { background: transparent; border-color: transparent; color: @accent; padding: 0 9px; }
QPushButton[k="quiet"]:hover { background: @weak; }
QPushButton[k="quiet"]:focus { border: 2px solid @accent; padding: 0 8px; }
QPushButton[k="quiet"]:disabled { color: @text3; }
QPushButton[k="mini"] { background: transparent; border-color: transparent; color: @accent; padding: 0 5px;
  min-height: 22px; max-height: 22px; }
QPushButton[k="mini"]:hover, QPushButton[k="mini"]:checked { background: @weak; }
QPushButton[k="mini"]:focus { border: 2px solid @accent; padding: 0 4px; min-height: 20px; max-height: 20px; }
QPushButton[k="figure"] { background: transparent; border: none; border-radius: 4px; color: @text; padding: 0 4px;
  text-align: right; min-height: 24px; max-height: 24px; }
QPushButton[k="figure"][c="ok"] { color: @ok; }
QPushButton[k="figure"][c="bad"] { color: @bad; }
QPushButton[k="figure"]:hover { background: @weak; color: @accent; }
QPushButton[k="figure"]:focus { border: 2px solid @accent; padding: 0 2px; min-height: 20px; max-height: 20px; }
QPushButton[k="doubt"], QPushButton[k="mark"] { background: transparent; border-color: transparent; color: @warn;
  padding: 0 5px; min-height: 22px; max-height: 22px; }
QPushButton[k="doubt"]:hover { background: @warn_weak; }
QPushButton[k="mark"] { color: @text3; padding: 0 6px; }
QPushButton[k="mark"]:hover { background: @subtle; border-color: @line2; }
QPushButton[k="mark"]:checked { background: @weak; color: @accent; }
QPushButton[k="doubt"]:focus { border: 2px solid @warn; padding: 0 4px; min-height: 20px; max-height: 20px; }
QPushButton[k="mark"]:focus { border: 2px solid @accent; padding: 0 5px; min-height: 20px; max-height: 20px; }
QPushButton[k="danger"] { color: @bad; }
QPushButton[k="choice"] { border-color: @field; padding: 0 12px; }
QPushButton[k="choice"]:hover { border-color: @accent; }
QPushButton[k="choice"]:focus { border: 2px solid @accent; padding: 0 11px; }
QPushButton[k="choice"]:checked { background: @weak; border-color: @accent; color: @accent; }
QPushButton[k="choice"][bad="true"] { border-color: @bad; }
QPushButton[k="tile"] { border-color: @field; padding: 0 12px; text-align: left; min-height: 62px; max-height: 62px; }
QPushButton[k="tile"]:hover { border-color: @accent; }
QPushButton[k="tile"]:checked { background: @weak; border: 2px solid @accent; color: @accent; padding: 0 11px;
  min-height: 60px; max-height: 60px; }
QPushButton[k="tile"]:focus { border: 2px solid @accent; padding: 0 11px; min-height: 60px; max-height: 60px; }
QPushButton[k="tile"][bad="true"] { border-color: @bad; }
QPushButton[k="chip"] { border-color: @line2; border-radius: 15px; padding: 0 12px; color: @text2;
  min-height: 28px; max-height: 28px; }
QPushButton[k="chip"]:hover { border-color: @accent; }
QPushButton[k="chip"]:checked { background: @weak; border-color: @accent; color: @accent; }
QPushButton[k="chip"]:focus { border: 2px solid @accent; padding: 0 11px; min-height: 26px; max-height: 26px; }
QPushButton[k="error"] { background: @bad_weak; border-color: @bad_weak; color: @bad; text-align: left;
  padding: 0 12px; }
QPushButton[k="error"]:hover { border-color: @bad; }
QPushButton[k="error"]:focus { border: 2px solid @bad; padding: 0 11px; }
QPushButton[k="segment"] { border: none; border-radius: 5px; background: transparent; color: @text2; padding: 0 14px;
  min-height: 28px; max-height: 28px; }
QPushButton[k="segment"]:checked { background: @surface; border: 1px solid @accent; padding: 0 13px; color: @accent;
  min-height: 26px; max-height: 26px; }
QPushButton[k="segment"]:focus { border: 2px solid @accent; padding: 0 12px; min-height: 24px; max-height: 24px; }
QWidget[k="segments"] { background: @sunken; border: 1px solid @line; border-radius: 7px; }

QLineEdit, QComboBox, QPlainTextEdit { background: @surface; border: 1px solid @field; border-radius: 6px; color: @text;
  selection-background-color: @accent; selection-color: @on_accent; }
QLineEdit, QComboBox { padding: 0 11px; min-height: 34px; max-height: 34px; }
QPlainTextEdit { padding: 6px 8px; }
QLineEdit:focus, QComboBox:focus { border: 2px solid @accent; padding: 0 10px; min-height: 32px; max-height: 32px; }
QPlainTextEdit:focus { border: 2px solid @accent; padding: 5px 7px; }
QLineEdit:disabled, QLineEdit:read-only, QComboBox:disabled { background: @subtle; border-color: @line2;
  color: @text2; }
QLineEdit[bad="true"], QComboBox[bad="true"], QPlainTextEdit[bad="true"] { border: 2px solid @bad;
  background: @bad_weak; }
QLineEdit[bad="true"], QComboBox[bad="true"] { padding: 0 10px; min-height: 32px; max-height: 32px; }
QLineEdit[k="search"] { background: @subtle; border-color: @line2; }
QLineEdit[k="search"]:focus { background: @surface; border-color: @accent; }
QLineEdit[k="combo"], QLineEdit[k="combo"]:focus { border: none; background: transparent; padding: 0; min-height: 0;
  max-height: 200px; }
QLineEdit[k="pin"], QLineEdit[k="pin"]:focus { border: none; background: transparent; padding: 0; min-height: 48px;
  max-height: 48px; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: none; width: 0; height: 0; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @line2; outline: none; padding: 4px;
  selection-background-color: @weak; selection-color: @accent; }
QComboBox QAbstractItemView::item { min-height: 32px; padding: 0 8px; }

QListView[k="finds"] { background: @surface; border: 1px solid @field; border-radius: 6px; padding: 4px; }
QTableCornerButton::section { background: @subtle; border: none; border-bottom: 1px solid @line;
  border-right: 1px solid @line; }
QTableView, QListView { background: @surface; border: none; outline: none; selection-background-color: @weak;
  selection-color: @text; }
QMenu { background: @surface; border: 1px solid @line2; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 7px 24px 7px 12px; border-radius: 4px; color: @text; }
QMenu::item:selected { background: @weak; color: @accent; }
QToolTip { background: @surface; color: @text; border: 1px solid @line2; padding: 4px 6px; }
QDialog { background: @surface; border: 1px solid @line2; }
"""
