"""A real desk in a window, without the unlock page: for tests of what one page does to the store."""

from cpdesk.base.paths import Paths
from cpdesk.operations import desk, register
from cpdesk.store.keystores import FileKeyStore
from cpdesk.store.vault import PinCost
from cpdesk.ui.shell import Shell
from cpdesk.ui.window import DeskWindow
from cpdesk.ui.worker import Worker

PIN = "258036"
CHEAP = PinCost(passes=1, memory_kib=8192, lanes=1)
WAIT_MS = 20_000
TOWNSHIP = "110114110"


def first_day(folder, person="周敏"):
    """A new desk with its context."""
    paths = Paths.under(folder)
    ctx, _code = desk.first_start(paths, pin=PIN, person=person, key_store=FileKeyStore(paths.config), cost=CHEAP)
    ctx.settings.set("sync_every_minutes", 0)
    return ctx


def next_day(folder):
    """The same desk after a restart."""
    paths = Paths.under(folder)
    return desk.unlock(paths, PIN, key_store=FileKeyStore(paths.config))


def add_homes(ctx, *names):
    """Made-up households; gives their ids."""
    ids = []
    for number, name in enumerate(names, 1):
        answers = {
            "township_code": TOWNSHIP,
            "village": "瓦窑村",
            "household_no": f"{number:03d}",
            "householder_name": name,
            "door_no": f"{number} 号",
        }
        ids.append(register.add_household(ctx, answers)[0])
    return ids


class RealDesk:
    """Window, worker and context of one desk."""

    def __init__(self, qtbot, ctx):
        self._qtbot = qtbot
        self.ctx = ctx
        self.shell, self.worker = Shell(), Worker()
        self.shell.resize(1366, 768)
        self.shell.show()
        qtbot.waitExposed(self.shell)
        self.window = DeskWindow(ctx, self.shell, self.worker)
        self.window.start()
        self.settle()

    def settle(self):
        """Wait until nothing is under way, past the short delays of the pages."""
        for _ in range(2):
            self._qtbot.waitUntil(lambda: not self.worker.is_busy(), timeout=WAIT_MS)
            self._qtbot.wait(160)
        self._qtbot.waitUntil(lambda: not self.worker.is_busy(), timeout=WAIT_MS)

    def open_survey(self, household):
        self.window.households.opened.emit(household)
        self._qtbot.waitUntil(lambda: self.shell.current_page() == "survey", timeout=WAIT_MS)
        self.settle()
        return self.window.survey

    def toast(self):
        return self.shell.toast.label.text() if self.shell.toast.isVisible() else ""

    def close(self):
        self.settle()
        self.shell.hide()
        self.window.close()
        self.worker.stop()
