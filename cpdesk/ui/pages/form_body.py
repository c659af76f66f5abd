"""The questions of one section, kept in step with new views without losing focus or typed text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QSizePolicy, QWidget

from cpdesk.ui.pages.beside import Beside
from cpdesk.ui.requests import MediaOpened
from cpdesk.ui.survey_views import BesideView
from cpdesk.ui.views import FigureView, GridView, HeadingView, Item, MatrixView, QuestionView, RepeatView, SectionPage
from cpdesk.ui.widgets.basic import Button, IconText, Label, column, row
from cpdesk.ui.widgets.grid import GridBlock
from cpdesk.ui.widgets.likert import MatrixBlock
from cpdesk.ui.widgets.media import MediaStrip
from cpdesk.ui.widgets.questions import PairLayout, QuestionBlock

_LONG_LABEL: Final = 40
_BESIDE: Final = 560
"""From this width on the last visit stands at the right of a question, else below it."""


class HeadingBlock(QWidget):
    """A subheading or a note, with its pictures."""

    requested = Signal(object)

    def __init__(self, view: HeadingView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        stack = column(self, (0, 8, 0, 0), 4)
        self._title = Label(view.title, "h2")
        self._help = (
            Label(view.help, "table", "text2", wrap=True)
            if view.tone == "mute"
            else IconText(view.help, view.tone, "alert", ground=True)
        )
        self._media = MediaStrip(self)
        self._media.opened.connect(lambda name: self.requested.emit(MediaOpened(name)))
        self._guidance = Label("", "table", "text2", wrap=True)
        for widget in (self._title, self._help, self._media, self._guidance):
            stack.addWidget(widget)
        self.show_heading(view)

    def show_heading(self, view: HeadingView) -> None:
        self.view = view
        self._title.set_words(view.title)
        self._title.setVisible(bool(view.title))
        self._help.set_words(view.help)
        self._help.setVisible(bool(view.help))
        self._guidance.set_words(view.guidance)
        self._guidance.setVisible(bool(view.guidance))
        self._media.setVisible(bool(view.media))
        self._media.show_list(view.media)

    def media_names(self) -> list[str]:
        """Pictures of the form that stand beside the words."""
        return [each.name for each in self.view.media if each.kind == "image"]

    def show_media(self, name: str, image: QImage) -> None:
        """Show a picture once it has been read."""
        self._media.show_media(name, image)


class FigureBlock(QWidget):
    """What the form worked out: label left, figure and unit behind it, to be read only."""

    def __init__(self, view: FigureView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        stack = column(self, gap=2)
        line = row(gap=8)
        self._label = Label("", "body", "text2", wrap=True)
        self._label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._value = Label("", "h3", bold=True)
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._hint = Label("", "meta", "text2", wrap=True)
        line.addWidget(self._label)
        line.addWidget(self._value)
        line.addStretch(1)
        stack.addLayout(line)
        stack.addWidget(self._hint)
        self.show_figure(view)

    def show_figure(self, view: FigureView) -> None:
        self._label.set_words(view.label)
        self._label.setWordWrap(len(view.label) > _LONG_LABEL)
        self._value.set_words(f"{view.value} {view.unit}".strip())
        self._hint.set_words(view.hint)
        self._hint.setVisible(bool(view.hint))
        self.setAccessibleName(f"{view.label} {view.value} {view.unit}".strip())


class FormBody(QWidget):
    """Blocks by path. Enter in a question goes to the next one; after the last, `left_last`."""

    answered = Signal(str, object)
    row_wanted = Signal(str)
    requested = Signal(object)
    left_last = Signal()
    take_wanted = Signal(str)
    check_wanted = Signal(str, bool)
    remarked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._blocks: dict[str, QWidget] = {}
        self._order: list[str] = []
        self._beside: dict[str, Beside] = {}
        self._last_path = ""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)
        self._beside_views: Mapping[str, BesideView] = {}
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
        return [self._blocks[key] for key in self._order if key in self._blocks]

    def file_blocks(self) -> list[QuestionBlock]:
        """Questions whose answer names a file that is not shown yet."""
        blocks = [each for each in self.blocks() if isinstance(each, QuestionBlock) and each.names_file()]
        return [block for block in blocks if block.view.value and block.content_of != block.view.value]

    def media_blocks(self) -> list[QuestionBlock | HeadingBlock]:
        """Blocks that show pictures of the form."""
        blocks = [each for each in self.blocks() if isinstance(each, (QuestionBlock, HeadingBlock))]
        return [block for block in blocks if block.media_names()]

    def commit(self) -> None:
        for block in self.blocks():
            if isinstance(block, (QuestionBlock, GridBlock)):
                block.commit()
        for beside in list(self._beside.values()):
            beside.commit()

    def show_beside(self, views: Mapping[str, BesideView], *, comparing: bool) -> None:
        """What stands beside the questions, by the path of their block. Compared, each question has its own row."""
        self._beside_views = views
        self.pairs.set_pairing(not comparing)
        for key in self._order:
            if key in views or key in self._beside:
                self._beside_of(key).show_beside(views.get(key, BesideView(key)), wide=self._is_wide(key))
        self.pairs.invalidate()
        self.updateGeometry()

    def edit_remark(self, path: str, words: str) -> bool:
        """Open the editor of a remark; False when the question does not stand here."""
        key = self.block_of(path)
        if key:
            self._beside_of(key).edit(path, words)
            self._reveal(self._beside[key])
        return bool(key)

    def beside(self, path: str) -> Beside | None:
        """What stands beside the block of a question."""
        return self._beside.get(self.block_of(path))

    def block_of(self, path: str) -> str:
        """The block that a question stands in: its own, that of its grid, that of its matrix; "" for none."""
        if path in self._blocks:
            return path
        for key, block in self._blocks.items():
            inside = isinstance(block, GridBlock) and path.startswith(f"{block.view.path}[")
            if inside or (isinstance(block, MatrixBlock) and path in _paths(block)):
                return key
        return ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._beside and (event.oldSize().width() >= _BESIDE) != (event.size().width() >= _BESIDE):
            for key, beside in self._beside.items():
                beside.show_beside(beside.view, wide=self._is_wide(key))

    def _is_wide(self, key: str) -> bool:
        return self.width() >= _BESIDE and isinstance(self._blocks[key], QuestionBlock)

    def _beside_of(self, key: str) -> Beside:
        beside = self._beside.get(key)
        if beside is None:
            beside = self._beside[key] = Beside(self._blocks[key])
            beside.take_wanted.connect(self.take_wanted)
            beside.check_wanted.connect(self.check_wanted)
            beside.remarked.connect(self.remarked)
            beside.closed.connect(self.focus_question)
        return beside

    def current_path(self) -> str:
        """The question with the focus, or nothing."""
        focus = QApplication.focusWidget()
        for block in self.blocks():
            if focus is None or not block.isAncestorOf(focus):
                continue
            if isinstance(block, (MatrixBlock, GridBlock)):
                return block.current_path() or block.view.path
            if isinstance(block, QuestionBlock):
                return block.view.path
        return ""

    def last_path(self) -> str:
        """The question that has the focus or had it last on this page: a click into a panel takes it away."""
        here = self.current_path() or self._last_path
        return here if self.block_of(here) else ""

    def focus_question(self, path: str) -> None:
        """Put the cursor into a question; "" stands for the first open one."""
        answerable = [each for each in self.blocks() if isinstance(each, _ANSWERABLE)]
        exact = [each for each in answerable if path and path in _paths(each)]
        inside = [each for each in answerable if path.startswith(each.view.path + "[")]
        still_open = [each for each in answerable if not _is_settled(each)]
        for block in (exact or inside or still_open or answerable)[:1]:
            if isinstance(block, QuestionBlock):
                block.focus_editor()
            else:
                block.focus_editor(path)
            self._reveal(block)

    def focus_after(self, path: str) -> None:
        """The next question a person answers, or the end of the section."""
        keys = [key for key in self._order if isinstance(self._blocks[key], _ANSWERABLE)]
        place = keys.index(path) if path in keys else -1
        for key in keys[place + 1 :]:
            block = self._blocks[key]
            if isinstance(block, (GridBlock, MatrixBlock)) or (
                isinstance(block, QuestionBlock) and not block.view.readonly
            ):
                block.focus_editor()
                self._reveal(block)
                return
        self.left_last.emit()

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self.isAncestorOf(new):
            self._last_path = self.current_path() or self._last_path

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
            question.requested.connect(self.requested)
            return question
        if isinstance(item, MatrixView):
            matrix = MatrixBlock(item, self)
            matrix.answered.connect(self.answered)
            matrix.moved_on.connect(self.focus_after)
            return matrix
        if isinstance(item, GridView):
            grid = GridBlock(item, self)
            grid.answered.connect(self.answered)
            grid.row_wanted.connect(self.row_wanted)
            grid.requested.connect(self.requested)
            grid.moved_on.connect(self.focus_after)
            return grid
        if isinstance(item, FigureView):
            return FigureBlock(item, self)
        if isinstance(item, RepeatView):
            holder = QWidget(self)
            line = column(holder)
            button = Button(item.add_words, "secondary", "plus", lambda: self.row_wanted.emit(item.path))
            line.addWidget(button)
            button.setSizePolicy(button.sizePolicy().Policy.Maximum, button.sizePolicy().Policy.Fixed)
            return holder
        heading = HeadingBlock(item, self)
        heading.requested.connect(self.requested)
        return heading

    def _drop(self, key: str) -> None:
        block = self._blocks.pop(key)
        self._beside.pop(key, None)
        if isinstance(block, QuestionBlock):
            block.view = replace(block.view, value=None)  # a file that is still being read must not be shown here
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
    if isinstance(item, FigureView):
        return f"figure:{item.path}"
    return f"heading:{item.path}" if isinstance(item, HeadingView) else item.path


def _update(block: QWidget, item: Item) -> None:
    if isinstance(block, QuestionBlock) and isinstance(item, QuestionView):
        if block.view != item:
            block.show_question(item)
    elif isinstance(block, GridBlock) and isinstance(item, GridView):
        if block.view != item:
            block.show_grid(item)
    elif isinstance(block, MatrixBlock) and isinstance(item, MatrixView):
        if block.view != item:
            block.show_matrix(item)
    elif isinstance(block, FigureBlock) and isinstance(item, FigureView):
        block.show_figure(item)
    elif isinstance(block, HeadingBlock) and isinstance(item, HeadingView):
        block.show_heading(item)


_ANSWERABLE: Final = (QuestionBlock, GridBlock, MatrixBlock)


def _paths(block: QuestionBlock | GridBlock | MatrixBlock) -> list[str]:
    if isinstance(block, MatrixBlock):
        return [block.view.path, *(each.path for each in block.view.rows)]
    return [block.view.path]


def _is_settled(block: QWidget) -> bool:
    if isinstance(block, MatrixBlock):
        return all(each.value for each in block.view.rows)
    return isinstance(block, QuestionBlock) and (bool(block.view.value) or block.view.readonly)
