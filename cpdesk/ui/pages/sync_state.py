"""同步情况: is everything handed in, what waits, what went and came, and the one button."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import text
from cpdesk.ui.survey_views import PanelView
from cpdesk.ui.sync_views import SyncView
from cpdesk.ui.theme import theme
from cpdesk.ui.views import Fact
from cpdesk.ui.widgets.bars import ProgressBar
from cpdesk.ui.widgets.basic import Block, Button, IconText, Label, Pill, Scroll, Words, clear, column, row
from cpdesk.ui.widgets.lines import LineList

_WIDTH = 880
_TALLEST = 340


class Answer(QWidget):
    """A sign in a disc: everything is handed in, or something waits, or something needs a person."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone, self._icon = "mute", "cloud"
        self.setFixedSize(48, 48)

    def show_answer(self, tone: str, icon: str) -> None:
        self._tone, self._icon = tone, icon
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, ground = Pill.TONES[self._tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour(ground))
        painter.drawEllipse(self.rect())
        paint_icon(painter, self._icon, theme().colour(ink), QRectF(13, 13, 22, 22))
        painter.end()


class SyncCard(Block):
    """The answer, in one sentence what that means, the figures behind it, and the button."""

    sync_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        outer = row(self, (20, 20, 20, 16), 16)
        self.answer = Answer()
        outer.addWidget(self.answer, 0, Qt.AlignmentFlag.AlignTop)
        stack = column(gap=6)
        outer.addLayout(stack, 1)
        self.headline = Label("", "title", wrap=True)
        stack.addWidget(self.headline)
        self._sentence = Label("", "body", "text2", wrap=True)
        stack.addWidget(self._sentence)
        self._facts = column(gap=4)
        stack.addLayout(self._facts)
        self.progress = ProgressBar()
        self._progress_words = Label("", "meta", "text2")
        stack.addWidget(self.progress)
        stack.addWidget(self._progress_words)
        self.problem = IconText("", "bad", "alert")
        stack.addWidget(self.problem)
        stack.addSpacing(2)
        buttons = row(gap=12)
        self.button = Button(text("ui.sync.now"), "primary", "sync", self.sync_wanted.emit)
        self.cancel = Button(text("ui.sync.cancel"), "secondary", on_click=self.cancel_wanted.emit)
        self._why_not = Label("", "meta", "text2", wrap=True)
        buttons.addWidget(self.button)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self._why_not, 1)
        buttons.addStretch(1)
        stack.addLayout(buttons)
        self.show_running(False)
        self.show_problem("")

    def show_sync(self, view: SyncView) -> None:
        self.answer.show_answer(view.tone, view.icon)
        self.headline.set_words(view.headline)
        self._sentence.set_words(view.sentence)
        clear(self._facts)
        for fact in view.facts:
            line = row(gap=12)
            label = Label(fact.label, "table", "text2")
            label.setFixedWidth(112)
            line.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(Label(fact.value, "table", _ink(fact), wrap=True), 1)
            self._facts.addLayout(line)
        self.button.setEnabled(view.can_sync)
        self._why_not.set_words(view.why_not)
        self._why_not.setVisible(bool(view.why_not))

    def show_running(self, running: bool, words: str = "", share: float = 0.0) -> None:
        for part in (self.progress, self._progress_words, self.cancel):
            part.setVisible(running)
        self.progress.show_share(share)
        self._progress_words.set_words(words)
        self.button.setVisible(not running)

    def show_problem(self, words: str, *, loud: bool = True) -> None:
        """What hindered the round; being offline is said in grey."""
        self.problem.set_tone("bad" if loud else "mute", "alert" if loud else "cloud-off")
        self.problem.set_words(words)
        self.problem.setVisible(bool(words))


class LinesCard(Block):
    """A titled list of lines that is as high as they are, up to a limit."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        stack = column(self, (4, 14, 4, 8), 6)
        head = row(margins=(16, 0, 16, 0), gap=8)
        head.addWidget(Label(text(title), "h2"))
        self._count = Label("", "meta", "text2")
        head.addWidget(self._count)
        head.addStretch(1)
        stack.addLayout(head)
        self.list = LineList()
        stack.addWidget(self.list)
        self._empty = Label("", "body", "text2", wrap=True)
        holder = column(margins=(16, 0, 16, 6))
        holder.addWidget(self._empty)
        stack.addLayout(holder)

    def show_panel(self, view: PanelView) -> None:
        self._count.set_words(view.headline)
        self.list.show_lines(view.lines)
        self.list.setAccessibleName(view.headline)
        self.list.setVisible(bool(view.lines))
        self._empty.set_words(view.empty)
        self._empty.setVisible(not view.lines)
        self._fit()
        QTimer.singleShot(0, self, self._fit)  # once more when the layout has given it its width

    def _fit(self) -> None:
        self.list.setFixedHeight(min(_TALLEST, self.list.natural_height() + 4))

    def resizeEvent(self, event: object) -> None:
        self._fit()


class Notice(Block):
    """A sentence that wants a person, and where to go."""

    wanted = Signal()

    def __init__(self, tone: str, icon: str, action: str, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        line = row(self, (16, 8, 8, 8), 12)
        self.sentence = IconText("", tone, icon)
        self.button = Button(text(action), "quiet", on_click=self.wanted.emit)
        line.addWidget(self.sentence, 1, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.button)

    def say(self, words: Words, count: int) -> None:
        """Nothing is said of none."""
        self.sentence.set_words(words)
        self.setVisible(count > 0)


class StatePane(QWidget):
    """The card, what needs a person, what waits, what went and came."""

    stuck_wanted = Signal()
    review_wanted = Signal()
    record_wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = column(self)
        holder = QWidget()
        line = row(holder, (32, 24, 32, 24))
        inside = QWidget()
        inside.setMaximumWidth(_WIDTH)
        line.addWidget(inside, 100)
        line.addStretch(1)
        stack = column(inside, gap=16)
        self.card = SyncCard()
        stack.addWidget(self.card)
        self.stuck = Notice("bad", "alert", "ui.stuck.look")
        self.stuck.wanted.connect(self.stuck_wanted)
        self.unsubmitted = Notice("info", "info", "ui.sync.go_review")
        self.unsubmitted.wanted.connect(self.review_wanted)
        stack.addWidget(self.stuck)
        stack.addWidget(self.unsubmitted)
        self.broken = LinesCard("ui.merged.title")
        self.broken.list.opened.connect(lambda key: self.record_wanted.emit(*key.split(" ", 1)))
        stack.addWidget(self.broken)
        self.waiting = LinesCard("ui.sync.to_send")
        self.rounds = LinesCard("ui.sync.rounds")
        for lines in (self.waiting, self.rounds):
            lines.list.opened.connect(lambda key: self.record_wanted.emit(key.rpartition(" ")[2], ""))
            stack.addWidget(lines)
        stack.addStretch(1)
        outer.addWidget(Scroll(holder))

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 360)

    def show_sync(self, view: SyncView) -> None:
        self.card.show_sync(view)
        self.stuck.say(text("ui.stuck.some", n=view.stuck), view.stuck)
        self.unsubmitted.say(text("ui.sync.unsubmitted", n=view.unsubmitted), view.unsubmitted)
        self.broken.setVisible(bool(view.broken.lines))
        self.broken.show_panel(view.broken)
        self.waiting.show_panel(view.waiting)
        self.waiting.setVisible(bool(view.waiting.lines))
        self.rounds.show_panel(view.rounds)


def _ink(fact: Fact) -> str:
    return {"bad": "bad", "warn": "warn", "ok": "ok", "info": "accent"}.get(fact.tone, "text")
