"""Every page of the window as a picture, with a made-up village: for documentation, and to look at what one made."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from cpdesk.base.clock import FixedClock
from cpdesk.base.paths import Paths
from cpdesk.context import Context
from cpdesk.model.replication import Conflict
from cpdesk.operations import assess, desk, households, surveys
from cpdesk.operations.demo.community import import_sample_communities, import_sample_network, survey_communities
from cpdesk.operations.demo.network import survey_network
from cpdesk.operations.demo.village import import_sample_village, survey_household
from cpdesk.store.keystores import FileKeyStore
from cpdesk.store.vault import PinCost
from cpdesk.ui import language
from cpdesk.ui.app import make_application
from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.batch_check import CheckDialog
from cpdesk.ui.pages.batch_dialog import BatchDialog
from cpdesk.ui.pages.unlock import UnlockPage
from cpdesk.ui.presenters.conflicts import record_view
from cpdesk.ui.presenters.survey_figures import Figures
from cpdesk.ui.shell import Shell
from cpdesk.ui.theme import apply_theme
from cpdesk.ui.views import UnlockView
from cpdesk.ui.window import DeskWindow
from cpdesk.ui.worker import Worker

SIZE: Final = QSize(1366, 768)
_AT: Final = datetime(2026, 11, 23, 6, 32, tzinfo=UTC)
_PIN: Final = "258036"
_TOWNSHIP: Final = "110114110"
_CODE: Final = "7F3K-9QMD-2XWA-PPLT-88CH-ZR4N-K2VD-6MTB"
_HOUSEHOLDS: Final = 86
_SURVEYED: Final = 4
_PATIENCE_S: Final = 120.0
_INSPECTED: Final = "inspect well"
_READINGS: Final = "reading"
_REMARKED: Final = "reading/i_supply_c"
_AGAIN: Final = {_REMARKED: "71", "reading/i_return_c": "140", "reading/i_supply_mpa": "9"}
"""What is answered at the second inspection: one reading unusual, one impossible."""
_OPENED: Final = ("baseline.co2_t", "baseline.heat_need_kwh", "baseline.cost_yuan")
"""Figures opened one after another; the last stands in the picture."""
_IN_CONFLICT: Final = {"residents_winter": "7", "b_wall_type": "stone"}
"""Names of questions and what the other person answered."""


def save_screens(out: Path, *, languages: tuple[str, ...] = ("zh", "en")) -> list[Path]:
    """Draw every page into a folder, offscreen; returns the files."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = make_application(["cpdesk"])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cpdesk-screens-") as folder:
        paths = Paths.under(Path(folder))
        ctx, _code = desk.first_start(
            paths,
            pin=_PIN,
            person=_person(),
            clock=FixedClock(_AT),
            key_store=FileKeyStore(paths.config),
            cost=PinCost(passes=1, memory_kib=8192, lanes=1),
        )
        visits = _fill(ctx, paths)
        return _Camera(app, ctx, out, visits).run(languages)


def _person() -> str:
    return tr("ui.sample.person")


def _fill(ctx: Context, paths: Paths) -> tuple[str, str]:
    """A village with a few surveys, some submitted and the first half filled; communities and a piece of network. Gives
    the survey of a community and the second inspection of a well, which is half filled."""
    import_sample_village(ctx, paths.cache / "register.xlsx", households=_HOUSEHOLDS)
    ids = households.household_ids(ctx, households.HouseholdQuery())
    for seed, household in enumerate(ids[:_SURVEYED], 1):
        survey = survey_household(ctx, household, seed=seed, finish=seed != 1)
        assess.assess_survey(ctx, survey)
    import_sample_network(ctx, paths.cache / "network.xlsx")
    import_sample_communities(ctx, paths.cache / "communities.xlsx")
    community = survey_communities(ctx)[0]
    well = ctx.store.records.get(survey_network(ctx, _TOWNSHIP)[_INSPECTED]).site
    assert well is not None
    again, _changes = surveys.begin_survey(ctx, well)
    for path, value in {**_AGAIN, f"{_REMARKED}{surveys.NOTE}": tr("ui.sample.remark")}.items():
        surveys.save_answers(ctx, again, surveys.open_survey(ctx, again).session.set(path, value).values)
    return community, again


def _shows(figures: Figures, name: str) -> bool:
    """Whether the proof of a figure is on the screen."""
    return figures.dialog is not None and figures.dialog.view is not None and figures.dialog.view.name == name


class _Camera:
    """Walks through the pages and takes a picture of each."""

    def __init__(self, app: QApplication, ctx: Context, out: Path, visits: tuple[str, str]) -> None:
        self._app, self._out = app, out
        self._files: list[Path] = []
        self._worker = Worker()
        apply_theme(app, "light")
        self._shell = Shell()
        self._shell.resize(SIZE)
        self._shell.show()
        self._window = DeskWindow(ctx, self._shell, self._worker)
        self._ctx, self._visits = ctx, visits

    def run(self, languages: tuple[str, ...]) -> list[Path]:
        for code in languages:
            language.set_language(self._app, code)
            self._ctx.settings.set("language", code)
            self._window.desk.language_changed.emit()
            self._unlock(code)
            self._pages(code)
        self._shell.hide()
        self._window.close()
        self._worker.stop()
        return self._files

    def _unlock(self, code: str) -> None:
        page = UnlockPage()
        self._shell.show_alone(page)
        facts = (("check", tr("ui.unlock.fact_encrypted")), ("lock", tr("ui.unlock.fact_lock", minutes=15)))
        page.show_daily(UnlockView(_person(), tr("ui.unlock.role"), facts))
        page.show_problem(text("ui.unlock.wrong", left=3))
        self._take(f"01-unlock-{code}")
        page.show_first_start()
        page.first.show_recovery_code(_CODE)
        self._take(f"02-first-start-{code}")
        self._shell.show_desk()
        page.deleteLater()

    def _pages(self, code: str) -> None:
        window = self._window
        window.start()
        self._settle()
        self._take(f"03-households-{code}")
        self._lists(code)
        window.households.opened.emit(window.households.table.current_id())
        self._settle(lambda: self._shell.current_page() == "survey" and bool(window.survey.result.view.bars))
        for number, section in enumerate(window.survey.view.sections if window.survey.view is not None else ()):
            if section.depth == 0 and number in (1, 3):
                window.survey.section_wanted.emit(section.path)
                self._settle()
                self._take(f"04-survey-{number}-{code}")
        if code == "zh":
            apply_theme(self._app, "dark")
            self._take("04-survey-dark")
            apply_theme(self._app, "light")
        window.survey.compare_wanted.emit()
        self._settle()
        self._take(f"05-packages-{code}")
        self._figures(code)
        self._other_families(code)
        window.go("reports")
        self._settle(window.reports.sheet.has_image)
        self._take(f"06-reports-{code}")
        for place, name in ((7, "sync"), (8, "settings"), (16, "review")):
            window.go(name)
            self._settle()
            self._take(f"{place:02d}-{name}-{code}")
        window.go("sync")
        self._settle()
        self._show_conflict()
        self._take(f"09-conflict-{code}")

    def _figures(self, code: str) -> None:
        """The other tables of the packages page, and the proof of a figure two steps deep."""
        page = self._window.packages
        for tab in ("views", "criteria", "levels", "shares"):
            page.show_tab(tab)
            self._settle()
            self._take(f"05-packages-{tab}-{code}")
        page.show_tab("compare")
        figures = self._window.survey_figures
        for name in _OPENED:
            figures.open_figure(name)
            self._settle(partial(_shows, figures, name))
        assert figures.dialog is not None
        self._take(f"05-proof-{code}", figures.dialog)
        figures.dialog.reject()

    def _lists(self, code: str) -> None:
        """The lists of the other families, and the dialogs of batch work."""
        for name in ("communities", "network"):
            self._window.go(name)
            self._settle()
            self._take(f"03-{name}-{code}")
        self._window.go("households")
        for work in ("edit", "check", "export", "forms", "history"):
            self._window.households.batch_wanted.emit(work)
            self._settle()
            dialog = next(child for child in self._window.households.children() if isinstance(child, BatchDialog))
            if isinstance(dialog, CheckDialog):
                dialog.begin.click()
                self._settle()
            self._take(f"10-batch-{work}-{code}", dialog)
            dialog.reject()
            self._settle()

    def _other_families(self, code: str) -> None:
        """A community as it was surveyed, and a well that is inspected again beside its last inspection."""
        page = self._window.survey
        self._window.go("communities")
        self._open(self._visits[0])
        self._take(f"10-community-{code}")
        self._window.go("network")
        self._open(self._visits[1])
        self._take(f"11-inspection-{code}")
        page.beside_wanted.emit()
        page.section_wanted.emit(_READINGS)
        self._settle()
        self._take(f"12-side-by-side-{code}")
        page.beside_wanted.emit()
        for place, tab in enumerate(("problems", "remarks", "history"), 13):
            page.side.show_tab(tab)
            self._settle()
            self._take(f"{place}-{tab}-{code}")
        if code == "zh":
            apply_theme(self._app, "dark")
            self._settle()
            self._take("15-history-dark")
            apply_theme(self._app, "light")
        page.side.show_tab("overview")
        self._window.go("households")

    def _open(self, survey: str) -> None:
        self._window.open_survey(survey)
        self._settle(lambda: self._shell.current_page() == "survey" and self._shown() == survey)

    def _shown(self) -> str:
        view = self._window.survey.view
        return view.record if view is not None else ""

    def _show_conflict(self) -> None:
        """Two people changed two answers of one made-up survey; shown without asking the store."""
        household = households.household_ids(self._ctx, households.HouseholdQuery())[1]
        survey = surveys.survey_of(self._ctx, household)
        assert survey is not None
        answers = self._ctx.store.records.get(survey).answers
        sides = ((_person(), "2026-11-23T05:10:00Z"), (tr("ui.sample.colleague"), "2026-11-22T02:30:00Z"))
        conflicts = []
        for name, other in _IN_CONFLICT.items():
            path = next(path for path in answers if path.endswith(f"/{name}"))
            conflicts.append(Conflict(name, survey, path, None, answers[path], "", *sides[0], other, "", *sides[1]))
        page = self._window.sync
        page.show_conflicts([record_view(self._ctx, survey, conflicts)])
        page.open_conflict(survey)

    def _settle(self, ready: Callable[[], bool] = lambda: True) -> None:
        """Wait until nothing is under way and the page has what it shows."""
        end = time.monotonic() + _PATIENCE_S
        quiet = 0
        while time.monotonic() < end and quiet < 25:  # 25 quiet rounds of 10 ms outlast the page's own short delays
            self._app.processEvents()
            time.sleep(0.01)
            quiet = quiet + 1 if ready() and not self._worker.is_busy() else 0

    def _take(self, name: str, widget: QWidget | None = None) -> None:
        self._app.processEvents()
        path = self._out / f"{name}.png"
        (widget or self._shell).grab().save(str(path))
        self._files.append(path)
