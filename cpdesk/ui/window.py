"""An unlocked desk in the window: its pages, their presenters, the way from one to another."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from cpdesk.context import Context
from cpdesk.model.records import Changes
from cpdesk.ui.actions import install
from cpdesk.ui.language import tr
from cpdesk.ui.pages.households import HouseholdsPage
from cpdesk.ui.pages.packages import PackagesPage
from cpdesk.ui.pages.reports import ReportsPage
from cpdesk.ui.pages.settings import SettingsPage
from cpdesk.ui.pages.survey import SurveyPage
from cpdesk.ui.pages.sync import SyncPage
from cpdesk.ui.presenters.base import Desk
from cpdesk.ui.presenters.households import HouseholdsPresenter
from cpdesk.ui.presenters.reports import ReportsPresenter
from cpdesk.ui.presenters.settings import SettingsPresenter
from cpdesk.ui.presenters.survey import SurveyPresenter
from cpdesk.ui.presenters.sync import SyncPresenter
from cpdesk.ui.shell import Shell
from cpdesk.ui.views import ResultView, SurveyView
from cpdesk.ui.worker import Worker

_SURVEYING = ("survey", "packages")


class DeskWindow(QObject):
    """Made at every unlock, closed at every lock."""

    lock_wanted = Signal()

    def __init__(self, ctx: Context, shell: Shell, worker: Worker) -> None:
        super().__init__(shell)
        self.shell, self.worker = shell, worker
        self.desk = Desk(ctx, shell, worker)
        self.households = HouseholdsPage()
        self.survey = SurveyPage()
        self.reports = ReportsPage()
        self.packages = PackagesPage()
        self.sync = SyncPage()
        self.settings = SettingsPage()
        self._pages: dict[str, QWidget] = {
            "households": self.households,
            "survey": self.survey,
            "packages": self.packages,
            "reports": self.reports,
            "sync": self.sync,
            "settings": self.settings,
        }
        for name, page in self._pages.items():
            shell.add_page(name, page)
        self._list = HouseholdsPresenter(self.desk, self.households)
        self._survey = SurveyPresenter(self.desk, self.survey)
        self._reports = ReportsPresenter(self.desk, self.reports)
        self._sync = SyncPresenter(self.desk, self.sync)
        self._settings = SettingsPresenter(self.desk, self.settings)
        self._connect()
        self._keys: dict[str, QAction] = install(
            shell,
            "",
            {
                "go.households": lambda: self.go("households"),
                "go.reports": lambda: self.go("reports"),
                "go.sync": lambda: self.go("sync"),
                "go.settings": lambda: self.go("settings"),
                "lock": self.lock_wanted.emit,
                "search": self._search,
                "next_pane": self._next_pane,
                "back": self._back,
                "help": self._help,
            },
        )

    def start(self) -> None:
        """Show the list; the rest fills itself."""
        self.shell.bar.avatar.set_name(self.desk.ctx.actor)
        self.go("households")
        self._list.refresh()
        self._sync.refresh()
        self._settings.refresh()

    def go(self, name: str) -> None:
        """To another page; what is typed in the survey is given on first."""
        if self.shell.current_page() in _SURVEYING and name not in _SURVEYING:
            self._survey.close()
        self.shell.show_page(name, rail="households" if name in _SURVEYING else None)
        self._show_bar(name)
        if name == "households":
            self.households.focus_first()
        elif name == "reports":
            self._reports.show()
        elif name == "settings":
            self._settings.refresh()

    def close(self) -> None:
        """Give on what is typed, wait until it is written, close the store and take the pages away."""
        self.survey.commit()
        self._sync.stop()
        self.worker.finish()
        for action in self._keys.values():
            self.shell.removeAction(action)
        self.shell.bar.show_action(None)
        self.shell.remove_pages()
        self.desk.ctx.close()
        self.deleteLater()

    def _connect(self) -> None:
        shell = self.shell
        shell.rail.chosen.connect(self.go)
        shell.bar.pill_pressed.connect(lambda: self.go("sync"))
        self._list.opened.connect(self._survey.begin)
        self._list.report_wanted.connect(self._show_report)
        self._survey.shown.connect(self._survey_shown)
        self._survey.compare_wanted.connect(self._compare)
        self.packages.back_wanted.connect(self._back_to_survey)
        self._survey.left.connect(lambda: self.go("households"))
        self.settings.lock_wanted.connect(self.lock_wanted)
        self.desk.language_changed.connect(lambda: self._show_bar(shell.current_page()))
        self.desk.changed.connect(self._changed)

    def _changed(self, changes: Changes) -> None:
        if changes.settings:
            self.shell.bar.avatar.set_name(self.desk.ctx.actor)

    def _survey_shown(self, view: SurveyView) -> None:
        self.go("survey")
        self.shell.bar.show_path((*view.crumbs, view.title), view.status)

    def _compare(self, result: ResultView) -> None:
        self.packages.show_result(result)
        self.go("packages")

    def _back_to_survey(self) -> None:
        if self.survey.view is not None:
            self._survey_shown(self.survey.view)

    def _show_report(self, household: str) -> None:
        self.go("reports")
        self._reports.choose(household)

    def _show_bar(self, name: str) -> None:
        actions: dict[str, QWidget] = {
            "households": self.households.new_button,
            "survey": self.survey.complete,
            "packages": self.packages.back,
        }
        self.shell.bar.show_action(actions.get(name))
        if name == "packages" and self.survey.view is not None:
            self.shell.bar.show_path((self.survey.view.title, tr("ui.packages.title")))
        elif name not in _SURVEYING:
            self.shell.bar.show_path((tr(f"ui.rail.{name}"),))

    def _search(self) -> None:
        self.go("households")

    def _back(self) -> None:
        if self.shell.current_page() == "packages":
            self._back_to_survey()
        elif self.shell.current_page() == "survey":
            self.go("households")

    def _help(self) -> None:
        if self.shell.current_page() == "survey":
            self.survey.why_wanted.emit(self.survey.body.current_path() or self.survey.section())

    def _next_pane(self) -> None:
        panes = {
            "households": (self.households.search, self.households.table, self.households.preview.open_button),
            "survey": (self.survey.sections, self.survey.body, self.survey.result.packages),
            "reports": (self.reports.list, self.reports.print_button),
        }.get(self.shell.current_page(), ())
        focus = self.shell.focusWidget()
        here = next(
            (
                place
                for place, pane in enumerate(panes)
                if focus is not None and (pane is focus or pane.isAncestorOf(focus))
            ),
            -1,
        )
        if panes:
            target = panes[(here + 1) % len(panes)]
            if target is self.survey.body:
                self.survey.body.focus_question("")
            else:
                target.setFocus()
