"""Everything a person can do from the keyboard, declared once: id, key, text. Menus and help read the same table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


class Action(NamedTuple):
    """One action. `key` in Qt's portable notation; `text_key` is the text in menus and help; `page` where it holds."""

    id: str
    key: str
    text_key: str
    page: str = ""


ACTIONS: Final = (
    Action("go.households", "Alt+1", "ui.action.households"),
    Action("go.communities", "Alt+2", "ui.action.communities"),
    Action("go.network", "Alt+3", "ui.action.network"),
    Action("go.reports", "Alt+4", "ui.action.reports"),
    Action("go.sync", "Alt+5", "ui.action.sync"),
    Action("go.review", "Alt+6", "ui.action.review"),
    Action("go.settings", "Ctrl+,", "ui.action.settings"),
    Action("lock", "Ctrl+Shift+L", "ui.action.lock"),
    Action("search", "Ctrl+K", "ui.action.search"),
    Action("next_pane", "F6", "ui.action.next_pane"),
    Action("back", "Esc", "ui.action.back"),
    Action("help", "F1", "ui.action.help"),
    Action("sites.search", "/", "ui.action.search_here", "sites"),
    Action("sites.new", "Ctrl+N", "ui.action.new", "sites"),
    Action("sites.batch", "Ctrl+B", "ui.action.batch", "sites"),
    Action("sites.undo", "Ctrl+Z", "ui.action.undo", "sites"),
    Action("sites.redo", "Ctrl+Shift+Z", "ui.action.redo", "sites"),
    Action("survey.undo", "Ctrl+Z", "ui.action.undo", "survey"),
    Action("survey.redo", "Ctrl+Shift+Z", "ui.action.redo", "survey"),
    Action("survey.next_section", "Ctrl+Down", "ui.action.next_section", "survey"),
    Action("survey.previous_section", "Ctrl+Up", "ui.action.previous_section", "survey"),
    Action("survey.next_problem", "F8", "ui.action.next_problem", "survey"),
    Action("survey.previous_problem", "Shift+F8", "ui.action.previous_problem", "survey"),
    Action("survey.jump", "Ctrl+G", "ui.action.jump", "survey"),
    Action("survey.jump_slash", "/", "ui.action.jump", "survey"),
    Action("survey.jump_words", "Ctrl+J", "ui.action.jump", "survey"),
    Action("survey.beside", "Ctrl+L", "ui.action.beside", "survey"),
    Action("survey.remark", "Ctrl+M", "ui.action.remark", "survey"),
    Action("survey.history", "Ctrl+H", "ui.action.history", "survey"),
    *(Action(f"survey.section_{number}", f"Ctrl+{number}", "ui.action.section", "survey") for number in range(1, 10)),
    Action("reports.print", "Ctrl+P", "ui.action.print", "reports"),
    Action("reports.next_page", "PgDown", "ui.action.next_page", "reports"),
    Action("reports.previous_page", "PgUp", "ui.action.previous_page", "reports"),
    Action("reports.next_household", "Ctrl+Down", "ui.action.next_household", "reports"),
    Action("reports.previous_household", "Ctrl+Up", "ui.action.previous_household", "reports"),
    Action("review.search", "/", "ui.action.search_here", "review"),
    Action("sync.now", "Ctrl+Return", "ui.action.sync_now", "sync"),
    Action("sync.undo", "Ctrl+Z", "ui.action.undo", "sync"),
)


def install(owner: QWidget, page: str, handlers: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """Give a page (or, with an empty name, the window) its keys.

    Raises:
        KeyError: when a declared action of that page has no handler, or a handler no action.
    """
    declared = {action.id: action for action in ACTIONS if action.page == page}
    if set(declared) != set(handlers):
        raise KeyError(f"actions of {page!r}: {sorted(set(declared) ^ set(handlers))}")
    made: dict[str, QAction] = {}
    for action_id, action in declared.items():
        item = QAction(owner)
        item.setShortcut(QKeySequence(action.key))
        scope = Qt.ShortcutContext.WidgetWithChildrenShortcut if page else Qt.ShortcutContext.WindowShortcut
        item.setShortcutContext(scope)
        item.triggered.connect(lambda _checked=False, do=handlers[action_id]: do())
        owner.addAction(item)
        made[action_id] = item
    return made
