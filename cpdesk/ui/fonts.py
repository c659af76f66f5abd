"""Type: the one owner of every font in the window.

Styles stand in the tokens. In English a small companion font with proportional quotes and dots stands before the
Chinese family; in Chinese it must not, since there these marks are full-width.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QLocale
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF
from PySide6.QtWidgets import QApplication

from cpdesk.base.resources import resources_root
from cpdesk.ui.theme import tokens

FAMILY: Final = "Noto Sans SC"
STYLES: Final = ("display", "title", "h2", "h3", "body", "table", "meta")


class _Loaded:
    families: tuple[str, ...] | None = None
    language = "zh"


def load_fonts() -> tuple[str, ...]:
    """Register the shipped fonts once; returns the families found, the Chinese one first."""
    if _Loaded.families is None:
        found: list[str] = []
        for path in sorted((resources_root() / "fonts").glob("*.ttf")):
            number = QFontDatabase.addApplicationFont(str(path))
            if number >= 0:
                found += [name for name in QFontDatabase.applicationFontFamilies(number) if name not in found]
        found.sort(key=lambda name: (name != FAMILY, name))
        _Loaded.families = tuple(found) or (QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family(),)
        QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    return _Loaded.families


def set_language(app: QApplication, language: str) -> None:
    """Choose the family order of a language and give the application its body font."""
    _Loaded.language = language
    app.setFont(font("body"))


def font(style: str, *, bold: bool | None = None) -> QFont:
    """A font of one of the token styles; `bold` overrides the style's own weight. Shared: not to be changed."""
    return _font(style, bold, _Loaded.language, load_fonts())


@cache
def _font(style: str, bold: bool | None, language: str, loaded: tuple[str, ...]) -> QFont:
    kind = tokens()["type_px"][style]
    families = list(loaded)
    if language == "en":
        companions = [name for name in families if name != FAMILY]
        families = companions + [name for name in families if name not in companions]
    made = QFont()
    made.setFamilies(families)
    made.setPixelSize(int(kind["size"]))
    heavy = bool(kind["bold"]) if bold is None else bold
    made.setWeight(QFont.Weight.Bold if heavy else QFont.Weight.Normal)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def line_px(style: str) -> int:
    """Line height of a style in pixels."""
    return int(tokens()["type_px"][style]["line"])


def width_px(text: str, style: str, *, bold: bool | None = None) -> float:
    """Width a text takes in a style."""
    return QFontMetricsF(font(style, bold=bold)).horizontalAdvance(text)
