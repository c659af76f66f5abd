"""A survey page with its presenter over a real store, without the rest of the window."""

from cpdesk.operations import register, surveys
from cpdesk.operations.demo import network
from cpdesk.ui.pages.survey import SurveyPage
from cpdesk.ui.presenters.base import Desk
from cpdesk.ui.presenters.survey import SurveyPresenter
from cpdesk.ui.shell import Shell
from cpdesk.ui.worker import Worker

TOWNSHIP = "110114110"
WAIT_MS = 20_000


def add_home(ctx, name="张样例", number="001"):
    """A made-up household; gives its id."""
    answers = {
        "township_code": TOWNSHIP,
        "village": "瓦窑村",
        "household_no": number,
        "householder_name": name,
        "door_no": f"{number} 号",
    }
    return register.add_household(ctx, answers)[0]


def visit_network(ctx, *names):
    """Some of the made-up visits to the network, in their order; gives the surveys' ids."""
    samples = network.sample_visits()
    return {name: network.survey_once(ctx, TOWNSHIP, samples[name]) for name in names}


def inspect_again(ctx, names=("substation", "well 1", "inspect well")):
    """A second, unfinished inspection of the well J12; gives its survey."""
    done = visit_network(ctx, *names)
    site = ctx.store.records.get(done[names[-1]]).site
    return surveys.begin_survey(ctx, site)[0]


class SurveyDesk:
    """Shell, worker, page and presenter."""

    def __init__(self, qtbot, ctx, size=(1366, 768)):
        self._qtbot = qtbot
        self.ctx = ctx
        self.shell, self.worker = Shell(), Worker()
        self.shell.resize(*size)
        self.page = SurveyPage()
        self.shell.add_page("survey", self.page)
        self.desk = Desk(ctx, self.shell, self.worker)
        self.presenter = SurveyPresenter(self.desk, self.page)
        self.presenter.shown.connect(lambda view: self.shell.bar.show_path((*view.crumbs, view.title), view.status))
        self.shell.bar.show_action(self.page.complete)
        self.shell.show_page("survey")
        self.shell.show()
        qtbot.waitExposed(self.shell)
        self.left = []
        self.presenter.left.connect(lambda: self.left.append(True))

    def open(self, survey):
        self.presenter.open_survey(survey)
        self.settle()
        return self.page

    def begin(self, site):
        self.presenter.begin(site)
        self.settle()
        return self.page

    def settle(self):
        for _ in range(2):
            self._qtbot.waitUntil(lambda: not self.worker.is_busy(), timeout=WAIT_MS)
            self._qtbot.wait(120)
        self._qtbot.waitUntil(lambda: not self.worker.is_busy(), timeout=WAIT_MS)

    def stored(self):
        return self.ctx.store.records.get(self.presenter.open.record.id).answers

    def lines(self, code):
        return self.page.side.lists[code].view.lines

    def toast(self):
        return self.shell.toast.label.text() if self.shell.toast.isVisible() else ""

    def close(self):
        self.settle()
        self.presenter.close()
        self.worker.finish()
        self.shell.hide()
        self.worker.stop()
        self.ctx.close()
