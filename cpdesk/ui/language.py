"""The language of the window, switchable while it runs.

Widgets look texts up when they show them. `set_language` sends every widget a LanguageChange event, on which labels
look their keys up again and pages fill themselves anew.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from cpdesk.base.i18n import Translator
from cpdesk.ui import fonts


class Text(NamedTuple):
    """A text to be looked up when shown: its key and what fills its placeholders."""

    key: str
    fields: dict[str, object]


class _Current:
    translator = Translator("zh")


def text(key: str, **fields: object) -> Text:
    """A text that follows the language."""
    return Text(key, fields)


def tr(key: str, /, **fields: object) -> str:
    """The text of a key in the language of the window, with placeholders filled."""
    return _Current.translator(key, **fields)


def say(words: Text | str) -> str:
    """A text in the language of the window; a plain string (a name, a figure) stays as it is."""
    return words if isinstance(words, str) else tr(words.key, **words.fields)


def language() -> str:
    return _Current.translator.language


def set_language(app: QApplication, code: str) -> None:
    """Change the language of the whole window at once."""
    _Current.translator = Translator(code)
    fonts.set_language(app, code)
    for window in app.topLevelWidgets():
        QCoreApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
