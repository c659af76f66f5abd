"""The questions of one section, kept in step with new views without losing focus or typed text."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from cpdesk.ui.views import GridView, HeadingView, Item, QuestionView, RepeatView, SectionPage
from cpdesk.ui.widgets.basic import Button, Label, column
from cpdesk.ui.widgets.grid import GridBlock
from cpdesk.ui.widgets.questions import PairLayout, QuestionBlock


class HeadingBlock(QWidget):
    """A subheading."""

    def __init__(self, view: HeadingView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        stack = column(self, (0, 8, 0, 0), 2)
        self._title = Label(view.title, "h2")
        self._help = Label(view.help, "table", "text2", wrap=True)
        stack.addWidget(self._title)
        stack.addWidget(self._help)
        self.show_heading(view)

    def show_heading(self, view: HeadingView) -> None:
        self._title.set_words(view.title)
        self._title.setVisible(bool(view.title))
        self._help.set_words(view.help)
        self._help.setVisible(bool(view.help))


class FormBody(QWidget):
    """Blocks by path. Enter in a question goes to the next one; after the last, `left_last`."""

    answered = Signal(str, object)
    row_wanted = Signal(str)
    row_unwanted = Signal(str)
    photo_requested = Signal(str)
    signed = Signal(str, object)
    left_last = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._blocks: dict[str, QWidget] = {}
        self._order: list[str] = []
        self.pairs = PairLayout(self)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_page(self, page: SectionPage, *, fresh: bool) -> None:
        """Show a section. Blocks that are still asked stay where they are, with focus and what is typed in them."""
        wanted = [(_key(item), item) for item in page.items]
        keys = [key for key, _item in wanted]
        for key in [key for key in self._blocks if fresh or key not in keys]:
            self._drop(key)
        fresh_blocks: list[QWidget] = []
        for place, (key, item) in enumerate(wanted):
            block = self._blocks.get(key)
            if block is None:
                block = self._make(item)
                self._blocks[key] = block
                self.pairs.insert(place, block)
                fresh_blocks.append(block)
            else:
                _update(block, item)
        for block in fresh_blocks:
            block.show()
        if keys != self._order or fresh_blocks:
            self._order = keys
            self._order_tabs()
        self.pairs.invalidate()
        self.updateGeometry()

    def question(self, path: str) -> QuestionBlock | None:
        block = self._blocks.get(path)
        return block if isinstance(block, QuestionBlock) else None

    def blocks(self) -> list[QWidget]:
        return [self._blocks[key] for key in self._order]

    def photo_blocks(self) -> list[QuestionBlock]:
        """Questions that show a picture."""
        return [each for each in self.blocks() if isinstance(each, QuestionBlock) and each.shows_picture()]

    def commit(self) -> None:
        for block in self.blocks():
            if isinstance(block, QuestionBlock):
                block.commit()

    def current_path(self) -> str:
        """The question with the focus, or nothing."""
        focus = QApplication.focusWidget()
        for block in self.blocks():
            if focus is not None and isinstance(block, QuestionBlock) and block.isAncestorOf(focus):
                return block.view.path
        return ""

    def focus_question(self, path: str) -> None:
        """Put the cursor into a question; "" stands for the first open one."""
        answerable = [each for each in self.blocks() if isinstance(each, (QuestionBlock, GridBlock))]
        exact = [each for each in answerable if each.view.path == path]
        inside = [each for each in answerable if path.startswith(each.view.path + "[")]
        still_open = [each for each in answerable if not _is_settled(each)]
        for block in (exact or inside or still_open or answerable)[:1]:
            block.focus_editor()
            self._reveal(block)

    def focus_after(self, path: str) -> None:
        """The next question a person answers, or the end of the section."""
        keys = [key for key in self._order if isinstance(self._blocks[key], (QuestionBlock, GridBlock))]
        place = keys.index(path) if path in keys else -1
        for key in keys[place + 1 :]:
            block = self._blocks[key]
            if isinstance(block, GridBlock) or (isinstance(block, QuestionBlock) and not block.view.readonly):
                block.focus_editor()
                self._reveal(block)
                return
        self.left_last.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._reveal(watched)
        return False

    def _reveal(self, block: QWidget) -> None:
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(block, 0, 24)

    def _make(self, item: Item) -> QWidget:
        if isinstance(item, QuestionView):
            question = QuestionBlock(item, self)
            question.answered.connect(self.answered)
            question.moved_on.connect(self.focus_after)
            question.photo_requested.connect(self.photo_requested)
            question.signed.connect(self.signed)
            return question
        if isinstance(item, GridView):
            grid = GridBlock(item, self)
            grid.answered.connect(self.answered)
            grid.row_wanted.connect(self.row_wanted)
            grid.row_unwanted.connect(self.row_unwanted)
            return grid
        if isinstance(item, RepeatView):
            holder = QWidget(self)
            line = column(holder)
            button = Button(item.add_words, "secondary", "plus", lambda: self.row_wanted.emit(item.path))
            line.addWidget(button)
            button.setSizePolicy(button.sizePolicy().Policy.Maximum, button.sizePolicy().Policy.Fixed)
            return holder
        return HeadingBlock(item, self)

    def _drop(self, key: str) -> None:
        block = self._blocks.pop(key)
        self.pairs.removeWidget(block)
        block.hide()
        block.deleteLater()

    def _order_tabs(self) -> None:
        last: QWidget | None = None
        for block in self.blocks():
            for widget in _widgets_in(block):
                if widget.focusProxy() is None and widget.focusPolicy().value & 1:
                    if last is not None:
                        QWidget.setTabOrder(last, widget)
                    last = widget


def _widgets_in(block: QWidget) -> list[QWidget]:
    window = block.window()  # the list of a combo is a window of its own
    found = cast("list[QWidget]", block.findChildren(QWidget))
    return [widget for widget in found if widget.window() is window]


def _key(item: Item) -> str:
    if isinstance(item, RepeatView):
        return f"add:{item.path}"
    return f"heading:{item.path}" if isinstance(item, HeadingView) else item.path


def _update(block: QWidget, item: Item) -> None:
    if isinstance(block, QuestionBlock) and isinstance(item, QuestionView):
        if block.view != item:
            block.show_question(item)
    elif isinstance(block, GridBlock) and isinstance(item, GridView):
        if block.view != item:
            block.show_grid(item)
    elif isinstance(block, HeadingBlock) and isinstance(item, HeadingView):
        block.show_heading(item)


def _is_settled(block: QWidget) -> bool:
    return isinstance(block, QuestionBlock) and (bool(block.view.value) or block.view.readonly)
