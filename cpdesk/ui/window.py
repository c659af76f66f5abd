"""An unlocked desk in the window: its pages, their presenters, the way from one to another.

Only the list is made at the unlock, since that is what a person waits for. The others are made when they are first
needed; sync and survey right after the list stands, so that nobody waits for them either.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from cpdesk.context import Context
from cpdesk.model.records import Changes
from cpdesk.ui.actions import install
from cpdesk.ui.language import tr
from cpdesk.ui.pages.sites import SitesPage
from cpdesk.ui.presenters.base import Desk
from cpdesk.ui.presenters.households import HouseholdsPresenter
from cpdesk.ui.shell import Shell
from cpdesk.ui.views import ResultView, SurveyView
from cpdesk.ui.worker import Worker

if TYPE_CHECKING:
    from cpdesk.ui.pages.packages import PackagesPage
    from cpdesk.ui.pages.reports import ReportsPage
    from cpdesk.ui.pages.review import ReviewPage
    from cpdesk.ui.pages.settings import SettingsPage
    from cpdesk.ui.pages.survey import SurveyPage
    from cpdesk.ui.pages.sync import SyncPage
    from cpdesk.ui.presenters.reports import ReportsPresenter
    from cpdesk.ui.presenters.review import ReviewPresenter
    from cpdesk.ui.presenters.settings import SettingsPresenter
    from cpdesk.ui.presenters.sites import SitesPresenter
    from cpdesk.ui.presenters.survey import SurveyPresenter
    from cpdesk.ui.presenters.survey_figures import Figures
    from cpdesk.ui.presenters.sync import SyncPresenter

_SURVEYING = ("survey", "packages")
_LISTS = {"households": "ui.rail.households", "communities": "family.community", "network": "family.heatnet"}
"""The lists of sites, and what they are called above the page."""

Page = TypeVar("Page", bound=QWidget)


class DeskWindow(QObject):
    """Made at every unlock, closed at every lock."""

    lock_wanted = Signal()

    def __init__(self, ctx: Context, shell: Shell, worker: Worker) -> None:
        super().__init__(shell)
        self.shell, self.worker = shell, worker
        self.desk = Desk(ctx, shell, worker)
        self._pages: dict[str, QWidget] = {}
        self._closed = False
        self._list_name = "households"
        self.households = self._added("households", SitesPage())
        self._list = HouseholdsPresenter(self.desk, self.households)
        self._lists: list[SitesPresenter] = [self._list]
        self._connect()
        self._keys: dict[str, QAction] = install(
            shell,
            "",
            {
                "go.households": lambda: self.go("households"),
                "go.communities": lambda: self.go("communities"),
                "go.network": lambda: self.go("network"),
                "go.reports": lambda: self.go("reports"),
                "go.sync": lambda: self.go("sync"),
                "go.review": lambda: self.go("review"),
                "go.settings": lambda: self.go("settings"),
                "lock": self.lock_wanted.emit,
                "search": self._search,
                "next_pane": self._next_pane,
                "back": self._back,
                "help": self._help,
            },
        )

    # pages, made when they are first needed -------------------------------------------------------------------------

    @cached_property
    def survey(self) -> SurveyPage:
        """Where a survey is filled."""
        from cpdesk.ui.pages.survey import SurveyPage

        return self._added("survey", SurveyPage())

    @cached_property
    def packages(self) -> PackagesPage:
        """Where packages of measures are compared."""
        from cpdesk.ui.pages.packages import PackagesPage

        page = self._added("packages", PackagesPage())
        page.back_wanted.connect(self._back_to_survey)
        page.figure_wanted.connect(self._survey.figures.open_figure)
        return page

    @property
    def communities(self) -> SitesPage:
        """The list of old communities."""
        return self._communities.page

    @property
    def network(self) -> SitesPage:
        """The lists of what a heating network is made of."""
        return self._network.page

    @property
    def reports(self) -> ReportsPage:
        """Where reports are looked at, saved and printed."""
        return self._reports.page

    @property
    def sync(self) -> SyncPage:
        """Where the server is talked to."""
        return self._sync.page

    @property
    def review(self) -> ReviewPage:
        """Where surveys are submitted, sent back and accepted."""
        return self._review.page

    @property
    def settings(self) -> SettingsPage:
        """Where language, theme and times are set."""
        return self._settings.page

    @property
    def survey_figures(self) -> Figures:
        """The figures of the survey that is open."""
        return self._survey.figures

    @cached_property
    def _survey(self) -> SurveyPresenter:
        from cpdesk.ui.presenters.survey import SurveyPresenter

        presenter = SurveyPresenter(self.desk, self.survey)
        presenter.shown.connect(self._survey_shown)
        presenter.compare_wanted.connect(self._compare)
        presenter.left.connect(lambda: self.go(self._list_name))
        return presenter

    @cached_property
    def _communities(self) -> SitesPresenter:
        from cpdesk.operations.families import OLD_COMMUNITY
        from cpdesk.ui.pages.sites import COMMUNITIES
        from cpdesk.ui.presenters.sites import SitesPresenter

        page = self._added("communities", SitesPage(COMMUNITIES))
        return self._connected(SitesPresenter(self.desk, page, OLD_COMMUNITY))

    @cached_property
    def _network(self) -> SitesPresenter:
        from cpdesk.operations.families import HEATING_NETWORK
        from cpdesk.ui.pages.sites import NETWORK
        from cpdesk.ui.presenters.sites import SitesPresenter

        page = self._added("network", SitesPage(NETWORK))
        return self._connected(SitesPresenter(self.desk, page, HEATING_NETWORK))

    def _connected(self, presenter: SitesPresenter) -> SitesPresenter:
        presenter.opened.connect(self._begin)
        presenter.survey_opened.connect(self.open_survey)
        self._lists.append(presenter)
        presenter.refresh()
        return presenter

    @cached_property
    def _reports(self) -> ReportsPresenter:
        from cpdesk.ui.pages.reports import ReportsPage
        from cpdesk.ui.presenters.reports import ReportsPresenter

        return ReportsPresenter(self.desk, self._added("reports", ReportsPage()))

    @cached_property
    def _sync(self) -> SyncPresenter:
        from cpdesk.ui.pages.sync import SyncPage
        from cpdesk.ui.presenters.sync import SyncPresenter

        presenter = SyncPresenter(self.desk, self._added("sync", SyncPage()))
        presenter.page.record_wanted.connect(self.open_survey)
        presenter.page.review_wanted.connect(lambda: self.go("review"))
        presenter.refresh()
        return presenter

    @cached_property
    def _review(self) -> ReviewPresenter:
        from cpdesk.ui.pages.review import ReviewPage
        from cpdesk.ui.presenters.review import ReviewPresenter

        presenter = ReviewPresenter(self.desk, self._added("review", ReviewPage()))
        presenter.page.open_wanted.connect(self.open_survey)
        presenter.refresh()
        return presenter

    @cached_property
    def _settings(self) -> SettingsPresenter:
        from cpdesk.ui.pages.settings import SettingsPage
        from cpdesk.ui.presenters.settings import SettingsPresenter

        presenter = SettingsPresenter(self.desk, self._added("settings", SettingsPage()))
        presenter.page.lock_wanted.connect(self.lock_wanted)
        return presenter

    def _added(self, name: str, page: Page) -> Page:
        self._pages[name] = page
        self.shell.add_page(name, page)
        return page

    # the course of things -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Show the list; the rest fills itself."""
        self.shell.bar.avatar.set_name(self.desk.ctx.actor)
        self.go("households")
        self._list.refresh()
        self.worker.idle.connect(self._list_stands)

    def go(self, name: str) -> None:
        """To another page; what is typed in the survey is given on first."""
        if self.shell.current_page() in _SURVEYING and name not in _SURVEYING:
            self._survey.close()
        self._make(name)
        self.shell.show_page(name, rail=self._list_name if name in _SURVEYING else None)
        if name in _LISTS:
            self._list_name = name
            self.list_page().focus_first()
        self._show_bar(name)
        if name == "reports":
            self._reports.show()
        elif name == "settings":
            self._settings.refresh()

    def list_page(self) -> SitesPage:
        """The list that was in front last."""
        page = self._pages[self._list_name]
        assert isinstance(page, SitesPage)
        return page

    def open_survey(self, survey: str, path: str = "") -> None:
        """Show a survey that is there, at a question where one is named."""
        self.shell.activateWindow()  # it may be asked for by a dialog beside the window
        self._survey.open_survey(survey, path)

    def close(self) -> None:
        """Give on what is typed, wait until it is written, close the store and take the pages away."""
        self._closed = True
        if "survey" in self._pages:
            self._survey.close()
        if "sync" in self._pages:
            self._sync.stop()
        for listed in self._lists:
            listed.stop()
        self.worker.finish()
        for action in self._keys.values():
            self.shell.removeAction(action)
        self.shell.bar.show_action(None)
        self.shell.remove_pages()
        self.desk.ctx.close()
        self.deleteLater()

    def _list_stands(self) -> None:
        """The list is there and nothing runs: make, one after another, what is needed next."""
        self.worker.idle.disconnect(self._list_stands)
        QTimer.singleShot(0, self, lambda: self._make_next("sync", "review", "survey"))

    def _make_next(self, *names: str) -> None:
        if names and not self._closed:
            self._make(names[0])
            QTimer.singleShot(0, self, lambda: self._make_next(*names[1:]))

    def _make(self, name: str) -> None:
        """Make a page and its presenter, unless they are there."""
        made: dict[str, Callable[[], object]] = {
            "survey": lambda: self._survey,
            "packages": lambda: self.packages,
            "communities": lambda: self._communities,
            "network": lambda: self._network,
            "reports": lambda: self._reports,
            "sync": lambda: self._sync,
            "review": lambda: self._review,
            "settings": lambda: self._settings,
        }
        if name in made:
            made[name]()

    def _connect(self) -> None:
        shell = self.shell
        shell.rail.chosen.connect(self.go)
        shell.bar.pill_pressed.connect(lambda: self.go("sync"))
        self._list.opened.connect(self._begin)
        self._list.survey_opened.connect(self.open_survey)
        self._list.report_wanted.connect(self._show_report)
        self.desk.language_changed.connect(lambda: self._show_bar(shell.current_page()))
        self.desk.changed.connect(self._changed)

    def _begin(self, site: str) -> None:
        self._survey.begin(site)

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
        actions: dict[str, Callable[[], QWidget]] = {
            **{listed: lambda: self.list_page().new_button for listed in _LISTS},
            "survey": lambda: self.survey.complete,
            "packages": lambda: self.packages.back,
        }
        self.shell.bar.show_action(actions[name]() if name in actions else None)
        if name == "packages" and self.survey.view is not None:
            self.shell.bar.show_path((self.survey.view.title, tr("ui.packages.title")))
        elif name not in _SURVEYING:
            self.shell.bar.show_path((tr(_LISTS.get(name, f"ui.rail.{name}")),))

    def _search(self) -> None:
        self.go(self._list_name)

    def _back(self) -> None:
        if self.shell.current_page() == "packages":
            self._back_to_survey()
        elif self.shell.current_page() == "survey" and not self.survey.close_layer():
            self.go(self._list_name)

    def _help(self) -> None:
        if self.shell.current_page() == "survey":
            self.survey.why_wanted.emit(self.survey.body.last_path() or self.survey.section())

    def _next_pane(self) -> None:
        panes = self._panes()
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
            if self.shell.current_page() == "survey" and target is self.survey.body:
                self.survey.body.focus_question("")
            elif self.shell.current_page() == "survey" and target is self.survey.side:
                self.survey.side.focus_list()
            else:
                target.setFocus()

    def _panes(self) -> tuple[QWidget, ...]:
        """The panes of the page in front, in the order F6 goes through them."""
        page = self.shell.current_page()
        if page in _LISTS:
            listed = self.list_page()
            return listed.search, listed.table, listed.preview.open_button
        if page == "survey":
            return self.survey.sections, self.survey.body, self.survey.side
        if page == "reports":
            return self.reports.list, self.reports.print_button
        return ()
